package gemini

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// dateGrain is what a Date header can be read to.
const dateGrain = time.Second

// counts is of the whole process: the wizard and the dashboard may ask about one
// key at once.
var counts nonce.Source

// ticks are the scales of a nonce. Without the person's word it is a second:
// that is what a key with a time-based nonce wants, and the least that one
// which counts upwards can be given.
var ticks = map[exchanges.NonceUnit]time.Duration{
	"":                          time.Second,
	exchanges.NonceMilliseconds: time.Millisecond,
	exchanges.NonceMicroseconds: time.Microsecond,
	exchanges.NonceNanoseconds:  time.Nanosecond,
}

// mostAhead is how many seconds ahead of its clock a nonce may be when calls
// come faster than one a second; Gemini takes 30.
const mostAhead = 15

// number returns the next nonce at this machine's time now. Those in seconds
// grow too, for keys whose nonces count upwards; then they run a little ahead.
func (t *talk) number(now time.Time) int64 {
	at := nonce.Time(now.Add(t.offset().Offset), now, dateGrain/2)
	n := at.UnixNano() / int64(ticks[t.c.Nonce])
	if t.c.Nonce != "" {
		return t.turn.Next(n)
	}
	return t.turn.Near(n, mostAhead)
}

// measure reads the clock of Gemini off an answer to what was sent at a time,
// and returns it; zero where the answer has no date.
func (v *venue) measure(h http.Header, sent, now time.Time) time.Time {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	middle := sent.Add(now.Sub(sent) / 2)
	v.clock.Store(&exchanges.Clock{Known: true, Offset: date.Add(dateGrain / 2).Sub(middle)})
	return date
}

// offset returns what is known of the difference to Gemini's clock.
func (v *venue) offset() exchanges.Clock {
	if c := v.clock.Load(); c != nil {
		return *c
	}
	return exchanges.Clock{}
}

// request builds a signed call.
func request(c exchanges.Credential, path string, number int64) rest.Request {
	body := payload(path, strconv.FormatInt(number, 10))
	return rest.Request{Method: http.MethodPost, Path: path, Header: http.Header{
		"Content-Type":       {"text/plain"},
		"Cache-Control":      {"no-cache"},
		"X-GEMINI-APIKEY":    {c.KeyID},
		"X-GEMINI-PAYLOAD":   {body},
		"X-GEMINI-SIGNATURE": {sign(c.Secret, body)},
	}}
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
	mac := hmac.New(sha512.New384, secret.Bytes())
	mac.Write([]byte(payload))
	return hex.EncodeToString(mac.Sum(nil))
}
