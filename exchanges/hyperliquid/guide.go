package hyperliquid

import "github.com/keyrota/keyrota/exchanges"

// longestName is how many characters the name of an API wallet may have. A
// program that approves one puts the end of its time behind the name, as
// " valid_until " and a Unix time in ms, which does not count; on the page the
// days are a choice of its own.
const longestName = 16

// box stands for what every API wallet may do: there is nothing to tick.
var box = exchanges.Box{
	Words: "API wallet",
	Gives: []exchanges.Permission{exchanges.Read, exchanges.Spot, exchanges.Futures},
}

const place = "Hyperliquid, with the account's own wallet connected: More → API"

// page has no lifetimes, since how long an API wallet lives at most is not
// documented, and each one tells its own end; and no number of keys, since that
// grows with the sub-accounts.
var page = exchanges.Guide{
	Create: []exchanges.GuideStep{
		{Text: place},
		{Text: "API wallet name: one that no API wallet of the account has, since that one would be replaced at once. " +
			"An account has room for 3 names, and 2 more for each sub-account", Put: exchanges.PutLabel},
		{Text: "API wallet address: this one, in place of Generate, which would make another key", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
		{Text: "Generate: the page makes the key", Only: exchanges.FromExchange},
		{Text: "Authorize API Wallet: choose for how many days, and sign with your own wallet. keyrota never needs the key of that wallet"},
		{Text: "Copy the address and the private key now: the private key is shown once", Only: exchanges.FromExchange},
	},
	Restrict: []exchanges.GuideStep{
		{Text: "Every API wallet may do the same, from every address: trade, and not withdraw. Nothing of that can be changed"},
		{Text: "For another name or another end of its time, make a new API wallet and remove this one", Put: exchanges.PutKey},
	},
	Delete: []exchanges.GuideStep{
		{Text: place},
		{Text: "Find the API wallet", Put: exchanges.PutKey},
		{Text: "Remove it, and sign with your own wallet"},
		{Text: "If the page does not let you remove it, authorise a new address under the same name: it takes the place of this one at once"},
	},
	Boxes:  []exchanges.Box{box},
	Label:  exchanges.LabelRule{Max: longestName, Chars: "-"},
	IPs:    exchanges.IPRule{None: true},
	Source: "hyperliquid.gitbook.io, API wallets; app.hyperliquid.xyz/API",
	AsOf:   "2026-11-23",
}

func guide() exchanges.Guide { return page }
