package binance

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by Binance's Spot REST API: "Account information", "Order book",
// "Symbol order book ticker", and its limits and errors. The three weigh 27 of
// 6000.
var course = rest.Course{
	Market:  "BTCUSDT",
	Balance: "GET " + accountPath,
	Book:    "GET /api/v3/depth?symbol={market}&limit=5",
	Ticker:  "GET /api/v3/ticker/bookTicker?symbol={market}",
	Usage:   func(r rest.Response) string { return usage(r, "X-Mbx-Used-Weight-1m", "6000") },
	Limit:   "a weight of 6000 a minute for an address, of which a ticker is 2",
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	return course.Calls(rest.Runner{API: v.API, Check: check}, c, market)
}
