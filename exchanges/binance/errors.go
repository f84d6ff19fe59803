package binance

import (
	"encoding/json"
	"fmt"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

// Hints for what a person can mend. -2015 has several causes that Binance does
// not tell apart, so none of them is concluded.
const (
	hintKey = "Binance does not say which: the key is unknown or deleted, belongs to another environment (live, testnet, demo), " +
		"key and secret are swapped, this address is not on the key's IP list, or Enable Reading is off. " +
		"Look the key up on the API Management page and compare these."
	hintSecret  = "The secret does not belong to this key, or key and secret are swapped. Paste both again; a lost secret cannot be shown again, only replaced by a new key."
	hintFormat  = "The API key is cut, or is not a Binance key. Copy it again, whole, and check that key and secret are not swapped."
	hintDenied  = "Switch the permission on under Edit restrictions on the API Management page."
	hintClock   = "Switch on time synchronisation of this machine, then verify again."
	hintLimit   = "Other programs on this address share Binance's limit. Wait; calling on makes a ban longer."
	hintTrouble = "Binance has trouble or is in maintenance; try again later."
	hintRequest = "Binance did not accept the request as keyrota makes it; a newer keyrota may know what changed."
	hintOther   = "Look the code up in Binance's list of errors, and the key on the API Management page."
)

// vague is what -2015 leaves open: "Invalid API-key, IP, or permissions".
var vague = []exchanges.Cause{
	exchanges.CauseIP, exchanges.CauseRight, exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseSwapped,
}

// verdicts are the codes that signed reads can end in. The docs do not tie
// codes to HTTP statuses, so the code alone decides.
var verdicts = map[int64]rest.Verdict{
	-1000: rest.Trouble(hintTrouble),
	-1001: rest.Trouble(hintTrouble), // disconnected inside
	-1002: rest.Refused(exchanges.Denied, hintDenied),
	-1003: rest.Refused(exchanges.RateLimited, hintLimit),
	-1004: rest.Trouble(hintTrouble), // busy
	-1006: rest.Trouble(hintTrouble),
	-1007: rest.Trouble(hintTrouble), // timeout inside
	-1008: rest.Trouble(hintTrouble), // overloaded
	-1015: rest.Refused(exchanges.RateLimited, hintLimit),
	-1016: rest.Trouble(hintTrouble), // shutting down
	-1020: rest.Refused(exchanges.Unsupported, hintRequest),
	-1021: rest.Refused(exchanges.ClockSkew, hintClock),
	-1022: rest.Refused(exchanges.Auth, hintSecret, rest.NotItsSecret...),
	-1099: rest.Refused(exchanges.Auth, hintKey, vague...),
	-1100: rest.Refused(exchanges.Protocol, hintRequest),
	-1101: rest.Refused(exchanges.Protocol, hintRequest),
	-1102: rest.Refused(exchanges.Protocol, hintRequest),
	-1103: rest.Refused(exchanges.Protocol, hintRequest),
	-1104: rest.Refused(exchanges.Protocol, hintRequest),
	-1105: rest.Refused(exchanges.Protocol, hintRequest),
	-1106: rest.Refused(exchanges.Protocol, hintRequest),
	-1130: rest.Refused(exchanges.Protocol, hintRequest),
	-1131: rest.Refused(exchanges.Protocol, hintRequest), // recvWindow
	-2008: rest.Refused(exchanges.Auth, hintKey, rest.NoSuchKey...),
	-2014: rest.Refused(exchanges.Auth, hintFormat, exchanges.CauseDamaged, exchanges.CauseSwapped, exchanges.CauseEnvironment),
	-2015: rest.Refused(exchanges.Auth, hintKey, vague...),
	-9000: rest.Refused(exchanges.Unsupported, hintRequest),
}

// refusal turns an answer into an error: Binance's own, if the body has one,
// else what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	var body struct {
		Code wire.Int  `json:"code"`
		Msg  wire.Text `json:"msg"`
	}
	if json.Unmarshal(r.Body, &body) != nil {
		return rest.HTTPError(r)
	}
	code := body.Code.Value
	if code >= 0 {
		return rest.HTTPError(r)
	}
	return rest.Judge(r, verdicts, code, fmt.Sprintf("%d: %s", code, body.Msg), hintOther)
}
