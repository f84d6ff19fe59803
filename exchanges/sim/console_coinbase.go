package sim

import "slices"

// The rights of a key, as key_permissions names them.
const (
	coinbaseView     = "can_view"
	coinbaseTrade    = "can_trade"
	coinbaseTransfer = "can_transfer"
)

// page is the page for secret API keys of the Coinbase Developer Platform, as
// its docs describe it. Sub-accounts are the portfolios of which each key has
// one. How long a nickname may be is not documented: 64 is a guess.
func (v *coinbase) page(string) page {
	return page{
		title: "Secret API Keys",
		boxes: []box{
			{coinbaseView, "View", []string{"read"}},
			{coinbaseTrade, "Trade", []string{"spot", "futures"}}, // derivatives are not a right of their own
			{coinbaseTransfer, "Transfer", []string{"transfer", "withdraw"}},
		},
		label:   labelRule{most: 64},
		ips:     ipRule{cidr: true, ipv6: true},
		makes:   []string{algEd25519, algES256},
		words:   coinbaseWords,
		wordsOf: coinbaseWordsOf,
	}
}

// coinbaseWords returns the rights that come closest to permissions of the
// normal form.
func coinbaseWords(permissions []string) []string {
	words := []string{}
	for _, p := range permissions {
		switch p {
		case "read":
			words = append(words, coinbaseView)
		case "spot", "futures":
			words = append(words, coinbaseTrade)
		case "transfer", "withdraw":
			words = append(words, coinbaseTransfer)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func coinbaseWordsOf(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return coinbaseWords(e.Permissions)
}

func coinbaseGrants(e *entry, right string) bool {
	return contains(coinbaseWordsOf(e), right)
}
