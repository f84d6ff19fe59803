// Package kraken asks Kraken's spot exchange what an API key may do.
//
// One call says everything: POST /0/private/GetApiKeyInfo, which needs no
// permission, describes the calling key and no other. The clock is read with a
// public call, since a nonce from a clock that is ahead locks the key's bot
// out. Ordinary keys cannot
// make, change or list keys, so the package has no other ability: the guide
// leads a person through the web site. Keys of Kraken Futures belong to another host and look the same; this one calls
// them invalid.
//
// Sources: docs.kraken.com (Spot REST: "Get API Key Info", "Authentication",
// "Rate limits", "Errors") and support.kraken.com ("API error messages", "How
// to create an API key"), as of 2026.
package kraken

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Kraken's spot exchange.
const ID exchanges.ID = "kraken"

const (
	inspectPath = "/0/private/GetApiKeyInfo"
	inspectOp   = http.MethodPost + " " + inspectPath
)

// A starter account may make 15 calls at once and one more every 3 s, counted
// over all its programs. Staying at 10 leaves the rest to them.
const (
	callsAtOnce = 10
	callsEvery  = 3 * time.Second
)

// Adapter describes Kraken to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// sites has the only deployment.
var sites = []exchanges.Site{{
	ID:          "global",
	Name:        "Kraken",
	Environment: exchanges.Live,
	Origin:      "https://api.kraken.com",
	KeysPage:    "https://pro.kraken.com/app/settings/api",
	Capabilities: exchanges.Capabilities{
		Permissions: true, IPList: true, Created: true, Expires: true, LastUsed: true, Label: true,
		LastUsedCountsOwn: true,
	},
}}

func info() exchanges.Info {
	return exchanges.Info{
		ID:    ID,
		Name:  "Kraken",
		Form:  form,
		Guide: guide(),
		Sites: sites,
	}
}

type venue struct{ rest.Venue }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	v := &venue{}
	client, err := rest.New(rest.Config{
		Exchange:   ID,
		Connection: c,
		Limit:      rate.Every(callsEvery),
		Burst:      callsAtOnce,
		ServerTime: &rest.TimeCall{Path: timePath, Read: v.readTime},
	})
	if err != nil {
		return nil, err
	}
	v.Venue = rest.Venue{
		API:   rest.API{Client: client, Sign: shown, Refusal: v.refused},
		About: info, Check: check, Trip: &course, Begin: v.count,
	}
	return v, nil
}

// Inspect asks Kraken about the key of c with a single signed call. It is never
// repeated by itself, not even after a dropped connection: each try costs the
// bot that shares the account a part of its call budget, and failures in a
// row end in a lockout of the address. That it moves the key's nonce makes a
// change of it.
func (v *venue) Inspect(ctx context.Context, c exchanges.Credential) (out exchanges.KeyInfo, err error) {
	turn, err := nonces.Begin(ctx, nonce.Call{Exchange: ID, Op: inspectOp}, c, ticks)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	defer turn.Done()
	api := v.API
	api.Sign = v.numbered(turn)
	err = api.Ask(ctx, rest.Call{Credential: c}, rest.Request{Method: http.MethodPost, Path: inspectPath},
		rest.Into(&out, func(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) { return parseKeyInfo(r, turn.Tick) }))
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	out.KeyID = c.KeyID
	return v.Stamp(out), nil
}

// refused judges an answer at Kraken's present time.
func (v *venue) refused(r rest.Response) *exchanges.Error { return refusal(r, v.ExchangeNow()) }

// course is by docs.kraken.com, Spot REST: "Get Account Balance", "Get Order
// Book" and "Get Ticker Information". The balance costs the account one call of
// its counter, and the two public calls are counted by address.
var course = rest.Course{
	Market:  "XBTUSD",
	Balance: "POST " + balancePath,
	Book:    "GET /0/public/Depth?pair={market}&count=5",
	Ticker:  "GET /0/public/Ticker?pair={market}",
}

const balancePath = "/0/private/Balance"
