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

func guide() exchanges.Guide {
	g := pages.Page{
		Place: "Profile icon → API Management",
		Make: pages.Steps(
			pages.Only(exchanges.FromExchange, pages.Go("Create New Key → System-generated")),
			pages.Only(exchanges.FromKeyPair, pages.Steps(pages.Go("Create New Key → Self-generated"), pages.PublicKey("The public key"))),
			pages.Label("API key usage: API transaction. The name of the key")),
		// A key without a list ends after 90 days.
		Rights: pages.Steps(pages.Go("Read-Write if a box beyond reading is named below, else Read-Only"),
			pages.IPs("Only IPs with permissions granted may use the key"), pages.Rights("Tick", "Leave off, with every box that is not named here")),
		Made: pages.Steps(pages.Go("Submit, and confirm with the code by e-mail or SMS and the authenticator"),
			pages.Only(exchanges.FromExchange, pages.Go("Copy API Key and API Secret now: the secret is not shown again"))),
		Edit:   pages.Go("Edit"),
		Edited: pages.Go("Submit, and confirm with the authenticator"),
		Delete: pages.Go("Delete, and confirm with the authenticator"),
	}.Guide(exchanges.Guide{
		IPs:       exchanges.IPRule{Separator: ","},
		Lifetimes: []exchanges.Lifetime{unbound},
		Source:    "www.bybit.com, API Management; bybit-exchange.github.io/docs, V5, User",
		AsOf:      "2026-11-23",
	})
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: b.gives})
	}
	return g
}
