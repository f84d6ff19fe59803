package bingx

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Hints for what a person can mend.
const (
	hintKey = "BingX has no such key: it is deleted, or cut, or key and secret are swapped. BingX deletes keys without IP whitelist that may do more than read " +
		"after 14 days without use. Look it up under API Management."
	hintHeader  = "BingX saw no usable key in the request: copy the key again, whole, and check that no proxy takes the X-BX-APIKEY header out."
	hintSecret  = "The secret does not belong to this key, or key and secret are swapped. Paste both again; a lost secret is not shown again, only replaced by a new key."
	hintIP      = "Add this machine's public address to the key's IP whitelist under API Management, or use the key from an address that is on it."
	hintDenied  = "The key lacks a permission: keyrota needs Read of every key. Tick it under API Management."
	hintAccount = "BingX says that something is wrong with the account, not with this key alone: sign in and look for a message."
	hintClock   = "Switch on time synchronisation of this machine, then verify again."
	hintLimit   = "Other programs use this account's rate limit; wait until BingX lifts its lock. Calling on makes it longer."
	hintTrouble = "BingX has trouble or is in maintenance; try again later."
	hintOther   = "Look the code up in BingX's list of errors, and the key under API Management. The host for demo trading may not have every call of the live one."
)

// The codes that more depends on than a verdict.
const (
	rightCode = 100004 // not documented everywhere: its words decide
	keyCode   = 100413
)

// verdicts are the codes that a signed call can end in. They come with HTTP 200.
var verdicts = rest.Verdicts[int64]{
	{Kind: exchanges.ClockSkew, Hint: hintClock, Codes: []int64{80014, 100421}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []int64{100001}},
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []int64{100410}},
	{Kind: exchanges.Auth, Hint: hintHeader, Causes: []exchanges.Cause{exchanges.CauseDeleted, exchanges.CauseDamaged, exchanges.CauseSwapped}, Codes: []int64{keyCode}},
	{Kind: exchanges.Denied, Hint: hintAccount, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []int64{100414}},
	{Kind: exchanges.IPBlocked, Hint: hintIP, Codes: []int64{100419}},
	{Kind: exchanges.Unavailable, Hint: hintTrouble, MayHaveActed: true, Codes: []int64{100500, 100503}},
}

// refusal turns an answer into an error: BingX's own, if the body has one, else
// what the status says. Nil for success, which has no code or the code 0.
func (v *venue) refusal(r rest.Response) *exchanges.Error {
	var body struct {
		Code wire.Int  `json:"code"`
		Msg  wire.Text `json:"msg"`
	}
	if json.Unmarshal(r.Body, &body) != nil || body.Code.Value == 0 {
		return rest.HTTPError(r)
	}
	code, msg := body.Code.Value, string(body.Msg)
	e := rest.Judge(r, verdicts, code, fmt.Sprintf("%d: %s", code, msg), hintOther)
	switch said := strings.ToLower(msg); {
	case code == keyCode && strings.Contains(said, "incorrect apikey"):
		// Signature, address, rights and clock have codes of their own, and so
		// has a key that did not arrive: these words mean nothing else.
		e.UnknownKey, e.Hint = true, hintKey
	case code == rightCode && strings.Contains(said, "permission"):
		e.Kind, e.Hint = exchanges.Denied, hintDenied
	}
	if e.Kind == exchanges.RateLimited && e.RetryAfter == 0 {
		e.RetryAfter = v.unlock(msg)
	}
	return e
}

// moment is how a message about a rate limit names its end, in ms.
var moment = regexp.MustCompile(`\b1[0-9]{12}\b`)

// unlock returns how long a rate limit lasts by BingX's words: the lock is told
// to last up to 5 minutes, and the time in which calls are counted is 8.
func (v *venue) unlock(msg string) time.Duration {
	const shortest, longest = time.Second, 8 * time.Minute
	at, err := strconv.ParseInt(moment.FindString(msg), 10, 64)
	if err != nil {
		return shortest
	}
	return min(max(time.UnixMilli(at).Sub(v.ExchangeNow()), shortest), longest)
}
