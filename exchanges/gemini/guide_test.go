package gemini

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// answerFor is what Gemini says of a key that was made with those roles. Only
// the guide has an Auditor beside another role; the page does not let it be.
func answerFor(on []exchanges.Box) string {
	has := func(role string) bool {
		return slices.ContainsFunc(on, func(b exchanges.Box) bool { return strings.HasPrefix(b.Words, role) })
	}
	return fmt.Sprintf(`{"isAuditor":%t,"isFundManager":%t,"isTrader":%t}`,
		has("Auditor") && !has("Trader") && !has("Fund Manager"), has("Fund Manager"), has("Trader"))
}

// What the guide promises of its roles is what an inspection of the key then
// reports, whatever is asked for beside reading. Only whether a Fund Manager
// who is no Trader reads is not known.
func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	all := exchanges.Permissions()
	for mask := range 1 << len(all) {
		asked := []exchanges.Permission{exchanges.Read}
		for i, p := range all {
			if mask>>i&1 == 1 && p != exchanges.Read {
				asked = append(asked, p)
			}
		}
		on, _, will, missing := guide().Plan(asked)
		reported := parsed(t, testKey, answerFor(on)).Permissions
		if will.Has(exchanges.Withdraw) && !will.Has(exchanges.Spot) {
			if reported.Get(exchanges.Read) != exchanges.Unknown {
				t.Errorf("asked %v: whether it reads is said to be known", asked)
			}
			reported = reported.With(exchanges.Read, exchanges.Granted)
		}
		if got, want := reported.All(exchanges.Granted), will.All(exchanges.Granted); !slices.Equal(got, want) {
			t.Errorf("asked %v: the roles give %v, the guide says %v", asked, got, want)
		}
		if reported.Has(exchanges.Withdraw) != slices.Contains(asked, exchanges.Withdraw) {
			t.Errorf("asked %v: withdrawing is %s", asked, reported.Get(exchanges.Withdraw))
		}
		if slices.Contains(asked, exchanges.Admin) && !slices.Contains(missing, exchanges.Admin) {
			t.Errorf("asked %v: the guide makes an administrator", asked)
		}
	}
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
