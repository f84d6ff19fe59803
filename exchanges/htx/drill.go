package htx

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// course is by HTX's API documentation for spot: "Get all Accounts of the
// Current User", "Get Account Balance of a Specific Account", "Get Market Depth"
// and "Get Latest Aggregated Ticker". The balance is that of the first account.
var course = rest.Course{
	Market:  "btcusdt",
	Account: "GET /v1/account/accounts",
	ReadAccount: func(r rest.Response) (string, *exchanges.Error) {
		return string(wire.At[wire.Text](r.Body, "data", "0", "id")), nil
	},
	Balance: "GET /v1/account/accounts/{account}/balance",
	Book:    "GET /market/depth?symbol={market}&type=step0&depth=5",
	Ticker:  "GET /market/detail/merged?symbol={market}",
	Usage:   usage,
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	api := v.API
	api.Refusal = olderRefusal
	return course.Calls(rest.Runner{API: api, Check: check}, c, market)
}

// olderRefusal is refusal for the calls of before "code": they say "ok" where all
// is well.
func olderRefusal(r rest.Response) *exchanges.Error {
	if wire.At[wire.Text](r.Body, "status") == "ok" {
		return rest.HTTPError(r)
	}
	return refusal(r)
}
