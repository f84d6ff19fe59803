package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store/policy"
)

func columnIDs(l layout) string {
	var ids []string
	for _, c := range l.columns {
		ids = append(ids, c.id)
	}
	return strings.Join(ids, " ")
}

func TestColumnsByWidth(t *testing.T) {
	for _, c := range []struct {
		w    int
		want string
	}{
		{200, "key account env perm ip age used deadline state"},
		{140, "key account env perm ip age used deadline state"},
		{120, "key env perm ip age used deadline state"},
		{100, "key perm ip age used deadline state"},
		{80, "key perm ip age used deadline state"},
		{71, "key perm age used deadline state"},
		{60, "key perm age deadline state"},
	} {
		if got := columnIDs(layoutFor(c.w)); got != c.want {
			t.Errorf("%d cells: %s, want %s", c.w, got, c.want)
		}
	}
}

func TestColumnsFillTheWidth(t *testing.T) {
	for w := 50; w < 300; w++ {
		l := layoutFor(w)
		last := l.columns[len(l.columns)-1]
		if got := last.first + last.width; got != w {
			t.Errorf("%d cells: columns end at %d", w, got)
		}
		if l.columns[0].width < 15 {
			t.Errorf("%d cells: a name has only %d", w, l.columns[0].width)
		}
	}
}

func TestColumnAt(t *testing.T) {
	l := layoutFor(120)
	if c, ok := l.at(margin); !ok || c.id != colKey {
		t.Errorf("the first cell belongs to %q", c.id)
	}
	if c, ok := l.at(119); !ok || c.id != colState {
		t.Errorf("the last cell belongs to %q", c.id)
	}
	if _, ok := l.at(0); ok {
		t.Error("the margin belongs to a column")
	}
}

func text(spans []span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.text)
	}
	return b.String()
}

func TestPermissionCell(t *testing.T) {
	set := exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw).With(exchanges.Options, exchanges.Unknown)
	spans := permissionCell(set, false)
	if got := text(spans); got != "R···?·W" {
		t.Errorf("got %s", got)
	}
	if last := spans[len(spans)-1]; last.ink != inkDanger {
		t.Error("withdraw is not in the danger colour")
	}
	if got := text(permissionCell(exchanges.PermissionSet{}, true)); got != "? ? ? ? ? ? ?" {
		t.Errorf("nothing known: %s", got)
	}
}

func TestIPCell(t *testing.T) {
	list := func(entries ...string) exchanges.IPWhitelist {
		return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
	}
	for _, c := range []struct {
		ips  exchanges.IPWhitelist
		want string
	}{
		{exchanges.IPWhitelist{}, "unknown"},
		{exchanges.IPWhitelist{State: exchanges.IPAny}, "any address"},
		{exchanges.IPWhitelist{State: exchanges.IPRestricted}, "restricted"},
		{list(), "empty list"},
		{list("203.0.113.7"), "203.0.113.7"},
		{list("203.0.113.7", "b", "c"), "203.0.113.7 +2"},
		{list("2001:db8:1234:5678::1", "b"), "2001:db8:123… +1"},
		{list("a\x1b[2Jb"), "a[2Jb"},
	} {
		if got := ipCell(c.ips, 16).text; got != c.want {
			t.Errorf("%v: %q, want %q", c.ips, got, c.want)
		}
	}
}

func TestUsedCellSaysNeverOnlyWhenTheExchangeDid(t *testing.T) {
	for _, c := range []struct {
		m            exchanges.Moment
		wide, narrow string
	}{
		{exchanges.Moment{}, "?", "?"},
		{exchanges.Never(), "never", "never"},
		{exchanges.At(noon.Add(-2 * time.Minute)), "2m ago", "2m"},
		{exchanges.At(noon.Add(30 * time.Second)), "just now", "0m"}, // its clock is a little ahead
	} {
		if got := usedCell(c.m, noon, true).text; got != c.wide {
			t.Errorf("wide: %q, want %q", got, c.wide)
		}
		if got := usedCell(c.m, noon, false).text; got != c.narrow {
			t.Errorf("narrow: %q, want %q", got, c.narrow)
		}
	}
}

func TestDeadlineCell(t *testing.T) {
	for _, c := range []struct {
		in           time.Duration
		why          policy.Reason
		wide, narrow string
		ink          ink
	}{
		{-7 * day, policy.ByPolicy, "7d overdue", "7d late", inkDanger},
		{-7 * day, policy.ByExpiry, "expired 7d", "expired", inkDanger},
		{0, policy.ByPolicy, "0m overdue", "0m late", inkDanger},
		{5 * time.Hour, policy.ByPolicy, "in 5h", "in 5h", inkWarning},
		{12 * day, policy.ByExpiry, "in 12d expiry", "12d expiry", inkWarning},
		{78 * day, policy.ByPolicy, "in 78d", "in 78d", inkText},
	} {
		r := &row{rules: newFakeDesk().rules}
		r.judged.Deadline = policy.Deadline{At: noon.Add(c.in), Reason: c.why}
		if got := deadlineCell(r, noon, true); got != (span{c.ink, c.wide}) {
			t.Errorf("%v %s: %v, want %q in ink %d", c.in, c.why, got, c.wide, c.ink)
		}
		if got := deadlineCell(r, noon, false).text; got != c.narrow || cells(got) > 10 {
			t.Errorf("%v %s: %q, want %q", c.in, c.why, got, c.narrow)
		}
	}
	if got := deadlineCell(&row{}, noon, true).text; got != "–" {
		t.Errorf("no deadline: %q", got)
	}
}

func TestAgeBar(t *testing.T) {
	for share, want := range map[float64]string{0: "", 0.5: "███", 0.52: "███▏", 1: "██████", 1.01: "██████!", 9: "██████!"} {
		if got := ageBar(share); got != want {
			t.Errorf("%v: %q, want %q", share, got, want)
		}
	}
}

func TestLongNameKeepsItsEnvironment(t *testing.T) {
	r := sortRow(strings.Repeat("x", 80), "Binance", 1, 1, 1, policy.Info)
	r.rec.Environment = exchanges.Testnet
	l := layoutFor(80)
	got := text(l.keyCell(l.columns[0], r))
	if !strings.HasSuffix(got, "… (t)") || cells(got) > l.columns[0].width {
		t.Errorf("got %q", got)
	}
}

func TestSpansOfTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		30 * time.Second: "0m", 59 * time.Minute: "59m", 23 * time.Hour: "23h", 400 * day: "400d", 999 * day: "999d", 1500 * day: "4y", -3 * day: "-3d",
	} {
		if got := briefly(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
	if got := ago(noon.Add(12*day), noon); got != "in 12d" {
		t.Errorf("the future: %q", got)
	}
}

func TestLongStateWordGivesUpItsSpaceFirst(t *testing.T) {
	s := state{word: "EXPIRES SOON", severity: policy.Warning}
	if got := stateCell(s, 14).text; got != "▲ EXPIRES SOON" {
		t.Errorf("got %q", got)
	}
	if got := stateCell(s, 13).text; got != "▲EXPIRES SOON" {
		t.Errorf("got %q", got)
	}
}
