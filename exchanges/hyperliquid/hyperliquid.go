// Package hyperliquid asks Hyperliquid about API wallets, which it also calls
// agents.
//
// A key there is a pair of the curve secp256k1. A person approves its address
// with their own wallet, the master; from then on the private half signs orders
// for the master's account. It can neither withdraw nor approve other agents.
// The public half is all that the exchange knows of a key, so keyrota makes the
// pair itself, and the person approves the address by hand.
//
// Whose agent an address is (userRole) and which named agents an account has
// (extraAgents) is public. So nothing is signed here, and no private key is
// used but to compute its address. That of the master wallet is never asked
// for: one that was stored by mistake is found out and refused.
//
// Sources: hyperliquid.gitbook.io, for developers (API wallets and nonces, info
// endpoint, exchange endpoint, rate limits); hyperliquid-python-sdk, with its
// recorded answers; as of 2026.
package hyperliquid

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Hyperliquid.
const ID exchanges.ID = "hyperliquid"

const infoPath = "/info"

// Hyperliquid allows an address 1200 units of weight a minute. A question about
// a role weighs 60, one about agents 20, and there are as many of one as of the
// other: in the busiest minute these are 27 calls of 40 on average.
const (
	callsPerSecond = 0.25
	callsAtOnce    = 12
)

// Adapter describes Hyperliquid to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{
		Info: info(), Check: check, New: open,
		Pairs: &exchanges.PairMaker{New: newPair, PublicHalf: publicHalf},
	}
}

// able is what can be done at both sites.
var able = exchanges.Capabilities{
	Permissions: true, Expires: true, Label: true,
	List: true, Reach: exchanges.OwnKeys, ListIsPublic: true,
	KeyPair: exchanges.Secp256k1, KeyIsPublicHalf: true,
}

// sites are the deployments that have accounts of their own.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "Hyperliquid", Environment: exchanges.Live,
		Origin: "https://api.hyperliquid.xyz", KeysPage: "https://app.hyperliquid.xyz/API", Capabilities: able,
	},
	{
		ID: "global", Name: "Hyperliquid Testnet", Environment: exchanges.Testnet,
		Origin: "https://api.hyperliquid-testnet.xyz", KeysPage: "https://app.hyperliquid-testnet.xyz/API", Capabilities: able,
	},
}

func info() exchanges.Info {
	return exchanges.Info{ID: ID, Name: "Hyperliquid", Form: form, Guide: guide(), Sites: sites}
}

// venue is one site.
type venue struct{ rest.Venue }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce})
	if err != nil {
		return nil, err
	}
	v := &venue{rest.Venue{
		API:   rest.API{Client: client, Sign: unsigned, Refusal: refusal, ReadsOnly: true},
		About: info, Check: check, Trip: &course, Public: http.Header{"Content-Type": {"application/json"}},
	}}
	v.Look = v.inspect
	return v, nil
}

// The questions that are asked, each about one address.
const (
	askRole   = "userRole"
	askAgents = "extraAgents"
)

// ask puts a public question about an address. c is that of the caller, for
// errors to conceal.
func (v *venue) ask(ctx context.Context, c exchanges.Credential, question, about string, read func(rest.Response) *exchanges.Error) error {
	body, err := json.Marshal(map[string]string{"type": question, "user": about})
	if err != nil {
		return err
	}
	return v.Ask(ctx, rest.Call{Credential: c}, rest.Request{
		Method: http.MethodPost, Path: infoPath, Shown: infoPath + " " + question, Body: string(body),
	}, read)
}

// Signing always fails, with the kind Unsupported.
func (v *venue) Signing(exchanges.Credential, exchanges.Call) (*exchanges.Signing, error) {
	return nil, &exchanges.Error{
		Exchange: ID, Op: "sign a call", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent,
		Hint: "Hyperliquid has no signed calls: actions are signed as typed data (EIP-712) with the key of the wallet, which keyrota does not do. Compare with the exchange's own SDK.",
	}
}

func unsigned(_ exchanges.Credential, r rest.Request, _ time.Time) (rest.Request, error) {
	r.Header = http.Header{"Content-Type": {"application/json"}}
	return r, nil
}

// refusal judges an answer by its status. Nobody logs in to ask, so that one
// that wants a login says nothing of a key.
func refusal(r rest.Response) *exchanges.Error {
	e := rest.HTTPError(r)
	if e != nil && e.Kind == exchanges.Auth {
		e.Kind, e.Hint = exchanges.Protocol, "Something between here and Hyperliquid asks for a login: check base_url and proxy."
	}
	return e
}

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
