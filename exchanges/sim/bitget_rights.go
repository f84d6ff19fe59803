package sim

import "slices"

// Words of a key that are no rights: that it is read-only as a whole, which
// keys of unified accounts can be, and that its account is a classic one.
const (
	bitgetReadOnly   = "read_only"
	bitgetClassicKey = "classic"
)

// bitgetCodes are the rights of keys of classic accounts: what the page calls
// them and what they give in the normal form.
var bitgetCodes = []box{
	{"stor", "Spot: read-only", []string{"read"}},
	{"stow", "Spot: read-write", []string{"read", "spot"}},
	{"smor", "Margin: read-only", []string{"read"}},
	{"smow", "Margin: read-write", []string{"read", "margin"}},
	{"coor", "Futures orders: read-only", []string{"read"}},
	{"coow", "Futures orders: read-write", []string{"read", "futures"}},
	{"cpor", "Futures holdings: read-only", []string{"read"}},
	{"cpow", "Futures holdings: read-write", []string{"read", "futures"}},
	{"ttor", "Copy trading: read-only", []string{"read"}},
	{"ttow", "Copy trading: read-write", []string{"read", "other"}},
	{"wtor", "Transfer: read-only", []string{"read"}},
	{"wtow", "Transfer: read-write", []string{"read", "transfer"}},
	{"wwow", "Withdraw", []string{"withdraw"}},
	{"chor", "Sub-accounts: read-only", []string{"read", "admin"}},
	{"chow", "Sub-accounts: read-write", []string{"read", "admin"}},
	{"p2pr", "P2P: read-only", []string{"read"}},
	{"p2p", "P2P: read-write", []string{"read", "other"}},
	{"pllr", "Loans: read-only", []string{"read"}},
	{"pllw", "Loans: read-write", []string{"read", "other"}},
	{"taxr", "Tax: read-only", []string{"read"}},
	{"taxw", "Tax: read-write", []string{"read", "other"}},
}

// bitgetAreas are the rights of keys of unified accounts. Whether they may
// read and write or only read is a switch of the whole key.
var bitgetAreas = []box{
	{bitgetReadOnly, "Read-only", []string{"read"}},
	{"uta_mgt", "Account management", []string{"transfer", "admin"}},
	{"uta_trade", "Trade", []string{"spot", "margin", "futures"}},
	{"copy_futures_order", "Copy trading: orders", []string{"other"}},
	{"copy_futures_position", "Copy trading: holdings", []string{"other"}},
	{"withdraw", "Withdraw", []string{"withdraw"}},
}

// bitgetNormal returns what the words of a key give in the normal form. A
// read-only key may read and nothing else.
func bitgetNormal(words []string) []string {
	granted := map[string]bool{}
	boxes := bitgetCodes
	if !contains(words, bitgetClassicKey) {
		boxes, granted["read"] = bitgetAreas, true
	}
	for _, b := range boxes {
		if !contains(words, b.Value) || contains(words, bitgetReadOnly) {
			continue
		}
		for _, permission := range b.Gives {
			granted[permission] = true
		}
	}
	return inShowingOrder(granted)
}

// bitgetClosest are the codes that come closest to a permission of the normal
// form.
var bitgetClosest = table[[]string]{
	{"spot", []string{"stow"}},
	{"margin", []string{"smow"}},
	{"futures", []string{"coow", "cpow"}},
	{"transfer", []string{"wtow"}},
	{"withdraw", []string{"wwow"}},
	{"admin", []string{"chow"}},
	{"other", []string{"ttow"}},
}

// bitgetClassicWords returns the codes for permissions of the normal form.
func bitgetClassicWords(permissions []string) []string {
	words := append([]string{bitgetClassicKey}, closest(bitgetClosest, permissions)...)
	if contains(permissions, "read") && !contains(words, "stow") {
		words = append(words, "stor")
	}
	return words
}

// bitgetUnifiedWords does the same for keys of unified accounts.
func bitgetUnifiedWords(permissions []string) []string {
	words := []string{}
	for _, b := range bitgetAreas[1:] {
		if anyOf(b.Gives, permissions) && b.Value != "copy_futures_position" {
			words = append(words, b.Value)
		}
	}
	if len(words) == 0 {
		return []string{bitgetReadOnly, "uta_mgt", "uta_trade"}
	}
	return words
}

// bitgetRights returns the words of a key that are rights.
func bitgetRights(e *entry) []string {
	words := append([]string{}, e.Words...) // never nil: JSON wants []
	return slices.DeleteFunc(words, func(word string) bool { return word == bitgetReadOnly || word == bitgetClassicKey })
}

// bitgetPermList are the rights that a key of a classic sub-account is given
// by API, and the codes that they stand for.
var bitgetPermList = []box{
	{"read", "", []string{"stor", "smor", "coor", "cpor", "wtor"}},
	{"spot_trade", "", []string{"stow"}},
	{"margin_trade", "", []string{"smow"}},
	{"contract_trade", "", []string{"coow", "cpow"}},
	{"transfer", "", []string{"wtow"}},
}

// bitgetListed returns the rights of a classic key as the list of a
// sub-account names them.
func bitgetListed(e *entry) []string {
	list := []string{}
	for _, b := range bitgetPermList {
		if anyOf(b.Gives, e.Words) {
			list = append(list, b.Value)
		}
	}
	return list
}

// bitgetSubWords reads such a list.
func bitgetSubWords(permList []string) ([]string, *bitgetError) {
	words := []string{bitgetClassicKey}
	for _, word := range permList {
		i := slices.IndexFunc(bitgetPermList, func(b box) bool { return b.Value == word })
		if i < 0 {
			return nil, bitgetRefusal("40040", "User api key permission setting error")
		}
		words = append(words, bitgetPermList[i].Gives...)
	}
	slices.Sort(words[1:])
	return slices.Compact(words), nil
}
