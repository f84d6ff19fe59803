package gemini

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// counts is of the whole process: the wizard and the dashboard may ask about one
// key at once.
var counts nonce.Source

// ticks are the scales of a nonce. Without the person's word it is a second:
// that is what a key with a time-based nonce wants, and the least that one
// which counts upwards can be given.
var ticks = nonce.Ticks{
	"":                          time.Second,
	exchanges.NonceMilliseconds: time.Millisecond,
	exchanges.NonceMicroseconds: time.Microsecond,
	exchanges.NonceNanoseconds:  time.Nanosecond,
}

// mostAhead is how many seconds ahead of its clock a nonce may be when calls
// come faster than one a second; Gemini takes 30.
const mostAhead = 15

// number returns the next nonce at Gemini's time now; own is this machine's.
// Those in seconds grow too, for keys whose nonces count upwards; then they run a
// little ahead.
func (t *talk) number(now, own time.Time) int64 {
	n := t.turn.Count(nonce.Time(now, own, rest.DateGrain/2))
	if t.c.Nonce != "" {
		return t.turn.Next(n)
	}
	return t.turn.Near(n, mostAhead)
}

// signed adds the headers that stand for a call and its signature.
func signed(c exchanges.Credential, r rest.Request, number string) rest.Request {
	body := payload(r.Trace, r, number)
	r.Body = ""
	r.Header = http.Header{
		"Content-Type":       {"text/plain"},
		"Cache-Control":      {"no-cache"},
		"X-GEMINI-APIKEY":    {c.KeyID},
		"X-GEMINI-PAYLOAD":   {body},
		"X-GEMINI-SIGNATURE": {sign(r.Trace, c.Secret, body)},
	}
	return r
}

// payload is what stands in for a body: it goes into a header, with the members
// of the JSON object that the request has as its body, if it has one.
func payload(t *cred.Trace, r rest.Request, nonce string) string {
	text, _ := json.Marshal(struct { // strings alone
		Request string `json:"request"`
		Nonce   string `json:"nonce"`
	}{r.Path, nonce})
	if more := members(r.Body); more != "" {
		text = slices.Concat(text[:len(text)-1], []byte(","+more+"}"))
	}
	t.Note(exchanges.StepPayload, "JSON, before it is written in base64", string(text))
	return base64.StdEncoding.EncodeToString(text)
}

// members is what stands between the braces of a JSON object.
func members(object string) string {
	object = strings.TrimSpace(object)
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(object, "{"), "}"))
}

// shown signs a call that is shown and not sent. Its body is the parameters, as a
// JSON object.
func shown(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	n, err := ticks.Shown(nonce.Call{Exchange: ID, Op: r.Method + " " + r.Path}, c, r.Nonce, now)
	if err != nil {
		return r, err
	}
	if r.Body != "" && wire.Members([]byte(r.Body)) == nil {
		return r, errors.New("the parameters are not a JSON object")
	}
	r.Trace.Note(exchanges.StepNonce, "", n)
	return signed(c, r, n), nil
}

// sign returns the lower-case hex of HMAC-SHA384 over the encoded payload.
func sign(t *cred.Trace, secret exchanges.Secret, payload string) string {
	return t.Hex(t.MAC(sha512.New384, secret.Bytes(), payload))
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
