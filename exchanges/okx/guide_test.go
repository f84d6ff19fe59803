package okx

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
		k := key{Perms: wire.Words{Known: true}, UID: "1", MainUID: "1"}
		for i, box := range boxes {
			if slices.Contains(ticked, box.Words) {
				k.Perms.Values = append(k.Perms.Values, rights[i].Word)
			}
		}
		return k.info(exchanges.Live).Permissions
	}, exchanges.Admin, exchanges.Other)
}

func TestGuideWarnsWhereAKeyWouldEnd(t *testing.T) {
	g := guide()
	for name, steps := range map[string][]exchanges.GuideStep{"create": g.Create, "restrict": g.Restrict} {
		i := slices.IndexFunc(steps, func(s exchanges.GuideStep) bool { return s.Put == exchanges.PutIPs })
		if i < 0 || !strings.Contains(steps[i].Text, "14 days") {
			t.Errorf("%s: the step of the IP list does not say what happens without one", name)
		}
	}
}

func TestGuideHasTheLimits(t *testing.T) {
	g := guide()
	if g.MostKeys != 50 || g.Label.Max != 50 || g.Label.Chars != "" || g.IPs.Most != 20 || !g.IPs.CIDR || !g.IPs.IPv6 || g.AsOf != "2026-11-23" {
		t.Errorf("%+v", g)
	}
	if got := g.IPs.Join([]string{"203.0.113.7", "2001:db8::/64"}); got != "203.0.113.7,2001:db8::/64" {
		t.Error(got)
	}
}
