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
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
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

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "Bitfinex", Form: form(), Guide: guide(),
		Sites: []exchanges.Site{{
			ID: "global", Name: "Bitfinex", Environment: exchanges.Live,
			Origin: "https://api.bitfinex.com", KeysPage: "https://setting.bitfinex.com/api",
			Capabilities: exchanges.Capabilities{Permissions: true},
		}},
	}
}

type venue struct{ client *rest.Client }

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{
		Exchange: ID, Connection: c, Limit: rate.Limit(callsPerSecond), Burst: callsAtOnce,
		ServerTime: &rest.TimeCall{Path: statusPath, Read: readStatus},
	})
	if err != nil {
		return nil, err
	}
	return &venue{client}, nil
}

// Info describes Bitfinex.
func (v *venue) Info() exchanges.Info { return info() }

// nonces is shared by all venues of the process.
var nonces nonce.Source

// Inspect asks for the scopes of the key, and whose it is.
func (v *venue) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	c, err := check(c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	s, err := v.begin(ctx, c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	defer s.turn.Done()
	asked := v.client.Now().UTC()
	var out exchanges.KeyInfo
	err = s.post(ctx, permissionsPath, func(r rest.Response) (e *exchanges.Error) {
		out, e = parseScopes(r)
		return e
	})
	if err == nil && slices.Contains(out.ExchangePermissions, "account:read") {
		err = s.post(ctx, userPath, func(r rest.Response) *exchanges.Error { return addUser(r, &out) })
		if e := exchanges.AsError(err); err != nil && e.Outcome == exchanges.Refused && (e.Kind.Verdict() || e.Kind == exchanges.Protocol) {
			err = nil // the key was accepted before, and may not know whose it is
		}
	}
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	out.KeyID, out.Asked, out.Seen, out.Clock = c.KeyID, asked, v.client.Now().UTC(), v.client.Clock()
	return out, nil
}

// ticks are the scales of nonces that Bitfinex takes. Nanoseconds are beyond
// the largest number that it documents, 2^53-1.
var ticks = map[exchanges.NonceUnit]time.Duration{
	"": time.Millisecond, exchanges.NonceMilliseconds: time.Millisecond, exchanges.NonceMicroseconds: time.Microsecond,
}

// caller is the right to call with one key, and what that takes.
type caller struct {
	client *rest.Client
	cred   exchanges.Credential
	turn   *nonce.Turn
	tick   time.Duration
}

// begin waits until no other call of the key is under way.
func (v *venue) begin(ctx context.Context, c exchanges.Credential) (*caller, error) {
	tick, known := ticks[c.Nonce]
	if !known {
		return nil, &exchanges.Error{
			Exchange: ID, Op: http.MethodPost + " " + permissionsPath, Kind: exchanges.Invalid, Outcome: exchanges.NotSent,
			Code: exchanges.Clean(strconv.Quote(string(c.Nonce)) + " is not a nonce scale of Bitfinex"),
			Hint: `Set nonce to "ms" or "us" under [key."NAME"] in config.toml, or leave it out.`,
		}
	}
	turn, err := nonces.Turn(ctx, tick.String()+" "+c.KeyID)
	if err != nil {
		return nil, &exchanges.Error{Exchange: ID, Op: http.MethodPost + " " + permissionsPath, Kind: exchanges.Canceled, Outcome: exchanges.NotSent}
	}
	return &caller{v.client, c, turn, tick}, nil
}

// post makes a signed read; each attempt has a nonce of its own.
func (s *caller) post(ctx context.Context, path string, parse func(rest.Response) *exchanges.Error) error {
	_, err := s.client.Do(ctx, rest.Call{
		Op: http.MethodPost + " " + path, Credential: s.cred,
		Build: func(now time.Time) (rest.Request, error) {
			at := nonce.Time(now, s.client.Now(), time.Second/2)
			return signed(s.cred, path, strconv.FormatInt(s.turn.Next(at.UnixNano()/int64(s.tick)), 10), "{}"), nil
		},
		Classify: func(r rest.Response) *exchanges.Error {
			if e := refusal(r); e != nil {
				return e
			}
			return parse(r)
		},
	})
	return err
}

// readStatus reads the answer of the public call: whether Bitfinex is in
// operation, and the date that its server writes above it. That one drops the
// fraction of the second, so the middle of the second is the best guess.
func readStatus(r rest.Response) (time.Time, error) {
	var operative []int
	if json.Unmarshal(r.Body, &operative) != nil || len(operative) == 0 {
		return time.Time{}, errors.New("no status")
	}
	if operative[0] == 0 {
		return time.Time{}, &exchanges.Error{Kind: exchanges.Unavailable, Code: "platform status 0", Hint: hintTrouble}
	}
	at, err := http.ParseTime(strings.TrimSpace(r.Header.Get("Date")))
	return at.Add(time.Second / 2), err
}
