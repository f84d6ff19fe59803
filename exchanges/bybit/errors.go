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

// verdicts are the codes that a signed call can end in. Most come with HTTP
// 200, so that the code alone decides.
var verdicts = rest.Verdicts[int64]{
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []int64{
		429,
		10006,
		10018, // of the address; retired
	}},
	{Kind: exchanges.Unavailable, Hint: hintTrouble, MayHaveActed: true, Codes: []int64{
		10000, // timeout inside
		10016,
	}},
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []int64{
		10001,
		10014, // sent twice
		10017, // no such path
	}},
	{Kind: exchanges.ClockSkew, Hint: hintClock, Codes: []int64{10002}},
	{Kind: exchanges.Auth, Hint: hintKey, Causes: rest.NoSuchKey, Codes: []int64{10003, 10007}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []int64{10004}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []int64{10005}},
	{Kind: exchanges.Denied, Hint: hintRegion, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []int64{
		10008, // account banned
		10027, // may not trade
		20096, // identity check needed
	}},
	{Kind: exchanges.Blocked, Hint: hintFirewall, Codes: []int64{
		10009, // address banned
	}},
	{Kind: exchanges.IPBlocked, Hint: hintIP, Codes: []int64{10010}},
	{Kind: exchanges.Blocked, Hint: hintRegion, Causes: []exchanges.Cause{exchanges.CauseBlocked, exchanges.CauseSite, exchanges.CauseAccount}, Codes: []int64{10024}},
	{Kind: exchanges.Unsupported, Hint: hintRequest, Codes: []int64{
		10028, // unified accounts only
	}},
	{Kind: exchanges.Expired, Hint: hintExpired, Codes: []int64{
		33004,
		-2015, // what the spot gateway says for 33004
	}},
	{Kind: exchanges.Unsupported, Hint: hintByHand, Codes: []int64{81007}},
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
	e := rest.Judge(r, verdicts, code, fmt.Sprintf("%d: %s", code, body.RetMsg), hintOther)
	e.UnknownKey = code == unknownKey
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
	at, err := strconv.ParseInt(r.Header.Get("X-Bapi-Limit-Reset-Timestamp"), 10, 64)
	if err != nil || !now.Known {
		return shortest
	}
	return min(max(time.Duration(at-now.Value)*time.Millisecond, shortest), longest)
}
