package ui

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// surveys is what the screen knows of keys that exchanges list and keyrota
// does not manage. It belongs to the program's one Update goroutine.
type surveys struct {
	running bool
	began   time.Time // the last one that the screen began
	gen     int       // of the newest reading that was asked for

	news unmanagedNews
	err  error // why the last survey could not be made at all
}

// unmanagedNews is one reading of what the desk has.
type unmanagedNews struct {
	gen      int
	keys     []store.Unmanaged // the ignored ones last
	err      error             // why they could not be read
	at       time.Time         // of the last survey; zero: none since the start
	accounts []desk.Account    // that it looked at
}

// same reports whether two readings say the same.
func (n *unmanagedNews) same(o *unmanagedNews) bool {
	return (n.err == nil) == (o.err == nil) && n.at.Equal(o.at) && slices.Equal(n.accounts, o.accounts) && reflect.DeepEqual(n.keys, o.keys)
}

// Messages about unmanaged keys. Screens get unmanagedMsg when the news are in
// Env.surveys.
type (
	unmanagedMsg struct{ news unmanagedNews }
	surveyedMsg  struct {
		asked bool // the person did
		err   error
		news  unmanagedNews
	}
)

// open returns those that nobody ignores.
func (s *surveys) open() int {
	n := 0
	for i := range s.news.keys {
		if s.news.keys[i].Ignored.At.IsZero() {
			n++
		}
	}
	return n
}

// failed returns the accounts whose list could not be read.
func (s *surveys) failed() []desk.Account {
	var out []desk.Account
	for _, a := range s.news.accounts {
		if a.Err != nil {
			out = append(out, a)
		}
	}
	return out
}

// startSurvey asks the exchanges which keys the accounts have; nil while it is
// being asked already. It must be called from Update.
func startSurvey(env *Env, asked bool) tea.Cmd {
	s := env.surveys
	if s.running {
		return nil
	}
	s.running, s.began = true, env.Now()
	ctx, service, read := env.Ctx, env.Desk, readNews(env)
	return func() tea.Msg {
		_, err := service.Survey(ctx)
		return surveyedMsg{asked, err, read()}
	}
}

// readUnmanaged reads what is known, without asking anybody.
//
//go:noinline // copied into its callers, it would take 2 kB
func readUnmanaged(env *Env) tea.Cmd {
	read := readNews(env)
	return func() tea.Msg { return unmanagedMsg{read()} }
}

// readNews returns how to read in a command.
func readNews(env *Env) func() unmanagedNews {
	env.surveys.gen++
	gen, service := env.surveys.gen, env.Desk
	return func() unmanagedNews {
		n := unmanagedNews{gen: gen}
		n.keys, n.err = service.Unmanaged()
		n.at, n.accounts = service.Surveyed()
		return n
	}
}

// unmanagedRead keeps the news and tells every screen, if they are any; of two
// readings that cross each other the later one counts.
func (a *app) unmanagedRead(m unmanagedMsg) tea.Cmd {
	s := a.env.surveys
	if m.news.gen < s.news.gen {
		return nil
	}
	told, old := s.news.err != nil, s.news
	s.news = m.news
	if old.same(&m.news) {
		return nil
	}
	if m.news.err != nil && !told {
		return batch(a.broadcast(m), fail("The keys that are not managed could not be read", m.news.err))
	}
	return a.broadcast(m)
}

// surveyed ends a survey. One that nobody asked for fails quietly: the page
// says why.
func (a *app) surveyed(m surveyedMsg) tea.Cmd {
	s := a.env.surveys
	s.running, s.err = false, m.err
	cmd := a.unmanagedRead(unmanagedMsg{m.news})
	if m.asked && m.err != nil && !errors.Is(m.err, context.Canceled) {
		return batch(cmd, fail("The accounts could not be looked at", m.err))
	}
	return cmd
}

// surveyAfter looks at the accounts when all keys were verified: because the
// person said so, or because their facts had grown old, and then no more often
// than they do.
func (a *app) surveyAfter(said bool) tea.Cmd {
	s := a.env.surveys
	if !a.maySync() || !said && !s.began.IsZero() && a.env.Now().Sub(s.began) < a.opt.syncEvery {
		return nil
	}
	return startSurvey(a.env, false)
}

// banner says on the dashboard how many keys wait for a word, with the key
// that shows them.
func (s *surveys) banner(box *penBox, w int) string {
	text, hint := "1 key on your accounts is not managed", " shows it "
	if n := s.open(); n > 1 {
		text, hint = plural(n, "key")+" on your accounts are not managed", " shows them "
	}
	return box.banner(w, []span{{inkWarning, " ▲ " + text}}, "u", hint)
}
