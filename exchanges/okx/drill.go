package okx

import (
	"net/http"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by www.okx.com/docs-v5: "Get balance", "Get order book", "Get
// ticker" and the error codes. Demo trading has prices of its own, for which the
// header goes with public calls too.
var course = rest.Course{
	Market:  "BTC-USDT",
	Balance: "GET /api/v5/account/balance",
	Book:    "GET /api/v5/market/books?instId={market}&sz=5",
	Ticker:  "GET /api/v5/market/ticker?instId={market}",
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	by := rest.Runner{API: v.API, Check: check}
	if v.env == exchanges.Demo {
		by.Public = http.Header{"x-simulated-trading": {"1"}}
	}
	return course.Calls(by, c, market)
}
