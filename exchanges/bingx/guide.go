package bingx

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
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

func guide() exchanges.Guide {
	page := exchanges.GuideStep{Text: "Profile icon → API Management"}
	find := exchanges.GuideStep{Text: "Find the key", Put: exchanges.PutKey}
	confirm := exchanges.GuideStep{Text: "Confirm with the codes that are asked for"}
	rights := []exchanges.GuideStep{
		{Text: "Edit: tick", Put: exchanges.PutTicks},
		{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
		// Without a list a key that may do more than read is deleted after 14 days without use.
		{Text: "Link IP address: the addresses that may use the key", Put: exchanges.PutIPs},
		confirm,
	}
	return exchanges.Guide{
		Create: append([]exchanges.GuideStep{
			page,
			{Text: "Create API"},
			{Text: "The name of the key", Put: exchanges.PutLabel},
			confirm,
			{Text: "Copy API Key and Secret Key now: the secret is not shown again. The new key may only read"},
		}, rights...),
		Restrict:  append([]exchanges.GuideStep{page, find}, rights...),
		Delete:    []exchanges.GuideStep{page, find, {Text: "Delete"}, confirm},
		Boxes:     boxes,
		IPs:       exchanges.IPRule{Separator: ",", Most: mostIPs},
		MostKeys:  20,
		Lifetimes: lifetimes,
		Source:    source,
		AsOf:      asOf,
	}
}
