package sim

import (
	"strings"
	"time"
)

// demoHTXUser is the sub-user that has keys, by its number.
const demoHTXUser = "53990217"

// page is HTX's page for API keys, as its documentation describes it. That a
// name on it may be as long as one that is given by API is assumed.
func (v *htx) page(string) page {
	return page{
		title: "API Management",
		boxes: []box{
			{htxRead, "Read-only", []string{"read"}},
			{htxTrade, "Trade", htxTradeGives},
			{htxWithdraw, "Withdraw", []string{"withdraw"}},
		},
		label:    labelRule{most: htxMostLabel},
		ips:      ipRule{most: htxMostIPs, cidr: true, ipv6: true},
		mostKeys: htxMostKeys,
		words:    htxWords,
		rights:   htxNormal,
		implied:  []string{"admin"},
		wordsOf:  htxWordsOf,
		deny:     htxDenies,
		complete: htxCompletes,
		manages: func(e *entry) bool {
			return len(v.account.Subs) > 0 && !e.expired(v.now()) && htxManages(e.Sub, e.Words)
		},
	}
}

func htxDenies(w wanted) string {
	for _, ip := range w.IPs {
		if !htxAddress(ip) {
			return strings.TrimSpace(ip) + " is a range of IPv6 addresses. Enter single ones."
		}
	}
	if w.Sub != "" && contains(w.Words, htxWithdraw) {
		return "API keys of sub-users cannot be given Withdraw."
	}
	return ""
}

// htxCompletes adds what every key may, what one may besides, and the end that
// a key without a list of addresses has.
func htxCompletes(w *wanted, now time.Time) {
	if !contains(w.Words, htxRead) {
		w.Words = append([]string{htxRead}, w.Words...)
	}
	if htxManages(w.Sub, w.Words) {
		w.Words = append(w.Words, htxManage)
	}
	w.Expires = endOfOpen(w.IPs, w.Expires, now, htxOpenLife)
}

// htxDemo is an account with a key that is open to every address and has three
// weeks left, one that ended like that, one of a sub-user that is overdue, and
// one to look at the account with that its owner has lost sight of.
func htxDemo(a *account) {
	const home, server = "203.0.113.7", "198.51.100.20"
	a.Subs = []string{demoHTXUser}
	trade := []string{"read", "spot"}
	a.Seeds = []seed{
		{Label: "dip-bot", Algorithm: algHMAC, Permissions: trade, Age: 69 * day, Expires: 21 * day, LastUsed: 4 * time.Minute},
		{Label: "htx-admin", Algorithm: algHMAC, Permissions: []string{"read", "admin"}, IPs: []string{home}, Age: 17 * day, LastUsed: 6 * day},
		{Label: "spread-bot", Sub: demoHTXUser, Algorithm: algHMAC, Permissions: trade, IPs: []string{home, server}, Age: 95 * day, LastUsed: time.Minute},
		{Label: "htx-old", Algorithm: algHMAC, Permissions: trade, Age: 150 * day, Expires: -60 * day, LastUsed: 61 * day},
		{Label: "lost-htx", Algorithm: algEd25519, Permissions: []string{"read"}, IPs: []string{home}, Age: 260 * day, LastUsed: 190 * day},
		{Label: "spare-htx", Algorithm: algHMAC, Permissions: trade, IPs: []string{home}, Age: time.Hour},
	}
}
