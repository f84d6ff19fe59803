// Package binance asks Binance what an API key may do.
//
// On the live exchange one call describes the calling key: its permission
// flags, whether it has an IP list, and when it was made. It names no label,
// no addresses and no last use. The spot testnet and demo mode lack that call;
// there an answer about the account proves that the key reads, and nothing
// else is known. A person's own keys are made, changed and deleted on the web
// site only. The keys of sub-accounts can be managed by API, on the live
// exchange, with a key of the master account.
//
// Sources: developers.binance.com (Wallet: "Get API Key Permission"; Sub
// Account: API management; Spot REST API: request security, errors, limits;
// spot testnet and demo mode) and the repositories binance-spot-api-docs and
// binance-connector-js of github.com/binance, as of July 2026.
package binance

import (
	"context"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// ID is how files and commands name Binance.
const ID exchanges.ID = "binance"

const (
	restrictionsPath = "/sapi/v1/account/apiRestrictions"
	accountPath      = "/api/v3/account"
	timePath         = "/api/v3/time"
)

// The description of a key weighs 1 of 12000 a minute, the account 20 of 6000;
// both are counted by address, together with the person's bots.
const (
	restrictionsPerSecond, restrictionsAtOnce = 20, 40
	accountsPerSecond, accountsAtOnce         = 2, 10
)

// Managing the keys of sub-accounts weighs 3000 of the 180000 that an account
// has in a minute for each of these calls: 60 of a kind, together with the
// person's other programs.
const (
	managedEvery, managedAtOnce = 1500 * time.Millisecond, 20
)

// Adapter describes Binance to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// sites are the deployments that have keys of their own.
var sites = []exchanges.Site{
	{
		ID: "global", Name: "Binance", Environment: exchanges.Live,
		Origin:   "https://api.binance.com",
		KeysPage: "https://www.binance.com/en/my/settings/api-management",
		Capabilities: exchanges.Capabilities{
			Permissions: true, Created: true,
			Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys,
			KeyPair: exchanges.Ed25519, KeyPairByAPI: true,
		},
	},
	{
		ID: "spot", Name: "Binance Spot Testnet", Environment: exchanges.Testnet,
		Origin:       "https://testnet.binance.vision",
		KeysPage:     "https://testnet.binance.vision",
		Capabilities: exchanges.Capabilities{KeyPair: exchanges.Ed25519},
	},
	{
		ID: "spot", Name: "Binance Demo Mode", Environment: exchanges.Demo,
		Origin:       "https://demo-api.binance.com",
		KeysPage:     "https://demo.binance.com/en/my/settings/api-management",
		Capabilities: exchanges.Capabilities{KeyPair: exchanges.Ed25519},
	},
}

func info() exchanges.Info {
	return exchanges.Info{
		ID:    ID,
		Name:  "Binance",
		Form:  form,
		Guide: guide(),
		Sites: sites,
		Aliases: map[exchanges.Environment][]string{
			exchanges.Live: {
				"api-gcp.binance.com", "api1.binance.com", "api2.binance.com", "api3.binance.com", "api4.binance.com",
				"fapi.binance.com", "dapi.binance.com",
			},
			exchanges.Testnet: {"api1.testnet.binance.vision"},
		},
	}
}

// venue is one site. look is the call that tells most of a key there.
type venue struct {
	rest.Venue
	look lookup
}

// lookup is a signed read and what its answer says of the key.
type lookup struct {
	path  string
	parse func(rest.Response) (exchanges.KeyInfo, *exchanges.Error)
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	v := &venue{look: lookup{restrictionsPath, parseRestrictions}}
	limit, burst := rate.Limit(restrictionsPerSecond), restrictionsAtOnce
	if c.Site.Environment != exchanges.Live {
		v.look = lookup{accountPath, parseAccount}
		limit, burst = accountsPerSecond, accountsAtOnce
	}
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: limit, Burst: burst,
		ServerTime: rest.Milliseconds(timePath, "serverTime"),
	})
	if err != nil {
		return nil, err
	}
	v.Venue = rest.Venue{API: rest.API{Client: client, Sign: signed, Refusal: refusal}, About: info, Check: check, Trip: &course, Look: v.inspect}
	if c.Site.Capabilities.Reach == exchanges.NoKeys {
		return v, nil
	}
	return &master{v, rate.NewLimiter(rate.Every(managedEvery), managedAtOnce)}, nil
}

// inspect asks what the exchange says of the calling key.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, found *exchanges.KeyInfo) error {
	return v.Get(ctx, rest.Call{Credential: c}, v.look.path, rest.Into(found, v.look.parse))
}

// course is by Binance's Spot REST API: "Account information", "Order book",
// "Symbol order book ticker", and its limits and errors. The three weigh 27 of
// 6000.
var course = rest.Course{
	Market:  "BTCUSDT",
	Balance: "GET " + accountPath,
	Book:    "GET /api/v3/depth?symbol={market}&limit=5",
	Ticker:  "GET /api/v3/ticker/bookTicker?symbol={market}",
	Usage:   func(r rest.Response) string { return usage(r, "X-Mbx-Used-Weight-1m", "6000") },
	Limit:   "a weight of 6000 a minute for an address, of which a ticker is 2",
}
