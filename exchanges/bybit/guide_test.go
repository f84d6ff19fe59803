package bybit

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ticked returns the rights of a key for which boxes were ticked, as an answer
// has them, with the groups that have none.
func ticked(on []exchanges.Box) (groups, wire.Flag) {
	g := groups{"Spot": {}, "ContractTrade": {}, "Options": {}, "Wallet": {}, "Exchange": {}, "Earn": {}}
	mode := wire.Flag{Known: true, Value: true}
	for _, b := range boxes {
		if b.group != "" && slices.ContainsFunc(on, func(x exchanges.Box) bool { return x.Words == b.words }) {
			g[b.group] = append(g[b.group], b.rights...)
			mode.Value = false // the guide says Read-Write then
		}
	}
	return g, mode
}

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
		reported := permissions(ticked(on))
		if got, want := reported.All(exchanges.Granted), will.All(exchanges.Granted); !slices.Equal(got, want) {
			t.Errorf("asked %v: the boxes give %v, the guide says %v", asked, got, want)
		}
		if reported.Has(exchanges.Withdraw) && !slices.Contains(asked, exchanges.Withdraw) {
			t.Errorf("asked %v: the key may withdraw", asked)
		}
		if hasMargin := slices.Contains(asked, exchanges.Margin); hasMargin != slices.Contains(missing, exchanges.Margin) {
			t.Errorf("asked %v: missing %v, and Bybit has no box for margin", asked, missing)
		}
	}
}

func TestGuideSaysWhichModeToChoose(t *testing.T) {
	g := guide()
	for name, steps := range map[string][]exchanges.GuideStep{"create": g.Create, "restrict": g.Restrict} {
		mode := slices.IndexFunc(steps, func(s exchanges.GuideStep) bool { return strings.HasPrefix(s.Text, "Read-Write if") })
		tick := slices.IndexFunc(steps, func(s exchanges.GuideStep) bool { return s.Put == exchanges.PutTicks })
		if mode < 0 || mode > tick {
			t.Errorf("%s: the mode is chosen at %d, the boxes at %d", name, mode, tick)
		}
	}
}
