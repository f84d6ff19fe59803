package ui

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// driver runs the whole program without a terminal, goroutines or real time:
// commands run at once, and what should happen later waits for advance.
type driver struct {
	t      testing.TB
	app    *app
	env    *Env
	timers []timer
	ears   []ear
	now    time.Duration
	quit   bool
}

// ear waits for a token, see Env.listen.
type ear struct {
	tokens, done <-chan struct{}
	msg          tea.Msg
}

type timer struct {
	at  time.Duration
	msg tea.Msg
}

// drive starts a program of 120×40 whose bottom page is made by page.
func drive(t testing.TB, env *Env, page func(*Env) Screen) *driver {
	t.Helper()
	d := prepare(t, env, appOptions{home: page, width: 120, height: 40})
	d.run(d.app.Init())
	return d
}

// prepare makes a program that has not begun: its Init is still to be run.
func prepare(t testing.TB, env *Env, o appOptions) *driver {
	t.Helper()
	d := &driver{t: t, env: env}
	env.after = func(after time.Duration, msg tea.Msg) tea.Cmd {
		return func() tea.Msg {
			d.timers = append(d.timers, timer{d.now + after, msg})
			return nil
		}
	}
	env.listen = func(tokens, done <-chan struct{}, msg tea.Msg) tea.Cmd {
		return func() tea.Msg {
			d.ears = append(d.ears, ear{tokens, done, msg})
			return nil
		}
	}
	d.app = newApp(env, o)
	return d
}

// send hands one message to the program and runs what follows from it.
func (d *driver) send(msg tea.Msg) {
	d.t.Helper()
	_, cmd := d.app.Update(msg)
	d.run(cmd)
	d.hear()
}

// hear hands over the tokens that have come meanwhile.
func (d *driver) hear() {
	d.t.Helper()
	for i := 0; i < len(d.ears); i++ {
		e := d.ears[i]
		select {
		case <-e.done:
			d.ears = slices.Delete(d.ears, i, i+1)
			i = -1
		case <-e.tokens:
			d.ears = slices.Delete(d.ears, i, i+1)
			d.send(e.msg)
			return // send has heard the rest
		default:
		}
	}
}

func (d *driver) run(cmd tea.Cmd) {
	d.t.Helper()
	if cmd == nil {
		return
	}
	msg := cmd()
	switch v := reflect.ValueOf(msg); {
	case msg == nil:
	case v.Type() == reflect.TypeFor[tea.QuitMsg]():
		d.quit = true
	case v.Kind() == reflect.Slice && v.Type().Elem() == reflect.TypeFor[tea.Cmd](): // Batch and Sequence
		for i := range v.Len() {
			c, _ := v.Index(i).Interface().(tea.Cmd)
			d.run(c)
		}
	default:
		d.send(msg)
	}
}

// advance lets time pass: timers that are due fire in order.
func (d *driver) advance(by time.Duration) {
	d.t.Helper()
	until := d.now + by
	for {
		i := -1
		for j, t := range d.timers {
			if t.at <= until && (i < 0 || t.at < d.timers[i].at) {
				i = j
			}
		}
		if i < 0 {
			d.now = until
			return
		}
		due := d.timers[i]
		d.timers = slices.Delete(d.timers, i, i+1)
		d.now = due.at
		d.send(due.msg)
	}
}

// press presses keys by name: "j", "enter", "shift+tab", "ctrl+p", "alt+x".
func (d *driver) press(names ...string) {
	d.t.Helper()
	for _, name := range names {
		d.send(teaKey(d.t, name))
		d.advance(settle)
	}
}

// typeText types text as a fast hand does: all in one message.
func (d *driver) typeText(s string) {
	d.t.Helper()
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s)})
	for len(d.app.keys.waiting) > 0 {
		d.advance(settle)
	}
	d.advance(settle)
}

// paste pastes text as a terminal with bracketed paste does.
func (d *driver) paste(s string) {
	d.t.Helper()
	d.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(s), Paste: true})
}

func (d *driver) click(x, y int) {
	d.t.Helper()
	d.send(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: tea.MouseButtonLeft})
}

// clickOn clicks the first cell of the first place where text is drawn.
func (d *driver) clickOn(text string) {
	d.t.Helper()
	for y, line := range strings.Split(d.view(), "\n") {
		if before, _, found := strings.Cut(line, text); found {
			d.click(ansi.StringWidth(before), y)
			return
		}
	}
	d.t.Fatalf("nothing to click: no %q in\n%s", text, d.view())
}

// wheel turns the wheel over a cell: down for +1, up for -1.
func (d *driver) wheel(x, y, step int) {
	d.t.Helper()
	b := tea.MouseButtonWheelDown
	if step < 0 {
		b = tea.MouseButtonWheelUp
	}
	d.send(tea.MouseMsg{X: x, Y: y, Action: tea.MouseActionPress, Button: b})
}

func (d *driver) resize(w, h int) {
	d.t.Helper()
	d.send(tea.WindowSizeMsg{Width: w, Height: h})
}

// view is what the screen shows, without escape codes.
func (d *driver) view() string { return ansi.Strip(d.app.View()) }

// see fails unless all of the texts are on screen.
func (d *driver) see(texts ...string) {
	d.t.Helper()
	v := d.view()
	for _, text := range texts {
		if !strings.Contains(v, text) {
			d.t.Errorf("no %q on screen:\n%s", text, v)
		}
	}
}

// seeNot fails if one of the texts is on screen.
func (d *driver) seeNot(texts ...string) {
	d.t.Helper()
	v := d.view()
	for _, text := range texts {
		if strings.Contains(v, text) {
			d.t.Errorf("%q is on screen:\n%s", text, v)
		}
	}
}

// top is the screen that takes the keys.
func (d *driver) top() Screen { return d.app.top() }

// teaKey is the inverse of a key's name.
func teaKey(t testing.TB, name string) tea.KeyMsg {
	t.Helper()
	if rest, alt := strings.CutPrefix(name, "alt+"); alt {
		k := teaKey(t, rest)
		k.Alt = true
		return k
	}
	if name == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	if r := []rune(name); len(r) == 1 {
		return tea.KeyMsg{Type: tea.KeyRunes, Runes: r}
	}
	for k := tea.KeyType(-200); k < 200; k++ {
		if k.String() == name {
			return tea.KeyMsg{Type: k}
		}
	}
	t.Fatalf("no key is called %q", name)
	return tea.KeyMsg{}
}

// checkFrame fails unless a view fills w×h exactly.
func checkFrame(t testing.TB, view string, w, h int) {
	t.Helper()
	lines := strings.Split(view, "\n")
	if len(lines) != h {
		t.Errorf("%d×%d: %d lines", w, h, len(lines))
	}
	for i, line := range lines {
		if got := ansi.StringWidth(line); got != w {
			t.Errorf("%d×%d: line %d is %d wide: %q", w, h, i, got, line)
		}
	}
}

// frameSizes are the sizes at which every screen must fill its frame.
var frameSizes = [][2]int{{60, 20}, {80, 24}, {100, 30}, {120, 40}, {200, 60}}
