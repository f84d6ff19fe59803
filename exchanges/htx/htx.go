// Package htx asks HTX, once called Huobi, what an API key may do, and manages
// the keys of sub-users there.
//
// GET /v2/user/uid tells whose the calling key is, GET /v2/user/api-key then
// describes all keys of that user: label, permissions, IP list, creation and
// the days that are left. The calling key is found in the list by its access
// key. Only the last use is missing.
//
// A key of a parent user makes, lists, changes and deletes the keys of its
// sub-users; making one takes a code of the parent's Google Authenticator. It
// lists those of the parent too, which are made and changed on the web site.
//
// There is no testnet any more. The hosts for futures alone describe no keys;
// one key serves all products.
//
// Sources: HTX API documentation for spot (quick start, access and
// authentication, sub-user management, error codes), www.htx.com announcement
// 900001195006, and huobi_Golang and huobi_Python of github.com/HuobiRDCenter
// as of August 2025.
package htx

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/subkeys"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ID is how files and commands name HTX.
const ID exchanges.ID = "htx"

const (
	uidPath  = "/v2/user/uid"
	keysPath = "/v2/user/api-key"
	timePath = "/v1/common/timestamp"
)

// HTX counts calls by user and tells in a header how many are left. How many it
// allows of these is not documented: they are few, so that they may be slow.
const (
	callsPerSecond   = 4
	callsAtOnce      = 8
	changesPerSecond = 1
)

// Adapter describes HTX to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// sites has the only deployment.
var sites = []exchanges.Site{{
	ID: "global", Name: "HTX", Environment: exchanges.Live,
	Origin: "https://api.huobi.pro", KeysPage: "https://www.htx.com/apikey/",
	Capabilities: exchanges.Capabilities{
		Permissions: true, IPList: true, Created: true, Expires: true, Label: true,
		// Of the calling key's own user there is a list, and nothing else.
		Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys, Survey: true,
		SecondFactor: true, KeyPair: exchanges.Ed25519,
	},
}}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "HTX", Form: form, Guide: guide(),
		Sites: sites,
		// The same for those whose programs run at AWS.
		Aliases: map[exchanges.Environment][]string{exchanges.Live: {"api-aws.huobi.pro"}},
	}
}

// venue is HTX at one address. A key of a parent user manages the keys of its
// sub-users there; HTX has no call that makes, changes or deletes the parent's.
type venue struct {
	rest.Venue
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
	origin, err := url.Parse(c.Origin)
	if err != nil {
		return nil, err
	}
	api := rest.API{Client: client, Sign: signedFor(strings.ToLower(origin.Hostname())), Refusal: refusal}
	v := &venue{rest.Venue{API: api, About: info, Check: check, Trip: &course}, rate.NewLimiter(changesPerSecond, 1)}
	v.Look = v.inspect
	return v, nil
}

// inspect asks what the exchange says of the calling key. Whether a key of a
// sub-user is described to itself is not documented. Where it is not, the first
// call was accepted all the same: what is left unknown says nothing against it.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	uid, err := v.uid(ctx, c)
	if err != nil {
		return err
	}
	found, err := v.keys(ctx, c, uid)
	switch k := wire.FindShown(found.keys, key.id, c.KeyID); {
	case err != nil && !undescribed(err):
		return err
	case err != nil:
		*out = accepted("HTX refuses to describe it to itself: " + exchanges.AsError(err).Code + ".")
	case k == nil:
		*out = accepted("HTX's list of keys does not show it.")
	default:
		*out = k.info(ofCaller, v.ExchangeNow())
	}
	out.Account, out.Usage = uid, found.usage
	return nil
}

// uid asks whose the calling key is. It takes no more than the right to read,
// which no key lacks.
func (v *venue) uid(ctx context.Context, c exchanges.Credential) (uid string, err error) {
	err = v.Get(ctx, rest.Call{Credential: c}, uidPath, func(r rest.Response) *exchanges.Error {
		if uid = string(wire.At[wire.Text](r.Body, "data")); !subkeys.IsUID(uid) {
			return rest.NotJSON(r)
		}
		return nil
	})
	return uid, err
}

// keys asks for all keys of a user: that of the calling key, or a sub-user.
func (v *venue) keys(ctx context.Context, c exchanges.Credential, uid string) (found list, err error) {
	err = v.Ask(ctx, rest.Call{Credential: c}, rest.Request{Method: http.MethodGet, Path: keysPath, Query: "uid=" + uid}, rest.Into(&found, parseKeys))
	return found, err
}

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
	run := v.Venue
	run.Refusal = olderRefusal
	return run.Course(c, market)
}

// olderRefusal is refusal for the calls of before "code": they say "ok" where all
// is well.
func olderRefusal(r rest.Response) *exchanges.Error {
	if wire.At[wire.Text](r.Body, "status") == "ok" {
		return rest.HTTPError(r)
	}
	return refusal(r)
}
