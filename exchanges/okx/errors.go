package okx

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Hints for what a person can mend.
const (
	hintKey = "The key is deleted, or belongs to another OKX site (global, Europe, US and Australia) than the one chosen. " +
		"Look it up on the site where the account is. OKX deletes keys that may trade or withdraw and have no IP list after 14 days without use."
	hintForm        = "What was sent is not an API key of OKX: copy the API key again, whole, and check that key and secret are not swapped."
	hintSecret      = "The secret does not belong to this key. Paste both again; a lost secret is not shown again, only replaced by a new key."
	hintPassphrase  = "The passphrase is not the one that was chosen for this key. OKX cannot tell it either: if it is lost, make a new key."
	hintEnvironment = "A key of demo trading is used as a live one, or the other way round: add it again with the environment where it was made."
	hintRefused     = "OKX does not say why: key, secret, passphrase or environment may be wrong, or the key is deleted. Look the key up under API and connections, and add it again."
	hintFrozen      = "OKX has frozen the key: look for messages from OKX, and under API and connections."
	hintIP          = "Add this machine's public address, which OKX's answer names, to the key's IP list, or use the key from an address that is on it."
	hintDenied      = "The key lacks a permission: edit it under API and connections."
	hintBind        = "OKX does this only for a key that has an IP list: bind the calling key to this machine's address."
	hintMain        = "OKX does this only for a key of the main account."
	hintClock       = "Switch on time synchronisation of this machine, then verify again."
	hintLimit       = "Other programs use this account's rate limit; wait a moment."
	hintTrouble     = "OKX has trouble or is in maintenance; try again later."
	hintRequest     = "OKX did not accept the request as keyrota makes it; a newer keyrota may know what changed."
	hintHeaders     = "A part of the sign-in did not arrive: check base_url and whether a proxy drops headers."
	hintNotHere     = "OKX does not do this here by API: do it by hand, under API and connections."
	hintLabel       = "Choose another label: the sub-account has a key that is called so."
	hintMostKeys    = "Delete a key of the account that is not needed any more: it may have 50."
	hintAddresses   = "Give 20 addresses or blocks at most."
	hintGone        = "The sub-account has no such key: list its keys."
	hintNoSub       = "The account has no such sub-account: check the name, and that the managing key is of its main account."
	hintOther       = "Look the code up in OKX's list of error codes, and the key under API and connections."
)

// window is the time in which OKX counts calls. Its refusals do not say how
// long to wait.
const window = 2 * time.Second

// verdicts are the codes that a signed call can end in. They come with various
// HTTP statuses, 200 among them, so that the code alone decides.
var verdicts = map[string]rest.Verdict{
	"50001": {Kind: exchanges.Unavailable, Outcome: exchanges.OutcomeUnknown, Hint: hintTrouble},
	"50005": {Kind: exchanges.Unsupported, Outcome: exchanges.Refused, Hint: hintRequest}, // the call is closed
	"50011": {Kind: exchanges.RateLimited, Outcome: exchanges.Refused, Hint: hintLimit},
	"50013": {Kind: exchanges.Unavailable, Outcome: exchanges.OutcomeUnknown, Hint: hintTrouble}, // busy
	"50026": {Kind: exchanges.Unavailable, Outcome: exchanges.OutcomeUnknown, Hint: hintTrouble},
	"50030": {Kind: exchanges.Denied, Outcome: exchanges.Refused, Hint: hintDenied},
	"50035": {Kind: exchanges.Denied, Outcome: exchanges.Refused, Hint: hintBind},
	"50038": {Kind: exchanges.Unsupported, Outcome: exchanges.Refused, Hint: hintNotHere}, // in demo trading
	"50061": {Kind: exchanges.RateLimited, Outcome: exchanges.Refused, Hint: hintLimit},
	"50100": {Kind: exchanges.Auth, Outcome: exchanges.Refused, Hint: hintFrozen},
	"50101": {Kind: exchanges.Auth, Outcome: exchanges.Refused, Hint: hintEnvironment},
	"50102": {Kind: exchanges.ClockSkew, Outcome: exchanges.Refused, Hint: hintClock},
	"50103": {Kind: exchanges.Protocol, Outcome: exchanges.Refused, Hint: hintHeaders}, // key
	"50104": {Kind: exchanges.Protocol, Outcome: exchanges.Refused, Hint: hintHeaders}, // passphrase
	"50105": {Kind: exchanges.Auth, Outcome: exchanges.Refused, Hint: hintPassphrase},
	"50106": {Kind: exchanges.Protocol, Outcome: exchanges.Refused, Hint: hintHeaders}, // signature
	"50107": {Kind: exchanges.Protocol, Outcome: exchanges.Refused, Hint: hintHeaders}, // timestamp
	"50110": {Kind: exchanges.IPBlocked, Outcome: exchanges.Refused, Hint: hintIP},
	"50111": {Kind: exchanges.Auth, Outcome: exchanges.Refused, Hint: hintForm},
	"50112": {Kind: exchanges.Protocol, Outcome: exchanges.Refused, Hint: hintRequest}, // form of the timestamp
	"50113": {Kind: exchanges.Auth, Outcome: exchanges.Refused, Hint: hintSecret},
	"50114": {Kind: exchanges.Auth, Outcome: exchanges.Refused, Hint: hintRefused},
	"50119": {Kind: exchanges.Auth, Outcome: exchanges.Refused, Hint: hintKey},
	"50120": {Kind: exchanges.Denied, Outcome: exchanges.Refused, Hint: hintDenied},
	"59500": {Kind: exchanges.Denied, Outcome: exchanges.Refused, Hint: hintMain},
	"59501": {Kind: exchanges.KeyLimit, Outcome: exchanges.Refused, Hint: hintMostKeys},
	"59502": {Kind: exchanges.LabelTaken, Outcome: exchanges.Refused, Hint: hintLabel},
	"59503": {Kind: exchanges.Protocol, Outcome: exchanges.Refused, Hint: hintAddresses},
	"59504": {Kind: exchanges.Protocol, Outcome: exchanges.Refused, Hint: hintRequest}, // sub-accounts do not withdraw
	"59505": {Kind: exchanges.Protocol, Outcome: exchanges.Refused, Hint: hintRequest}, // form of the passphrase
	"59506": {Kind: exchanges.NotFound, Outcome: exchanges.Refused, Hint: hintGone},
	"59510": {Kind: exchanges.NotFound, Outcome: exchanges.Refused, Hint: hintNoSub},
	"59518": {Kind: exchanges.Unsupported, Outcome: exchanges.Refused, Hint: hintNotHere},
	"59602": {Kind: exchanges.KeyLimit, Outcome: exchanges.Refused, Hint: hintMostKeys},
	"59604": {Kind: exchanges.Denied, Outcome: exchanges.Refused, Hint: hintMain},
	"59605": {Kind: exchanges.NotFound, Outcome: exchanges.Refused, Hint: hintGone},
}

// unknownKey is the code for a calling key that OKX does not have at this site.
// It is also the one for a key of another site; but the host alone chooses
// that, and a key that was accepted at a host before belongs there. Signature,
// passphrase, address, right and environment have codes of their own.
const unknownKey = "50119"

// refusal turns an answer into an error: OKX's own, if the body has one, else
// what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	var body struct {
		Code wire.Text `json:"code"`
		Msg  wire.Text `json:"msg"`
	}
	if json.Unmarshal(r.Body, &body) != nil {
		body.Code = ""
	}
	switch s := rest.HTTPError(r); {
	case body.Code == "0":
		return s
	case body.Code == "" && s == nil:
		return rest.NotJSON(r)
	case body.Code == "":
		return s
	}
	code := string(body.Code)
	e := rest.Judge(r, verdicts, code, fmt.Sprintf("%s: %s", code, body.Msg), hintOther)
	e.UnknownKey = code == unknownKey
	if e.Kind == exchanges.RateLimited && e.RetryAfter == 0 {
		e.RetryAfter = window
	}
	return e
}

// data reads the list that every answer of OKX has. It has at least least
// entries.
func data[T any](r rest.Response, least int) ([]T, *exchanges.Error) {
	var answer struct {
		Data *[]T `json:"data"`
	}
	if e := rest.Decode(r, &answer); e != nil {
		return nil, e
	}
	if answer.Data == nil || len(*answer.Data) < least {
		return nil, rest.NotJSON(r)
	}
	return *answer.Data, nil
}
