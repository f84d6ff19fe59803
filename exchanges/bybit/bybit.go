// Package bybit asks Bybit what an API key may do, and manages keys there.
//
// GET /v5/user/query-api describes the calling key: label, permissions, IP
// list, creation and expiry; any key may make it. Only the last use is missing.
// Bybit is a family of sites with their own accounts: a key works at the site
// where it was made and nowhere else, so none is tried in place of another.
//
// A key can change and delete itself. A key of a master account also makes,
// lists, changes and deletes those of its sub-accounts; keys of the master
// account are made on the web site. Keys of demo trading are managed there
// too: by API it would take a live key, which is none of their business.
//
// Sources: bybit-exchange.github.io/docs (V5: integration guidance, User, error
// codes, rate limits, demo trading) and the bybit-exchange/docs repository, as
// of July 2026.
package bybit

import (
	"context"
	"errors"
	"math"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ID is how files and commands name Bybit.
const ID exchanges.ID = "bybit"

const (
	inspectPath = "/v5/user/query-api"
	timePath    = "/v5/market/time"
)

// Bybit allows an account 10 of these calls a second, and an address 600 of
// any kind in 5 s.
const (
	callsPerSecond = 8
	callsAtOnce    = 10
)

// Bybit allows an account one new key a second, and five other changes.
const changesPerSecond = 1

// Adapter describes Bybit to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// What can be done at a site: with demo keys, where keys are not made by API, and
// elsewhere.
var (
	told = exchanges.Capabilities{
		Permissions: true, IPList: true, Created: true, Expires: true, Label: true,
		KeyPair: exchanges.RSA,
	}
	unmade = exchanges.Capabilities{
		Permissions: true, IPList: true, Created: true, Expires: true, Label: true,
		KeyPair: exchanges.RSA,
		List:    true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys, RevokesItself: true,
	}
	managed = exchanges.Capabilities{
		Permissions: true, IPList: true, Created: true, Expires: true, Label: true,
		KeyPair: exchanges.RSA,
		Create:  true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys, RevokesItself: true,
	}
)

const keysPage = "/app/user/api-management"

// sites are the deployments that Bybit documents. Where only the address of a
// site is documented, and not the page for keys, its front page stands in.
var sites = []exchanges.Site{
	{ID: "global", Name: "Bybit", Environment: exchanges.Live, Origin: "https://api.bybit.com", KeysPage: "https://www.bybit.com" + keysPage, Capabilities: managed},
	{ID: "bytick", Name: "Bybit by its second address", Environment: exchanges.Live, Origin: "https://api.bytick.com", KeysPage: "https://www.bybit.com" + keysPage, Capabilities: managed},
	{ID: "eu", Name: "Bybit EU", Environment: exchanges.Live, Origin: "https://api.bybit.eu", KeysPage: "https://www.bybit.eu/en-EU/app/user/add-secret-key?type=system", Capabilities: unmade},
	{ID: "nl", Name: "Bybit Netherlands", Environment: exchanges.Live, Origin: "https://api.bybit.nl", KeysPage: "https://www.bybit.nl", Capabilities: managed},
	{ID: "tr", Name: "Bybit Türkiye", Environment: exchanges.Live, Origin: "https://api.bybit.tr", KeysPage: "https://www.bybit.tr", Capabilities: managed},
	{ID: "kz", Name: "Bybit Kazakhstan", Environment: exchanges.Live, Origin: "https://api.bybit.kz", KeysPage: "https://www.bybit.kz", Capabilities: managed},
	{ID: "ge", Name: "Bybit Georgia", Environment: exchanges.Live, Origin: "https://api.bybitgeorgia.ge", KeysPage: "https://www.bybitgeorgia.ge", Capabilities: managed},
	{ID: "ae", Name: "Bybit UAE", Environment: exchanges.Live, Origin: "https://api.bybit.ae", KeysPage: "https://www.bybit.ae", Capabilities: managed},
	{ID: "id", Name: "Bybit Indonesia", Environment: exchanges.Live, Origin: "https://api.bybit.id", KeysPage: "https://www.bybit.id", Capabilities: managed},
	{ID: "jp", Name: "Bybit Japan", Environment: exchanges.Live, Origin: "https://api.manepa.jp", KeysPage: "https://www.manepa.jp", Capabilities: managed},
	{
		ID: "global", Name: "Bybit Testnet", Environment: exchanges.Testnet,
		Origin: "https://api-testnet.bybit.com", KeysPage: "https://testnet.bybit.com" + keysPage, Capabilities: managed,
	},
	{
		ID: "jp", Name: "Bybit Japan Testnet", Environment: exchanges.Testnet,
		Origin: "https://api-testnet.manepa.jp", KeysPage: "https://testnet.manepa.jp", Capabilities: managed,
	},
	{
		ID: "global", Name: "Bybit Demo Trading", Environment: exchanges.Demo,
		Origin: "https://api-demo.bybit.com", KeysPage: "https://www.bybit.com" + keysPage, Capabilities: told,
	},
}

func info() exchanges.Info {
	return exchanges.Info{ID: ID, Name: "Bybit", Form: form, Guide: guide(), Sites: sites}
}

// venue is one site.
type venue struct{ rest.Venue }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: &rest.TimeCall{Path: timePath, Read: readTime},
	})
	if err != nil {
		return nil, err
	}
	v := &venue{rest.Venue{API: rest.API{Client: client, Sign: signed, Refusal: refusal}, About: info, Check: check, Trip: &course}}
	v.Look = v.inspect
	m := &manager{v, rate.NewLimiter(changesPerSecond, 1)}
	switch can := c.Site.Capabilities; {
	case can.Create:
		return &maker{m}, nil
	case can.Revoke:
		return m, nil
	}
	return v, nil
}

// inspect asks what the exchange says of the calling key.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	k, err := v.ask(ctx, c)
	if err != nil {
		return err
	}
	*out = k.info(c.KeyID)
	return nil
}

// ask makes the calling key describe itself.
func (v *venue) ask(ctx context.Context, c exchanges.Credential) (k key, err error) {
	err = v.Get(ctx, rest.Call{Credential: c}, inspectPath, rest.Into(&k, parseKey))
	return k, err
}

// readTime reads the finest of the three clocks that the answer has.
func readTime(r rest.Response) (time.Time, error) {
	for _, clock := range []struct {
		tick time.Duration
		at   []string
	}{{time.Nanosecond, []string{"result", "timeNano"}}, {time.Millisecond, []string{"time"}}, {time.Second, []string{"result", "timeSecond"}}} {
		if n := wire.At[wire.Int](r.Body, clock.at...); n.Value > 0 && n.Value < math.MaxInt64/int64(clock.tick) {
			return time.Unix(0, n.Value*int64(clock.tick)), nil
		}
	}
	return time.Time{}, errors.New("no time")
}

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
