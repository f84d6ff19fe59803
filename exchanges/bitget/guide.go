package bitget

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// box is a switch of the page with the word that it has in answers.
type box struct {
	words, word string
	gives       exchanges.Permission
}

// boxes are the switches that are asked for. Reading has none: with Read-only
// it is what the ticked areas come down to, with Read-write any box brings it
// along.
var boxes = []box{
	{"Read-only, with Futures orders and Spot ticked, if no other box is named here", "stor", exchanges.Read},
	{"Futures orders", "coow", exchanges.Futures},
	{"Futures holdings", "cpow", exchanges.Futures},
	{"Spot", "stow", exchanges.Spot},
	{"Margin", "smow", exchanges.Margin},
	{"Copy trading", "ttow", exchanges.Other},
	{"Transfer", "wtow", exchanges.Transfer},
	{"Withdraw (needs an IP list)", "wwow", exchanges.Withdraw},
}

// page is that of a classic account, with a word on unified ones.
var page = pages.Page{
	Place: "Avatar → API Keys. For a demo key change to demo trading before",
	Make: pages.Steps{
		{Text: "Create API key"},
		{Text: "System-generated"},
		{Text: "Note", Put: exchanges.PutLabel},
		{Text: "A passphrase of 8 to 32 letters and digits: keep it, keyrota asks for it beside key and secret, and it is never shown again"},
	},
	Rights: pages.Steps{
		{Text: "Read-write if a box beyond reading is named below, else Read-only"},
		{Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
		{Text: "The linked IP addresses", Put: exchanges.PutIPs},
		{Text: "On a unified account there are fewer boxes: one for trading of every kind, one for managing the account. " +
			"Tick only what covers the boxes named here; keyrota shows afterwards what the key may do"},
		{Text: "Confirm with the code by e-mail and the authenticator"},
	},
	Made:   pages.Steps{{Text: "Copy API Key and Secret Key now: the secret is not shown again"}},
	Edit:   pages.Steps{{Text: "Edit"}},
	Delete: pages.Steps{{Text: "Delete, and confirm with the codes that are asked for"}},
	Takes: exchanges.Guide{
		Label:    exchanges.LabelRule{Max: 20},
		IPs:      exchanges.IPRule{Separator: ",", Most: 30},
		MostKeys: 10,
		Source:   "www.bitget.com, API Keys, by guides of 2023 to 2025; www.bitget.com/api-doc, sub-account pages",
		AsOf:     "2026-11-23",
	},
}

func guide() exchanges.Guide {
	g := page.Guide()
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: []exchanges.Permission{b.gives}})
	}
	return g
}
