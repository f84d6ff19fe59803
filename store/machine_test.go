package store

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

var machineStart = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)

// hours is a moment so many hours after the first question.
func hours(n int) time.Time { return machineStart.Add(time.Duration(n) * time.Hour) }

// told merges answers that came an hour apart: "a b" is one answer of two
// addresses, "" one that nobody gave.
func told(answers ...string) Machine {
	var m Machine
	for i, answer := range answers {
		var addrs []netip.Addr
		for a := range strings.FieldsSeq(answer) {
			addrs = append(addrs, netip.MustParseAddr(a))
		}
		m = m.Seen(hours(i), addrs...)
	}
	return m
}

// text writes addresses as "203.0.113.7 0-2", with the hours of first and last.
func (a Address) text() string {
	return fmt.Sprintf("%s %.0f-%.0f", a.Addr, a.First.Sub(machineStart).Hours(), a.Last.Sub(machineStart).Hours())
}

func texts(all []Address) string {
	out := make([]string, len(all))
	for i, a := range all {
		out[i] = a.text()
	}
	return strings.Join(out, ", ")
}

const v4, other4, v6, other6 = "203.0.113.7", "203.0.113.9", "2001:db8::7", "2001:db8::9"

func TestWhatEchoServicesSaid(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers []string
		current string
		earlier string
		changed string // "FROM to TO", and "fresh" where the last answer brought it
	}{
		{"nobody was asked", nil, "", "", ""},
		{"nobody answered", []string{""}, "", "", ""},
		{"the first answer is no change", []string{v4}, v4 + " 0-0", "", ""},
		{"IPv4 comes before IPv6", []string{v6 + " " + v4}, v4 + " 0-0, " + v6 + " 0-0", "", ""},
		{"the same again", []string{v4, v4, v4}, v4 + " 0-2", "", ""},
		{"the other kind later is no change", []string{v4, v4 + " " + v6}, v4 + " 0-1, " + v6 + " 1-1", "", ""},
		{"one kind fails", []string{v4 + " " + v6, v4, v4}, v4 + " 0-2, " + v6 + " 0-0", "", ""},
		{"one kind fails for a while", []string{v4 + " " + v6, v4, v4 + " " + v6}, v4 + " 0-2, " + v6 + " 0-2", "", ""},
		{"a change", []string{v4, other4}, other4 + " 1-1", v4 + " 0-0", "203.0.113.7 to 203.0.113.9 fresh"},
		{"a change goes on", []string{v4, v4, other4, other4}, other4 + " 2-3", v4 + " 0-1", "203.0.113.7 to 203.0.113.9"},
		{"a change after nobody answered", []string{v4, "", other4}, other4 + " 2-2", v4 + " 0-0", "203.0.113.7 to 203.0.113.9 fresh"},
		{"a change while the other kind fails", []string{v4 + " " + v6, other4}, other4 + " 1-1, " + v6 + " 0-0", v4 + " 0-0", "203.0.113.7 to 203.0.113.9 fresh"},
		{"both change", []string{v4 + " " + v6, other4 + " " + other6}, other4 + " 1-1, " + other6 + " 1-1", v6 + " 0-0, " + v4 + " 0-0",
			"203.0.113.7 to 203.0.113.9 fresh, 2001:db8::7 to 2001:db8::9 fresh"},
		{"there and back", []string{v4, other4, v4}, v4 + " 2-2", other4 + " 1-1, " + v4 + " 0-0", "203.0.113.9 to 203.0.113.7 fresh"},
		{"two of a kind", []string{v4 + " " + other4, v4 + " " + other4}, v4 + " 0-1, " + other4 + " 0-1", "", ""},
		{"one of two is away once", []string{v4 + " " + other4, v4, v4 + " " + other4}, other4 + " 2-2, " + v4 + " 0-2", other4 + " 0-0", ""},
		{"twice the same", []string{v4 + " " + v4 + " ::ffff:" + v4}, v4 + " 0-0", "", ""},
	} {
		m := told(c.answers...)
		var earlier []Address
		for _, a := range m.Addresses {
			if a.Gone {
				earlier = append(earlier, a)
			}
		}
		var changed []string
		for _, x := range m.Changed() {
			text := x.From.Addr.String() + " to " + x.To.Addr.String()
			if x.Fresh() {
				text += " fresh"
			}
			changed = append(changed, text)
		}
		if got := texts(m.Current()); got != c.current {
			t.Errorf("%s: now %s, want %s", c.name, got, c.current)
		}
		if got := texts(earlier); got != c.earlier {
			t.Errorf("%s: before %s, want %s", c.name, got, c.earlier)
		}
		if got := strings.Join(changed, ", "); got != c.changed {
			t.Errorf("%s: changed %q, want %q", c.name, got, c.changed)
		}
	}
}

func TestAskedIsWhenSomebodyLastAnswered(t *testing.T) {
	if got := told("", "").Asked(); !got.IsZero() {
		t.Error(got)
	}
	if got := told(v4+" "+v6, v6, "").Asked(); !got.Equal(hours(1)) {
		t.Error(got)
	}
}

// A clock that was set back neither makes the new address an old one nor hides
// the change.
func TestAnAnswerAfterTheClockWasSetBack(t *testing.T) {
	m := told(v4, v4, v4).Seen(hours(-100), netip.MustParseAddr(other4))
	if got := texts(m.Current()); got != other4+" 2-2" || len(m.Changed()) != 1 {
		t.Errorf("%s, %v", got, m.Changed())
	}
	if m = told(v4).Seen(hours(0), netip.MustParseAddr(other4)); len(m.Changed()) != 1 {
		t.Error("at the same moment it is no change")
	}
}

func TestEarlierAddressesAreFew(t *testing.T) {
	var answers []string
	for i := range 3 * maxEarlier {
		answers = append(answers, fmt.Sprintf("198.51.100.%d", i), v6)
	}
	m := told(answers...)
	if len(m.Addresses) != maxEarlier+2 || len(m.Current()) != 2 {
		t.Fatalf("%d addresses", len(m.Addresses))
	}
	if got := m.Addresses[2].Addr.String(); got != "198.51.100.58" {
		t.Errorf("%s was forgotten first", got)
	}
}

func TestSeenLeavesItsMachineAlone(t *testing.T) {
	m := told(v4)
	m.Seen(hours(9), netip.MustParseAddr(other4))
	if got := texts(m.Current()); got != v4+" 0-0" {
		t.Error(got)
	}
}

func TestStanding(t *testing.T) {
	list := func(entries ...string) exchanges.IPWhitelist {
		return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
	}
	for _, c := range []struct {
		name    string
		machine Machine
		list    exchanges.IPWhitelist
		ipv6    bool
		want    Standing
		by      string
	}{
		{"nobody was asked", Machine{}, list(v4), true, StandingUnknown, ""},
		{"no restriction", Machine{}, exchanges.IPWhitelist{State: exchanges.IPAny}, true, AnyAddress, ""},
		{"no list is known", told(v4), exchanges.IPWhitelist{}, true, StandingUnknown, ""},
		{"hidden entries", told(v4), exchanges.IPWhitelist{State: exchanges.IPRestricted}, true, StandingUnknown, ""},
		{"on it", told(v4), list(other4, v4), false, OnList, v4},
		{"in a block", told(v4), list("203.0.113.0/24"), false, OnList, v4},
		{"not on it", told(v4), list(other4), false, OffList, v4},
		{"an earlier address is", told(v4, other4), list(v4), false, OffList, other4},
		{"one of both kinds is", told(v4 + " " + v6), list(v6), true, OnList, v6},
		{"none of both kinds is", told(v6, v4), list(other4, other6), true, OffList, v4},
		{"IPv6, where lists may have it", told(v6), list(other4), true, OffList, v6},
		{"IPv6, where they are not known to", told(v6), list(other4), false, StandingUnknown, ""},
		{"IPv6 on a list that is not known to take it", told(v6), list(v6), false, OnList, v6},
		{"an entry that is none", told(v4), list(other4, "bot.example"), false, StandingUnknown, ""},
	} {
		got, by := c.machine.Standing(c.list, c.ipv6)
		text := ""
		if by.IsValid() {
			text = by.String()
		}
		if got != c.want || text != c.by {
			t.Errorf("%s: %s by %q, want %s by %q", c.name, got, text, c.want, c.by)
		}
	}
	m, w := told(v4+" "+v6), list("198.51.100.0/24", other4)
	if n := testing.AllocsPerRun(100, func() { m.Standing(w, true) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
