package command

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/ui/desk"
)

func (a *App) testrunCommand(g *globals) *cobra.Command {
	o, asJSON := desk.TestOptions{}, false
	c := &cobra.Command{
		Use: "testrun NAME", Short: "Try a key without funds at risk: read calls with timing; on testnets also error drills", Args: oneName,
		Long: "testrun asks for balance, order book and ticker with the key and prints what came back and how long it took.\n" +
			"With --drills it also sends reads that are wrong on purpose, to show what a bot has to expect: an expired\n" +
			"timestamp, a malformed request, a wrong signature, and a few calls at once. Live keys are refused that.\n" +
			"Nothing that it sends can change an account. It exits 0 when all went as expected, 1 when something did\n" +
			"not, 2 when it could not try.",
		RunE: func(c *cobra.Command, args []string) error {
			err := a.testrun(c.Context(), g, args[0], o, asJSON)
			if _, decided := err.(*Exit); err != nil && !decided { //nolint:errorlint // only the outermost decides the code
				return &Exit{Code: 2, Err: err}
			}
			return err
		},
	}
	c.Flags().StringVar(&o.Market, "market", "", "the market to ask about, in the exchange's words: BTCUSDT, BTC-USD")
	c.Flags().BoolVar(&o.Drills, "drills", false, "also make mistakes on purpose; testnet and demo keys only")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *App) testrun(ctx context.Context, g *globals, name string, o desk.TestOptions, asJSON bool) error {
	return a.withSession(ctx, g, func(s *session) error {
		r, err := s.find(name)
		if err != nil {
			return err
		}
		var printed error
		show := func(step desk.TestStep) {
			if step.Done && !asJSON && printed == nil {
				printed = a.printStep(&step)
			}
		}
		report, err := s.desk.TestRun(ctx, r.ID, o, show)
		if err != nil {
			return err
		}
		if asJSON {
			printed = a.printJSON(newTestrunJSON(r, &report))
		} else if printed == nil {
			printed = a.printTestrun(&report)
		}
		if printed != nil {
			return printed
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(report.Unexpected()) > 0 {
			return &Exit{Code: 1}
		}
		return nil
	})
}
