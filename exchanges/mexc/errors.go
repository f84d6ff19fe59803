package mexc

import (
	"encoding/json"
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
var verdicts = map[int64]rest.Verdict{
	400:    rest.Refused(exchanges.Protocol, hintHeader, rest.Interfered...),
	602:    rest.Refused(exchanges.Auth, hintSecret, rest.NotItsSecret...),
	10072:  rest.Refused(exchanges.Auth, hintKey, exchanges.CauseDeleted, exchanges.CauseExpired, exchanges.CauseRight, exchanges.CauseSwapped, exchanges.CauseDamaged),
	10073:  rest.Refused(exchanges.ClockSkew, hintClock),
	140001: rest.Refused(exchanges.NotFound, hintSub),
	140002: rest.Refused(exchanges.Denied, hintClosed, exchanges.CauseAccount),
	700001: rest.Refused(exchanges.Auth, hintForm, exchanges.CauseDamaged, exchanges.CauseSwapped),
	700002: rest.Refused(exchanges.Auth, hintSecret, rest.NotItsSecret...),
	700003: rest.Refused(exchanges.ClockSkew, hintClock),
	700005: rest.Refused(exchanges.Protocol, hintRequest), // recvWindow
	700006: rest.Refused(exchanges.IPBlocked, hintIP),
	700007: rest.Refused(exchanges.Denied, hintDenied),
	730700: rest.Refused(exchanges.Protocol, hintRequest), // no label
	730701: rest.Refused(exchanges.Protocol, hintValue),
	730702: rest.Refused(exchanges.Protocol, hintValue),
	730703: rest.Refused(exchanges.Protocol, hintIPs),
	730704: rest.Refused(exchanges.Protocol, hintIPs),
	730705: rest.Refused(exchanges.KeyLimit, hintLimit),
	730706: rest.Refused(exchanges.NotFound, hintGone),
	730707: rest.Refused(exchanges.Protocol, hintRequest), // no key
}

// refusal turns an answer into an error: MEXC's own, if the body has one, else
// what the status says. Nil for success, which has no code or one that says so.
func refusal(r rest.Response) *exchanges.Error {
	const fine, fineToo = 0, 200
	var body struct {
		Code wire.Int  `json:"code"`
		Msg  wire.Text `json:"msg"`
	}
	code := func() int64 { return body.Code.Value }
	if json.Unmarshal(r.Body, &body) != nil || code() == fine || code() == fineToo {
		return rest.HTTPError(r)
	}
	return rest.Judge(r, verdicts, code(), fmt.Sprintf("%d: %s", code(), body.Msg), hintOther)
}
