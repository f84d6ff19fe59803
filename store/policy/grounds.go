package policy

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Grounds is what a deadline rests on, in words that can be shown.
type Grounds struct {
	Rule   string // "rotate every 90 days"
	Source string // "policy", "exchange", "stated", or where the exchange's rule is written
	AsOf   string // the day on which that was so, "2026-11-23"; empty: it is so now, or nobody knows
}

// Grounds returns what the deadline of a key rests on; nothing where there is
// none.
func (d *Deadline) Grounds(r *store.Record) Grounds {
	switch {
	case d.At.IsZero():
		return Grounds{}
	case d.Rule != nil:
		return Grounds{exchanges.Clean(d.Rule.Words), exchanges.Clean(d.Rule.Source), exchanges.Clean(d.Rule.AsOf)}
	case d.Reason == ByPolicy:
		return Grounds{Rule: "rotate every " + count(d.Every), Source: string(ByPolicy)}
	}
	g := Grounds{Rule: "the expiry that the key was given", Source: "exchange"}
	if r.Facts.Stated {
		g.Source = string(store.Stated)
	}
	if !d.Told.IsZero() {
		g.AsOf = date(d.Told)
	}
	return g
}

// Of returns the finding of a code, accepted or not.
func (a *Assessment) Of(code string) (Finding, bool) {
	for i := range a.Accepted {
		if a.Accepted[i].Code == code {
			return a.Accepted[i].Finding, true
		}
	}
	return a.Find(code)
}

// LoudlyAccepted reports whether the person lives with something that would be
// worth a word in a table of keys.
func (a *Assessment) LoudlyAccepted() bool {
	for i := range a.Accepted {
		if !a.Accepted[i].Quiet {
			return true
		}
	}
	return false
}
