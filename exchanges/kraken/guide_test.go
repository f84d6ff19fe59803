package kraken

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

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
		var words []string
		for _, b := range boxes {
			if slices.ContainsFunc(on, func(x exchanges.Box) bool { return x.Words == b.words }) {
				words = append(words, b.right)
			}
		}
		reported, _ := permissions(words)
		if got, want := reported.All(exchanges.Granted), will.All(exchanges.Granted); !slices.Equal(got, want) {
			t.Errorf("asked %v: the boxes give %v, the guide says %v", asked, got, want)
		}
		if !slices.Contains(asked, exchanges.Withdraw) && reported.Has(exchanges.Withdraw) {
			t.Errorf("asked %v: the key may withdraw", asked)
		}
	}
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
