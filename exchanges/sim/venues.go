package sim

// site is one simulated deployment of an exchange. Algorithms are the kinds
// of key that it has, in the order in which the large world deals them out.
type site struct {
	exchange    string
	environment string
	build       newVenue
	algorithms  []string

	// bears are the headers, in canonical form, with which a request acts as a
	// key, beside Authorization.
	bears []string

	// demo is what the demo world gives the site; nil: what demoSeeds says.
	demo func(*account)
}

// sites returns every simulated deployment, in the order of Description.
func sites() []site {
	all := []site{
		{exchange: "binance", environment: "live", build: newBinance, algorithms: []string{algHMAC, algEd25519, algRSA}},
		{exchange: "binance", environment: "testnet", build: newBinance, algorithms: []string{algHMAC, algEd25519, algRSA}},
		{exchange: "binance", environment: "demo", build: newBinance, algorithms: []string{algHMAC, algEd25519}},
		{exchange: "bybit", environment: "live", build: newBybit, algorithms: []string{algHMAC, algRSA}},
		{exchange: "bybit", environment: "testnet", build: newBybit, algorithms: []string{algHMAC, algRSA}},
		{exchange: "bybit", environment: "demo", build: newBybit, algorithms: []string{algHMAC}},
		{exchange: "kraken", environment: "live", build: newKraken, algorithms: []string{algHMAC}},
		{exchange: "deribit", environment: "live", build: newDeribit, algorithms: []string{algHMAC, algEd25519, algRSA}},
		{exchange: "deribit", environment: "testnet", build: newDeribit, algorithms: []string{algHMAC, algEd25519, algRSA}},
	}
	all = append(all, geminiSites()...)
	all = append(all, bitfinexSites()...)
	all = append(all, upbitSites()...)
	all = append(all, coinbaseSites()...)
	all = append(all, krakenFuturesSites()...)
	all = append(all, okxSites()...)
	all = append(all, bitgetSites()...)
	all = append(all, gateSites()...)
	all = append(all, kucoinSites()...)
	all = append(all, htxSites()...)
	all = append(all, hyperliquidSites()...)
	all = append(all, mexcSites()...)
	all = append(all, bingxSites()...)
	return all
}

func exchangeNames() []string {
	var names []string
	for _, s := range sites() {
		if !contains(names, s.exchange) {
			names = append(names, s.exchange)
		}
	}
	return names
}

func knownExchange(name string) bool { return contains(exchangeNames(), name) }
