package desk

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// machineOf is a machine that had these addresses one after the other, each
// answer one text.
func machineOf(answers ...string) store.Machine {
	var m store.Machine
	for i, text := range answers {
		var all []netip.Addr
		for a := range strings.FieldsSeq(text) {
			all = append(all, netip.MustParseAddr(a))
		}
		m = m.Seen(time.Date(2026, 11, 20+i, 8, 0, 0, 0, time.UTC), all...)
	}
	return m
}

func TestWhatToPaste(t *testing.T) {
	any4 := exchanges.IPWhitelist{State: exchanges.IPAny}
	list := func(entries ...string) exchanges.IPWhitelist {
		return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
	}
	both := machineOf("203.0.113.7 2001:db8::7")
	wide := exchanges.IPRule{CIDR: true, IPv6: true}
	for name, c := range map[string]struct {
		rule    exchanges.IPRule
		machine store.Machine
		present exchanges.IPWhitelist
		text    string
		remarks []string // words of each, in order
	}{
		"a key without a list":         {wide, both, any4, "203.0.113.7,2001:db8::7", nil},
		"in the exchange's format":     {exchanges.IPRule{Separator: " ", IPv6: true}, both, any4, "203.0.113.7 2001:db8::7", nil},
		"no IPv6":                      {exchanges.IPRule{}, both, any4, "203.0.113.7", []string{"2001:db8::7 is left out: Toy is not known to take IPv6"}},
		"beside what is there":         {wide, both, list("203.0.113.9"), "203.0.113.9,203.0.113.7,2001:db8::7", nil},
		"what is there has it":         {wide, both, list("203.0.113.0/24", "2001:db8::/64"), "203.0.113.0/24,2001:db8::/64", nil},
		"IPv6 is there against all":    {exchanges.IPRule{}, both, list("203.0.113.7", "2001:db8::7"), "203.0.113.7,2001:db8::7", nil},
		"full":                         {exchanges.IPRule{Most: 2}, machineOf("203.0.113.7"), list("203.0.113.8", "203.0.113.9"), "203.0.113.8,203.0.113.9,203.0.113.7", []string{"3 addresses are too many: Toy takes 2"}},
		"just full":                    {exchanges.IPRule{Most: 2}, machineOf("203.0.113.7"), list("203.0.113.8"), "203.0.113.8,203.0.113.7", nil},
		"hidden entries":               {wide, machineOf("203.0.113.7"), exchanges.IPWhitelist{State: exchanges.IPRestricted}, "203.0.113.7", []string{"is not known: add to it"}},
		"nothing told":                 {wide, machineOf("203.0.113.7"), exchanges.IPWhitelist{}, "203.0.113.7", []string{"is not known: add to it"}},
		"no whitelists":                {exchanges.IPRule{None: true}, both, any4, "", []string{"Toy has no IP whitelists"}},
		"nobody was asked":             {wide, store.Machine{}, any4, "", nil},
		"nobody was asked, a list":     {wide, store.Machine{}, list("203.0.113.9"), "203.0.113.9", nil},
		"an earlier address":           {wide, machineOf("203.0.113.7", "203.0.113.9"), list("203.0.113.7", "192.0.2.1"), "203.0.113.7,192.0.2.1,203.0.113.9", []string{"had 203.0.113.7 earlier"}},
		"an earlier address, and back": {wide, machineOf("203.0.113.7", "203.0.113.9", "203.0.113.7"), list("203.0.113.7"), "203.0.113.7", nil},
		"what an exchange wrote":       {wide, store.Machine{}, list("203.0.113.9\x1b[2J"), "203.0.113.9[2J", nil},
	} {
		got := PasteFor("Toy", c.rule, c.machine, c.present)
		if got.Text != c.text {
			t.Errorf("%s: %q, want %q", name, got.Text, c.text)
		}
		if len(got.Remarks) != len(c.remarks) {
			t.Errorf("%s: remarks %q, want %q", name, got.Remarks, c.remarks)
			continue
		}
		for i, words := range c.remarks {
			if !strings.Contains(got.Remarks[i], words) {
				t.Errorf("%s: %q, want %q", name, got.Remarks[i], words)
			}
		}
	}
}
