package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk"
)

// Env is what every screen may read. The root alone writes it, and it may
// change Styles at any time: a screen reads them when it draws and keeps none.
type Env struct {
	Ctx     context.Context // ends when the program quits; parents every command
	Desk    desk.Service
	Styles  *Styles
	Now     func() time.Time
	Demo    bool // simulated exchanges: DEMO is on screen
	Spare   func(exchanges.ID, exchanges.Environment) (exchanges.Credential, bool)
	ASCII   bool // glyphs outside ASCII are replaced
	Animate bool

	verify *verifier

	// after is tea.Tick with a message instead of a func; tests put a clock of
	// their own in its place.
	after func(time.Duration, tea.Msg) tea.Cmd
}

// newEnv fills in what every Env needs.
func newEnv(e Env) *Env {
	if e.Now == nil {
		e.Now = time.Now
	}
	if e.after == nil {
		e.after = func(d time.Duration, msg tea.Msg) tea.Cmd {
			return tea.Tick(d, func(time.Time) tea.Msg { return msg })
		}
	}
	e.verify = &verifier{}
	return &e
}

// badges returns the words that must stay on screen as long as they hold.
func (e *Env) badges() []string {
	var out []string
	if e.Demo {
		out = append(out, "DEMO")
	}
	if e.Desk.ReadOnly() != "" {
		out = append(out, "READ-ONLY")
	}
	return out
}
