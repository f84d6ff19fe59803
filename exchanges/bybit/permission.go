package bybit

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// effect is what a right in Bybit's words means here. What a right may bring
// along without Bybit saying so is unknown, not denied.
type effect struct {
	gives []exchanges.Permission
	maybe []exchanges.Permission
}

func gives(p ...exchanges.Permission) effect { return effect{gives: p} }

// effects are the documented rights, group by group. Any right of the wallet
// also lets a key edit and delete itself and manage the keys of sub-accounts.
var effects = map[string]map[string]effect{
	// On a unified account spot trading includes margin, if that is switched on.
	"Spot": {"SpotTrade": {gives: []exchanges.Permission{exchanges.Spot}, maybe: []exchanges.Permission{exchanges.Margin}}},
	// Options trading includes USDC perpetuals on accounts that have them.
	"Options":       {"OptionsTrade": {gives: []exchanges.Permission{exchanges.Options}, maybe: []exchanges.Permission{exchanges.Futures}}},
	"ContractTrade": {"Order": gives(exchanges.Futures), "Position": gives(exchanges.Futures)},
	"Derivatives":   {"DerivativesTrade": gives(exchanges.Futures)},
	"Wallet": {
		"AccountTransfer":       gives(exchanges.Transfer, exchanges.Admin),
		"SubMemberTransfer":     gives(exchanges.Transfer, exchanges.Admin),
		"SubMemberTransferList": gives(exchanges.Transfer, exchanges.Admin),
		"Withdraw":              gives(exchanges.Withdraw, exchanges.Admin),
	},
	"Earn": {"Earn": gives(exchanges.Earn)},
}

// deciders is the group that must be there for a permission to be denied.
var deciders = map[exchanges.Permission]string{
	exchanges.Spot:     "Spot",
	exchanges.Margin:   "Spot",
	exchanges.Futures:  "ContractTrade",
	exchanges.Options:  "Options",
	exchanges.Transfer: "Wallet",
	exchanges.Withdraw: "Wallet",
	exchanges.Admin:    "Wallet",
	exchanges.Earn:     "Earn",
	exchanges.Other:    "Exchange",
}

// groups are a key's rights as Bybit lists them. A group that is not a list of
// words is left out, and so unknown.
type groups map[string][]string

// UnmarshalJSON never fails on valid JSON; nil means that nothing was told. What
// a group is called that is a single text may be the word for all of it.
func (g *groups) UnmarshalJSON(b []byte) error {
	*g = nil
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(b, &raw); err != nil || raw == nil {
		return nil //nolint:nilerr // another type tells nothing
	}
	*g = groups{}
	for name, rights := range raw {
		var words []string
		if json.Unmarshal(rights, &words) != nil || words == nil || slices.Contains(words, "") {
			continue
		}
		for i, word := range words {
			words[i] = exchanges.Clean(word)
		}
		(*g)[exchanges.Clean(name)] = words
	}
	return nil
}

// words lists all rights as "Group:Right", sorted.
func (g groups) words() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(g)) {
		for _, right := range g[name] {
			out = append(out, name+":"+right)
		}
	}
	slices.Sort(out)
	return out
}

// permissions applies the rights of a key. readOnly overrides them: the same
// words then only name the areas that the key may look at.
func permissions(g groups, readOnly wire.Flag) exchanges.PermissionSet {
	if readOnly.Known && readOnly.Value {
		return exchanges.NewPermissionSet(exchanges.Read)
	}
	given, maybe := g.apply()
	var set exchanges.PermissionSet
	for p, group := range deciders {
		if _, told := g[group]; told && !slices.Contains(maybe, p) {
			set = set.With(p, exchanges.NotGranted)
		}
	}
	for _, p := range given {
		answer := exchanges.Granted
		if !readOnly.Known {
			answer = exchanges.Unknown
		}
		set = set.With(p, answer)
	}
	if len(given) > 0 {
		set = set.With(exchanges.Read, exchanges.Granted)
	}
	return set
}

// effectOf returns what a right means. One that is not in the table gives Other:
// convert, fiat, card, block trades, and what is new. It may also give whatever its
// group is about.
func effectOf(group, word string) effect {
	if e, known := effects[group][word]; known {
		return e
	}
	e := gives(exchanges.Other)
	for p, decider := range deciders {
		if decider == group {
			e.maybe = append(e.maybe, p)
		}
	}
	return e
}

// apply collects what the rights give and may give.
func (g groups) apply() (given, maybe []exchanges.Permission) {
	for name, rights := range g {
		for _, right := range rights {
			e := effectOf(name, right)
			given = append(given, e.gives...)
			maybe = append(maybe, e.maybe...)
		}
	}
	return given, maybe
}
