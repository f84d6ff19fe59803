package store

import (
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Sight is what an exchange said of a key over a stretch of time: what it could
// do, from where, and whose it was. Zero fields were not told then.
type Sight struct {
	First, Last    time.Time
	Label, Account string
	Permissions    exchanges.PermissionSet
	IPs            exchanges.IPWhitelist
}

// maxPast is how many earlier sights a record keeps: the oldest go first.
const maxPast = 20

// Sight returns the part of the facts that has a history.
//
//go:noinline // copied into its callers, it would take 2 kB
func (f *Facts) Sight() Sight {
	first := f.Since
	if first.IsZero() {
		first = f.Seen
	}
	return Sight{First: first, Last: f.Seen, Label: f.Label, Account: f.Account, Permissions: f.Permissions, IPs: f.IPs}
}

// Learn puts what a successful inspection said into a record, and what it said
// before into the record's past, if that was something else.
func (r *Record) Learn(next Facts, check Check) {
	r.Facts, r.Past = next.after(r.Facts, r.Past)
	r.Check = check
}

// after returns the facts with their beginning, and the past they have. Facts
// that were never seen, or are a person's word, have none.
func (f Facts) after(before Facts, past []Sight) (Facts, []Sight) {
	f.Since = f.Seen
	if before.Seen.IsZero() || before.Stated || f.Stated {
		return f, past
	}
	was, is := before.Sight(), f.Sight()
	if is.tellsAll(&was) {
		switch {
		case is.same(&was):
			f.Since = was.First
		case len(past) > 0 && is.same(&past[0]): // less was told for a while
			f.Since, past = past[0].First, past[1:]
		case !differs(&is, past):
			f.Since = was.First
		}
		return f, past
	}
	past = append([]Sight{was}, past...)
	return f, past[:min(len(past), maxPast)]
}

// differs reports whether a sight says of some part something else than what was
// last known of it.
func differs(is *Sight, past []Sight) bool {
	return slices.ContainsFunc(Parts(), func(part Part) bool {
		i := slices.IndexFunc(past, func(s Sight) bool { return s.tells(part) })
		return i >= 0 && is.tells(part) && !past[i].alike(is, part)
	})
}

// tellsAll reports whether s says at least what was says, and nothing else of
// what that says.
func (s *Sight) tellsAll(was *Sight) bool {
	for p := range exchanges.Permission(len(permissions)) {
		if g := was.Permissions.Get(p); g != exchanges.Unknown && g != s.Permissions.Get(p) {
			return false
		}
	}
	return (was.Label == "" || was.Label == s.Label) && (was.Account == "" || was.Account == s.Account) &&
		(was.IPs.State == exchanges.IPUnknown || sameIPs(was.IPs, s.IPs))
}

// same reports whether two sights say the same, whenever that was.
func (s *Sight) same(other *Sight) bool {
	return s.Label == other.Label && s.Account == other.Account && s.Permissions == other.Permissions && sameIPs(s.IPs, other.IPs)
}

// sameIPs minds no order: exchanges tell lists in another one each time.
func sameIPs(a, b exchanges.IPWhitelist) bool {
	if a.State != b.State || len(a.Entries) != len(b.Entries) {
		return false
	}
	if slices.Equal(a.Entries, b.Entries) {
		return true
	}
	x, y := slices.Sorted(slices.Values(a.Entries)), slices.Sorted(slices.Values(b.Entries))
	return slices.Equal(x, y)
}

// Change is one thing that an exchange said of a key and then said otherwise.
// Of permissions and addresses it has what came and what went.
type Change struct {
	At         time.Time // when it was first seen so
	Before     Sight     // the last that was known before, of that part
	After      Sight
	Part       Part
	Came, Went []string // permissions, or entries of the IP whitelist
}

// Part is a part of the facts that has a history.
type Part string

// The parts.
const (
	PartPermissions Part = "permissions"
	PartIPs         Part = "ip"
	PartLabel       Part = "label"
	PartAccount     Part = "account"
)

// Parts returns all parts, in the order in which they are shown.
func Parts() []Part { return []Part{PartPermissions, PartIPs, PartLabel, PartAccount} }

// Changed returns how a part differs from what it was at a moment, or from the
// first that is known of it after that. What is unknown is no difference: the
// last that was known stands for it.
func (r *Record) Changed(part Part, since time.Time) (Change, bool) {
	if len(r.Past) == 0 || r.Facts.Stated {
		return Change{}, false
	}
	is := r.Facts.Sight()
	c := Change{Part: part, At: is.First, Before: is, After: is}
	if !is.tells(part) {
		return Change{}, false
	}
	present := true // all sights so far say what the facts say
	for i := range r.Past {
		was := &r.Past[i]
		if !c.Before.First.After(since) {
			break
		}
		if !was.tells(part) {
			continue
		}
		if present {
			c.At = c.Before.First
			present = was.alike(&is, part)
		}
		c.Before = *was
	}
	return c, c.compare()
}

func (s *Sight) tells(part Part) bool {
	switch part {
	case PartPermissions:
		return s.Permissions.Known()
	case PartIPs:
		return s.IPs.State != exchanges.IPUnknown
	case PartLabel:
		return s.Label != ""
	case PartAccount:
		return s.Account != ""
	}
	return false
}

// alike reports whether two sights say the same of a part, as far as both say
// anything.
func (s *Sight) alike(other *Sight, part Part) bool {
	c := Change{Part: part, Before: *s, After: *other}
	return !c.compare()
}

// compare fills Came and Went, and reports whether there is a difference.
func (c *Change) compare() bool {
	switch c.Part {
	case PartPermissions:
		for _, p := range permissions {
			was, is := c.Before.Permissions.Get(p), c.After.Permissions.Get(p)
			switch {
			case was == exchanges.NotGranted && is == exchanges.Granted:
				c.Came = append(c.Came, p.String())
			case was == exchanges.Granted && is == exchanges.NotGranted:
				c.Went = append(c.Went, p.String())
			}
		}
		return len(c.Came)+len(c.Went) > 0
	case PartIPs:
		return c.compareIPs()
	case PartLabel:
		return c.Before.Label != c.After.Label
	case PartAccount:
		return c.Before.Account != c.After.Account
	}
	return false
}

// compareIPs tells "any address" as an entry of its own. Of a list that is not
// told nothing but its being there can be compared.
func (c *Change) compareIPs() bool {
	was, is := c.Before.IPs, c.After.IPs
	if sameIPs(was, is) {
		return false
	}
	if was.State == exchanges.IPRestricted && is.State != exchanges.IPAny || is.State == exchanges.IPRestricted && was.State != exchanges.IPAny {
		return false
	}
	c.Came, c.Went = missing(ipWords(is), ipWords(was)), missing(ipWords(was), ipWords(is))
	return len(c.Came)+len(c.Went) > 0
}

func ipWords(w exchanges.IPWhitelist) []string {
	switch w.State {
	case exchanges.IPAny:
		return []string{"any address"}
	case exchanges.IPRestricted:
		return []string{"a list"}
	case exchanges.IPList, exchanges.IPUnknown:
	}
	return w.Entries
}

// missing returns the words of all that others do not have.
func missing(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(others, s) })
}
