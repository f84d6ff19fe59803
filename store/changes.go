package store

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// Changes returns everything that the exchange said of a key and then said
// otherwise, newest first. Before spans the time for which it was as before, as
// far as that is known. What is unknown for a while is no change: the last that
// was known stands for it.
func (r *Record) Changes() []Change {
	if len(r.Past) == 0 || r.Facts.Stated {
		return nil
	}
	parts, known := Parts(), map[Part]*Sight{}
	var out []Change
	for i := len(r.Past) - 1; i >= -1; i-- {
		is := r.Facts.Sight()
		if i >= 0 {
			is = r.Past[i]
		}
		for n := len(parts) - 1; n >= 0; n-- { // all is turned round in the end
			if c, ok := is.turn(parts[n], known); ok {
				out = append(out, c)
			}
		}
	}
	slices.Reverse(out)
	return out
}

// turn returns how a part differs from what was known of it, which it brings up
// to date.
func (s *Sight) turn(part Part, all map[Part]*Sight) (c Change, changed bool) {
	if !s.tells(part) {
		return Change{}, false
	}
	is, known := *s, all[part]
	all[part] = &is
	if known == nil {
		return Change{}, false
	}
	c = Change{Part: part, At: s.First, Before: *known, After: *s}
	changed = c.compare()
	is.remember(known)
	if !changed {
		is.First = known.First
	}
	return c, changed
}

// remember fills in what a sight leaves open from what was known before: the
// permissions that were not told, and the entries of a list.
func (s *Sight) remember(known *Sight) {
	for _, p := range permissions {
		if s.Permissions.Get(p) == exchanges.Unknown {
			s.Permissions = s.Permissions.With(p, known.Permissions.Get(p))
		}
	}
	if s.IPs.State == exchanges.IPRestricted && known.IPs.State == exchanges.IPList {
		s.IPs = known.IPs
	}
}
