package kucoin

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// What the guide promises of its boxes is what an inspection of the key then
// reports, whatever is asked for beside reading.
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
		var words []string
		for _, b := range boxes {
			if slices.ContainsFunc(on, func(x exchanges.Box) bool { return x.Words == b.words }) {
				words = append(words, b.word)
			}
		}
		reported := with(t, map[string]string{"permission": `"` + strings.Join(words, ",") + `"`}).Permissions
		if got, want := reported.All(exchanges.Granted), will.All(exchanges.Granted); !slices.Equal(got, want) {
			t.Errorf("asked %v: the boxes give %v, the guide says %v", asked, got, want)
		}
		for _, p := range missing {
			if p != exchanges.Options && p != exchanges.Admin && p != exchanges.Other {
				t.Errorf("asked %v: no box gives %s", asked, p)
			}
		}
	}
}

func TestGuideSaysThatThePassphraseMustBeKept(t *testing.T) {
	if !slices.ContainsFunc(guide().Create, func(s exchanges.GuideStep) bool {
		return strings.Contains(s.Text, "passphrase") && strings.Contains(s.Text, "keep it")
	}) {
		t.Error("it does not")
	}
}
