package krakenfutures

import (
	"encoding/json"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// key is what the check says.
type key struct {
	Account wire.Text       `json:"accountUid"`
	Created wire.Text       `json:"createdAt"`
	Levels  json.RawMessage `json:"permissions"`
	Blocks  json.RawMessage `json:"allowedCidrBlocks"`
	Block   json.RawMessage `json:"allowedCidrBlock"` // of older days, when there was but one
}

func parseKey(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	var k key
	if e := rest.Decode(r, &k); e != nil {
		return exchanges.KeyInfo{}, e
	}
	if k.Levels == nil && k.Account == "" && k.Created == "" {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	out := exchanges.KeyInfo{Account: string(k.Account), Created: k.Created.Time(), IPs: k.whitelist()}
	var told levels
	if json.Unmarshal(k.Levels, &told) == nil {
		out.Permissions, out.ExchangePermissions = told.permissions(), told.words()
	}
	return out, nil
}

// parseWallets sees whether the answer is the one that was asked for.
func parseWallets(r rest.Response) *exchanges.Error {
	if wire.At[wire.Text](r.Body, "result") != "success" || wire.Members(wire.Member(r.Body, "accounts")) == nil {
		return rest.NotJSON(r)
	}
	return nil
}

// whitelist reads both fields for it. The list counts; where it is empty or
// null, so does the older field. Both being so is Kraken's way to say that
// there is no restriction.
func (k key) whitelist() (out exchanges.IPWhitelist) {
	for _, raw := range []json.RawMessage{k.Blocks, k.Block} {
		switch string(raw) {
		case "": // the field is missing
			continue
		case "null":
			raw = json.RawMessage("[]")
		}
		var list wire.Addresses
		_ = list.UnmarshalJSON(raw) // never fails: what is no list is unknown
		if out = list.Whitelist(); out.State != exchanges.IPAny {
			return out
		}
	}
	return out
}

// levels are the two areas of access, "general" and "transfer", with the level
// of each.
type levels map[string]wire.Text

const (
	general  = "general"   // the area of all calls but withdrawals
	noAccess = "NO_ACCESS" // the level that gives nothing
)

// effect is what a level of an area gives, what it may give, and what it denies.
type effect struct {
	area, level          string
	gives, maybe, denies []exchanges.Permission
}

// effects are those of the documented levels. Full general access reaches all
// calls but withdrawals, also those that move funds between wallets; whether it
// covers options or sub-accounts is not said. What a key with READ_ONLY for
// transfers may do is not documented. A withdrawal goes to the linked account at
// Kraken's spot exchange: out of this one, and not further.
var effects = []effect{
	{area: general, level: noAccess, denies: []exchanges.Permission{
		exchanges.Read, exchanges.Futures, exchanges.Options, exchanges.Admin, exchanges.Other,
	}},
	{
		area: general, level: "READ_ONLY", gives: []exchanges.Permission{exchanges.Read},
		denies: []exchanges.Permission{exchanges.Futures, exchanges.Options, exchanges.Admin, exchanges.Other},
	},
	{
		area: general, level: "FULL_ACCESS", gives: []exchanges.Permission{exchanges.Read, exchanges.Futures},
		maybe: []exchanges.Permission{exchanges.Transfer},
	},
	{area: "transfer", level: noAccess, denies: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
	{area: "transfer", level: "READ_ONLY"},
	{area: "transfer", level: "FULL_ACCESS", gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
}

// elsewhere are products of Kraken's spot exchange, whose keys are others.
var elsewhere = []exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Earn}

// permissions brings the levels to the normal form.
func (l levels) permissions() exchanges.PermissionSet {
	var all effect
	for area, level := range l {
		e, _ := effectOf(area, string(level))
		all.gives = append(all.gives, e.gives...)
		all.maybe = append(all.maybe, e.maybe...)
		all.denies = append(all.denies, e.denies...)
	}
	if _, documented := effectOf(general, string(l[general])); documented {
		all.denies = append(all.denies, elsewhere...)
	} else {
		all.maybe = append(all.maybe, exchanges.Transfer)
	}
	set := with(exchanges.PermissionSet{}, exchanges.NotGranted, all.denies)
	return with(with(set, exchanges.Unknown, all.maybe), exchanges.Granted, all.gives)
}

// effectOf returns what a level means, and whether it is documented. One that is
// not gives Other, unless it says that there is no access or cannot be read.
func effectOf(area, level string) (e effect, documented bool) {
	i := slices.IndexFunc(effects, func(e effect) bool { return e.area == area && e.level == level })
	switch {
	case i >= 0:
		return effects[i], true
	case level == noAccess:
		return effect{}, false
	case level == "":
		return effect{maybe: []exchanges.Permission{exchanges.Other}}, false
	}
	return effect{gives: []exchanges.Permission{exchanges.Other}}, false
}

func with(set exchanges.PermissionSet, g exchanges.Grant, all []exchanges.Permission) exchanges.PermissionSet {
	for _, p := range all {
		set = set.With(p, g)
	}
	return set
}

// words lists the levels that give something, as Kraken writes them.
func (l levels) words() []string {
	var out []string
	for area, level := range l {
		if level != "" && level != noAccess {
			out = append(out, exchanges.Clean(area)+": "+string(level))
		}
	}
	slices.Sort(out)
	return out
}
