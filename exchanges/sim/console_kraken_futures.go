package sim

import (
	"strings"
)

// The rights of a key: a part of the API and a level.
const (
	krakenFuturesRead     = "general:READ_ONLY"
	krakenFuturesTrade    = "general:FULL_ACCESS"
	krakenFuturesTransfer = "transfer:FULL_ACCESS"
)

// page is the page for keys of Kraken's derivatives, as its support pages
// describe it. Whether its IP list takes IPv6 is not documented: here it does
// not. How long a name may be is a guess.
func (v *krakenFutures) page(string) page {
	return page{
		title: "API Keys",
		boxes: []box{
			{krakenFuturesRead, "General API: Read Only", []string{"read"}},
			{krakenFuturesTrade, "General API: Full Access", []string{"read", "futures"}},
			{krakenFuturesTransfer, "Withdrawal API: Full Access", []string{"transfer", "withdraw"}}, // to the owner's Spot account
		},
		label:   labelRule{most: 32},
		ips:     ipRule{cidr: true},
		words:   krakenFuturesWords,
		wordsOf: krakenFuturesWordsOf,
		deny:    krakenFuturesDenies,
	}
}

func krakenFuturesDenies(w wanted) string {
	if contains(w.Words, krakenFuturesRead) && contains(w.Words, krakenFuturesTrade) {
		return "Choose one level for the General API."
	}
	return ""
}

// krakenFuturesWords returns the rights that come closest to permissions of
// the normal form.
func krakenFuturesWords(permissions []string) []string {
	words := []string{}
	has := func(p ...string) bool { return anyOf(p, permissions) }
	switch {
	case has("futures"):
		words = append(words, krakenFuturesTrade)
	case has("read"):
		words = append(words, krakenFuturesRead)
	}
	if has("transfer", "withdraw") {
		words = append(words, krakenFuturesTransfer)
	}
	return words
}

func krakenFuturesWordsOf(e *entry) []string {
	if e.Words != nil {
		return e.Words
	}
	return krakenFuturesWords(e.Permissions)
}

// krakenFuturesGrants reports whether a key has a right; who may trade may
// also look.
func krakenFuturesGrants(e *entry, right string) bool {
	words := krakenFuturesWordsOf(e)
	return contains(words, right) || right == krakenFuturesRead && contains(words, krakenFuturesTrade)
}

// krakenFuturesLevels returns the levels of a key.
func krakenFuturesLevels(e *entry) (general, transfer string) {
	const none = "NO_ACCESS"
	general, transfer = none, none
	for _, word := range krakenFuturesWordsOf(e) {
		switch part, level, _ := strings.Cut(word, ":"); part {
		case "general":
			general = level
		case "transfer":
			transfer = level
		}
	}
	return general, transfer
}
