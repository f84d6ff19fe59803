package bybit

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// rights are the documented ones, as "group:right". What one may bring along
// without Bybit saying so is unknown, not denied. Any right of the wallet also
// lets a key edit and delete itself and manage the keys of sub-accounts.
var rights = wire.Rights{
	// On a unified account spot trading includes margin, if that is switched on.
	{Word: "Spot:SpotTrade", Gives: []exchanges.Permission{exchanges.Spot}, Maybe: []exchanges.Permission{exchanges.Margin}},
	// Options trading includes USDC perpetuals on accounts that have them.
	{Word: "Options:OptionsTrade", Gives: []exchanges.Permission{exchanges.Options}, Maybe: []exchanges.Permission{exchanges.Futures}},
	{Word: "ContractTrade:Order", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "ContractTrade:Position", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "Derivatives:DerivativesTrade", Gives: []exchanges.Permission{exchanges.Futures}},
	{Word: "Wallet:AccountTransfer", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Admin}},
	{Word: "Wallet:SubMemberTransfer", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Admin}},
	{Word: "Wallet:SubMemberTransferList", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Admin}},
	{Word: "Wallet:Withdraw", Gives: []exchanges.Permission{exchanges.Withdraw, exchanges.Admin}},
	{Word: "Earn:Earn", Gives: []exchanges.Permission{exchanges.Earn}},
}

// deciders is the group that must be there for a permission to be denied.
var deciders = []struct {
	of    exchanges.Permission
	group string
}{
	{exchanges.Spot, "Spot"},
	{exchanges.Margin, "Spot"},
	{exchanges.Futures, "ContractTrade"},
	{exchanges.Options, "Options"},
	{exchanges.Transfer, "Wallet"},
	{exchanges.Withdraw, "Wallet"},
	{exchanges.Admin, "Wallet"},
	{exchanges.Earn, "Earn"},
	{exchanges.Other, "Exchange"},
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
	for _, d := range deciders {
		if _, told := g[d.group]; told && !slices.Contains(maybe, d.of) {
			set = set.With(d.of, exchanges.NotGranted)
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

// meaning returns what a right means. One that is not in the table gives Other:
// convert, fiat, card, block trades, and what is new. It may also give whatever its
// group is about.
func meaning(group, word string) wire.Right {
	r, known := rights.Of(group + ":" + word)
	if known {
		return r
	}
	for _, d := range deciders {
		if d.group == group {
			r.Maybe = append(r.Maybe, d.of)
		}
	}
	return r
}

// apply collects what the rights give and may give.
func (g groups) apply() (given, maybe []exchanges.Permission) {
	for name, words := range g {
		for _, word := range words {
			r := meaning(name, word)
			given = append(given, r.Gives...)
			maybe = append(maybe, r.Maybe...)
		}
	}
	return given, maybe
}
