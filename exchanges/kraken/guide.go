package kraken

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// boxes are the switches that are asked for, in the order of the page. Left
// out are deposit addresses, withdrawal addresses and the export of data: no
// program that trades or reads needs them.
var boxes = []exchanges.Box{
	{Words: "Query funds", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Withdraw funds", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Words: "Earn", Gives: []exchanges.Permission{exchanges.Earn}},
	{Words: "Query open orders & trades", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Query closed orders & trades", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Create & modify orders", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin}},
	{Words: "Cancel & close orders", Gives: []exchanges.Permission{exchanges.Spot}},
	{Words: "Query ledger entries", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Access WebSockets API", Gives: []exchanges.Permission{exchanges.Other}},
}

// page is that of Kraken Pro. That one box gives spot and margin cannot be
// helped: whether an account trades on margin is not a matter of its keys.
var page = pages.Page{
	Place: "Kraken Pro: profile icon → Settings → Connections & API",
	Make: pages.Steps{
		{Text: "Create API key"},
		{Text: "The name of the key", Put: exchanges.PutLabel},
	},
	Rights: pages.Steps{
		{Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
		{Text: "IP allow-list", Put: exchanges.PutIPs},
	},
	Made: pages.Steps{
		{Text: "An expiration is worth setting: Kraken then ends the key by itself"},
		{Text: "Generate, and confirm with your second factor"},
		{Text: "Copy API key and private key now: the private key is not shown again"},
	},
	Edit:   pages.Steps{{Text: "Edit"}},
	Edited: pages.Steps{{Text: "Save, and confirm with your second factor"}},
	Delete: pages.Steps{{Text: "Delete it, and confirm with your second factor"}},
	Takes: exchanges.Guide{
		Boxes: boxes,
		// The length is documented for keys made by applications. The hyphen is
		// in the names that Kraken itself proposes.
		Label:  exchanges.LabelRule{Max: 32, Chars: "-"},
		IPs:    exchanges.IPRule{Separator: ",", CIDR: true, IPv6: true},
		Source: `support.kraken.com, "How to create an API key"; docs.kraken.com, Spot REST and Connect`,
		AsOf:   "2026-11-23",
	},
}

func guide() exchanges.Guide { return page.Guide() }
