// Package gemini asks the exchange Gemini what an API key may do.
//
// POST /v1/roles tells the roles of the calling key, and POST /v1/account the
// name of its account. Label, addresses, creation and last use are told by no
// call, and none makes, changes or deletes a key: the guide leads a person
// through the web site. The sandbox is a deployment of its own with its own
// accounts and keys.
//
// Sources: docs.gemini.com and developer.gemini.com (REST API: authentication,
// roles, account administration, error codes, sandbox) and support.gemini.com
// ("Trusted IPs"), as of 2026.
package gemini

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Gemini.
const ID exchanges.ID = "gemini"

const (
	rolesPath   = "/v1/roles"
	accountPath = "/v1/account"
)

// Gemini is said to allow 600 signed calls a minute and to advise no more than
// five a second.
const callsPerSecond, callsAtOnce = 3, 5

// Adapter describes Gemini to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// sites are the deployments that have keys of their own.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "Gemini", Environment: exchanges.Live,
		Origin: "https://api.gemini.com", KeysPage: "https://exchange.gemini.com/settings/api",
		Capabilities: exchanges.Capabilities{Permissions: true},
	},
	{
		ID: "sandbox", Name: "Gemini Sandbox", Environment: exchanges.Testnet,
		Origin: "https://api.sandbox.gemini.com", KeysPage: "https://exchange.sandbox.gemini.com/settings/api",
		Capabilities: exchanges.Capabilities{Permissions: true},
	},
}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "Gemini", Form: form, Guide: guide(),
		Sites: sites,
	}
}

// venue is one site.
type venue struct{ rest.Venue }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce, DateIsClock: true,
	})
	if err != nil {
		return nil, err
	}
	v := &venue{rest.Venue{
		API:   rest.API{Client: client, Sign: shown, Refusal: refusal, ReadsOnly: true},
		About: info, Check: check, Trip: &course,
	}}
	v.Begin, v.Look = v.count, v.inspect
	return v, nil
}

// inspect asks for the roles of the key of c, and for the name of its account.
// That the second is not told spoils nothing; a key of a whole group has no
// account of its own.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, found *exchanges.KeyInfo) error {
	turn, err := counts.Begin(ctx, nonce.Call{Exchange: ID, Op: http.MethodPost + " " + rolesPath}, c, ticks)
	if err != nil {
		return err
	}
	defer turn.Done()
	t := &talk{venue: v, c: c, turn: turn}
	err = t.ask(ctx, rolesPath, rest.Into(found, func(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) { return parseRoles(r, c.KeyID) }))
	if err == nil && !strings.HasPrefix(c.KeyID, masterPrefix) {
		err = t.name(ctx, found)
	}
	return err
}

// talk is the calls of one inspection.
type talk struct {
	*venue
	c    exchanges.Credential
	turn *nonce.Turn
}

// name asks for the account, and fails only if the person gave up.
func (t *talk) name(ctx context.Context, info *exchanges.KeyInfo) error {
	var a account
	err := t.ask(ctx, accountPath, rest.Into(&a, parseAccount))
	switch {
	case err == nil:
		a.describe(info)
	case ctx.Err() != nil:
		return err
	default:
		info.Notes = append(info.Notes, "Gemini did not name the account: "+exchanges.AsError(err).Kind.Sentence()+".")
	}
	return nil
}

// ask makes a signed call. Where its nonce was refused since this machine's clock
// is off, it is made once more by that of Gemini.
func (t *talk) ask(ctx context.Context, path string, read func(rest.Response) *exchanges.Error) error {
	var last int64
	api := t.API
	api.Sign = func(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
		last = t.number(now, t.Now())
		return signed(c, r, strconv.FormatInt(last, 10)), nil
	}
	api.Refusal = func(r rest.Response) *exchanges.Error {
		e := refusal(r)
		if off := time.Unix(last, 0).Sub(t.ExchangeNow()); e != nil && e.Kind == exchanges.Nonce {
			whyNonce(e, t.c.Nonce, off, t.Clock())
		}
		return e
	}
	return api.Ask(ctx, rest.Call{Credential: t.c}, rest.Request{Method: http.MethodPost, Path: path}, read)
}

// course is by docs.gemini.com, REST API: "Get Available Balances", "Current
// Order Book", "Ticker", and its rate limits and error codes. A nonce of an
// hour ago is too old by the clock for a key whose nonces are times, and too small
// for one that counts upwards.
var course = rest.Course{
	Market:  "btcusd",
	Balance: "POST " + balancesPath,
	Book:    "GET /v1/book/{market}?limit_bids=5&limit_asks=5",
	Ticker:  "GET /v1/pubticker/{market}",
	Stale:   []exchanges.Kind{exchanges.Nonce, exchanges.ClockSkew},
	Limit:   "120 public calls a minute for an address",
}

const balancesPath = "/v1/balances"
