package ui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
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
	Lost    func(fingerprint string) (exchanges.Credential, bool)
	ASCII   bool // glyphs outside ASCII are replaced
	Animate bool

	// OpenPage opens a page of an exchange in the browser, Copy hands text to
	// the terminal's clipboard, and Simulate does by itself what a prompt asks
	// a person to do at the exchange, in the demo only. Each may be nil: then
	// it is not offered. They are called from commands.
	OpenPage func(url string) error
	Copy     func(text string) error
	Simulate func(context.Context, flow.Update) (flow.Answer, error)

	links   bool // the terminal takes OSC 8, so that addresses can be clicked
	verify  *verifier
	surveys *surveys

	// after is tea.Tick with a message instead of a func; tests put a clock of
	// their own in its place.
	after func(time.Duration, tea.Msg) tea.Cmd

	// listen waits for a token and returns the message, or nothing once done
	// is closed; tests ask the channel instead of waiting for it.
	listen func(tokens, done <-chan struct{}, msg tea.Msg) tea.Cmd
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
	if e.listen == nil {
		e.listen = listenToken
	}
	e.verify, e.surveys = &verifier{}, &surveys{}
	return &e
}

// lost returns a key of the demo that an exchange lists.
func (e *Env) lost(fingerprint string) (exchanges.Credential, bool) {
	if e.Lost == nil {
		return exchanges.Credential{}, false
	}
	return e.Lost(fingerprint)
}

func listenToken(tokens, done <-chan struct{}, msg tea.Msg) tea.Cmd {
	return func() tea.Msg {
		select {
		case _, open := <-tokens:
			if open {
				return msg
			}
		case <-done:
		}
		return nil
	}
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
