package bybit

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by Bybit's V5 API: "Get Wallet Balance", "Get Orderbook", "Get
// Tickers", "Rate Limit Rules" and "Error Codes".
var course = rest.Course{
	Market:  "BTCUSDT",
	Balance: "GET /v5/account/wallet-balance?accountType=UNIFIED",
	Book:    "GET /v5/market/orderbook?category=spot&symbol={market}&limit=5",
	Ticker:  "GET /v5/market/tickers?category=spot&symbol={market}",
	Usage:   usage,
	Limit:   "600 calls in 5 s for an address",
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	return course.Calls(rest.Runner{API: v.API, Check: check}, c, market)
}
