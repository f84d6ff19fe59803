package other

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// boxes has one for each permission of the normal form, in plain words: what
// they are called differs from page to page.
var boxes = []exchanges.Box{
	{Words: "Read: balances, orders, history", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Trade spot", Gives: []exchanges.Permission{exchanges.Spot}},
	{Words: "Borrow and trade on margin", Gives: []exchanges.Permission{exchanges.Margin}},
	{Words: "Trade futures and other derivatives", Gives: []exchanges.Permission{exchanges.Futures}},
	{Words: "Trade options", Gives: []exchanges.Permission{exchanges.Options}},
	{Words: "Transfer between your own accounts", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Words: "Withdraw", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Words: "Stake, lend, subscribe", Gives: []exchanges.Permission{exchanges.Earn}},
	{Words: "Manage keys and sub-accounts", Gives: []exchanges.Permission{exchanges.Admin}},
}

// page is the one that any exchange may have.
var page = pages.Page{
	Place: "The exchange's page for API keys, often under your account or its security settings",
	Make: pages.Steps{
		{Text: "Make a new key"},
		{Text: "Its name or label, if the page has a place for it", Put: exchanges.PutLabel},
	},
	Rights: pages.Steps{
		{Text: "Allow, by whatever name the page has for it", Put: exchanges.PutTicks},
		{Text: "Leave off", Put: exchanges.PutNoTicks},
		{Text: "The addresses from which the key may be used, if the page asks for them", Put: exchanges.PutIPs},
	},
	Made:   pages.Steps{{Text: "Copy key and secret now: most pages show the secret only once"}},
	Delete: pages.Steps{{Text: "Delete it, and see that it is gone from the list"}},
	Takes: exchanges.Guide{
		Boxes: boxes,
		// What the page takes is for the person to see: nothing is held back here.
		Label:  exchanges.LabelRule{Chars: "-"},
		IPs:    exchanges.IPRule{CIDR: true, IPv6: true},
		Source: "your exchange's own page for API keys, whose words are its own",
		AsOf:   "2026-11-26",
	},
}

func guide() exchanges.Guide {
	g := page.Guide()
	g.Restrict[1].Text += ". If it cannot be changed, make a new one in its place"
	return g
}
