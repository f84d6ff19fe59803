package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/themes"
	"github.com/keyrota/keyrota/ui/desk"
)

// onStray fails unless the cursor of the page is on that key.
func onStray(d *driver, name string) {
	d.t.Helper()
	p, ok := d.app.page().(*unmanagedPage)
	if !ok {
		d.t.Fatalf("the page is %T", d.app.page())
	}
	if u, _ := p.chosen(); u.Name() != name {
		d.t.Errorf("the cursor is on %q, want %q", u.Name(), name)
	}
}

func TestUnmanagedPageTellsEverythingAtEverySize(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := strayPage(t, size[0], size[1])
		checkFrame(t, d.view(), size[0], size[1])
		golden(t, fmt.Sprintf("unmanaged-%dx%d", size[0], size[1]), d.view())
		d.see("3 unmanaged keys, 1 ignored", "2 accounts looked at 5m ago", "> old-laptop-bot", "ignored: the", "Deribit testnet: the exchange wants a one-time code",
			"key lapt…0001", "Deribit live", "can trade, from any address", "trade:read_write", " used 3m ago", "created 210d ago", "by grid-bot")
		keys(d, "j")
		checkFrame(t, d.view(), size[0], size[1])
		d.see("> sub-…0002", "sub-account arb@example.com", "what it can do is unknown", " used unknown", "by a key that keyrota has forgotten")
		keys(d, "down")
		d.see("> accountant", " used never", "the tax office (ann, 2026-11-24)")
	}
}

func TestUnmanagedPageMoves(t *testing.T) {
	d, fake := withStrays(t, 60, 20)
	for i := range 40 {
		fake.strays.keys = append(fake.strays.keys, stray(fmt.Sprintf("bot-%02d", i), fmt.Sprintf("some-key-id-%04d", i), nil))
	}
	keys(d, "u")
	for _, step := range []struct{ key, want string }{
		{"j", "bot-01"}, {"down", "bot-02"}, {"k", "bot-01"}, {"up", "bot-00"}, {"k", "bot-00"}, {"G", "bot-39"}, {"j", "bot-39"}, {"g", "bot-00"},
		{"end", "bot-39"}, {"home", "bot-00"}, {"pgdown", "bot-06"}, {"pgup", "bot-00"},
	} {
		keys(d, step.key)
		onStray(d, step.want)
		checkFrame(t, d.view(), 60, 20)
	}
	d.wheel(10, 5, 1)
	onStray(d, "bot-01")
	d.clickOn("bot-03")
	onStray(d, "bot-03")
	fake.strays.keys = fake.strays.keys[2:]
	d.send(snapshotMsg{})
	onStray(d, "bot-03")
	d.clickOn("bot-03") // the second click
	d.see("Adopt key some…0003")
}

func TestUnmanagedPageTellsWhatWasOursBefore(t *testing.T) {
	d, fake := withStrays(t, 100, 24)
	was := func(action store.Action, name string) func(*store.Unmanaged) {
		return func(u *store.Unmanaged) { u.Was = store.Was{Action: action, At: noon.Add(-3 * day), Name: name} }
	}
	fake.strays.keys = []store.Unmanaged{
		stray("back", "some-key-id-0001", was(store.ActionProvenDead, "grid-bot")),
		stray("left", "some-key-id-0002", was(store.ActionForgotten, "dca-bot")),
		stray("new", "some-key-id-0003", nil),
	}
	keys(d, "u")
	d.see("revoked as grid-bot 3d ago, and listed again: it is alive")
	keys(d, "j")
	d.see("forgotten as dca-bot 3d ago")
	d.seeNot("alive")
	keys(d, "j")
	d.seeNot("before", "forgotten as")
}

func TestUnmanagedPageSaysWhatWasLookedAt(t *testing.T) {
	d, fake := withStrays(t, 60, 20)
	keys(d, "u")
	d.see("Unmanaged keys", "Nothing is unmanaged. Looked at 5m ago:", "Binance live · arb@example.com: 2 keys, listed by", "Deribit live: 4 keys, listed by fresh")
	checkFrame(t, d.view(), 60, 20)
	for _, key := range []string{"a", "x", "i"} {
		d.press(key)
		d.see("is not possible: there is no key")
	}
	fake.strays.accounts = nil
	keys(d, "r")
	d.see("nothing could be looked at")
	if fake.strays.surveys != 1 {
		t.Errorf("%d surveys", fake.strays.surveys)
	}
	keys(d, "q")
	env, _ := testEnv(t, fixture()...)
	d = drive(t, env, dashboardPage)
	keys(d, "u")
	d.see("not looked since the start", "keyrota has not looked since it started")
}

func TestUnmanagedPageWhileItLooks(t *testing.T) {
	d, _ := strayPage(t, 120, 34)
	_ = startSurvey(d.env, true) // it never comes back
	d.see("asking the exchanges …")
	d.press("r")
	d.see("look now is not possible: the exchanges are being asked already")
}

func TestUnmanagedKeysStayWhenReadOnly(t *testing.T) {
	d, fake := strayPage(t, 80, 24)
	fake.readOnly = "another keyrota is running"
	for _, key := range []string{"a", "x", "i"} {
		d.press(key)
		d.see("is not possible: another keyrota is running")
	}
	d.clickOn("old-laptop-bot") // the cursor is there: the second click
	d.see("adopt is not possible: another keyrota is running")
	if len(fake.calls) != 0 {
		t.Errorf("did %v", fake.calls)
	}
}

func TestManyFailuresAreCounted(t *testing.T) {
	d, fake := withStrays(t, 60, 20, strays()...)
	for _, e := range []exchanges.ID{"binance", "bybit", "kraken", "kraken"} {
		fake.strays.accounts = append(fake.strays.accounts, desk.Account{Exchange: e, Environment: exchanges.Live, By: "x", Err: &exchanges.Error{Kind: exchanges.Denied}})
	}
	keys(d, "u")
	d.see("Deribit testnet: the exchange wants", "Binance live: the key lacks a permission", "(and 1 more) Bybit live: the key lacks a permission")
	checkFrame(t, d.view(), 60, 20)
}

func TestHostileStraysKeepTheFrame(t *testing.T) {
	const evil = "evil\x1b]52;c;eA==\x07\u202e日本語\r\n"
	u := stray(evil+strings.Repeat("x", 300), "some-key-id", func(u *store.Unmanaged) {
		u.Exchange, u.Environment, u.SubAccount, u.KeyID = evil, evil, evil, evil+"…"+evil
		u.Facts.ExchangePermissions, u.Facts.IPs = []string{evil}, exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{evil}}
	})
	other := u
	other.Fingerprint, other.Ignored = "other", store.Ignored{At: noon, Reason: evil, Actor: evil}
	for _, size := range frameSizes {
		d, fake := withStrays(t, size[0], size[1], u, other)
		fake.strays.accounts = []desk.Account{{Exchange: evil, Environment: evil, SubAccount: evil, By: evil, Err: &exchanges.Error{Kind: evil}}}
		for _, key := range []string{"u", "x", "esc", "i", "esc", "j", "x", "tab", "esc", "k", "a"} {
			keys(d, key)
			checkFrame(t, d.view(), size[0], size[1])
			if strings.ContainsAny(d.app.View(), "\x1b\x07\u202e\r") {
				t.Fatalf("after %s it reached the terminal raw at %v", key, size)
			}
		}
	}
}

func TestUnmanagedPageInASCII(t *testing.T) {
	d, _ := strayPage(t, 120, 34)
	d.env.ASCII = true
	for i, r := range d.view() {
		if r > 0x7e {
			t.Fatalf("%q at %d of\n%s", r, i, d.view())
		}
	}
	// Without colour the words are the same, and the cursor is still a sign.
	plain := d.view()
	d.env.Styles = NewStyles(themes.Builtin(themes.Dark), termenv.TrueColor)
	if d.view() != plain {
		t.Error("colour changes the words")
	}
}

func TestIgnoreAndHeed(t *testing.T) {
	d, fake := strayPage(t, 60, 20)
	keys(d, "i")
	d.see("─ Ignore old-laptop-bot ─", "Reason")
	next(d, 1)
	d.see("no reason is given", "Say why.")
	d.paste("Ann's")
	d.typeText(" tablet")
	next(d, 1)
	d.see("old-laptop-bot is ignored", "3 unmanaged keys, 2 ignored")
	onStray(d, "old-laptop-bot") // which is the last now
	keys(d, "i")
	d.see("old-laptop-bot is ignored no longer", "3 unmanaged keys, 1 ignored")
	if want := []string{"Ignore ", "Ignore Ann's tablet", "Heed"}; !slices.Equal(fake.calls, want) {
		t.Errorf("did %q, want %q", fake.calls, want)
	}
	keys(d, "g", "i", "esc")
	d.seeNot("─ Ignore")
	keys(d, "esc")
	d.see("2 keys on your accounts are not managed")
}

// adopting opens the wizard on the first key and walks to where it is pasted.
func adopting(t *testing.T) (*driver, *fakeDesk) {
	t.Helper()
	d, fake := strayPage(t, 80, 24)
	keys(d, "a")
	d.see("Adopt key lapt…0001 · Deribit · live", "step 2 of 5", "old-laptop-bot")
	next(d, 4)
	return d, fake
}

func TestAdoptTakesTheKeyThatIsMeant(t *testing.T) {
	d, fake := adopting(t)
	var got desk.NewKey
	fake.try = func(_ context.Context, k desk.NewKey) (desk.Trial, error) {
		got = k
		return desk.Trial{Info: exchanges.KeyInfo{Permissions: exchanges.NewPermissionSet(exchanges.Read)}}, nil
	}
	d.paste("another-key-id")
	next(d, 1)
	d.paste(canary)
	next(d, 1)
	d.see("this is another key than lapt…0001")
	if got.Name != "" {
		t.Errorf("another key was sent: %+v", got)
	}
	d.press("ctrl+u")
	d.paste(laptopID)
	next(d, 2)
	d.see("Deribit accepted the key")
	next(d, 1)
	d.see("old-laptop-bot is stored", "2 unmanaged keys, 1 ignored")
	if got.Exchange != "deribit" || got.Environment != exchanges.Live || got.Credential.KeyID != laptopID {
		t.Errorf("tried %+v", got)
	}
}

func TestAdoptKeepsTheSubAccountAndGoesBackToTheList(t *testing.T) {
	d, fake := strayPage(t, 80, 24)
	var got desk.NewKey
	fake.add = func(_ context.Context, k desk.NewKey, _ *desk.Trial) (*store.Record, error) {
		got = k
		return fixtureKey(k.Name, k.Exchange, k.Environment), nil
	}
	keys(d, "j", "a", "esc")
	onStray(d, "sub-…0002")
	d.env.Spare = func(exchanges.ID, exchanges.Environment) (exchanges.Credential, bool) {
		return exchanges.Credential{KeyID: "spare"}, true
	}
	keys(d, "a")
	d.typeText("arb-bot")
	next(d, 4)
	d.press("ctrl+g")
	d.seeNot("made-up key") // the demo does not have this one
	d.env.Lost = func(fingerprint string) (exchanges.Credential, bool) {
		return exchanges.Credential{KeyID: "sub-key-id-0000002", Secret: exchanges.NewSecret("s")}, fingerprint == store.Fingerprint("sub-key-id-0000002")
	}
	d.press("ctrl+g")
	next(d, 2)
	if got.Name != "arb-bot" || got.Details.SubAccount != "arb@example.com" || got.Credential.KeyID != "sub-key-id-0000002" {
		t.Errorf("added %+v", got)
	}
}
