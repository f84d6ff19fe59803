package bitget

import (
	"net/http"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by www.bitget.com/api-doc: "Get Account Assets" of both generations
// of accounts, "Get OrderBook Depth" and "Get Ticker Information" of the spot
// market, and the error codes. Which generation an account is of shows in the
// answer.
var course = rest.Course{
	Market:      "BTCUSDT",
	Balance:     "GET /api/v3/account/assets",
	BalanceElse: "GET /api/v2/spot/account/assets",
	Book:        "GET /api/v2/spot/market/orderbook?symbol={market}&limit=5",
	Ticker:      "GET /api/v2/spot/market/tickers?symbol={market}",
	Limit:       "6,000 calls a minute for an address",
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	by := rest.Runner{API: v.API, Check: check}
	if v.demo {
		by.Public = http.Header{"Paptrading": {"1"}}
	}
	return course.Calls(by, c, market)
}
