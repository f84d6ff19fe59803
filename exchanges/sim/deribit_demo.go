package sim

import "time"

var deribitSites = []site{
	{exchange: "deribit", environment: "live", build: newDeribit, algorithms: []string{algHMAC, algEd25519, algRSA}, demo: demoDeribit},
	{exchange: "deribit", environment: "testnet", build: newDeribit, algorithms: []string{algHMAC, algEd25519, algRSA}, demo: demoDeribitPaper},
}

// demoDeribit is an account with a key that is overdue and one with which keys
// are managed.
func demoDeribit(a *account) {
	a.Seeds = []seed{
		{Label: "vol-desk", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "options"},
			IPs: []string{demoHome}, Age: 118 * day, LastUsed: 4 * time.Hour},
		{Label: "key-admin", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "options", "admin"},
			Words: []string{"account:read_write", "trade:read_write", "wallet:read"}, IPs: []string{demoHome}, Age: 15 * day, LastUsed: 2 * day},
		{Label: "spare-deribit", Algorithm: algHMAC, Permissions: []string{"read", "spot"}, IPs: []string{demoHome}, Age: time.Hour},
	}
}

// demoDeribitPaper is an account with an authenticator.
func demoDeribitPaper(a *account) {
	a.Authenticator = newMaterial("authenticator", "deribit/testnet").text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32) // base32
	a.Seeds = []seed{
		{Label: "paper-options", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "options"}, Age: 61 * day, LastUsed: 12 * day},
		{Label: "test-admin", Algorithm: algHMAC, Permissions: []string{"read", "spot", "futures", "options", "admin"},
			Words: []string{"account:read_write", "trade:read_write", "wallet:read"}, Age: 5 * day, LastUsed: 3 * day},
	}
}
