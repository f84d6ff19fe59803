package sim

import (
	"slices"
	"strings"
	"time"
)

// bybitOpenLife is how long a key lives that is open to every address.
const bybitOpenLife = 90 * day

// page is Bybit's API page, as its help centre and API docs describe it. The
// limits are guesses, since none is documented: 20 keys, labels of 64
// characters.
func (v *bybit) page(string) page {
	return page{
		title: "API Management",
		boxes: []box{
			{bybitReadOnly, "Read-Only", []string{"read"}},
			{"ContractTrade:Order", "Contract: Orders", []string{"futures"}},
			{"ContractTrade:Position", "Contract: Positions", []string{"futures"}},
			{"Spot:SpotTrade", "SPOT: Trade", []string{"spot"}},
			{"Options:OptionsTrade", "Options: Trade", []string{"options"}},
			{"Wallet:AccountTransfer", "Wallet: Account Transfer", []string{"transfer"}},
			{"Wallet:SubMemberTransfer", "Wallet: Subaccount Transfer", []string{"admin"}},
			{"Wallet:Withdraw", "Wallet: Withdrawal", []string{"withdraw"}},
			{"Exchange:ExchangeHistory", "Exchange: Convert", []string{"other"}},
			{"Earn:Earn", "Earn: Earn", []string{"earn"}},
		},
		label:    labelRule{most: 64},
		ips:      ipRule{},
		mostKeys: 20,
		words:    bybitBoxes,
		rights:   bybitNormal,
		wordsOf: func(e *entry) []string {
			readOnly, words := bybitRights(e)
			if readOnly {
				words = append(slices.Clone(words), bybitReadOnly)
			}
			return words
		},
		deny:     bybitDenies,
		complete: bybitCompletes,
		manages:  v.mayManage,
	}
}

// bybitBoxes leaves out Derivatives, which the exchange ticks by itself.
func bybitBoxes(permissions []string) []string {
	readOnly, words := bybitRights(&entry{Permissions: permissions})
	if readOnly {
		words = append(words, bybitReadOnly)
	}
	return slices.DeleteFunc(words, func(w string) bool { return strings.HasPrefix(w, "Derivatives:") })
}

// bybitNormal returns what boxes give: every key may read, and one that is
// read-only nothing else.
func bybitNormal(words []string) []string {
	granted := map[string]bool{"read": true}
	if contains(words, bybitReadOnly) {
		return inShowingOrder(granted)
	}
	for _, word := range words {
		normal := "other"
		for _, known := range bybitWords {
			if contains(known.is, word) {
				normal = known.name
			}
		}
		granted[normal] = true
	}
	return inShowingOrder(granted)
}

func bybitDenies(w wanted) string {
	masters := []string{"Wallet:Withdraw", "Wallet:SubMemberTransfer"}
	switch {
	case len(w.Words) == 1 && w.Words[0] == bybitReadOnly:
		return "Choose what the read-only key may look at."
	case w.Sub != "" && slices.ContainsFunc(w.Words, func(word string) bool { return contains(masters, word) }):
		return "API keys of subaccounts cannot be given Withdrawal or Subaccount Transfer."
	}
	return ""
}

func bybitCompletes(w *wanted, now time.Time) {
	if slices.ContainsFunc(w.Words, func(word string) bool { return strings.HasPrefix(word, "ContractTrade:") }) {
		w.Words = append(w.Words, "Derivatives:DerivativesTrade")
	}
	w.Expires = time.Time{}
	if len(w.IPs) == 0 {
		w.Expires = now.Add(bybitOpenLife)
	}
}

// mayManage reports whether a key can manage itself and the keys of
// sub-accounts: one of the main account with a right of the Wallet group.
func (v *bybit) mayManage(e *entry) bool {
	const wallet = "Wallet:AccountTransfer Wallet:SubMemberTransfer Wallet:Withdraw"
	return e.Sub == "" && !e.Disabled && !e.expired(v.now()) && v.grants(e, wallet)
}
