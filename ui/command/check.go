package command

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/desk"
)

// checkFlags is what was typed.
type checkFlags struct {
	asJSON, offline, notify bool
	failOn, format, asOf    string
}

// checkAsk is what the flags ask for.
type checkAsk struct {
	names           []string // none: every key
	offline, notify bool
	failOn          policy.Severity
	print           func(*App, *report) error
	asOf            time.Time // zero: now
}

// report is what check found.
type report struct {
	session *session
	keys    []judged
	strays  []store.Unmanaged // that nobody ignores
	at      time.Time         // when it looked
	asOf    time.Time         // what it judges by, where that is not at; else zero
}

func (a *App) checkCommand(g *globals) *cobra.Command {
	f := checkFlags{}
	c := &cobra.Command{
		Use:   "check [NAME...]",
		Short: "Ask the exchanges about the keys and say what needs you; made for cron",
		Long: "check asks the exchanges about the named keys, or all, and prints what needs you.\n" +
			"It exits 0 when nothing is at or above --fail-on, 1 when something is, 2 when it could not look.\n" +
			"Without names it looks for unmanaged keys too, which do not change the exit code.\n\n" +
			"With --as-of it judges as if that moment had come, by what is known of the keys now. A day counts to its end.\n" +
			"With --notify the desktop shows what is at or above --fail-on, once a day unless there is something new.\n" +
			"keyrota schedule prints what makes the system run that by itself.",
		Example: "  keyrota check --fail-on warning\n" +
			"  keyrota check --offline --as-of 2027-01-15      what will be due by then\n" +
			"  keyrota check --format prometheus > keyrota.prom.new; mv keyrota.prom.new keyrota.prom",
		RunE: func(c *cobra.Command, args []string) error {
			ask, err := f.read(g, a.Now())
			if err == nil {
				ask.names = args
				err = a.check(c.Context(), g, &ask)
			}
			if _, decided := err.(*Exit); err != nil && !decided { //nolint:errorlint // only the outermost decides the code
				return &Exit{Code: 2, Err: err}
			}
			return err
		},
	}
	s := c.Flags()
	s.StringVar(&f.format, "format", checkFormats[0].word, "text, table, markdown, prometheus or json")
	s.BoolVar(&f.asJSON, "json", false, "as --format json")
	s.BoolVar(&f.offline, "offline", false, "judge by what is known, ask nobody")
	s.StringVar(&f.failOn, "fail-on", "critical", "the least severity that makes the exit code 1: info, warning or critical")
	s.StringVar(&f.asOf, "as-of", "", "judge as if it were then: 2027-01-15 or 2027-01-15T12:00:00Z")
	s.BoolVar(&f.notify, "notify", false, "show a desktop notification when something is at or above --fail-on")
	return c
}

// read takes the flags apart.
func (f *checkFlags) read(g *globals, now time.Time) (checkAsk, error) {
	ask := checkAsk{offline: f.offline, notify: f.notify}
	if f.asJSON {
		if f.format != checkFormats[0].word && f.format != string(formatJSON) {
			return ask, desk.Refuse("--json does not go with --format "+f.format, "Leave one of them out.")
		}
		f.format = string(formatJSON)
	}
	var errs [3]error
	ask.failOn, errs[0] = parseSeverity(f.failOn)
	ask.print, errs[1] = parseCheckFormat(f.format)
	ask.asOf, errs[2] = parseAhead("--as-of", f.asOf, now)
	if err := firstError(errs[:]...); err != nil {
		return ask, err
	}
	switch {
	case f.notify && f.asOf != "":
		return ask, desk.Refuse("--notify does not go with --as-of", "A notification tells of what is so now. Leave one of them out.")
	case f.notify && g.readOnly:
		return ask, desk.Refuse("--notify does not go with --read-only", "It remembers what it told, in order not to tell it at every run.")
	}
	return ask, nil
}

func (a *App) check(ctx context.Context, g *globals, ask *checkAsk) error {
	with := a.withSession
	if ask.offline {
		with = a.looking
	}
	return with(ctx, g, func(s *session) error {
		records, err := s.pick(ask.names)
		if err != nil {
			return err
		}
		blind := false
		if !ask.offline && len(records) > 0 {
			if records, err = s.verify(ctx, records); err != nil {
				return err
			}
			blind = slices.ContainsFunc(records, func(r *store.Record) bool { return r.Status() == store.Unreachable })
			if len(ask.names) == 0 {
				if err := a.lookAround(ctx, s); err != nil {
					return err
				}
			}
		}
		all, err := s.desk.Unmanaged()
		if err != nil {
			return err
		}
		r := &report{session: s, strays: heeded(all), at: a.Now(), asOf: ask.asOf}
		if r.keys = s.assess(records, r.at); !r.asOf.IsZero() {
			r.keys = s.foresee(records, r.asOf)
		}
		if err := ask.print(a, r); err != nil {
			return err
		}
		if ask.notify {
			a.notify(ctx, r, ask.failOn)
		}
		return verdict(r.keys, ask.failOn, blind)
	})
}

// verdict turns findings into the exit code: something found outweighs
// something that could not be looked at.
func verdict(keys []judged, limit policy.Severity, blind bool) error {
	for _, k := range keys {
		if w, ok := k.assessment.Worst(); ok && w.Severity >= limit {
			return &Exit{Code: 1}
		}
	}
	if blind {
		return &Exit{Code: 2}
	}
	return nil
}

func parseSeverity(s string) (policy.Severity, error) {
	for _, v := range []policy.Severity{policy.Info, policy.Warning, policy.Critical} {
		if v.String() == s {
			return v, nil
		}
	}
	return 0, desk.Refuse(fmt.Sprintf("--fail-on cannot be %q", s), "Use info, warning or critical.")
}

// pick returns the named records, each once, or all.
func (s *session) pick(names []string) ([]*store.Record, error) {
	if len(names) == 0 {
		return s.desk.Snapshot().Records(), nil
	}
	out := make([]*store.Record, 0, len(names))
	for _, n := range names {
		r, err := s.find(n)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out, nil
}

// verify asks the exchanges and returns the records with their answers, in
// the order given.
func (s *session) verify(ctx context.Context, records []*store.Record) ([]*store.Record, error) {
	ids := make([]store.RecordID, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	var mu sync.Mutex
	fresh := map[store.RecordID]*store.Record{}
	err := s.desk.Verify(ctx, ids, func(p desk.Progress) {
		if p.Record == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		fresh[p.ID] = p.Record
	})
	if err != nil {
		return nil, err
	}
	out := make([]*store.Record, 0, len(records))
	for _, r := range records {
		if f, ok := fresh[r.ID]; ok {
			r = f
		}
		out = append(out, r)
	}
	return out, nil
}
