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

// verdict is what an error code means.
type verdict struct {
	kind    exchanges.Kind
	outcome exchanges.Outcome
	hint    string
}

// verdicts are the codes that signed reads can end in. The docs do not tie
// codes to HTTP statuses, so the code alone decides.
var verdicts = map[int64]verdict{
	-1000: {exchanges.Unavailable, exchanges.OutcomeUnknown, hintTrouble},
	-1001: {exchanges.Unavailable, exchanges.OutcomeUnknown, hintTrouble}, // disconnected inside
	-1002: {exchanges.Denied, exchanges.Refused, hintDenied},
	-1003: {exchanges.RateLimited, exchanges.Refused, hintLimit},
	-1004: {exchanges.Unavailable, exchanges.OutcomeUnknown, hintTrouble}, // busy
	-1006: {exchanges.Unavailable, exchanges.OutcomeUnknown, hintTrouble},
	-1007: {exchanges.Unavailable, exchanges.OutcomeUnknown, hintTrouble}, // timeout inside
	-1008: {exchanges.Unavailable, exchanges.OutcomeUnknown, hintTrouble}, // overloaded
	-1015: {exchanges.RateLimited, exchanges.Refused, hintLimit},
	-1016: {exchanges.Unavailable, exchanges.OutcomeUnknown, hintTrouble}, // shutting down
	-1020: {exchanges.Unsupported, exchanges.Refused, hintRequest},
	-1021: {exchanges.ClockSkew, exchanges.Refused, hintClock},
	-1022: {exchanges.Auth, exchanges.Refused, hintSecret},
	-1099: {exchanges.Auth, exchanges.Refused, hintKey},
	-1100: {exchanges.Protocol, exchanges.Refused, hintRequest},
	-1101: {exchanges.Protocol, exchanges.Refused, hintRequest},
	-1102: {exchanges.Protocol, exchanges.Refused, hintRequest},
	-1103: {exchanges.Protocol, exchanges.Refused, hintRequest},
	-1104: {exchanges.Protocol, exchanges.Refused, hintRequest},
	-1105: {exchanges.Protocol, exchanges.Refused, hintRequest},
	-1106: {exchanges.Protocol, exchanges.Refused, hintRequest},
	-1130: {exchanges.Protocol, exchanges.Refused, hintRequest},
	-1131: {exchanges.Protocol, exchanges.Refused, hintRequest}, // recvWindow
	-2008: {exchanges.Auth, exchanges.Refused, hintKey},
	-2014: {exchanges.Auth, exchanges.Refused, hintFormat},
	-2015: {exchanges.Auth, exchanges.Refused, hintKey},
	-9000: {exchanges.Unsupported, exchanges.Refused, hintRequest},
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
	e := &exchanges.Error{
		Code:       exchanges.Clean(fmt.Sprintf("%d: %s", code, body.Msg)),
		RetryAfter: rest.RetryAfter(r.Header),
	}
	v, known := verdicts[code]
	switch {
	case known:
		e.Kind, e.Outcome, e.Hint = v.kind, v.outcome, v.hint
	case r.Status >= 300:
		s := rest.HTTPError(r)
		e.Kind, e.Outcome, e.Hint = s.Kind, s.Outcome, s.Hint
		if e.Kind == exchanges.Protocol {
			e.Hint = hintOther
		}
	default:
		e.Kind, e.Outcome, e.Hint = exchanges.Protocol, exchanges.Refused, hintOther
	}
	return e
}
