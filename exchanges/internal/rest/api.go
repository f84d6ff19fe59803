package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// API makes the calls of an exchange that signs all of them in one way and says
// no in one way.
type API struct {
	*Client

	// Sign adds to a request what makes it valid for a credential at time now.
	Sign func(c exchanges.Credential, r Request, now time.Time) (Request, error)

	// Refusal turns an answer into an error, nil for success.
	Refusal func(Response) *exchanges.Error

	// ReadsOnly is set where no call changes anything, whatever its method. Else
	// what is no GET does.
	ReadsOnly bool
}

// Ask makes a signed call. Of call, credential, limiter and secrets count. read
// takes an answer that is no refusal: see Into.
func (a *API) Ask(ctx context.Context, call Call, r Request, read func(Response) *exchanges.Error) error {
	call.Op = r.Method + " " + cmp.Or(r.Shown, r.Path)
	call.Write = r.Method != http.MethodGet && !a.ReadsOnly
	call.Build = func(now time.Time) (Request, error) { return a.Sign(call.Credential, r, now) }
	call.Classify = func(r Response) *exchanges.Error {
		// A change that is answered by nothing at all is no refusal.
		if e := a.Refusal(r); e != nil && (!call.Write || r.Status != http.StatusNoContent) {
			return e
		}
		return read(r)
	}
	_, err := a.Do(ctx, call)
	return err
}

// Get asks for a path. Not inlined: it has many callers.
//
//go:noinline
func (a *API) Get(ctx context.Context, call Call, path string, read func(Response) *exchanges.Error) error {
	return a.Ask(ctx, call, Request{Method: http.MethodGet, Path: path}, read)
}

// Post sends a change with v as its JSON body.
func (a *API) Post(ctx context.Context, call Call, path string, v any, read func(Response) *exchanges.Error) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return a.Ask(ctx, call, Request{Method: http.MethodPost, Path: path, Body: string(body)}, read)
}

// Into returns a reader that keeps in v what parse makes of an answer. Not
// inlined: each copy would have a closure of its own.
//
//go:noinline
func Into[T any](v *T, parse func(Response) (T, *exchanges.Error)) func(Response) *exchanges.Error {
	return func(r Response) (e *exchanges.Error) {
		*v, e = parse(r)
		return e
	}
}

// Done takes an empty answer or any JSON object for the answer to a change; what
// something in between answers is neither.
func Done(r Response) *exchanges.Error {
	if len(r.Body) > 0 && wire.Members(r.Body) == nil {
		return NotJSON(r)
	}
	return nil
}

// List reads a list in the part of an answer that names lead to: see wire.Member.
// An empty list is one; what is none at all is not the documented answer.
func List[K any](r Response, names ...string) (all []K, e *exchanges.Error) {
	if json.Unmarshal(wire.Member(r.Body, names...), &all) != nil || all == nil {
		return nil, NotJSON(r)
	}
	return all, nil
}

// Stamp returns what was told of a key with when it was there, and how far the
// clocks are apart.
func (c *Client) Stamp(k exchanges.KeyInfo) exchanges.KeyInfo {
	k.Seen, k.Clock = c.Now().UTC(), c.Clock()
	return k
}

// ExchangeNow is the exchange's present time, as far as its clock was measured.
func (c *Client) ExchangeNow() time.Time { return c.Now().Add(c.Clock().Offset) }

// Milliseconds is the call to a path whose answer has the time in Unix ms at
// the end of names: see wire.Member. Not inlined: each copy would have a
// closure of its own.
//
//go:noinline
func Milliseconds(path string, names ...string) *TimeCall {
	return &TimeCall{Path: path, Read: func(r Response) (time.Time, error) { return UnixMilli(r, names...) }}
}

// UnixMilli reads the time in Unix ms out of an answer.
func UnixMilli(r Response, names ...string) (time.Time, error) {
	ms := wire.At[wire.Int](r.Body, names...)
	if ms.Value <= 0 {
		return time.Time{}, errors.New("no " + strings.Join(names, "."))
	}
	return time.UnixMilli(ms.Value), nil
}
