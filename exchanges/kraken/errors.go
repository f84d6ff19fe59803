package kraken

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// envelope is around every answer. The status is 200 for errors too.
type envelope struct {
	Error  json.RawMessage `json:"error"`
	Result json.RawMessage `json:"result"`
}

const (
	// lockout is how long Kraken's support says that a temporary lockout
	// lasts. Until then keyrota asks about none of its keys, since each failure
	// prolongs it.
	lockout = 15 * time.Minute

	longestWait = 24 * time.Hour
)

const (
	hintKey = "Possible causes: the key was deleted, disabled or has expired; its IP list does not have this machine's address; " +
		"it is a Kraken Futures key; key and private key are swapped or not from the same pair."
	hintSignature = "Possible causes: the private key (the secret) belongs to another key or was cut when it was copied; " +
		"the key has a second factor of its own that was not given or is wrong."
	hintNonce = "Another program uses this key with larger nonces. keyrota will not raise its own unasked: " +
		"that would lock a program with smaller ones out for years. Give keyrota a key of its own, give the key a nonce window at Kraken, " +
		"or, when you know that all its programs count in microseconds or nanoseconds, " +
		`set nonce = "us" or nonce = "ns" under [key."NAME"] in config.toml.`
	hintDenied = "This call needs no permission. Possible causes: the key's IP list does not have this machine's address; " +
		"the account may not use the API; the key was restricted by Kraken."
	hintRate     = "The account's call budget is used up, and all its programs share it. Wait a minute; keyrota does not try again by itself."
	hintLockout  = "Kraken has locked this address or account after too many failed calls. Wait 15 minutes, stop programs that use a dead key, then verify again."
	hintMethod   = "Kraken does not offer this check to every account and region. The key stays unverified; keyrota does not try rights out."
	hintDown     = "Kraken has trouble or is in maintenance; see status.kraken.com and try again later."
	hintAccount  = "Kraken refuses the account, not this key alone: sign in at kraken.com and look for a message."
	hintArgument = "Kraken could not read the request. If the key has a second factor of its own, check it; otherwise update keyrota."
	hintUnknown  = "keyrota does not know this answer. Look the words up in Kraken's list of API errors."
	hintOdd      = "Check base_url and proxy in config.toml; Kraken does not answer like this."
)

// invalidKey is what the vaguest of them leaves open.
var invalidKey = []exchanges.Cause{
	exchanges.CauseDeleted, exchanges.CauseIP, exchanges.CauseExpired, exchanges.CauseSite, exchanges.CauseSwapped, exchanges.CauseDamaged,
}

// verdicts maps Kraken's errors, in lower case and without trailing details,
// to what they mean for an inspection. Errors about orders, funds and pairs
// cannot come from it.
//
// None of them says that a key is unknown and nothing else: "invalid key" is
// also the answer to a key that has expired or is one of Kraken Futures, and
// may be that to an address which is not on the key's list. So none sets
// Error.UnknownKey.
var verdicts = rest.Verdicts[string]{
	{Kind: exchanges.Auth, Hint: hintKey, Causes: invalidKey, Codes: []string{"eapi:invalid key"}},
	{Kind: exchanges.Auth, Hint: hintSignature, Causes: []exchanges.Cause{exchanges.CauseSecret, exchanges.CauseDamaged, exchanges.CausePassphrase}, Codes: []string{"eapi:invalid signature"}},
	{Kind: exchanges.Nonce, Hint: hintNonce, Causes: []exchanges.Cause{exchanges.CauseNonce, exchanges.CauseClock}, Codes: []string{"eapi:invalid nonce"}},
	{Kind: exchanges.RateLimited, Hint: hintRate, Codes: []string{"eapi:rate limit exceeded", "egeneral:too many requests", "eauth:rate limit exceeded", "eauth:too many requests", "eservice:throttled"}},
	{Kind: exchanges.Protocol, Hint: hintArgument, Causes: []exchanges.Cause{exchanges.CausePassphrase, exchanges.CauseAnswer}, Codes: []string{"eapi:bad request", "egeneral:invalid arguments"}},
	{Kind: exchanges.Unsupported, Hint: hintMethod, Codes: []string{"eapi:feature disabled", "egeneral:unknown method"}},
	{Kind: exchanges.Denied, Hint: hintDenied, Causes: []exchanges.Cause{exchanges.CauseIP, exchanges.CauseAccount, exchanges.CauseRight}, Codes: []string{"egeneral:permission denied"}},
	{Kind: exchanges.RateLimited, Hint: hintLockout, Codes: []string{"egeneral:temporary lockout"}},
	{Kind: exchanges.Unavailable, Hint: hintDown, MayHaveActed: true, Codes: []string{"egeneral:internal error", "egeneral:unknown error", "egeneral:timeout", "eservice:timeout", "eservice:deadline elapsed", "edatabase:internal error"}},
	{Kind: exchanges.Auth, Hint: hintAccount, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []string{"eauth:account temporary disabled", "eauth:account unconfirmed"}},
	{Kind: exchanges.Denied, Hint: hintAccount, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []string{"eaccount:invalid permissions"}},
	{Kind: exchanges.Unavailable, Hint: hintDown, Codes: []string{"eservice:unavailable", "eservice:busy", "eservice:market in cancel_only mode", "eservice:market in post_only mode", "eservice:market in limit_only mode"}},
}

// refusal turns an answer into an error, or nil when it has a result.
func refusal(r rest.Response, now time.Time) *exchanges.Error {
	var e envelope
	if err := rest.Decode(r, &e); err != nil {
		return err
	}
	words, ok := errorWords(e.Error)
	switch {
	case !ok:
		return rest.NotJSON(r)
	case len(words) > 0:
		return wordsError(words, r, now)
	}
	if err := rest.HTTPError(r); err != nil {
		return err
	}
	if isNull(e.Result) {
		return &exchanges.Error{Kind: exchanges.Protocol, Code: "neither result nor error", Hint: hintOdd}
	}
	return nil
}

// errorWords returns the errors of an answer without its warnings, which
// start with W. It is false for what is not the documented list.
func errorWords(raw json.RawMessage) ([]string, bool) {
	if isNull(raw) {
		return nil, true
	}
	var all []string
	if json.Unmarshal(raw, &all) != nil {
		return nil, false
	}
	var words []string
	for _, w := range all {
		if w = strings.TrimSpace(w); w != "" && w[0] != 'W' {
			words = append(words, w)
		}
	}
	return words, true
}

// wordsError judges by the first error that is known, since Kraken may send
// several.
func wordsError(words []string, r rest.Response, now time.Time) *exchanges.Error {
	v, which := rest.Refused(exchanges.Protocol, hintUnknown), words[0]
	for _, w := range words {
		if known, ok := lookup(w); ok {
			v, which = known, w
			break
		}
	}
	return &exchanges.Error{
		Kind: v.Kind, Outcome: v.Outcome, Hint: v.Hint, Causes: v.Causes,
		Code:       exchanges.Clean(strings.Join(words, ", ")),
		RetryAfter: max(rest.RetryAfter(r.Header), wait(which, now)),
	}
}

// lookup finds the verdict on "Category:Message", whatever details follow.
func lookup(word string) (rest.Verdict, bool) {
	parts := strings.SplitN(strings.ToLower(word), ":", 3)
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
	}
	v, ok := verdicts.Of(strings.Join(parts[:min(len(parts), 2)], ":"))
	if !ok && parts[0] == "eservice" {
		return rest.Trouble(hintDown), true
	}
	return v, ok
}

// wait is how long an error asks for: a throttled caller is told the Unix time
// until which it lasts.
func wait(word string, now time.Time) time.Duration {
	word = strings.ToLower(word)
	if strings.HasPrefix(word, "egeneral:temporary lockout") {
		return lockout
	}
	words, ok := strings.CutPrefix(word, "eservice:throttled:")
	until, err := strconv.ParseInt(strings.TrimSpace(words), 10, 64)
	if !ok || err != nil || until <= now.Unix() {
		return 0
	}
	return time.Duration(min(until-now.Unix(), int64(longestWait/time.Second))) * time.Second
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
