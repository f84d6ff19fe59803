package command

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/desk"
)

type checkFlags struct {
	asJSON, offline bool
	failOn          string
}

func (a *App) checkCommand(g *globals) *cobra.Command {
	f := checkFlags{}
	c := &cobra.Command{
		Use:   "check [NAME...]",
		Short: "Ask the exchanges about the keys and say what needs you; made for cron",
		Long: "check asks the exchanges about the named keys, or all, and prints what needs you.\n" +
			"It exits 0 when nothing is at or above --fail-on, 1 when something is, 2 when it could not look.\n" +
			"Without names it looks for unmanaged keys too, which do not change the exit code.",
		RunE: func(c *cobra.Command, args []string) error {
			err := a.check(c.Context(), g, f, args)
			if _, decided := err.(*Exit); err != nil && !decided { //nolint:errorlint // only the outermost decides the code
				return &Exit{Code: 2, Err: err}
			}
			return err
		},
	}
	c.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	c.Flags().BoolVar(&f.offline, "offline", false, "judge by what is known, ask nobody")
	c.Flags().StringVar(&f.failOn, "fail-on", "critical", "the least severity that makes the exit code 1: info, warning or critical")
	return c
}

func (a *App) check(ctx context.Context, g *globals, f checkFlags, names []string) error {
	limit, err := parseSeverity(f.failOn)
	if err != nil {
		return err
	}
	with := a.withSession
	if f.offline {
		with = a.looking
	}
	return with(ctx, g, func(s *session) error {
		records, err := s.pick(names)
		if err != nil {
			return err
		}
		blind := false
		if !f.offline && len(records) > 0 {
			if records, err = s.verify(ctx, records); err != nil {
				return err
			}
			blind = slices.ContainsFunc(records, func(r *store.Record) bool { return r.Status() == store.Unreachable })
			if len(names) == 0 {
				if err := a.lookAround(ctx, s); err != nil {
					return err
				}
			}
		}
		keys := s.assess(records, a.Now())
		if err := a.printCheck(s, keys, f.asJSON); err != nil {
			return err
		}
		return verdict(keys, limit, blind)
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

// pick returns the named records, or all.
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
		out = append(out, r)
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

func (a *App) printCheck(s *session, keys []judged, asJSON bool) error {
	all, err := s.desk.Unmanaged()
	if err != nil {
		return err
	}
	strays := heeded(all)
	if asJSON {
		return a.printJSON(newCheckJSON(s, keys, strays))
	}
	fine := 0
	for _, k := range keys {
		if len(k.assessment.Findings) == 0 {
			fine++
			if len(k.assessment.Accepted) == 0 {
				continue
			}
		}
		if _, err := fmt.Fprintf(a.Stdout, "%s (%s %s)\n", k.record.Name, placeOf(k.record), k.record.Environment); err != nil {
			return err
		}
		if err := a.printFindings(k); err != nil {
			return err
		}
	}
	if err := a.say("%d keys, %d fine\n", len(keys), fine); err != nil {
		return err
	}
	return a.printStrays(len(strays))
}
