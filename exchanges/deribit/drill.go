package deribit

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by docs.deribit.com: private/get_account_summaries, public/ticker,
// public/get_order_book, the articles "Authentication" and
// "Errors". The balance is asked for with a token; what is signed, and spoilt by
// drills, is the sign-in. That a timestamp is too old has no code of its own.
var course = rest.Course{
	Market:  "BTC-PERPETUAL",
	Balance: "GET /api/v2/private/get_account_summaries",
	Book:    "GET /api/v2/public/get_order_book?instrument_name={market}&depth=5",
	Ticker:  "GET /api/v2/public/ticker?instrument_name={market}",
	Spoilt:  "POST /api/v2/" + authMethod,
	Stale:   []exchanges.Kind{exchanges.Auth, exchanges.ClockSkew},
}

// refused judges an answer to any call.
func (v *venue) refused(r rest.Response) *exchanges.Error {
	var got reply[json.RawMessage]
	if e := rest.Decode(r, &got); e != nil {
		return e
	}
	if e := wrongSite(got.Testnet, v.env); e != nil {
		return e
	}
	if got.Error != nil {
		return got.Error.classify(r, authMethod)
	}
	return rest.HTTPError(r)
}

// begin signs in, for a call that goes with a token, or signs the sign-in itself.
func (v *venue) begin(ctx context.Context, c exchanges.Credential, d exchanges.Drill) (rest.Signing, error) {
	s := rest.Signing{Sign: signedIn, Done: func() {}}
	if d != exchanges.NoDrill {
		return s, nil
	}
	got, err := v.authenticate(ctx, c)
	if err != nil {
		return s, err
	}
	s.Done = got.AccessToken.Wipe
	s.Sign = func(_ exchanges.Credential, r rest.Request, _ time.Time) (rest.Request, error) {
		r.Header = http.Header{"Authorization": {"Bearer " + got.AccessToken.Reveal()}}
		return r, nil
	}
	return s, nil
}

// signedIn fills the sign-in of a key.
func signedIn(c exchanges.Credential, _ rest.Request, now time.Time) (rest.Request, error) {
	params, err := signIn(nil, c, stamp{at: now, nonce: rand.Text()})
	if err != nil {
		return rest.Request{}, err
	}
	return call{method: authMethod, id: 1}.build(params)
}
