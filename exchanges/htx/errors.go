package htx

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Hints for what a person can mend.
const (
	hintAny = "Possible causes: the key is deleted or has expired; the secret is not that of this key, or key and secret are swapped; " +
		"the key is of another kind than the secret given (HMAC, Ed25519); this machine's address is not on the key's IP list; this machine's clock is far off. Look the key up under API Management."
	hintKey     = "HTX knows no such key: it is deleted, or it was not copied whole. Look it up under API Management."
	hintSecret  = "The secret or private key does not belong to this key, or it is a key of the other kind (HMAC, Ed25519), or key and secret are swapped. Give both again; a lost secret is only replaced by a new key."
	hintIP      = "Add this machine's public address to the key's IP list under API Management, or use the key from an address that is on it."
	hintExpired = "Make a new key, and give it an IP list: one without lives 90 days at HTX."
	hintDenied  = "The key lacks a permission that this call needs. Edit it under API Management, or use another key."
	hintClock   = "Switch on time synchronisation of this machine, then verify again."
	hintLocked  = "HTX has locked this user or sub-user, not the key alone: sign in and look for a message, or unlock the sub-user."
	hintLimit   = "Delete a key that nobody needs: a user may have 20."
	hintTrouble = "HTX has trouble; try again later, and look at status.huobigroup.com."
	hintValue   = "HTX did not accept a value: look at the sub-user's UID, label, permissions and addresses, and at what HTX says."
	hintOther   = "keyrota does not know this error. Look it up in HTX's list of errors, and the key under API Management."
)

// leftOpen is what those codes leave open whose words do not tell.
var leftOpen = []exchanges.Cause{
	exchanges.CauseDeleted, exchanges.CauseSecret, exchanges.CauseIP, exchanges.CauseExpired, exchanges.CauseSwapped, exchanges.CauseDamaged, exchanges.CauseClock,
}

// signature are the codes of every refusal of a key. Their words tell which.
var signature = []string{"api-signature-not-valid", "api-signature-check-failed", "1002", "1003"}

// verdicts are HTX's codes: words in answers of its older calls, numbers in
// those of the newer ones.
var verdicts = rest.Verdicts[string]{
	{Kind: exchanges.Auth, Hint: hintAny, Causes: leftOpen, Codes: []string{"api-signature-not-valid", "api-signature-check-failed", "1003"}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []string{"1002"}},
	{Kind: exchanges.Protocol, Hint: hintValue, Codes: []string{"2002"}},
	{Kind: exchanges.KeyLimit, Hint: hintLimit, Codes: []string{"2014"}},
	{Kind: exchanges.Denied, Hint: hintLocked, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []string{"2016"}},
	{Kind: exchanges.Unavailable, Hint: hintTrouble, MayHaveActed: true, Codes: []string{"500", "gateway-internal-error"}},
}

// causes are the words beside the codes in signature, the telling ones first.
var causes = rest.Verdicts[string]{
	{Kind: exchanges.IPBlocked, Hint: hintIP, Codes: []string{"incorrect ip"}},
	{Kind: exchanges.Expired, Hint: hintExpired, Codes: []string{"has expired"}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []string{"no permission"}},
	{Kind: exchanges.ClockSkew, Hint: hintClock, Codes: []string{
		"timestamp",
		"submission time", // as in github.com/ccxt/ccxt, issue 25931
	}},
	{Kind: exchanges.Auth, Hint: hintKey, Causes: []exchanges.Cause{exchanges.CauseDeleted, exchanges.CauseSwapped, exchanges.CauseDamaged}, Codes: []string{unknownKey}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []string{"verification failure"}},
}

// unknownKey is what HTX says to a key that it does not have. It has other words
// for addresses, rights, expiry and signatures.
const unknownKey = "incorrect access key"

const success = "200"

// refusal turns an answer into an error: HTX's own, if the body has one, else
// what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	code, words := said(r.Body)
	if code == "" || code == success {
		if e := rest.HTTPError(r); e != nil || code == success {
			return e
		}
		return rest.NotJSON(r)
	}
	e := rest.Judge(r, verdicts, code, code+": "+words, hintOther)
	if !slices.Contains(signature, code) {
		return e
	}
	low := strings.ToLower(words)
	for _, telling := range causes.Codes() {
		if strings.Contains(low, telling) {
			v, _ := causes.Of(telling)
			e.Kind, e.Hint, e.Causes, e.UnknownKey = v.Kind, v.Hint, v.Causes, telling == unknownKey
			break
		}
	}
	return e
}

// said returns code and words of an answer in HTX's envelopes, the older or the
// newer one; no code where it is in neither.
func said(body []byte) (code, words string) {
	var answer struct {
		ErrCode wire.Text `json:"err-code"`
		ErrMsg  wire.Text `json:"err-msg"`
		Code    wire.Int  `json:"code"`
		Message wire.Text `json:"message"`
	}
	switch {
	case json.Unmarshal(body, &answer) != nil:
		return "", ""
	case answer.ErrCode != "":
		return string(answer.ErrCode), string(answer.ErrMsg)
	case answer.Code.Known:
		return strconv.FormatInt(answer.Code.Value, 10), string(answer.Message)
	}
	return "", ""
}

// unexplained reports a refusal by a code that says nothing about the key.
func unexplained(err error) bool {
	hint := exchanges.AsError(err).Hint
	return hint == hintValue || hint == hintOther
}

// undescribed reports a refusal to describe a key that was accepted a moment ago.
func undescribed(err error) bool {
	return exchanges.AsError(err).Kind == exchanges.Denied || unexplained(err)
}
