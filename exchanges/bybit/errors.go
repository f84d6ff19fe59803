package bybit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Hints for what a person can mend.
const (
	hintKey = "The key is deleted, or belongs to another environment (live, testnet, demo) or another Bybit site than the one chosen; " +
		"key and secret may also be swapped. Look the key up on the site where it was made."
	hintSecret   = "The secret does not belong to this key, or key and secret are swapped. Paste both again; a lost secret is not shown again, only replaced by a new key."
	hintExpired  = "Make a new key. Without an IP list a key lives 90 days; with one it does not expire."
	hintIP       = "Add this machine's public address to the key's IP list at Bybit, or use the key from an address that is on it."
	hintDenied   = "Edit the key's permissions under API Management."
	hintRegion   = "Bybit refuses this account or country, not the key. Check that the site chosen is the one where the account was opened, and look for messages from Bybit."
	hintClock    = "Switch on time synchronisation of this machine, then verify again."
	hintLimit    = "Other programs use this account's rate limit; wait a moment."
	hintBan      = "Bybit refuses this address for at least 10 minutes after too many calls. Stop other programs here and wait."
	hintFirewall = "Bybit's firewall refuses this network. It is closed to addresses in the USA and mainland China, and to those that called too often; check VPN and proxy, and wait 10 minutes."
	hintTrouble  = "Bybit has trouble or is in maintenance; try again later."
	hintRequest  = "Bybit did not accept the request as keyrota makes it; a newer keyrota may know what changed."
	hintByHand   = "This Bybit site does not do this by API: do it by hand, under API Management."
	hintOther    = "Look the code up in Bybit's list of error codes, and the key under API Management."
)

// banned is how long Bybit shuts out an address at least.
const banned = 10 * time.Minute

// verdict is what an error code means.
type verdict struct {
	kind    exchanges.Kind
	outcome exchanges.Outcome
	hint    string
}

// verdicts are the codes that a signed call can end in. Most come with HTTP
// 200, so that the code alone decides.
var verdicts = map[int64]verdict{
	429:   {exchanges.RateLimited, exchanges.Refused, hintLimit},
	10000: {exchanges.Unavailable, exchanges.OutcomeUnknown, hintTrouble}, // timeout inside
	10001: {exchanges.Protocol, exchanges.Refused, hintRequest},
	10002: {exchanges.ClockSkew, exchanges.Refused, hintClock},
	10003: {exchanges.Auth, exchanges.Refused, hintKey},
	10004: {exchanges.Auth, exchanges.Refused, hintSecret},
	10005: {exchanges.Denied, exchanges.Refused, hintDenied},
	10006: {exchanges.RateLimited, exchanges.Refused, hintLimit},
	10007: {exchanges.Auth, exchanges.Refused, hintKey},
	10008: {exchanges.Denied, exchanges.Refused, hintRegion},    // account banned
	10009: {exchanges.Blocked, exchanges.Refused, hintFirewall}, // address banned
	10010: {exchanges.IPBlocked, exchanges.Refused, hintIP},
	10016: {exchanges.Unavailable, exchanges.OutcomeUnknown, hintTrouble},
	10014: {exchanges.Protocol, exchanges.Refused, hintRequest},  // sent twice
	10017: {exchanges.Protocol, exchanges.Refused, hintRequest},  // no such path
	10018: {exchanges.RateLimited, exchanges.Refused, hintLimit}, // of the address; retired
	10024: {exchanges.Blocked, exchanges.Refused, hintRegion},
	10027: {exchanges.Denied, exchanges.Refused, hintRegion},       // may not trade
	10028: {exchanges.Unsupported, exchanges.Refused, hintRequest}, // unified accounts only
	20096: {exchanges.Denied, exchanges.Refused, hintRegion},       // identity check needed
	33004: {exchanges.Expired, exchanges.Refused, hintExpired},
	-2015: {exchanges.Expired, exchanges.Refused, hintExpired}, // what the spot gateway says for 33004
	81007: {exchanges.Unsupported, exchanges.Refused, hintByHand},
}

// unknownKey is the code for a key that Bybit does not have at this host. It is
// also the one for a key of another environment; but the host alone chooses
// that, and a key that was accepted at a host before belongs there. Signature,
// address, rights and expiry have codes of their own.
const unknownKey = 10003

// refusal turns an answer into an error: Bybit's own, if the body has one,
// else what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	var body struct {
		RetCode wire.Int  `json:"retCode"`
		RetMsg  wire.Text `json:"retMsg"`
		Time    wire.Int  `json:"time"` // ms
	}
	if json.Unmarshal(r.Body, &body) != nil || !body.RetCode.Known {
		return stranger(r)
	}
	code := body.RetCode.Value
	if code == 0 {
		return rest.HTTPError(r)
	}
	e := &exchanges.Error{
		Code:       exchanges.Clean(fmt.Sprintf("%d: %s", code, body.RetMsg)),
		UnknownKey: code == unknownKey,
	}
	v, known := verdicts[code]
	switch {
	case known:
		e.Kind, e.Outcome, e.Hint = v.kind, v.outcome, v.hint
	case r.Status >= 300:
		s := stranger(r)
		e.Kind, e.Outcome, e.Hint, e.RetryAfter = s.Kind, s.Outcome, s.Hint, s.RetryAfter
	default:
		e.Kind, e.Outcome, e.Hint = exchanges.Protocol, exchanges.Refused, hintOther
	}
	if e.Kind == exchanges.RateLimited && e.RetryAfter == 0 {
		e.RetryAfter = reset(r, body.Time)
	}
	return e
}

// stranger judges an answer that is not in Bybit's envelope.
func stranger(r rest.Response) *exchanges.Error {
	e := rest.HTTPError(r)
	switch {
	case e == nil:
		return rest.NotJSON(r)
	case r.Status == http.StatusForbidden && bytes.Contains(bytes.ToLower(r.Body), []byte("too frequent")):
		e.Kind, e.Hint, e.RetryAfter = exchanges.RateLimited, hintBan, max(e.RetryAfter, banned)
	case r.Status == http.StatusForbidden:
		e.Hint = hintFirewall
	}
	return e
}

// reset returns how long a rate limit lasts. Bybit sends no Retry-After but the
// moment of the reset by its own clock, which the answer tells as well.
func reset(r rest.Response, now wire.Int) time.Duration {
	const shortest, longest = time.Second, time.Minute
	if d := rest.RetryAfter(r.Header); d > 0 {
		return d
	}
	at, err := strconv.ParseInt(r.Header.Get("X-Bapi-Limit-Reset-Timestamp"), 10, 64)
	if err != nil || !now.Known {
		return shortest
	}
	return min(max(time.Duration(at-now.Value)*time.Millisecond, shortest), longest)
}
