package mexc

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by MEXC's spot v3 API documentation: "Account Information", "Order
// Book" and "Symbol Order Book Ticker".
var course = rest.Course{
	Market:  "BTCUSDT",
	Balance: "GET " + accountPath,
	Book:    "GET /api/v3/depth?symbol={market}&limit=5",
	Ticker:  "GET /api/v3/ticker/bookTicker?symbol={market}",
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	return course.Calls(rest.Runner{API: v.API, Check: check}, c, market)
}
