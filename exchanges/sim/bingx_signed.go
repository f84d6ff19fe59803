package sim

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const bingxWindow = 5_000 // ms that a timestamp may be off, either way, at most

var (
	errBingxKey       = &bingxRefusal{100413, "Incorrect apiKey"}
	errBingxSignature = &bingxRefusal{100001, "Signature verification failed due to signature mismatch"}
	errBingxTime      = &bingxRefusal{100421, "Null timestamp or timestamp mismatch"}
	errBingxStamp     = &bingxRefusal{80014, "timestamp is invalid"}
)

// bingxParams are the parameters of a request: what they say, and the text of
// which the signature is.
type bingxParams struct {
	sent      map[string]string
	body      []byte // of JSON, else nil
	signed    string
	signature string
}

// get returns a parameter; empty: there is none.
//
//go:noinline
func (p bingxParams) get(name string) string { return p.sent[name] }

// readBingxParams reads the parameters of a JSON body, or of the query and a
// form where there is none.
func readBingxParams(r *http.Request, body string) (bingxParams, *bingxRefusal) {
	if body != "" && strings.HasPrefix(headerOf(r, "Content-Type"), "application/json") {
		return bingxOfJSON([]byte(body))
	}
	return bingxOfQuery(joinParams(r.URL.RawQuery, body))
}

// bingxOfQuery reads parameters as they are in a URL. They are signed in the
// order in which they are sent and without their escapes.
func bingxOfQuery(text string) (bingxParams, *bingxRefusal) {
	p := bingxParams{sent: map[string]string{}}
	var signed []string
	for _, pair := range strings.Split(text, "&") {
		if pair == "" {
			continue
		}
		name, escaped, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(escaped)
		if err != nil {
			return p, bingxBad("Invalid parameters")
		}
		if name == "signature" {
			p.signature = value
			continue
		}
		p.sent[name] = value
		signed = append(signed, name+"="+value)
	}
	p.signed = strings.Join(signed, "&")
	return p, nil
}

// bingxOfJSON reads parameters of a JSON object. They are signed in the order
// of their names, written like those of a URL; lists keep the form that they
// have in JSON.
func bingxOfJSON(body []byte) (bingxParams, *bingxRefusal) {
	p := bingxParams{sent: map[string]string{}, body: body}
	var sent map[string]json.RawMessage
	if json.Unmarshal(body, &sent) != nil {
		return p, bingxBad("Invalid parameters")
	}
	var signed []string
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		value := bingxText(sent[name])
		if name == "signature" {
			p.signature = value
			continue
		}
		p.sent[name] = value
		signed = append(signed, name+"="+value)
	}
	p.signed = strings.Join(signed, "&")
	return p, nil
}

// bingxText writes a JSON value as it is signed.
func bingxText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil && raw[0] == '"' {
		return text
	}
	var tight bytes.Buffer
	_ = json.Compact(&tight, raw) // has been read already
	return tight.String()
}

// admit verifies a signed request and returns the key that made it. In which
// order BingX looks at things is not documented, nor what a disabled key is
// told: here it is what a deleted one is.
func (v *bingx) admit(r *http.Request, p bingxParams) (*entry, *bingxRefusal) {
	if headerOf(r, "X-BX-APIKEY") == "" {
		return nil, errBingxKey
	}
	if refusal := v.checkTime(p); refusal != nil {
		return nil, refusal
	}
	key, ok := v.find(headerOf(r, "X-BX-APIKEY"))
	switch {
	case !ok || key.Disabled || key.expired(v.now()):
		return nil, errBingxKey
	case !sameText(p.signature, lowerHexHMAC(key.Secret, p.signed)):
		return nil, errBingxSignature
	case !key.allows(callerOf(r)):
		return nil, &bingxRefusal{100419,
			"your current request IP " + callerOf(r).String() + " does not match IP whitelist , please go to https://bingx.com/en/account/api/ to verify the ip you have set"}
	}
	return key, nil
}

// checkTime wants a timestamp that is at most five seconds off. A recvWindow
// may make that less, and in the documentation is sometimes 0, which changes
// nothing; more than five seconds have no effect.
func (v *bingx) checkTime(p bingxParams) *bingxRefusal {
	if p.get("timestamp") == "" {
		return errBingxTime
	}
	sent, err := strconv.ParseInt(p.get("timestamp"), 10, 64)
	if err != nil {
		return errBingxStamp
	}
	window := int64(bingxWindow)
	if text := p.get("recvWindow"); text != "" {
		asked, err := strconv.ParseInt(text, 10, 64)
		if err != nil || asked < 0 {
			return bingxBad("Invalid parameters: recvWindow")
		}
		if asked > 0 {
			window = min(window, asked)
		}
	}
	if off := sent - inMillis(v.now()); off > window || -off > window {
		return errBingxTime
	}
	return nil
}
