package bitfinex

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	hintKey = "Bitfinex does not say which: the key was deleted, key and secret are swapped or not of one pair, " +
		"or the key's IP access restrictions do not have this machine's address. Look the key up under API Keys."
	hintSecret = "The secret does not belong to this key, or key and secret are swapped. Paste both again; a lost secret is not shown again, only replaced by a new key."
	hintNonce  = "Another program uses this key with larger nonces. keyrota does not raise its own unasked: " +
		"that would lock a program with smaller ones out for years. Give keyrota a key of its own, " +
		`or, when you know that all programs of this key count in microseconds, set nonce = "us" under [key."NAME"] in config.toml.`
	hintGeneric = "Bitfinex gives this error for many reasons: the key may lack a scope, the account may be restricted, or Bitfinex has trouble. Look the key up under API Keys, and try again later."
	hintLimit   = "Bitfinex counts calls by address, with those of other programs. Wait a minute."
	hintTrouble = "Bitfinex has trouble or is in maintenance; try again later."
	hintRequest = "Bitfinex did not accept the request as keyrota makes it; a newer keyrota may know what changed."
	hintOther   = "keyrota does not know this error. Look the code up in Bitfinex's list of errors, and the key under API Keys."
)

// The codes that the text tells apart.
const (
	authFailed = 10100
	badNonce   = 10114
	badHMAC    = 10113
	tooMany    = 11010
)

// verdicts are Bitfinex's codes. The first is for an unknown key and for a wrong
// secret, and perhaps for a foreign address, so that none of them says that a
// key is unknown and nothing else.
var verdicts = rest.Verdicts[int64]{
	{Kind: exchanges.Auth, Hint: hintKey, Causes: []exchanges.Cause{exchanges.CauseDeleted, exchanges.CauseSecret, exchanges.CauseSwapped, exchanges.CauseIP, exchanges.CauseDamaged}, Codes: []int64{authFailed}},
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []int64{
		10111, // payload
		10020,
	}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []int64{
		10112, // signature
		badHMAC,
	}},
	{Kind: exchanges.Nonce, Hint: hintNonce, Causes: []exchanges.Cause{exchanges.CauseNonce, exchanges.CauseClock}, Codes: []int64{badNonce}},
	{Kind: exchanges.Protocol, Hint: hintGeneric, Causes: []exchanges.Cause{exchanges.CauseRight, exchanges.CauseAccount, exchanges.CauseDown}, Codes: []int64{10001}},
	{Kind: exchanges.Unavailable, Hint: hintTrouble, Codes: []int64{
		11000, // not ready
	}},
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []int64{tooMany}},
}

// texts are words that say more than the code beside them.
var texts = []struct {
	words string
	code  int64
}{{"digest invalid", badHMAC}, {"nonce: small", badNonce}, {"ratelimit", tooMany}}

// refusal turns an answer into an error: Bitfinex's own, a row that begins with
// "error", else what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	if wire.At[wire.Text](r.Body, "0") != "error" {
		return rest.HTTPError(r)
	}
	code, message := wire.At[wire.Int](r.Body, "1"), wire.At[wire.Text](r.Body, "2")
	meant := code.Value
	for _, t := range texts {
		if strings.Contains(strings.ToLower(string(message)), t.words) {
			meant = t.code
		}
	}
	// A refusal comes with HTTP 500 as well as trouble does: a code that is not
	// known says nothing with it.
	if _, known := verdicts.Of(meant); !known && r.Status == http.StatusInternalServerError {
		r.Status = http.StatusOK
	}
	return rest.Judge(r, verdicts, meant, strconv.FormatInt(code.Value, 10)+": "+string(message), hintOther)
}
