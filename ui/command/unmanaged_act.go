package command

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

func (a *App) ignoreCommand(g *globals) *cobra.Command {
	reason := ""
	c := &cobra.Command{
		Use: "ignore ID|LABEL --reason TEXT", Short: "Say why an unmanaged key is well as it is", Args: oneStray,
		RunE: func(c *cobra.Command, args []string) error {
			return a.onStray(c.Context(), g, args[0], func(s *session, u *store.Unmanaged) error {
				if err := s.desk.Ignore(c.Context(), u.Fingerprint, reason); err != nil {
					return err
				}
				return a.say("%s (%s) is ignored\n", u.Name(), u.ID())
			})
		},
	}
	c.Flags().StringVar(&reason, "reason", "", "who has the key and why that is well")
	return c
}

func (a *App) heedCommand(g *globals) *cobra.Command {
	return &cobra.Command{
		Use: "heed ID|LABEL", Short: "Ignore an unmanaged key no longer", Args: oneStray,
		RunE: func(c *cobra.Command, args []string) error {
			return a.onStray(c.Context(), g, args[0], func(s *session, u *store.Unmanaged) error {
				if err := s.desk.Heed(c.Context(), u.Fingerprint); err != nil {
					return err
				}
				return a.say("%s (%s) is ignored no longer\n", u.Name(), u.ID())
			})
		},
	}
}

func (a *App) revokeUnmanagedCommand(g *globals) *cobra.Command {
	yes, codes := false, ""
	c := &cobra.Command{
		Use: "revoke ID|LABEL --yes", Short: "Delete an unmanaged key at its exchange", Args: oneStray,
		Long: "revoke deletes an unmanaged key by API, with the key that listed it. Where the exchange wants one-time codes,\n" +
			"it takes one line of --code-file, or one that is typed, each time it is asked.",
		RunE: func(c *cobra.Command, args []string) error {
			return a.onStray(c.Context(), g, args[0], func(s *session, u *store.Unmanaged) error {
				return a.revokeStray(c.Context(), s, u, yes, codes)
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, "it is meant: there is no undo")
	c.Flags().StringVar(&codes, "code-file", "", "read one-time codes from this file, a line each; - reads standard input")
	c.Flags().Var(refused("code"), "code", "")
	_ = c.Flags().MarkHidden("code")
	return c
}

func (a *App) adoptCommand(g *globals) *cobra.Command {
	f := addFlags{stdin: true}
	c := &cobra.Command{
		Use: "adopt ID|LABEL --name NAME", Short: "Manage an unmanaged key; its secret is read from standard input", Args: oneStray,
		Long: "adopt is add for a key that an exchange lists: where it is for is known, and no other key is taken. It reads\n" +
			`{"key":"…","secret":"…","passphrase":"…","private_key":"…"} from standard input.`,
		RunE: func(c *cobra.Command, args []string) error {
			err := a.onStray(c.Context(), g, args[0], func(s *session, u *store.Unmanaged) error { return a.adopt(c.Context(), s, u, f) })
			if err != nil && f.asJSON {
				return a.failJSON(err)
			}
			return err
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.name, "name", "", "your name for the key")
	fl.StringVar(&f.account, "account", "", "login or sub-account that the key belongs to, in your words")
	fl.StringVar(&f.purpose, "purpose", "", "what the key is for")
	fl.StringArrayVar(&f.consumers, "consumer", nil, "a program that uses the key, as add takes it; may be repeated")
	fl.BoolVar(&f.asJSON, "json", false, "print JSON")
	return c
}

func oneStray(c *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return &Exit{Code: 2, Err: desk.Refuse(fmt.Sprintf("%s takes the ID or label of one key, got %d", c.CommandPath(), len(args)),
		"keyrota unmanaged lists them.")}
}

// onStray does something with one unmanaged key.
func (a *App) onStray(ctx context.Context, g *globals, name string, do func(*session, *store.Unmanaged) error) error {
	return a.withSession(ctx, g, func(s *session) error {
		u, err := s.stray(name)
		if err != nil {
			return err
		}
		return do(s, &u)
	})
}

//go:noinline // it has many callers
func (a *App) say(format string, args ...any) error {
	_, err := fmt.Fprintf(a.Stdout, format, args...)
	return err
}

func (a *App) revokeStray(ctx context.Context, s *session, u *store.Unmanaged, yes bool, codes string) error {
	what := fmt.Sprintf("%s (%s %s, key %s)", u.Name(), u.Exchange, u.Environment, u.KeyID)
	if !s.desk.CanRevoke(u) {
		how := s.desk.DeleteByHand(u)
		steps := make([]string, len(how.Steps))
		for i, l := range how.Steps {
			steps[i] = strings.Join(append([]string{l.Text}, l.Many...), " ")
		}
		return desk.Refuse(what+" cannot be deleted by API", fmt.Sprintf("Delete it at %s: %s. Then run keyrota unmanaged.", how.Page, strings.Join(steps, "; ")))
	}
	if !yes {
		return desk.Refuse(fmt.Sprintf("%s was not revoked; it may do: %s; last used: %s", what, mayDo(u.Facts.Permissions), momentText(u.Facts.LastUsed)),
			"Add --yes when you mean it: there is no undo.")
	}
	next, done, err := a.codes(codes)
	if err != nil {
		return err
	}
	defer done()
	err = s.desk.RevokeUnmanaged(ctx, u.Fingerprint, exchanges.Secret{})
	for errors.Is(err, exchanges.SecondFactor) {
		code, ok := next(err)
		if !ok {
			return err
		}
		err = s.desk.RevokeUnmanaged(ctx, u.Fingerprint, code)
	}
	if err != nil {
		return err
	}
	return a.say("revoked %s; %s does not list it any more\n", what, u.Exchange)
}

// codes returns where one-time codes come from: a file, or the person.
func (a *App) codes(file string) (next func(why error) (exchanges.Secret, bool), done func(), err error) {
	var from io.Reader = a.Stdin
	done = func() {}
	typed := file == "" && term.IsTerminal(int(a.Stdin.Fd()))
	switch file {
	case "", "-":
	default:
		f, err := os.Open(file)
		if err != nil {
			return nil, nil, desk.Refuse("the codes cannot be read: "+err.Error(), "Name a file with --code-file, or - for standard input.")
		}
		from, done = f, func() { _ = f.Close() }
	}
	lines := bufio.NewReader(from)
	return func(why error) (exchanges.Secret, bool) {
		if file == "" && !typed {
			return exchanges.Secret{}, false
		}
		if typed {
			_, hint := desk.Explain(why)
			fmt.Fprintf(a.Stderr, "%s\nOne-time code: ", hint)
		}
		line, _ := lines.ReadString('\n')
		code := strings.TrimSpace(line)
		return exchanges.NewSecret(code), code != ""
	}, done, nil
}

// adopt adds the key that is meant, and no other.
func (a *App) adopt(ctx context.Context, s *session, u *store.Unmanaged, f addFlags) error {
	f.exchange, f.env, f.site, f.subAccount = string(u.Exchange), string(u.Environment), u.Site, u.SubAccount
	k, err := f.key()
	if err != nil {
		return err
	}
	if k.Credential, err = readCredential(a.Stdin); err != nil {
		return err
	}
	c, err := s.desk.CheckCredential(u.Exchange, k.Credential)
	if err != nil {
		return err
	}
	if !u.Is(c.KeyID) {
		return desk.Refuse(fmt.Sprintf("%q was not added: this is another key than %s", f.name, u.KeyID),
			"Give the key with that ID, from the program that uses it; any other one is added with keyrota add.")
	}
	return a.addTo(ctx, s, k, f)
}
