package command

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

func (a *App) overviewCommand(g *globals) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "overview", Short: "Say what is to be done, worst first, and what falls due when, without asking anybody", Args: noSecretArgs,
		Long: "overview prints how well your keys are kept, as points of 100, and what would raise that most; the deadlines\n" +
			"that have passed or come within 90 days; and the findings by what mends them, the worst first.",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.looking(c.Context(), g, func(s *session) error {
				now := a.Now()
				return a.printOverview(s.assess(s.desk.Snapshot().Records(), now), now, asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func (a *App) printOverview(all []judged, now time.Time, asJSON bool) error {
	keys := make([]policy.Key, len(all))
	for i, k := range all {
		keys[i] = policy.Key{Record: k.record, Judged: k.assessment}
	}
	o := policy.NewOverview(keys, now)
	switch {
	case asJSON:
		return a.printJSON(newOverviewJSON(&o))
	case len(all) == 0:
		return a.say(noKeysYet)
	}
	return buffered(a.Stdout, func(w io.Writer) error {
		fmt.Fprintf(w, "Score %s\n", &o.Score)
		for _, g := range o.Score.Best() {
			fmt.Fprintf(w, "  %s\n", &g)
		}
		if err := printDues(w, o.Dues); err != nil {
			return err
		}
		printTodos(w, &o)
		return nil
	})
}

// printTodos prints the findings by what mends them, and the accepted ones.
func printTodos(w io.Writer, o *policy.Overview) {
	for _, t := range o.Todos {
		fmt.Fprintf(w, "\n%s\n", t.Title())
		for _, item := range t.Items {
			fmt.Fprintf(w, "%s\n", keyPlace(item.Record))
			for _, f := range item.Findings {
				fmt.Fprintf(w, "  %-8s %s: %s\n", f.Severity, f.Word, exchanges.Clean(f.Text))
			}
		}
	}
	if len(o.Accepted) > 0 {
		fmt.Fprintf(w, "\nAccepted (%d)\n", len(o.Accepted))
	}
	for _, x := range o.Accepted {
		fmt.Fprintf(w, "%s\n  %s until %s: %s\n", keyPlace(x.Record), x.Word, x.Until.UTC().Format(time.DateOnly), exchanges.Clean(x.Reason))
	}
	if len(o.Todos) == 0 {
		fmt.Fprintln(w, "\nNothing is to be done.")
	}
}

func printDues(w io.Writer, dues []*policy.Due) error {
	fmt.Fprintf(w, "\nDeadlines of the next %d days\n", policy.Horizon/(24*time.Hour))
	if len(dues) == 0 {
		fmt.Fprintln(w, "  none")
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, d := range dues {
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\n", d.When(), d.Deadline.At.UTC().Format(time.DateOnly), keyPlace(d.Record), d.Deadline.Reason)
	}
	return t.Flush()
}

// keyPlace names a key and where it is: "grid-bot (binance live)".
func keyPlace(r *store.Record) string {
	return fmt.Sprintf("%s (%s %s)", exchanges.Clean(r.Name), placeOf(r), r.Environment)
}
