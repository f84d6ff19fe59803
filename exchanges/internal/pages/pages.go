// Package pages puts the guides of adapters together: the steps that the pages
// for keys have in common, in each exchange's own words.
package pages

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// Go are steps that lead somewhere or press something. Not inlined: it has many
// callers.
//
//go:noinline
func Go(texts ...string) []exchanges.GuideStep {
	steps := make([]exchanges.GuideStep, len(texts))
	for i, text := range texts {
		steps[i].Text = text
	}
	return steps
}

// Put is a step at which something is filled in or looked for. Not inlined: it
// has many callers.
//
//go:noinline
func Put(what exchanges.GuideValue, text string) []exchanges.GuideStep {
	return []exchanges.GuideStep{{Text: text, Put: what}}
}

// Steps puts steps one after another. Not inlined: it has many callers.
//
//go:noinline
func Steps(parts ...[]exchanges.GuideStep) []exchanges.GuideStep { return slices.Concat(parts...) }

// Label is the step at which a key gets its name.
//
//go:noinline // it has many callers
func Label(text string) []exchanges.GuideStep { return Put(exchanges.PutLabel, text) }

// PublicKey is the step at which the public half of a pair is registered.
func PublicKey(text string) []exchanges.GuideStep { return Put(exchanges.PutPublicKey, text) }

// IPs is the step at which a key gets its addresses.
//
//go:noinline // it has many callers
func IPs(text string) []exchanges.GuideStep { return Put(exchanges.PutIPs, text) }

// Rights are the steps at which a key gets its rights: what to say to the boxes
// to tick, and to those to leave off.
func Rights(tick, leave string) []exchanges.GuideStep {
	return Steps(Put(exchanges.PutTicks, tick), Put(exchanges.PutNoTicks, leave))
}

// Only has steps taken for keys of one kind alone. Not inlined: it has many
// callers.
//
//go:noinline
func Only(kind exchanges.KeySource, steps []exchanges.GuideStep) []exchanges.GuideStep {
	out := slices.Clone(steps)
	for i := range out {
		out[i].Only = kind
	}
	return out
}

// Page is a page for keys as most exchanges have it: rights and addresses are
// chosen in the same way when a key is made and when it is changed.
type Page struct {
	Place  string                // where the list of keys is
	Make   []exchanges.GuideStep // from there to the rights of a new key
	Rights []exchanges.GuideStep
	Made   []exchanges.GuideStep // what follows, for a new key
	Edit   []exchanges.GuideStep // from a key in the list to its rights
	Edited []exchanges.GuideStep // what follows
	Delete []exchanges.GuideStep // what is done to a key in the list to be rid of it
}

// Guide returns g with the steps of the page.
func (p Page) Guide(g exchanges.Guide) exchanges.Guide {
	place, find := Go(p.Place), Put(exchanges.PutKey, "Find the key")
	g.Create = Steps(place, p.Make, p.Rights, p.Made)
	g.Restrict = Steps(place, find, p.Edit, p.Rights, p.Edited)
	g.Delete = Steps(place, find, p.Delete)
	return g
}
