package kucoin

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
	hintKey = "The key is deleted or has expired, or belongs to another KuCoin site than the one chosen; key and secret may also be swapped. " +
		"KuCoin deletes trading keys without an IP list that were not used for 30 days. The sites for Turkey and Thailand have no API that keyrota knows. " +
		"Look the key up under API Management at the site where it was made."
	hintPassphrase = "The passphrase is not the one that was chosen when this key was made (it is not the trading password), or the key is of version 1, " +
		"which keyrota does not use since it sends the passphrase openly. A lost passphrase cannot be recovered: make a new key."
	hintSecret   = "The secret does not belong to this key, or key and secret are swapped. Paste both again; a lost secret is not shown again, only replaced by a new key."
	hintIP       = "Add this machine's public address to the key's IP list at KuCoin, or use the key from an address that is on it."
	hintDenied   = "The key lacks a permission, or its account may not do this. Edit the key's permissions under API Management."
	hintFrozen   = "KuCoin has frozen this account. Look for messages from KuCoin or ask its support."
	hintRegion   = "KuCoin refuses this account or country, not the key: identity check, region or terms. Check that the site chosen is the one where the account was opened, and look for messages from KuCoin."
	hintClock    = "Switch on time synchronisation of this machine, then verify again."
	hintLimit    = "Other programs use this account's rate limit; wait a moment."
	hintOverload = "KuCoin is overloaded; try again in a moment."
	hintBan      = "Cloudflare, in front of KuCoin, refuses this address after too many calls, for half a minute or so. Stop other programs here and wait."
	hintRequest  = "KuCoin did not accept the request as keyrota makes it; a newer keyrota may know what changed."
	hintOther    = "Look the code up in KuCoin's list of error codes, and the key under API Management."
)

// The codes that more depends on than a verdict. That for an unknown key is also
// what KuCoin says of one that has expired, which ends it as well, and of one of
// another site; but a key that was accepted at a site before belongs there.
// Signature, passphrase, address and rights have codes of their own.
const (
	success    = 200000
	unknownKey = 400003
	tooMany    = 429000
)

// verdicts are the codes that a signed call can end in. They come with HTTP
// 200, 400 or 401, so that the code alone decides.
var verdicts = rest.Verdicts[int64]{
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []int64{
		400001, // a header is missing
		400100, // a parameter
	}},
	{Kind: exchanges.ClockSkew, Hint: hintClock, Codes: []int64{400002}},
	{Kind: exchanges.Auth, Hint: hintKey, Causes: []exchanges.Cause{exchanges.CauseSite, exchanges.CauseDeleted, exchanges.CauseExpired, exchanges.CauseSwapped, exchanges.CauseDamaged}, Codes: []int64{unknownKey}},
	{Kind: exchanges.Auth, Hint: hintPassphrase, Causes: []exchanges.Cause{exchanges.CausePassphrase}, Codes: []int64{400004}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []int64{400005}},
	{Kind: exchanges.IPBlocked, Hint: hintIP, Codes: []int64{400006}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []int64{400007}},
	{Kind: exchanges.Blocked, Hint: hintRegion, Causes: []exchanges.Cause{exchanges.CauseAccount, exchanges.CauseBlocked, exchanges.CauseSite}, Codes: []int64{400500, 126047}},
	{Kind: exchanges.Denied, Hint: hintFrozen, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []int64{411100}},
	{Kind: exchanges.Unsupported, Hint: hintRequest, Codes: []int64{
		112010, // for unified accounts only
	}},
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []int64{tooMany}},
}

// refusal turns an answer into an error: KuCoin's own, if the body has one,
// else what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	var body struct {
		Code wire.Int  `json:"code"`
		Msg  wire.Text `json:"msg"`
	}
	if json.Unmarshal(r.Body, &body) != nil || !body.Code.Known {
		return stranger(r)
	}
	code := body.Code.Value
	if code == success {
		return rest.HTTPError(r)
	}
	e := rest.Judge(r, verdicts, code, fmt.Sprintf("%d: %s", code, body.Msg), hintOther)
	e.UnknownKey = code == unknownKey
	wait, told := reset(r)
	switch {
	case code == tooMany && !told:
		e.Kind, e.Hint = exchanges.Unavailable, hintOverload
	case e.Kind == exchanges.RateLimited && e.RetryAfter == 0:
		e.RetryAfter = wait
	}
	return e
}

// unexplained reports a refusal by a code that says nothing about the key.
func unexplained(err error) bool { return exchanges.AsError(err).Hint == hintOther }

// stranger judges an answer that is not in KuCoin's envelope.
func stranger(r rest.Response) *exchanges.Error {
	const banned = 30 * time.Second
	e := rest.HTTPError(r)
	switch {
	case e == nil:
		return rest.NotJSON(r)
	case (r.Status == http.StatusForbidden || r.Status == http.StatusTooManyRequests) && bytes.Contains(r.Body, []byte("1015")):
		e.Kind, e.Hint, e.RetryAfter = exchanges.RateLimited, hintBan, max(e.RetryAfter, banned)
	}
	return e
}

// reset returns how long a rate limit lasts; told is false where no header says
// so, which is KuCoin's way to say that it is overloaded.
func reset(r rest.Response) (wait time.Duration, told bool) {
	const shortest, longest = time.Second, time.Minute
	ms, err := strconv.ParseInt(r.Header.Get("Gw-Ratelimit-Reset"), 10, 64)
	if err != nil {
		return 0, r.Header.Get("Gw-Ratelimit-Limit") != "" || rest.RetryAfter(r.Header) > 0
	}
	return min(max(time.Duration(ms)*time.Millisecond, shortest), longest), true
}
