package ui

import (
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// reaching makes an exchange of the fake one on which a managing key reaches
// the keys of sub-accounts.
func reaching(fake *fakeDesk, id exchanges.ID) {
	for i := range fake.infos {
		for j := range fake.infos[i].Sites {
			if fake.infos[i].ID == id {
				fake.infos[i].Sites[j].Capabilities.Reach = exchanges.SubAccountKeys
			}
		}
	}
}

// editOf opens the edit form of a key of an exchange that reaches sub-accounts.
func editOf(t *testing.T, r *store.Record) (*driver, *fakeDesk) {
	t.Helper()
	d, fake := under(t, newEditForm, r)
	reaching(fake, "bybit")
	d.press("esc")
	d.send(pushMsg{newEditForm(d.env, r.ID)})
	d.resize(120, 60)
	return d, fake
}

// saved saves the form and returns the record.
func saved(d *driver, fake *fakeDesk, id store.RecordID) *store.Record {
	d.t.Helper()
	d.press("ctrl+s")
	r, _ := fake.Snapshot().ByID(id)
	return r
}

func TestEditAsksForSubAccountsWhereTheyMatter(t *testing.T) {
	d, _ := under(t, newEditForm, fixtureKey("grid-bot", "kraken", exchanges.Live))
	d.seeNot("Sub-account", "Manages keys")
	marked := fixtureKey("grid-bot", "kraken", exchanges.Live)
	marked.Manager = true // from a version to come, or another hand
	d, _ = under(t, newEditForm, marked)
	d.see("Manages keys", "[ yes ]")

	r := fixtureKey("sub-bot", "bybit", exchanges.Live)
	d, fake := editOf(t, r)
	d.see("Sub-account", "Manages keys", "[ no ]")
	next(d, 4)
	d.see("as the exchange names it")
	d.typeText("12345")
	next(d, 1)
	d.see("a master key with which keyrota may manage sub-account keys")
	if got := saved(d, fake, r.ID); got.SubAccount != "12345" || got.Manager {
		t.Errorf("saved %+v", got)
	}
}

func TestEditMarksAManagingKey(t *testing.T) {
	r := fixtureKey("master", "bybit", exchanges.Live)
	d, fake := editOf(t, r)
	next(d, 5)
	d.press("right")
	if got := saved(d, fake, r.ID); !got.Manager {
		t.Errorf("saved %+v", got)
	}
	d.send(pushMsg{newDetail(d.env, r.ID)})
	d.see("manages   keys of sub-accounts, as you said")
}

func TestEditRefusesAManagingKeyOfASubAccount(t *testing.T) {
	r := fixtureKey("sub-bot", "bybit", exchanges.Live)
	r.SubAccount, r.Manager = "12345", true
	d, fake := editOf(t, r)
	d.press("ctrl+s")
	d.see("a key of a sub-account manages no other keys", "> Manages keys")
	if len(fake.calls) != 0 {
		t.Errorf("desk was asked to %v", fake.calls)
	}
	d.press("left")
	if got := saved(d, fake, r.ID); got.Manager || got.SubAccount != "12345" {
		t.Errorf("saved %+v", got)
	}
	d.send(pushMsg{newDetail(d.env, r.ID)})
	d.see("account   sub-account 12345")
}

func TestEditSetsHowAConsumerGetsTheKey(t *testing.T) {
	r := fixtureKey("grid-bot", "kraken", exchanges.Live)
	// What the line does not show must survive a save that does not touch it.
	odd := store.Consumer{Name: "odd", By: store.HandRun, OnRotate: "kept"}
	r.Consumers = []store.Consumer{odd, {Name: "second"}}
	d, fake := editOf(t, r)
	d.see("odd = run", "second", "and by")
	next(d, 5)
	d.typeText(": restart, now; twice")
	next(d, 1)
	d.typeText("third > /x.json from /x.t")
	next(d, 1)
	d.typeText("fourth = run")
	got := saved(d, fake, r.ID).Consumers
	want := []store.Consumer{odd,
		{Name: "second", By: store.HandHook, OnRotate: "restart, now; twice"},
		{Name: "third", By: store.HandFile, File: "/x.json", Template: "/x.t"},
		{Name: "fourth", By: store.HandRun}}
	if len(got) != len(want) {
		t.Fatalf("saved %+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("consumer %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	d.send(pushMsg{newDetail(d.env, r.ID)})
	d.see("odd · takes a new key at its next start", "second · on rotate: restart, now; twice", "third · on rotate: /x.json is written from /x.t")
}

func TestEditRefusesAConsumerBesideItsLine(t *testing.T) {
	r := fixtureKey("grid-bot", "kraken", exchanges.Live)
	r.Consumers = []store.Consumer{{Name: "bot"}}
	d, fake := editOf(t, r)
	next(d, 4)
	d.typeText(":")
	d.press("ctrl+s")
	d.see("> Used by", "after the colon stands the command", "For example")
	if len(fake.calls) != 0 {
		t.Errorf("desk was asked to %v", fake.calls)
	}
	d.press("ctrl+u")
	d.paste("evil\x1b[31m\u202e: rm\x07\n")
	if c := saved(d, fake, r.ID).Consumers; len(c) != 1 || c[0].Name != "evil[31m" || c[0].OnRotate != "rm" {
		t.Errorf("saved %+v", c)
	}
}

func TestEditFillsEverySize(t *testing.T) {
	r := fixtureKey("sub-bot", "bybit", exchanges.Live)
	r.Consumers = []store.Consumer{{Name: "one"}, {Name: "two", OnRotate: "restart"}}
	d, _ := editOf(t, r)
	for _, size := range frameSizes {
		d.resize(size[0], size[1])
		for range 9 {
			checkFrame(t, d.view(), size[0], size[1])
			next(d, 1)
			if _, open := d.top().(*editForm); !open {
				d.send(pushMsg{newEditForm(d.env, r.ID)})
			}
		}
	}
}

func TestAddTellsAConsumerThatMakesNoSense(t *testing.T) {
	d, _ := addKey(t)
	next(d, 2)
	d.typeText("grid-bot")
	next(d, 3)
	d.typeText("bot:")
	next(d, 1)
	d.see("after the colon stands the command", "step 2 of 5")
}
