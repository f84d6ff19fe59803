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
	"50001": rest.Trouble(hintTrouble),
	"50005": rest.Refused(exchanges.Unsupported, hintRequest), // the call is closed
	"50011": rest.Refused(exchanges.RateLimited, hintLimit),
	"50013": rest.Trouble(hintTrouble), // busy
	"50026": rest.Trouble(hintTrouble),
	"50030": rest.Refused(exchanges.Denied, hintDenied),
	"50035": rest.Refused(exchanges.Denied, hintBind),
	"50038": rest.Refused(exchanges.Unsupported, hintNotHere), // in demo trading
	"50061": rest.Refused(exchanges.RateLimited, hintLimit),
	"50100": rest.Refused(exchanges.Auth, hintFrozen, exchanges.CauseAccount),
	"50101": rest.Refused(exchanges.Auth, hintEnvironment, exchanges.CauseEnvironment),
	"50102": rest.Refused(exchanges.ClockSkew, hintClock),
	"50103": rest.Refused(exchanges.Protocol, hintHeaders, rest.Interfered...), // key
	"50104": rest.Refused(exchanges.Protocol, hintHeaders, rest.Interfered...), // passphrase
	"50105": rest.Refused(exchanges.Auth, hintPassphrase, exchanges.CausePassphrase),
	"50106": rest.Refused(exchanges.Protocol, hintHeaders, rest.Interfered...), // signature
	"50107": rest.Refused(exchanges.Protocol, hintHeaders, rest.Interfered...), // timestamp
	"50110": rest.Refused(exchanges.IPBlocked, hintIP),
	"50111": rest.Refused(exchanges.Auth, hintForm, exchanges.CauseDamaged, exchanges.CauseSwapped),
	"50112": rest.Refused(exchanges.Protocol, hintRequest), // form of the timestamp
	"50113": rest.Refused(exchanges.Auth, hintSecret, rest.NotItsSecret...),
	"50114": rest.Refused(exchanges.Auth, hintRefused, exchanges.CauseSecret, exchanges.CausePassphrase, exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseDamaged),
	"50119": rest.Refused(exchanges.Auth, hintKey, exchanges.CauseSite, exchanges.CauseDeleted, exchanges.CauseSwapped, exchanges.CauseDamaged),
	"50120": rest.Refused(exchanges.Denied, hintDenied),
	"59500": rest.Refused(exchanges.Denied, hintMain),
	"59501": rest.Refused(exchanges.KeyLimit, hintMostKeys),
	"59502": rest.Refused(exchanges.LabelTaken, hintLabel),
	"59503": rest.Refused(exchanges.Protocol, hintAddresses),
	"59504": rest.Refused(exchanges.Protocol, hintRequest), // sub-accounts do not withdraw
	"59505": rest.Refused(exchanges.Protocol, hintRequest), // form of the passphrase
	"59506": rest.Refused(exchanges.NotFound, hintGone),
	"59510": rest.Refused(exchanges.NotFound, hintNoSub),
	"59518": rest.Refused(exchanges.Unsupported, hintNotHere),
	"59602": rest.Refused(exchanges.KeyLimit, hintMostKeys),
	"59604": rest.Refused(exchanges.Denied, hintMain),
	"59605": rest.Refused(exchanges.NotFound, hintGone),
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
