package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// Accept notes that the person lives with a finding about a key until a moment,
// and why. It is judged now what there is to accept. An acceptance of the same
// code is replaced.
func (d *Desk) Accept(ctx context.Context, id store.RecordID, code, reason string, until time.Time) error {
	defer d.begin()()
	now := d.now().UTC()
	if reason = strings.TrimSpace(exchanges.Clean(reason)); reason == "" {
		return Refuse("no reason is given", "Say in a few words why that is well, for yourself in a year.")
	}
	if err := checkUntil(until, now); err != nil {
		return err
	}
	world, all := d.worldNow(now), d.Snapshot().Records()
	snap, err := d.store.Update(func(s *store.Draft) error {
		r, ok := s.Get(id)
		if !ok {
			return gone(id)
		}
		judged := world.Judge(&r, all)
		f, found := judged.Of(code)
		if !found {
			return noFinding(r.Name, code, &judged)
		}
		r.Accept(store.Acceptance{Code: f.Code, Fact: f.Fact, Reason: reason, At: now, Until: until.UTC(), Actor: d.store.Actor()})
		return s.Replace(r)
	})
	if err != nil {
		return err
	}
	r, _ := snap.ByID(id)
	return d.audit(ctx, fmt.Sprintf("%q of %q was accepted", code, r.Name),
		d.event(r, store.ActionAccepted, "ok", fmt.Sprintf("%s: %s, until %s", code, reason, until.UTC().Format(time.DateOnly))))
}

// Object takes an acceptance back: the finding is told again.
func (d *Desk) Object(ctx context.Context, id store.RecordID, code string) error {
	defer d.begin()()
	snap, err := d.store.Update(func(s *store.Draft) error {
		r, ok := s.Get(id)
		if !ok {
			return gone(id)
		}
		was := r.Accepted
		if !r.Object(code) {
			return notAccepted(r.Name, code, was)
		}
		return s.Replace(r)
	})
	if err != nil {
		return err
	}
	r, _ := snap.ByID(id)
	return d.audit(ctx, fmt.Sprintf("%q of %q was heeded again", code, r.Name), d.event(r, store.ActionObjected, "ok", code))
}

// worldNow is World with what lies in files and was not read yet.
func (d *Desk) worldNow(now time.Time) policy.World {
	_ = d.flows.Load()   // what cannot be read
	_, _ = d.Unmanaged() // is doctor's to tell
	return d.World(now)
}

func noFinding(name, code string, judged *policy.Assessment) error {
	what := fmt.Sprintf("nothing called %q is found about %q", exchanges.Clean(code), name)
	var codes []string
	for i := range judged.Findings {
		codes = append(codes, judged.Findings[i].Code)
	}
	for i := range judged.Accepted {
		codes = append(codes, judged.Accepted[i].Code)
	}
	if len(codes) == 0 {
		return Refuse(what, "Nothing at all is: there is nothing to accept.")
	}
	return Refuse(what, "There is: "+strings.Join(codes, ", ")+".")
}

func notAccepted(name, code string, all []store.Acceptance) error {
	what := fmt.Sprintf("%q of %q is not accepted", exchanges.Clean(code), name)
	if len(all) == 0 {
		return Refuse(what, "Nothing is: there is nothing to take back.")
	}
	codes := make([]string, len(all))
	for i := range all {
		codes[i] = all[i].Code
	}
	return Refuse(what, "Accepted is: "+strings.Join(codes, ", ")+".")
}

const day = 24 * time.Hour

// ParseUntil reads until when a finding is accepted, as people write it: the
// last day of it in UTC, 2027-01-01; how long from now, 90d, which ends with a
// day too; or a moment, 2027-01-01T15:00:00Z. Ends that Accept would refuse are
// refused.
func ParseUntil(text string, now time.Time) (time.Time, error) {
	now, text = now.UTC(), strings.TrimSpace(text)
	until, err := time.Parse(time.RFC3339, text)
	if err != nil {
		on, err := time.Parse(time.DateOnly, text)
		if err != nil {
			period, wrong := store.ParsePeriod(text)
			if wrong != nil || period <= 0 {
				return time.Time{}, Refuse(fmt.Sprintf("%q is no day", exchanges.Clean(text)), "Write the last day, year first (2027-01-01), or how long from now (90d).")
			}
			on = now.Add(period).Truncate(day)
		}
		until = on.Add(day - time.Second) // still that day, wherever it is shown
	}
	return until.UTC(), checkUntil(until, now)
}

// checkUntil refuses an end that has come, or is so far off that the rules
// should be changed instead.
func checkUntil(until, now time.Time) error {
	if !until.After(now) {
		return Refuse("that end has passed", "Write a day to come, year first: "+now.Add(90*day).Format(time.DateOnly)+".")
	}
	if last := now.Truncate(day).AddDate(2, 0, 1); until.After(last) {
		return Refuse("a finding is accepted for two years at most", "Write a day up to "+last.Add(-time.Second).Format(time.DateOnly)+"; what is well for ever is said in [findings] in config.toml.")
	}
	return nil
}
