package krakenfutures

import "github.com/keyrota/keyrota/exchanges"

// box is a level of the page, with the area and level that it is in answers.
type box struct {
	words string
	area  string
	level string
	gives []exchanges.Permission
}

// boxes are the levels above none, in the order of the page. The two for
// General API exclude each other: full access reads as well.
var boxes = []box{
	{"General API: Read Only, if Full Access is not named here", "general", "READ_ONLY", []exchanges.Permission{exchanges.Read}},
	{"General API: Full Access", "general", "FULL_ACCESS", []exchanges.Permission{exchanges.Futures}},
	{"Withdrawal API: Full Access", "transfer", "FULL_ACCESS", []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw}},
}

func guide() exchanges.Guide {
	const page = "Kraken Pro: profile icon → Settings → API → futures keys, or Kraken Futures: your name → Settings → API Keys. The demo: the same at demo-futures.kraken.com"
	g := exchanges.Guide{
		Create: []exchanges.GuideStep{
			{Text: page},
			{Text: "Create Key"},
			{Text: "The name of the key, if the page has a place for it", Put: exchanges.PutLabel},
			{Text: "Choose", Put: exchanges.PutTicks},
			{Text: "No Access, for what is named in neither list", Put: exchanges.PutNoTicks},
			{Text: "The IP list, as CIDR blocks: a single IPv4 address ends in /32", Put: exchanges.PutIPs},
			{Text: "Create Key"},
			{Text: "Copy public and private key now: the private key is not shown again"},
		},
		// That a key can be changed there is not documented.
		Restrict: []exchanges.GuideStep{
			{Text: page},
			{Text: "Find the key. If it cannot be edited, make a new one in its place", Put: exchanges.PutKey},
			{Text: "Choose", Put: exchanges.PutTicks},
			{Text: "No Access, for what is named in neither list", Put: exchanges.PutNoTicks},
			{Text: "The IP list, as CIDR blocks: a single IPv4 address ends in /32", Put: exchanges.PutIPs},
		},
		Delete: []exchanges.GuideStep{
			{Text: page},
			{Text: "Find the key", Put: exchanges.PutKey},
			{Text: "Delete it"},
		},
		IPs:      exchanges.IPRule{CIDR: true},
		MostKeys: 50,
		Source:   `support.kraken.com, "How to create an API key for Kraken Derivatives"; docs.kraken.com, Futures`,
		AsOf:     "2026-11-23",
	}
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: b.gives})
	}
	return g
}
