package upbit

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	hintKey = "The key was deleted, or was made at another Upbit site (Korea, Singapore, Indonesia, Thailand) than the one chosen; " +
		"access key and secret key may also be swapped. Look the key up under Open API management."
	hintSecret = "Possible causes: the secret key belongs to another access key, or the two are swapped; the key was made at another Upbit site, was deleted or has expired; " +
		"this site takes tokens that are signed in another way than keyrota's. Paste both keys again; a secret key is not shown again, only replaced by a new one."
	hintExpired = "Make a new key: Upbit does not prolong one."
	hintIP      = "Add this machine's public address to the key's list under Open API management → Change, or use the key from an address that is on it."
	hintDenied  = "This call needs no right. Look the key up under Open API management; the rights of a key cannot be changed, so that more take a new key."
	hintTwice   = "Upbit got the same request twice: something between here and Upbit repeats requests. Check the proxy, then verify again."
	hintHeader  = "Upbit saw no token in the request: a proxy may have taken the Authorization header out."
	hintRequest = "Upbit did not accept the request as keyrota makes it; a newer keyrota may know what changed."
	hintOther   = "keyrota does not know this error. Look it up in Upbit's list of errors, and the key under Open API management."
)

// verdicts are Upbit's errors. That the one for an invalid access key means that
// the key is gone, and nothing else, is not documented.
var verdicts = rest.Verdicts[string]{
	{Kind: exchanges.Auth, Hint: hintKey, Causes: []exchanges.Cause{exchanges.CauseSite, exchanges.CauseDeleted, exchanges.CauseSwapped, exchanges.CauseDamaged}, Codes: []string{"invalid_access_key"}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: []exchanges.Cause{exchanges.CauseSecret, exchanges.CauseSwapped, exchanges.CauseDamaged, exchanges.CauseSite, exchanges.CauseDeleted, exchanges.CauseExpired}, Codes: []string{"jwt_verification"}},
	{Kind: exchanges.Expired, Hint: hintExpired, Codes: []string{"expired_access_key"}},
	{Kind: exchanges.IPBlocked, Hint: hintIP, Codes: []string{"no_authorization_ip", "no_authorization_i_p"}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []string{"out_of_scope"}},
	{Kind: exchanges.Protocol, Hint: hintTwice, Causes: rest.Interfered, Codes: []string{"nonce_used"}},
	{Kind: exchanges.Protocol, Hint: hintHeader, Causes: rest.Interfered, Codes: []string{"no_authorization_token"}},
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []string{"invalid_query_payload"}},
}

// refusal turns an answer into an error: Upbit's own, if the body has one, else
// what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	name, message := wire.At[wire.Text](r.Body, "error", "name"), wire.At[wire.Text](r.Body, "error", "message")
	if name == "" {
		return rest.HTTPError(r)
	}
	return rest.Judge(r, verdicts, string(name), string(name+": "+message), hintOther)
}
