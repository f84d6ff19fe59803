package bybit

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		g := groups{"Spot": {}, "ContractTrade": {}, "Options": {}, "Wallet": {}, "Exchange": {}, "Earn": {}}
		mode := wire.Flag{Known: true, Value: true}
		for _, b := range boxes {
			if b.group != "" && slices.Contains(ticked, b.words) {
				g[b.group] = append(g[b.group], b.rights...)
				mode.Value = false // the guide says Read-Write then
			}
		}
		return permissions(g, mode)
	}, exchanges.Margin)
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
