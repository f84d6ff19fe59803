package sim

import "slices"

// site is one simulated deployment of an exchange. Algorithms are the kinds
// of key that it takes, in the order in which the large world deals them out.
type site struct {
	exchange    string
	environment string
	build       newVenue
	algorithms  []string
}

// sites returns every simulated deployment, in the order of Description.
func sites() []site {
	return []site{
		{"binance", "live", newBinance, []string{algHMAC, algEd25519, algRSA}},
		{"binance", "testnet", newBinance, []string{algHMAC, algEd25519, algRSA}},
		{"binance", "demo", newBinance, []string{algHMAC, algEd25519}},
		{"bybit", "live", newBybit, []string{algHMAC, algRSA}},
		{"bybit", "testnet", newBybit, []string{algHMAC, algRSA}},
		{"bybit", "demo", newBybit, []string{algHMAC}},
		{"kraken", "live", newKraken, []string{algHMAC}},
		{"deribit", "live", newDeribit, []string{algHMAC, algEd25519, algRSA}},
		{"deribit", "testnet", newDeribit, []string{algHMAC, algEd25519, algRSA}},
	}
}

func exchangeNames() []string {
	var names []string
	for _, s := range sites() {
		if !slices.Contains(names, s.exchange) {
			names = append(names, s.exchange)
		}
	}
	return names
}

func knownExchange(name string) bool { return slices.Contains(exchangeNames(), name) }
