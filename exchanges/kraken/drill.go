package kraken

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// course is by docs.kraken.com, Spot REST: "Get Account Balance", "Get Order
// Book" and "Get Ticker Information". The balance costs the account one call of
// its counter, and the two public calls are counted by address.
var course = rest.Course{
	Market:  "XBTUSD",
	Balance: "POST " + balancePath,
	Book:    "GET /0/public/Depth?pair={market}&count=5",
	Ticker:  "GET /0/public/Ticker?pair={market}",
}

const balancePath = "/0/private/Balance"

// Course is a test run of a key.
func (v *venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	api := rest.API{Client: v.Client, Refusal: func(r rest.Response) *exchanges.Error { return refusal(r, v.ExchangeNow()) }}
	return course.Calls(rest.Runner{API: api, Check: check, Begin: v.count}, c, market)
}

// count begins a call that moves the key's nonce.
func (v *venue) count(ctx context.Context, c exchanges.Credential, _ exchanges.Drill) (rest.Signing, error) {
	turn, err := nonces.Begin(ctx, nonce.Call{Exchange: ID, Op: http.MethodPost + " " + balancePath}, c, ticks)
	if err != nil {
		return rest.Signing{}, err
	}
	return rest.Signing{Done: turn.Done, Sign: func(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
		n := strconv.FormatInt(turn.Next(turn.Count(nonce.Time(now, v.Now(), timeGrain/2))), 10)
		r.Body = inspectForm(n, c.Passphrase)
		return signed(c, r, n)
	}}, nil
}
