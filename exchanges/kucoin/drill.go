package kucoin

import (
	"net/http"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by www.kucoin.com/docs-new: "Get Account List - Spot", "Get Part
// OrderBook" and "Get Ticker".
var course = rest.Course{
	Market:  "BTC-USDT",
	Balance: "GET /api/v1/accounts",
	Book:    "GET /api/v1/market/orderbook/level2_20?symbol={market}",
	Ticker:  "GET /api/v1/market/orderbook/level1?symbol={market}",
	Usage:   usage,
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	by := rest.Runner{API: v.API, Check: check}
	if v.site == australian {
		by.Public = http.Header{"X-Site-Type": {australian}}
	}
	return course.Calls(by, c, market)
}
