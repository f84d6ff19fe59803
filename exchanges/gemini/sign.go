package gemini

import (
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
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
func signed(c exchanges.Credential, r rest.Request, number int64) rest.Request {
	body := payload(r.Path, strconv.FormatInt(number, 10))
	r.Header = http.Header{
		"Content-Type":       {"text/plain"},
		"Cache-Control":      {"no-cache"},
		"X-GEMINI-APIKEY":    {c.KeyID},
		"X-GEMINI-PAYLOAD":   {body},
		"X-GEMINI-SIGNATURE": {sign(c.Secret, body)},
	}
	return r
}

// payload is what stands in for a body: it goes into a header.
func payload(path, nonce string) string {
	text, _ := json.Marshal(struct { // strings alone
		Request string `json:"request"`
		Nonce   string `json:"nonce"`
	}{path, nonce})
	return base64.StdEncoding.EncodeToString(text)
}

// sign returns the lower-case hex of HMAC-SHA384 over the encoded payload.
func sign(secret exchanges.Secret, payload string) string {
	return hex.EncodeToString(cred.MAC(sha512.New384, secret.Bytes(), payload))
}
