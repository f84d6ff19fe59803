package bitfinex

import "github.com/keyrota/keyrota/exchanges"

// box is a switch of the page, with the right that it is in answers.
type box struct {
	words string
	right string
	gives []exchanges.Permission
}

// boxes are the switches that are asked for, in the order of the page. Left out
// are those that edit the account or its settings, and merchants'.
var boxes = []box{
	{"Account Info: read", "account:read", []exchanges.Permission{exchanges.Read}},
	{"Account History: read", "history:read", []exchanges.Permission{exchanges.Read}},
	{"Orders: read", "orders:read", []exchanges.Permission{exchanges.Read}},
	{"Orders: create and cancel", "orders:write", []exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Futures}},
	{"Margin Trading: read", "positions:read", []exchanges.Permission{exchanges.Read}},
	{"Margin Trading: claim positions", "positions:write", []exchanges.Permission{exchanges.Margin, exchanges.Futures}},
	{"Margin Funding: read", "funding:read", []exchanges.Permission{exchanges.Read}},
	{"Margin Funding: offer, cancel and close", "funding:write", []exchanges.Permission{exchanges.Earn}},
	{"Wallets: read", "wallets:read", []exchanges.Permission{exchanges.Read}},
	{"Wallets: transfer between your wallets", "wallets:write", []exchanges.Permission{exchanges.Transfer, exchanges.Other}},
	{"Withdrawals", "withdraw:write", []exchanges.Permission{exchanges.Withdraw}},
}

// guide leads through the web site. That one box gives spot, margin and
// derivatives cannot be helped.
func guide() exchanges.Guide {
	g := exchanges.Guide{
		Create: []exchanges.GuideStep{
			{Text: "Account menu → API Keys → Create New Key"},
			{Text: "Switch on", Put: exchanges.PutTicks},
			{Text: "Leave off, with every switch that is not named here", Put: exchanges.PutNoTicks},
			{Text: "IP Access restrictions", Put: exchanges.PutIPs},
			{Text: "The label of the API Key", Put: exchanges.PutLabel},
			{Text: "Generate API Key, and confirm with your second factor"},
			{Text: "Open the link in Bitfinex's e-mail with the same browser: Create API Key"},
			{Text: "Copy API Key and API Key Secret now: the secret is not shown again"},
		},
		Restrict: []exchanges.GuideStep{
			{Text: "Account menu → API Keys → My API Keys"},
			{Text: "Find the key and edit it", Put: exchanges.PutKey},
			{Text: "Switch on", Put: exchanges.PutTicks},
			{Text: "Leave off, with every switch that is not named here", Put: exchanges.PutNoTicks},
			{Text: "IP Access restrictions", Put: exchanges.PutIPs},
			{Text: "Save, and confirm with your second factor"},
		},
		Delete: []exchanges.GuideStep{
			{Text: "Account menu → API Keys → My API Keys"},
			{Text: "Find the key", Put: exchanges.PutKey},
			{Text: "Revoke it, and confirm with your second factor"},
		},
		IPs:    exchanges.IPRule{Most: 20},
		Source: `support.bitfinex.com, "How to create and revoke a Bitfinex API Key"; docs.bitfinex.com, REST v2`,
		AsOf:   "2026-11-23",
	}
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: b.gives})
	}
	return g
}
