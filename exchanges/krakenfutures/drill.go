package krakenfutures

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by docs.kraken.com, Futures: "Get wallets", "Get orderbook" and "Get
// ticker by symbol".
var course = rest.Course{
	Market:   "PF_XBTUSD",
	Balance:  "GET " + walletsPath,
	Book:     "GET /derivatives/api/v3/orderbook?symbol={market}",
	Ticker:   "GET /derivatives/api/v3/tickers/{market}",
	Timeless: "keyrota signs these calls without a nonce, which Kraken allows: there is no time in them",
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	return course.Calls(rest.Runner{API: v.API, Check: check}, c, market)
}
