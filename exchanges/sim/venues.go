package sim

import "slices"

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

	// demo gives the account what it has in the demo world: a trader whose keys show
	// what the dashboard is for. No name says what is wrong with a key, but spare
	// ones nobody has added to keyrota yet, and lost ones nobody remembers.
	demo func(*account)
}

// sites returns every simulated deployment, in the order of Description.
func sites() []site {
	return slices.Concat(
		binanceSites, bybitSites, krakenSites, deribitSites, geminiSites, bitfinexSites, upbitSites, coinbaseSites,
		krakenFuturesSites, okxSites(), bitgetSites(), gateSites, kucoinSites, htxSites, hyperliquidSites, mexcSites, bingxSites,
	)
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
