package kraken

import "github.com/keyrota/keyrota/exchanges"

// box is a switch of the page, with the right that it is in answers.
type box struct {
	words string
	right string
	gives []exchanges.Permission
}

// boxes are the switches that are asked for, in the order of the page. Left
// out are deposit addresses, withdrawal addresses and the export of data: no
// program that trades or reads needs them.
var boxes = []box{
	{"Query funds", "query-funds", []exchanges.Permission{exchanges.Read}},
	{"Withdraw funds", "withdraw-funds", []exchanges.Permission{exchanges.Withdraw}},
	{"Earn", "earn-funds", []exchanges.Permission{exchanges.Earn}},
	{"Query open orders & trades", "query-open-trades", []exchanges.Permission{exchanges.Read}},
	{"Query closed orders & trades", "query-closed-trades", []exchanges.Permission{exchanges.Read}},
	{"Create & modify orders", "modify-trades", []exchanges.Permission{exchanges.Spot, exchanges.Margin}},
	{"Cancel & close orders", "close-trades", []exchanges.Permission{exchanges.Spot}},
	{"Query ledger entries", "query-ledger", []exchanges.Permission{exchanges.Read}},
	{"Access WebSockets API", "create-ws-token", []exchanges.Permission{exchanges.Other}},
}

// guide leads through Kraken Pro. That one box gives spot and margin cannot be
// helped: whether an account trades on margin is not a matter of its keys.
func guide() exchanges.Guide {
	g := exchanges.Guide{
		Create: []exchanges.GuideStep{
			{Text: "Kraken Pro: profile icon → Settings → Connections & API"},
			{Text: "Create API key"},
			{Text: "The name of the key", Put: exchanges.PutLabel},
			{Text: "Tick", Put: exchanges.PutTicks},
			{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
			{Text: "IP allow-list", Put: exchanges.PutIPs},
			{Text: "An expiration is worth setting: Kraken then ends the key by itself"},
			{Text: "Generate, and confirm with your second factor"},
			{Text: "Copy API key and private key now: the private key is not shown again"},
		},
		Restrict: []exchanges.GuideStep{
			{Text: "Kraken Pro: profile icon → Settings → Connections & API"},
			{Text: "Find the key and edit it", Put: exchanges.PutKey},
			{Text: "Tick", Put: exchanges.PutTicks},
			{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
			{Text: "IP allow-list", Put: exchanges.PutIPs},
			{Text: "Save, and confirm with your second factor"},
		},
		Delete: []exchanges.GuideStep{
			{Text: "Kraken Pro: profile icon → Settings → Connections & API"},
			{Text: "Find the key", Put: exchanges.PutKey},
			{Text: "Delete it, and confirm with your second factor"},
		},
		// The length is documented for keys made by applications. The hyphen is
		// in the names that Kraken itself proposes.
		Label:  exchanges.LabelRule{Max: 32, Chars: "-"},
		IPs:    exchanges.IPRule{Separator: ",", CIDR: true, IPv6: true},
		Source: `support.kraken.com, "How to create an API key"; docs.kraken.com, Spot REST and Connect`,
		AsOf:   "2026-11-23",
	}
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: b.gives})
	}
	return g
}
