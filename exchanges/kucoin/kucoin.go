// Package kucoin asks KuCoin what an API key may do, and manages the keys of
// sub-accounts there.
//
// GET /api/v1/user/api-key describes the calling key: label, permissions, IP
// list, creation and expiry; any key may make it. Only the last use is missing.
// KuCoin's sites have accounts of their own: a key works at the site where it
// was made, so none is tried in place of another.
//
// A key of a master account makes, lists, changes and deletes those of its
// sub-accounts. To change or delete one, KuCoin wants that key's passphrase
// again. Keys of the master account are managed by hand.
//
// Sources: www.kucoin.com/docs-new (authentication, rate limits, API key
// information, sub-account API), the repositories kucoin-universal-sdk and
// kucoin-api-docs of github.com/Kucoin, and the kucoin-api package of
// tiagosiebler for the unified account and the sites, as of July 2026.
package kucoin

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name KuCoin.
const ID exchanges.ID = "kucoin"

const (
	inspectPath = "/api/v1/user/api-key"
	unifiedPath = "/api/ua/v1/user/api-key" // the same of a unified account
	timePath    = "/api/v1/timestamp"
)

// KuCoin allows an account without VIP level a weight of 2,000 in 30 s for
// calls of this kind, and they weigh 20 or 30 each.
const (
	callsPerSecond   = 2
	callsAtOnce      = 10
	changesPerSecond = 1
)

// Adapter describes KuCoin to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// australian is the site that is told from the global one by a header alone.
const australian = "australia"

const keysPage = "https://www.kucoin.com/account/api"

// able is what can be done at every site.
var able = exchanges.Capabilities{
	Permissions: true, IPList: true, Created: true, Expires: true, Label: true,
	Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys, RevokeWantsPassphrase: true,
}

// sites are the deployments whose API is documented; Turkey and Thailand have
// sites too. There is no testnet any more.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "KuCoin", Environment: exchanges.Live,
		Origin: "https://api.kucoin.com", KeysPage: keysPage, Capabilities: able,
	},
	{
		ID: "eu", Name: "KuCoin EU", Environment: exchanges.Live,
		Origin: "https://api.kucoin.eu", KeysPage: "https://www.kucoin.eu", Capabilities: able,
	},
	{
		ID: australian, Name: "KuCoin Australia", Environment: exchanges.Live, ByHeader: true,
		Origin: "https://api.kucoin.com", KeysPage: keysPage, Capabilities: able,
	},
}

func info() exchanges.Info {
	return exchanges.Info{ID: ID, Name: "KuCoin", Form: form, Guide: guide(), Sites: sites}
}

// venue is one site. A key of a master account manages the keys of its
// sub-accounts there; KuCoin has no call for the master account's own keys.
type venue struct {
	rest.Venue
	site    string
	changes *rate.Limiter
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: rest.Milliseconds(timePath, "data"),
	})
	if err != nil {
		return nil, err
	}
	v := &venue{site: c.Site.ID, changes: rate.NewLimiter(changesPerSecond, 1)}
	v.Venue = rest.Venue{API: rest.API{Client: client, Sign: v.signed, Refusal: refusal}, About: info, Check: check, Trip: &course, Look: v.inspect}
	if v.site == australian {
		v.Public = http.Header{"X-Site-Type": {australian}}
	}
	return v, nil
}

// inspect asks what the exchange says of the calling key. Where the call is
// refused in a way that is no verdict on the key, that of unified accounts may
// do: nothing says which accounts the two are closed to.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	var k key
	err := v.Get(ctx, rest.Call{Credential: c}, inspectPath, rest.Into(&k, parseKey))
	if err != nil && unexplained(err) && v.Get(ctx, rest.Call{Credential: c}, unifiedPath, rest.Into(&k, parseKey)) == nil {
		err = nil
	}
	if err != nil {
		return err
	}
	*out = k.info(c.KeyID, v.site)
	return nil
}

// signed signs a request, and names the site where its address does not.
func (v *venue) signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	r, err := signed(c, r, now)
	if err == nil && v.site == australian {
		r.Header.Set("X-Site-Type", australian)
	}
	return r, err
}

// course is by www.kucoin.com/docs-new: "Get Account List - Spot", "Get Part
// OrderBook" and "Get Ticker".
var course = rest.Course{
	Market:  "BTC-USDT",
	Balance: "GET /api/v1/accounts",
	Book:    "GET /api/v1/market/orderbook/level2_20?symbol={market}",
	Ticker:  "GET /api/v1/market/orderbook/level1?symbol={market}",
	Usage:   usage,
}
