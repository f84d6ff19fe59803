package bitfinex

import (
	"context"
	"crypto/sha512"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{Name: exchanges.FieldKey, Label: "API Key", Help: "about 43 characters, shown under API Keys"},
	{Name: exchanges.FieldSecret, Label: "API Key Secret", Help: "about 43 characters; shown once, when the key is made"},
}}

// Bitfinex does not document the lengths, and key and secret look the same, so
// that little can be seen of a mistake.
var rules = cred.Rules{Exchange: ID, Key: cred.Whole("about 43 characters long"), Secret: cred.Whole("about 43 characters long")}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) { return rules.Check(c) }

// signed adds the headers that make a request valid. The signature covers the
// path below /api, the nonce and the body, byte for byte as it is sent.
func signed(c exchanges.Credential, r rest.Request, nonce string) rest.Request {
	r.Header = http.Header{
		// Bitfinex's own spelling, which net/http would change.
		"bfx-apikey":    {c.KeyID},
		"bfx-nonce":     {nonce},
		"bfx-signature": {r.Trace.Hex(r.Trace.MAC(sha512.New384, c.Secret.Bytes(), "/api"+r.Path+nonce+r.Body))},
		"Content-Type":  {"application/json"},
	}
	return r
}

// numbered returns what signs calls with the next numbers of a turn.
func (v *venue) numbered(turn *nonce.Turn) func(exchanges.Credential, rest.Request, time.Time) (rest.Request, error) {
	return func(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
		at := nonce.Time(now, v.Now(), time.Second/2)
		return signed(c, r, strconv.FormatInt(turn.Next(turn.Count(at)), 10)), nil
	}
}

// shown signs a call that is shown and not sent.
func shown(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	n, err := ticks.Shown(nonce.Call{Exchange: ID, Op: r.Method + " " + r.Path}, c, r.Nonce, now)
	if err != nil {
		return r, err
	}
	r.Trace.Note(exchanges.StepNonce, "", n)
	return signed(c, r, n), nil
}

// count begins a call that moves the key's nonce.
func (v *venue) count(ctx context.Context, c exchanges.Credential, _ exchanges.Drill) (rest.Signing, error) {
	turn, err := nonces.Begin(ctx, nonce.Call{Exchange: ID, Op: http.MethodPost + " " + walletsPath}, c, ticks)
	if err != nil {
		return rest.Signing{}, err
	}
	return rest.Signing{Sign: v.numbered(turn), Done: turn.Done}, nil
}
