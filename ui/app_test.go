package ui

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// probe is a screen that writes down what reaches it.
type probe struct {
	name    string
	w, h    int
	got     []string
	typing  bool
	actions []Action
}

func (p *probe) Init() tea.Cmd { p.got = append(p.got, "init"); return nil }
func (p *probe) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case KeyMsg:
		p.got = append(p.got, msg.Name)
	case PasteMsg:
		p.got = append(p.got, fmt.Sprintf("paste %q", msg.Text))
	case MouseMsg:
		p.got = append(p.got, fmt.Sprintf("mouse %d,%d,%d", msg.X, msg.Y, msg.Wheel))
	default:
		p.got = append(p.got, fmt.Sprintf("%T", msg))
	}
	return nil
}
func (p *probe) View() string {
	lines := exactly(nil, p.w, p.h)
	lines[0] = fit("page "+p.name, p.w)
	return strings.Join(lines, "\n")
}
func (p *probe) SetSize(w, h int)  { p.w, p.h = w, h }
func (p *probe) Actions() []Action { return p.actions }
func (p *probe) Title() string     { return p.name }
func (p *probe) Typing() bool      { return p.typing }

// take returns what reached the probe since the last take.
func (p *probe) take() string {
	got := strings.Join(p.got, " ")
	p.got = nil
	return got
}

// driveProbe starts a program whose bottom page is a probe with one action.
func driveProbe(t testing.TB) (*driver, *probe) {
	t.Helper()
	p := &probe{name: "one"}
	p.actions = []Action{
		{Keys: []string{"x"}, Label: "act", Help: "Do the act.", Group: "Test", Do: func() tea.Cmd { p.got = append(p.got, "acted"); return nil }},
		{Keys: []string{"r"}, Label: "rotate", Group: "Test", Disabled: "it comes later"},
		{Keys: []string{"n"}, Label: "next", Group: "Test", Do: func() tea.Cmd { return push(&probe{name: "two"}) }},
		{Keys: []string{"o"}, Label: "ask", Group: "Test", Do: func() tea.Cmd { return openOverlay(&probe{name: "dialog"}) }},
	}
	env, _ := testEnv(t, fixture()...)
	d := drive(t, env, func(*Env) Screen { return p })
	p.take()
	return d, p
}

func TestKeysReachActionsAndScreens(t *testing.T) {
	d, p := driveProbe(t)
	d.press("x", "j", "enter", "shift+tab", "alt+b", " ")
	if got := p.take(); got != "acted j enter shift+tab alt+b  " {
		t.Errorf("got %q", got)
	}
	d.press("r")
	d.see("rotate is not possible: it comes later")
}

func TestKeysTypedFastAreTakenApart(t *testing.T) {
	d, p := driveProbe(t)
	d.typeText("jxk")
	if got := p.take(); got != "j acted k" {
		t.Errorf("got %q", got)
	}
}

// What is typed after a key that opens a page belongs to that page, even when
// both arrive in one read.
func TestFastKeysFollowThePageThatTheyOpen(t *testing.T) {
	d, one := driveProbe(t)
	d.typeText("nab")
	if got := one.take(); got != "" {
		t.Errorf("the page below got %q", got)
	}
	two, ok := d.top().(*probe)
	if !ok || two.name != "two" {
		t.Fatalf("on top is %v", d.top().Title())
	}
	if got := two.take(); got != "init a b" {
		t.Errorf("the page above got %q", got)
	}
}

func TestTypingScreensGetKeysRaw(t *testing.T) {
	d, p := driveProbe(t)
	p.typing = true
	d.press("x", "?", "q", "t", ":", "esc")
	if got := p.take(); got != "x ? q t : esc" {
		t.Errorf("got %q", got)
	}
	if d.quit {
		t.Fatal("a typed q quit the program")
	}
	d.seeNot("? help")
	d.press("ctrl+c")
	if !d.quit {
		t.Error("ctrl+c does not quit while typing")
	}
}

func TestPasteArrivesWholeWithLineFeeds(t *testing.T) {
	d, p := driveProbe(t)
	d.paste("one\r\ntwo\rthree\nqqq")
	if got := p.take(); got != `paste "one\ntwo\nthree\nqqq"` {
		t.Errorf("got %q", got)
	}
}

func TestPagesAndOverlaysStack(t *testing.T) {
	d, one := driveProbe(t)
	d.press("n")
	d.see("page two", "esc back")
	d.send(overlayMsg{&probe{name: "dialog"}})
	d.see("page two", "─ dialog ─", "page dialog", "esc close")
	d.press("z")
	if got := d.top().(*probe).take(); !strings.HasPrefix(got, "init") || !strings.HasSuffix(got, "z") {
		t.Errorf("dialog got %q", got)
	}
	d.press("esc")
	d.seeNot("page dialog")
	d.press("q")
	d.see("page one", "q quit")
	if d.quit {
		t.Error("q on the second page quit")
	}
	if got := one.take(); got != "ui.snapshotMsg" { // the page above may have changed something
		t.Errorf("the bottom page got %q", got)
	}
	d.press("q")
	if !d.quit {
		t.Error("q on the bottom page does not quit")
	}
}

func TestNewsReachesEveryScreen(t *testing.T) {
	d, one := driveProbe(t)
	d.press("n", "x")
	two := d.top().(*probe)
	d.send(overlayMsg{&probe{name: "dialog"}})
	dialog := d.top().(*probe)
	one.take()
	two.take()
	dialog.take()
	d.send(snapshotMsg{})
	for _, p := range []*probe{one, two, dialog} {
		if got := p.take(); got != "ui.snapshotMsg" {
			t.Errorf("%s got %q", p.name, got)
		}
	}
}

func TestOverlayIsToldWhenItWasSeen(t *testing.T) {
	d, _ := driveProbe(t)
	d.press("o")
	dialog := d.top().(*probe)
	dialog.take()
	d.advance(seenAfter)
	if got := dialog.take(); got != "ui.seenMsg" {
		t.Errorf("got %q", got)
	}
}

func TestOverlayThatIsGoneIsToldNothing(t *testing.T) {
	d, _ := driveProbe(t)
	d.press("o")
	dialog := d.top().(*probe)
	d.press("esc")
	dialog.take()
	d.advance(seenAfter)
	if got := dialog.take(); got != "" {
		t.Errorf("got %q", got)
	}
}

// grower is an overlay that wants a line more with every key.
type grower struct {
	probe
	lines int
}

func (g *grower) Update(tea.Msg) tea.Cmd                  { g.lines++; return nil }
func (g *grower) Size(maxW, maxH int) (width, height int) { return 30, min(maxH, g.lines) }

func TestOverlayMayGrow(t *testing.T) {
	d, _ := driveProbe(t)
	g := &grower{lines: 3}
	d.send(overlayMsg{g})
	if g.w != 30 || g.h != 3 {
		t.Errorf("at first %d×%d", g.w, g.h)
	}
	d.press("j")
	if g.h != 4 {
		t.Errorf("after a key %d lines high", g.h)
	}
	for range 100 {
		d.press("j")
	}
	checkFrame(t, d.app.View(), 120, 40)
}

func TestFirstKeyBringsTheTableAndTheLastTakesIt(t *testing.T) {
	env, fake := testEnv(t)
	d := drive(t, env, home)
	d.see("There are no keys yet")
	fake.change(func([]*store.Record) []*store.Record {
		return []*store.Record{fixtureKey("grid-bot", "binance", exchanges.Live)}
	})
	d.send(snapshotMsg{})
	d.see("grid-bot")
	d.seeNot("There are no keys yet")
	fake.change(func([]*store.Record) []*store.Record { return nil })
	d.send(snapshotMsg{})
	d.see("There are no keys yet")
}

func TestTheFirstFrameDoesNotWaitForTheFile(t *testing.T) {
	env, fake := testEnv(t, fixture()...)
	read := make(chan struct{})
	fake.load = func() (*store.Snapshot, error) { <-read; return fake.Snapshot(), nil }
	d := prepare(t, env, appOptions{home: home, load: startLoad(fake), width: 80, height: 24})
	cmd := d.app.Init()
	d.see("loading keys…")
	close(read)
	d.run(cmd)
	d.see("grid-bot")
}

func TestUnreadableFileGetsAPage(t *testing.T) {
	err := &store.Error{Op: "read", Path: "keys.toml", Hint: "Restore keys.toml.bak.", Err: store.ErrCorrupt}
	env, fake := testEnv(t)
	fake.load = func() (*store.Snapshot, error) { return nil, err }
	d := prepare(t, env, appOptions{home: home, load: startLoad(fake), width: 80, height: 24})
	d.run(d.app.Init())
	d.see("cannot read keys.toml: not readable", "Restore keys.toml.bak.", "q quit")
	checkFrame(t, d.app.View(), 80, 24)
}

func TestBadgesStayOnEveryPage(t *testing.T) {
	env, fake := testEnv(t, fixture()...)
	env.Demo, fake.readOnly = true, "another keyrota (pid 7) has the lock"
	d := drive(t, env, home)
	d.see("DEMO", "READ-ONLY")
	d.send(pushMsg{&probe{name: "two"}})
	d.see("page two", "DEMO", "READ-ONLY")
	for _, size := range frameSizes {
		d.resize(size[0], size[1])
		checkFrame(t, d.app.View(), size[0], size[1])
	}
}

func TestSuspendWorksWhileTyping(t *testing.T) {
	d, p := driveProbe(t)
	p.typing = true
	d.press("ctrl+z")
	if got := p.take(); got != "tea.SuspendMsg" {
		t.Errorf("got %q", got)
	}
}

func TestPassphraseRequestsOpenADialog(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	requests := make(chan PassphraseRequest, 1)
	requests <- PassphraseRequest{Backend: "file", Reply: func(exchanges.Secret, bool) {}}
	close(requests)
	d := prepare(t, env, appOptions{home: home, asks: requests, width: 120, height: 40})
	d.run(d.app.Init())
	if len(d.app.overlays) != 1 || !typing(d.top()) {
		t.Errorf("overlays: %v", d.app.overlays)
	}
}

func TestExplainFindsTheHint(t *testing.T) {
	for _, c := range []struct {
		err        error
		what, hint string
	}{
		{errors.New("plain\x1b[2J"), "plain[2J", ""},
		{&exchanges.Error{Exchange: "binance", Kind: exchanges.Auth, Hint: "Check the secret."}, "binance: the exchange rejected the key", "Check the secret."},
		{fmt.Errorf("add: %w", &store.KeyringError{Backend: "pass", Op: "open", Hint: "Run pass init.", Err: errors.New("no store")}), "add: pass keyring: cannot open: no store", "Run pass init."},
	} {
		what, hint := explain(c.err)
		if what != c.what || hint != c.hint {
			t.Errorf("%v: %q, %q", c.err, what, hint)
		}
	}
}
