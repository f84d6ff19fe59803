package exchanges

import (
	"slices"
	"time"
)

// Lifetime is a rule by which an exchange ends a key, or takes rights from it,
// by itself. It is data with a source, since exchanges change such rules
// without asking.
type Lifetime struct {
	After time.Duration // counted from Since
	Since LifeStart
	Then  LifeEnd

	// NoIPs limits the rule to keys without IP whitelist, Grants to keys that
	// have one of these permissions, In to environments. Empty: to none.
	NoIPs  bool
	Grants []Permission
	In     []Environment

	Words  string // the rule in one sentence, for people
	Source string // where it is written: "www.okx.com, API FAQ"
	AsOf   string // when it was last held against the source: "2026-11-23"
}

// LifeStart is what a Lifetime counts from.
type LifeStart string

// What lifetimes count from.
const (
	SinceCreated LifeStart = "created"
	SinceUsed    LifeStart = "used" // the last use; a key that was never used counts from its making
)

// LifeEnd is what happens to a key at the end of a Lifetime.
type LifeEnd string

// The ends.
const (
	EndsDeleted    LifeEnd = "deleted"      // the key is gone
	EndsExpired    LifeEnd = "expired"      // it is listed, and refused
	EndsLoseRights LifeEnd = "loses-rights" // it may only read from then on
)

// Covers reports whether the rule holds for a key, as far as is known: what is
// unknown of the key covers nothing.
func (l Lifetime) Covers(env Environment, set PermissionSet, ips IPWhitelist) bool {
	if l.NoIPs && ips.State != IPAny {
		return false
	}
	if len(l.Grants) > 0 && !slices.ContainsFunc(l.Grants, set.Has) {
		return false
	}
	return len(l.In) == 0 || slices.Contains(l.In, env)
}

// End returns when the rule ends a key that it covers, given when it was made
// and last used; false where that cannot be told.
func (l Lifetime) End(created, used Moment) (time.Time, bool) {
	from := created
	if l.Since == SinceUsed && !used.IsNever() {
		from = used
	}
	at, ok := from.Time()
	return at.Add(l.After), ok
}
