package desk

import (
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func on(month time.Month, day int) time.Time {
	return time.Date(2026, month, day, 12, 0, 0, 0, time.UTC)
}

// turned is a key that got the right to withdraw, lost an address, and then got
// another label.
func turned() *store.Record {
	ips := func(entries ...string) exchanges.IPWhitelist {
		return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
	}
	read, withdraw := exchanges.NewPermissionSet(exchanges.Read), exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw)
	return &store.Record{
		Facts: store.Facts{Since: on(11, 22), Seen: on(11, 25), Label: "bot\x1b[2J 2", Permissions: withdraw, IPs: ips("203.0.113.7")},
		Past: []store.Sight{
			{First: on(11, 20), Last: on(11, 21), Label: "bot", Permissions: withdraw, IPs: ips("203.0.113.7")},
			{First: on(8, 18), Last: on(11, 19), Label: "bot", Permissions: read, IPs: ips("203.0.113.7", "198.51.100.7")},
		},
	}
}

func TestTurnsReadAsLines(t *testing.T) {
	var got []string
	for _, turn := range Turns(turned()) {
		got = append(got, turn.String())
	}
	want := `2026-11-22  label "bot" → "bot[2J 2"   (was so 2026-08-18 … 2026-11-21)
2026-11-20  + withdraw   − 198.51.100.7   (was so 2026-08-18 … 2026-11-19)`
	if s := strings.Join(got, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func TestTurnsOfOneDay(t *testing.T) {
	r := &store.Record{
		Facts: store.Facts{Since: on(11, 22), Seen: on(11, 25), Account: "2"},
		Past:  []store.Sight{{First: on(11, 21), Last: on(11, 21), Account: "1"}},
	}
	all := Turns(r)
	if len(all) != 1 || all[0].String() != `2026-11-22  account "1" → "2"   (was so 2026-11-21)` {
		t.Errorf("%v", all)
	}
	if got := Turns(&store.Record{}); len(got) != 0 {
		t.Errorf("a key without past turned: %v", got)
	}
}
