package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

func (a *App) unmanagedCommand(g *globals) *cobra.Command {
	asJSON, offline := false, false
	c := &cobra.Command{
		Use:   "unmanaged",
		Short: "List keys that your accounts have and keyrota does not manage",
		Long: "unmanaged asks each exchange that can tell which keys your accounts have, and prints those that keyrota\n" +
			"does not manage. It exits 0 when there is none but ignored ones, 1 when there is one, 2 when a list could\n" +
			"not be read. The other commands take a key by its ID, or by its label where only one key has that.",
		Args: noSecretArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			err := a.unmanaged(c.Context(), g, asJSON, offline)
			if _, decided := err.(*Exit); err != nil && !decided { //nolint:errorlint // only the outermost decides the code
				return &Exit{Code: 2, Err: err}
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&offline, "offline", false, "print what the last look found, ask nobody")
	c.AddCommand(a.ignoreCommand(g), a.heedCommand(g), a.revokeUnmanagedCommand(g), a.adoptCommand(g))
	return c
}

func (a *App) unmanaged(ctx context.Context, g *globals, asJSON, offline bool) error {
	with := a.withSession
	if offline {
		with = a.looking
	}
	return with(ctx, g, func(s *session) error {
		var accounts []desk.Account
		if !offline {
			var err error
			if accounts, err = s.desk.Survey(ctx); err != nil {
				return err
			}
		}
		keys, err := s.desk.Unmanaged()
		if err != nil {
			return err
		}
		if asJSON {
			err = a.printJSON(newSurveyJSON(s, keys, accounts))
		} else {
			err = a.printUnmanaged(s, keys, accounts)
		}
		if err != nil {
			return err
		}
		return surveyVerdict(keys, accounts)
	})
}

// surveyVerdict turns a survey into the exit code, as verdict does.
func surveyVerdict(keys []store.Unmanaged, accounts []desk.Account) error {
	if len(heeded(keys)) > 0 {
		return &Exit{Code: 1}
	}
	for _, acc := range accounts {
		if acc.Err != nil {
			return &Exit{Code: 2}
		}
	}
	return nil
}

// heeded returns those that nobody ignores.
//
//go:noinline // copied into its callers, it would take 2 kB
func heeded(keys []store.Unmanaged) []store.Unmanaged {
	var out []store.Unmanaged
	for _, u := range keys {
		if u.Ignored.At.IsZero() {
			out = append(out, u)
		}
	}
	return out
}

func (a *App) printUnmanaged(s *session, keys []store.Unmanaged, accounts []desk.Account) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	if len(keys) > 0 {
		fmt.Fprintln(w, "ID\tLABEL\tKEY ID\tEXCHANGE\tENV\tSUB-ACCOUNT\tMAY DO\tIP WHITELIST\tCREATED\tLAST USED\tFOUND\tLISTED BY\tIGNORED")
	}
	for i := range keys {
		u := &keys[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", u.ID(), orDash(u.Facts.Label), u.KeyID, u.Exchange, u.Environment,
			orDash(u.SubAccount), mayDo(u.Facts.Permissions), ipText(u.Facts.IPs), momentText(u.Facts.Created), momentText(u.Facts.LastUsed),
			u.Found.UTC().Format("2006-01-02 15:04"), orDash(s.lister(u)), orDash(u.Ignored.Reason))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for i := range keys {
		if u := &keys[i]; u.Was.Revoked() {
			fmt.Fprintf(a.Stdout, "%s was revoked as %s on %s, and is listed again: it is alive.\n", u.ID(), u.Was.Name, u.Was.At.UTC().Format(time.DateOnly))
		}
	}
	read := 0
	for _, acc := range accounts {
		if acc.Err == nil {
			read++
			continue
		}
		what, hint := desk.Explain(acc.Err)
		fmt.Fprintf(a.Stdout, "not read: %s: %s\n", accountText(acc), what)
		if hint != "" {
			fmt.Fprintln(a.Stdout, "  "+hint)
		}
	}
	_, err := fmt.Fprintf(a.Stdout, "%s, %d ignored; %d of %d accounts read\n", count(len(keys), "unmanaged key"), len(keys)-len(heeded(keys)), read, len(accounts))
	return err
}

// accountText says which list is meant: "deribit live by key-admin".
func accountText(acc desk.Account) string {
	text := fmt.Sprintf("%s %s", acc.Exchange, acc.Environment)
	if acc.SubAccount != "" {
		text += " " + exchanges.Clean(acc.SubAccount)
	}
	return text + " by " + acc.By
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

//go:noinline // it has many callers
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// lister is the name of the key that listed another one; "" if it is gone.
func (s *session) lister(u *store.Unmanaged) string {
	if r, ok := s.desk.Snapshot().ByID(u.By); ok {
		return r.Name
	}
	return ""
}

// stray returns the unmanaged key of that ID or label.
func (s *session) stray(name string) (store.Unmanaged, error) {
	all, err := s.desk.Unmanaged()
	if err != nil {
		return store.Unmanaged{}, err
	}
	var named []store.Unmanaged
	for _, u := range all {
		switch name {
		case u.ID(), u.Fingerprint:
			return u, nil
		case u.Facts.Label:
			named = append(named, u)
		}
	}
	shown := exchanges.Clean(name)
	switch len(named) {
	case 0:
		return store.Unmanaged{}, desk.Refuse(fmt.Sprintf("there is no unmanaged key %q", shown), "keyrota unmanaged lists them.")
	case 1:
		return named[0], nil
	}
	ids := make([]string, len(named))
	for i, u := range named {
		ids[i] = fmt.Sprintf("%s (%s %s, key %s)", u.ID(), u.Exchange, u.Environment, u.KeyID)
	}
	return store.Unmanaged{}, desk.Refuse(fmt.Sprintf("%d unmanaged keys have the label %q", len(named), shown), "Name one by its ID: "+strings.Join(ids, ", ")+".")
}

// printStrays says in one line of check how many there are.
func (a *App) printStrays(n int) error {
	if n == 0 {
		return nil
	}
	return a.say("%s\n", straysText(n))
}

func straysText(n int) string {
	if n == 1 {
		return "1 key on your accounts is not managed; keyrota unmanaged lists it"
	}
	return count(n, "key") + " on your accounts are not managed; keyrota unmanaged lists them"
}

// lookAround surveys for check, whose exit code is about managed keys alone.
func (a *App) lookAround(ctx context.Context, s *session) error {
	_, err := s.desk.Survey(ctx)
	switch {
	case ctx.Err() != nil:
		return errors.Join(err, ctx.Err())
	case err != nil:
		what, _ := desk.Explain(err)
		fmt.Fprintln(a.Stderr, "keyrota: the accounts could not be looked at: "+what)
	}
	return nil
}
