package bitget

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Hints for what a person can mend.
const (
	hintKey = "The key is deleted or was never made here; or it is one of demo trading that is used as a live one, or the other way round; key and secret may also be swapped. " +
		"Look the key up under API Keys."
	hintPassphrase = "Key and passphrase do not belong together: the passphrase is the one that was chosen when this key was made. " +
		"The key may also be deleted, or be used in another environment than its own (live, demo trading). A lost passphrase cannot be recovered: make a new key."
	hintSecret = "The secret does not belong to this key, or key and secret are swapped; a private key must be the half of the public key that Bitget has. " +
		"Paste both again; a lost secret is not shown again, only replaced by a new key."
	hintIP      = "Add this machine's public address to the key's IP list at Bitget, or use the key from an address that is on it."
	hintDenied  = "The key lacks the permission that the message names, or its account may not do this. Edit the key under API Keys."
	hintAccount = "Bitget has frozen or restricted this account or its trading. Look for messages from Bitget or ask its support."
	hintClock   = "Switch on time synchronisation of this machine, then verify again."
	hintLimit   = "Other programs use the rate limit of this account or address; wait a moment."
	hintTrouble = "Bitget has trouble or is in maintenance; try again later."
	hintRequest = "Bitget did not accept the request as keyrota makes it; a newer keyrota may know what changed."
	hintParent  = "Keys of a sub-account are managed with a key of its main account. Check which account the managing key is of."
	hintSub     = "Bitget refuses this for the sub-account: check its UID, that it belongs to the managing key's account, and what it may be given."
	hintSubs    = "The account has as many sub-accounts as it may have."
	hintFull    = "An account may have 10 keys: delete one that is not used any more."
	hintNoKey   = "The sub-account has no such key, or is none of this account: list its keys, or check its UID."
	hintOther   = "Look the code up in Bitget's list of error codes, and the key under API Keys."
)

// unknownKey is the one code whose words can mean nothing but a key that Bitget
// does not have. That for an invalid one has other meanings in other tables of
// Bitget's, and that for a wrong passphrase names the key too.
const unknownKey = 40037

// verdicts are the codes that a call can end in; they come with HTTP 4xx.
var verdicts = rest.Verdicts[int64]{
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []int64{429}},
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []int64{
		40001, // 40001 to 40011: a header is missing or odd
		40002,
		40003,
		40005,
		40011,
		40070, // the form of a passphrase
	}},
	{Kind: exchanges.ClockSkew, Hint: hintClock, Codes: []int64{40008}},
	{Kind: exchanges.Auth, Hint: hintKey, Causes: rest.NoSuchKey, Codes: []int64{40006, unknownKey, 40041}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []int64{40009}},
	{Kind: exchanges.Auth, Hint: hintPassphrase, Causes: []exchanges.Cause{exchanges.CausePassphrase, exchanges.CauseEnvironment, exchanges.CauseDeleted}, Codes: []int64{40012, 40036}},
	{Kind: exchanges.IPBlocked, Hint: hintIP, Codes: []int64{40018, 40038}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []int64{40014, 40025}},
	{Kind: exchanges.Denied, Hint: hintAccount, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []int64{40013, 40022, 40023, 40024, 40026}},
	{Kind: exchanges.Denied, Hint: hintSubs, Codes: []int64{40032, 40069}},
	{Kind: exchanges.Denied, Hint: hintSub, Codes: []int64{40040, 40061, 40068}},
	{Kind: exchanges.Denied, Hint: hintParent, Codes: []int64{40048}},
	{Kind: exchanges.KeyLimit, Hint: hintFull, Codes: []int64{40063}},
	{Kind: exchanges.NotFound, Hint: hintNoKey, Codes: []int64{40065, 40066}},
	{Kind: exchanges.Unavailable, Hint: hintTrouble, MayHaveActed: true, Codes: []int64{
		40010, // timeout inside
		40015,
		45001,
	}},
}

// refusal turns an answer into an error: Bitget's own, if the body has one,
// else what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	var body struct {
		Code wire.Text `json:"code"`
		Msg  wire.Text `json:"msg"`
	}
	if json.Unmarshal(r.Body, &body) != nil || body.Code == "" {
		return rest.NotJSON(r)
	}
	if body.Code == "00000" {
		return rest.HTTPError(r)
	}
	code, err := strconv.ParseInt(string(body.Code), 10, 64)
	if err != nil {
		code = 0 // which is in no table
	}
	e := rest.Judge(r, verdicts, code, fmt.Sprintf("%s: %s", body.Code, body.Msg), hintOther)
	e.UnknownKey = code == unknownKey
	if e.Kind == exchanges.RateLimited && e.RetryAfter == 0 {
		e.RetryAfter = time.Second // the limits are per second, and no header tells
	}
	return e
}

// unexplained reports a refusal by a code that says nothing about the key.
func unexplained(err error) bool { return exchanges.AsError(err).Hint == hintOther }
