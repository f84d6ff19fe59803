package binance

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestBoxesGiveWhatAnInspectionReports(t *testing.T) {
	exchangetest.Boxes(t, guide(), func(ticked []string) exchanges.PermissionSet {
		switches := map[string]bool{"enableInternalTransfer": false, "enableFixApiTrade": false}
		for _, b := range boxes {
			switches[b.flag] = slices.Contains(ticked, b.words)
		}
		return permissions(switches)
	}, exchanges.Earn, exchanges.Admin, exchanges.Other)
}

func TestBoxesAreSwitchesOfAnAnswer(t *testing.T) {
	for _, b := range boxes {
		if got, _ := rights.Of(b.flag); !slices.Equal(got.Gives, b.gives) {
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
