package gate

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by Gate's API v4 documentation, Spot: "List spot trading accounts",
// "Get market depth information", "Get currency pair ticker information", and
// the error labels.
var course = rest.Course{
	Market:  "BTC_USDT",
	Balance: "GET " + base + "/spot/accounts",
	Book:    "GET " + base + "/spot/order_book?currency_pair={market}&limit=5",
	Ticker:  "GET " + base + "/spot/tickers?currency_pair={market}",
	Usage:   usage,
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	return course.Calls(rest.Runner{API: v.API, Check: check}, c, market)
}
