package sim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	mexcDefaultWindow = 5_000  // ms
	mexcLongestWindow = 60_000 // ms
	mexcAhead         = 1_000  // ms that a timestamp may lie in the future
)

var mexcKey = pattern(`^mx0[0-9A-Za-z]{15}$`)

var (
	errMexcKey       = &mexcRefusal{http.StatusBadRequest, 10072, "Api key info invalid"}
	errMexcSignature = &mexcRefusal{http.StatusBadRequest, 700002, "Signature for this request is not valid."}
	errMexcTime      = &mexcRefusal{http.StatusBadRequest, 700003, "Timestamp for this request is outside of the recvWindow."}
	errMexcDenied    = &mexcRefusal{http.StatusBadRequest, 700007, "No permission to access the endpoint."}
)

func mexcMissing(name string) *mexcRefusal {
	return mexcSays(700004, fmt.Sprintf("Mandatory parameter '%s' was not sent, was empty/null, or malformed.", name))
}

// admit verifies a signed request of the spot API and returns the key that made
// it. In which order MEXC looks at things is not documented.
func (v *mexc) admit(r *http.Request, body string, params url.Values) (*entry, *mexcRefusal) {
	id := headerOf(r, "X-MEXC-APIKEY")
	switch {
	case id == "":
		return nil, mexcSays(400, "api key required")
	case !mexcKey().MatchString(id):
		return nil, mexcSays(700001, "API-key format invalid.")
	}
	key, refusal := v.identify(id)
	if refusal == nil {
		refusal = v.authorize(r, key, body, params)
	}
	return key, refusal
}

// authorize checks what a request says in the name of a key that is known.
func (v *mexc) authorize(r *http.Request, key *entry, body string, params url.Values) *mexcRefusal {
	for _, name := range []string{"timestamp", "signature"} {
		if param(params, name) == "" {
			return mexcMissing(name)
		}
	}
	if refusal := v.checkTime(params); refusal != nil {
		return refusal
	}
	kind := headerOf(r, "Content-Type")
	switch {
	case !validMexcRequest(key.Secret, r.URL.RawQuery, body):
		return errMexcSignature
	case !key.allows(callerOf(r)):
		return mexcSays(700006, fmt.Sprintf("IP [%s] not in the ip white list", callerOf(r)))
	case kind != "" && !isForm(kind) && !strings.HasPrefix(kind, "application/json"):
		return mexcSays(700013, "Invalid content Type.")
	}
	return nil
}

// identify finds the key. What one is told that has come to its end is not
// documented; here it is what a deleted one is told.
func (v *mexc) identify(id string) (*entry, *mexcRefusal) {
	key, ok := v.find(id)
	if !ok || key.Disabled || key.expired(v.now()) {
		return nil, errMexcKey
	}
	return key, nil
}

// checkTime applies the documented rule: timestamp < server + 1 s and
// server - timestamp <= recvWindow.
func (v *mexc) checkTime(params url.Values) *mexcRefusal {
	sent, err := strconv.ParseInt(param(params, "timestamp"), 10, 64)
	if err != nil {
		return mexcMissing("timestamp")
	}
	window := int64(mexcDefaultWindow)
	if text := param(params, "recvWindow"); text != "" {
		if window, err = strconv.ParseInt(text, 10, 64); err != nil || window < 0 {
			return mexcMissing("recvWindow")
		}
	}
	if window > mexcLongestWindow {
		return mexcSays(700005, "recvWindow must less than 60000")
	}
	late := inMillis(v.now()) - sent
	if late <= -mexcAhead || late > window {
		return errMexcTime
	}
	return nil
}

// lowerEscape finds an escape that is not written as MEXC writes it.
var lowerEscape = pattern(`%([a-f]|.[a-f])`)

// validMexcRequest checks what was signed: the query followed by the body,
// byte for byte and without a separator, less the signature itself, which
// comes last in either of them. Values are escaped, in upper case, before they
// are signed.
func validMexcRequest(secret, query, body string) bool {
	query, signature, inQuery := cutMexcSignature(query)
	body, other, inBody := cutMexcSignature(body)
	signed := query + body
	return inQuery != inBody && percentEncoded(signed) && !lowerEscape().MatchString(signed) &&
		sameText(signature+other, lowerHexHMAC(secret, signed))
}

// cutMexcSignature takes a trailing signature off parameters.
func cutMexcSignature(params string) (rest, signature string, found bool) {
	rest, found = cutSignature(params)
	if found {
		signature = strings.TrimPrefix(strings.TrimPrefix(params[len(rest):], "&"), "signature=")
	}
	return rest, signature, found
}

// lowerHexHMAC returns an HMAC-SHA256 in lower-case hex.
func lowerHexHMAC(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text)) // a hash never fails to write
	return hex.EncodeToString(mac.Sum(nil))
}

// mexcFutures is the futures API, which answers everything with the status of
// success and signs key, time and parameters. The codes are those that public
// clients know.
var mexcFutures = mexcFace{
	admit: (*mexc).admitFutures,
	denied: func(right string) *mexcRefusal {
		return map[string]*mexcRefusal{
			"CONTRACT_ACCOUNT_READ": mexcSays(701, "Please enable API Key read access"),
			"CONTRACT_DEAL_READ":    mexcSays(703, "Trading information read access is required"),
			"CONTRACT_DEAL_WRITE":   mexcSays(704, "Please enable API Key trading information write access"),
		}[right]
	},
	answer: func(result any) any { return jsonOf(`{"success":true,"code":0,"data":?}`, result) },
	refuse: func(w http.ResponseWriter, e *mexcRefusal) {
		writeJSON(w, http.StatusOK, jsonOf(`{"success":false,"code":?,"message":?}`, e.code, e.msg))
	},
}

const mexcFuturesWindow = 10 * time.Second // that a timestamp may be off, either way

func (v *mexc) admitFutures(r *http.Request, body string, _ url.Values) (*entry, *mexcRefusal) {
	id, stamp := headerOf(r, "ApiKey"), headerOf(r, "Request-Time")
	key, refusal := v.identify(id)
	if refusal != nil {
		return nil, refusal
	}
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || v.now().Sub(time.UnixMilli(sent)).Abs() > mexcFuturesWindow {
		return nil, mexcSays(10073, "invalid Request-Time")
	}
	signed := r.URL.RawQuery
	if r.Method == http.MethodPost {
		signed = body
	}
	switch {
	case !sameText(lowerHexHMAC(key.Secret, id+stamp+signed), headerOf(r, "Signature")):
		return nil, mexcSays(602, "Signature verification failed")
	case !key.allows(callerOf(r)):
		return nil, mexcSays(406, "Accessing IP is not in the whitelist")
	}
	return key, nil
}
