package coinbase

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// flagOf says which flag of an answer a box of the page sets.
var flagOf = map[string]string{"View": "can_view", "Trade": "can_trade", "Transfer": "can_transfer"}

func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		flags := map[string]bool{"can_view": false, "can_trade": false, "can_transfer": false}
		for _, words := range ticked {
			flags[flagOf[words]] = true
		}
		body, err := json.Marshal(flags)
		if err != nil {
			t.Fatal(err)
		}
		return parsed(t, string(body)).Permissions
	}, exchanges.Margin, exchanges.Options, exchanges.Earn, exchanges.Admin, exchanges.Other)
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
