package upbit

import (
	"cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by docs.upbit.com: "Get Account Balance", "List Orderbooks" and "List
// Tickers by Trading Pairs".
var course = rest.Course{
	Market:  "KRW-BTC",
	Balance: "GET /v1/accounts",
	Book:    "GET /v1/orderbook?markets={market}",
	Ticker:  "GET /v1/ticker?markets={market}",
	Usage:   func(r rest.Response) string { return usage(r.Header) },
}

// markets are those of sites that do not trade in won.
var markets = map[string]string{"sg": "SGD-BTC", "id": "IDR-BTC", "th": "THB-BTC"}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	return course.Calls(rest.Runner{API: v.API, Check: check}, c, cmp.Or(market, markets[v.Site().ID]))
}
