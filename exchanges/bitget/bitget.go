// Package bitget asks Bitget what an API key may do, and manages the keys of
// sub-accounts there.
//
// Bitget has accounts of two generations, unified and classic, with a call of
// its own each that describes the calling key: its rights and its IP list, and
// nothing else. Which one an account is shows in the answers. keyrota asks the
// unified call first.
//
// A key of a main account makes, lists and changes those of its sub-accounts.
// On a unified account it deletes them too; on a classic one that is done by
// hand, as is everything about keys of the main account itself. To change a
// key, Bitget wants its passphrase again.
//
// Demo trading is at the same host as live trading and has keys of its own: a
// header, which is not signed, tells its calls from live ones. Whether it has
// sub-accounts is not documented.
//
// Sources: www.bitget.com/api-doc (quick start, signature, error codes,
// account and sub-account pages of both generations), the bitget-api package
// of tiagosiebler and ccxt, as of July 2026.
package bitget

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Bitget.
const ID exchanges.ID = "bitget"

const (
	unifiedPath = "/api/v3/account/info"
	classicPath = "/api/v2/spot/account/info"
	timePath    = "/api/v2/public/time"
)

// Bitget allows an account 5 of most calls a second, but one of the classic
// description of a key, and an address 6,000 calls a minute.
const (
	callsPerSecond   = 4
	callsAtOnce      = 4
	classicPerSecond = 0.9
	changesPerSecond = 1
)

// Adapter describes Bitget to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

const origin, keysPage = "https://api.bitget.com", "https://www.bitget.com"

// sites are two of one host: a header tells demo trading.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "Bitget", Environment: exchanges.Live, Origin: origin, KeysPage: keysPage,
		Capabilities: exchanges.Capabilities{
			Permissions: true, IPList: true,
			Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys,
		},
	},
	{
		ID: "global", Name: "Bitget Demo Trading", Environment: exchanges.Demo, Origin: origin, KeysPage: keysPage, ByHeader: true,
		Capabilities: exchanges.Capabilities{Permissions: true, IPList: true},
	},
}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "Bitget", Form: form, Guide: guide(), Sites: sites,
		Aliases: map[exchanges.Environment][]string{exchanges.Live: {"capi.bitget.com"}},
	}
}

// venue is one site.
type venue struct {
	rest.Venue
	classic *rate.Limiter
	demo    bool
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: rest.Milliseconds(timePath, "data", "serverTime"),
	})
	if err != nil {
		return nil, err
	}
	v := &venue{classic: rate.NewLimiter(classicPerSecond, 1), demo: c.Site.Environment == exchanges.Demo}
	v.Venue = rest.Venue{API: rest.API{Client: client, Sign: v.signed, Refusal: refusal}, About: info, Check: check, Trip: &course, Look: v.inspect}
	if v.demo {
		v.Public = http.Header{"Paptrading": {"1"}}
	}
	if c.Site.Capabilities.Reach == exchanges.NoKeys {
		return v, nil
	}
	return &manager{v, rate.NewLimiter(changesPerSecond, 1)}, nil
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

// ask makes the calling key describe itself. A refusal by the unified call that
// is no verdict on the key is taken for that of a classic account, since no
// code is documented for it.
func (v *venue) ask(ctx context.Context, c exchanges.Credential) (k key, err error) {
	err = v.Get(ctx, rest.Call{Credential: c}, unifiedPath, rest.Into(&k, parseKey))
	if err == nil || !unexplained(err) {
		k.unified = true
		return k, err
	}
	second := v.Get(ctx, rest.Call{Credential: c, Limiter: v.classic}, classicPath, rest.Into(&k, parseKey))
	if second != nil && exchanges.AsError(second).Kind == exchanges.Protocol {
		return key{}, err
	}
	return k, second
}

// signed signs a request, and names demo trading where it is meant.
func (v *venue) signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	r, err := signed(c, r, now)
	if err == nil && v.demo {
		r.Header.Set("Paptrading", "1")
	}
	return r, err
}

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
