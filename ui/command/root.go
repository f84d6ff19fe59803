package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/ui/desk"
)

// root builds the command tree. It is built per run: commands hold the flags
// that were parsed into them.
func (a *App) root() *cobra.Command {
	g, version := &globals{}, false
	root := &cobra.Command{
		Use:   "keyrota",
		Short: "A terminal dashboard for your exchange API keys",
		Long: "keyrota shows the API keys that you have at crypto exchanges: what each may do, from where,\n" +
			"how old it is, and which is overdue. Secrets lie in the OS keyring, the rest in a TOML file.\n" +
			"Without a command it opens the dashboard.",
		Example:       "  keyrota --demo          look around with simulated exchanges\n  keyrota check           for cron: exit 1 when a key needs you\n  keyrota list --json     for scripts",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSecretArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if version {
				return a.printVersion()
			}
			return a.runScreen(c.Context(), g, nil)
		},
	}
	root.SetArgs(a.Args)
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.SetFlagErrorFunc(flagError)
	// The library's own flag prints by text/template, which keeps every exported
	// method of the program in the binary.
	root.Flags().BoolVarP(&version, "version", "v", false, "print the version")
	f := root.PersistentFlags()
	f.StringVar(&g.home, "home", "", "keep everything in this folder (KEYROTA_HOME)")
	f.StringVar(&g.keyring, "keyring", "", "where secrets lie: secret-service, keychain, wincred, kwallet, pass or file (KEYROTA_KEYRING)")
	f.StringVar(&g.passphraseFile, "passphrase-file", "", "read the passphrase of the file keyring from here (KEYROTA_PASSPHRASE_FILE)")
	f.StringVar(&g.logFile, "log", "", "append method, path and status of every call to this file")
	f.BoolVar(&g.readOnly, "read-only", false, "change nothing")
	f.BoolVar(&g.demo, "demo", false, "use simulated exchanges, an in-memory keyring and a temporary folder")
	f.StringVar(&g.screen.theme, "theme", "", "auto, dark, light or the name of a theme")
	f.BoolVar(&g.screen.ascii, "ascii", false, "draw with ASCII characters only")
	f.BoolVar(&g.screen.still, "no-animation", false, "draw without animation")
	root.AddCommand(
		a.listCommand(g), a.showCommand(g), a.checkCommand(g), a.overviewCommand(g), a.diagnoseCommand(g), a.addCommand(g), a.forgetCommand(g), a.acceptCommand(g),
		a.createCommand(g), a.rotateCommand(g), a.revokeCommand(g), a.resumeCommand(g),
		a.testrunCommand(g), a.signCommand(g), a.unmanagedCommand(g), a.machineCommand(g), a.calendarCommand(g), a.scheduleCommand(g), a.auditCommand(g), a.doctorCommand(g), a.simCommand(), a.versionCommand(),
	)
	return root
}

// flagError explains a wrong flag. A flag that would carry a secret is refused
// in words of its own, and never echoed with its value.
func flagError(c *cobra.Command, err error) error {
	if strings.HasSuffix(err.Error(), errRefused.Error()) { // the library's words repeat the value
		return &Exit{Code: 2, Err: desk.Refuse("a secret on the command line is refused: other programs can read it there",
			"Give it on standard input with --stdin, and take it out of your shell's history.")}
	}
	return &Exit{Code: 2, Err: desk.Refuse(err.Error(), "See "+c.CommandPath()+" --help.")}
}

// noSecretArgs refuses positional arguments without quoting them: they may be
// a secret typed in the wrong place.
func noSecretArgs(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return &Exit{Code: 2, Err: desk.Refuse(fmt.Sprintf("%s takes no arguments, got %d", c.CommandPath(), len(args)),
		"See "+c.CommandPath()+" --help. Never put a secret on the command line: other programs can read it there.")}
}

// withSession runs do on an opened and loaded session.
func (a *App) withSession(ctx context.Context, g *globals, do func(*session) error) (err error) {
	s, err := a.loaded(ctx, g)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := s.Close(); err == nil {
			err = cerr
		}
	}()
	return do(s)
}

// looking is withSession for commands that change nothing. They take no lock,
// so that they neither wait for an open dashboard to end nor make one that
// starts meanwhile read-only.
func (a *App) looking(ctx context.Context, g *globals, do func(*session) error) error {
	g.readOnly = true
	return a.withSession(ctx, g, do)
}

func (a *App) versionCommand() *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "version", Short: "Print the version", Args: noSecretArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return a.printJSON(map[string]string{"version": a.Version})
			}
			return a.printVersion()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *App) printVersion() error {
	_, err := fmt.Fprintf(a.Stdout, "keyrota %s\n", a.Version)
	return err
}
