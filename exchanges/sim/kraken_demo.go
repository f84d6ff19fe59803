package sim

import "time"

var krakenSites = []site{
	{exchange: "kraken", environment: "live", build: newKraken, algorithms: []string{algHMAC}, bears: []string{"Api-Key"}, demo: demoKraken},
}

// demoKraken is an account with a key that is long overdue, one with a second
// factor, and one that is switched off.
func demoKraken(a *account) {
	a.Seeds = []seed{
		{Label: "dca-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: 52 * day, LastUsed: 20 * time.Minute},
		{Label: "rebalancer", Algorithm: algHMAC, Permissions: []string{"read", "spot", "earn"}, Age: 263 * day, LastUsed: 9 * day},
		{Label: "portfolio", Algorithm: algHMAC, Permissions: []string{"read"}, IPs: []string{demoHome}, Age: 12 * day, SecondFactor: true},
		{Label: "old-laptop", Algorithm: algHMAC, Permissions: []string{"read", "spot", "withdraw"}, Age: 400 * day,
			LastUsed: 210 * day, Disabled: true},
		{Label: "spare-kraken", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: time.Hour},
	}
}
