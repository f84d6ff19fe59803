package gemini

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// Whether a Fund Manager who is no Trader reads is not known.
func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		has := func(role string) bool { return slices.Contains(ticked, role) }
		auditor := slices.ContainsFunc(ticked, func(words string) bool { return strings.HasPrefix(words, "Auditor") })
		got := parsed(t, testKey, fmt.Sprintf(`{"isAuditor":%t,"isFundManager":%t,"isTrader":%t}`,
			auditor && !has("Trader") && !has("Fund Manager"), has("Fund Manager"), has("Trader"))).Permissions
		if has("Fund Manager") && !has("Trader") {
			if got.Get(exchanges.Read) != exchanges.Unknown {
				t.Errorf("%q: whether it reads is said to be known", ticked)
			}
			got = got.With(exchanges.Read, exchanges.Granted)
		}
		return got
	}, exchanges.Margin, exchanges.Options, exchanges.Earn, exchanges.Admin, exchanges.Other)
}

func TestTheGuideWantsATimeBasedNonce(t *testing.T) {
	if !slices.ContainsFunc(guide().Create, func(s exchanges.GuideStep) bool { return strings.Contains(s.Text, "time-based nonce") }) {
		t.Error("no step speaks of the nonce")
	}
}

func TestTheSandboxIsATestnet(t *testing.T) {
	r := exchanges.NewRegistry(Adapter())
	for env, host := range map[exchanges.Environment]string{exchanges.Live: "https://api.sandbox.gemini.com", exchanges.Testnet: "https://api.gemini.com"} {
		site, ok := info().Site(env, "")
		if !ok {
			t.Fatalf("there is no %s", env)
		}
		if _, err := r.Open(ID, exchanges.Connection{Site: site}); err != nil {
			t.Error(err)
		}
		if _, err := r.Open(ID, exchanges.Connection{Site: site, Origin: host}); err == nil {
			t.Errorf("a %s key goes to %s", env, host)
		}
	}
}
