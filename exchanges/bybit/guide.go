package bybit

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// box is a switch of the page with the group and the rights that it has in
// answers.
type box struct {
	words  string
	group  string
	rights []string
	gives  []exchanges.Permission
}

// boxes are the switches that are asked for, in the order of the page. Reading
// has none: with Read-Only it is what the ticked areas come down to, with
// Read-Write any box brings it along. The others give what one of these gives
// with less beside it, or move fiat money.
var boxes = []box{
	{words: "Read-Only, with Contract and Spot ticked, if no other box is named here", gives: []exchanges.Permission{exchanges.Read}},
	{"Contract: Orders, Positions", "ContractTrade", []string{"Order", "Position"}, []exchanges.Permission{exchanges.Futures}},
	{"Spot: Trade", "Spot", []string{"SpotTrade"}, []exchanges.Permission{exchanges.Spot}},
	{"Options: Trade", "Options", []string{"OptionsTrade"}, []exchanges.Permission{exchanges.Options}},
	{"Wallet: Account Transfer", "Wallet", []string{"AccountTransfer"}, []exchanges.Permission{exchanges.Transfer, exchanges.Admin}},
	{"Wallet: Withdrawal", "Wallet", []string{"Withdraw"}, []exchanges.Permission{exchanges.Withdraw, exchanges.Admin}},
	{"Exchange: Exchange History", "Exchange", []string{"ExchangeHistory"}, []exchanges.Permission{exchanges.Other}},
	{"Earn", "Earn", []string{"Earn"}, []exchanges.Permission{exchanges.Earn}},
}

// unbound is the rule for keys without IP list. A shorter one holds after a
// change of the account's password, of which keyrota does not hear.
var unbound = exchanges.Lifetime{
	After: 90 * 24 * time.Hour, Since: exchanges.SinceCreated, Then: exchanges.EndsExpired, NoIPs: true,
	Words:  "At Bybit a key without IP list ends 90 days after it was made, or after its last edit.",
	Source: "bybit-exchange.github.io/docs, V5, User, Get API Key Information",
	AsOf:   "2026-11-23",
}

// page is the page of every site.
var page = pages.Page{
	Place: "Profile icon → API Management",
	Make: pages.Steps{
		{Text: "Create New Key → System-generated", Only: exchanges.FromExchange},
		{Text: "Create New Key → Self-generated", Only: exchanges.FromKeyPair},
		{Text: "The public key", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
		{Text: "API key usage: API transaction. The name of the key", Put: exchanges.PutLabel},
	},
	// A key without a list ends after 90 days.
	Rights: pages.Steps{
		{Text: "Read-Write if a box beyond reading is named below, else Read-Only"},
		{Text: "Only IPs with permissions granted may use the key", Put: exchanges.PutIPs},
		{Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
	},
	Made: pages.Steps{
		{Text: "Submit, and confirm with the code by e-mail or SMS and the authenticator"},
		{Text: "Copy API Key and API Secret now: the secret is not shown again", Only: exchanges.FromExchange},
	},
	Edit:   pages.Steps{{Text: "Edit"}},
	Edited: pages.Steps{{Text: "Submit, and confirm with the authenticator"}},
	Delete: pages.Steps{{Text: "Delete, and confirm with the authenticator"}},
	Takes: exchanges.Guide{
		IPs:       exchanges.IPRule{Separator: ","},
		Lifetimes: []exchanges.Lifetime{unbound},
		Source:    "www.bybit.com, API Management; bybit-exchange.github.io/docs, V5, User",
		AsOf:      "2026-11-23",
	},
}

func guide() exchanges.Guide {
	g := page.Guide()
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: b.gives})
	}
	return g
}
