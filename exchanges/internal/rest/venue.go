package rest

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Venue is what the sites of all exchanges have in common. Adapters embed it.
type Venue struct {
	API
	About func() exchanges.Info                                    // what Info returns
	Check func(exchanges.Credential) (exchanges.Credential, error) // Adapter.Check
	Trip  *Course                                                  // a test run

	// Look makes the calls of Inspect, for a credential that has passed Check, and
	// writes down what they tell but for the key's ID, time and clocks.
	Look func(context.Context, exchanges.Credential, *exchanges.KeyInfo) error

	// Begin begins a signed call of a test run, for exchanges that count the
	// calls of a key; nil: API.Sign signs.
	Begin func(context.Context, exchanges.Credential, exchanges.Drill) (Signing, error)

	Public http.Header // of public calls of a test run
}

// Signing is the right to sign calls until Done.
type Signing struct {
	Sign func(exchanges.Credential, Request, time.Time) (Request, error)
	Done func()
}

// Info describes the exchange. Not inlined: every venue has a copy.
//
//go:noinline
func (v *Venue) Info() exchanges.Info { return v.About() }

// Inspect asks what the exchange says of the calling key, as exchanges.Exchange
// says. Not inlined: every venue has a copy.
//
//go:noinline
func (v *Venue) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	c, err := v.Check(c)
	if err != nil {
		return exchanges.KeyInfo{}, err
	}
	var k exchanges.KeyInfo
	if err := v.Look(ctx, c, &k); err != nil {
		return exchanges.KeyInfo{}, err
	}
	k.KeyID = c.KeyID
	return v.Stamp(k), nil
}

// Course is a test run of a key, as exchanges.Driller says.
func (v *Venue) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	c, err := v.Check(c)
	if err != nil {
		return nil, err
	}
	t := &trip{Venue: v, course: v.Trip, key: c, market: cmp.Or(market, v.Trip.Markets.Of(v.Site().ID), v.Trip.Market), balanceAt: v.Trip.Balance}
	if !isMarket(t.market) {
		return nil, &exchanges.Error{
			Exchange: t.cfg.Exchange, Op: "test run", Kind: exchanges.Invalid, Outcome: exchanges.NotSent,
			Code: exchanges.Clean(market) + " cannot be a market", Hint: "Write the market as the exchange does, such as " + v.Trip.Market + ".",
		}
	}
	calls := t.reads()
	if t.Site().Environment != exchanges.Live {
		calls = append(calls, t.drills()...)
	}
	return calls, nil
}
