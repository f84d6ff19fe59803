package sim

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// geminiNonceWindow is how far a time-based nonce may be from the exchange's
// clock, in seconds.
const geminiNonceWindow = 30

// authenticate returns the key that a call was signed with, and what the
// signed payload says. The body is not looked at: everything is in headers.
func (v *gemini) authenticate(r *http.Request) (*entry, object, *geminiRefusal) {
	id, encoded, signature := headerOf(r, "X-GEMINI-APIKEY"), headerOf(r, "X-GEMINI-PAYLOAD"), headerOf(r, "X-GEMINI-SIGNATURE")
	switch {
	case id == "":
		return nil, nil, &geminiRefusal{http.StatusUnauthorized, "MissingApikeyHeader", "Must provide 'X-GEMINI-APIKEY' header"}
	case encoded == "":
		return nil, nil, &geminiRefusal{http.StatusBadRequest, "MissingPayloadHeader", "Must provide 'X-GEMINI-PAYLOAD' header"}
	case signature == "":
		return nil, nil, &geminiRefusal{http.StatusBadRequest, "MissingSignatureHeader", "Must provide 'X-GEMINI-SIGNATURE' header"}
	}
	payload, ok := geminiPayload(encoded)
	if !ok {
		return nil, nil, &geminiRefusal{http.StatusBadRequest, "InvalidJson", "The payload is not the base64 of a JSON object"}
	}
	if payload["request"] != r.URL.Path {
		return nil, nil, &geminiRefusal{http.StatusBadRequest, "EndpointMismatch", fmt.Sprintf(
			"The request was submitted to %s, and the payload is for %v", r.URL.Path, payload["request"])}
	}
	e, refusal := v.admit(r, id, encoded, signature)
	if refusal == nil {
		refusal = v.spend(e, payload["nonce"])
	}
	return e, payload, refusal
}

// admit judges who signed. The status of an unknown key is not documented.
func (v *gemini) admit(r *http.Request, id, encoded, signature string) (*entry, *geminiRefusal) {
	e, ok := v.find(id)
	switch {
	case !ok || e.Disabled || e.expired(v.now()):
		return nil, &geminiRefusal{http.StatusBadRequest, "InvalidApiKey", "Invalid API key"}
	case !e.allows(callerOf(r)):
		return nil, &geminiRefusal{http.StatusForbidden, "ApiKeyIpFilteringFailure", fmt.Sprintf(
			"API key %s is not trusted from %s", e.ID, callerOf(r))}
	case !validGeminiSignature(e.Secret, encoded, signature):
		return nil, &geminiRefusal{http.StatusBadRequest, "InvalidSignature", "InvalidSignature"}
	}
	return e, nil
}

// validGeminiSignature checks hex(HMAC-SHA384) over the payload as it was
// sent, in base64.
func validGeminiSignature(secret, encoded, signature string) bool {
	given, err := hex.DecodeString(signature)
	mac := hmac.New(sha512.New384, []byte(secret))
	mac.Write([]byte(encoded)) // a hash never fails to write
	return err == nil && hmac.Equal(mac.Sum(nil), given)
}

func geminiPayload(encoded string) (object, bool) {
	raw, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, false
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // a nonce does not fit a float
	var payload object
	err = decoder.Decode(&payload)
	return payload, err == nil && payload != nil
}

// spend takes a nonce, a number or the text of one. A key with time-based
// nonces wants the seconds of the exchange's clock, and takes the same second
// again; any other key wants a nonce above the last one.
func (v *gemini) spend(e *entry, given any) *geminiRefusal {
	text := strings.Trim(fmt.Sprint(given), " ")
	nonce, err := strconv.ParseUint(text, 10, 63)
	if err != nil {
		return &geminiRefusal{http.StatusBadRequest, "InvalidNonce", "The nonce is missing or not a whole number"}
	}
	if geminiTimeBased(e) {
		now := v.now().Unix()
		if away := int64(nonce) - now; away < -geminiNonceWindow || away > geminiNonceWindow {
			return &geminiRefusal{http.StatusBadRequest, "InvalidNonce", fmt.Sprintf(
				"Nonce '%s' is not within %d seconds of server time '%d'", text, geminiNonceWindow, now)}
		}
		return nil
	}
	if last, used := v.counters[e]; used && nonce <= last {
		return &geminiRefusal{http.StatusBadRequest, "InvalidNonce", fmt.Sprintf(
			"Nonce '%s' has not increased since your last call to the Gemini API.", text)}
	}
	v.counters[e] = nonce
	return nil
}

// geminiMillis writes a moment in milliseconds, as text.
func geminiMillis(t time.Time) string { return strconv.FormatInt(inMillis(t), 10) }
