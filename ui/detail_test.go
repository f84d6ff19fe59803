package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// detailPage starts the program on the details of one fixture key.
func detailPage(t *testing.T, name string, w, h int) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, fixture()...)
	fake.events = []store.Event{
		{At: noon.Add(-5 * day), Action: store.ActionVerified, Result: "ok"},
		{At: noon.Add(-97 * day), Action: store.ActionAdded, Result: "ok"},
	}
	d := drive(t, env, func(env *Env) Screen { return newDetail(env, store.RecordID("id-"+name)) })
	d.resize(w, h)
	return d, fake
}

func TestDetailsTellEverything(t *testing.T) {
	d, _ := detailPage(t, "grid-bot", 110, 40)
	d.see("Binance · live · main account · key vmPU…uh8A", "✗ OVERDUE", "97 days old", "→",
		"read ✓", "spot ✓", "margin –", "futures ✓", "withdraw –",
		"exchange says: enableFutures enableReading enableSpotAndMarginTrading",
		"203.0.113.7, 203.0.113.8", "created 2026-08-20 (97d ago)", "last rotated not yet through keyrota", "exchange expiry unknown",
		"next deadline 2026-11-18 (policy), 7d overdue", "grid-bot · on rotate: systemctl --user restart grid-bot",
		"2026-11-25 11:58 UTC, 2m ago", "spot bot", "2026-11-20 verified ok", "2026-08-20 added ok")
	golden(t, "detail-grid-bot", d.view())
}

func TestDetailsKeepUnknownNoneAndNeverApart(t *testing.T) {
	d, _ := detailPage(t, "paper", 100, 30)
	d.see("read ✓", "spot ?", "withdraw ?", "from      unknown", "first seen 2026-10-16", "last used unknown", "exchange expiry unknown", "testnet")
	d, _ = detailPage(t, "hedge", 100, 30)
	d.see("exchange expiry none", "a list that the exchange does not tell")
	d, _ = detailPage(t, "old-bot", 100, 30)
	d.see("last used never")
	d, _ = detailPage(t, "treasury", 100, 30)
	d.see("exchange expiry 2026-12-07 (in 12d)", "withdraw ✓")
	d, _ = detailPage(t, "tax-export", 100, 30)
	d.see("any address")
}

func TestDetailsOfARejectedKeySayWhatToDo(t *testing.T) {
	d, _ := detailPage(t, "revoked-bot", 100, 30)
	d.see("REJECTED", "13004 invalid_credentials", "The key was deleted")
}

func TestDetailsFillEverySizeAndScroll(t *testing.T) {
	for _, size := range frameSizes {
		for _, r := range fixture() {
			d, _ := detailPage(t, r.Name, size[0], size[1])
			checkFrame(t, d.view(), size[0], size[1])
		}
	}
	d, _ := detailPage(t, "grid-bot", 60, 20)
	d.seeNot("2026-08-20 added ok")
	d.see("more lines")
	keys(d, "G")
	d.see("2026-08-20 added ok")
	d.seeNot("more lines")
	keys(d, "k", "g")
	d.see("grid-bot", "OVERDUE")
	for _, key := range []string{"j", "down", "up", "pgdown", "pgup", "ctrl+d", "ctrl+u", "home", "end"} {
		keys(d, key)
		checkFrame(t, d.view(), 60, 20)
	}
	d.wheel(5, 5, -1)
	d.seeNot("2026-08-20 added ok")
}

func TestDetailsOfAForgottenKeyClose(t *testing.T) {
	d, fake := desktop(t, 100, 30)
	keys(d, "enter")
	d.see("may do")
	fake.change(func(all []*store.Record) []*store.Record {
		var rest []*store.Record
		for _, r := range all {
			if r.Name != "old-bot" {
				rest = append(rest, r)
			}
		}
		return rest
	})
	d.send(snapshotMsg{})
	d.seeNot("may do", "old-bot")
	d.see("11 keys")
}

func TestDetailsOfAKeyThatIsNotThere(t *testing.T) {
	d, _ := detailPage(t, "nobody", 80, 24)
	d.see("no longer in keyrota")
	if a, _ := findAction(d.top().Actions(), "e"); a.Disabled == "" {
		t.Error("a key that is gone can be edited")
	}
}

func TestUnreadableHistorySaysSo(t *testing.T) {
	d, _ := detailPage(t, "grid-bot", 100, 40)
	d.send(historyMsg{id: "id-grid-bot", err: errors.New("stray")}) // nobody waits for this one
	d.see("2026-11-20 verified ok")
	page := d.top().(*detail)
	page.history.loading = true
	d.send(historyMsg{id: "id-grid-bot", err: errors.New("audit.log: line 3 is broken")})
	d.see("cannot be read: audit.log: line 3 is broken", "keyrota doctor")
}

func TestHistoryIsLoadedForWhereTheCursorStops(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	p := newPane(env)
	b := newBoard(env.Desk, nil, nil, noon)
	first := p.show(b.byID["id-grid-bot"], nil)
	if again := p.show(b.byID["id-paper"], nil); again != nil {
		t.Fatal("a second load began while the first was on its way")
	}
	p.show(b.byID["id-hedge"], nil)
	second := p.Update(first())
	if second == nil {
		t.Fatal("nothing was loaded for the key under the cursor")
	}
	if got := second().(historyMsg).id; got != "id-hedge" {
		t.Errorf("loaded the history of %s", got)
	}
}

func TestPaneStandsBesideTheTableAndFollows(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	keys(d, "enter")
	d.see("│ old-bot", "may do", "treasury")
	checkFrame(t, d.view(), 120, 40)
	golden(t, "dashboard-pane", d.view())
	keys(d, "j", "j")
	d.see("│ grid-bot", "spot ✓")
	keys(d, "J", "K")
	d.wheel(100, 10, 1)
	cursorOn(d, "grid-bot")
	keys(d, "5")
	d.see("│ old-bot") // the cursor's key is on another tab
	d.resize(80, 24)
	d.seeNot("may do")
	checkFrame(t, d.view(), 80, 24)
	d.resize(120, 40)
	keys(d, "enter", "esc")
	d.seeNot("may do")
}

func TestPaneClosesWithNothingUnderTheCursor(t *testing.T) {
	d, _ := desktop(t, 120, 40)
	keys(d, "enter", "/")
	d.typeText("zzz")
	d.seeNot("may do")
	d.see("No key matches")
	checkFrame(t, d.view(), 120, 40)
}

func TestDetailsPageShowsTheAnswerOfAVerification(t *testing.T) {
	d, fake := detailPage(t, "fresh", 100, 30)
	fake.readOnly = "started with --read-only"
	d.see("UNVERIFIED")
	heard := fixtureKey("fresh", "deribit", exchanges.Live)
	d.run(d.top().Update(verifyMsg{progress: []desk.Progress{{ID: "id-fresh", Phase: desk.Done, Record: heard}}}))
	d.seeNot("UNVERIFIED")
	d.send(snapshotMsg{})
	d.seeNot("UNVERIFIED")
}

func TestVerifyEditAndForgetFromTheDetails(t *testing.T) {
	d, fake := detailPage(t, "grid-bot", 100, 30)
	keys(d, "v")
	if got := fmt.Sprint(fake.calls); got != "[Verify 1]" {
		t.Errorf("calls: %s", got)
	}
	keys(d, "e")
	if got := fmt.Sprintf("%T", d.top()); got != "*ui.editForm" {
		t.Errorf("e opened %s", got)
	}
	d, _ = detailPage(t, "grid-bot", 100, 30)
	keys(d, "X")
	if got := fmt.Sprintf("%T", d.top()); got != "*ui.forgetDialog" {
		t.Errorf("X opened %s", got)
	}
}

func TestFlowBreaksBetweenWordsAndInsideLongOnes(t *testing.T) {
	f := &paragraphs{box: plainBox(), w: 20, indent: 6}
	f.para("from", words(inkText, "one two three "+strings.Repeat("x", 30)+" 日本語日本語日本語")...)
	f.blank()
	f.blank()
	want := []string{
		" from one two three ",
		"      xxxxxxxxxxxxx ",
		"      xxxxxxxxxxxxx ",
		"      xxxx          ",
		"      日本語日本語  ",
		"      日本語        ",
		"                    ",
	}
	var got []string
	for _, l := range f.lines {
		got = append(got, ansi.Strip(l))
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s", strings.Join(got, "|\n"))
	}
}

func TestEventsReadAsWords(t *testing.T) {
	e := store.Event{At: noon.Add(-time.Hour), Action: store.ActionVerifyFailed, Result: "auth", Detail: "code\x1b[2J -2015"}
	if got := eventWords(e); got != "2026-11-25 verify failed auth code[2J -2015" {
		t.Errorf("got %q", got)
	}
}

// A rule that ends a key is told with its end and its source; one that the key
// has outlived is told without a day.
func TestDetailsTellTheExchangesRules(t *testing.T) {
	d, fake := detailPage(t, "tax-export", 120, 40)
	rule := func(after time.Duration) exchanges.Lifetime {
		return exchanges.Lifetime{After: after, Since: exchanges.SinceCreated, Then: exchanges.EndsExpired, NoIPs: true,
			Words: "A key without list ends.", Source: "binance.example, help", AsOf: "2026-11-23"}
	}
	fake.infos[0].Guide.Lifetimes = []exchanges.Lifetime{rule(90 * day)}
	d.resize(121, 40)
	d.see("rule      A key without list ends. That is", "(binance.example, help, 2026-11-23)")
	fake.infos[0].Guide.Lifetimes = []exchanges.Lifetime{rule(day)}
	d.resize(120, 40)
	d.see("A key without list ends. (binance")
}
