package exchangetest

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// withhold takes each member of an object away, and empties each.
func withhold(node any) []any {
	object, ok := node.(map[string]any)
	if !ok {
		return nil
	}
	var out []any
	for _, k := range slices.Sorted(maps.Keys(object)) {
		without, empty := maps.Clone(object), maps.Clone(object)
		delete(without, k)
		empty[k] = nil
		out = append(out, without, empty)
	}
	return out
}

// withheldIsUnknown fails where an adapter makes a claim of what an answer does
// not tell: a right that is not named is not off, and addresses that are not
// listed are not "any".
func withheldIsUnknown(s Subject) error {
	told := map[exchanges.Environment]exchanges.KeyInfo{}
	excused := map[string]bool{}
	err := s.mutations(withhold, func(m mutation, b *bench, info exchanges.KeyInfo, err error) error {
		if err != nil {
			if err := b.lawful(err); err != nil {
				return fmt.Errorf("%s: %w", m.where, err)
			}
			return nil
		}
		good, ok := told[b.site.Environment]
		if !ok {
			if good, err = s.toldAt(b.site); err != nil {
				return err
			}
			told[b.site.Environment] = good
		}
		var p problems
		for fact, claim := range claims(good, info) {
			if s.Silences[fact] != "" {
				excused[fact] = true
				continue
			}
			p.in(m.where, fmt.Errorf("%s %s, by an answer that does not tell: %s", fact, claim, m.body))
		}
		return p.err()
	})
	var p problems
	p.in("withheld", err)
	for fact := range s.Silences {
		if !excused[fact] {
			p.addf("silence about %s is excused and says nothing", fact)
		}
	}
	return p.err()
}

// listsWithheldAsUnknown is withheldIsUnknown for the keys of a list.
func listsWithheldAsUnknown(s Subject) error {
	return s.managing(lists, func(d *desk) error {
		good, err := d.stocked().listNow()
		if err != nil {
			return err
		}
		return d.eachVariant((*desk).listNow, withhold, func(where string, got []exchanges.KeyInfo, err error) error {
			var p problems
			for _, row := range got {
				i := slices.IndexFunc(good, func(g exchanges.KeyInfo) bool { return g.KeyID == row.KeyID })
				if err != nil || i < 0 {
					continue // refused, or another law's
				}
				for fact, claim := range claims(good[i], row) {
					if s.Silences[fact] == "" {
						p.addf("%s: %s %s", where, fact, claim)
					}
				}
			}
			return p.err()
		})
	})
}

// toldAt is what a site tells of the good key.
func (s Subject) toldAt(site exchanges.Site) (good exchanges.KeyInfo, err error) {
	err = s.on(site, func(b *bench) (err error) {
		good, err = b.inspect()
		return err
	})
	return good, err
}

// claims are the facts that info has otherwise than good. Unknown is no claim,
// nor is a list whose entries are not known; a moment may be told less exactly
// elsewhere.
func claims(good, info exchanges.KeyInfo) map[string]string {
	out := map[string]string{}
	for _, x := range exchanges.Permissions() {
		if was, is := good.Permissions.Get(x), info.Permissions.Get(x); was != is && is != exchanges.Unknown {
			out[x.String()] = fmt.Sprintf("was %v and is %v", was, is)
		}
	}
	was, is := good.IPs.State, info.IPs.State
	if was != is && is != exchanges.IPUnknown && (was != exchanges.IPList || is != exchanges.IPRestricted) {
		out["addresses"] = fmt.Sprintf("were %v and are %v", was, is)
	}
	moments := map[string][2]exchanges.Moment{
		"created": {good.Created, info.Created}, "expires": {good.Expires, info.Expires}, "last used": {good.LastUsed, info.LastUsed},
	}
	for fact, m := range moments {
		was, _ := m[0].Time()
		is, _ := m[1].Time()
		if m[1].Known() && is.Sub(was).Abs() >= time.Second {
			out[fact] = fmt.Sprintf("was %v and is %v", m[0], m[1])
		}
	}
	return out
}
