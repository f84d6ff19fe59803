package bitfinex

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by docs.bitfinex.com, REST v2: "Wallets", "Book" and "Ticker".
var course = rest.Course{
	Market:  "tBTCUSD",
	Balance: "POST " + walletsPath + " {}",
	Book:    "GET /v2/book/{market}/P0?len=25",
	Ticker:  "GET /v2/ticker/{market}",
}

const walletsPath = "/v2/auth/r/wallets"

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	api := rest.API{Client: v.Client, Refusal: refusal, ReadsOnly: true}
	return course.Calls(rest.Runner{API: api, Check: check, Begin: v.count}, c, market)
}

// count begins a call that moves the key's nonce.
func (v *venue) count(ctx context.Context, c exchanges.Credential, _ exchanges.Drill) (rest.Signing, error) {
	turn, err := nonces.Begin(ctx, nonce.Call{Exchange: ID, Op: http.MethodPost + " " + walletsPath}, c, ticks)
	if err != nil {
		return rest.Signing{}, err
	}
	return rest.Signing{Done: turn.Done, Sign: func(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
		at := nonce.Time(now, v.Now(), time.Second/2)
		return signed(c, r, strconv.FormatInt(turn.Next(turn.Count(at)), 10)), nil
	}}, nil
}
