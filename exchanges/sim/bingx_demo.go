package sim

import "time"

// demoBingxScalper is the sub-account that has keys, by its number.
const demoBingxScalper = "53880921"

var bingxSites = []site{
	{exchange: "bingx", environment: "live", build: newBingx, algorithms: []string{algHMAC}, bears: []string{"X-Bx-Apikey"}, demo: demoBingx},
	{exchange: "bingx", environment: "demo", build: newBingx, algorithms: []string{algHMAC}, bears: []string{"X-Bx-Apikey"}, demo: demoBingxPaper},
}

// demoBingx is an account with a bot for futures whose key is older than it
// should be, and one in a sub-account that is not.
func demoBingx(a *account) {
	const home, server = "203.0.113.7", "198.51.100.20"
	a.Subs = []string{demoBingxScalper}
	a.Seeds = []seed{
		{Label: "hedge2-bot", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, IPs: []string{home, server}, Age: 99 * day, LastUsed: 5 * time.Minute},
		{Label: "bx-master", Algorithm: algHMAC, Permissions: []string{"read", "admin"}, IPs: []string{home}, Age: 36 * day, LastUsed: 13 * day},
		{Label: "scalp2-bot", Sub: demoBingxScalper, Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"},
			IPs: []string{home, server}, Age: 57 * day, LastUsed: time.Minute},
		{Label: "spare-bingx", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home}, Age: time.Hour},
	}
}

// demoBingxPaper is a key that is open to every address and lives because it is
// used.
func demoBingxPaper(a *account) {
	a.Seeds = []seed{{Label: "bx-paper", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, Age: 35 * day, LastUsed: 7 * time.Hour}}
}
