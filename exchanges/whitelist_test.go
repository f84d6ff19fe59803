package exchanges

import (
	"net/netip"
	"strings"
	"testing"
)

func list(entries ...string) IPWhitelist { return IPWhitelist{State: IPList, Entries: entries} }

// What a whitelist says of an address.
const (
	yes, no, unclear = "yes", "no", "unclear"
	home             = "203.0.113.7"
)

var allowances = []struct {
	list IPWhitelist
	from string
	want string
}{
	{IPWhitelist{}, home, unclear},
	{IPWhitelist{State: IPRestricted}, home, unclear},
	{IPWhitelist{State: IPAny}, home, yes},
	{IPWhitelist{State: IPAny}, "2001:db8::7", yes},
	{list(), home, unclear}, // some exchanges mean any by it
	{list(home), home, yes},
	{list("198.51.100.1", home), home, yes},
	{list("203.0.113.8"), home, no},
	{list("203.0.113.0/24"), home, yes},
	{list("203.0.113.200/24"), home, yes}, // with bits of a host
	{list("203.0.113.8/29"), home, no},
	{list("0.0.0.0/0"), home, yes},
	{list("0.0.0.0/0"), "2001:db8::7", no},
	{list("::/0"), "2001:db8::7", yes},
	{list("*"), home, yes},
	{list("*"), "2001:db8::7", yes},
	{list("203.0.113.1-203.0.113.9"), home, yes},
	{list("203.0.113.7 - 203.0.113.9"), home, yes},
	{list("203.0.113.8-203.0.113.9"), home, no},
	{list("203.0.113.1-203.0.113.6"), home, no},
	{list("2001:db8::/64"), "2001:db8::7", yes},
	{list("2001:db8::/64"), home, no},
	{list("2001:db8::1-2001:db8::f"), "2001:db8::7", yes},
	{list("::ffff:203.0.113.7"), home, yes},
	{list("::ffff:203.0.113.0/120"), home, yes},
	{list(home), "::ffff:203.0.113.7", yes},
	// What cannot be read may mean anything.
	{list("bot.example"), home, unclear},
	{list("203.0.*.*"), home, unclear},
	{list("203.0.113.9-203.0.113.1"), home, unclear},
	{list("203.0.113.1-2001:db8::7"), home, unclear},
	{list("203.0.113.1-9"), home, unclear},
	{list("203.0.113.0/33"), home, unclear},
	{list("bot.example", home), home, yes},
	{list(home, "bot.example"), home, yes},
	{list(home, ""), "203.0.113.8", unclear},
}

func TestAllows(t *testing.T) {
	for _, c := range allowances {
		got := unclear
		switch allowed, known := c.list.Allows(netip.MustParseAddr(c.from)); {
		case allowed && !known:
			t.Errorf("%v: allowed and not known", c.list)
		case allowed:
			got = yes
		case known:
			got = no
		}
		if got != c.want {
			t.Errorf("%s %v allows %s: %s, want %s", c.list.State, c.list.Entries, c.from, got, c.want)
		}
	}
	if _, known := list(home).Allows(netip.Addr{}); known {
		t.Error("something is known of no address")
	}
}

func TestAllowsCostsNoMemory(t *testing.T) {
	w, a := list("198.51.100.0/24", "2001:db8::/64", "192.0.2.1-192.0.2.9", "203.0.113.8"), netip.MustParseAddr("203.0.113.7")
	if n := testing.AllocsPerRun(100, func() { w.Allows(a) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestWidest(t *testing.T) {
	for _, c := range []struct{ entries, v4, v6 string }{
		{"", "", ""},
		{"203.0.113.7", "203.0.113.7/32", ""},
		{"2001:db8::7", "", "2001:db8::7/128"},
		{"203.0.113.7 198.51.100.0/24 192.0.2.0/28", "198.51.100.0/24", ""},
		{"2001:db8::/48 2001:db8::/32 203.0.113.7", "203.0.113.7/32", "2001:db8::/32"},
		{"::ffff:203.0.113.0/120", "203.0.113.0/24", ""},
		{"*", "0.0.0.0/0", "::/0"},
		{"0.0.0.0/0", "0.0.0.0/0", ""},
		{"::/0", "", "::/0"},
		{"::/63", "", "::/63"},
		{"bot.example 203.0.113.1-203.0.113.9", "203.0.113.0/29", ""}, // nine addresses: more than a /29, less than a /28
		{"203.0.113.127-203.0.113.128", "203.0.113.126/31", ""},       // two, though their block would be a /24
		{"10.0.0.0-10.255.255.255", "10.0.0.0/8", ""},
		{"2001:db8::-2001:db8:0:1:ffff:ffff:ffff:ffff", "", "2001:db8::/63"},
	} {
		v4, v6 := list(strings.Fields(c.entries)...).Widest()
		if prefixText(v4) != c.v4 || prefixText(v6) != c.v6 {
			t.Errorf("%s: %s and %s", c.entries, v4, v6)
		}
	}
	if v4, v6 := (IPWhitelist{State: IPAny}).Widest(); v4.IsValid() || v6.IsValid() {
		t.Error("what is no list has a block")
	}
}

func prefixText(p netip.Prefix) string {
	if !p.IsValid() {
		return ""
	}
	return p.String()
}

func TestARangeIsWrittenInOneWay(t *testing.T) {
	for entry, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "203.0.113.7/32": "203.0.113.7", "::ffff:203.0.113.7": "203.0.113.7", "203.0.113.7-203.0.113.7": "203.0.113.7",
		"203.0.113.9/24": "203.0.113.0/24", "203.0.113.0 - 203.0.113.255": "203.0.113.0/24", "2001:DB8:0::/48": "2001:db8::/48", "::/0": "::/0",
		"203.0.113.1-203.0.113.2": "203.0.113.1-203.0.113.2", "203.0.113.0-203.0.113.2": "203.0.113.0-203.0.113.2",
	} {
		if r, ok := ParseIPRange(entry); !ok || r.String() != want {
			t.Errorf("%s: %s, want %s", entry, r, want)
		}
	}
	for _, entry := range []string{"", "-", "/", "*", "any", "203.0.113", "203.0.113.7/", "203.0.113.7-", "-203.0.113.7", "203.0.113.7/-1"} {
		if r, ok := ParseIPRange(entry); ok {
			t.Errorf("%q was read as %s", entry, r)
		}
	}
}
