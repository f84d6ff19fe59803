package sim

import (
	"crypto/ed25519"
	"slices"
)

// page is Binance's API Management, as its help centre describes it. The
// testnet and the demo have the same boxes, but guard nothing of value: open
// keys may trade there. A limit of 30 keys is what the page says when it is
// reached; how long a label may be is not documented.
func (v *binance) page(env string) page {
	p := page{
		title: "API Management",
		boxes: []box{
			{"enableReading", "Enable Reading", []string{"read"}},
			{"enableSpotAndMarginTrading", "Enable Spot & Margin Trading", []string{"spot"}},
			{"enableMargin", "Enable Margin Loan, Repay & Transfer", []string{"margin"}},
			{"enableFutures", "Enable Futures", []string{"futures"}},
			{"enableVanillaOptions", "Enable European Options", []string{"options"}},
			{"permitsUniversalTransfer", "Permits Universal Transfer", []string{"transfer"}},
			{"enableWithdrawals", "Enable Withdrawals", []string{"withdraw"}},
			{"enableFixApiTrade", "FIX API Trading", []string{"spot"}},
			{"enableFixReadOnly", "FIX API Reading", []string{"read"}},
		},
		label:    labelRule{most: 64},
		ips:      ipRule{most: 30},
		mostKeys: 30,
		words:    binanceBoxes,
		wordsOf: func(e *entry) []string {
			if e.Words != nil {
				return e.Words
			}
			return binanceBoxes(e.Permissions)
		},
		deny: binanceDenies,
	}
	if env == "live" {
		p.deny = binanceLiveDenies
		p.manages = v.mayManage
	}
	return p
}

func binanceBoxes(permissions []string) []string {
	words := []string{}
	for _, p := range permissions {
		if word, ok := binanceWords.of(p); ok {
			words = append(words, word)
		}
	}
	return words
}

func binanceDenies(w wanted) string {
	_, isEd25519 := w.PublicKey.(ed25519.PublicKey)
	if isEd25519 {
		return ""
	}
	if contains(w.Words, "enableFixApiTrade") || contains(w.Words, "enableFixReadOnly") {
		return "FIX API permissions are for Ed25519 keys only."
	}
	return ""
}

func binanceLiveDenies(w wanted) string {
	withdraws := contains(w.Words, "enableWithdrawals")
	switch {
	case withdraws && w.Sub != "":
		return "API keys of sub-accounts cannot be given Enable Withdrawals."
	case withdraws && len(w.IPs) == 0:
		return "Enable Withdrawals needs an IP list: restrict access to trusted IPs first."
	case w.PublicKey == nil && len(w.IPs) == 0 && slices.ContainsFunc(w.Words, func(word string) bool { return word != "enableReading" }):
		return "A system-generated key without an IP list may only have Enable Reading: restrict access to trusted IPs first."
	}
	return binanceDenies(w)
}

// mayManage reports whether a key can make keys for sub-accounts: one of the
// main account with an IP list, that may read and trade.
func (v *binance) mayManage(e *entry) bool {
	on := v.flags(e)
	return len(v.account.Subs) > 0 && e.Sub == "" && !e.Disabled && len(e.IPs) > 0 &&
		on["enableReading"] && on["enableSpotAndMarginTrading"]
}
