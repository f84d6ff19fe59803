package sim

import "slices"

// The permissions of HTX, and one that no list names: a key of the parent user
// that may trade also manages the keys of its sub-users.
const (
	htxRead     = "readOnly"
	htxTrade    = "trade"
	htxWithdraw = "withdraw"
	htxManage   = "sub-users"
)

// htxTradeGives is what the right to trade opens: one key serves spot and
// contracts, and no finer right exists.
var htxTradeGives = []string{"spot", "margin", "futures", "options", "transfer"}

// htxWords returns the rights that come closest to permissions of the normal
// form. Every key may read.
func htxWords(permissions []string) []string {
	words := []string{htxRead}
	if anyOf(append([]string{"admin"}, htxTradeGives...), permissions) {
		words = append(words, htxTrade)
	}
	if contains(permissions, "withdraw") {
		words = append(words, htxWithdraw)
	}
	return words
}

// htxWordsOf returns the rights of a key with the one that follows from others.
func htxWordsOf(e *entry) []string {
	words := slices.DeleteFunc(slices.Clone(e.Words), func(word string) bool { return word == htxManage })
	if htxManages(e.Sub, words) {
		words = append(words, htxManage)
	}
	return words
}

func htxManages(sub string, words []string) bool {
	return sub == "" && contains(words, htxTrade)
}

// htxNormal returns what rights give in the normal form.
func htxNormal(words []string) []string {
	granted := map[string]bool{"read": true, "withdraw": contains(words, htxWithdraw), "admin": contains(words, htxManage)}
	for _, permission := range htxTradeGives {
		granted[permission] = contains(words, htxTrade)
	}
	return inShowingOrder(granted)
}

// htxPermits says why a key may not use a right, or nil.
func htxPermits(key *entry, right string) *htxRefusal {
	if contains(key.Words, right) {
		return nil
	}
	return htxUnsigned("API key has no permission")
}
