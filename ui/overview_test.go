package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/themes"
	"github.com/keyrota/keyrota/ui/desk"
)

// overviewOpen opens the page on some keys, with its key.
func overviewOpen(t testing.TB, w, h int, records ...*store.Record) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, records...)
	d := drive(t, env, dashboardPage)
	d.resize(w, h)
	d.press("o")
	return d, fake
}

// onTodo fails unless the cursor of the page is on that key and finding.
func onTodo(d *driver, name, code string) {
	d.t.Helper()
	p, ok := d.app.page().(*overviewPage)
	if !ok {
		d.t.Fatalf("the page is %T", d.app.page())
	}
	if l, some := p.list.chosen(); !some || l.row.name != name || l.findings[0].Code != code {
		d.t.Errorf("the cursor is on %+v, want %s %s", l.findings, name, code)
	}
}

// accepting returns the fixture with treasury's withdrawals accepted.
func accepting() []*store.Record {
	all := fixture()
	for _, r := range all {
		if r.Name == "treasury" {
			r.Accept(store.Acceptance{Code: policy.CodeWithdraw, Fact: factOf(r, policy.CodeWithdraw), Reason: "pays the\x1b[2J taxes", At: noon, Until: noon.Add(30 * day), Actor: "ann"})
		}
	}
	return all
}

// factOf is what is behind a finding about a key.
func factOf(r *store.Record, code string) string {
	f, _ := policy.World{Now: noon}.Judge(r, nil).Find(code)
	return f.Fact
}

func TestOverviewFillsEverySize(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := overviewOpen(t, size[0], size[1], accepting()...)
		checkFrame(t, d.view(), size[0], size[1])
		d.see("Overview   score ", " of 100", "of 12 keys to look at", "if 2 keys are rotated (overdue)", "next 90 days", "today", "30d", "60d", "Kraken", "│", " ✗│",
			"Rotate 4 keys", "> ✗ old-bot", "OVERDUE", "400 days old, your policy says 90.", "→ Rotate the key.", "1 of ", "m rotate")
		golden(t, fmt.Sprintf("overview-%dx%d", size[0], size[1]), d.view())
		keys(d, "G")
		d.see("Accepted (1)", "> ○ treasury", "WITHDRAW", "until 2026-12-25: pays the")
		checkFrame(t, d.view(), size[0], size[1])
	}
}

func TestOverviewIsInThePaletteToo(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	d := drive(t, env, dashboardPage)
	d.press(":")
	d.typeText("overview")
	d.press("enter")
	onTodo(d, "old-bot", policy.CodeOverdue)
	d.press("esc")
	if _, ok := d.top().(*dashboard); !ok {
		t.Errorf("esc leads to %T", d.top())
	}
}

func TestOverviewMoves(t *testing.T) {
	d, _ := overviewOpen(t, 60, 20, fixture()...)
	for _, step := range []struct{ key, want, code string }{
		{"j", "grid-bot", policy.CodeOverdue}, {"k", "old-bot", policy.CodeOverdue}, {"up", "old-bot", policy.CodeOverdue},
		{"tab", "revoked-bot", policy.CodeRejected}, {"]", "treasury", policy.CodeWithdraw}, {"[", "revoked-bot", policy.CodeRejected},
		{"shift+tab", "old-bot", policy.CodeOverdue}, {"shift+tab", "old-bot", policy.CodeOverdue},
		{"end", "old-bot", policy.CodeNeverUsed}, {"tab", "old-bot", policy.CodeNeverUsed}, {"down", "old-bot", policy.CodeNeverUsed}, {"home", "old-bot", policy.CodeOverdue},
		{"ctrl+d", "due-soon", policy.CodeDueSoon}, {"ctrl+u", "old-bot", policy.CodeOverdue}, {"pgdown", "tax-export", policy.CodeNoIPList}, {"pgup", "old-bot", policy.CodeOverdue},
	} {
		keys(d, step.key)
		onTodo(d, step.want, step.code)
		checkFrame(t, d.view(), 60, 20)
		if !strings.Contains(d.view(), "> ") {
			t.Errorf("after %s the cursor is out of sight:\n%s", step.key, d.view())
		}
	}
	d.wheel(5, 12, 1)
	onTodo(d, "due-soon", policy.CodeDueSoon)
	d.wheel(5, 12, -1)
	d.clickOn("grid-bot")
	onTodo(d, "grid-bot", policy.CodeOverdue)
	d.clickOn("Rotate 4 keys")
	onTodo(d, "grid-bot", policy.CodeOverdue)
	d.clickOn("grid-bot")
	if p, ok := d.top().(*detail); !ok || p.id != "id-grid-bot" {
		t.Errorf("a second click leads to %T", d.top())
	}
}

func TestOverviewFollowsWhatHappensAndKeepsItsPlace(t *testing.T) {
	d, fake := overviewOpen(t, 120, 40, fixture()...)
	keys(d, "tab", "tab")
	onTodo(d, "treasury", policy.CodeWithdraw)
	fresh := *fake.records[0]
	fresh.Facts.Created = exchanges.At(noon.Add(-day))
	fake.replace(&fresh)
	d.send(snapshotMsg{})
	onTodo(d, "treasury", policy.CodeWithdraw)
	d.see("Rotate 3 keys")

	safe := *fake.records[3]
	safe.Facts.Permissions = exchanges.NewPermissionSet(exchanges.Read)
	fake.replace(&safe)
	d.send(snapshotMsg{})
	onTodo(d, "tax-export", policy.CodeNoIPList) // the finding that took its place
	fake.records = fake.records[:1]
	d.send(snapshotMsg{})
	d.see("score 100 of 100", "0 of 1 key to look at", "Nothing is to be done.", "Binance")
	d.press("enter", "m", "G", "tab", "j")
	d.click(5, 10)
	d.see("details is not possible: there is nothing to do")

	d.env.Now = func() time.Time { return noon.Add(85 * day) }
	d.send(minuteMsg{})
	d.see("DUE SOON", "1 of 1")
	fake.records = nil
	d.app.empty = true // the dashboard stays what it is
	d.send(snapshotMsg{})
	d.see("There is no key yet.", "next 90 days: no deadline")
}

// TestOverviewShowsAnswersAsTheyCome: a read-only store keeps none of them.
func TestOverviewShowsAnswersAsTheyCome(t *testing.T) {
	d, fake := overviewOpen(t, 120, 40, fixture()...)
	fake.readOnly = "another keyrota runs"
	answer := *fake.records[9]
	answer.Check = store.Check{At: noon}
	fake.verify = func(_ context.Context, _ []store.RecordID, report func(desk.Progress)) error {
		report(desk.Progress{ID: answer.ID, Phase: desk.Asking})
		report(desk.Progress{ID: answer.ID, Phase: desk.Done, Record: &answer})
		return nil
	}
	for range 20 {
		keys(d, "j")
		if p := d.app.page().(*overviewPage); p.list.lines[p.list.keys[p.list.at]].row.name == "offline" {
			break
		}
	}
	onTodo(d, "offline", policy.CodeUnreachable)
	keys(d, "v")
	d.seeNot("UNREACHABLE")
	d.press("r")
	d.see("rotate is not possible: another keyrota runs")
}

// TestOverviewHasALineAKey: what else the same way mends is counted beside the
// worst, and told below the list.
func TestOverviewHasALineAKey(t *testing.T) {
	var all []*store.Record
	for i := range 20 {
		r := fixtureKey(fmt.Sprintf("bot-%02d", i), "kraken", exchanges.Live)
		r.Facts.Permissions = exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw, exchanges.Transfer)
		all = append(all, r)
	}
	d, _ := overviewOpen(t, 120, 30, all...)
	d.see("Restrict 20 keys on the exchange's page  ▲20", "> ▲ bot-00", "WITHDRAW +1", "↓ 4 more lines", "1 of 20",
		"▲ WITHDRAW May withdraw funds.", "▲ TRANSFER May move funds between your accounts.")
	keys(d, "G")
	d.see("> ▲ bot-19", "20 of 20")
	d.seeNot("↓")
}

func TestOverviewSaysWhoIsAsked(t *testing.T) {
	d, _ := overviewOpen(t, 120, 40, fixture()...)
	d.env.verify.begin([]store.RecordID{"id-grid-bot"}, func() {})
	d.see("◐ asking")
}

// dueKey returns a key whose deadline is so many days ahead.
func dueKey(name string, ex exchanges.ID, days int) *store.Record {
	r := fixtureKey(name, ex, exchanges.Live)
	r.Facts.Created = exchanges.At(noon.Add(time.Duration(days-90) * day))
	return r
}

// laneOf is what the timeline says of an exchange, without its name; "" where it
// has no line.
func laneOf(d *driver, name string) string {
	for l := range strings.SplitSeq(d.view(), "\n") {
		if rest, ok := strings.CutPrefix(l, " "+name+" "); ok && strings.Contains(l, "│") {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

func TestTimelineIsByExchange(t *testing.T) {
	d, fake := overviewOpen(t, 120, 40,
		dueKey("a", "kraken", -1), dueKey("b", "kraken", 3), dueKey("c", "kraken", 3), dueKey("d", "binance", 40), dueKey("e", "bybit", 89), dueKey("f", "deribit", 90))
	none := func(n int) string { return strings.Repeat("·", n) }
	for name, want := range map[string]string{
		"Kraken":  "✗│···2" + none(26) + "┊" + none(29) + "┊" + none(29) + "▏3",
		"Binance": "│" + none(30) + "┊" + none(9) + "●" + none(19) + "┊" + none(29) + "▏1",
		"Bybit":   "│" + none(30) + "┊" + none(29) + "┊" + none(28) + "●▏1",
		"Deribit": "", // not within 90 days
	} {
		if got := laneOf(d, name); got != want {
			t.Errorf("%s: %s\nwant %s", name, got, want)
		}
	}
	for i, ex := range []exchanges.ID{"okx", "gate", "mexc"} {
		fake.records = append(fake.records, dueKey("x"+string(ex), ex, 5+i))
	}
	d.resize(60, 20)
	d.send(snapshotMsg{})
	for name, want := range map[string]string{
		"Kraken": "✗│·2" + none(8) + "┊" + none(9) + "┊" + none(9) + "▏3", "okx": "│·●" + none(8) + "┊" + none(9) + "┊" + none(9) + "▏1", "Bybit": "",
		"4 others": "│··2" + none(7) + "┊··●" + none(6) + "┊" + none(8) + "●▏4",
	} {
		if got := laneOf(d, name); got != want {
			t.Errorf("in little room, %s: %s\nwant %s", name, got, want)
		}
	}
}

func TestHostileNamesKeepTheOverviewsFrame(t *testing.T) {
	const evil = "evil\x1b]52;c;eA==\x07\u202e日本語\r\n"
	all := fixture()
	for _, r := range all {
		r.Name, r.Venue, r.Account = evil+r.Name+strings.Repeat("x", 300), evil+strings.Repeat("y", 80), evil
		r.Check = store.Check{At: noon, Kind: exchanges.Auth, Code: evil, Hint: evil}
	}
	for _, size := range frameSizes {
		d, _ := overviewOpen(t, size[0], size[1], all...)
		for range 30 {
			checkFrame(t, d.view(), size[0], size[1])
			if strings.ContainsAny(d.app.View(), "\x1b\x07\u202e\r") {
				t.Fatalf("it reached the terminal raw at %v", size)
			}
			d.press("j")
		}
	}
}

func TestOverviewInColoursAndInASCII(t *testing.T) {
	d, _ := overviewOpen(t, 80, 24, accepting()...)
	plain := d.view()
	d.env.Styles = NewStyles(themes.Builtin(themes.Dark), termenv.TrueColor)
	if coloured := d.app.View(); !strings.Contains(coloured, "\x1b[") || d.view() != plain {
		t.Errorf("colours change what is said:\n%s\nwant\n%s", d.view(), plain)
	}
	d.env.Styles, d.env.ASCII = NewStyles(themes.Builtin(themes.Dark), termenv.Ascii), true
	for _, r := range d.view() {
		if r > '~' {
			t.Fatalf("%q is on screen:\n%s", r, d.view())
		}
	}
}

func TestFlowing(t *testing.T) {
	for want, w := range map[string]int{"aaaa|bbbb|cc": 4, "aaaa|bbbb cc": 9, "aaaa bbbb|cc": 15, "aaaa bbbb cc": 16} {
		var lines []string
		for _, l := range flowing([]string{"aaaa", "bbbb", "cc"}, w) {
			lines = append(lines, strings.Join(l, " "))
		}
		if got := strings.Join(lines, "|"); got != want {
			t.Errorf("%d cells: %s, want %s", w, got, want)
		}
	}
}

// TestOverviewDrawsOnlyWhatIsInSight: the list of thousands costs a screen.
func TestOverviewDrawsOnlyWhatIsInSight(t *testing.T) {
	few, _ := overviewOpen(t, 120, 40, manyKeys(200)...)
	many, _ := overviewOpen(t, 120, 40, manyKeys(4000)...)
	cost := func(d *driver) float64 {
		d.press("j", "j")
		return testing.AllocsPerRun(5, func() { _ = d.app.page().View() })
	}
	if a, b := cost(few), cost(many); b > a*1.2 {
		t.Errorf("a view costs %.0f allocations with 200 keys and %.0f with 4000", a, b)
	}
}
