// Package policy judges keys: from a record, what is around it, the rules and
// the time it derives deadline and findings. It is pure; the same input gives
// the same output.
//
// To add a finding, write a rule func, put it in ruleList, and give its code a
// name in finding.go.
package policy

import (
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Case is everything that a judgement rests on.
type Case struct {
	Record  *store.Record
	Rules   store.Rules
	Terms   Terms
	Machine store.Machine // this machine's addresses; zero: not known
	Around  Around
	Now     time.Time

	// Forecast is set where Now lies ahead: nobody can know what will be used or
	// checked by then, so that only what time alone brings about is told.
	Forecast bool
}

// Terms is what is known of how the exchange of a key does things.
type Terms struct {
	Lifetimes []exchanges.Lifetime // the rules by which it ends keys
	KeyPairs  bool                 // it takes the public half of a key pair in place of making a secret
	NoIPLists bool                 // it has none: that a key works from everywhere nobody can mend
	TakesIPv6 bool                 // in IP whitelists
	Boxes     []exchanges.Box      // what its page has to tick: rights that come together cannot be had apart
	ByProxy   bool                 // this machine reaches it by a proxy: the exchange sees that one's address
}

// Around is what other records, flows and surveys say of a key.
type Around struct {
	Twins  []Twin  // other records of the same key
	Mixes  []Mix   // consumers that have keys for another kind of money too
	Flow   *Flow   // the unfinished flow of the key; nil: none
	Strays *Strays // keys of its account that no record is about; nil: none
}

// Twin is another record of the same key.
type Twin struct {
	Name        string
	Environment exchanges.Environment
}

// Mix is a consumer that has keys for real money and for play money.
type Mix struct {
	Consumer string
	Other    string // a key of it that is for the other kind
}

// Flow is an unfinished flow.
type Flow struct {
	Kind, Step string
	Began      time.Time
	Moved      time.Time // when it last got on
	Problem    string    // what keeps it; empty: nothing
	Alive      bool      // it revoked the key, and the exchange still accepts it
}

// Strays are keys that an exchange listed to a key, that no record is about and
// that nobody said are well.
type Strays struct {
	Count    int
	Withdraw int       // those among them that may withdraw
	Revoked  int       // those that keyrota had revoked
	Found    time.Time // the first of them
}

// Reason says what a deadline comes from.
type Reason string

// The reasons for a deadline. The words are stable: programs read them.
const (
	ByPolicy     Reason = "policy"     // the rotation rule
	ByExpiry     Reason = "expiry"     // the exchange's own expiry
	ByInactivity Reason = "inactivity" // the exchange ends keys that nobody uses
	ByNoIPs      Reason = "no-ip"      // the exchange ends keys without IP whitelist
	ByLifetime   Reason = "lifetime"   // the exchange ends keys of that age
)

// Deadline is the earliest moment by which something must be done.
type Deadline struct {
	At     time.Time // zero: none
	Reason Reason
	Every  time.Duration       // ByPolicy: how often the key is to be rotated
	Rule   *exchanges.Lifetime // the exchange's rule; nil by policy and expiry
	Told   time.Time           // ByExpiry: when the exchange said so
}

// Assessment is everything policy says of one key.
type Assessment struct {
	Deadline Deadline
	Findings []Finding  // worst first
	Accepted []Accepted // what would be findings, had the person not accepted them
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

// Loud returns the first finding that is worth a word in a table of keys.
func (a Assessment) Loud() (Finding, bool) {
	i := slices.IndexFunc(a.Findings, func(f Finding) bool { return !f.Quiet })
	if i < 0 {
		return Finding{}, false
	}
	return a.Findings[i], true
}

// Find returns the finding of a code.
func (a Assessment) Find(code string) (Finding, bool) {
	i := slices.IndexFunc(a.Findings, func(f Finding) bool { return f.Code == code })
	if i < 0 {
		return Finding{}, false
	}
	return a.Findings[i], true
}

// Has reports whether there is a finding of that code.
func (a Assessment) Has(code string) bool {
	_, ok := a.Find(code)
	return ok
}

// Overdue reports whether a deadline has passed: the key is older than the
// policy allows, past the exchange's expiry, or ended by one of its rules.
func (a Assessment) Overdue() bool {
	return a.Has(CodeOverdue) || a.Has(CodeExpired) || a.Has(CodeMayBeGone)
}

// Assess judges a key.
func Assess(c *Case) Assessment { return new(subject).assess(c) }

// assess judges a key. A subject can be used again: it allocates for findings
// only, so that thousands of keys are judged quickly.
func (s *subject) assess(c *Case) Assessment {
	s.take(c)
	a := Assessment{Deadline: s.deadline(), Age: s.age, AgeExact: s.exact}
	for i := range ruleList {
		if f, found := ruleList[i].judge(s); found {
			a.put(c, &ruleList[i], f)
		}
	}
	return a
}

// put takes a finding in, unless the person wants none of its kind.
func (a *Assessment) put(c *Case, r *rule, f Finding) {
	f.Code = r.code
	switch c.Rules.Severities.Of(r.code) {
	case "off":
		return
	case "info":
		f.Severity = Info
	case "warning":
		f.Severity = Warning
	case "critical":
		f.Severity = Critical
	}
	if by, ok := c.Record.AcceptedAs(r.code); ok && by.Holds(r.code, f.Fact, c.Now) {
		a.Accepted = append(a.Accepted, Accepted{f, by.Reason, by.Until})
		return
	}
	a.Findings = append(a.Findings, f)
	for i := len(a.Findings) - 1; i > 0 && a.Findings[i-1].Severity < f.Severity; i-- { // the worst first
		a.Findings[i-1], a.Findings[i] = a.Findings[i], a.Findings[i-1]
	}
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
