package sim

import "time"

// demoKucoinDesk is the sub-account that has keys, by its name.
const demoKucoinDesk = "mmdesk2"

var kucoinSites = []site{{
	exchange: "kucoin", environment: "live", build: newKucoin, algorithms: []string{algHMAC},
	bears: []string{"Kc-Api-Key"}, demo: demoKucoin,
}}

// demoKucoin is an account with a bot whose key ends soon, and a key for
// exports that was never used, from anywhere.
func demoKucoin(a *account) {
	const home, server, office = "203.0.113.7", "198.51.100.20", "192.0.2.44"
	a.Subs = []string{demoKucoinDesk}
	a.Seeds = []seed{
		{Label: "rebal-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot", "transfer"},
			IPs: []string{home, server}, Age: 81 * day, Expires: 9 * day, LastUsed: 7 * time.Minute},
		{Label: "ku-master", Algorithm: algHMAC, Permissions: []string{"read"}, IPs: []string{home, office}, Age: 19 * day, LastUsed: 6 * day},
		{Label: "mm2-bot", Sub: demoKucoinDesk, Algorithm: algHMAC, Permissions: []string{"read", "spot", "margin", "futures"},
			IPs: []string{home, server}, Age: 94 * day, LastUsed: time.Minute},
		{Label: "ku-export", Algorithm: algHMAC, Permissions: []string{"read"}, Age: 60 * day},
		{Label: "spare-kucoin", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home}, Age: time.Hour},
	}
}
