package kucoin

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// box is a switch of the page with the word that it has in answers.
type box struct {
	words, word string
}

// boxes are the switches in the order of the page. What they give is what their
// words give in an answer.
var boxes = []box{
	{"General", "General"},
	{"Spot", "Spot"},
	{"Margin", "Margin"},
	{"Futures", "Futures"},
	{"Flex Transfers", "InnerTransfer"},
	{"Transfer (needs an IP list)", "Transfer"},
	{"Earn", "Earn"},
}

// idle is the rule for trading keys without IP list. Where such a key is deleted,
// its rights are gone as well.
var idle = exchanges.Lifetime{
	After: 30 * 24 * time.Hour, Since: exchanges.SinceUsed, Then: exchanges.EndsLoseRights,
	NoIPs: true, Grants: []exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Futures},
	Words:  "KuCoin deletes a trading key without an IP list, or takes its trading rights, when it is not used for 30 days.",
	Source: "www.kucoin.com, support article 360015102174",
	AsOf:   "2026-11-23",
}

// page is that of the main account.
var page = pages.Page{
	Place: "Avatar → API Management",
	Make: pages.Steps{
		{Text: "Create API → API trading"},
		{Text: "The name of the key", Put: exchanges.PutLabel},
		{Text: "A passphrase of 7 to 32 characters without blanks: keep it, keyrota asks for it beside key and secret, and it is never shown again"},
	},
	// A trading key without a list is deleted after 30 days without use.
	Rights: pages.Steps{
		{Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
		{Text: "The addresses that may use the key", Put: exchanges.PutIPs},
	},
	Made: pages.Steps{
		{Text: "Confirm with the trading password, the code by e-mail and the Google code"},
		{Text: "Copy API Key and API Secret now: the secret is not shown again"},
	},
	Edit:   pages.Steps{{Text: "Edit"}},
	Edited: pages.Steps{{Text: "Confirm with the trading password and the codes that are asked for"}},
	Delete: pages.Steps{{Text: "Delete, and confirm with the trading password and the codes that are asked for"}},
	Takes: exchanges.Guide{
		Label:     exchanges.LabelRule{Max: 24},
		IPs:       exchanges.IPRule{Separator: ",", Most: 20},
		Lifetimes: []exchanges.Lifetime{idle},
		Source:    "www.kucoin.com, API Management; www.kucoin.com/docs-new, sub-account API",
		AsOf:      "2026-11-23",
	},
}

func guide() exchanges.Guide {
	g := page.Guide()
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: rights.Set([]string{b.word}).All(exchanges.Granted)})
	}
	return g
}
