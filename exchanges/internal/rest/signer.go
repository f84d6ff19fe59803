package rest

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Signer makes the calls of an exchange that has all of them signed in one way
// and says no in one way.
type Signer struct {
	Client *Client

	// Sign turns a request into one that is valid around now.
	Sign func(c exchanges.Credential, r Request, now time.Time) (Request, error)

	// Refuse looks for a refusal in an answer; nil: there is none.
	Refuse func(Response) *exchanges.Error
}

// Ask makes the call that r asks for, signed with call.Credential, and has read
// take its answer. What is no GET is a write; call.Op may be left out. asked is
// when it was sent, by this machine's clock.
func (s Signer) Ask(ctx context.Context, call Call, r Request, read func(Response) *exchanges.Error) (asked time.Time, err error) {
	if call.Op == "" {
		call.Op = r.Method + " " + r.Path
	}
	call.Write = r.Method != http.MethodGet
	call.Build = func(now time.Time) (Request, error) {
		asked = s.Client.Now().UTC()
		return s.Sign(call.Credential, r, now)
	}
	call.Classify = Then(s.Refuse, read)
	_, err = s.Client.Do(ctx, call)
	return asked, err
}

// Stamped returns what was told of a key, with when it was asked for, when it
// was there and how far the clocks are apart. A zero asked is not known.
func (c *Client) Stamped(k exchanges.KeyInfo, asked time.Time) exchanges.KeyInfo {
	k.Asked, k.Seen, k.Clock = asked, c.Now().UTC(), c.Clock()
	return k
}

// Into returns a reader that keeps in v what parse makes of an answer.
func Into[T any](v *T, parse func(Response) (T, *exchanges.Error)) func(Response) *exchanges.Error {
	return func(r Response) (e *exchanges.Error) {
		*v, e = parse(r)
		return e
	}
}

// Object takes any JSON object for the answer to a change; what something in
// between answers is none.
func Object(r Response) *exchanges.Error {
	var members map[string]json.RawMessage
	if e := Decode(r, &members); e != nil {
		return e
	}
	if members == nil {
		return NotJSON(r)
	}
	return nil
}
