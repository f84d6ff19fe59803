package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// narrowing is how the fixture's treasury is narrowed.
func narrowing() desk.Restriction {
	return desk.Restriction{
		ByHand: desk.ByHand{Page: "https://kraken.example/keys", AsOf: "2026-11-23", Steps: []flow.Line{
			{Text: "Settings → API"}, {Text: "Find the key", Name: exchanges.PutKey, Many: []string{"vmPU…uh8A", "trea\x1bsury"}},
			{Text: "Tick", Name: exchanges.PutTicks, Many: []string{"Query funds"}},
			{Text: "Leave off, with every box that is not named here", Name: exchanges.PutNoTicks, Many: []string{"Withdraw funds", "Earn"}},
			{Text: "IP allow-list", Name: exchanges.PutIPs, Copy: "198.51.100.7,203.0.113.9"},
		}},
		Rights: true, IPs: true, List: true, Want: exchanges.NewPermissionSet(exchanges.Read), Off: []exchanges.Permission{exchanges.Withdraw},
		From:  exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"198.51.100.7", "203.0.113.9"}},
		Added: []string{"203.0.113.9"}, Cut: []string{"198.0.0.0/8"},
	}
}

// restricting opens the page for a key from its details.
func restricting(t *testing.T, name string, how desk.Restriction, w, h int) (*driver, *fakeDesk) {
	t.Helper()
	d, fake := detailPage(t, name, w, h)
	fake.narrow = how
	keys(d, "w")
	return d, fake
}

func TestRestrictPageSaysWhatToDo(t *testing.T) {
	d, _ := restricting(t, "treasury", narrowing(), 120, 40)
	d.see("Restrict treasury · Kraken · live · key vmPU…uh8A", "▲ WITHDRAW  May withdraw funds.", "It should be able to: read", "To switch off: withdraw.",
		"Not to stay on its list: 198.0.0.0/8", "this machine's too: 203.0.113.9", "https://kraken.example/keys",
		"[x] Query funds", "[ ] Withdraw funds", "198.51.100.7,203.0.113.9", "those of 2026-11-23", "Then press v")
	d.seeNot("EXPIRING") // nothing that is mended there
	golden(t, "restrict-page", d.view())
	for _, size := range frameSizes {
		d.resize(size[0], size[1])
		checkFrame(t, d.view(), size[0], size[1])
	}
	golden(t, "restrict-60x20", func() string { d.resize(60, 20); return d.view() }())
}

func TestRestrictPageScrolls(t *testing.T) {
	d, _ := restricting(t, "treasury", narrowing(), 60, 20)
	d.see("more lines", "Restrict treasury")
	d.seeNot("Then press v")
	keys(d, "G")
	d.see("Then press v")
	keys(d, "k", "j", "pgup", "g")
	d.see("Restrict treasury")
	d.wheel(5, 5, 1)
	d.seeNot("Restrict treasury")
}

func TestRestrictPageOpensAndCopies(t *testing.T) {
	d, _ := detailPage(t, "treasury", 120, 40)
	d.env.Desk.(*fakeDesk).narrow = narrowing()
	var did []string
	d.env.OpenPage = func(url string) error { did = append(did, "open "+url); return nil }
	d.env.Copy = func(text string) error { did = append(did, "copy "+text); return nil }
	keys(d, "w", "o", "c")
	d.clickOn("c copy ")
	if got := strings.Join(did, ", "); got != "open https://kraken.example/keys, copy 198.51.100.7,203.0.113.9, copy 198.51.100.7,203.0.113.9" {
		t.Errorf("did %s", got)
	}
}

// answers makes the exchange say something of the key when it is asked.
func answers(fake *fakeDesk, change func(*store.Record), refusal *exchanges.Error) {
	fake.verify = func(_ context.Context, ids []store.RecordID, report func(desk.Progress)) error {
		r, _ := fake.Snapshot().ByID(ids[0])
		after := *r
		change(&after)
		report(desk.Progress{ID: ids[0], Phase: desk.Waiting})
		report(desk.Progress{ID: ids[0], Phase: desk.Done, Record: &after, Err: refusal})
		fake.replace(&after)
		return nil
	}
}

func TestRestrictPageLooksWhetherItWorked(t *testing.T) {
	d, fake := restricting(t, "treasury", narrowing(), 100, 50)
	answers(fake, func(*store.Record) {}, nil)
	keys(d, "v")
	d.see("✗ wider     withdraw", "✗ wider     IP whitelist", "2 lines not as wanted yet", "✓ same", "▲ WITHDRAW")
	answers(fake, func(r *store.Record) {
		r.Facts.Permissions, r.Facts.IPs = exchanges.NewPermissionSet(exchanges.Read), narrowing().From
	}, nil)
	keys(d, "v")
	d.see("✓ same      withdraw", "✓ same      IP whitelist", "✓ The key is as wanted.", "✓ nothing is wrong")
	d.seeNot("✗", "▲")
	golden(t, "restrict-verified", d.view())
	answers(fake, func(r *store.Record) { r.Facts.IPs = exchanges.IPWhitelist{} }, nil)
	keys(d, "v")
	d.see("? unknown", "as far as it is told")
}

func TestRestrictPageTellsWhyThereIsNoAnswer(t *testing.T) {
	d, fake := restricting(t, "treasury", narrowing(), 100, 50)
	answers(fake, func(*store.Record) {}, &exchanges.Error{Kind: exchanges.IPBlocked, Hint: "add 203.0.113.9."})
	keys(d, "v")
	d.see("✗ ", "Add 203.0.113.9.")
	fake.verify = func(context.Context, []store.RecordID, func(desk.Progress)) error {
		return errors.New("the keyring is locked")
	}
	keys(d, "v")
	keys(d, "esc") // the root says so too
	d.see("✗ the keyring is locked", "Restrict treasury")
	fake.verify = nil // accepts the key, and brings no record
	keys(d, "v")
	d.see("✗ wider     withdraw")
}

func TestRestrictPageOffersRotationWhereNothingCanBeChanged(t *testing.T) {
	how := narrowing()
	how.Rights, how.IPs, how.Steps = false, false, []flow.Line{{Text: "Nothing of that can be changed"}}
	d, fake := restricting(t, "treasury", how, 100, 40)
	d.see("Kraken does not let a key be changed. Press r", "Nothing of that can be changed")
	var began []flow.Kind
	fake.flows.start = func(q flow.Request) (flow.ID, error) {
		began = append(began, q.Kind)
		return "", errors.New("not now")
	}
	keys(d, "r")
	if fmt.Sprint(began) != "[rotate]" {
		t.Errorf("began %v", began)
	}
	how.IPs = true
	d, _ = restricting(t, "treasury", how, 100, 40)
	d.see("does not let the rights of a key be changed", "r rotate instead")
	d.seeNot("To switch off")
}

func TestRestrictPageOfAnExchangeThatNobodyCanAsk(t *testing.T) {
	how := narrowing()
	how.Manual, how.Want, how.Needed, how.Most = true, exchanges.PermissionSet{}, false, 1
	d, _ := restricting(t, "treasury", how, 100, 40)
	d.see("What it should be able to do is not known", "press e and state it", "2 addresses, and Kraken takes 1")
	d.seeNot("press v")
	if _, ok := findAction(d.top().Actions(), "v"); ok {
		t.Error("an exchange that nobody can ask is asked")
	}
	keys(d, "e")
	if got := fmt.Sprintf("%T", d.top()); got != "*ui.editForm" {
		t.Errorf("e opened %s", got)
	}
}

func TestRestrictPageNamesThePurpose(t *testing.T) {
	how := narrowing()
	how.Needed = true
	d, _ := restricting(t, "tax-export", how, 120, 40)
	d.see(`which is what its purpose "portfolio and tax" needs`)
}

func TestRestrictPageOfAKeyThatIsGone(t *testing.T) {
	d, fake := restricting(t, "treasury", narrowing(), 80, 24)
	fake.change(func([]*store.Record) []*store.Record { return nil })
	d.send(snapshotMsg{})
	d.seeNot("Restrict treasury")
	d.run(openRestrict(d.env, "id-nobody"))
	d.see("no longer in keyrota")
	if len(d.top().Actions()) != 0 {
		t.Error("something can be done with a key that is gone")
	}
}
