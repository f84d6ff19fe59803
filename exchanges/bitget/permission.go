package bitget

import (
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// grants shortens the tables.
func grants(p ...exchanges.Permission) []exchanges.Permission { return p }

// classicRights are the codes of a classic account: with r a key reads an area,
// with w it writes there too. The two coarse words are those of Bitget's own
// example; nothing says what the one for trading covers beside.
var classicRights = wire.Rights{
	{Word: "readonly", Gives: grants(exchanges.Read)},
	{
		Word: "trade", Gives: grants(exchanges.Spot, exchanges.Futures),
		Maybe: grants(exchanges.Margin, exchanges.Transfer, exchanges.Withdraw, exchanges.Admin, exchanges.Other),
	},
	{Word: "stor", Gives: grants(exchanges.Read)},
	{Word: "stow", Gives: grants(exchanges.Read, exchanges.Spot)},
	{Word: "smor", Gives: grants(exchanges.Read)},
	{Word: "smow", Gives: grants(exchanges.Read, exchanges.Margin)},
	{Word: "coor", Gives: grants(exchanges.Read)},
	{Word: "coow", Gives: grants(exchanges.Read, exchanges.Futures)},
	{Word: "cpor", Gives: grants(exchanges.Read)},
	{Word: "cpow", Gives: grants(exchanges.Read, exchanges.Futures)},
	{Word: "ttor", Gives: grants(exchanges.Read)},
	{Word: "ttow", Gives: grants(exchanges.Read, exchanges.Other)},
	{Word: "wtor", Gives: grants(exchanges.Read)},
	{Word: "wtow", Gives: grants(exchanges.Read, exchanges.Transfer)},
	{Word: "wwow", Gives: grants(exchanges.Withdraw)},
	{Word: "chor", Gives: grants(exchanges.Read)},
	{Word: "chow", Gives: grants(exchanges.Read, exchanges.Admin)},
	{Word: "p2pr", Gives: grants(exchanges.Read)},
	{Word: "p2p", Gives: grants(exchanges.Other)},
	{Word: "pllr", Gives: grants(exchanges.Read)},
	{Word: "pllw", Gives: grants(exchanges.Read, exchanges.Other)},
	{Word: "taxr", Gives: grants(exchanges.Read)},
	{Word: "taxw", Gives: grants(exchanges.Read, exchanges.Other)},
}

// classicSubRights are the words for a key of a sub-account of a classic one.
var classicSubRights = wire.Rights{
	{Word: "read", Gives: grants(exchanges.Read)},
	{Word: "spot_trade", Gives: grants(exchanges.Spot)},
	{Word: "margin_trade", Gives: grants(exchanges.Margin)},
	{Word: "contract_trade", Gives: grants(exchanges.Futures)},
	{Word: "transfer", Gives: grants(exchanges.Transfer)},
	{Word: "withdraw", Gives: grants(exchanges.Withdraw), Fixed: true}, // of brokers
	{Word: "deposit", Gives: grants(exchanges.Other), Fixed: true},
}

// unifiedRights are the words of a unified account. Its management includes
// transfers and the keys of sub-accounts.
var unifiedRights = wire.Rights{
	{Word: "uta_trade", Gives: grants(exchanges.Spot, exchanges.Margin, exchanges.Futures)},
	{Word: "uta_mgt", Gives: grants(exchanges.Transfer, exchanges.Admin)},
	{Word: "withdraw", Gives: grants(exchanges.Withdraw), Fixed: true},
	{Word: "copy_futures_position", Gives: grants(exchanges.Other), Fixed: true},
	{Word: "copy_futures_order", Gives: grants(exchanges.Other), Fixed: true},
}

// looking are the areas of a read-only key.
var looking = []string{"uta_mgt", "uta_trade"}

// The modes of a key of a unified account, as requests word them.
const (
	readOnly    = "read_only"
	readWrite   = "read_write"
	unknownMode = ""
)

// mode reads the two spellings of a mode.
func mode(t wire.Text) string {
	switch t {
	case "read-only", readOnly:
		return readOnly
	case "read-and-write", readWrite:
		return readWrite
	}
	return unknownMode
}

// withoutEarn leaves open what no word of Bitget's is about.
func withoutEarn(set exchanges.PermissionSet) exchanges.PermissionSet {
	return set.With(exchanges.Earn, exchanges.Unknown)
}

// classicSet applies the words of a classic account. A key that has but one
// word for reading can do nothing else.
func classicSet(rights wire.Rights, words wire.Words) exchanges.PermissionSet {
	switch {
	case !words.Known:
		return exchanges.PermissionSet{}
	case slices.Equal(words.Values, []string{"readonly"}), slices.Equal(words.Values, []string{"read"}):
		return exchanges.NewPermissionSet(exchanges.Read)
	}
	return withoutEarn(rights.Set(words.Values))
}

// unifiedSet applies the words of a unified account. The mode overrides them:
// on a read-only key they name the areas that it may look at.
func unifiedSet(permType wire.Text, words wire.Words) exchanges.PermissionSet {
	m := mode(permType)
	switch {
	case m == readOnly:
		return exchanges.NewPermissionSet(exchanges.Read)
	case !words.Known:
		return exchanges.PermissionSet{}
	}
	set := withoutEarn(unifiedRights.Set(words.Values)).With(exchanges.Read, exchanges.Unknown)
	if m == unknownMode {
		for _, p := range set.All(exchanges.Granted) {
			set = set.With(p, exchanges.Unknown)
		}
	}
	if len(words.Values) > 0 {
		set = set.With(exchanges.Read, exchanges.Granted)
	}
	return set
}
