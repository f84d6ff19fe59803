// Package policy judges keys: from a record, the rules and the time it derives
// deadline and findings. It is pure; the same input gives the same output.
//
// To add a finding, write a rule func in rules.go and put it in the list.
package policy

import (
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Severity orders findings.
type Severity uint8

// The severities.
const (
	Info Severity = iota
	Warning
	Critical
)

// String returns "info", "warning" or "critical".
func (s Severity) String() string { return [...]string{"info", "warning", "critical"}[s] }

// Finding is something wrong or worth doing about a key.
type Finding struct {
	Code     string // stable machine word: "overdue", "withdraw-enabled"
	Severity Severity
	Word     string // for the STATE column, at most 12 cells: "OVERDUE"
	Text     string // a sentence: what is wrong, with the numbers
	Action   string // a sentence: what mends it
}

// Reason says what a deadline comes from.
type Reason string

// The reasons for a deadline.
const (
	ByPolicy Reason = "policy" // the rotation rule
	ByExpiry Reason = "expiry" // the exchange's own expiry
)

// Deadline is the earliest moment by which something must be done.
type Deadline struct {
	At     time.Time // zero: none
	Reason Reason
}

// Assessment is everything policy says of one key.
type Assessment struct {
	Deadline Deadline
	Findings []Finding // worst first
	Age      time.Duration
	AgeExact bool // false: counted since keyrota first saw the key
}

// Worst returns the first finding, or the zero Finding and false when the key
// is fine.
func (a Assessment) Worst() (Finding, bool) {
	if len(a.Findings) == 0 {
		return Finding{}, false
	}
	return a.Findings[0], true
}

// Has reports whether there is a finding of that code.
func (a Assessment) Has(code string) bool {
	return slices.ContainsFunc(a.Findings, func(f Finding) bool { return f.Code == code })
}

// Overdue reports whether the deadline has passed: the key is older than the
// policy allows, or past the exchange's expiry.
func (a Assessment) Overdue() bool { return a.Has(CodeOverdue) || a.Has(CodeExpired) }

// Assess judges a key under rules at a moment. It is quick enough to be called
// for every key of a screenful of thousands: it allocates for findings only.
func Assess(r *store.Record, rules store.Rules, now time.Time) Assessment {
	s := newSubject(r, rules, now)
	a := Assessment{Deadline: s.deadline(), Age: s.age, AgeExact: s.exact}
	for _, rule := range ruleList {
		if f, found := rule(s); found {
			a.Findings = append(a.Findings, f)
		}
	}
	slices.SortStableFunc(a.Findings, func(x, y Finding) int { return int(y.Severity) - int(x.Severity) })
	return a
}

// Summary counts assessments.
type Summary struct {
	Keys      int
	Overdue   int // past a deadline
	Attention int // not overdue, but with a finding of Warning or worse
}

// Add counts one more.
func (s *Summary) Add(a Assessment) {
	s.Keys++
	worst, found := a.Worst()
	switch {
	case a.Overdue():
		s.Overdue++
	case found && worst.Severity >= Warning:
		s.Attention++
	}
}

// subject is a record with what several rules need to know of it.
type subject struct {
	*store.Record
	rules  store.Rules
	now    time.Time
	age    time.Duration // 0: not known
	exact  bool
	due    time.Time // by the rotation rule; zero: never
	expiry time.Time // by the exchange; zero: none, or not known
}

func newSubject(r *store.Record, rules store.Rules, now time.Time) subject {
	s := subject{Record: r, rules: rules, now: now}
	created, exact := r.Created()
	if !created.IsZero() {
		s.age, s.exact = max(now.Sub(created), 0), exact
		if rules.RotateEvery > 0 {
			s.due = created.Add(rules.RotateEvery)
		}
	}
	s.expiry, _ = r.Facts.Expires.Time()
	return s
}

// deadline returns the earlier of policy and expiry.
func (s subject) deadline() Deadline {
	switch {
	case s.expiry.IsZero() && s.due.IsZero():
		return Deadline{}
	case s.expiry.IsZero(), !s.due.IsZero() && !s.expiry.Before(s.due):
		return Deadline{At: s.due, Reason: ByPolicy}
	}
	return Deadline{At: s.expiry, Reason: ByExpiry}
}

// realMoney reports whether the key moves any.
func (s subject) realMoney() bool { return s.Environment == exchanges.Live }
