package deribit

import (
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// ordinary are the areas that hold what the normal form can ask for, in the
// order of Deribit's page.
var ordinary = []string{"account", "trade", "wallet"}

// grant returns the words of a max_scope that gives what is wanted and, for
// what that leaves open, what s gives. Where nothing changes the words stay as
// they are.
//
// Deribit has one right for spot, futures and options: one of them brings the
// others. It also has one for transfers and withdrawals, and that never comes
// along unasked.
func (s scope) grant(want exchanges.PermissionSet) ([]string, error) {
	have, _ := permissions(s)
	next := have
	for _, g := range []exchanges.Grant{exchanges.Granted, exchanges.NotGranted} {
		for _, p := range want.All(g) {
			next = next.With(p, g)
		}
	}
	if next == have {
		return s.words, nil
	}
	if err := possible(have, next); err != nil {
		return nil, err
	}
	var out []string
	for _, area := range ordinary {
		if word := s.level(area, have, next); word != "" {
			out = append(out, area+":"+word)
		}
	}
	return append(out, s.others(next)...), nil
}

// level returns what an ordinary area should be at.
func (s scope) level(area string, have, next exchanges.PermissionSet) string {
	now := s.of(area)
	var some, open bool
	right, _ := areas.Of(area)
	for _, p := range right.Gives {
		some = some || next.Has(p)
		open = open || next.Get(p) == exchanges.Unknown
	}
	switch {
	case some:
		return "read_write"
	case open:
		return now
	case !next.Has(exchanges.Read):
		return ""
	case have.Has(exchanges.Read) && (now == "" || now == "read"):
		return now // reading was settled before, area by area
	}
	return "read"
}

// of returns the level of an area in s; empty: it has none.
func (s scope) of(area string) string {
	for _, w := range s.words {
		if a, level, _ := strings.Cut(w, ":"); a == area && level != "none" {
			return level
		}
	}
	return ""
}

// others returns the words outside the ordinary areas that may stay.
func (s scope) others(next exchanges.PermissionSet) []string {
	return slices.DeleteFunc(slices.Clone(s.words), func(w string) bool {
		area, level, _ := strings.Cut(w, ":")
		switch {
		case slices.Contains(ordinary, area), slices.Contains(sessionWords, area):
			return true
		case level == "none":
			return false
		}
		for p, g := range grants(area, level) {
			if g == exchanges.Granted && next.Get(p) == exchanges.NotGranted {
				return true
			}
		}
		return false
	})
}

// possible refuses what no max_scope gives.
func possible(have, next exchanges.PermissionSet) error {
	hint := ""
	for _, p := range next.All(exchanges.Granted) {
		switch p {
		case exchanges.Margin, exchanges.Earn:
			hint = "Deribit has no right called " + p.String() + ": leave it out."
		case exchanges.Other:
			if !have.Has(p) {
				hint = "Rights for block trades and custody are given on Deribit's API page only."
			}
		case exchanges.Transfer:
			if next.Get(exchanges.Withdraw) == exchanges.NotGranted {
				hint = "At Deribit the right to transfer is also the right to withdraw: ask for both or for neither."
			}
		default:
		}
	}
	if hint == "" {
		return nil
	}
	return &exchanges.Error{Exchange: ID, Op: "choose max_scope", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent, Hint: hint}
}
