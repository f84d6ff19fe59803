// Package coinbase asks Coinbase Advanced Trade what an API key may do.
//
// One call describes the calling key: GET /api/v3/brokerage/key_permissions
// tells three rights and the portfolio that the key is bound to. Label, IP
// allowlist, creation and last use are told by no call, and none makes, changes
// or deletes a key: the guide leads a person through the CDP portal.
//
// Keys are secret API keys of the Coinbase Developer Platform. Those of
// Coinbase Exchange, Prime and International belong to other hosts and look
// different. The sandbox of Advanced Trade gives fixed answers to anybody and
// has no keys, so that it is no environment here.
//
// Sources: docs.cdp.coinbase.com (Advanced Trade: "Get API Key Permissions",
// authentication, rate limits, sandbox; Coinbase App: API key authentication)
// and github.com/coinbase/coinbase-advanced-py v1.8.4, as of 2026.
package coinbase

import (
	"context"
	"errors"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Coinbase.
const ID exchanges.ID = "coinbase"

const (
	host        = "api.coinbase.com"
	inspectPath = "/api/v3/brokerage/key_permissions"
	timePath    = "/api/v3/brokerage/time"
)

// Coinbase is said to allow a user 30 signed calls a second, and an address 10
// public ones.
const callsPerSecond, callsAtOnce = 8, 10

// Adapter describes Coinbase to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// sites has the only deployment.
var sites = []exchanges.Site{{
	ID:           "global",
	Name:         "Coinbase Advanced",
	Environment:  exchanges.Live,
	Origin:       "https://" + host,
	KeysPage:     "https://portal.cdp.coinbase.com",
	Capabilities: exchanges.Capabilities{Permissions: true},
}}

func info() exchanges.Info {
	return exchanges.Info{
		ID:    ID,
		Name:  "Coinbase",
		Form:  form,
		Guide: guide(),
		Sites: sites,
		// A live key has nothing to ask there.
		Aliases: map[exchanges.Environment][]string{exchanges.Testnet: {"api-sandbox.coinbase.com"}},
	}
}

type venue struct{ rest.Venue }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: rest.Milliseconds(timePath, "epochMillis"),
	})
	if err != nil {
		return nil, err
	}
	v := &venue{rest.Venue{API: rest.API{Client: client, Sign: signed, Refusal: refusal}, About: info, Check: check, Trip: &course}}
	v.Look = v.inspect
	return v, nil
}

// inspect asks Coinbase about the key of c. A refusal of the key is asked for
// once more, with a new token: good keys have been refused now and then.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, found *exchanges.KeyInfo) (err error) {
	for range 2 {
		err = v.Get(ctx, rest.Call{Credential: c}, inspectPath, rest.Into(found, parsePermissions))
		if !errors.Is(err, exchanges.Auth) {
			break
		}
		e := exchanges.AsError(err)
		e.Hint, e.Causes = causes(c, v.Clock()), leftOpen(v.Clock())
	}
	return err
}

// course is by docs.cdp.coinbase.com, Advanced Trade: "List Accounts", "Get
// Public Product Book" and "Get Public Market Trades", which has the best bid and
// ask beside the trades.
var course = rest.Course{
	Market:  "BTC-USD",
	Balance: "GET /api/v3/brokerage/accounts",
	Book:    "GET /api/v3/brokerage/market/product_book?product_id={market}&limit=5",
	Ticker:  "GET /api/v3/brokerage/market/products/{market}/ticker?limit=1",
}
