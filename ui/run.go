package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
	"golang.org/x/term"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/themes"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// Config is what the screen is started with. Zero fields take defaults; Desk
// is needed.
type Config struct {
	Desk desk.Service

	Theme         string // "auto", or the name of a theme
	UserThemesDir string // folder of the person's own themes
	Demo          bool   // simulated exchanges: DEMO is on screen

	// Spare returns a made-up key that can be added in the demo; may be nil.
	Spare func(exchanges.ID, exchanges.Environment) (exchanges.Credential, bool)

	// Lost returns a key that the demo's exchanges list and that was not added;
	// may be nil.
	Lost func(fingerprint string) (exchanges.Credential, bool)

	// OpenPage opens a page in the browser; may be nil.
	OpenPage func(url string) error

	// Simulate does what a prompt of a flow asks a person to do at the
	// exchange, in the demo; may be nil.
	Simulate func(context.Context, flow.Update) (flow.Answer, error)

	Animate bool
	ASCII   bool // no glyphs outside ASCII

	Input  *os.File // default: standard input
	Output *os.File // default: standard output
	Getenv func(string) string

	// SyncEvery is how old the facts of a key may grow before its exchange is
	// asked again; zero: only when the person says so.
	SyncEvery time.Duration

	// Passphrases asks for the passphrase of an encrypted keyring; may be nil.
	Passphrases <-chan PassphraseRequest

	// Note is said once at the start: whose lock is held, what is odd in
	// config.toml.
	Note string

	// Start is a flow to begin at once, Resume one to go on with; at most one
	// of them is set. With neither the screen opens at the dashboard.
	Start  *flow.Request
	Resume flow.ID

	Now func() time.Time
}

const (
	// framesPerSecond: the renderer's tick, not the code, is what a key press
	// waits for.
	framesPerSecond = 120
)

// ErrNoTerminal is returned by Run where there is no screen to draw on.
var ErrNoTerminal = errors.New("not a terminal: the screen needs one, the plain commands (keyrota list, show, check) do not")

// Run shows the screen until the person quits, ctx ends or the terminal goes
// away, and leaves the terminal as it was. An error means that the screen
// could not be shown, or died.
func Run(ctx context.Context, c Config) error {
	c.fill()
	if !term.IsTerminal(int(c.Input.Fd())) || !term.IsTerminal(int(c.Output.Fd())) {
		return ErrNoTerminal
	}
	load := startLoad(c.Desk)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop() // ends every command that still runs

	guard := newInputGuard(c.Input)
	look, theme, err := c.look(guard)
	if err != nil {
		return err
	}
	// Libraries must not ask the terminal on their own.
	lipgloss.SetColorProfile(look.profile)
	lipgloss.SetHasDarkBackground(theme.Dark)

	env := newEnv(Env{
		Ctx: ctx, Desk: c.Desk, Styles: look.styles(theme), Now: c.Now,
		Demo: c.Demo, Spare: c.Spare, Lost: c.Lost, ASCII: c.ASCII, Animate: c.Animate,
		OpenPage: c.OpenPage, Simulate: c.Simulate, Copy: copyTo(c.Output),
		links: takesLinks(c.Getenv("TERM")),
	})
	a := newApp(env, c.options(look, load))
	a.theme = theme

	p := tea.NewProgram(a, tea.WithInput(guard), tea.WithOutput(c.Output), tea.WithAltScreen(),
		tea.WithMouseCellMotion(), tea.WithFPS(framesPerSecond), tea.WithoutSignalHandler())
	// Bubble Tea would rather be killed by a signal or a context, and then it
	// closes its input while it still reads it. So each of them is a quit.
	defer context.AfterFunc(ctx, p.Quit)()
	_, err = p.Run()
	return ending(err)
}

// startLoad begins to read keys.toml while the terminal is made ready, and
// returns how to wait for the end of it. The usual file is there before the
// first frame is due.
func startLoad(d desk.Service) func() error {
	done := make(chan error, 1)
	go func() {
		_, err := d.Load()
		done <- err
	}()
	return sync.OnceValue(func() error { return <-done })
}

func (c *Config) fill() {
	if c.Input == nil {
		c.Input = os.Stdin
	}
	if c.Output == nil {
		c.Output = os.Stdout
	}
	if c.Getenv == nil {
		c.Getenv = os.Getenv
	}
	if c.Theme == "" {
		c.Theme = "auto"
	}
}

// look finds theme and colours without asking the terminal anything.
func (c *Config) look(guard *inputGuard) (look, themes.Theme, error) {
	l := look{userThemes: c.UserThemesDir, auto: c.Theme == "auto"}
	l.profile, l.noColour = colours(c.Output, c.Getenv)
	name := c.Theme
	if l.auto {
		name = autoTheme(guessDark(c.Getenv("COLORFGBG")))
		if !l.noColour && canAsk(c.Input, c.Output, c.Getenv("TERM")) {
			l.background = func() tea.Msg {
				return askBackground(c.Output, guard.background, time.After(backgroundPatience))
			}
		}
	}
	t, err := themes.Load(name, c.UserThemesDir)
	if err != nil {
		return l, t, fmt.Errorf("theme in config.toml: %w", err)
	}
	return l, t, nil
}

// colours returns what the terminal can show. NO_COLOR takes the colours away
// but not bold and reverse, without which the cursor would be invisible; so it
// is not the library's profile without colours, which drops both.
func colours(out *os.File, getenv func(string) string) (p termenv.Profile, none bool) {
	if getenv("NO_COLOR") != "" {
		return termenv.ANSI, true
	}
	p = termenv.NewOutput(out).EnvColorProfile()
	if p == termenv.Ascii {
		return termenv.ANSI, true
	}
	return p, false
}

func (c *Config) options(l look, load func() error) appOptions {
	o := appOptions{
		home: home, note: c.Note, asks: c.Passphrases, syncEvery: c.SyncEvery, look: l, load: load, begin: c.begin(),
	}
	if w, h, err := term.GetSize(int(c.Output.Fd())); err == nil {
		o.width, o.height = w, h // so that the first frame is a full one
	}
	return o
}

// begin opens the flow that the program was started for, nil for none.
func (c *Config) begin() func(*Env) tea.Cmd {
	switch {
	case c.Start != nil:
		return func(env *Env) tea.Cmd { return startFlow(env, *c.Start) }
	case c.Resume != "":
		return func(env *Env) tea.Cmd {
			load := env.Desk.Flows().Load
			resume := resumeFlow(env, c.Resume)
			return func() tea.Msg {
				if err := load(); err != nil {
					return failed(err)()
				}
				return resume()
			}
		}
	}
	return nil
}

// home makes the bottom page.
func home(env *Env) Screen {
	if env.Desk.Snapshot().Len() == 0 {
		return newFirstRun(env)
	}
	return newDashboard(env)
}

// ending tells an ordinary end from one that the person should hear of.
func ending(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, tea.ErrProgramPanic):
		return errors.New("the screen stopped because of a bug in keyrota; what it had begun at the exchanges and in its files is finished or rolled back")
	}
	return fmt.Errorf("the terminal failed: %w", err)
}
