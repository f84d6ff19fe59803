package bingx

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// mostIPs is how many addresses a key takes.
const mostIPs = 20

const (
	source = "bingx.com, API Management; bingx-api.github.io, frequently asked questions"
	asOf   = "2026-11-23"
)

// boxes are the rights of the page, in BingX's words.
var boxes = []exchanges.Box{
	{Words: "Read", Gives: []exchanges.Permission{exchanges.Read}},
	{Words: "Spot Trading", Gives: []exchanges.Permission{exchanges.Spot, exchanges.Margin}},
	{Words: "Perpetual Futures Trading", Gives: []exchanges.Permission{exchanges.Futures}},
	{Words: "Universal Transfer", Gives: []exchanges.Permission{exchanges.Transfer}},
	{Words: "Withdraw (needs an IP whitelist)", Gives: []exchanges.Permission{exchanges.Withdraw}},
	{Words: "Manage Subaccounts", Gives: []exchanges.Permission{exchanges.Admin}},
}

// lifetimes are the rules by which BingX ends keys. It does not tell when a key
// was last used.
var lifetimes = []exchanges.Lifetime{{
	After: 14 * 24 * time.Hour, Since: exchanges.SinceUsed, Then: exchanges.EndsDeleted, NoIPs: true,
	Grants: []exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Transfer, exchanges.Admin},
	Words:  "A key without IP whitelist that may trade, transfer or manage sub-accounts is deleted when it is not used for 14 days.",
	Source: "bingx.com, API Management", AsOf: asOf,
}}

const confirm = "Confirm with the codes that are asked for"

// page makes a key that only reads; its rights are those of a change.
var page = pages.Page{
	Place: "Profile icon → API Management",
	Make: pages.Steps{
		{Text: "Create API"},
		{Text: "The name of the key", Put: exchanges.PutLabel},
		{Text: confirm},
		{Text: "Copy API Key and Secret Key now: the secret is not shown again. The new key may only read"},
	},
	// Without a list a key that may do more than read is deleted after 14 days without use.
	Rights: pages.Steps{
		{Text: "Edit: tick", Put: exchanges.PutTicks},
		{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
		{Text: "Link IP address: the addresses that may use the key", Put: exchanges.PutIPs},
		{Text: confirm},
	},
	Delete: pages.Steps{
		{Text: "Delete"},
		{Text: confirm},
	},
	Takes: exchanges.Guide{
		Boxes:     boxes,
		IPs:       exchanges.IPRule{Separator: ",", Most: mostIPs},
		MostKeys:  20,
		Lifetimes: lifetimes,
		Source:    source,
		AsOf:      asOf,
	},
}

func guide() exchanges.Guide { return page.Guide() }
