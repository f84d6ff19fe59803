package okx

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ticked is a key for which boxes were ticked, as an inspection reports it.
func ticked(on []exchanges.Box) key {
	var words []string
	for i, box := range boxWords {
		if slices.ContainsFunc(on, func(x exchanges.Box) bool { return x.Words == box }) {
			words = append(words, rights[i].Word)
		}
	}
	return key{Perm: wire.Text(strings.Join(words, ",")), UID: "1", MainUID: "1"}
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
		reported := ticked(on).info(exchanges.Live).Permissions
		if got, want := reported.All(exchanges.Granted), will.All(exchanges.Granted); !slices.Equal(got, want) {
			t.Errorf("asked %v: the boxes give %v, the guide says %v", asked, got, want)
		}
		if reported.Has(exchanges.Withdraw) && !slices.Contains(asked, exchanges.Withdraw) {
			t.Errorf("asked %v: the key may withdraw", asked)
		}
		for _, p := range missing {
			if p != exchanges.Admin && p != exchanges.Other {
				t.Errorf("asked %v: no box gives %s", asked, p)
			}
		}
	}
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
