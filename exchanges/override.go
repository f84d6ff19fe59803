package exchanges

import (
	"maps"
	"slices"
	"strings"
)

// Override is what a person knows better of an exchange than its adapter,
// since exchanges change words and limits without asking. Nil fields change
// nothing.
type Override struct {
	MostKeys, MostAddresses, LongestLabel *int    // see Guide.MostKeys, IPRule.Most, LabelRule.Max
	LabelChars, IPSeparator               *string // see LabelRule.Chars, IPRule.Separator
	CIDR, IPv6                            *bool   // see IPRule

	// Lifetimes replaces all that the adapter knows; empty but not nil: the
	// exchange ends no keys by itself.
	Lifetimes []Lifetime

	// Words replaces words of the exchange's pages by those that are there now,
	// in every step and box of the guide.
	Words map[string]string

	// KeysPages are the addresses of the pages for keys.
	KeysPages map[Environment]string

	// AsOf is the day on which the person looked, "2027-01-15"; empty: the
	// guide keeps its own.
	AsOf string
}

// With returns the description with an override applied. The original is as it
// was.
func (i Info) With(o Override) Info {
	i.Guide = i.Guide.with(o)
	i.Sites = slices.Clone(i.Sites)
	for n := range i.Sites {
		if page, ok := o.KeysPages[i.Sites[n].Environment]; ok {
			i.Sites[n].KeysPage = page
		}
	}
	return i
}

func (g Guide) with(o Override) Guide {
	replace(&g.MostKeys, o.MostKeys)
	replace(&g.IPs.Most, o.MostAddresses)
	replace(&g.Label.Max, o.LongestLabel)
	replace(&g.Label.Chars, o.LabelChars)
	replace(&g.IPs.Separator, o.IPSeparator)
	replace(&g.IPs.CIDR, o.CIDR)
	replace(&g.IPs.IPv6, o.IPv6)
	if o.Lifetimes != nil {
		g.Lifetimes = slices.Clone(o.Lifetimes)
	}
	if o.AsOf != "" {
		g.AsOf = o.AsOf
	}
	if len(o.Words) == 0 {
		return g
	}
	words := o.replacer()
	for _, steps := range []*[]GuideStep{&g.Create, &g.Restrict, &g.Delete} {
		*steps = slices.Clone(*steps)
		for n := range *steps {
			(*steps)[n].Text = words.Replace((*steps)[n].Text)
		}
	}
	g.Boxes = slices.Clone(g.Boxes)
	for n := range g.Boxes {
		g.Boxes[n].Words = words.Replace(g.Boxes[n].Words)
	}
	return g
}

func replace[T any](old, by *T) {
	if by != nil {
		*old = *by
	}
}

// replacer prefers the longer of two words that begin alike, whatever the
// order in which they were written.
func (o Override) replacer() *strings.Replacer {
	var pairs []string
	old := slices.SortedFunc(maps.Keys(o.Words), func(a, b string) int { return len(b) - len(a) })
	for _, words := range old {
		pairs = append(pairs, words, o.Words[words])
	}
	return strings.NewReplacer(pairs...)
}

// Idle returns the words of an override that nothing in the guide has, sorted:
// a slip of the pen, or a page that changed once more.
func (g Guide) Idle(o Override) []string {
	var text strings.Builder
	for _, steps := range [][]GuideStep{g.Create, g.Restrict, g.Delete} {
		for _, s := range steps {
			text.WriteString(s.Text + "\n")
		}
	}
	for _, b := range g.Boxes {
		text.WriteString(b.Words + "\n")
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(o.Words)), func(words string) bool {
		return strings.Contains(text.String(), words)
	})
}

// With returns a registry in which the descriptions of some exchanges are
// overridden. Exchanges that it does not know are read over.
func (r *Registry) With(overrides map[ID]Override) *Registry {
	all := r.All()
	for n := range all {
		if o, ok := overrides[all[n].Info.ID]; ok {
			all[n].Info = all[n].Info.With(o)
		}
	}
	return NewRegistry(all...)
}
