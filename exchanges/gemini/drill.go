package gemini

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by docs.gemini.com, REST API: "Get Available Balances", "Current
// Order Book", "Ticker", and its rate limits and error codes. A nonce of an
// hour ago is too old by the clock for a key whose nonces are times, and too small
// for one that counts upwards.
var course = rest.Course{
	Market:  "btcusd",
	Balance: "POST " + balancesPath,
	Book:    "GET /v1/book/{market}?limit_bids=5&limit_asks=5",
	Ticker:  "GET /v1/pubticker/{market}",
	Stale:   []exchanges.Kind{exchanges.Nonce, exchanges.ClockSkew},
	Limit:   "120 public calls a minute for an address",
}

const balancesPath = "/v1/balances"

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	api := rest.API{Client: v.Client, Refusal: refusal, ReadsOnly: true}
	return course.Calls(rest.Runner{API: api, Check: check, Begin: v.count}, c, market)
}

// count begins a call that has a number. One that is stale on purpose is not
// counted: the next one goes on from the last good one.
func (v *venue) count(ctx context.Context, c exchanges.Credential, d exchanges.Drill) (rest.Signing, error) {
	turn, err := counts.Begin(ctx, nonce.Call{Exchange: ID, Op: http.MethodPost + " " + balancesPath}, c, ticks)
	if err != nil {
		return rest.Signing{}, err
	}
	t := &talk{venue: v, c: c, turn: turn}
	return rest.Signing{Done: turn.Done, Sign: func(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
		if d == exchanges.Stale {
			return signed(c, r, strconv.FormatInt(turn.Count(now), 10)), nil
		}
		return signed(c, r, strconv.FormatInt(t.number(now, t.Now()), 10)), nil
	}}, nil
}
