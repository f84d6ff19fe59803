package krakenfutures

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// boxes are the levels above none, in the order of the page. The two for
// General API exclude each other: full access reads as well.
var boxes = []exchanges.Box{
	{Words: "General API: Read Only, if Full Access is not named here", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "General API: Full Access", Gives: []exchanges.Permission{exchanges.Futures}},
	{Words: "Withdrawal API: Full Access", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
}

// page is that of Kraken Pro, of Kraken Futures and of the demo.
var page = pages.Page{
	Place: "Kraken Pro: profile icon → Settings → API → futures keys, or Kraken Futures: your name → Settings → API Keys. " +
		"The demo: the same at demo-futures.kraken.com",
	Make: pages.Steps{
		{Text: "Create Key"},
		{Text: "The name of the key, if the page has a place for it", Put: exchanges.PutLabel},
	},
	Rights: pages.Steps{
		{Text: "Choose", Put: exchanges.PutTicks},
		{Text: "No Access, for what is named in neither list", Put: exchanges.PutNoTicks},
		{Text: "The IP list, as CIDR blocks: a single IPv4 address ends in /32", Put: exchanges.PutIPs},
	},
	Made: pages.Steps{
		{Text: "Create Key"},
		{Text: "Copy public and private key now: the private key is not shown again"},
	},
	// That a key can be changed there is not documented.
	Edit:   pages.Steps{{Text: "Edit it. If it cannot be edited, make a new one in its place"}},
	Delete: pages.Steps{{Text: "Delete it"}},
	Takes: exchanges.Guide{
		Boxes:    boxes,
		IPs:      exchanges.IPRule{CIDR: true},
		MostKeys: 50,
		Source:   `support.kraken.com, "How to create an API key for Kraken Derivatives"; docs.kraken.com, Futures`,
		AsOf:     "2026-11-23",
	},
}

func guide() exchanges.Guide { return page.Guide() }
