package sim

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

// page is Bitget's API management, as its documentation and guides describe
// it: the boxes of a unified account on the live site, those of a classic one
// in the demo. That a note may have 26 characters is what guides say.
func (v *bitget) page(env string) page {
	p := page{
		title:      "API Management",
		boxes:      bitgetAreas,
		label:      labelRule{most: 26},
		ips:        ipRule{most: bitgetMostIPs},
		mostKeys:   bitgetMostKeys,
		passphrase: bitgetPassphrase,
		words: func(permissions []string) []string {
			return slices.DeleteFunc(v.words(permissions), func(word string) bool { return word == bitgetClassicKey })
		},
		rights:  bitgetNormal,
		wordsOf: func(e *entry) []string { return e.Words },
		deny:    bitgetDenies,
		manages: v.mayManage,
	}
	if env == "demo" {
		p.boxes = bitgetCodes
		p.rights = func(words []string) []string { return bitgetNormal(append([]string{bitgetClassicKey}, words...)) }
		p.complete = func(w *wanted, _ time.Time) { w.Words = append([]string{bitgetClassicKey}, w.Words...) }
	}
	return p
}

// bitgetPassphrase says what is wrong with one. By API it may consist of
// letters and digits only; of the page that is not known.
func bitgetPassphrase(p string) string {
	if len(p) < 8 || len(p) > 32 || !strings.ContainsFunc(p, unicode.IsLetter) || !strings.ContainsFunc(p, unicode.IsDigit) {
		return "The passphrase must have 8 to 32 characters, letters and digits."
	}
	return ""
}

func bitgetDenies(w wanted) string {
	withdraws := anyOf([]string{"withdraw", "wwow"}, w.Words)
	switch {
	case len(w.Words) == 1 && w.Words[0] == bitgetReadOnly:
		return "Choose what the read-only key may look at."
	case withdraws && w.Sub != "":
		return "API keys of sub-accounts cannot be given Withdraw."
	case withdraws && len(w.IPs) == 0:
		return "Withdraw needs linked IP addresses."
	}
	return ""
}

// bitgetDemoLive is what the demo world has at Bitget: a bot whose key is
// overdue, a managing key, and one of a sub-account that is used elsewhere.
func bitgetDemoLive(a *account) {
	const home, server, sub = "203.0.113.7", "198.51.100.20", "7450012345"
	a.Subs = []string{sub}
	a.Seeds = []seed{
		{Label: "signal-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"}, IPs: []string{home, server},
			Age: 93 * day, LastUsed: 40 * time.Minute},
		{Label: "bg-master", Algorithm: algHMAC, Permissions: []string{"read", "admin"}, IPs: []string{home}, Age: 36 * day},
		{Label: "mirror-bot", Sub: sub, Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{server},
			Age: 79 * day, LastUsed: 5 * time.Minute},
		{Label: "spare-bitget", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home}, Age: time.Hour},
	}
}

// bitgetDemoPaper has a key that is open to every address.
func bitgetDemoPaper(a *account) {
	a.Seeds = []seed{{Label: "bg-paper", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"}, Age: 27 * day, LastUsed: 11 * day}}
}
