package ui

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// incidentDesk starts the program on the fixture, in which 3Commas has three
// keys.
func incidentDesk(t *testing.T, w, h int) (*driver, *fakeDesk) {
	t.Helper()
	all := fixture()
	for _, r := range all {
		switch r.Name {
		case "treasury", "tax-export", "hedge":
			r.Consumers = append(r.Consumers, store.Consumer{Name: "3Commas"})
		case "paper":
			r.Consumers = append(r.Consumers, store.Consumer{Name: "3commas"}, store.Consumer{Name: "3Commas"}) // counts once
		}
	}
	env, fake := testEnv(t, all...)
	d := drive(t, env, dashboardPage)
	d.resize(w, h)
	d.press(":")
	d.typeText("incident")
	d.press("enter")
	return d, fake
}

// listed returns the keys of the incident page, in order, with their marks.
func listed(d *driver) string {
	var out []string
	for line := range strings.SplitSeq(d.view(), "\n") {
		if _, rest, ok := strings.Cut(line, "["); ok && len(rest) > 3 && rest[1] == ']' {
			name, _, _ := strings.Cut(rest[3:], " ")
			out = append(out, strings.TrimSpace(rest[:1]+name))
		}
	}
	return strings.Join(out, " ")
}

func TestIncidentListsWhatMayHaveLeaked(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := incidentDesk(t, size[0], size[1])
		checkFrame(t, d.view(), size[0], size[1])
		d.see("─ Incident: what leaked? ─", "> program  3Commas · 4 keys", "program  grid-bot · 1 key", "exchange Binance · 4 keys", "exchange Kraken · 2 keys")
	}
	d, _ := incidentDesk(t, 120, 40)
	golden(t, "incident-pick", d.view())
	d.typeText("krak")
	d.see("/ krak", "> exchange Kraken · 2 keys")
	d.seeNot("3Commas")
	d.press("ctrl+u")
	d.typeText("qqq")
	d.see("No program and no exchange is called that.")
	d.press("enter", "backspace", "backspace", "backspace", "down", "up", "pgdown", "pgup", "tab", "shift+tab")
	d.see("> program  3Commas")
	d.paste("Deri\x1b[2Jbit\n")
	d.see("No program")
	d.press("esc")
	d.seeNot("what leaked?")
}

func TestIncidentRevokesWorstFirst(t *testing.T) {
	d, fake := incidentDesk(t, 100, 30)
	got := begun(fake.flows)
	d.press("enter")
	d.see("Incident · 3Commas leaked · 4 keys", "can withdraw, from 198.51.100.0/24 only", "can only read, from any address", "enter revoke 4 keys")
	if order := listed(d); order != "xtreasury xtax-export xhedge xpaper" {
		t.Errorf("listed %s", order)
	}
	golden(t, "incident-page", d.view())
	d.press("j", " ")
	if order := listed(d); order != "xtreasury tax-export xhedge xpaper" {
		t.Errorf("after leaving one alone: %s", order)
	}
	d.press("enter") // too soon: nobody can have read that
	if len(*got) != 0 {
		t.Fatalf("began %v", names(*got))
	}
	d.advance(time.Second)
	d.press("enter")
	if names(*got) != "revoke treasury, revoke hedge, revoke paper" {
		t.Errorf("began %s", names(*got))
	}
	for i, r := range *got {
		if r.Batch.Reason != "3Commas leaked" || r.Batch.Number != i+1 || r.Batch.Of != 3 || r.Batch.ID == "" {
			t.Errorf("flow %d has the batch %+v", i, r.Batch)
		}
	}
	onPageOf(d, "s1")
	d.press("q")
	if _, ok := d.top().(*dashboard); !ok {
		t.Errorf("below the flow is %T", d.top())
	}
}

func TestIncidentOfOneKeyKeepsItsReason(t *testing.T) {
	d, fake := incidentDesk(t, 100, 30)
	got := begun(fake.flows)
	d.clickOn("grid-bot · 1 key")
	d.advance(time.Second)
	d.press("enter")
	if names(*got) != "revoke grid-bot" || (*got)[0].Batch.Reason != "grid-bot leaked" || (*got)[0].Batch.ID == "" {
		t.Errorf("began %+v", *got)
	}
}

func TestIncidentPageChoosesAndRefreshes(t *testing.T) {
	d, fake := incidentDesk(t, 60, 20)
	d.press("enter")
	d.advance(time.Second)
	checkFrame(t, d.view(), 60, 20)
	d.press("a")
	if order := listed(d); order != "treasury tax-export hedge paper" {
		t.Errorf("after none: %s", order)
	}
	d.press("enter")
	d.see("no key is chosen")
	d.press("a", "G", "k", "g")
	d.clickOn("hedge")
	if order := listed(d); order != "xtreasury xtax-export hedge xpaper" {
		t.Errorf("after a click: %s", order)
	}
	f := stuckRevoke()
	fake.flows.open = append(fake.flows.open, f)
	fake.change(func(all []*store.Record) []*store.Record {
		return slices.DeleteFunc(all, func(r *store.Record) bool { return r.Name == "tax-export" })
	})
	d.send(snapshotMsg{})
	d.see("↻ REVOKING !", "3 keys")
	if order := listed(d); order != "xtreasury hedge xpaper" {
		t.Errorf("after one was forgotten: %s", order)
	}
	fake.readOnly = "another keyrota is running"
	d.press("enter")
	d.see("another keyrota is running")
	fake.change(func([]*store.Record) []*store.Record { return fixture()[3:4] })
	d.app.page().(*incidentPage).leak.ids = nil
	d.send(snapshotMsg{})
	d.see("None of these keys is in keyrota any more.")
	d.press("j", " ", "a", "pgdown", "pgup")
	checkFrame(t, d.view(), 60, 20)
	d.press("esc")
	if _, ok := d.top().(*dashboard); !ok {
		t.Errorf("esc leads to %T", d.top())
	}
}

func TestBlastWords(t *testing.T) {
	set := exchanges.NewPermissionSet
	partly := exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
	list := exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7", "203.0.113.8"}}
	for _, c := range []struct {
		set  exchanges.PermissionSet
		ips  exchanges.IPWhitelist
		env  exchanges.Environment
		want string
	}{
		{set(exchanges.Read, exchanges.Withdraw), exchanges.IPWhitelist{State: exchanges.IPAny}, exchanges.Live, "can withdraw, from any address"},
		{set(exchanges.Read, exchanges.Spot, exchanges.Futures, exchanges.Transfer, exchanges.Admin), list, exchanges.Live, "can manage keys, transfer and trade, from 203.0.113.7 +1 only"},
		{set(exchanges.Read), exchanges.IPWhitelist{State: exchanges.IPRestricted}, exchanges.Testnet, "can only read, from listed addresses, play money"},
		{partly, exchanges.IPWhitelist{}, exchanges.Live, "can read; perhaps withdraw and more, from where is unknown"},
		{exchanges.PermissionSet{}, exchanges.IPWhitelist{}, exchanges.Live, "what it can do is unknown, from where is unknown"},
		{set(exchanges.Earn), list, exchanges.Live, "can move what earns, from 203.0.113.7 +1 only"},
		{set(), list, exchanges.Live, "can do nothing known to keyrota, from 203.0.113.7 +1 only"},
	} {
		r := &store.Record{Environment: c.env, Facts: store.Facts{Permissions: c.set, IPs: c.ips}}
		if got := blastWords(r); got != c.want {
			t.Errorf("got  %q\nwant %q", got, c.want)
		}
	}
}

func TestHostileNamesKeepTheIncidentsFrame(t *testing.T) {
	evil := "evil\x1b]52;c;eA==\x07\u202e日本語" + strings.Repeat("x", 200)
	r := fixtureKey("key", exchanges.ID(evil), exchanges.Environment(evil))
	r.Name, r.Consumers = evil, []store.Consumer{{Name: evil}}
	r.Facts.IPs.Entries = []string{evil}
	env, _ := testEnv(t, r)
	for _, size := range frameSizes {
		d := drive(t, env, dashboardPage)
		d.resize(size[0], size[1])
		d.send(overlayMsg{newIncidentPicker(env)})
		for range 2 {
			checkFrame(t, d.view(), size[0], size[1])
			if strings.ContainsAny(d.app.View(), "\x1b\x07\u202e") {
				t.Fatalf("it reached the terminal raw at %v: %s", size, fmt.Sprintf("%q", d.app.View()))
			}
			d.press("enter")
		}
	}
}
