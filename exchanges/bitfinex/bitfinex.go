// Package bitfinex asks Bitfinex what an API key may do.
//
// POST /v2/auth/r/permissions says for each scope whether the calling key reads
// and whether it writes; any key may ask. Of a key that reads its account, POST
// /v2/auth/r/info/user adds whose it is. IP list, dates and label of a key are
// told nowhere, and no call manages keys. Paper trading happens on the live
// host, in a sub-account of its own, so it is a note and no environment.
//
// Each call carries a number that must be larger than all that the key has
// sent. So the scale is that of the smallest in use, milliseconds, unless the
// person says otherwise: a number of a larger scale locks the key's bot out for
// years. The host has no clock to ask but the date of its answers.
//
// Sources: docs.bitfinex.com (REST v2: "Key Permissions", "User Info",
// "Platform Status", authentication, error codes, limits) and
// support.bitfinex.com ("How to create and revoke a Bitfinex API Key"), as of
// 2026.
package bitfinex

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ID is how files and commands name Bitfinex.
const ID exchanges.ID = "bitfinex"

const (
	permissionsPath = "/v2/auth/r/permissions"
	userPath        = "/v2/auth/r/info/user"
	statusPath      = "/v2/platform/status"
)

// Bitfinex allows 90 calls of each kind in a minute. keyrota makes no more than
// 66 of all kinds.
const (
	callsPerSecond = 1
	callsAtOnce    = 6
)

// Adapter describes Bitfinex to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

// sites has the only deployment.
var sites = []exchanges.Site{{
	ID: "global", Name: "Bitfinex", Environment: exchanges.Live,
	Origin: "https://api.bitfinex.com", KeysPage: "https://setting.bitfinex.com/api",
	Capabilities: exchanges.Capabilities{Permissions: true},
}}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "Bitfinex", Form: form, Guide: guide(),
		Sites: sites,
	}
}

type venue struct{ rest.Venue }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: &rest.TimeCall{Path: statusPath, Read: readStatus},
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

// nonces is shared by all venues of the process.
var nonces nonce.Source

// ticks are the scales of nonces that Bitfinex takes. Nanoseconds are beyond
// the largest number that it documents, 2^53-1.
var ticks = nonce.Ticks{
	"": time.Millisecond, exchanges.NonceMilliseconds: time.Millisecond, exchanges.NonceMicroseconds: time.Microsecond,
}

// inspect asks for the scopes of the key, and whose it is.
func (v *venue) inspect(ctx context.Context, c exchanges.Credential, out *exchanges.KeyInfo) error {
	turn, err := nonces.Begin(ctx, nonce.Call{Exchange: ID, Op: http.MethodPost + " " + permissionsPath}, c, ticks)
	if err != nil {
		return err
	}
	defer turn.Done()
	ask := v.caller(ctx, c, turn)
	err = ask(permissionsPath, rest.Into(out, parseScopes))
	if err == nil && slices.Contains(out.ExchangePermissions, "account:read") {
		err = ask(userPath, func(r rest.Response) *exchanges.Error { return addUser(r, out) })
		if e := exchanges.AsError(err); err != nil && e.Outcome == exchanges.Refused && (e.Kind.Verdict() || e.Kind == exchanges.Protocol) {
			err = nil // the key was accepted before, and may not know whose it is
		}
	}
	return err
}

// caller returns how to make a read with one key; each attempt has a number of
// its own.
func (v *venue) caller(ctx context.Context, c exchanges.Credential, turn *nonce.Turn) func(string, func(rest.Response) *exchanges.Error) error {
	api := v.API
	api.Sign = v.numbered(turn)
	return func(path string, read func(rest.Response) *exchanges.Error) error {
		return api.Ask(ctx, rest.Call{Credential: c}, rest.Request{Method: http.MethodPost, Path: path, Body: "{}"}, read)
	}
}

// readStatus reads the answer of the public call: whether Bitfinex is in
// operation, and the date that its server writes above it. That one drops the
// fraction of the second, so the middle of the second is the best guess.
func readStatus(r rest.Response) (time.Time, error) {
	switch operative := wire.At[wire.Int](r.Body, "0"); {
	case !operative.Known:
		return time.Time{}, errors.New("no status")
	case operative.Value == 0:
		return time.Time{}, &exchanges.Error{Kind: exchanges.Unavailable, Code: "platform status 0", Hint: hintTrouble}
	}
	at, err := http.ParseTime(strings.TrimSpace(r.Header.Get("Date")))
	return at.Add(time.Second / 2), err
}

// course is by docs.bitfinex.com, REST v2: "Wallets", "Book" and "Ticker".
var course = rest.Course{
	Market:  "tBTCUSD",
	Balance: "POST " + walletsPath + " {}",
	Book:    "GET /v2/book/{market}/P0?len=25",
	Ticker:  "GET /v2/ticker/{market}",
}

const walletsPath = "/v2/auth/r/wallets"
