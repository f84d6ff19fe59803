package gemini

import (
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// roles are what a key is made with. Trader covers derivatives where they are
// offered. Gemini does not say in which role a key stakes, nor how much a Fund
// Manager sees.
var roles = []wire.Switch{
	{Name: "isAuditor", Gives: []exchanges.Permission{exchanges.Read}},
	{
		Name:  "isTrader",
		Gives: []exchanges.Permission{exchanges.Read, exchanges.Spot, exchanges.Futures},
		Maybe: []exchanges.Permission{exchanges.Margin, exchanges.Options},
	},
	{
		Name:  "isFundManager",
		Gives: []exchanges.Permission{exchanges.Transfer, exchanges.Withdraw},
		Maybe: []exchanges.Permission{exchanges.Read},
	},
	{Name: "isAccountAdmin", Gives: []exchanges.Permission{exchanges.Admin}},
}

// parseRoles reads what Gemini says of the key called keyID.
func parseRoles(r rest.Response, keyID string) (exchanges.KeyInfo, *exchanges.Error) {
	set, words, told := wire.Switches(wire.Members(r.Body), "is", roles...)
	if !told {
		return exchanges.KeyInfo{}, rest.NotJSON(r)
	}
	info := exchanges.KeyInfo{Permissions: set, ExchangePermissions: words}
	if strings.HasPrefix(keyID, masterPrefix) {
		info.Account = string(wire.At[wire.Text](r.Body, "counterparty_id"))
		info.Notes = []string{"This is a master key: it reaches every account of its group."}
	} else if wire.Member(r.Body, "isAccountAdmin") == nil { // no other key can have the role
		info.Permissions = set.With(exchanges.Admin, exchanges.NotGranted)
	}
	return info, nil
}

// account is what is kept of the answer about the account. The names and
// countries of its users are in it too, and stay there.
type account struct {
	ShortName wire.Text `json:"shortName"`
	Type      wire.Text `json:"type"`
}

func parseAccount(r rest.Response) (account, *exchanges.Error) {
	a := wire.At[account](r.Body, "account")
	if a.ShortName == "" {
		return account{}, rest.NotJSON(r)
	}
	return a, nil
}

func (a account) describe(info *exchanges.KeyInfo) {
	info.Account = string(a.ShortName)
	if a.Type == "custody" {
		info.Notes = append(info.Notes, "The account is one of Gemini Custody.")
	}
}

// Hints for what a person can mend.
const (
	hintSecret = "Possible causes: the secret belongs to another key or was cut when it was copied; key and secret are not from the same site, live or sandbox."
	hintKey    = "Possible causes: the key was deleted or is not active; it was made at the other site, live or sandbox; it was cut when it was copied."
	hintIP     = "Add this machine's public address to the key's trusted IPs under Settings → API, or use the key from an address that is on the list."
	hintRole   = "Edit the key's roles under Settings → API: it has none that this call accepts."
	hintMaster = "Gemini wants to know which account of the group is meant, and keyrota does not choose one. Give the program a key of one account."
	hintOdd    = "keyrota does not know this reason, or Gemini this request: look the word up in Gemini's list of error codes; a newer keyrota may know it."
	hintLimit  = "Other programs use this key's or this address's rate limit; wait a moment."
	hintDown   = "Gemini is in maintenance; try again later."
	hintNonce  = "The key was made to count its nonces upwards, and another program has used a larger one. keyrota will not raise its own unasked: " +
		"that could lock the program out. Give keyrota a key with a time-based nonce, or, when you know that all programs of this key count in " +
		`milliseconds or less, set nonce = "ms", "us" or "ns" under [key."NAME"] in config.toml.`
	hintScale = `Another program uses this key with larger nonces, or the key has a time-based nonce: then take nonce out of [key."NAME"] in config.toml.`
	hintClock = "This machine's clock is off by half a minute or more: switch on time synchronisation, then verify again."
)

// verdicts are the documented reasons. None of them is known to mean that the
// key is gone and nothing else.
var verdicts = rest.Verdicts[string]{
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: []exchanges.Cause{exchanges.CauseSecret, exchanges.CauseDamaged, exchanges.CauseEnvironment, exchanges.CauseSwapped}, Codes: []string{"InvalidSignature"}},
	{Kind: exchanges.Auth, Hint: hintKey, Causes: []exchanges.Cause{exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseDamaged}, Codes: []string{"InvalidApiKey"}},
	{Kind: exchanges.Protocol, Hint: hintOdd, Codes: []string{"MissingApikeyHeader"}},
	{Kind: exchanges.IPBlocked, Hint: hintIP, Codes: []string{"RemoteAddressForbidden", "ApiKeyIpFilteringFailure"}},
	{Kind: exchanges.Nonce, Hint: hintNonce, Causes: []exchanges.Cause{exchanges.CauseNonce, exchanges.CauseClock}, Codes: []string{"InvalidNonce"}},
	{Kind: exchanges.Denied, Hint: hintRole, Codes: []string{"MissingRole"}},
	{Kind: exchanges.Unsupported, Hint: hintMaster, Causes: []exchanges.Cause{exchanges.CauseRight}, Codes: []string{"MissingAccountName", "MissingAccounts"}},
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []string{"RateLimit"}},
	{Kind: exchanges.Unavailable, Hint: hintDown, Codes: []string{"Maintenance"}},
}

// limitPause is how long to wait after a rate limit that names no time.
const limitPause = time.Second

// refusal turns an answer into an error, nil for success. What Gemini says
// itself counts before the status.
func refusal(r rest.Response) *exchanges.Error {
	reason, message := wire.At[wire.Text](r.Body, "reason"), wire.At[wire.Text](r.Body, "message")
	if reason == "" {
		return rest.HTTPError(r)
	}
	e := rest.Judge(r, verdicts, string(reason), strings.TrimSuffix(string(reason+": "+message), ": "), hintOdd)
	if e.Kind == exchanges.RateLimited && e.RetryAfter == 0 {
		e.RetryAfter = limitPause
	}
	return e
}

// clockSlack is how far a time-based nonce may be from the time. Gemini accepts
// 30 s; the way there takes some of it.
const clockSlack = 25 * time.Second

// whyNonce tells apart why a nonce was refused that was off by so much of Gemini's
// time.
func whyNonce(e *exchanges.Error, u exchanges.NonceUnit, off time.Duration, clock exchanges.Clock) {
	switch {
	case u != "":
		e.Hint = hintScale
	case clock.Known && off.Abs() > clockSlack:
		e.Kind, e.Hint, e.Causes = exchanges.ClockSkew, hintClock, nil
	}
}
