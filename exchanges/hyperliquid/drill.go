package hyperliquid

import (
	"net/http"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by Hyperliquid's documentation of the info endpoint: "Query a user's
// role", "Retrieve user's perpetuals account summary", "L2 book snapshot" and
// "Retrieve mids for all coins". Nothing is signed to read, so that a test run
// shows the way to the exchange and the account that the key acts for, and
// nothing of the key's signatures.
var course = rest.Course{
	Market:      "BTC",
	Account:     "POST " + infoPath + "#" + askRole + ` {"type":"` + askRole + `","user":"{key}"}`,
	ReadAccount: parseRole,
	Balance:     "POST " + infoPath + `#clearinghouseState {"type":"clearinghouseState","user":"{account}"}`,
	PublicReads: true,
	Book:        "POST " + infoPath + `#l2Book {"type":"l2Book","coin":"{market}"}`,
	Ticker:      "POST " + infoPath + `#allMids {"type":"allMids"}`,
	Broken:      "POST " + infoPath + `#l2Book {"type":"l2Book"`,
	Timeless:    "Hyperliquid's reads are not signed: there is no time in them",
	Unsigned:    "Hyperliquid's reads are not signed",
	Limit:       "a weight of 1200 a minute for an address, of which these prices are 2",
}

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	return course.Calls(rest.Runner{
		API: v.API, Check: check, Public: http.Header{"Content-Type": {"application/json"}},
	}, c, market)
}
