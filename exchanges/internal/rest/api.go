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

// API makes the calls of an exchange that signs all of them in one way.
type API struct {
	*Client

	// Sign adds to a request what makes it valid for a credential at time now.
	Sign func(c exchanges.Credential, r Request, now time.Time) (Request, error)

	// Refusal turns an answer into an error, nil for success.
	Refusal func(Response) *exchanges.Error
}

// Ask makes a signed call: a read if r is a GET, else a change. Of call,
// credential, limiter and secrets count. parse reads an answer that is no
// refusal.
func (a API) Ask(ctx context.Context, call Call, r Request, parse func(Response) *exchanges.Error) error {
	call.Op, call.Write = r.Method+" "+cmp.Or(r.Shown, r.Path), r.Method != http.MethodGet
	call.Build = func(now time.Time) (Request, error) { return a.Sign(call.Credential, r, now) }
	call.Classify = Then(a.Refusal, parse)
	_, err := a.Do(ctx, call)
	return err
}

// Stamp returns what was told of a key with when it was there, and how far the
// clocks are apart.
func (c *Client) Stamp(k exchanges.KeyInfo) exchanges.KeyInfo {
	k.Seen, k.Clock = c.Now().UTC(), c.Clock()
	return k
}

// Milliseconds is the call to a path whose answer has the time in Unix ms at
// the end of a path of members.
func Milliseconds(path string, members ...string) *TimeCall {
	return &TimeCall{Path: path, Parse: func(body []byte) (time.Time, error) {
		var ms wire.Int
		raw := json.RawMessage(body)
		for _, name := range members {
			raw = wire.Members(raw)[name]
		}
		if json.Unmarshal(raw, &ms) != nil || ms.Value <= 0 {
			return time.Time{}, errors.New("no " + strings.Join(members, "."))
		}
		return time.UnixMilli(ms.Value), nil
	}}
}
