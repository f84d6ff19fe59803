package sim

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	binanceDefaultWindow = 5_000  // ms
	binanceLongestWindow = 60_000 // ms
	binanceAhead         = 1_000  // ms that a timestamp may lie in the future
)

// checkSigned verifies time and signature of a signed request.
//
// What is signed is the query followed by the body, byte for byte and without
// a separator, less the signature itself, which comes last in either of them.
// Values are percent-encoded before they are signed.
func (v *binance) checkSigned(r *http.Request, key *entry, params url.Values, body string) *binanceError {
	for _, name := range []string{"signature", "timestamp"} {
		if param(params, name) == "" {
			return missing(name)
		}
	}
	if refusal := v.checkTime(params); refusal != nil {
		return refusal
	}
	query, inQuery := cutSignature(r.URL.RawQuery)
	form, inBody := cutSignature(body)
	signed := query + form
	if inQuery == inBody || !percentEncoded(signed) || !verifyHexOrBase64(key, signed, param(params, "signature")) {
		return &binanceError{400, -1022, "Signature for this request is not valid."}
	}
	return nil
}

// missing refuses a request for a parameter that is not there.
//
//go:noinline
func missing(name string) *binanceError {
	return &binanceError{400, -1102, fmt.Sprintf("Mandatory parameter '%s' was not sent, was empty/null, or malformed.", name)}
}

// checkTime applies the documented rule: timestamp < server + 1 s and
// server - timestamp <= recvWindow.
func (v *binance) checkTime(params url.Values) *binanceError {
	stamp, err := strconv.ParseUint(param(params, "timestamp"), 10, 63)
	if err != nil {
		return &binanceError{400, -1100, "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'."}
	}
	window := float64(binanceDefaultWindow)
	if text := param(params, "recvWindow"); text != "" {
		window, err = strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(window) || window < 0 {
			return &binanceError{400, -1100, "Illegal characters found in parameter 'recvWindow'; legal range is '^\\d+(\\.\\d{1,3})?$'."}
		}
		if window > binanceLongestWindow {
			return &binanceError{400, -1131, "'recvWindow' must be less than 60000."}
		}
	}
	sent := time.UnixMilli(int64(stamp))
	if stamp >= 1e15 { // microseconds are welcome too
		sent = time.UnixMicro(int64(stamp))
	}
	late := float64(v.now().Sub(sent)) / float64(time.Millisecond)
	switch {
	case late <= -binanceAhead:
		return &binanceError{400, -1021, "Timestamp for this request was 1000ms ahead of the server's time."}
	case late > window:
		return &binanceError{400, -1021, "Timestamp for this request is outside of the recvWindow."}
	}
	return nil
}

// cutSignature removes a trailing signature parameter.
func cutSignature(params string) (rest string, found bool) {
	at := strings.LastIndexByte(params, '&')
	if !strings.HasPrefix(params[at+1:], "signature=") {
		return params, false
	}
	return params[:max(at, 0)], true
}

// percentEncoded reports whether text has no character that the server would
// have encoded before it computed its side of the signature.
func percentEncoded(text string) bool {
	for _, c := range []byte(text) {
		if strings.IndexByte(alphanumeric+"-._~!'()*%&=+", c) < 0 {
			return false
		}
	}
	return true
}

// flags returns the switches of a key that are on, in the words of
// apiRestrictions. Past its end a key may not trade any more.
func (v *binance) flags(key *entry) map[string]bool {
	words := key.Words
	if words == nil {
		for _, permission := range key.Permissions {
			if word, ok := binanceWords.of(permission); ok {
				words = append(words, word)
			}
		}
	}
	on := map[string]bool{}
	for _, word := range words {
		on[word] = true
	}
	if key.expired(v.now()) {
		for _, word := range []string{"spot", "margin", "futures", "options"} {
			flag, _ := binanceWords.of(word)
			delete(on, flag)
		}
	}
	return on
}

// binanceWords gives Binance's word for a permission of the normal form.
var binanceWords = table[string]{
	{"read", "enableReading"},
	{"spot", "enableSpotAndMarginTrading"},
	{"margin", "enableMargin"},
	{"futures", "enableFutures"},
	{"options", "enableVanillaOptions"},
	{"transfer", "permitsUniversalTransfer"},
	{"withdraw", "enableWithdrawals"},
}

// binanceFlags are the switches that apiRestrictions always names.
var binanceFlags = []string{
	"enableReading", "enableSpotAndMarginTrading", "enableWithdrawals", "enableInternalTransfer",
	"permitsUniversalTransfer", "enableMargin", "enableFutures", "enableVanillaOptions",
	"enablePortfolioMarginTrading", "enableFixApiTrade", "enableFixReadOnly",
}

func binanceRestrictions(v *binance, c binanceCall) (any, *binanceError) {
	on := v.flags(c.key)
	for _, flag := range binanceFlags { // words that a seed made up are told like these
		if !on[flag] {
			on[flag] = false
		}
	}
	body := joined(jsonOf(`{"ipRestrict":?,"createTime":?}`, len(c.key.IPs) > 0, inMillis(c.key.Created)), marshal(on))
	if !c.key.Expires.IsZero() {
		body = joined(body, jsonOf(`{"tradingAuthorityExpirationTime":?}`, inMillis(c.key.Expires)))
	}
	return body, nil
}
