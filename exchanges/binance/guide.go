package binance

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/pages"
)

// box is a switch of the page, with the name that it has in answers.
type box struct {
	words string
	flag  string
	gives []exchanges.Permission
}

// boxes are the switches that are asked for, in the order of the page. The
// others are for special accounts or give what one of these gives: internal
// transfers, portfolio margin, FIX, stocks.
var boxes = []box{
	{"Enable Reading", "enableReading", []exchanges.Permission{exchanges.Read}},
	{"Enable Spot & Margin Trading", "enableSpotAndMarginTrading", []exchanges.Permission{exchanges.Spot}},
	{"Enable Margin Loan, Repay & Transfer", "enableMargin", []exchanges.Permission{exchanges.Margin}},
	{"Enable Futures", "enableFutures", []exchanges.Permission{exchanges.Futures}},
	{"Enable European Options", "enableVanillaOptions", []exchanges.Permission{exchanges.Options}},
	{"Permits Universal Transfer", "permitsUniversalTransfer", []exchanges.Permission{exchanges.Transfer}},
	{"Enable Withdrawals", "enableWithdrawals", []exchanges.Permission{exchanges.Withdraw}},
}

// unbound is the rule for older keys without IP list. New ones get no rights
// beyond reading without a list in the first place, unless they are key pairs.
var unbound = exchanges.Lifetime{
	After: 30 * 24 * time.Hour, Since: exchanges.SinceCreated, Then: exchanges.EndsLoseRights,
	NoIPs: true, Grants: []exchanges.Permission{exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Options},
	In:     []exchanges.Environment{exchanges.Live},
	Words:  "Binance takes the right to trade from a key without IP list 30 days after it was made or last edited.",
	Source: "www.binance.com, announcement of 2021-07-08",
	AsOf:   "2026-11-23",
}

const place = "Profile icon → Account → API Management"

// page is the page of the live site.
var page = pages.Page{
	Place: place,
	Make: pages.Steps{
		{Text: "Create API → System generated", Only: exchanges.FromExchange},
		{Text: "Create API → Self-generated (on the testnet: register a public key)", Only: exchanges.FromKeyPair},
		{Text: "The public key", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
		{Text: "The label of the API key", Put: exchanges.PutLabel},
		{Text: "Confirm with your second factor"},
		{Text: "Copy API Key and Secret Key now: the secret is not shown again", Only: exchanges.FromExchange},
	},
	// Without a list the boxes beyond reading cannot be ticked.
	Rights: pages.Steps{
		{Text: "Edit restrictions → restrict access to trusted IPs", Put: exchanges.PutIPs},
		{Text: "Tick", Put: exchanges.PutTicks},
		{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
		{Text: "Save, and confirm with your second factor"},
	},
	Delete: pages.Steps{{Text: "Delete, and confirm with your second factor"}},
	Takes: exchanges.Guide{
		IPs:       exchanges.IPRule{Separator: ",", Most: mostIPs},
		Lifetimes: []exchanges.Lifetime{unbound},
		Source:    "www.binance.com, API Management; developers.binance.com, Wallet and Sub Account",
		AsOf:      "2026-11-23",
	},
}

func guide() exchanges.Guide {
	g := page.Guide()
	g.Create[0].Text = place + " (on the testnet, after signing in with GitHub, the front page has the keys)"
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: b.gives})
	}
	return g
}
