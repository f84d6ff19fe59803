package mexc

import (
	"fmt"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Hints for what a person can mend. MEXC's words for an invalid key are also met
// by keys that lack a right, so nothing is concluded from them.
const (
	hintKey = "MEXC does not say which: the key is unknown or deleted, has reached the 90 days that one without IP whitelist lives, " +
		"or lacks the right to read the spot account (a key for futures alone does); key and secret may also be swapped. Look the key up under API Management."
	hintForm    = "What was sent is not an access key of MEXC: copy it again, whole, and check that key and secret are not swapped."
	hintSecret  = "The secret does not belong to this key, or key and secret are swapped. Paste both again; a lost secret is not shown again, only replaced by a new key."
	hintIP      = "Add this machine's public address to the key's IP whitelist under API Management, or use the key from an address that is on it."
	hintDenied  = "keyrota looks at the spot account to see whether a key is accepted: tick View Account Details (SPOT_ACCOUNT_READ) for the key under API Management."
	hintClock   = "Switch on time synchronisation of this machine, then verify again."
	hintHeader  = "MEXC saw no key in the request: a proxy may have taken the X-MEXC-APIKEY header out."
	hintRequest = "MEXC did not accept the request as keyrota makes it; a newer keyrota may know what changed."
	hintValue   = "MEXC did not accept the permissions: ask for less, or make the key by hand. A permission for futures may want futures opened for the sub-account."
	hintIPs     = "Give up to 10 single IPv4 addresses."
	hintLimit   = "Delete a key that is not needed any more: an account may have 30."
	hintGone    = "The sub-account has no such key: list its keys."
	hintSub     = "The main account of this key has no such sub-account: check its name."
	hintClosed  = "MEXC does not let this sub-account be used: look at it under Sub-account."
	hintOther   = "Look the code up in MEXC's list of error codes, and the key under API Management."
)

// verdicts are the codes that a signed call can end in.
var verdicts = rest.Verdicts[int64]{
	{Kind: exchanges.Protocol, Hint: hintHeader, Causes: rest.Interfered, Codes: []int64{400}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []int64{602, 700002}},
	{Kind: exchanges.Auth, Hint: hintKey, Causes: []exchanges.Cause{exchanges.CauseDeleted, exchanges.CauseExpired, exchanges.CauseRight, exchanges.CauseSwapped, exchanges.CauseDamaged}, Codes: []int64{10072}},
	{Kind: exchanges.ClockSkew, Hint: hintClock, Codes: []int64{10073, 700003}},
	{Kind: exchanges.NotFound, Hint: hintSub, Codes: []int64{140001}},
	{Kind: exchanges.Denied, Hint: hintClosed, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []int64{140002}},
	{Kind: exchanges.Auth, Hint: hintForm, Causes: []exchanges.Cause{exchanges.CauseDamaged, exchanges.CauseSwapped}, Codes: []int64{700001}},
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []int64{
		700005, // recvWindow
		730700, // no label
		730707, // no key
	}},
	{Kind: exchanges.IPBlocked, Hint: hintIP, Codes: []int64{700006}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []int64{700007}},
	{Kind: exchanges.Protocol, Hint: hintValue, Codes: []int64{730701, 730702}},
	{Kind: exchanges.Protocol, Hint: hintIPs, Codes: []int64{730703, 730704}},
	{Kind: exchanges.KeyLimit, Hint: hintLimit, Codes: []int64{730705}},
	{Kind: exchanges.NotFound, Hint: hintGone, Codes: []int64{730706}},
}

// refusal turns an answer into an error: MEXC's own, if the body has one, else
// what the status says. Nil for success, which has no code or one that says so.
func refusal(r rest.Response) *exchanges.Error {
	const fine, fineToo = 0, 200
	code, message := wire.At[wire.Int](r.Body, "code").Value, wire.At[wire.Text](r.Body, "msg")
	if code == fine || code == fineToo {
		return rest.HTTPError(r)
	}
	return rest.Judge(r, verdicts, code, fmt.Sprintf("%d: %s", code, message), hintOther)
}
