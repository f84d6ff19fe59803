package sim

import "time"

// demoArbitrage is the sub-account that has keys.
const demoArbitrage = "arb@example.com"

var binanceSites = []site{
	{exchange: "binance", environment: "live", build: newBinance, algorithms: []string{algHMAC, algEd25519, algRSA}, bears: []string{"X-Mbx-Apikey"}, demo: demoBinance},
	{exchange: "binance", environment: "testnet", build: newBinance, algorithms: []string{algHMAC, algEd25519, algRSA}, bears: []string{"X-Mbx-Apikey"}, demo: demoBinancePaper},
	{exchange: "binance", environment: "demo", build: newBinance, algorithms: []string{algHMAC, algEd25519}, bears: []string{"X-Mbx-Apikey"}, demo: demoBinancePractice},
}

// demoBinance is an account with a key that is overdue and one that will be
// soon, one that may withdraw, one that does not work from here, and a managing
// key whose sub-account has a key that nobody remembers.
func demoBinance(a *account) {
	a.Subs = []string{demoArbitrage, "yield@example.com"}
	a.Seeds = []seed{
		{Label: "grid-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"},
			IPs: []string{demoHome, demoServer}, Age: 97 * day, LastUsed: 2 * time.Minute},
		{Label: "treasury", Algorithm: algEd25519, Permissions: []string{"read", "transfer", "withdraw"},
			IPs: []string{demoHome, demoServer}, Age: 20 * day, LastUsed: 3 * day},
		{Label: "tax-export", Algorithm: algRSA, Permissions: []string{"read"}, Age: 81 * day, LastUsed: 26 * day},
		{Label: "scalper", Algorithm: algHMAC, Permissions: []string{"read", "spot", "margin"},
			IPs: []string{demoOffice}, Age: 33 * day, LastUsed: 5 * day},
		{Label: "sub-admin", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: 25 * day, LastUsed: 8 * day},
		{Label: "arb-bot", Sub: demoArbitrage, Algorithm: algHMAC, Permissions: []string{"read", "spot"},
			IPs: []string{demoHome}, Age: 48 * day, LastUsed: 10 * time.Minute},
		{Label: "lost-laptop", Sub: demoArbitrage, Algorithm: algHMAC, Permissions: []string{"read", "spot"},
			IPs: []string{demoHome}, Age: 210 * day, LastUsed: 3 * time.Minute},
		{Label: "spare-binance", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: time.Hour},
	}
}

func demoBinancePaper(a *account) {
	a.Seeds = []seed{
		{Label: "paper", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, Age: 40 * day, LastUsed: time.Hour},
	}
}

func demoBinancePractice(a *account) {
	a.Seeds = []seed{
		{Label: "practice", Algorithm: algEd25519, Permissions: []string{"read", "spot"}, Age: 9 * day, LastUsed: day},
	}
}
