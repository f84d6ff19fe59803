package coinbase

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by docs.cdp.coinbase.com, Advanced Trade: "List Accounts", "Get
// Public Product Book" and "Get Public Market Trades", which has the best bid and
// ask beside the trades.
var course = rest.Course{
	Market:  "BTC-USD",
	Balance: "GET /api/v3/brokerage/accounts",
	Book:    "GET /api/v3/brokerage/market/product_book?product_id={market}&limit=5",
	Ticker:  "GET /api/v3/brokerage/market/products/{market}/ticker?limit=1",
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	return course.Calls(rest.Runner{API: v.API, Check: check}, c, market)
}
