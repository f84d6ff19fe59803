package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func ipList(entries ...string) exchanges.IPWhitelist {
	return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
}

var (
	anywhere   = exchanges.IPWhitelist{State: exchanges.IPAny}
	restricted = exchanges.IPWhitelist{State: exchanges.IPRestricted}
	untold     = exchanges.IPWhitelist{}
)

// markOf returns the mark of a line of a review, "" when there is none.
func markOf(r *Review, what string) string {
	for _, l := range r.Lines {
		if l.What == what {
			return l.Mark
		}
	}
	return ""
}

func TestPermissionsAgainstThePlan(t *testing.T) {
	s := stateAt(Create, StepVerify)
	will := exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot)
	some := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
	for _, c := range []struct {
		name            string
		got             exchanges.PermissionSet
		what, mark      string
		wider, narrower int
	}{
		{"as planned", will, "spot", MarkSame, 0, 0},
		{"it may withdraw", will.With(exchanges.Withdraw, exchanges.Granted), "withdraw", MarkWider, 1, 0},
		{"it may not trade", will.With(exchanges.Spot, exchanges.NotGranted), "spot", MarkNarrower, 0, 1},
		{"both", exchanges.NewPermissionSet(exchanges.Read, exchanges.Admin), "admin", MarkWider, 1, 1},
		{"not told", some, "spot", MarkUnknown, 0, 0},
		{"neither planned nor told", some, "withdraw", "", 0, 0},
	} {
		r := s.compare(will, exchanges.KeyInfo{Permissions: c.got, IPs: s.Plan.IPs, Seen: later})
		if markOf(r, c.what) != c.mark || len(r.Wider) != c.wider || len(r.Narrower) != c.narrower || !r.At.Equal(later) {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

func TestAddressesAgainstThePlan(t *testing.T) {
	for _, c := range []struct {
		name            string
		want, got       exchanges.IPWhitelist
		mark            string
		wider, narrower int
	}{
		{"the same", ipList("203.0.113.7", "198.51.100.2"), ipList("198.51.100.2", "203.0.113.7"), MarkSame, 0, 0},
		{"the same as a block of one", ipList("203.0.113.7"), ipList("203.0.113.7/32"), MarkSame, 0, 0},
		{"the same, IPv6", ipList("2001:db8::1"), ipList("2001:0db8:0:0::1/128"), MarkSame, 0, 0},
		{"the same, mapped", ipList("203.0.113.7"), ipList("::ffff:203.0.113.7"), MarkSame, 0, 0},
		{"the same block", ipList("203.0.113.0/24"), ipList("203.0.113.9/24"), MarkSame, 0, 0},
		{"another block", ipList("203.0.113.0/24"), ipList("203.0.113.0/25"), MarkWider, 1, 0},
		{"one more", ipList("203.0.113.7"), ipList("203.0.113.7", "198.51.100.2"), MarkWider, 1, 0},
		{"one less", ipList("203.0.113.7", "198.51.100.2"), ipList("203.0.113.7"), MarkNarrower, 0, 1},
		{"open instead of a list", ipList("203.0.113.7"), anywhere, MarkWider, 1, 0},
		{"open instead of a list that nobody knows", restricted, anywhere, MarkWider, 1, 0},
		{"a list instead of open", anywhere, ipList("203.0.113.7"), MarkNarrower, 0, 1},
		{"some list instead of open", anywhere, restricted, MarkNarrower, 0, 1},
		{"open as planned", anywhere, anywhere, MarkSame, 0, 0},
		{"not told", ipList("203.0.113.7"), untold, MarkUnknown, 0, 0},
		{"not told which", ipList("203.0.113.7"), restricted, MarkUnknown, 0, 0},
		{"a list where some list was", restricted, ipList("203.0.113.7"), MarkUnknown, 0, 0},
		{"some list as before", restricted, restricted, MarkUnknown, 0, 0},
		{"not planned", untold, anywhere, MarkUnknown, 0, 0},
		{"an entry that is no address", ipList("office"), ipList("office"), MarkSame, 0, 0},
	} {
		r := &Review{}
		r.addresses(c.want, c.got)
		if r.Lines[0].Mark != c.mark || len(r.Wider) != c.wider || len(r.Narrower) != c.narrower {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

func TestAKeyOfAnotherAccountIsAStop(t *testing.T) {
	s := stateAt(Rotate, StepVerify)
	for got, want := range map[string]int{"main": 0, "": 0, "sub-7": 1} {
		r := s.compare(s.asked(), exchanges.KeyInfo{Permissions: s.asked(), IPs: s.Plan.IPs, Account: got})
		if len(r.Wider) != want || want == 1 && !strings.Contains(r.Wider[0], "sub-7") {
			t.Errorf("account %q: %q", got, r.Wider)
		}
	}
}

func TestOtherRightsAreHeldAgainstThoseOfTheOldKey(t *testing.T) {
	other := exchanges.NewPermissionSet(exchanges.Read, exchanges.Other)
	s := stateAt(Rotate, StepVerify, func(s *State) {
		s.Old.Facts.Permissions, s.Old.Facts.ExchangePermissions = other, []string{"read", "gift cards"}
	})
	got := exchanges.KeyInfo{Permissions: other, IPs: s.Plan.IPs, ExchangePermissions: []string{"read", "gift cards"}}
	if r := s.compare(other, got); len(r.Narrower) != 0 {
		t.Errorf("the same words: %q", r.Narrower)
	}
	got.ExchangePermissions = append(got.ExchangePermissions, "affiliate")
	if r := s.compare(other, got); len(r.Narrower) != 1 || !strings.Contains(r.Narrower[0], "affiliate") || strings.Contains(r.Narrower[0], "gift") {
		t.Errorf("a new word: %q", r.Narrower)
	}
	s.Kind = Create
	if r := s.compare(other, got); len(r.Narrower) != 0 {
		t.Errorf("a created key has no old one: %q", r.Narrower)
	}
}

func TestParseIPs(t *testing.T) {
	for text, want := range map[string]exchanges.IPWhitelist{
		"":                                   untold,
		" \t\n,;":                            untold,
		"any":                                anywhere,
		" ANY ":                              anywhere,
		"203.0.113.7":                        ipList("203.0.113.7"),
		"203.0.113.7, 198.51.100.2":          ipList("198.51.100.2", "203.0.113.7"),
		"203.0.113.7;203.0.113.7\n10.0.0.1,": ipList("10.0.0.1", "203.0.113.7"),
		"any, 203.0.113.7":                   ipList("203.0.113.7", "any"), // no address: refused by checkIPs
		"2001:db8::/32":                      ipList("2001:db8::/32"),
	} {
		if got := ParseIPs(text); got.State != want.State || !slices.Equal(got.Entries, want.Entries) {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

func TestListText(t *testing.T) {
	for want, w := range map[string]exchanges.IPWhitelist{
		"any address": anywhere, "a list, entries not told": restricted, "not told": untold, "10.0.0.1, 10.0.0.2": ipList("10.0.0.1", "10.0.0.2"),
	} {
		if got := ListText(w); got != want {
			t.Errorf("%+v: %q", w, got)
		}
		if w.State == exchanges.IPList {
			if again := ParseIPs(ListText(w)); !slices.Equal(again.Entries, w.Entries) {
				t.Errorf("%q is read as %+v", ListText(w), again)
			}
		}
	}
}

func TestCompareWithoutAFlow(t *testing.T) {
	got := &store.Facts{Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw), IPs: ipList("203.0.113.7")}
	r := Compare(exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot), ipList("203.0.113.7", "203.0.113.8"), got, time.Time{})
	marks := ""
	for _, l := range r.Lines {
		marks += l.What + " " + l.Mark + ", "
	}
	if marks != "read same, spot narrower, withdraw wider, IP whitelist narrower, " || len(r.Wider) != 1 || len(r.Narrower) != 2 {
		t.Errorf("%s wider %v, narrower %v", marks, r.Wider, r.Narrower)
	}
	if r := Compare(exchanges.PermissionSet{}, exchanges.IPWhitelist{}, got, time.Time{}); len(r.Lines) != 0 {
		t.Errorf("compared with nothing: %+v", r.Lines)
	}
}
