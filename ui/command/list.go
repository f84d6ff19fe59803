package command

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

func (a *App) listCommand(g *globals) *cobra.Command {
	asJSON := false
	c := &cobra.Command{
		Use: "list", Short: "List the keys, without asking anybody", Args: noSecretArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return a.looking(c.Context(), g, func(s *session) error {
				return a.printKeys(s.assess(s.desk.Snapshot().Records(), a.Now()), asJSON)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

// judged is a record with what policy says of it.
type judged struct {
	record     *store.Record
	assessment policy.Assessment
}

// assess judges records, which may be newer than the store's, among all that
// there are.
func (s *session) assess(records []*store.Record, now time.Time) []judged {
	return s.judge(records, s.world(now))
}

// foresee judges records by a moment that lies ahead.
func (s *session) foresee(records []*store.Record, at time.Time) []judged {
	world := s.world(at)
	world.Forecast = true
	return s.judge(records, world)
}

func (s *session) world(at time.Time) policy.World {
	_, _ = s.desk.Unmanaged() // the world has those; that they cannot be read is doctor's to say
	return s.desk.World(at)
}

func (s *session) judge(records []*store.Record, world policy.World) []judged {
	ledger := policy.NewLedger(s.desk.Snapshot().Records(), world)
	for _, r := range records {
		if ledger.Record(r.ID) != r {
			ledger.Replace(r)
		}
	}
	out := make([]judged, len(records))
	for i, r := range records {
		out[i] = judged{r, ledger.Of(r.ID)}
	}
	return out
}

const noKeysYet = "No keys yet. Add one with keyrota, or keyrota add --help.\n"

func (a *App) printKeys(keys []judged, asJSON bool) error {
	if asJSON {
		out := make([]keyJSON, len(keys))
		for i, k := range keys {
			out[i] = newKeyJSON(k.record, k.assessment)
		}
		return a.printJSON(out)
	}
	if len(keys) == 0 {
		return a.say(noKeysYet)
	}
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "NAME\tEXCHANGE\tENV\tMAY DO\tIP WHITELIST\tAGE\tLAST USED\tDEADLINE\tSTATE")
	for _, k := range keys {
		r := k.record
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, placeOf(r), r.Environment,
			mayDo(r.Facts.Permissions)+statedMark(r), ipText(r.Facts.IPs), ageText(k.assessment),
			momentText(r.Facts.LastUsed), deadlineText(k.assessment.Deadline), stateWord(k))
	}
	return w.Flush()
}

// mayDo words the granted permissions; "?" when nothing is known.
func mayDo(s exchanges.PermissionSet) string {
	if !s.Known() {
		return "?"
	}
	var words []string
	for _, p := range s.All(exchanges.Granted) {
		words = append(words, p.String())
	}
	if len(words) == 0 {
		return "nothing"
	}
	return strings.Join(words, ",")
}

func ipText(w exchanges.IPWhitelist) string {
	switch w.State {
	case exchanges.IPList:
		return strings.Join(w.Entries, ",")
	case exchanges.IPAny:
		return "any address"
	case exchanges.IPRestricted:
		return "restricted"
	case exchanges.IPUnknown:
	}
	return "unknown"
}

func ageText(a policy.Assessment) string {
	days := fmt.Sprintf("%dd", int(a.Age.Hours()/24))
	if !a.AgeExact {
		return "~" + days
	}
	return days
}

func momentText(m exchanges.Moment) string {
	t, ok := m.Time()
	switch {
	case ok:
		return t.Format("2006-01-02 15:04")
	case m.IsNever():
		return "never"
	}
	return "?"
}

func deadlineText(d policy.Deadline) string {
	if d.At.IsZero() {
		return "none"
	}
	return d.At.UTC().Format(time.DateOnly) + " " + string(d.Reason)
}

func stateWord(k judged) string {
	if f, ok := k.assessment.Worst(); ok {
		return f.Word
	}
	if k.assessment.LoudlyAccepted() {
		return "accepted"
	}
	if k.record.Facts.Stated {
		return string(store.Stated)
	}
	return "ok"
}

// fields prints name and value pairs, aligned.
func fields(w io.Writer, pairs ...[2]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, p := range pairs {
		fmt.Fprintf(t, "%s\t%s\n", p[0], p[1])
	}
	return t.Flush()
}
