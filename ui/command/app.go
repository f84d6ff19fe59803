// Package command is keyrota's command line: the plain commands, which do
// without a screen what the screen does, and the start of the screen itself.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"path/filepath"
	"time"

	"golang.org/x/term"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/all"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/oskeyring"
	"github.com/keyrota/keyrota/ui"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// App is the world as the program sees it. main fills it from the real one;
// nothing below reads the environment, prints or exits on its own.
type App struct {
	Version string
	Args    []string
	Stdin   *os.File
	Stdout  io.Writer
	Stderr  io.Writer
	Getenv  func(string) string
	Now     func() time.Time

	// Screen runs the terminal program; ui.Run but in tests.
	Screen func(context.Context, ui.Config) error
}

// Exit is an error that sets the exit code. A nil Err has been told already.
type Exit struct {
	Code int
	Err  error
}

// Error returns the cause's text.
func (e *Exit) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit code %d", e.Code)
	}
	return e.Err.Error()
}

// Unwrap returns the cause.
func (e *Exit) Unwrap() error { return e.Err }

// Run runs the command line and returns the exit code.
func (a *App) Run(ctx context.Context) int {
	err := a.root().ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	code := 1
	if x, ok := errors.AsType[*Exit](err); ok {
		code, err = x.Code, x.Err
	}
	if err != nil {
		a.complain(err)
	}
	return code
}

// complain prints an error: what failed on what, and what to do next.
func (a *App) complain(err error) {
	what, hint := desk.Explain(err)
	fmt.Fprintln(a.Stderr, "keyrota: "+what)
	if hint != "" {
		fmt.Fprintln(a.Stderr, "  "+hint)
	}
}

// globals are the flags that every command has.
type globals struct {
	home, keyring, passphraseFile, logFile string
	readOnly, demo                         bool

	screen screenFlags // for the commands that open it
}

// session is an opened store with its desk. Close ends it.
type session struct {
	store *store.Store
	desk  *desk.Desk
	ring  func(context.Context) (store.Secrets, error)
	close []func() error
	demo  bool

	// The demo only.
	spare    func(exchanges.ID, exchanges.Environment) (exchanges.Credential, bool)
	lost     func(fingerprint string) (exchanges.Credential, bool)
	simulate func(context.Context, flow.Update) (flow.Answer, error)
}

// Close releases everything, last opened first.
func (s *session) Close() error {
	var errs []error
	for i := len(s.close) - 1; i >= 0; i-- {
		errs = append(errs, s.close[i]())
	}
	return errors.Join(errs...)
}

// closeAfter closes a session in which something failed, or did not.
func (s *session) closeAfter(err error) error { return errors.Join(err, s.Close()) }

// lockWait is how long a plain command waits for another one to finish.
const lockWait = 15 * time.Second

// opening says how a session is opened.
type opening struct {
	passphrase passphraseFunc // asks for the file keyring's, where no file is named
	wait       time.Duration  // for another command to end, before opening read-only
	stays      bool           // it is the dashboard, for which nobody waits

	// unlocking says that a person is there to answer the desktop's unlock
	// dialog, and is called when one seems to be open; nil: nobody is.
	unlocking func()
}

// open opens the store and builds the desk.
func (a *App) open(ctx context.Context, g *globals, o opening) (*session, error) {
	if g.demo {
		return a.openDemo(ctx, demoPace)
	}
	s := &session{}
	log, err := a.logger(g, s)
	if err != nil {
		return nil, err
	}
	st, err := store.Open(store.Options{
		Home: first(g.home, a.Getenv("KEYROTA_HOME")), ReadOnly: g.readOnly, Wait: o.wait, Stays: o.stays, Getenv: a.Getenv,
		Now: a.Now, Actor: a.actor(), Host: hostname(),
	})
	if err != nil {
		return nil, s.closeAfter(err)
	}
	s.store = st
	s.close = append(s.close, st.Close)
	backend := first(g.keyring, a.Getenv("KEYROTA_KEYRING"), st.Config().Keyring.Backend)
	if backend != "" {
		if _, err := oskeyring.Parse(backend); err != nil {
			return nil, s.closeAfter(err)
		}
	}
	if file := first(g.passphraseFile, a.Getenv("KEYROTA_PASSPHRASE_FILE")); file != "" {
		o.passphrase = passphraseFromFile(file)
	}
	s.ring = func(ctx context.Context) (store.Secrets, error) {
		return a.openKeyring(ctx, st, first(st.Keyring(), backend, string(oskeyring.Default())), o)
	}
	s.desk = desk.New(desk.Deps{
		Store: st, Registry: all.Registry(), Backend: backend, Platform: string(oskeyring.Default()),
		OpenKeyring: func(ctx context.Context, name string) (store.Secrets, error) {
			return a.openKeyring(ctx, st, name, o)
		},
		ProveKeyring:  oskeyring.Prove,
		UsableKeyring: func(name string) error { return oskeyring.Usable(oskeyring.Backend(name)) },
		Environ:       func() []string { return childEnv(os.Environ()) },
		Now:           a.Now, Log: log, UserAgent: "keyrota/" + a.Version,
	})
	s.close = append(s.close, s.desk.Close)
	return s, nil
}

// plainly is how plain commands open: they wait for each other, and ask on the
// terminal if there is one.
func (a *App) plainly() opening {
	o := opening{passphrase: a.askOnTerminal, wait: lockWait}
	if term.IsTerminal(int(a.Stdin.Fd())) {
		o.unlocking = func() {
			fmt.Fprintln(a.Stderr, "keyrota: waiting for your desktop's unlock dialog; ctrl+c gives up")
		}
	}
	return o
}

// loaded opens the store and reads keys.toml: what plain commands need.
func (a *App) loaded(ctx context.Context, g *globals) (*session, error) {
	s, err := a.open(ctx, g, a.plainly())
	if err != nil {
		return nil, err
	}
	for _, w := range s.desk.Warnings() {
		fmt.Fprintf(a.Stderr, "keyrota: %s\n", w)
	}
	if _, err := s.desk.Load(); err != nil {
		return nil, s.closeAfter(err)
	}
	return s, nil
}

func (a *App) openKeyring(ctx context.Context, st *store.Store, name string, o opening) (store.Secrets, error) {
	b, err := oskeyring.Parse(name)
	if err != nil {
		return nil, err
	}
	return oskeyring.Open(ctx, oskeyring.Config{
		Backend: b, Dir: filepath.Join(filepath.Dir(st.Paths().Keys), "secrets"), Passphrase: o.passphrase, Unlocking: o.unlocking,
	})
}

// logger writes to the file of --log; without it nothing is logged. What
// reaches it is method, path and status, never a query or a body.
func (a *App) logger(g *globals, s *session) (*slog.Logger, error) {
	if g.logFile == "" {
		return slog.New(slog.DiscardHandler), nil
	}
	f, err := os.OpenFile(g.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, desk.Refuse("cannot write the log: "+err.Error(), "Name a file in a folder that you may write to.")
	}
	s.close = append(s.close, f.Close)
	return slog.New(slog.NewTextHandler(f, nil)), nil
}

func (a *App) actor() string {
	if u, err := user.Current(); err == nil {
		return exchanges.Clean(u.Username)
	}
	return exchanges.Clean(first(a.Getenv("USER"), a.Getenv("USERNAME"), "unknown"))
}

func hostname() string {
	h, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return exchanges.Clean(h)
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
