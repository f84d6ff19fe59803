package sim

import (
	"time"
)

// page is OKX's page for API keys, as its documentation describes it. What a
// name may consist of is documented for keys made by API only.
func (v *okx) page(env string) page {
	p := page{
		title: "API and connections",
		boxes: []box{
			{okxRead, "Read", []string{"read"}},
			{okxTrade, "Trade", okxTradeGives},
			{okxWithdraw, "Withdraw", []string{"withdraw"}},
		},
		label:      labelRule{most: okxMostLabel, unique: true},
		ips:        okxIPRule(),
		mostKeys:   okxMostKeys,
		passphrase: okxPassphrase,
		words:      okxWords,
		rights:     okxNormal,
		implied:    []string{"admin"},
		wordsOf:    okxWordsOf,
		deny:       okxDenies,
		complete:   okxCompletes,
	}
	if env == "live" {
		p.manages = func(e *entry) bool { return !e.Disabled && okxManages(e.Sub, e.Words, e.IPs) }
	}
	return p
}

func okxIPRule() ipRule { return ipRule{most: 20, cidr: true, ipv6: true} }

func okxDenies(w wanted) string {
	if w.Sub != "" && contains(w.Words, okxWithdraw) {
		return "API keys of sub-accounts cannot be given Withdraw."
	}
	return ""
}

// okxCompletes adds what is always ticked, and what a key may besides.
func okxCompletes(w *wanted, _ time.Time) {
	if !contains(w.Words, okxRead) {
		w.Words = append([]string{okxRead}, w.Words...)
	}
	if okxManages(w.Sub, w.Words, w.IPs) {
		w.Words = append(w.Words, okxManage)
	}
}

// okxDemoLive is what the demo world has at OKX: a key that nobody uses any
// more and that the exchange will remove for it, one that manages, one that is
// due soon and one that is long overdue.
func okxDemoLive(a *account) {
	const home, server = "203.0.113.7", "198.51.100.20"
	a.Subs = []string{"carry01"}
	a.Seeds = []seed{
		{Label: "swap-bot", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, Age: 52 * day, LastUsed: 9 * day},
		{Label: "okx-master", Algorithm: algHMAC, Permissions: []string{"read", "admin"}, IPs: []string{home}, Age: 21 * day, LastUsed: 2 * day},
		{Label: "carry-bot", Sub: "carry01", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home, server},
			Age: 83 * day, LastUsed: 3 * time.Minute},
		{Label: "okx-tax", Algorithm: algHMAC, Permissions: []string{"read"}, Age: 140 * day, LastUsed: 31 * day},
		{Label: "spare-okx", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home}, Age: time.Hour},
	}
}

// okxDemoPaper has a key that would be gone, were it one of the live site.
func okxDemoPaper(a *account) {
	a.Seeds = []seed{{Label: "okx-paper", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, Age: 58 * day, LastUsed: 17 * day}}
}
