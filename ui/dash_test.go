package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

func dashboardPage(env *Env) Screen { return newDashboard(env) }

// desktop starts the program on the fixture at a size.
func desktop(t testing.TB, w, h int) (*driver, *fakeDesk) {
	t.Helper()
	env, desk := testEnv(t, fixture()...)
	d := drive(t, env, dashboardPage)
	d.resize(w, h)
	return d, desk
}

func TestDashboardFillsEverySize(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := desktop(t, size[0], size[1])
		checkFrame(t, d.view(), size[0], size[1])
		golden(t, fmt.Sprintf("dashboard-%dx%d", size[0], size[1]), d.view())
	}
}

// keys presses keys one by one, each with the time that a page needs to open.
func keys(d *driver, names ...string) {
	d.t.Helper()
	for _, name := range names {
		d.press(name)
		d.advance(10 * time.Millisecond)
	}
}

// cursorOn fails unless the cursor is on the key of that name.
func cursorOn(d *driver, name string) {
	d.t.Helper()
	for _, line := range strings.Split(d.view(), "\n") {
		if len(line) > 3 && line[1] == '>' {
			if got, _, _ := strings.Cut(line[3:], " "); got != name {
				d.t.Errorf("the cursor is on %q, want %q", got, name)
			}
			return
		}
	}
	d.t.Errorf("no cursor on screen, want it on %q:\n%s", name, d.view())
}

func TestDashboardSaysWhatMattersFirst(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	d.see("12 keys · 4 exchanges", "✗ 2 overdue", "▲ 4 attention", "synced 1m ago", "Secret Service", "next 90 days")
	cursorOn(d, "old-bot") // the most overdue key is first of all
	d.see("310d overdue", "7d overdue", "in 12d expiry", "~40d", "any address", "203.0.113.7 +1", "never")
}

func TestCursorKeys(t *testing.T) {
	d, _ := desktop(t, 120, 20)
	for _, step := range []struct{ key, want string }{
		{"j", "treasury"}, {"down", "grid-bot"}, {"k", "treasury"}, {"up", "old-bot"}, {"up", "old-bot"},
		{"G", "fresh"}, {"j", "fresh"}, {"g", "old-bot"}, {"end", "fresh"}, {"home", "old-bot"},
		{"ctrl+d", "due-soon"}, {"ctrl+u", "old-bot"}, {"pgdown", "fresh"}, {"pgup", "old-bot"},
	} {
		keys(d, step.key)
		cursorOn(d, step.want)
	}
}

func TestFastKeysAllCount(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	d.typeText("jjjj")
	cursorOn(d, "paper")
}

func TestTabs(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	d.see("[All 12]", "Binance 4 ✗", "Bybit 3 ▲", "Deribit 3 ✗", "Kraken 2 ✗")
	for _, step := range []struct{ key, want string }{
		{"tab", "[Binance 4 ✗]"}, {"]", "[Bybit 3 ▲]"}, {"[", "[Binance 4 ✗]"}, {"shift+tab", "[All 12]"},
		{"shift+tab", "[Kraken 2 ✗]"}, {"tab", "[All 12]"}, {"4", "[Deribit 3 ✗]"}, {"1", "[All 12]"}, {"5", "[Kraken 2 ✗]"},
	} {
		keys(d, step.key)
		d.see(step.want)
	}
	d.see("old-bot", "treasury")
	d.seeNot("grid-bot", "   Kraken\n") // one exchange needs no headings
}

func TestTabFallsBackWhenItsLastKeyGoes(t *testing.T) {
	d, desk := desktop(t, 120, 40)
	keys(d, "5")
	desk.change(func(all []*store.Record) []*store.Record {
		var rest []*store.Record
		for _, r := range all {
			if r.Exchange != "kraken" {
				rest = append(rest, r)
			}
		}
		return rest
	})
	d.send(snapshotMsg{})
	d.see("[All 10]", "grid-bot")
}

func TestSortKeepsTheCursorOnItsKey(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	keys(d, "j", "j")
	cursorOn(d, "grid-bot")
	for _, name := range []string{"name", "age", "last used", "exchange", "state", "deadline"} {
		keys(d, "s")
		d.see("sort " + name + " ↑")
		cursorOn(d, "grid-bot")
	}
	keys(d, "S")
	d.see("sort deadline ↓")
	cursorOn(d, "grid-bot")
	keys(d, "s")
	d.see("sort name ↑") // a new order starts the usual way round
}

func TestFilterAsYouType(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	keys(d, "/")
	d.typeText("bot")
	d.see("/ bot▏", "3 of 12", "grid-bot", "revoked-bot", "enter keep", "esc clear")
	d.seeNot("treasury", "q quit")
	d.typeText(" j") // letters are text, not commands
	d.see("/ bot j▏", "No key matches the filter")
	keys(d, "backspace", "backspace")
	cursorOn(d, "old-bot")
	keys(d, "down")
	cursorOn(d, "grid-bot")
	keys(d, "enter")
	d.see("/ bot  3 of 12", "esc clear")
	keys(d, "G")
	cursorOn(d, "revoked-bot")
	keys(d, "esc")
	d.see("treasury")
	d.seeNot("/ bot")
	cursorOn(d, "revoked-bot")
}

func TestFilterNamesItsColumnsWhenOneIsWrong(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	keys(d, "/")
	d.typeText("color:red")
	d.see(`no column "color"`, "perm env ip state status age used due ex acct", "treasury")
}

func TestFilterTakesAPasteAndKeepsItDrawable(t *testing.T) {
	d, _ := desktop(t, 80, 24)
	keys(d, "/")
	d.paste("treas\x1b[2Jury\n")
	d.see("/ treas[2Jury ▏")
	checkFrame(t, d.view(), 80, 24)
	d.paste(strings.Repeat("long ", 100))
	checkFrame(t, d.view(), 80, 24)
}

func TestEmptyFilterIsLeftByBackspace(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	keys(d, "/", "backspace", "j")
	cursorOn(d, "treasury")
}

func TestVerifyAsksForTheKeyUnderTheCursor(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	var asked []store.RecordID
	fake.verify = func(_ context.Context, ids []store.RecordID, _ func(desk.Progress)) error {
		asked = ids
		return nil
	}
	keys(d, "j", "v")
	if len(asked) != 1 || asked[0] != "id-treasury" {
		t.Errorf("asked about %v", asked)
	}
}

func TestVerifyAsksForMarkedKeys(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	var asked []store.RecordID
	fake.verify = func(_ context.Context, ids []store.RecordID, _ func(desk.Progress)) error {
		asked = append(asked, ids...)
		return nil
	}
	keys(d, " ", " ")
	d.see("*  old-bot", "*  treasury", "verify 2")
	keys(d, "s") // marks stay on their keys
	d.see("*  old-bot", "*  treasury")
	keys(d, "v")
	if len(asked) != 2 {
		t.Errorf("asked about %v, want the two marked keys", asked)
	}
	d.seeNot("*  old-bot", "verify 2")
}

func TestEscUnmarks(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	keys(d, " ", "k", " ", " ") // marks the first key, unmarks it, marks the second
	d.see("*  treasury", "unmark")
	d.seeNot("*  old-bot")
	keys(d, "esc")
	d.seeNot("*  treasury", "unmark")
}

func TestVerifyAllShowsProgressInTheRows(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	page := d.app.page()
	page.Update(verifyMsg{gen: 1, progress: []desk.Progress{
		{ID: "id-old-bot", Phase: desk.Waiting}, {ID: "id-grid-bot", Phase: desk.Waiting}, {ID: "id-grid-bot", Phase: desk.Asking},
	}})
	d.see("… waiting", "◐ asking", "verifying 0/2", "cancel verify")
	page.Update(verifyMsg{gen: 1, progress: []desk.Progress{{ID: "id-grid-bot", Phase: desk.Done, Status: store.OK}}})
	d.see("… waiting", "verifying 1/2")
	d.seeNot("◐ asking")
	page.Update(verifyDoneMsg{gen: 1})
	d.see("synced")
	d.seeNot("… waiting", "verifying")
}

func TestSpinnerTurnsOnlyWhileSomethingIsAsked(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	d.env.Animate = true
	d.run(d.app.page().Update(verifyMsg{progress: []desk.Progress{{ID: "id-grid-bot", Phase: desk.Asking}}}))
	d.see("◐ asking")
	d.advance(spinEvery)
	d.see("◓ asking")
	d.run(d.app.page().Update(verifyDoneMsg{}))
	d.advance(time.Second)
	for _, waiting := range d.timers {
		if waiting.msg == (spinMsg{}) {
			t.Error("the spinner still turns")
		}
	}
}

func TestAnswersAreShownEvenWhereTheyCannotBeSaved(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	fake.readOnly = "another keyrota is running"
	heard := fixtureKey("fresh", "deribit", exchanges.Live)
	heard.Check = store.Check{At: noon.Add(time.Second), Kind: exchanges.Expired}
	d.see("· UNVERIFIED")
	d.run(d.app.page().Update(verifyMsg{progress: []desk.Progress{{ID: "id-fresh", Phase: desk.Done, Record: heard}}}))
	d.seeNot("UNVERIFIED")
	d.send(snapshotMsg{}) // the store's older record does not come back
	d.seeNot("UNVERIFIED")
	d.see("READ-ONLY")
}

func TestReadOnlySaysWhyNothingCanBeChanged(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	fake.readOnly = "another keyrota is running"
	for _, key := range []string{"n", "e", "X"} {
		a, ok := findAction(d.app.page().Actions(), key)
		if !ok || a.Disabled != "another keyrota is running" {
			t.Errorf("%s: disabled because of %q", key, a.Disabled)
		}
	}
	if a, _ := findAction(d.app.page().Actions(), "v"); a.Disabled != "" {
		t.Errorf("verify is disabled: %s", a.Disabled)
	}
}

func TestNewEditAndForgetOpen(t *testing.T) {
	for key, want := range map[string]string{"n": "*ui.newKeyMenu", "e": "*ui.editForm", "X": "*ui.forgetDialog"} {
		d, _ := desktop(t, 120, 40)
		keys(d, key)
		if got := fmt.Sprintf("%T", d.top()); got != want {
			t.Errorf("%s opened %s, want %s", key, got, want)
		}
	}
}

func TestAgesMoveOnWithTheMinute(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	d.see("synced 1m ago")
	at := noon
	d.env.Now = func() time.Time { return at }
	at = noon.Add(60 * day)
	d.advance(time.Minute)
	d.see("synced 60d ago", "✗ 8 overdue")
}

func TestMouse(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	d.clickOn("grid-bot")
	cursorOn(d, "grid-bot")
	d.seeNot("may do")
	d.clickOn("grid-bot")
	d.see("may do")
	d.advance(time.Second)
	d.clickOn("Bybit 3")
	d.see("[Bybit 3 ▲]")
	d.clickOn("All 12")
	d.clickOn("AGE")
	d.see("sort age ↑")
	d.clickOn("AGE")
	d.see("sort age ↓")
	d.clickOn("PERM") // no order of its own
	d.see("sort age ↓")
	cursorOn(d, "due-soon") // the first of the tab that was clicked
	d.click(5, 30)          // below the last row
	cursorOn(d, "due-soon")
}

func TestWheelMovesTheCursor(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	d.wheel(5, 10, 1)
	cursorOn(d, "binance-demo")
	d.wheel(5, 10, -1)
	cursorOn(d, "old-bot")
}

func TestDemoAndReadOnlyStayOnTheNarrowestScreen(t *testing.T) {
	d, fake := desktop(t, 60, 20)
	d.env.Demo, fake.readOnly = true, "started with --read-only"
	d.see("DEMO", "READ-ONLY", "✗ 2 overdue")
	checkFrame(t, d.view(), 60, 20)
}

func TestEnvironmentsAreTold(t *testing.T) {
	wide, _ := desktop(t, 120, 40)
	wide.see("testnet", "demo", "live")
	narrow, _ := desktop(t, 60, 20)
	narrow.see("paper (t)", "binance-demo (d)")
}

func TestWithoutGlyphsEverythingIsASCII(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	env.ASCII = true
	d := drive(t, env, dashboardPage)
	for i, r := range d.view() {
		if r > '~' {
			t.Fatalf("%q at byte %d:\n%s", r, i, d.view())
		}
	}
	golden(t, "dashboard-ascii", d.view())
}

func TestKeyringFailureIsInTheHeader(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	fake.keyring.Err = context.DeadlineExceeded
	d.see("▲ Secret Service failed")
}

func TestNamesOfAnyKindKeepTheFrame(t *testing.T) {
	names := []string{"日本語の取引ボットの名前", strings.Repeat("x", 500), "e\u0301clair", "a\x1b]0;title\x07b", "\u202egnp.exe", "🇫🇷 ⚠️ flag"}
	var records []*store.Record
	for _, n := range names {
		r := fixtureKey(n, "binance", exchanges.Testnet)
		r.Account, r.Notes, r.Purpose = n, n, n
		r.Facts.IPs.Entries = []string{n, n}
		r.Facts.Label, r.Facts.Notes, r.Facts.ExchangePermissions = n, []string{n}, []string{n}
		r.Check = store.Check{At: noon, Kind: exchanges.Auth, Code: n, Hint: n}
		records = append(records, r)
	}
	env, _ := testEnv(t, records...)
	for _, size := range frameSizes {
		d := drive(t, env, dashboardPage)
		d.resize(size[0], size[1])
		checkFrame(t, d.view(), size[0], size[1])
		for range records {
			keys(d, "enter")
			checkFrame(t, d.view(), size[0], size[1])
			if strings.ContainsAny(d.app.View(), "\x1b\u202e\x07") {
				t.Fatalf("a name reached the terminal raw at %v", size)
			}
			keys(d, "esc", "j")
		}
	}
}
