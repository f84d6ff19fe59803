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
var verdicts = rest.Verdicts[string]{
	{Kind: exchanges.Unavailable, Hint: hintTrouble, MayHaveActed: true, Codes: []string{
		"50001",
		"50013", // busy
		"50026",
	}},
	{Kind: exchanges.Unsupported, Hint: hintRequest, Codes: []string{
		"50005", // the call is closed
	}},
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []string{"50011", "50061"}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []string{"50030", "50120"}},
	{Kind: exchanges.Denied, Hint: hintBind, Codes: []string{"50035"}},
	{Kind: exchanges.Unsupported, Hint: hintNotHere, Codes: []string{
		"50038", // in demo trading
		"59518",
	}},
	{Kind: exchanges.Auth, Hint: hintFrozen, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []string{"50100"}},
	{Kind: exchanges.Auth, Hint: hintEnvironment, Causes: []exchanges.Cause{exchanges.CauseEnvironment}, Codes: []string{"50101"}},
	{Kind: exchanges.ClockSkew, Hint: hintClock, Codes: []string{"50102"}},
	{Kind: exchanges.Protocol, Hint: hintHeaders, Causes: rest.Interfered, Codes: []string{
		"50103", // key
		"50104", // passphrase
		"50106", // signature
		"50107", // timestamp
	}},
	{Kind: exchanges.Auth, Hint: hintPassphrase, Causes: []exchanges.Cause{exchanges.CausePassphrase}, Codes: []string{"50105"}},
	{Kind: exchanges.IPBlocked, Hint: hintIP, Codes: []string{"50110"}},
	{Kind: exchanges.Auth, Hint: hintForm, Causes: []exchanges.Cause{exchanges.CauseDamaged, exchanges.CauseSwapped}, Codes: []string{"50111"}},
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []string{
		"50112", // form of the timestamp
		"59504", // sub-accounts do not withdraw
		"59505", // form of the passphrase
	}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []string{"50113"}},
	{Kind: exchanges.Auth, Hint: hintRefused, Causes: []exchanges.Cause{exchanges.CauseSecret, exchanges.CausePassphrase, exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseDamaged}, Codes: []string{"50114"}},
	{Kind: exchanges.Auth, Hint: hintKey, Causes: []exchanges.Cause{exchanges.CauseSite, exchanges.CauseDeleted, exchanges.CauseSwapped, exchanges.CauseDamaged}, Codes: []string{"50119"}},
	{Kind: exchanges.Denied, Hint: hintMain, Codes: []string{"59500", "59604"}},
	{Kind: exchanges.KeyLimit, Hint: hintMostKeys, Codes: []string{"59501", "59602"}},
	{Kind: exchanges.LabelTaken, Hint: hintLabel, Codes: []string{"59502"}},
	{Kind: exchanges.Protocol, Hint: hintAddresses, Codes: []string{"59503"}},
	{Kind: exchanges.NotFound, Hint: hintGone, Codes: []string{"59506", "59605"}},
	{Kind: exchanges.NotFound, Hint: hintNoSub, Codes: []string{"59510"}},
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
