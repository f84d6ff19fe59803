package bingx

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by bingx-api.github.io/docs: of perpetual swaps, which are what demo
// trading has, "Query account data", "Order Book" and "24hr Ticker Price Change".
var course = rest.Course{
	Market:  "BTC-USDT",
	Balance: "GET /openApi/swap/v2/user/balance",
	Book:    "GET /openApi/swap/v2/quote/depth?symbol={market}&limit=5&timestamp={ms}",
	Ticker:  "GET /openApi/swap/v2/quote/ticker?symbol={market}&timestamp={ms}",
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	return course.Calls(rest.Runner{API: v.API, Check: check}, c, market)
}
