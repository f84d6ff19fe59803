package sim

// page is Kraken's page for API keys, as its support pages describe it.
func (v *kraken) page(string) page {
	return page{
		title: "Connections & API",
		boxes: []box{
			{"query-funds", "Funds: Query", []string{"read"}},
			{"add-funds", "Funds: Deposit", []string{"other"}},
			{"withdraw-funds", "Funds: Withdraw", []string{"withdraw"}},
			{"add-withdraw-address", "Funds: Add withdrawal addresses", []string{"withdraw"}},
			{"update-withdraw-address", "Funds: Update withdrawal addresses", []string{"withdraw"}},
			{"earn-funds", "Funds: Earn", []string{"earn"}},
			{"query-open-trades", "Orders and trades: Query open orders & trades", []string{"read"}},
			{"query-closed-trades", "Orders and trades: Query closed orders & trades", []string{"read"}},
			{"modify-trades", "Orders and trades: Create & modify orders", []string{"spot", "margin"}},
			{"close-trades", "Orders and trades: Cancel & close orders", []string{"spot"}},
			{"query-ledger", "Data: Query ledger entries", []string{"read"}},
			{"export-data", "Data: Export data", []string{"read"}},
			{"create-ws-token", "WebSocket interface: On", []string{"other"}},
		},
		label:   labelRule{most: 32, unique: true},
		ips:     ipRule{cidr: true, ipv6: true},
		expiry:  true,
		words:   krakenWords,
		wordsOf: krakenWordsOf,
	}
}
