package sim

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
)

// bitfinexLargestNonce is the largest whole number that JavaScript can tell
// from its neighbours. That it is a limit is not certain; here it is one.
const bitfinexLargestNonce = 1<<53 - 1

// bitfinexCall is a call that needs a key: the right that it takes, and how it
// is answered.
type bitfinexCall struct {
	path   string
	right  string // "orders:read"; empty: none
	answer func(*bitfinex, bitfinexCaller) (any, *bitfinexRefusal)
}

// bitfinexCaller is who makes a call: a key, or a token that was made from it.
type bitfinexCaller struct {
	key    *entry
	rights []string
	params object
}

// private answers a call that needs a key.
func (v *bitfinex) private(r *http.Request, call bitfinexCall) (any, *bitfinexRefusal) {
	raw, _ := io.ReadAll(r.Body) // in memory
	params, refusal := bitfinexParams(r, raw)
	if refusal != nil {
		return nil, refusal
	}
	caller, refusal := v.authenticate(r, raw)
	if refusal != nil {
		return nil, refusal
	}
	v.touch(caller.key, v.now())
	if call.right != "" && !contains(caller.rights, call.right) {
		return nil, bitfinexRefuse(bitfinexGeneric, "api_key: permission invalid")
	}
	caller.params = params
	return call.answer(v, caller)
}

// bitfinexParams reads the body, an object in JSON and said to be so.
func bitfinexParams(r *http.Request, raw []byte) (object, *bitfinexRefusal) {
	kind, _, err := mime.ParseMediaType(headerOf(r, "Content-Type"))
	if err != nil || kind != "application/json" {
		return nil, bitfinexRefuse(bitfinexBadParams, "content-type: invalid")
	}
	var params object
	if json.Unmarshal(raw, &params) != nil || params == nil {
		return nil, bitfinexRefuse(bitfinexBadParams, "body: invalid")
	}
	return params, nil
}

// authenticate returns who signed a call.
func (v *bitfinex) authenticate(r *http.Request, body []byte) (bitfinexCaller, *bitfinexRefusal) {
	if token := headerOf(r, "bfx-token"); token != "" {
		return v.bearer(r, token)
	}
	e, refusal := v.admit(r, body)
	if refusal != nil {
		return bitfinexCaller{}, refusal
	}
	return bitfinexCaller{key: e, rights: bitfinexWordsOf(e)}, nil
}

// admit judges the headers of a call by a key. What Bitfinex answers to a
// foreign address is not documented: here it looks like an unknown key, which
// tells the caller least.
func (v *bitfinex) admit(r *http.Request, body []byte) (*entry, *bitfinexRefusal) {
	e, ok := v.find(headerOf(r, "bfx-apikey"))
	if !ok || e.Disabled || e.expired(v.now()) || !e.allows(callerOf(r)) {
		return nil, bitfinexRefuse(bitfinexFailedAuth, "apikey: invalid")
	}
	nonce := headerOf(r, "bfx-nonce")
	if !validBitfinexSignature(e.Secret, "/api"+r.URL.EscapedPath()+nonce+string(body), headerOf(r, "bfx-signature")) {
		return nil, bitfinexRefuse(bitfinexFailedAuth, "apikey: digest invalid")
	}
	number, err := strconv.ParseUint(nonce, 10, 64)
	if err != nil || number > bitfinexLargestNonce {
		return nil, bitfinexRefuse(bitfinexBadNonce, "nonce: invalid")
	}
	if last, used := v.counters[e]; used && number <= last {
		return nil, bitfinexRefuse(bitfinexBadNonce, "nonce: small")
	}
	v.counters[e] = number
	return e, nil
}

// validBitfinexSignature checks hex(HMAC-SHA384) over "/api", the path, the
// nonce and the body.
func validBitfinexSignature(secret, text, signature string) bool {
	given, err := hex.DecodeString(signature)
	mac := hmac.New(sha512.New384, []byte(secret))
	mac.Write([]byte(text)) // a hash never fails to write
	return err == nil && hmac.Equal(mac.Sum(nil), given)
}
