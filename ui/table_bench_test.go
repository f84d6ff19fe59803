package ui

import (
	"fmt"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/themes"
)

// manyKeys returns n keys over four exchanges, every state among them.
func manyKeys(n int) []*store.Record {
	venues := []exchanges.ID{"binance", "bybit", "kraken", "deribit"}
	out := make([]*store.Record, n)
	for i := range out {
		r := fixtureKey(fmt.Sprintf("strategy-%05d", i), venues[i%len(venues)], exchanges.Live)
		r.Facts.Created = exchanges.At(noon.Add(-time.Duration(i%120) * day))
		r.Account = fmt.Sprintf("sub-account %d", i%40)
		r.Consumers = []store.Consumer{{Name: fmt.Sprintf("bot-%d", i%300)}}
		if i%50 == 0 {
			r.Facts.Permissions = r.Facts.Permissions.With(exchanges.Withdraw, exchanges.Granted)
		}
		out[i] = r
	}
	return out
}

// benchApp starts the program on n keys with all colours.
func benchApp(b *testing.B, n int) (*app, *Env) {
	b.Helper()
	env, _ := testEnv(b, manyKeys(n)...)
	env.Styles = NewStyles(themes.Builtin(themes.Dark), termenv.TrueColor)
	return drive(b, env, dashboardPage).app, env
}

var benchSizes = []int{200, 1000, 10000}

// BenchmarkKeyPress is Update and View for one step of the cursor, at
// 120×40. It must grow with the window and not with the keys.
func BenchmarkKeyPress(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("keys=%d", n), func(b *testing.B) {
			a, _ := benchApp(b, n)
			down := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'j'}}
			up := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'k'}}
			for i := 0; b.Loop(); i++ {
				msg := down
				if i/(n-1)%2 == 1 {
					msg = up
				}
				a.Update(msg)
				_ = a.View()
			}
		})
	}
}

// BenchmarkFilterKeystroke is Update and View for one letter of a filter.
func BenchmarkFilterKeystroke(b *testing.B) {
	for _, n := range benchSizes {
		b.Run(fmt.Sprintf("keys=%d", n), func(b *testing.B) {
			a, _ := benchApp(b, n)
			a.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'/'}})
			letter := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'s'}}
			back := tea.KeyMsg{Type: tea.KeyBackspace}
			a.Update(letter)
			for i := 0; b.Loop(); i++ {
				msg := letter
				if i%2 == 1 {
					msg = back
				}
				a.Update(msg)
				_ = a.View()
			}
		})
	}
}

// BenchmarkBoard is what a changed snapshot costs: judging all keys afresh,
// and with one key changed.
func BenchmarkBoard(b *testing.B) {
	for _, n := range benchSizes {
		env, fake := testEnv(b, manyKeys(n)...)
		d := newDashboard(env)
		d.SetSize(120, 38)
		b.Run(fmt.Sprintf("fresh/keys=%d", n), func(b *testing.B) {
			for b.Loop() {
				d.reload(nil)
			}
		})
		b.Run(fmt.Sprintf("one-changed/keys=%d", n), func(b *testing.B) {
			for b.Loop() {
				changed := *fake.records[n/2]
				fake.records[n/2] = &changed
				d.reload(d.board)
			}
		})
	}
}
