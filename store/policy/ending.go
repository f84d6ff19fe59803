package policy

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Ending is a rule by which the exchange ends a key by itself.
type Ending struct {
	exchanges.Lifetime

	// At is when it ends the key at the latest, as far as the exchange told what
	// the rule counts from; zero: that is not known.
	At time.Time
}

// Endings returns those of an exchange's rules that hold for a key. What is
// unknown of the key makes no rule hold.
func Endings(r *store.Record, rules []exchanges.Lifetime) []Ending {
	var out []Ending
	for _, rule := range rules {
		if !rule.Covers(r.Environment, r.Facts.Permissions, r.Facts.IPs) {
			continue
		}
		e := Ending{Lifetime: rule}
		if at, known := rule.End(r.Facts.Created, r.Facts.LastUsed); known {
			e.At = at
		}
		out = append(out, e)
	}
	return out
}
