package sim

import "time"

// demoGateScout is the sub-account that has keys, by its number.
const demoGateScout = "53880417"

var gateSites = []site{
	{exchange: "gate", environment: "live", build: newGate, algorithms: []string{algHMAC}, bears: []string{"Key"}, demo: demoGate},
	{exchange: "gate", environment: "testnet", build: newGate, algorithms: []string{algHMAC}, bears: []string{"Key"}, demo: demoGatePaper},
}

// demoGate is an account in good use, but for a key from before the rule that
// one without a list of addresses ends after 90 days: nobody has used it for
// most of a year.
func demoGate(a *account) {
	const home, server, office = "203.0.113.7", "198.51.100.20", "192.0.2.44"
	a.Subs = []string{demoGateScout}
	a.Seeds = []seed{
		{Label: "lend-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot", "earn"},
			IPs: []string{home, server}, Age: 84 * day, LastUsed: 12 * time.Minute},
		{Label: "gate-admin", Algorithm: algHMAC, Permissions: []string{"read", "admin"}, IPs: []string{home, office}, Age: 22 * day, LastUsed: 9 * day},
		{Label: "scout-bot", Sub: demoGateScout, Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"},
			IPs: []string{home, server}, Age: 41 * day, LastUsed: 3 * time.Minute},
		{Label: "gate-old", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, Age: 310 * day, LastUsed: 200 * day},
		{Label: "spare-gate", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{home}, Age: time.Hour},
	}
}

func demoGatePaper(a *account) {
	a.Seeds = []seed{{
		Label: "gate-paper", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"},
		Age: 30 * day, Expires: gateOpenLife - 30*day, LastUsed: 2 * day,
	}}
}
