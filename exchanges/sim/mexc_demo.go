package sim

import "time"

// demoMexcSniper is the sub-account that has keys, by its name.
const demoMexcSniper = "sniperdesk1"

var mexcSites = []site{{
	exchange: "mexc", environment: "live", build: newMexc, algorithms: []string{algHMAC},
	bears: []string{"X-Mexc-Apikey", "Apikey"}, demo: demoMexc,
}}

// demoMexc is an account with a bot whose key is open to every address, and
// will end two weeks from now without anybody being told.
func demoMexc(a *account) {
	const home, server = "203.0.113.7", "198.51.100.20"
	a.Subs = []string{demoMexcSniper}
	a.Seeds = []seed{
		{Label: "alt-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot"},
			Age: 77 * day, Expires: mexcOpenLife - 77*day, LastUsed: 4 * time.Minute},
		{Label: "mexc-master", Algorithm: algHMAC, Permissions: []string{"read"}, IPs: []string{home}, Age: 28 * day, LastUsed: 11 * day},
		{Label: "sniper-bot", Sub: demoMexcSniper, Algorithm: algHMAC, Permissions: []string{"read", "spot"},
			IPs: []string{home, server}, Age: 50 * day, LastUsed: 30 * time.Second},
		{Label: "spare-mexc", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home}, Age: time.Hour},
	}
}
