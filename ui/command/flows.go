package command

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// flowFlags are the flags of create, rotate, revoke and resume.
type flowFlags struct {
	answers    string
	wait       time.Duration
	asJSON     bool
	allOverdue bool // rotate
	keepGoing  bool // rotate
}

// defaultWait covers what exchanges take to know a new key and to forget an
// old one.
const defaultWait = 5 * time.Minute

func (f *flowFlags) register(c *cobra.Command) {
	c.Flags().StringVar(&f.answers, "answers", "", "answer the prompts from this JSON file; - reads standard input")
	c.Flags().DurationVar(&f.wait, "wait", defaultWait, "how long to wait for what goes on by itself")
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON at the end and nothing else")
}

// scripted reports whether the command is to do without the screen.
func (f *flowFlags) scripted() bool { return f.answers != "" || f.asJSON }

// flowCommand builds one of the commands that work flows.
func (a *App) flowCommand(f *flowFlags, c *cobra.Command, run func(context.Context, []string) error) *cobra.Command {
	f.register(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		err := run(c.Context(), args)
		if _, decided := err.(*Exit); err == nil || decided { //nolint:errorlint // only the outermost decides the code
			return err
		}
		err = explained(err)
		if f.asJSON {
			err = a.failJSON(err)
		}
		return &Exit{Code: codeOf(err), Err: err}
	}
	return c
}

func (a *App) createCommand(g *globals) *cobra.Command {
	f, at := &flowFlags{}, &placeFlags{}
	c := a.flowCommand(f, &cobra.Command{
		Use: "create [NAME]", Short: "Make a new key at an exchange, step by step",
		Long: "create makes a new key: by API where the exchange has one, else with you on the exchange's page. On a\n" +
			"terminal it opens the screen; with --answers it takes the answers from a file. It can be left at any\n" +
			"step and gone on with: keyrota resume.\n\n" + answersHelp,
		Example: "  keyrota create grid-bot\n  keyrota create grid-bot --answers answers.json --json",
		Args:    mostNames(1),
	}, func(ctx context.Context, args []string) error {
		return a.begin(ctx, g, f, func(s *session) ([]flow.Request, error) { return s.creation(args, at) })
	})
	at.register(c.Flags())
	return c
}

func (a *App) rotateCommand(g *globals) *cobra.Command {
	f := &flowFlags{}
	c := a.flowCommand(f, &cobra.Command{
		Use: "rotate NAME... | --all-overdue", Short: "Replace keys by new ones and prove the old ones dead, step by step",
		Long: "rotate makes a new key, lets the programs that use it have it, and revokes the old one only then. Several\n" +
			"keys are rotated one after the other, each with all the answers of the file; the first that waits for an\n" +
			"answer stops the rest, unless --keep-going says otherwise. The exit code is then the highest of all.\n" +
			"See keyrota create --help for how answers are written.",
		Example: "  keyrota rotate grid-bot\n  keyrota rotate --all-overdue --answers answers.json",
		Args:    mostNames(-1),
	}, func(ctx context.Context, args []string) error {
		return a.begin(ctx, g, f, func(s *session) ([]flow.Request, error) { return s.rotations(f, args, a.Now()) })
	})
	c.Flags().BoolVar(&f.allOverdue, "all-overdue", false, "rotate every key that is past its deadline")
	c.Flags().BoolVar(&f.keepGoing, "keep-going", false, "go on with the next key when one waits or fails")
	return c
}

func (a *App) revokeCommand(g *globals) *cobra.Command {
	f := &flowFlags{}
	return a.flowCommand(f, &cobra.Command{
		Use: "revoke NAME", Short: "Revoke a key at its exchange, prove it dead and forget it, step by step",
		Long: "revoke kills a key at its exchange, by API where there is one, else with you on the exchange's page, and\n" +
			"forgets its secret when it is dead. See keyrota create --help for how answers are written.",
		Args: oneName,
	}, func(ctx context.Context, args []string) error {
		return a.begin(ctx, g, f, func(s *session) ([]flow.Request, error) {
			r, err := s.find(args[0])
			if err != nil {
				return nil, err
			}
			return []flow.Request{{Kind: flow.Revoke, Record: r.ID, Name: r.Name}}, nil
		})
	})
}

func (a *App) resumeCommand(g *globals) *cobra.Command {
	f := &flowFlags{}
	return a.flowCommand(f, &cobra.Command{
		Use: "resume [FLOW]", Short: "Go on with an unfinished create, rotate or revoke, or list them",
		Long: "resume goes on with an unfinished flow where it was left. Without a flow it lists them; with --answers and\n" +
			"no flow it takes the only one there is. See keyrota create --help for how answers are written.",
		Args: mostNames(1),
	}, func(ctx context.Context, args []string) error {
		switch {
		case len(args) == 0 && f.answers == "":
			return a.listOpen(ctx, g, f.asJSON)
		case !f.scripted() && a.onTerminal():
			return a.runScreen(ctx, g, func(_ *session, c *ui.Config) error {
				c.Resume = flow.ID(args[0])
				return nil
			})
		}
		return a.resume(ctx, g, f, args)
	})
}

// mostNames takes up to so many names; a negative number is any.
func mostNames(most int) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if most < 0 || len(args) <= most {
			return nil
		}
		return &Exit{Code: exitBadInput, Err: desk.Refuse(fmt.Sprintf("%s takes %d name at most, got %d", c.CommandPath(), most, len(args)),
			"See "+c.CommandPath()+" --help.")}
	}
}

func (a *App) onTerminal() bool {
	out, ok := a.Stdout.(*os.File)
	return ok && term.IsTerminal(int(a.Stdin.Fd())) && term.IsTerminal(int(out.Fd()))
}

// begin starts the flows that pick asks for: with answers here, without on the
// screen.
func (a *App) begin(ctx context.Context, g *globals, f *flowFlags, pick func(*session) ([]flow.Request, error)) error {
	if f.answers == "" {
		if f.asJSON || !a.onTerminal() {
			return desk.Refuse("without a terminal the answers must come from a file", "Add --answers FILE; keyrota create --help shows how it is written.")
		}
		return a.runScreen(ctx, g, func(s *session, c *ui.Config) error { return startOnScreen(s, c, pick) })
	}
	script, err := a.readScript(f.answers)
	if err != nil {
		return err
	}
	return a.working(ctx, g, func(ctx context.Context, s *session) error {
		requests, err := pick(s)
		if err != nil {
			return err
		}
		if len(requests) == 0 && !f.asJSON {
			_, err := fmt.Fprintln(a.Stdout, "No key is overdue.")
			return err
		}
		return a.finish(f, a.worker(s, f).all(ctx, requests, script))
	})
}

// startOnScreen lets the screen begin the one flow that is asked for.
func startOnScreen(s *session, c *ui.Config, pick func(*session) ([]flow.Request, error)) error {
	if _, err := s.desk.Load(); err != nil {
		return err
	}
	requests, err := pick(s)
	switch {
	case err != nil:
		return err
	case len(requests) > 1:
		return desk.Refuse(fmt.Sprintf("%d keys at once want --answers", len(requests)), "Or open keyrota, mark the keys with space and press r.")
	case len(requests) == 1:
		c.Start = &requests[0]
	}
	return nil
}

func (a *App) resume(ctx context.Context, g *globals, f *flowFlags, args []string) error {
	script := answers{}
	if f.answers != "" {
		var err error
		if script, err = a.readScript(f.answers); err != nil {
			return err
		}
	}
	return a.working(ctx, g, func(ctx context.Context, s *session) error {
		id, err := chooseOpen(s.desk.Flows().Open(), args)
		if err != nil {
			return err
		}
		return a.finish(f, a.worker(s, f).resume(ctx, id, script))
	})
}

// chooseOpen returns the flow that is meant: the one named, or the only one.
func chooseOpen(open []flow.Summary, args []string) (flow.ID, error) {
	const hint = "keyrota resume lists what is unfinished."
	if len(args) == 1 {
		for i := range open {
			if string(open[i].ID) == args[0] {
				return open[i].ID, nil
			}
		}
		return "", desk.Refuse(fmt.Sprintf("there is no unfinished flow %q", exchanges.Clean(args[0])), hint)
	}
	if len(open) == 1 {
		return open[0].ID, nil
	}
	return "", desk.Refuse(fmt.Sprintf("%d flows are unfinished: name the one to go on with", len(open)), hint)
}

func (a *App) listOpen(ctx context.Context, g *globals, asJSON bool) error {
	return a.looking(ctx, g, func(s *session) error {
		if err := s.desk.Flows().Load(); err != nil {
			return err
		}
		open := s.desk.Flows().Open()
		if !asJSON {
			return printOpen(a.Stdout, open)
		}
		out := make([]openJSON, len(open))
		for i := range open {
			out[i] = newOpenJSON(&open[i])
		}
		return a.printJSON(out)
	})
}

func (a *App) readScript(path string) (answers, error) {
	return readAnswers(path, a.Stdin, func(what, hint string) { fmt.Fprintf(a.Stderr, "keyrota: %s\n  %s\n", what, hint) })
}

// working runs do on a session that may change keys, until it ends or the
// person interrupts it.
func (a *App) working(ctx context.Context, g *globals, do func(context.Context, *session) error) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	return a.withSession(ctx, g, func(s *session) error {
		if why := s.desk.ReadOnly(); why != "" {
			return desk.Refuse("no key can be changed here: "+why, "Do it in the keyrota that is open, or quit that one first.")
		}
		if err := s.desk.Flows().Load(); err != nil {
			return err
		}
		return do(ctx, s)
	})
}
