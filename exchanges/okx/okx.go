// Package okx asks OKX what an API key may do, and manages the keys of
// sub-accounts.
//
// GET /api/v5/account/config describes the calling key: permissions, IP list,
// label and account. When it was made and last used, OKX tells no key of
// itself. Keys of the main account are made, changed and deleted on the web
// site only; those of sub-accounts by API as well, with a key of the main
// account that may trade and has an IP list. Such lists also tell when a key
// was made.
//
// A key works at the site where its account is, and nowhere else, so none is
// tried in place of another. Demo trading has no hosts of its own: a header,
// which is not signed, tells its calls from live ones at every site.
//
// Sources: www.okx.com/docs-v5 (overview, trading account, sub-account, error
// codes) and OKX's questions and answers on API keys, as of July 2026.
package okx

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name OKX.
const ID exchanges.ID = "okx"

const (
	inspectPath = "/api/v5/account/config"
	timePath    = "/api/v5/public/time"
)

// OKX allows an account 5 descriptions of a key in 2 s: two at once and these
// are 4.4.
const (
	callsPerSecond = 1.2
	callsAtOnce    = 2
)

// managedEvery is the time between two calls that manage keys. OKX allows an
// account one of each kind a second.
const managedEvery = 1250 * time.Millisecond

// Adapter describes OKX to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// What OKX tells of every key, and what can be done with those that are no demo
// keys.
var (
	told    = exchanges.Capabilities{Permissions: true, IPList: true, Label: true}
	managed = exchanges.Capabilities{
		Permissions: true, IPList: true, Label: true,
		Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys,
	}
)

// sites are OKX's deployments, each with demo trading at the same address. Where
// only the address of a web site is documented, and not its page for keys, its
// front page stands in.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "OKX", Environment: exchanges.Live,
		Origin: "https://openapi.okx.com", KeysPage: "https://www.okx.com/account/my-api", Capabilities: managed,
	},
	{
		ID: "eea", Name: "OKX Europe (EEA)", Environment: exchanges.Live,
		Origin: "https://eea.okx.com", KeysPage: "https://my.okx.com", Capabilities: managed,
	},
	{
		ID: "us", Name: "OKX US and Australia", Environment: exchanges.Live,
		Origin: "https://us.okx.com", KeysPage: "https://app.okx.com", Capabilities: managed,
	},
	{
		ID: "global", Name: "OKX Demo Trading", Environment: exchanges.Demo, ByHeader: true,
		Origin: "https://openapi.okx.com", KeysPage: "https://www.okx.com", Capabilities: told,
	},
	{
		ID: "eea", Name: "OKX Europe (EEA) Demo Trading", Environment: exchanges.Demo, ByHeader: true,
		Origin: "https://eea.okx.com", KeysPage: "https://my.okx.com", Capabilities: told,
	},
	{
		ID: "us", Name: "OKX US and Australia Demo Trading", Environment: exchanges.Demo, ByHeader: true,
		Origin: "https://us.okx.com", KeysPage: "https://app.okx.com", Capabilities: told,
	},
}

func info() exchanges.Info {
	return exchanges.Info{ID: ID, Name: "OKX", Form: form, Guide: guide(), Sites: sites}
}

// venue is one site.
type venue struct {
	rest.Venue
	env exchanges.Environment
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: rest.Milliseconds(timePath, "data", "0", "ts"),
	})
	if err != nil {
		return nil, err
	}
	v := &venue{env: c.Site.Environment}
	v.Venue = rest.Venue{API: rest.API{Client: client, Sign: v.signed, Refusal: refusal}, About: info, Check: check, Trip: &course, Look: v.inspect}
	if v.env == exchanges.Demo {
		v.Public = http.Header{"x-simulated-trading": {"1"}}
	}
	if c.Site.Capabilities.Reach == exchanges.NoKeys {
		return v, nil
	}
	return &master{v, rate.NewLimiter(rate.Every(managedEvery), 1)}, nil
}

// inspect asks what the exchange says of the calling key.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	var found key
	if err := v.Get(ctx, rest.Call{Credential: c}, inspectPath, rest.Into(&found, parseKey)); err != nil {
		return err
	}
	*out = found.info(v.env)
	return nil
}

// stampForm is how OKX writes a moment: ISO 8601 in UTC, with milliseconds.
const stampForm = "2006-01-02T15:04:05.000Z"

// signed adds the headers that make a request valid for 30 s from now. What is
// signed is path, query and body, byte for byte as they are sent.
func (v *venue) signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	stamp, target := r.Trace.ISO(now, stampForm), r.Path
	if r.Query != "" {
		target += "?" + r.Query
	}
	sig, err := r.Trace.Base64Signature(c, stamp+r.Method+target+r.Body)
	r.Header = http.Header{
		"OK-ACCESS-KEY":        {c.KeyID},
		"OK-ACCESS-SIGN":       {sig},
		"OK-ACCESS-TIMESTAMP":  {stamp},
		"OK-ACCESS-PASSPHRASE": {c.Passphrase.Reveal()},
	}
	if v.env == exchanges.Demo {
		r.Header["x-simulated-trading"] = []string{"1"}
	}
	if r.Body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}

// course is by www.okx.com/docs-v5: "Get balance", "Get order book", "Get
// ticker" and the error codes. Demo trading has prices of its own, for which the
// header goes with public calls too.
var course = rest.Course{
	Market:  "BTC-USDT",
	Balance: "GET /api/v5/account/balance",
	Book:    "GET /api/v5/market/books?instId={market}&sz=5",
	Ticker:  "GET /api/v5/market/ticker?instId={market}",
}
