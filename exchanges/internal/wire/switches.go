package wire

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// Switch is a flag of an answer that stands for a right of a key: "can_trade",
// "isTrader".
type Switch struct {
	Name  string
	Gives []exchanges.Permission // what the key may do when it is on
	Maybe []exchanges.Permission // what it may bring along without the exchange saying so
}

// Switches reads the flags among the members of an answer whose names begin
// with prefix. A permission is denied when every switch that could bring it is
// told to be off, and unknown when no switch brings it. A flag that is on and
// not among known gives Other. words are the flags that are on, sorted; told is
// false where there is no flag at all.
func Switches(members map[string]json.RawMessage, prefix string, known ...Switch) (set exchanges.PermissionSet, words []string, told bool) {
	flags := map[string]Flag{}
	for name, raw := range members {
		var f Flag
		if _ = f.UnmarshalJSON(raw); f.Known && strings.HasPrefix(name, prefix) {
			flags[name] = f
		}
	}
	for _, p := range exchanges.Permissions() {
		set = set.With(p, answer(p, flags, known))
	}
	for name, f := range flags {
		if !f.Value {
			continue
		}
		words = append(words, exchanges.Clean(name))
		if !slices.ContainsFunc(known, func(s Switch) bool { return s.Name == name }) {
			set = set.With(exchanges.Other, exchanges.Granted)
		}
	}
	slices.Sort(words)
	return set, words, len(flags) > 0
}

// answer says what the flags mean for one permission.
func answer(p exchanges.Permission, flags map[string]Flag, known []Switch) exchanges.Grant {
	bring, off := 0, 0
	for _, s := range known {
		gives, maybe := slices.Contains(s.Gives, p), slices.Contains(s.Maybe, p)
		if !gives && !maybe {
			continue
		}
		bring++
		switch flags[s.Name].Grant() {
		case exchanges.Granted:
			if gives {
				return exchanges.Granted
			}
		case exchanges.NotGranted:
			off++
		case exchanges.Unknown:
		}
	}
	if bring > 0 && off == bring {
		return exchanges.NotGranted
	}
	return exchanges.Unknown
}
