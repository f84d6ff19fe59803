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
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
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

func info() exchanges.Info {
	caps := exchanges.Capabilities{Permissions: true}
	return exchanges.Info{
		ID: ID, Name: "Gemini", Form: form(), Guide: guide(),
		Sites: []exchanges.Site{
			{
				ID: "global", Name: "Gemini", Environment: exchanges.Live, Capabilities: caps,
				Origin: "https://api.gemini.com", KeysPage: "https://exchange.gemini.com/settings/api",
			},
			{
				ID: "sandbox", Name: "Gemini Sandbox", Environment: exchanges.Testnet, Capabilities: caps,
				Origin: "https://api.sandbox.gemini.com", KeysPage: "https://exchange.sandbox.gemini.com/settings/api",
			},
		},
	}
}

// venue is one site. Gemini has no call for its time; the Date of its answers
// has to do.
type venue struct {
	client *rest.Client
	clock  atomic.Pointer[exchanges.Clock] // nil before the first answer
}

func open(c exchanges.Connection) (exchanges.Exchange, error) {
	client, err := rest.New(rest.Config{Exchange: ID, Connection: c, Limit: callsPerSecond, Burst: callsAtOnce})
	if err != nil {
		return nil, err
	}
	return &venue{client: client}, nil
}

// Info describes Gemini.
func (v *venue) Info() exchanges.Info { return info() }

// Inspect asks for the roles of the key of c, and for the name of its account.
// That the second is not told spoils nothing; a key of a whole group has no
// account of its own.
func (v *venue) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	c, err := check(c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	turn, err := counts.Turn(ctx, c.KeyID+" "+string(c.Nonce))
	if err != nil {
		return exchanges.KeyInfo{}, &exchanges.Error{Exchange: ID, Op: "POST " + rolesPath, Kind: exchanges.Canceled, Outcome: exchanges.NotSent}
	}
	defer turn.Done()
	t := &talk{venue: v, c: c, turn: turn}

	var found exchanges.KeyInfo
	err = t.ask(ctx, rolesPath, func(r rest.Response) (e *exchanges.Error) {
		found, e = parseRoles(r, c.KeyID)
		return e
	})
	if err == nil && !strings.HasPrefix(c.KeyID, masterPrefix) {
		err = t.name(ctx, &found)
	}
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	found.KeyID, found.Seen, found.Clock = c.KeyID, v.client.Now().UTC(), v.offset()
	return found, nil
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
	err := t.ask(ctx, accountPath, func(r rest.Response) *exchanges.Error { return parseAccount(r, &a) })
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

// ask makes a signed call. When its nonce was refused since this machine's
// clock is off, it is made once more by the clock of Gemini.
func (t *talk) ask(ctx context.Context, path string, parse func(rest.Response) *exchanges.Error) error {
	var sent time.Time
	var number int64
	call := rest.Call{
		Op: http.MethodPost + " " + path, Credential: t.c,
		Build: func(now time.Time) (rest.Request, error) {
			sent, number = now, t.number(now)
			return request(t.c, path, number), nil
		},
		Classify: func(r rest.Response) *exchanges.Error {
			date := t.measure(r.Header, sent, t.client.Now())
			if e := refusal(r); e != nil {
				return nonceError(e, t.c.Nonce, time.Unix(number, 0), date)
			}
			return parse(r)
		},
	}
	_, err := t.client.Do(ctx, call)
	if errors.Is(err, exchanges.ClockSkew) {
		_, err = t.client.Do(ctx, call)
	}
	return err
}
