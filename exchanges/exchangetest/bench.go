package exchangetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// patience is how long a law waits for an adapter that should have answered.
// It only bounds a failing run.
const patience = 60 * time.Second

// bench is one site of an adapter opened on a fake exchange, with its log.
type bench struct {
	Subject
	site     exchanges.Site
	server   *Server
	exchange exchanges.Exchange
	cred     exchanges.Credential
	log      *logBuffer
	time     *hurry
}

// open puts the adapter's site on a fresh server. The caller closes it.
func (s Subject) open(site exchanges.Site) (*bench, error) {
	b := &bench{Subject: s, site: site, log: &logBuffer{}, time: &hurry{base: time.Now}}
	cred, err := s.Adapter.Check(s.Credential)
	if err != nil {
		return nil, fmt.Errorf("the subject's credential is refused: %w", err)
	}
	b.cred = cred
	routes := Routes{}
	if s.Routes != nil {
		routes = s.Routes(site)
	}
	b.server = newServer(routes)
	b.server.Tell(s.Detail)
	origin := b.server.URL
	if s.Adapter.Info.Manual {
		origin = "" // there is none to take the place of
	}
	b.exchange, err = exchanges.NewRegistry(s.Adapter).Open(s.Adapter.Info.ID, exchanges.Connection{
		Site: site, Origin: origin, Now: b.time.now, Sleep: b.time.sleep,
		Log: slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		b.server.close()
		return nil, fmt.Errorf("open %s: %w", site.ID, err)
	}
	return b, nil
}

// onEach runs f on a fresh bench of the default site of every environment.
func (s Subject) onEach(f func(*bench) error) error {
	var p problems
	for _, env := range s.Adapter.Info.Environments() {
		site, _ := s.Adapter.Info.Site(env, "")
		p.in(string(env), s.on(site, f))
	}
	return p.err()
}

// onFirst runs f on a fresh bench of the first site.
func (s Subject) onFirst(f func(*bench) error) error {
	if len(s.Adapter.Info.Sites) == 0 {
		return errors.New("the adapter has no sites")
	}
	return s.on(s.Adapter.Info.Sites[0], f)
}

func (s Subject) on(site exchanges.Site, f func(*bench) error) error {
	b, err := s.open(site)
	if err != nil {
		return err
	}
	defer b.server.close()
	return f(b)
}

// inspect calls Inspect as a person would wait for it.
func (b *bench) inspect() (exchanges.KeyInfo, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return b.exchange.Inspect(ctx, b.cred)
}

// signed returns the requests that were made with the key.
func (b *bench) signed() []Request {
	var out []Request
	for _, r := range b.server.Requests() {
		if r.Call() != b.ClockCall {
			out = append(out, r)
		}
	}
	return out
}

// inspectCalls returns the routes that a successful Inspect uses, in order.
func (s Subject) inspectCalls(site exchanges.Site) ([]string, error) {
	var calls []string
	err := s.on(site, func(b *bench) error {
		if _, err := b.inspect(); err != nil {
			return err
		}
		for _, r := range b.signed() {
			if !slices.Contains(calls, r.Call()) {
				calls = append(calls, r.Call())
			}
		}
		if len(calls) == 0 {
			return errors.New("the exchange was not asked")
		}
		return nil
	})
	return calls, err
}

// answering opens the first site with h in the place of the first call of
// Inspect, inspects, and hands the result to judge.
func (s Subject) answering(h Handler, judge func(*bench, exchanges.KeyInfo, error) error) error {
	if len(s.Adapter.Info.Sites) == 0 {
		return errors.New("the adapter has no sites")
	}
	calls, err := s.inspectCalls(s.Adapter.Info.Sites[0])
	if err != nil {
		return err
	}
	return s.onFirst(func(b *bench) error {
		b.server.Handle(calls[0], h)
		info, err := b.inspect()
		return judge(b, info, err)
	})
}

// lawful checks what every error of an adapter owes its reader.
func (s Subject) lawful(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	var p problems
	e, ok := errors.AsType[*exchanges.Error](err)
	if !ok {
		return fmt.Errorf("%T is not an *exchanges.Error: %w", err, err)
	}
	if e.Exchange != s.Adapter.Info.ID {
		p.addf("error names the exchange %q", e.Exchange)
	}
	if e.Op == "" {
		p.addf("error does not say what was asked: %v", err)
	}
	if e.Kind.Sentence() == string(e.Kind) && e.Kind != exchanges.Canceled {
		p.addf("error has the unknown kind %q", e.Kind)
	}
	if e.Hint == "" && e.Kind != exchanges.Canceled {
		p.addf("error has no hint: %v", err)
	}
	for _, text := range []string{err.Error(), e.Code, e.Hint} {
		if strings.ContainsFunc(text, hostile) {
			p.addf("error text is not clean: %q", text)
		}
	}
	p.in("error", s.leaks(dump(err)))
	return p.err()
}

// kind checks that err is a lawful error of one of the kinds.
func (s Subject) kind(err error, want ...exchanges.Kind) error {
	if err := s.lawful(err); err != nil {
		return err
	}
	if got := exchanges.AsError(err).Kind; !slices.Contains(want, got) {
		return fmt.Errorf("kind %q, want %q: %w", string(got), fmt.Sprint(want), err)
	}
	return nil
}

// leaks reports the secret parts of the credentials that text shows.
func (s Subject) leaks(text string) error {
	var p problems
	for _, c := range append([]exchanges.Credential{s.Credential}, s.MoreCredentials...) {
		for _, part := range secretParts(c) {
			if strings.Contains(text, part.value) {
				p.addf("shows the %s", part.name)
			}
		}
	}
	return p.err()
}

type part struct {
	name  exchanges.FieldName
	value string
}

// secretParts returns the non-empty secret fields of c. Of a PEM it returns
// each line of the body, since text may be wrapped anew.
func secretParts(c exchanges.Credential) []part {
	var out []part
	for _, f := range []struct {
		name  exchanges.FieldName
		value exchanges.Secret
	}{{exchanges.FieldSecret, c.Secret}, {exchanges.FieldPassphrase, c.Passphrase}, {exchanges.FieldPrivateKey, c.PrivateKey}} {
		for line := range strings.Lines(f.value.Reveal()) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "-----") {
				out = append(out, part{f.name, line})
			}
		}
	}
	return out
}

// dump prints a value in the ways that logs and panics do.
func dump(v any) string {
	text := fmt.Sprintf("%v\n%+v\n%#v", v, v, v)
	if e, ok := v.(error); ok {
		for ; e != nil; e = errors.Unwrap(e) {
			text += fmt.Sprintf("\n%s\n%+v\n%#v", e, e, e)
			if ee, ok := errors.AsType[*exchanges.Error](e); ok {
				text += "\n" + ee.Hint + "\n" + ee.Code
			}
		}
	}
	return text
}

// logBuffer collects log lines of several goroutines.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}
