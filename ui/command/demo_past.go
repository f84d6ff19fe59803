package command

import (
	"context"
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// demoPurposes are what some keys are for; one of them may do more than that.
var demoPurposes = map[string]string{"grid-bot": "spot bot", "tax-export": "portfolio"}

// demoPast is what an exchange said of a key some days ago, where it says
// something else by now.
var demoPast = map[string]struct {
	days   int
	before func(*store.Sight)
}{
	"dca-bot": {5, func(s *store.Sight) { s.Permissions = s.Permissions.With(exchanges.Margin, exchanges.NotGranted) }},
	"carry-bot": {3, func(s *store.Sight) {
		if len(s.IPs.Entries) > 1 {
			s.IPs.Entries = s.IPs.Entries[:1]
		}
	}},
}

// remember gives keys the past that a trader's would have after some months:
// the world began a moment ago.
func (s *session) remember(now time.Time) error {
	_, err := s.store.Update(func(d *store.Draft) error {
		for name, p := range demoPast {
			r, ok := d.ByName(name)
			if !ok || r.Facts.Seen.IsZero() {
				continue
			}
			was := r.Facts.Sight()
			was.First, was.Last = r.Added, now.AddDate(0, 0, -p.days)
			was.IPs.Entries = slices.Clone(was.IPs.Entries)
			p.before(&was)
			r.Past, r.Facts.Since = []store.Sight{was}, was.Last
			if err := d.Replace(r); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// acceptSome accepts what the demo's trader lives with.
func (s *session) acceptSome(ctx context.Context, now time.Time) error {
	r, ok := s.desk.Snapshot().ByName("treasury")
	if !ok || !s.desk.World(now).Judge(r, s.desk.Snapshot().Records()).Has(policy.CodeWithdraw) {
		return nil
	}
	return s.desk.Accept(ctx, r.ID, policy.CodeWithdraw, "pays the miners on Fridays", now.AddDate(0, 0, 60))
}
