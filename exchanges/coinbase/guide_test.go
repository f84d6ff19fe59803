package coinbase

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// flagOf says which flag of an answer a box of the page sets.
var flagOf = map[string]string{"View": "can_view", "Trade": "can_trade", "Transfer": "can_transfer"}

// What the guide promises of its boxes is what an inspection of the key then
// reports, whatever is asked for.
func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	all := exchanges.Permissions()
	for mask := range 1 << len(all) {
		var asked []exchanges.Permission
		for i, p := range all {
			if mask>>i&1 == 1 {
				asked = append(asked, p)
			}
		}
		on, _, will, _ := guide().Plan(asked)
		flags := map[string]bool{"can_view": false, "can_trade": false, "can_transfer": false}
		for _, b := range on {
			flags[flagOf[b.Words]] = true
		}
		body, err := json.Marshal(flags)
		if err != nil {
			t.Fatal(err)
		}
		reported := parsed(t, string(body)).Permissions
		if got, want := reported.All(exchanges.Granted), will.All(exchanges.Granted); !slices.Equal(got, want) {
			t.Errorf("asked %v: the boxes give %v, the guide says %v", asked, got, want)
		}
		if !slices.Contains(asked, exchanges.Withdraw) && reported.Get(exchanges.Withdraw) != exchanges.NotGranted {
			t.Errorf("asked %v: the key may withdraw", asked)
		}
	}
}

// No box moves money between portfolios and leaves it inside.
func TestATransferAloneIsMissing(t *testing.T) {
	on, off, _, missing := guide().Plan([]exchanges.Permission{exchanges.Read, exchanges.Transfer})
	if len(on) != 1 || len(off) != 2 || !slices.Equal(missing, []exchanges.Permission{exchanges.Transfer}) {
		t.Errorf("on %v, off %v, missing %v", on, off, missing)
	}
}

func TestTheGuideNamesPortfolioAndAlgorithm(t *testing.T) {
	for _, want := range []string{"Portfolio", "Advanced settings", "Secret API Keys"} {
		if !slices.ContainsFunc(guide().Create, func(s exchanges.GuideStep) bool { return strings.Contains(s.Text, want) }) {
			t.Errorf("no step of making a key speaks of %s", want)
		}
	}
}
