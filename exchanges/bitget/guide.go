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

func guide() exchanges.Guide {
	const unified = "On a unified account there are fewer boxes: one for trading of every kind, one for managing the account. Tick only what covers the boxes named here; keyrota shows afterwards what the key may do"
	g := pages.Page{
		Place: "Avatar → API Keys. For a demo key change to demo trading before",
		Make: pages.Steps(pages.Go("Create API key", "System-generated"), pages.Label("Note"),
			pages.Go("A passphrase of 8 to 32 letters and digits: keep it, keyrota asks for it beside key and secret, and it is never shown again")),
		Rights: pages.Steps(pages.Go("Read-write if a box beyond reading is named below, else Read-only"),
			pages.Rights("Tick", "Leave off, with every box that is not named here"), pages.IPs("The linked IP addresses"),
			pages.Go(unified, "Confirm with the code by e-mail and the authenticator")),
		Made:   pages.Go("Copy API Key and Secret Key now: the secret is not shown again"),
		Edit:   pages.Go("Edit"),
		Delete: pages.Go("Delete, and confirm with the codes that are asked for"),
	}.Guide(exchanges.Guide{
		Label:    exchanges.LabelRule{Max: 20},
		IPs:      exchanges.IPRule{Separator: ",", Most: 30},
		MostKeys: 10,
		Source:   "www.bitget.com, API Keys, by guides of 2023 to 2025; www.bitget.com/api-doc, sub-account pages",
		AsOf:     "2026-11-23",
	})
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: []exchanges.Permission{b.gives}})
	}
	return g
}
