// Package mexc asks MEXC whether it accepts an API key, and manages the keys of
// sub-accounts there.
//
// MEXC has no call that tells what the calling key may do. GET /account takes
// the right to read the spot account, so that an answer proves that key,
// signature and address are accepted and that the key reads. What it says of
// trading and withdrawing is about the account, and perhaps not about the key:
// those are hints, and the rights stay unknown.
//
// A key of the main account makes, lists and deletes the keys of sub-accounts;
// none is changed. There is no testnet.
//
// Sources: MEXC spot v3 API documentation (www.mexc.com/api-docs and
// mexcdevelop.github.io/apidocs: signing, account, sub-account, error codes), as
// of November 2025.
package mexc

import (
	"context"
	"encoding/json"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ID is how files and commands name MEXC.
const ID exchanges.ID = "mexc"

const (
	accountPath = "/api/v3/account"
	uidPath     = "/api/v3/uid"
	timePath    = "/api/v3/time"
)

// MEXC allows 500 calls in 10 s to each path, and the account twice a second.
const (
	callsPerSecond    = 10
	callsAtOnce       = 10
	accountsPerSecond = 1.5
	changesPerSecond  = 2
)

// Adapter describes MEXC to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// sites has the only deployment.
var sites = []exchanges.Site{{
	ID: "global", Name: "MEXC", Environment: exchanges.Live,
	Origin: "https://api.mexc.com", KeysPage: "https://www.mexc.com/user/openapi",
	Capabilities: exchanges.Capabilities{Create: true, List: true, Revoke: true, Reach: exchanges.SubAccountKeys},
}}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "MEXC", Form: form, Guide: guide(),
		Sites:   sites,
		Aliases: map[exchanges.Environment][]string{exchanges.Live: {"contract.mexc.com"}},
	}
}

// venue is MEXC.
type venue struct {
	rest.Venue
	accounts, changes *rate.Limiter
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: rest.Milliseconds(timePath, "serverTime"),
	})
	if err != nil {
		return nil, err
	}
	v := &venue{
		rest.Venue{API: rest.API{Client: client, Sign: signed, Refusal: refusal}, About: info, Check: check, Trip: &course},
		rate.NewLimiter(accountsPerSecond, 1), rate.NewLimiter(changesPerSecond, 1),
	}
	v.Look = v.inspect
	return v, nil
}

// inspect has the key read its account. The account's number comes from another
// call; where that fails, it is not known.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, found *exchanges.KeyInfo) error {
	if err := v.Get(ctx, rest.Call{Credential: c, Limiter: v.accounts}, accountPath, rest.Into(found, parseAccount)); err != nil {
		return err
	}
	found.Account = v.uid(ctx, c)
	return nil
}

// uid asks for the account's number, and not for long: the key is judged already.
func (v *venue) uid(ctx context.Context, c exchanges.Credential) (uid string) {
	const patience = 3 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_ = v.Get(ctx, rest.Call{Credential: c}, uidPath, func(r rest.Response) *exchanges.Error {
		uid = string(wire.At[wire.Text](r.Body, "uid"))
		return nil
	})
	return uid
}

// What MEXC leaves open of a key.
const (
	noteRights = "MEXC does not tell what a key may do, nor its IP whitelist and its age; keyrota does not find out by trying. That it answered proves that key and address are accepted."
	noteAdmin  = "By MEXC's documentation a key of the main account needs no more than reading to make keys of its sub-accounts."
)

// parseAccount reads the account of a key.
func parseAccount(r rest.Response) (exchanges.KeyInfo, *exchanges.Error) {
	var account struct {
		Trade    wire.Flag       `json:"canTrade"`
		Withdraw wire.Flag       `json:"canWithdraw"`
		Deposit  wire.Flag       `json:"canDeposit"`
		Type     wire.Text       `json:"accountType"`
		Balances json.RawMessage `json:"balances"`
	}
	if e := rest.Decode(r, &account); e != nil {
		return exchanges.KeyInfo{}, e
	}
	hint := words("trading", account.Trade) + words("withdrawals", account.Withdraw) + words("deposits", account.Deposit)
	if hint == "" && account.Type == "" && account.Balances == nil {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	out := exchanges.KeyInfo{
		Permissions: exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted),
		Notes:       []string{noteRights, noteAdmin},
	}
	if hint != "" {
		out.Notes = append(out.Notes, "MEXC says of the account, and perhaps not of this key:"+hint+".")
	}
	return out, nil
}

// words says what a flag of the account means; nothing where it was not told.
func words(name string, f wire.Flag) string {
	switch f.Grant() {
	case exchanges.Granted:
		return " " + name + " on"
	case exchanges.NotGranted:
		return " " + name + " off"
	default:
		return ""
	}
}

// course is by MEXC's spot v3 API documentation: "Account Information", "Order
// Book" and "Symbol Order Book Ticker".
var course = rest.Course{
	Market:  "BTCUSDT",
	Balance: "GET " + accountPath,
	Book:    "GET /api/v3/depth?symbol={market}&limit=5",
	Ticker:  "GET /api/v3/ticker/bookTicker?symbol={market}",
}
