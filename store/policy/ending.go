package policy

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Ending is a rule by which the exchange ends a key by itself.
type Ending struct {
	Rule *exchanges.Lifetime

	// At is when it ends the key at the latest, as far as the exchange told what
	// the rule counts from; zero: that is not known.
	At time.Time
}

// Endings returns those of an exchange's rules that hold for a key. What is
// unknown of the key makes no rule hold.
func Endings(r *store.Record, rules []exchanges.Lifetime) []Ending {
	var out []Ending
	for i := range rules {
		if e, holds := endingBy(r, &rules[i]); holds {
			out = append(out, e)
		}
	}
	return out
}

func endingBy(r *store.Record, rule *exchanges.Lifetime) (e Ending, holds bool) {
	if !rule.Covers(r.Environment, r.Facts.Permissions, r.Facts.IPs) {
		return Ending{}, false
	}
	e.Rule = rule
	if at, known := rule.End(r.Facts.Created, r.Facts.LastUsed); known {
		e.At = at
	}
	return e, true
}

// stands reports whether nothing speaks against the ending: a key that the
// exchange accepted after its end disproves the rule, or was used by somebody
// in a way that the exchange does not tell.
func (e *Ending) stands(r *store.Record) bool { return !e.At.IsZero() && e.At.After(r.Facts.Seen) }

func (e *Ending) reason() Reason {
	switch {
	case e.Rule.Since == exchanges.SinceUsed:
		return ByInactivity
	case e.Rule.NoIPs:
		return ByNoIPs
	}
	return ByLifetime
}

// warnBefore returns how long before its end a key is in danger: not for ever
// where the exchange counts from each use.
func (e *Ending) warnBefore(rules *store.Rules) time.Duration {
	if e.Rule.Since == exchanges.SinceUsed {
		return min(rules.WarnBefore, e.Rule.After/2)
	}
	return rules.WarnBefore
}
