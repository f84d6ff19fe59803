package binance

import "github.com/keyrota/keyrota/exchanges"

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

func guide() exchanges.Guide {
	g := exchanges.Guide{
		Create: []exchanges.GuideStep{
			{Text: "Profile icon → Account → API Management (on the testnet, after signing in with GitHub, the front page has the keys)"},
			{Text: "Create API → System generated", Only: exchanges.FromExchange},
			{Text: "Create API → Self-generated (on the testnet: register a public key)", Only: exchanges.FromKeyPair},
			{Text: "The public key", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
			{Text: "The label of the API key", Put: exchanges.PutLabel},
			{Text: "Confirm with your second factor"},
			{Text: "Copy API Key and Secret Key now: the secret is not shown again", Only: exchanges.FromExchange},
			// Without a list the boxes beyond reading cannot be ticked.
			{Text: "Edit restrictions → restrict access to trusted IPs", Put: exchanges.PutIPs},
			{Text: "Tick", Put: exchanges.PutTicks},
			{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
			{Text: "Save, and confirm with your second factor"},
		},
		Restrict: []exchanges.GuideStep{
			{Text: "Profile icon → Account → API Management"},
			{Text: "Find the key", Put: exchanges.PutKey},
			{Text: "Edit restrictions → restrict access to trusted IPs", Put: exchanges.PutIPs},
			{Text: "Tick", Put: exchanges.PutTicks},
			{Text: "Leave off, with every box that is not named here", Put: exchanges.PutNoTicks},
			{Text: "Save, and confirm with your second factor"},
		},
		Delete: []exchanges.GuideStep{
			{Text: "Profile icon → Account → API Management"},
			{Text: "Find the key", Put: exchanges.PutKey},
			{Text: "Delete, and confirm with your second factor"},
		},
		IPs:    exchanges.IPRule{Separator: ",", Most: mostIPs},
		Source: "www.binance.com, API Management; developers.binance.com, Wallet and Sub Account",
		AsOf:   "2026-11-23",
	}
	for _, b := range boxes {
		g.Boxes = append(g.Boxes, exchanges.Box{Words: b.words, Gives: b.gives})
	}
	return g
}
