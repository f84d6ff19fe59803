package sim

import "time"

// demoMarketMaker is the sub-account that has keys, by its number.
const demoMarketMaker = "53888001"

var bybitSites = []site{
	{exchange: "bybit", environment: "live", build: newBybit, algorithms: []string{algHMAC, algRSA}, bears: []string{"X-Bapi-Api-Key"}, demo: demoBybit},
	{exchange: "bybit", environment: "testnet", build: newBybit, algorithms: []string{algHMAC, algRSA}, bears: []string{"X-Bapi-Api-Key"}, demo: demoBybitPaper},
	{exchange: "bybit", environment: "demo", build: newBybit, algorithms: []string{algHMAC}, bears: []string{"X-Bapi-Api-Key"}, demo: func(*account) {}},
}

// demoBybit is an account with a key that is open to every address, which lives
// 90 days there, one that does not work from here, and a managing key whose
// sub-account has a key that nobody remembers.
func demoBybit(a *account) {
	a.Subs = []string{demoMarketMaker}
	a.Seeds = []seed{
		{Label: "perp-bot", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "transfer"},
			Age: 78 * day, Expires: 12 * day, LastUsed: time.Hour},
		{Label: "hedge-bot", Algorithm: algHMAC, Permissions: []string{"read", "futures", "options"},
			IPs: []string{demoOffice}, Age: 45 * day, LastUsed: 5 * day},
		{Label: "subs", Algorithm: algHMAC, Permissions: []string{"read", "transfer", "admin"},
			Words: []string{"Wallet:AccountTransfer", "Wallet:SubMemberTransfer"}, IPs: []string{demoHome}, Age: 30 * day, LastUsed: 16 * day},
		{Label: "mm-bot", Sub: demoMarketMaker, Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures"},
			IPs: []string{demoHome}, Age: 66 * day, LastUsed: time.Minute},
		{Label: "lost-vps", Sub: demoMarketMaker, Algorithm: algHMAC, Permissions: []string{"read", "futures"},
			IPs: []string{demoOffice}, Age: 140 * day, LastUsed: 90 * day},
		{Label: "spare-bybit", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, IPs: []string{demoHome}, Age: time.Hour},
	}
}

func demoBybitPaper(a *account) {
	a.Seeds = []seed{
		{Label: "paper-perp", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, Age: 25 * day, Expires: 65 * day, LastUsed: 6 * time.Hour},
	}
}
