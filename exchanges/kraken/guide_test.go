package kraken

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// rightOf says which right of an answer a box of the page gives.
var rightOf = map[string]string{
	"Query funds": "query-funds", "Withdraw funds": "withdraw-funds", "Earn": "earn-funds",
	"Query open orders & trades": "query-open-trades", "Query closed orders & trades": "query-closed-trades",
	"Create & modify orders": "modify-trades", "Cancel & close orders": "close-trades",
	"Query ledger entries": "query-ledger", "Access WebSockets API": "create-ws-token",
}

func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		words := make([]string, len(ticked))
		for i, box := range ticked {
			words[i] = rightOf[box]
		}
		return rights.Set(words)
	}, exchanges.Futures, exchanges.Options, exchanges.Transfer, exchanges.Admin)
}

func TestGuideTicksTheRightsOfASpotBot(t *testing.T) {
	on, off, _, missing := guide().Plan([]exchanges.Permission{exchanges.Read, exchanges.Spot})
	var ticked, left []string
	for _, b := range on {
		ticked = append(ticked, b.Words)
	}
	for _, b := range off {
		left = append(left, b.Words)
	}
	want := []string{"Query funds", "Query open orders & trades", "Query closed orders & trades", "Create & modify orders", "Cancel & close orders", "Query ledger entries"}
	if !slices.Equal(ticked, want) || len(missing) != 0 {
		t.Errorf("ticked %q, missing %v", ticked, missing)
	}
	if !slices.Contains(left, "Withdraw funds") {
		t.Errorf("left off %q", left)
	}
}

func TestLabelsFitKraken(t *testing.T) {
	got := guide().Label.Make("Grid Bot with a very long name indeed", "7f3a9c")
	if len(got) > 32 || got[len(got)-7:] != "-7f3a9c" {
		t.Errorf("label %q", got)
	}
}
