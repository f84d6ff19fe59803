package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk"
)

type acceptFlags struct {
	reason, until string
	undo          bool
}

func (a *App) acceptCommand(g *globals) *cobra.Command {
	f := acceptFlags{}
	c := &cobra.Command{
		Use: "accept NAME CODE", Short: "Live with a finding about a key until a day, for a reason",
		Long: "accept takes a finding out of what check counts, for a reason and until a day: that day in UTC is the last.\n" +
			"It is still listed, as accepted. When the day has passed, or what is behind the finding changes, it counts again.\n" +
			"keyrota show NAME --json has the codes of what is found.",
		Example: "  keyrota accept treasury withdraw-enabled --reason \"treasury bot\" --until 2027-01-01\n" +
			"  keyrota accept treasury withdraw-enabled --undo",
		Args: nameAndCode,
		RunE: func(c *cobra.Command, args []string) error {
			if f.undo {
				if f.reason != "" || f.until != "" {
					return &Exit{Code: 2, Err: desk.Refuse("--undo takes no --reason and no --until", "Leave them out.")}
				}
				return a.object(c.Context(), g, args[0], args[1])
			}
			return a.accept(c.Context(), g, args[0], args[1], f)
		},
	}
	c.Flags().StringVar(&f.reason, "reason", "", "why that is well, for yourself in a year")
	c.Flags().StringVar(&f.until, "until", "", "the last day of it, in UTC (2027-01-01), how long from now (90d), or a moment; two years at most")
	c.Flags().BoolVar(&f.undo, "undo", false, "take it back: the finding counts again")
	return c
}

func nameAndCode(c *cobra.Command, args []string) error {
	if len(args) == 2 {
		return nil
	}
	return &Exit{Code: 2, Err: desk.Refuse(fmt.Sprintf("%s takes the name of one key and the code of a finding, got %d words", c.CommandPath(), len(args)),
		"keyrota show NAME --json has the codes of what is found.")}
}

func (a *App) accept(ctx context.Context, g *globals, name, code string, f acceptFlags) error {
	switch {
	case f.reason == "":
		return &Exit{Code: 2, Err: desk.Refuse("accept wants --reason", "Say in a few words why that is well, for yourself in a year.")}
	case f.until == "":
		return &Exit{Code: 2, Err: desk.Refuse("accept wants --until", "Name the last day of it: --until 2027-01-01, or --until 90d.")}
	}
	until, err := desk.ParseUntil(f.until, a.Now())
	if err != nil {
		what, hint := desk.Explain(err)
		return &Exit{Code: 2, Err: desk.Refuse("--until: "+what, hint)}
	}
	return a.withSession(ctx, g, func(s *session) error {
		r, err := s.find(name)
		if err != nil {
			return err
		}
		if err := s.desk.Accept(ctx, r.ID, code, f.reason, until); err != nil {
			return err
		}
		return a.say("accepted %s of %s until %s\n", exchanges.Clean(code), r.Name, until.Format(time.DateOnly))
	})
}

func (a *App) object(ctx context.Context, g *globals, name, code string) error {
	return a.withSession(ctx, g, func(s *session) error {
		r, err := s.find(name)
		if err != nil {
			return err
		}
		if err := s.desk.Object(ctx, r.ID, code); err != nil {
			return err
		}
		return a.say("%s of %s counts again\n", exchanges.Clean(code), r.Name)
	})
}
