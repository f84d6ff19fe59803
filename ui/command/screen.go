package command

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui"
	"github.com/keyrota/keyrota/ui/desk"
)

type screenFlags struct {
	theme        string
	ascii, still bool
}

// settled is when the screen has long been drawn.
const settled = 150 * time.Millisecond

// saveMemory gives back what the start took, and collects garbage sooner from
// now on: the dashboard stays open all day beside bots that need the memory.
func saveMemory() {
	debug.SetGCPercent(50)
	debug.FreeOSMemory()
}

// runScreen opens the dashboard, or what at makes of the configuration; at may
// be nil. It touches neither keyring nor network before the first frame.
func (a *App) runScreen(ctx context.Context, g *globals, at func(*session, *ui.Config) error) (err error) {
	defer time.AfterFunc(settled, saveMemory).Stop()
	asks := make(chan ui.PassphraseRequest)
	s, err := a.open(ctx, g, opening{
		passphrase: askOnScreen(asks),
		stays:      true,
		unlocking:  func() {}, // the screen itself says what it waits for
	})
	if err != nil {
		return err
	}
	defer func() { err = s.closeAfter(err) }()
	conf, f := s.store.Config(), g.screen
	c := ui.Config{
		Desk: s.desk, Theme: first(f.theme, conf.Theme), UserThemesDir: filepath.Join(filepath.Dir(s.store.Paths().Config), "themes"),
		Demo: s.demo, Spare: s.spare, Lost: s.lost, Simulate: s.simulate, OpenPage: openPage(a.Getenv), Animate: conf.Animation && !f.still, ASCII: f.ascii,
		Input: a.Stdin, Getenv: a.Getenv, Now: a.Now,
		SyncEvery: conf.SyncEvery, Passphrases: asks, Note: note(s.store, s.desk),
	}
	if out, ok := a.Stdout.(*os.File); ok {
		c.Output = out
	}
	if at != nil {
		if err := at(s, &c); err != nil {
			return err
		}
	}
	err = a.Screen(ctx, c)
	if errors.Is(err, ui.ErrNoTerminal) {
		return &Exit{Code: 2, Err: err}
	}
	return err
}

// note is what the person should hear once when the screen starts.
func note(s *store.Store, d *desk.Desk) string {
	if why, ro := s.ReadOnly(); ro {
		return "Nothing can be changed: " + why
	}
	if w := d.Warnings(); len(w) > 0 {
		w[0].File = filepath.Base(w[0].File)
		return w[0].String()
	}
	return ""
}
