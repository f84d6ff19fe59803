package sim

import (
	"slices"
	"time"
)

// page is the page on which the owner of the master wallet authorizes API
// wallets: a name, an address, and for how many days. An address can be that of
// a pair that somebody made elsewhere; else the page makes one. A name in use
// replaces the wallet that has it.
func (v *hyperliquid) page(string) page {
	return page{
		title:    "API (API wallets)",
		label:    labelRule{most: hyperliquidMostName},
		ips:      ipRule{none: true},
		mostKeys: v.mostNamed() + 1, // one without a name, which the page cannot make
		makes:    []string{algWallet},
		readID: func(text string) (id, bad string) {
			if text == "" {
				return "", ""
			}
			id, ok := readAddress(text)
			if !ok {
				return "", "The address of an API wallet is 0x and 40 digits, 0 to 9 and a to f."
			}
			return id, ""
		},
		replaces: true,
		expiry:   true,
		mostDays: hyperliquidMostDays,
		words:    func([]string) []string { return nil },
		wordsOf:  func(*entry) []string { return nil },
		rights:   func([]string) []string { return slices.Clone(hyperliquidRights) },
		deny:     v.cannotApprove,
		complete: func(w *wanted, now time.Time) {
			if w.Expires.IsZero() { // an edit does not prolong it
				w.Expires = now.Add(hyperliquidLife)
			}
		},
	}
}

// demoHyperliquid has three agents and, by a sub-account, room for two more.
func demoHyperliquid(a *account) {
	a.Balances = map[string]float64{"USDC": 6_480.25, "ETH": 0.8, "PURR": 12_000}
	a.SubWallets = 1
	a.Seeds = []seed{
		{Label: "hl-perp-bot", Algorithm: algWallet, Age: 91 * day, Expires: 30 * day, LastUsed: 40 * time.Second},
		{Label: "hl-vault-bot", Algorithm: algWallet, Age: 84 * day, Expires: 6 * day, LastUsed: 3 * time.Hour},
		{Label: "spare-hl", Algorithm: algWallet, Age: time.Hour, Expires: hyperliquidLife},
	}
}

func demoHyperliquidPaper(a *account) {
	a.Balances = map[string]float64{"USDC": 999}
	a.Seeds = []seed{{Label: "hl-paper", Algorithm: algWallet, Age: 19 * day, Expires: hyperliquidLife - 19*day, LastUsed: day}}
}
