// Package krakenfutures asks Kraken's futures exchange, Kraken Derivatives, what
// an API key may do.
//
// GET /api/auth/v1/api-keys/v3/check makes a key describe itself: two levels of
// access, the blocks of addresses that it may be used from, and when it was
// made. Its expiry, last use and label are told nowhere, and no key can manage
// keys. Calls are made without a nonce, which Kraken allows, so that they cannot
// get in the way of the key's bot.
//
// The check belongs to a service beside the trading API. Whether the demo has
// it is not documented, nor has its signature been seen to work elsewhere than
// in Kraken's own library. So where it is missing at the demo, or refuses a
// key, the account's wallets are asked for: their answer shows that the key is
// accepted and reads, and leaves the rest unknown.
//
// Keys of Kraken's spot exchange look the same and are others.
//
// Sources: docs.kraken.com (Futures: "Check v3 API key", "Get wallets",
// authentication, rate limits) and support.kraken.com ("How to create an API
// key for Kraken Derivatives"), as of 2026; for the signature also Kraken's
// library api-go.
package krakenfutures

import (
	"context"
	"errors"
	"net/http"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Kraken's futures exchange.
const ID exchanges.ID = "kraken-futures"

const (
	checkPath   = "/api/auth/v1/api-keys/v3/check"
	walletsPath = "/derivatives/api/v3/accounts"
)

// The trading API has 500 points for 10 s, of which the wallets cost 2. The
// check's limit is not documented, so that it is asked for sparingly.
const (
	callsPerSecond = 2
	callsAtOnce    = 8
)

// Adapter describes Kraken Futures to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// sites are the deployments that have keys of their own.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "Kraken Futures", Environment: exchanges.Live,
		Origin: "https://futures.kraken.com", KeysPage: "https://pro.kraken.com/app/settings/api",
		Capabilities: exchanges.Capabilities{Permissions: true, IPList: true, Created: true},
	},
	{
		// The check may be missing here, so no fact is promised.
		ID: "global", Name: "Kraken Futures Demo", Environment: exchanges.Demo,
		Origin: "https://demo-futures.kraken.com", KeysPage: "https://demo-futures.kraken.com",
	},
}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "Kraken Futures", Form: form, Guide: guide(),
		Sites: sites,
		// For addresses that Kraken lets connect directly.
		Aliases: map[exchanges.Environment][]string{exchanges.Live: {"api.futures.kraken.com"}},
	}
}

// venue is one site.
type venue struct {
	rest.Venue
	demo bool
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce})
	if err != nil {
		return nil, err
	}
	v := &venue{rest.Venue{API: rest.API{Client: client, Sign: unnumbered, Refusal: refusal}, About: info, Check: check, Trip: &course}, c.Site.Environment == exchanges.Demo}
	v.Look = v.inspect
	return v, nil
}

// inspect makes the key describe itself.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	status := 0
	service := v.API
	service.Refusal = func(r rest.Response) *exchanges.Error {
		status = r.Status
		return refusal(r)
	}
	err := service.Get(ctx, rest.Call{Credential: c}, checkPath, rest.Into(out, parseKey))
	switch {
	case status == http.StatusNotFound && v.demo:
		*out, err = v.accepted(ctx, c, noteMissing)
	case status == http.StatusUnauthorized && errors.Is(err, exchanges.Auth):
		// Only an answer to the contrary takes the refusal back.
		if other, e := v.accepted(ctx, c, noteDoubted); e == nil {
			*out, err = other, nil
		}
	}
	return err
}

const (
	noteMissing = "Kraken's demo does not tell the rights, IP list and date of keys; this key reads."
	noteDoubted = "Kraken's service for keys did not take this key, while its trading API did: the key reads; its rights, IP list and date are not known."
)

// accepted asks for the account's wallets, which any key that reads may see, and
// looks at nothing in them.
func (v *venue) accepted(ctx context.Context, c exchanges.Credential, note string) (exchanges.KeyInfo, error) {
	err := v.Get(ctx, rest.Call{Credential: c}, walletsPath, parseWallets)
	return exchanges.KeyInfo{
		Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted), Notes: []string{note},
	}, err
}

// course is by docs.kraken.com, Futures: "Get wallets", "Get orderbook" and "Get
// ticker by symbol".
var course = rest.Course{
	Market:   "PF_XBTUSD",
	Balance:  "GET " + walletsPath,
	Book:     "GET /derivatives/api/v3/orderbook?symbol={market}",
	Ticker:   "GET /derivatives/api/v3/tickers/{market}",
	Timeless: "keyrota signs these calls without a nonce, which Kraken allows: there is no time in them",
}
