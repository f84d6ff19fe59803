package ui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// worstFirst sorts keys by the damage they can do in the wrong hands, equals
// by name.
func worstFirst(records []*store.Record) {
	slices.SortStableFunc(records, func(a, b *store.Record) int {
		return cmp.Or(cmp.Compare(flow.Blast(b), flow.Blast(a)), strings.Compare(a.Name, b.Name))
	})
}

// blastWords says what somebody who has a key can do with it: "can withdraw,
// from any address". What is not known is said to be unknown.
func blastWords(r *store.Record) string {
	parts := []string{powerWords(r.Facts.Permissions), whereWords(r.Facts.IPs)}
	if r.Environment != exchanges.Live {
		parts = append(parts, "play money")
	}
	return strings.Join(parts, ", ")
}

// powers are the groups of permissions by the damage they do, worst first.
var powers = []struct {
	any  []exchanges.Permission
	verb string
}{
	{[]exchanges.Permission{exchanges.Withdraw}, "withdraw"},
	{[]exchanges.Permission{exchanges.Admin}, "manage keys"},
	{[]exchanges.Permission{exchanges.Transfer}, "transfer"},
	{[]exchanges.Permission{exchanges.Margin, exchanges.Futures, exchanges.Options, exchanges.Spot}, "trade"},
	{[]exchanges.Permission{exchanges.Earn}, "move what earns"},
	{[]exchanges.Permission{exchanges.Other}, "do what keyrota has no word for"},
}

func powerWords(set exchanges.PermissionSet) string {
	if !set.Known() {
		return "what it can do is unknown"
	}
	var can, perhaps []string
	for _, p := range powers {
		switch best(set, p.any) {
		case exchanges.Granted:
			can = append(can, p.verb)
		case exchanges.Unknown:
			perhaps = append(perhaps, p.verb)
		case exchanges.NotGranted:
		}
	}
	text := "can " + andList(can)
	if len(can) == 0 {
		text = "can do nothing known to keyrota"
		if set.Has(exchanges.Read) {
			text = "can only read"
		}
	}
	if len(perhaps) > 0 {
		if len(can) == 0 && set.Has(exchanges.Read) {
			text = "can read"
		}
		if len(perhaps) > 2 {
			perhaps = []string{perhaps[0], "more"}
		}
		text += "; perhaps " + andList(perhaps)
	}
	return text
}

// best returns the most that is said of several permissions.
func best(set exchanges.PermissionSet, of []exchanges.Permission) exchanges.Grant {
	out := exchanges.NotGranted
	for _, p := range of {
		switch set.Get(p) {
		case exchanges.Granted:
			return exchanges.Granted
		case exchanges.Unknown:
			out = exchanges.Unknown
		case exchanges.NotGranted:
		}
	}
	return out
}

func whereWords(ips exchanges.IPWhitelist) string {
	switch ips.State {
	case exchanges.IPAny:
		return "from any address"
	case exchanges.IPRestricted:
		return "from listed addresses"
	case exchanges.IPList:
		return "from " + ipList(ips.Entries, 24) + " only"
	case exchanges.IPUnknown:
	}
	return "from where is unknown"
}

// andList joins words as a sentence does: "a", "a and b", "a, b and c".
func andList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
