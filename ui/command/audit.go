package command

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// auditFlags is what was typed.
type auditFlags struct {
	key, consumer, exchange, actor string
	actions                        []string
	since, until, asOf             string
	last                           int
	verify, asJSON                 bool
	format, output                 string
}

// auditAsk is what the flags ask for.
type auditAsk struct {
	query  store.AuditQuery
	last   int
	asOf   store.AuditSpan // zero: not asked
	format format
	output string
}

func (a *App) auditCommand(g *globals) *cobra.Command {
	f := auditFlags{}
	c := &cobra.Command{
		Use: "audit", Short: "Show the audit log: which key was added, verified, changed, when and by whom", Args: noSecretArgs,
		Long: "audit prints the audit log, oldest first, or what of it the flags choose. With --as-of it answers from the log\n" +
			"which keys there were on a day, who issued them, for what, and which consumers had them. Days are those of UTC.\n" +
			"It exits 0, 1 when the log was changed or a line of it cannot be read, 2 when it was asked wrongly.\n\n" +
			"Actions: " + strings.Join(actionWords(), ", ") + ".",
		Example: "  keyrota audit --key grid-bot --since 30d\n" +
			"  keyrota audit --action revoked,proven-dead --format csv --output revoked.csv\n" +
			"  keyrota audit --as-of 2026-11-01 --consumer grid-bot\n" +
			"  keyrota audit --verify",
		RunE: func(c *cobra.Command, _ []string) error {
			return a.audit(c, g, f)
		},
	}
	s := c.Flags()
	s.StringVar(&f.key, "key", "", "only what is about this key: its name, now or then, or the ID of its record")
	s.StringVar(&f.consumer, "consumer", "", "only what names this consumer; with --as-of: the keys that it had")
	s.StringVar(&f.exchange, "exchange", "", "only what is about keys at this exchange")
	s.StringVar(&f.actor, "actor", "", "only what this user did: ann, or ann@host")
	s.StringSliceVar(&f.actions, "action", nil, "only these actions, with commas between them: added, revoked, …")
	s.StringVar(&f.since, "since", "", "only from then on: "+momentForms)
	s.StringVar(&f.until, "until", "", "only up to then, a day to its end: "+momentForms)
	s.IntVar(&f.last, "last", 0, "only the last so many")
	s.StringVar(&f.asOf, "as-of", "", "print the keys that there were then: "+momentForms)
	s.BoolVar(&f.verify, "verify", false, "check the log's hash chain against the head in the keyring")
	s.StringVar(&f.format, "format", string(formatTable), "table, json or csv")
	s.BoolVar(&f.asJSON, "json", false, "as --format json")
	s.StringVar(&f.output, "output", "", "write to this file, which only you may read, instead of the terminal")
	return c
}

func (a *App) audit(c *cobra.Command, g *globals, f auditFlags) error {
	ctx := c.Context()
	ask, err := f.read(a.Now())
	if err == nil {
		err = f.fits(func(name string) bool { return c.Flags().Changed(name) })
	}
	if err != nil {
		return &Exit{Code: 2, Err: err}
	}
	return a.looking(ctx, g, func(s *session) error {
		if err := ask.know(s); err != nil {
			return &Exit{Code: 2, Err: err}
		}
		return a.writeTo(ask.output, s.keeps(), func(w io.Writer) error {
			switch {
			case f.verify:
				return verifyAudit(ctx, s, w, ask.format)
			case ask.asOf.To.IsZero():
				return printAudit(s, w, &ask)
			}
			return printHoldings(s, w, &ask)
		})
	})
}

// read takes the flags apart.
func (f *auditFlags) read(now time.Time) (auditAsk, error) {
	ask := auditAsk{last: f.last, output: f.output, query: store.AuditQuery{
		Key: f.key, Consumer: f.consumer, Exchange: exchanges.ID(f.exchange), Actor: f.actor,
	}}
	if f.asJSON {
		f.format = string(formatJSON)
	}
	var errs [7]error
	ask.format, errs[0] = parseFormat(f.format)
	ask.query.Actions, errs[1] = parseActions(f.actions)
	var since, until store.AuditSpan
	since, errs[2] = parseMoment("--since", f.since, now)
	until, errs[3] = parseMoment("--until", f.until, now)
	ask.asOf, errs[4] = parseMoment("--as-of", f.asOf, now)
	if f.until != "" && !since.From.Before(until.To) {
		errs[5] = desk.Refuse(fmt.Sprintf("--since %s is after --until %s", f.since, f.until), "Exchange the two.")
	}
	if f.last < 0 {
		errs[6] = desk.Refuse(fmt.Sprintf("--last cannot be %d", f.last), "Use a number of entries, or leave it out for all.")
	}
	ask.query.Since, ask.query.Until = since.From, until.To
	return ask, firstError(errs[:]...)
}

// fits refuses flags that say nothing together.
func (f *auditFlags) fits(given func(string) bool) error {
	var with string
	var alone []string
	switch {
	case f.verify:
		with, alone = "--verify", []string{"key", "consumer", "exchange", "actor", "action", "since", "until", "last", "as-of"}
	case given("as-of"):
		with, alone = "--as-of", []string{"actor", "action", "since", "until", "last"}
	}
	for name, text := range map[string]string{"since": f.since, "until": f.until, "as-of": f.asOf} {
		if text == "" && given(name) { // of a script whose variable is not set
			return desk.Refuse("--"+name+" is empty", "Use "+momentForms+".")
		}
	}
	if i := slices.IndexFunc(alone, given); i >= 0 {
		return desk.Refuse(fmt.Sprintf("%s does not go with --%s", with, alone[i]), "Leave one of them out.")
	}
	if f.verify && f.format == string(formatCSV) {
		return desk.Refuse("--verify has no csv", "Use --format table or json.")
	}
	return nil
}

// know completes what is asked with what this keyrota knows: the record of a
// key that has the name now, and which exchanges there are.
func (ask *auditAsk) know(s *session) error {
	q := &ask.query
	if r, ok := s.desk.Snapshot().ByName(q.Key); ok {
		q.Record = r.ID
	}
	var names []string
	for _, info := range s.desk.Exchanges() {
		names = append(names, string(info.ID))
	}
	if q.Exchange != "" && !slices.Contains(names, string(q.Exchange)) {
		return unknownWord("--exchange", string(q.Exchange), names)
	}
	return nil
}

// keeps returns the files that are keyrota's own and that no output may replace.
func (s *session) keeps() []string {
	p := s.store.Paths()
	return []string{p.Audit, p.Keys, p.Config}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func verifyAudit(ctx context.Context, s *session, w io.Writer, f format) error {
	report, err := s.desk.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	if f == formatJSON {
		err = writeJSON(w, auditJSON{report.State, report.Entries, report.Line, report.Text})
	} else {
		_, err = fmt.Fprintf(w, "%s: %s\n", report.State, report.Text)
	}
	if err == nil && report.State == store.AuditTampered {
		return &Exit{Code: 1}
	}
	return err
}

type auditJSON struct {
	State   store.AuditState `json:"state"`
	Entries uint64           `json:"entries"`
	Line    int              `json:"line"` // the first wrong one; 0: none
	Text    string           `json:"text"`
}
