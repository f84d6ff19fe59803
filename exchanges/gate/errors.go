package gate

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Hints for what a person can mend.
const (
	hintKey = "The key is deleted, has reached the 90 days that one without IP whitelist lives, is no API v4 key, or belongs to the other " +
		"environment (live, TestNet) than the one chosen. Look it up under API Management. A new key may take 5 minutes to work."
	hintCredentials = "Possible causes: the key is deleted or expired; it belongs to the other environment (live, TestNet); " +
		"the secret is not that of this key; key and secret are swapped."
	hintSecret  = "The secret does not belong to this key, or key and secret are swapped. Paste both again; a lost secret is only replaced by a new key."
	hintIP      = "Add this machine's public address to the key's IP whitelist under API Management, or use the key from an address that is on it. A change may take 5 minutes."
	hintIPOr    = "Possible causes: this machine's address is not on the key's IP whitelist; Gate does not serve the country that the address is in. Look at the whitelist under API Management, and at VPN and proxy."
	hintRegion  = "Gate does not serve the place that this machine's address is in; the key is not judged. Check VPN and proxy."
	hintDenied  = "Gate tells a key's permissions only to a key that may read Account: tick it, Read-only, under API Management. A change may take 5 minutes. The key may also be one of a sub-account."
	hintWrite   = "The key may only read. Edit it under API Management, or use another one."
	hintClock   = "Switch on time synchronisation of this machine, then verify again."
	hintLimit   = "Other programs use this account's rate limit; wait a moment."
	hintTrouble = "Gate has trouble or is in maintenance; try again later."
	hintRequest = "Gate did not accept the request as keyrota makes it; a newer keyrota may know what changed."
	hintValue   = "Gate did not accept a value: look at label, permissions and addresses, and at what Gate says."
	hintAccount = "Gate has locked the account or sub-account, not this key alone: sign in and look for a message."
	hintSub     = "The main account of this key has no such sub-account: check its user ID."
	hintList    = "Gate did not name this key among those of the main account, and did not describe it otherwise. It may be a key of a sub-account, whose permissions are told to a key of the main account only."
	hintOther   = "Look the label up in Gate's list of API errors, and the key under API Management."
)

// The labels that more is made of than a verdict.
const (
	labelUnknownKey = "INVALID_KEY"
	labelAddress    = "IP_FORBIDDEN"
)

// verdicts are the labels that a call of this package can end in.
var verdicts = rest.Verdicts[string]{
	{Kind: exchanges.Auth, Hint: hintKey, Causes: []exchanges.Cause{exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseExpired, exchanges.CauseSwapped, exchanges.CauseDamaged}, Codes: []string{labelUnknownKey}},
	{Kind: exchanges.IPBlocked, Hint: hintIPOr, Causes: []exchanges.Cause{exchanges.CauseIP, exchanges.CauseBlocked}, Codes: []string{labelAddress}},
	{Kind: exchanges.Auth, Hint: hintCredentials, Causes: []exchanges.Cause{exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseExpired, exchanges.CauseSecret, exchanges.CauseSwapped, exchanges.CauseDamaged}, Codes: []string{"INVALID_CREDENTIALS"}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []string{"INVALID_SIGNATURE"}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []string{"FORBIDDEN"}},
	{Kind: exchanges.Denied, Hint: hintWrite, Codes: []string{"READ_ONLY"}},
	{Kind: exchanges.Denied, Hint: hintAccount, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []string{"ACCOUNT_LOCKED", "SUB_ACCOUNT_LOCKED"}},
	{Kind: exchanges.NotFound, Hint: hintSub, Codes: []string{"SUB_ACCOUNT_NOT_FOUND"}},
	{Kind: exchanges.ClockSkew, Hint: hintClock, Codes: []string{"REQUEST_EXPIRED"}},
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []string{"MISSING_REQUIRED_HEADER"}},
	{Kind: exchanges.Protocol, Hint: hintValue, Codes: []string{"INVALID_PARAM_VALUE"}},
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []string{"TOO_MANY_REQUESTS"}},
	{Kind: exchanges.Unavailable, Hint: hintTrouble, MayHaveActed: true, Codes: []string{"INTERNAL", "SERVER_ERROR"}},
}

// refusal turns an answer into an error: Gate's own, if the body has one, else
// what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	var body struct {
		Label   wire.Text `json:"label"`
		Message wire.Text `json:"message"`
		Detail  wire.Text `json:"detail"`
	}
	if json.Unmarshal(r.Body, &body) != nil || body.Label == "" {
		return rest.HTTPError(r)
	}
	label, words := string(body.Label), string(body.Message)
	if words == "" {
		words = string(body.Detail)
	}
	e := rest.Judge(r, verdicts, label, label+": "+words, hintOther)
	words = strings.ToLower(words)
	if label == labelAddress {
		placed(e, words)
	}
	e.UnknownKey = unknownKey(label, words)
	if e.Kind == exchanges.RateLimited && e.RetryAfter == 0 {
		e.RetryAfter = reset(r.Header)
	}
	return e
}

// placed reads the words beside the label that is used both for an address off
// the whitelist and for a country that is not served. Where they do not tell,
// neither is concluded.
func placed(e *exchanges.Error, words string) {
	switch {
	case strings.Contains(words, "location"):
		e.Kind, e.Hint, e.Causes = exchanges.Blocked, hintRegion, nil
	case strings.Contains(words, "whitelist"):
		e.Hint, e.Causes = hintIP, nil
	}
}

// unknownKey reports whether Gate said that it has no such key. Signature,
// address, rights, clock and account have labels of their own. What Gate says
// to a key that has expired or is locked is not documented, so that any other
// words than the usual ones are not taken for it.
func unknownKey(label, words string) bool {
	return label == labelUnknownKey && strings.HasPrefix(words, "invalid key")
}

// reset returns how long a rate limit lasts. Gate sends the second of the reset
// by its own clock, which other headers of the answer tell.
func reset(h http.Header) time.Duration {
	const shortest, longest = time.Second, time.Minute
	at, err := strconv.ParseInt(h.Get("X-Gate-RateLimit-Reset-Timestamp"), 10, 64)
	now, nerr := strconv.ParseInt(h.Get("X-Out-Time"), 10, 64) // µs
	if err != nil || nerr != nil {
		return shortest
	}
	return min(max(time.Unix(at, 0).Sub(time.UnixMicro(now)), shortest), longest)
}

// unlisted is the end of a look through a list without the calling key.
func unlisted() *exchanges.Error {
	return &exchanges.Error{Kind: exchanges.Protocol, Outcome: exchanges.Refused, Code: codeUnlisted, Hint: hintList}
}

const codeUnlisted = "the calling key is not in the list of keys"

// mayBeDescribed reports whether another call may still describe the calling
// key: the list does not have it, is refused to it, or is not there.
func mayBeDescribed(err error) bool {
	e := exchanges.AsError(err)
	return slices.ContainsFunc([]string{codeUnlisted, "FORBIDDEN:", "NOT_FOUND:", "HTTP 404"}, func(start string) bool {
		return strings.HasPrefix(e.Code, start)
	})
}
