package bitfinex

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// boxes are the switches that are asked for, in the order of the page. Left out
// are those that edit the account or its settings, and merchants'.
var boxes = []exchanges.Box{
	{Words: "Account Info: read", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Account History: read", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Orders: read", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Orders: create and cancel", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Futures}},
	{Words: "Margin Trading: read", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Margin Trading: claim positions", Gives: []exchanges.Permission{exchanges.Margin, exchanges.Futures}},
	{Words: "Margin Funding: read", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Margin Funding: offer, cancel and close", Gives: []exchanges.Permission{exchanges.Earn}},
	{Words: "Wallets: read", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Wallets: transfer between your wallets", Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Other}},
	{Words: "Withdrawals", Gives: []exchanges.Permission{exchanges.Withdraw}},
}

// page is that of the web site. That one box gives spot, margin and derivatives
// cannot be helped.
var page = pages.Page{
	Place: "Account menu → API Keys",
	Make:  pages.Steps{{Text: "Create New Key"}},
	Rights: pages.Steps{
		{Text: "Switch on", Put: exchanges.PutTicks},
		{Text: "Leave off, with every switch that is not named here", Put: exchanges.PutNoTicks},
		{Text: "IP Access restrictions", Put: exchanges.PutIPs},
	},
	Made: pages.Steps{
		{Text: "The label of the API Key", Put: exchanges.PutLabel},
		{Text: "Generate API Key, and confirm with your second factor"},
		{Text: "Open the link in Bitfinex's e-mail with the same browser: Create API Key"},
		{Text: "Copy API Key and API Key Secret now: the secret is not shown again"},
	},
	Edit:   pages.Steps{{Text: "My API Keys: edit it"}},
	Edited: pages.Steps{{Text: "Save, and confirm with your second factor"}},
	Delete: pages.Steps{{Text: "My API Keys: revoke it, and confirm with your second factor"}},
	Takes: exchanges.Guide{
		Boxes:  boxes,
		IPs:    exchanges.IPRule{Most: 20},
		Source: `support.bitfinex.com, "How to create and revoke a Bitfinex API Key"; docs.bitfinex.com, REST v2`,
		AsOf:   "2026-11-23",
	},
}

func guide() exchanges.Guide { return page.Guide() }
