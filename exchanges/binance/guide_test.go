package binance

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
		switches := map[string]bool{"enableInternalTransfer": false, "enableFixApiTrade": false}
		for _, b := range boxes {
			switches[b.flag] = slices.ContainsFunc(on, func(x exchanges.Box) bool { return x.Words == b.words })
		}
		reported := permissions(switches)
		if got, want := reported.All(exchanges.Granted), will.All(exchanges.Granted); !slices.Equal(got, want) {
			t.Errorf("asked %v: the boxes give %v, the guide says %v", asked, got, want)
		}
		if got := reported.All(exchanges.NotGranted); !slices.Contains(asked, exchanges.Withdraw) && !slices.Contains(got, exchanges.Withdraw) {
			t.Errorf("asked %v: withdraw is not off", asked)
		}
	}
}

func TestBoxesAreSwitchesOfAnAnswer(t *testing.T) {
	for _, b := range boxes {
		if got := rights[b.flag]; !slices.Equal(got, b.gives) {
			t.Errorf("%s gives %v, an answer says %v", b.words, b.gives, got)
		}
	}
}

// Boxes beyond reading cannot be ticked before there is an IP list.
func TestGuideSetsTheListBeforeTheBoxes(t *testing.T) {
	at := func(steps []exchanges.GuideStep, v exchanges.GuideValue) int {
		return slices.IndexFunc(steps, func(s exchanges.GuideStep) bool { return s.Put == v })
	}
	for name, steps := range map[string][]exchanges.GuideStep{"create": guide().Create, "restrict": guide().Restrict} {
		if ips, ticks := at(steps, exchanges.PutIPs), at(steps, exchanges.PutTicks); ips < 0 || ips > ticks {
			t.Errorf("%s: addresses at %d, boxes at %d", name, ips, ticks)
		}
	}
}
