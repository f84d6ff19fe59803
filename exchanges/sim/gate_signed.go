package sim

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

const gateWindow = 60 // seconds that a timestamp may be off, either way

var (
	errGateKey       = &gateRefusal{http.StatusUnauthorized, "INVALID_KEY", "Invalid key provided"}
	errGateSignature = &gateRefusal{http.StatusUnauthorized, "INVALID_SIGNATURE", "Signature mismatch"}
)

// admit verifies the headers of a signed request and returns the key that
// made it. The clock is looked at first: even a made-up key is told that its
// timestamp is too old.
func (v *gate) admit(r *http.Request, body []byte) (*entry, *gateRefusal) {
	for _, name := range []string{"KEY", "Timestamp", "SIGN"} {
		if headerOf(r, name) == "" {
			return nil, &gateRefusal{http.StatusBadRequest, "MISSING_REQUIRED_HEADER", "Missing required header: " + name}
		}
	}
	stamp := headerOf(r, "Timestamp")
	if refusal := v.checkTime(stamp); refusal != nil {
		return nil, refusal
	}
	key, refusal := v.identify(headerOf(r, "KEY"), callerOf(r))
	if refusal != nil {
		return nil, refusal
	}
	if len(body) > 0 && !strings.HasPrefix(headerOf(r, "Content-Type"), "application/json") {
		return nil, &gateRefusal{http.StatusBadRequest, "INVALID_CONTENT_TYPE", "Content-Type must be application/json"}
	}
	query, err := url.QueryUnescape(r.URL.RawQuery) // what is signed has no escapes in it
	if err != nil || !validGateSignature(key.Secret, gateText(r.Method, r.URL.Path, query, string(body), stamp), headerOf(r, "SIGN")) {
		return nil, errGateSignature
	}
	return key, nil
}

// gateText returns what is signed.
func gateText(method, path, query, body, stamp string) string {
	digest := sha512.Sum512([]byte(body))
	return strings.Join([]string{method, path, query, hex.EncodeToString(digest[:]), stamp}, "\n")
}

// validGateSignature checks the lower-case hex of an HMAC-SHA512.
func validGateSignature(secret, text, signature string) bool {
	mac := hmac.New(sha512.New, []byte(secret))
	mac.Write([]byte(text)) // a hash never fails to write
	return sameText(hex.EncodeToString(mac.Sum(nil)), signature)
}

// checkTime wants Unix seconds, of which Gate's own client for JavaScript
// sends fractions. The refusal tells both clocks.
func (v *gate) checkTime(stamp string) *gateRefusal {
	server := v.now().Unix()
	sent, err := strconv.ParseFloat(stamp, 64)
	if err == nil && math.Abs(sent-float64(server)) <= gateWindow {
		return nil
	}
	return &gateRefusal{http.StatusForbidden, "REQUEST_EXPIRED", fmt.Sprintf(
		"gap between request Timestamp and server time exceeds %d, request Timestamp: %s, current_time: %d", gateWindow, stamp, server)}
}

// identify finds the key. What one is told that is locked or has come to its
// end is not documented; here it is what a deleted one is told.
func (v *gate) identify(id string, caller netip.Addr) (*entry, *gateRefusal) {
	key, ok := v.find(id)
	switch {
	case !ok || key.Disabled || key.expired(v.now()):
		return nil, errGateKey
	case v.locked[key.Sub]:
		return nil, &gateRefusal{http.StatusForbidden, "ACCOUNT_LOCKED", "Account is locked"}
	case !key.allows(caller):
		return nil, &gateRefusal{http.StatusForbidden, "IP_FORBIDDEN", "Request IP not in whitelist: " + caller.String()}
	}
	return key, nil
}

// gatePermits says why a key may not use a right, or nil.
func gatePermits(key *entry, right string, write bool) *gateRefusal {
	mayRead := contains(key.Words, right+gateRead)
	switch {
	case contains(key.Words, right+gateWrite), mayRead && !write:
		return nil
	case mayRead:
		return &gateRefusal{http.StatusForbidden, "READ_ONLY", "Request API key is read-only"}
	}
	return &gateRefusal{http.StatusForbidden, "FORBIDDEN", "Request API key does not have " + right + " permission"}
}
