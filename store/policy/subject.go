package policy

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// subject is a case with what several rules need to know of it.
type subject struct {
	*store.Record
	*Case
	age    time.Duration // 0: not known
	exact  bool
	due    time.Time // by the rotation rule; zero: never
	expiry time.Time // by the exchange; zero: none, or not known
	ending Ending    // the exchange's rule that ends the key first; At is zero: none
}

func (s *subject) take(c *Case) {
	*s = subject{Record: c.Record, Case: c}
	created, exact := c.Record.Created()
	if !created.IsZero() {
		s.age, s.exact = max(c.Now.Sub(created), 0), exact
		if c.Rules.RotateEvery > 0 {
			s.due = created.Add(c.Rules.RotateEvery)
		}
	}
	s.expiry, _ = c.Record.Facts.Expires.Time()
	for i := range c.Terms.Lifetimes {
		if e, holds := endingBy(c.Record, &c.Terms.Lifetimes[i]); holds && e.stands(c.Record) && (s.ending.At.IsZero() || e.At.Before(s.ending.At)) {
			s.ending = e
		}
	}
}

// deadline returns the earliest of policy, expiry and the exchange's rules.
func (s *subject) deadline() Deadline {
	d := Deadline{At: s.due, Reason: ByPolicy, Every: s.Rules().RotateEvery}
	if !s.expiry.IsZero() && (d.At.IsZero() || s.expiry.Before(d.At)) {
		d = Deadline{At: s.expiry, Reason: ByExpiry, Told: s.Facts.Seen}
	}
	if e := &s.ending; !e.At.IsZero() && (d.At.IsZero() || e.At.Before(d.At)) {
		d = Deadline{At: e.At, Reason: e.reason(), Rule: e.Rule}
	}
	if d.At.IsZero() {
		return Deadline{}
	}
	return d
}

// Rules is the policy that holds for the key: the record has a field of that
// name, its overrides, which are in it already.
func (s *subject) Rules() *store.Rules { return &s.Case.Rules }

// realMoney reports whether the key moves any.
func (s *subject) realMoney() bool { return s.Environment == exchanges.Live }

// grave is a severity for keys that move real money, and Info for others.
func (s *subject) grave(severity Severity) Severity {
	if s.realMoney() {
		return severity
	}
	return Info
}

// soon reports whether t lies ahead, within warn_before.
func (s *subject) soon(t time.Time) bool { return s.within(t, s.Rules().WarnBefore) }

func (s *subject) within(t time.Time, d time.Duration) bool {
	return !t.IsZero() && s.Now.Before(t) && t.Sub(s.Now) <= d
}

// passed reports whether t is known and has come.
func (s *subject) passed(t time.Time) bool { return !t.IsZero() && !s.Now.Before(t) }

// since returns when the exchange was first seen to say what it says now, as
// far as that satisfies is.
func (s *subject) since(is func(*store.Sight) bool) time.Time {
	first := s.Facts.Sight().First
	for i := range s.Past {
		if !is(&s.Past[i]) {
			break
		}
		first = s.Past[i].First
	}
	return first
}

// granted is since for one permission.
func (s *subject) granted(p exchanges.Permission) time.Time {
	return s.since(func(was *store.Sight) bool { return was.Permissions.Has(p) })
}
