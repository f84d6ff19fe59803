package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// drills are the calls that are wrong on purpose.
func (t *trip) drills() []exchanges.TestCall {
	c := t.course
	drill := func(name string, o *one, unable string, want []exchanges.Kind, usual exchanges.Kind) exchanges.TestCall {
		call := t.call(name, o)
		if call.Unable = unable; unable != "" {
			call.Do = nil
		}
		if call.Want = want; len(want) == 0 {
			call.Want = []exchanges.Kind{usual}
		}
		return call
	}
	hurry := drill("rate limit", &one{text: c.Ticker, drill: exchanges.Hurried}, "", nil, exchanges.RateLimited)
	hurry.Most, hurry.Limit, hurry.Do = hurried+1, c.Limit, t.hurry
	broken := &one{text: c.Broken, drill: exchanges.Malformed}
	if c.Broken == "" {
		broken.text, broken.market = c.Book, noMarket
	}
	return []exchanges.TestCall{
		drill("expired timestamp", &one{text: c.Spoilt, drill: exchanges.Stale, signed: true}, c.Timeless, c.Stale, exchanges.ClockSkew),
		drill("malformed request", broken, "", c.Malformed, exchanges.Protocol),
		drill("wrong signature", &one{text: c.Spoilt, drill: exchanges.Forged, signed: true}, c.Unsigned, c.Forged, exchanges.Auth),
		hurry,
	}
}

// hurry asks for the ticker until the exchange says that it is too often, a few
// times at most. A pause that it asks for is kept, and if it is short the call is
// made once more.
func (t *trip) hurry(ctx context.Context) (out exchanges.TestReply) {
	ticker := &one{text: t.course.Ticker, drill: exchanges.Hurried}
	for range hurried {
		sent := out.Sent
		out = t.send(ctx, ticker)
		out.Sent += sent
		if out.Err != nil {
			break
		}
	}
	if e := out.Err; e == nil || e.Kind != exchanges.RateLimited || e.RetryAfter == 0 || e.RetryAfter > maxWait {
		return out
	}
	after := t.send(ctx, ticker) // when the gate is open again
	out.Sent += after.Sent
	if after.Err != nil && after.Err.Kind == exchanges.Canceled {
		out.Err = after.Err
		return out
	}
	out.Waited, out.Then = out.Err.RetryAfter, after.Err
	return out
}

// anyJSON takes an answer that is no refusal.
func anyJSON(resp Response) *exchanges.Error {
	if !json.Valid(resp.Body) {
		return NotJSON(resp)
	}
	return nil
}

func (t *trip) send(ctx context.Context, o *one) exchanges.TestReply {
	return t.ask(ctx, o, "", anyJSON)
}

// ask makes a call once, in its turn. read takes an answer that is no refusal.
func (t *trip) ask(parent context.Context, o *one, account string, read func(Response) *exchanges.Error) (out exchanges.TestReply) {
	r := t.request(o, account, time.Time{})
	out.Path = r.Shown
	call := Call{Op: r.Method + " " + r.Shown, Credential: t.key, Write: r.Method != http.MethodGet && !t.ReadsOnly}
	e := t.turn(parent, call)
	if e == nil {
		ctx, cancel := context.WithTimeout(parent, MaxTime)
		defer cancel()
		call.Classify = func(resp Response) *exchanges.Error {
			out.Took = t.now().Sub(resp.Asked)
			if t.course.Usage != nil {
				out.Usage = exchanges.Clean(t.course.Usage(resp))
			}
			if e := t.Refusal(resp); e != nil {
				return e
			}
			return read(resp)
		}
		e = t.make(ctx, o, account, &call, &out)
	}
	if e != nil {
		out.Err = t.explain(parent, call, e)
	}
	out.Clock = t.Clock()
	return out
}

// make signs a request as o has it, and makes it.
func (t *trip) make(ctx context.Context, o *one, account string, call *Call, out *exchanges.TestReply) *exchanges.Error {
	now, _, e := t.clock.exchangeNow(ctx)
	if e != nil {
		return e
	}
	if o.drill == exchanges.Stale {
		now = now.Add(-staleBy)
	}
	as, signing, err := t.signing(ctx, o)
	if err != nil {
		return exchanges.AsError(err)
	}
	if signing.Done != nil {
		defer signing.Done()
	}
	call.Secrets = []exchanges.Secret{as.Secret, as.PrivateKey}
	call.Build = func(now time.Time) (Request, error) {
		r := t.request(o, account, now)
		if !o.signed {
			r.Header = t.Public.Clone()
			return r, nil
		}
		return signing.Sign(as, r, now)
	}
	resp, e := t.once(ctx, *call, now)
	out.Status = resp.Status
	if !resp.Asked.IsZero() {
		out.Sent = 1
	}
	return e
}

// signing returns the credential that a call is made with, and how it is signed.
func (t *trip) signing(ctx context.Context, o *one) (as exchanges.Credential, s Signing, err error) {
	as = t.key
	if o.drill == exchanges.Forged {
		as, err = cred.Forged(as)
	}
	switch {
	case err != nil || !o.signed:
	case t.Begin == nil:
		s.Sign = t.Sign
	default:
		s, err = t.Begin(ctx, as, o.drill)
	}
	return as, s, err
}

func millis(at time.Time) string { return strconv.FormatInt(at.UnixMilli(), 10) }
