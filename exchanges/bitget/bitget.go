// Package bitget asks Bitget what an API key may do, and manages the keys of
// sub-accounts there.
//
// Bitget has accounts of two generations, unified and classic, with a call of
// its own each that describes the calling key: its rights and its IP list, and
// nothing else. Which one an account is shows in the answers. keyrota asks the
// unified call first.
//
// A key of a main account makes, lists and changes those of its sub-accounts.
// On a unified account it deletes them too; on a classic one that is done by
// hand, as is everything about keys of the main account itself. To change a
// key, Bitget wants its passphrase again: keyrota derives that of each key that
// it makes from the managing key.
//
// Demo trading is at the same host as live trading, so it is no site of its
// own here.
//
// Sources: www.bitget.com/api-doc (quick start, signature, error codes,
// account and sub-account pages of both generations), the bitget-api package
// of tiagosiebler and ccxt, as of July 2026.
package bitget

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// ID is how files and commands name Bitget.
const ID exchanges.ID = "bitget"

const (
	unifiedPath = "/api/v3/account/info"
	classicPath = "/api/v2/spot/account/info"
	timePath    = "/api/v2/public/time"
)

// Bitget allows an account 5 of most calls a second, but one of the classic
// description of a key, and an address 6,000 calls a minute.
const (
	callsPerSecond   = 4
	callsAtOnce      = 4
	classicPerSecond = 0.9
	changesPerSecond = 1
)

// Adapter describes Bitget to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: check, New: open}
}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "Bitget", Form: form(), Guide: guide(),
		Sites: []exchanges.Site{{
			ID: "global", Name: "Bitget", Environment: exchanges.Live,
			Origin: "https://api.bitget.com", KeysPage: "https://www.bitget.com",
			Capabilities: exchanges.Capabilities{
				Permissions: true, IPList: true,
				Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.SubAccountKeys,
			},
		}},
		Aliases: map[exchanges.Environment][]string{exchanges.Live: {"capi.bitget.com"}},
	}
}

// venue is Bitget.
type venue struct {
	client  *rest.Client
	classic *rate.Limiter
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce,
		ServerTime: &rest.TimeCall{Path: timePath, Parse: parseTime},
	})
	if err != nil {
		return nil, err
	}
	v := &venue{client, rate.NewLimiter(classicPerSecond, 1)}
	return &manager{v, rate.NewLimiter(changesPerSecond, 1)}, nil
}

// Info describes Bitget.
func (v *venue) Info() exchanges.Info { return info() }

// Inspect asks what the exchange says of the calling key.
func (v *venue) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	c, err := check(c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	k, err := v.ask(ctx, c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	return v.stamped(k.info(c.KeyID)), nil
}

// ask makes the calling key describe itself. A refusal by the unified call that
// is no verdict on the key is taken for that of a classic account, since no
// code is documented for it.
func (v *venue) ask(ctx context.Context, c exchanges.Credential) (*key, error) {
	found, err := v.describe(ctx, c, unifiedPath, nil)
	if err == nil || !unexplained(err) {
		return found, err
	}
	classic, second := v.describe(ctx, c, classicPath, v.classic)
	if second != nil && exchanges.AsError(second).Kind == exchanges.Protocol {
		return nil, err
	}
	return classic, second
}

func (v *venue) describe(ctx context.Context, c exchanges.Credential, path string, limiter *rate.Limiter) (*key, error) {
	var found *key
	err := v.do(ctx, c, call{method: http.MethodGet, path: path, limiter: limiter, parse: func(r rest.Response) (e *exchanges.Error) {
		found, e = parseKey(r)
		return e
	}})
	if err != nil {
		return nil, err
	}
	found.unified = path == unifiedPath
	return found, nil
}

// stamped returns an answer with when it was there.
func (v *venue) stamped(k exchanges.KeyInfo) exchanges.KeyInfo {
	k.Seen, k.Clock = v.client.Now().UTC(), v.client.Clock()
	return k
}

// call is a signed call. parse reads an answer that is no refusal.
type call struct {
	method, path, query, body string
	parse                     func(rest.Response) *exchanges.Error
	limiter                   *rate.Limiter
	secrets                   []exchanges.Secret // in the body
}

// do makes a call with a checked credential. What is no GET is a write.
func (v *venue) do(ctx context.Context, c exchanges.Credential, what call) error {
	_, err := v.client.Do(ctx, rest.Call{
		Op: what.method + " " + what.path, Credential: c, Secrets: what.secrets,
		Write: what.method != http.MethodGet, Limiter: what.limiter,
		Build: func(now time.Time) (rest.Request, error) {
			return signed(c, what.method, what.path, what.query, what.body, now)
		},
		Classify: rest.Then(refusal, what.parse),
	})
	return err
}

func parseTime(body []byte) (time.Time, error) {
	var t struct {
		Data struct {
			ServerTime wire.Int `json:"serverTime"` // ms
		} `json:"data"`
	}
	if json.Unmarshal(body, &t) != nil || t.Data.ServerTime.Value <= 0 {
		return time.Time{}, errors.New("no time")
	}
	return time.UnixMilli(t.Data.ServerTime.Value), nil
}
