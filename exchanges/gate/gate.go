// Package gate asks Gate what an API key may do, and manages keys of
// sub-accounts there.
//
// GET /account/main_keys describes every key of the main account, with
// permissions, IP whitelist and last use; the calling key is found among them
// by its first characters, since the rest of every key is masked. It takes the
// right to read "account". Where that list does not have the calling key, or is
// refused, GET /account/detail tells at least its IP whitelist.
//
// A key of the main account makes, lists, changes and deletes the keys of
// sub-accounts. Those of the main account are made on the web site; they can be
// looked at, but are no list in which a key that is missing is gone: masked, they
// could not be told apart for certain.
//
// Sources: Gate API v4 documentation, v4.105 (Authentication, Account,
// SubAccount, error labels), and Gate's Go client gateapi-go v7.1.8.
package gate

import (
	"context"
	"errors"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Gate.
const ID exchanges.ID = "gate"

const (
	base       = "/api/v4"
	keysPath   = base + "/account/main_keys"
	detailPath = base + "/account/detail"
	timePath   = base + "/spot/time"
)

// Gate allows an account 150 of these calls in 10 s, and 80 in 10 s to each
// call about sub-accounts.
const (
	callsPerSecond    = 8
	callsAtOnce       = 10
	subCallsPerSecond = 4
)

// Adapter describes Gate to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

const keysPage = "https://www.gate.com/myaccount/apiv4keys"

// sites are the deployments. Whether the testnet has calls about sub-accounts is
// not documented.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "Gate", Environment: exchanges.Live, Origin: "https://api.gateio.ws", KeysPage: keysPage,
		Capabilities: exchanges.Capabilities{
			Permissions: true, IPList: true, Created: true, LastUsed: true, LastUsedCountsOwn: true, Label: true,
			Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys, Survey: true,
		},
	},
	{
		ID: "global", Name: "Gate TestNet", Environment: exchanges.Testnet, Origin: "https://api-testnet.gateapi.io", KeysPage: keysPage,
		Capabilities: exchanges.Capabilities{
			Permissions: true, IPList: true, Created: true, LastUsed: true, LastUsedCountsOwn: true, Label: true,
		},
	},
}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "Gate", Form: form, Guide: guide(), Sites: sites,
		Aliases: map[exchanges.Environment][]string{
			exchanges.Live:    {"fx-api.gateio.ws"},
			exchanges.Testnet: {"fx-api-testnet.gateio.ws"},
		},
	}
}

// venue is one site.
type venue struct{ rest.Venue }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: rest.Milliseconds(timePath, "server_time"),
	})
	if err != nil {
		return nil, err
	}
	v := &venue{rest.Venue{API: rest.API{Client: client, Sign: signed, Refusal: refusal}, About: info, Check: check, Trip: &course}}
	v.Look = v.inspect
	if c.Site.Capabilities.Reach == exchanges.NoKeys {
		return v, nil
	}
	return &manager{v, rate.NewLimiter(subCallsPerSecond, subCallsPerSecond)}, nil
}

// inspect asks what the exchange says of the calling key. Where the list of keys
// does not help, there is a call that tells at least a little; where that is
// refused too, the first refusal says more.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	err := v.Get(ctx, rest.Call{Credential: c}, keysPath, rest.Into(out, func(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
		return parseOwn(r, c.KeyID)
	}))
	if err != nil && mayBeDescribed(err) {
		detail := v.Get(ctx, rest.Call{Credential: c}, detailPath, rest.Into(out, parseDetail))
		if detail == nil || !errors.Is(detail, exchanges.Denied) && !errors.Is(detail, exchanges.Protocol) {
			err = detail
		}
	}
	return err
}

// course is by Gate's API v4 documentation, Spot: "List spot trading accounts",
// "Get market depth information", "Get currency pair ticker information", and
// the error labels.
var course = rest.Course{
	Market:  "BTC_USDT",
	Balance: "GET " + base + "/spot/accounts",
	Book:    "GET " + base + "/spot/order_book?currency_pair={market}&limit=5",
	Ticker:  "GET " + base + "/spot/tickers?currency_pair={market}",
	Usage:   usage,
}
