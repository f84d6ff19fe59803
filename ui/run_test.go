package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/themes"
	"github.com/keyrota/keyrota/ui/desk"
)

// closedClock is a timer that has run out.
func closedClock() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}

func TestRunNeedsATerminal(t *testing.T) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = null.Close() }()
	err = Run(t.Context(), Config{Desk: newFakeDesk(), Input: null, Output: null})
	if !errors.Is(err, ErrNoTerminal) {
		t.Errorf("Run on %s: %v", os.DevNull, err)
	}
}

func TestOnlyABadEndIsAnError(t *testing.T) {
	lost := errors.New("read /dev/tty: input/output error")
	if err := ending(nil); err != nil {
		t.Errorf("quit: %v", err)
	}
	if err := ending(fmt.Errorf("%w: %w", tea.ErrProgramKilled, tea.ErrProgramPanic)); err == nil || !strings.Contains(err.Error(), "a bug in keyrota") {
		t.Errorf("panic: %v", err)
	}
	if err := ending(lost); !errors.Is(err, lost) {
		t.Errorf("lost terminal: %v", err)
	}
}

func TestNoColorKeepsWeightAndReverse(t *testing.T) {
	env := map[string]string{"NO_COLOR": "1"}
	p, none := colours(os.Stdout, func(k string) string { return env[k] })
	if p != termenv.ANSI || !none {
		t.Fatalf("profile %v, none %v", p, none)
	}
	s := look{profile: p, noColour: none}.styles(themes.Builtin(themes.Dark))
	if got := s.Cursor.Render("x"); got != "\x1b[1;7mx\x1b[0m" {
		t.Errorf("cursor without colours: %q", got)
	}
	if s.Live.Render("x") == s.Testnet.Render("x") {
		t.Error("live and testnet look alike without colours")
	}
}

func TestThemeOfTheConfigMustExist(t *testing.T) {
	c := Config{Desk: newFakeDesk(), Theme: "nonsense"}
	c.fill()
	if _, _, err := c.look(newInputGuard(os.Stdin)); !errors.Is(err, themes.ErrUnknown) {
		t.Errorf("theme nonsense: %v", err)
	}
}

// runChild runs the real screen on a fake desk, in a terminal of its own.
func runChild(role string) int {
	d := newFakeDesk(fixtureKey("grid-bot", "binance", exchanges.Live))
	if role == "panic" {
		d.verify = func(context.Context, []store.RecordID, func(desk.Progress)) error { panic("a bug") }
	}
	if err := Run(context.Background(), Config{Desk: d, Now: func() time.Time { return noon }}); err != nil {
		fmt.Fprintln(os.Stderr, "Run:", err)
		return 1
	}
	fmt.Fprintln(os.Stderr, "ended well")
	return 0
}
