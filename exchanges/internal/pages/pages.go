// Package pages puts the guides of adapters together: the steps that the pages
// for keys have in common, in each exchange's own words.
package pages

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// Steps are lines of a guide.
type Steps = []exchanges.GuideStep

// Page is a page for keys as most exchanges have it: rights and addresses are
// chosen in the same way when a key is made and when it is changed.
//
// A page is a table of constants, which nobody changes.
type Page struct {
	Place  string // where the list of keys is
	Make   Steps  // from there to the rights of a new key
	Rights Steps
	Made   Steps // what follows, for a new key
	Edit   Steps // from a key in the list to its rights
	Edited Steps // what follows
	Delete Steps // what is done to a key in the list to be rid of it

	Takes exchanges.Guide // the guide but for its steps
}

// Guide returns the guide through the page. Its lists of steps are the caller's.
func (p *Page) Guide() exchanges.Guide {
	g, place, find := p.Takes, Steps{{Text: p.Place}}, Steps{{Text: "Find the key", Put: exchanges.PutKey}}
	g.Create = slices.Concat(place, p.Make, p.Rights, p.Made)
	g.Restrict = slices.Concat(place, find, p.Edit, p.Rights, p.Edited)
	g.Delete = slices.Concat(place, find, p.Delete)
	return g
}
