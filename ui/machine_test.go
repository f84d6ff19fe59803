package ui

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/themes"
	"github.com/keyrota/keyrota/ui/desk"
)

// machineDash starts the program on the fixture, with what is known of the
// machine. Binance takes five addresses, and no IPv6 as far as is known.
func machineDash(t *testing.T, w, h int, known store.Machine, change func(*Env)) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, fixture()...)
	fake.machine.known, fake.machine.answer = known, []netip.Addr{netip.MustParseAddr("203.0.113.7")}
	fake.infos[0].Guide.IPs = exchanges.IPRule{Separator: ",", Most: 2}
	if change != nil {
		change(env)
	}
	d := drive(t, env, dashboardPage)
	d.resize(w, h)
	return d, fake
}

// onMachine fails unless the cursor of the page is on that key.
func onMachine(d *driver, name string) {
	d.t.Helper()
	p, ok := d.app.page().(*machinePage)
	if !ok {
		d.t.Fatalf("the page is %T", d.app.page())
	}
	if row := p.chosen(); row == nil || row.name != name {
		d.t.Errorf("the cursor is on %+v, want %q", row, name)
	}
}

func TestNobodyIsAskedBeforeAWord(t *testing.T) {
	d, fake := machineDash(t, 80, 24, store.Machine{}, nil)
	keys(d, "i")
	d.see("Ask v4.echo.example and v6.echo.example", "They see nothing else than your address", "not now")
	if fake.machine.asks != 0 {
		t.Fatal("they were asked before a word")
	}
	keys(d, "esc")
	d.see("nobody was asked yet", "not known: r asks v4.echo.example", "? not known")
	if fake.machine.asks != 0 {
		t.Fatal("they were asked after a no")
	}
	keys(d, "esc", "i", "enter")
	d.see("asked just now", "203.0.113.7", "since 2026-11-25 12:00 UTC", "✓ on the list", "– any address")
	d.seeNot("Ask v4")
	keys(d, "r")
	if fake.machine.asks != 2 {
		t.Errorf("asked %d times", fake.machine.asks)
	}
	keys(d, "esc", "i")
	d.seeNot("Ask v4")
	if fake.machine.asks != 2 {
		t.Error("asked by opening the page")
	}
}

func TestThePaletteOpensThisMachine(t *testing.T) {
	d, _ := machineDash(t, 100, 30, had(0, "203.0.113.7"), nil)
	d.press(":")
	d.typeText("this machine")
	d.press("enter")
	onMachine(d, "treasury") // the one that does not work from here
}

func TestMachinePageAtEverySize(t *testing.T) {
	known := had(2*day, "203.0.113.9 2001:db8::7", "203.0.113.7")
	for _, size := range frameSizes {
		d, _ := machineDash(t, size[0], size[1], known, nil)
		keys(d, "i")
		checkFrame(t, d.view(), size[0], size[1])
		golden(t, fmt.Sprintf("machine-%dx%d", size[0], size[1]), d.view())
		d.see("This machine", "203.0.113.7", "2001:db8::7", "told 1d ago", "told 2d ago", "▲ changed from 203.0.113.9, last seen 2026-11-23 12:00 UTC", "2001:db8::7 is left out")
		for range fixture() {
			checkFrame(t, d.view(), size[0], size[1])
			keys(d, "j")
		}
	}
}

func TestMachinePageSaysWhatToPaste(t *testing.T) {
	d, _ := machineDash(t, 120, 40, had(day, "198.51.100.7 2001:db8::7"), nil)
	keys(d, "i")
	for _, c := range []struct {
		key  string
		sees []string
	}{
		{"grid-bot", []string{"To paste at Binance", "203.0.113.7,203.0.113.8,198.51.100.7", "3 addresses are too many: Binance takes 2", "✗ 198.51.100.7 not on the list"}},
		{"hedge", []string{"To paste at Bybit", "198.51.100.7", "is not known: add to it"}},
		{"tax-export", []string{"   198.51.100.7 ", "2001:db8::7 is left out: Binance is not known to take IPv6 addresses."}},
	} {
		d.clickOn(c.key)
		onMachine(d, c.key)
		d.see(c.sees...)
	}
	d.clickOn("tax-export") // the second click
	d.see("any address: the exchange has no IP whitelist for this key")
}

func TestMachinePageMoves(t *testing.T) {
	d, _ := machineDash(t, 60, 20, had(0, "203.0.113.7"), nil)
	keys(d, "i")
	for _, step := range []struct{ key, want string }{
		{"j", "binance-demo"}, {"down", "bybit-test"}, {"k", "binance-demo"}, {"up", "treasury"}, {"k", "treasury"},
		{"G", "tax-export"}, {"j", "tax-export"}, {"g", "treasury"}, {"end", "tax-export"}, {"home", "treasury"}, {"pgdown", "old-bot"}, {"pgup", "treasury"},
	} {
		keys(d, step.key)
		onMachine(d, step.want)
		checkFrame(t, d.view(), 60, 20)
	}
	keys(d, "j")
	d.wheel(10, 6, 1)
	onMachine(d, "bybit-test")
	d.send(snapshotMsg{})
	onMachine(d, "bybit-test")
	keys(d, "enter")
	d.see("bybit-test", "this machine 203.0.113.7 ✓ on the")
}

func TestTheListIsCopied(t *testing.T) {
	var copied string
	d, _ := machineDash(t, 100, 30, had(0, "203.0.113.9"), func(e *Env) { e.Copy = func(text string) error { copied = text; return nil } })
	keys(d, "i")
	d.clickOn("grid-bot")
	keys(d, "c")
	if copied != "203.0.113.7,203.0.113.8,203.0.113.9" {
		t.Errorf("copied %q", copied)
	}
	d.see("the list for grid-bot: sent to the terminal's clipboard")
	d, _ = machineDash(t, 100, 30, had(0, "203.0.113.9"), nil)
	keys(d, "i", "c")
	d.see("copy list is not possible")
}

func TestWhenNobodyAnswersTheOldIsKept(t *testing.T) {
	d, fake := machineDash(t, 100, 30, had(day, "203.0.113.9"), nil)
	fake.machine.err = desk.Refuse("none of v4.echo.example told", "Check the connection.")
	keys(d, "i", "r")
	d.see("none of v4.echo.example told", "203.0.113.9", "asked 1d ago")
	d, fake = machineDash(t, 100, 30, store.Machine{}, nil)
	fake.machine.deaf = true
	keys(d, "i")
	d.see("not known")
	d.seeNot("Ask ")
	keys(d, "r")
	d.see("ask again is not possible: no echo service is set")
}

func TestMachinePageWithoutKeys(t *testing.T) {
	env, fake := testEnv(t)
	fake.machine.known = had(0, "203.0.113.7")
	d := drive(t, env, func(e *Env) Screen { return newMachinePage(e) })
	d.see("203.0.113.7", "There are no keys yet.")
	for _, key := range []string{"c", "enter"} {
		d.press(key)
		d.see("is not possible: there is no key")
	}
}

func TestMachinePageInEveryThemeAndInASCII(t *testing.T) {
	for _, theme := range themes.Names("") {
		d, _ := machineDash(t, 80, 24, had(0, "203.0.113.7"), func(e *Env) { e.Styles = NewStyles(themes.Builtin(theme), termenv.TrueColor) })
		keys(d, "i")
		checkFrame(t, d.view(), 80, 24)
	}
	d, _ := machineDash(t, 80, 24, had(0, "203.0.113.7"), func(e *Env) { e.ASCII = true })
	keys(d, "i")
	d.seeNot("✓", "–")
}

func TestDetailsSayHowThisMachineStands(t *testing.T) {
	for name, c := range map[string]struct {
		known    store.Machine
		sees     string
		seesNot  string
		standing store.Standing
	}{
		"grid-bot":   {known: had(0, "203.0.113.7"), sees: "203.0.113.7, 203.0.113.8 · this machine 203.0.113.7 ✓ on the list", seesNot: "asked"},
		"treasury":   {known: had(3*day, "203.0.113.7"), sees: "this machine 203.0.113.7 ✗ not on the list (asked 3d ago)"},
		"tax-export": {known: had(0, "203.0.113.7"), seesNot: "this machine"},
		"hedge":      {known: had(0, "203.0.113.7"), seesNot: "this machine"},
		"due-soon":   {seesNot: "this machine"},
		"old-bot":    {known: had(0, "203.0.113.7"), sees: "this machine ? through a proxy", standing: desk.ThroughProxy},
	} {
		d, fake := detailPage(t, name, 110, 40)
		fake.machine.known = c.known
		if c.standing != "" {
			fake.machine.standing = func(*store.Record) store.Standing { return c.standing }
		}
		d.send(snapshotMsg{})
		d.see(c.sees)
		if c.seesNot != "" {
			d.seeNot(c.seesNot)
		}
	}
}
