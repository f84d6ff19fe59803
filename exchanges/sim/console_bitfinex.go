package sim

import (
	"slices"
	"time"
)

// bitfinexScopes are the scopes of a key, in the order in which the exchange
// tells them. A right is a scope with ":read" or ":write".
var bitfinexScopes = []string{
	"account", "history", "orders", "positions", "funding", "settings", "wallets", "withdraw", "ui_withdraw", "bfxpay",
}

// page is Bitfinex's page for API keys: a switch for reading and one for
// writing in every scope. Limits are not documented; addresses are taken one
// by one.
func (v *bitfinex) page(string) page {
	read, other := []string{"read"}, []string{"other"}
	return page{
		title: "API Keys",
		boxes: []box{
			{"account:read", "Account Info: Get account information and fees", read},
			{"account:write", "Account Info: Generate tokens", other},
			{"history:read", "Account History: Get historical balances entries and trade information", read},
			{"orders:read", "Orders: Get orders and statuses", read},
			{"orders:write", "Orders: Create and cancel orders", []string{"spot", "margin", "futures"}},
			{"positions:read", "Margin Trading: Get position and margin info", read},
			{"positions:write", "Margin Trading: Claim a position", []string{"margin", "futures"}},
			{"funding:read", "Margin Funding: Get funding statuses and info", read},
			{"funding:write", "Margin Funding: Offer, cancel and close funding", []string{"earn"}},
			{"wallets:read", "Wallets: Get wallet balances and addresses", read},
			{"wallets:write", "Wallets: Transfer between your wallets, get new addresses", []string{"transfer", "other"}},
			{"withdraw:read", "Withdraw: Get withdrawals", read},
			{"withdraw:write", "Withdraw: Create a new withdrawal", []string{"withdraw"}},
			{"ui_withdraw:write", "Withdraw: Create a new withdrawal as on the website", []string{"withdraw"}},
			{"settings:read", "Settings: Read account settings", read},
			{"settings:write", "Settings: Write account settings", other},
			{"bfxpay:read", "Bitfinex Pay: Get invoices", read},
			{"bfxpay:write", "Bitfinex Pay: Create invoices", other},
		},
		label:   labelRule{most: 64},
		words:   bitfinexWords,
		wordsOf: bitfinexWordsOf,
	}
}

// bitfinexClosest are the rights that come closest to a permission of the normal
// form.
var bitfinexClosest = table[[]string]{
	{"read", []string{"account:read", "history:read", "orders:read", "positions:read", "funding:read", "wallets:read"}},
	{"spot", []string{"orders:write"}},
	{"margin", []string{"orders:write", "positions:write"}},
	{"futures", []string{"orders:write", "positions:write"}},
	{"transfer", []string{"wallets:write"}},
	{"withdraw", []string{"withdraw:write"}},
	{"earn", []string{"funding:write"}},
	{"other", []string{"settings:write"}},
}

func bitfinexWords(permissions []string) []string {
	words := closest(bitfinexClosest, permissions)
	slices.Sort(words)
	return slices.Compact(words)
}

func bitfinexWordsOf(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return bitfinexWords(e.Permissions)
}

// bitfinexDemo: one key lends and trades, and is half a year old.
func bitfinexDemo(a *account) {
	const home, server = "203.0.113.7", "198.51.100.20"
	a.Balances = map[string]float64{"BTC": 0.35, "USD": 9_200, "USDT": 3_000}
	a.Seeds = []seed{
		{Label: "offers-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot", "margin", "futures", "earn"},
			IPs: []string{home, server}, Age: 190 * day, LastUsed: 3 * time.Minute},
		{Label: "bfx-reports", Algorithm: algHMAC, Permissions: []string{"read"}, IPs: []string{home}, Age: 58 * day, LastUsed: 7 * day},
		{Label: "spare-bitfinex", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home}, Age: time.Hour},
	}
}
