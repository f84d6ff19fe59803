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
var verdicts = rest.Verdicts[int64]{
	{Kind: exchanges.Unavailable, Hint: hintTrouble, MayHaveActed: true, Codes: []int64{
		-1000,
		-1001, // disconnected inside
		-1004, // busy
		-1006,
		-1007, // timeout inside
		-1008, // overloaded
		-1016, // shutting down
	}},
	{Kind: exchanges.Denied, Hint: hintDenied, Codes: []int64{-1002}},
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []int64{-1003, -1015}},
	{Kind: exchanges.Unsupported, Hint: hintRequest, Codes: []int64{-1020, -9000}},
	{Kind: exchanges.ClockSkew, Hint: hintClock, Codes: []int64{-1021}},
	{Kind: exchanges.Auth, Hint: hintSecret, Causes: rest.NotItsSecret, Codes: []int64{-1022}},
	{Kind: exchanges.Auth, Hint: hintKey, Causes: vague, Codes: []int64{-1099, -2015}},
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []int64{
		-1100,
		-1101,
		-1102,
		-1103,
		-1104,
		-1105,
		-1106,
		-1130,
		-1131, // recvWindow
	}},
	{Kind: exchanges.Auth, Hint: hintKey, Causes: rest.NoSuchKey, Codes: []int64{-2008}},
	{Kind: exchanges.Auth, Hint: hintFormat, Causes: []exchanges.Cause{exchanges.CauseDamaged, exchanges.CauseSwapped, exchanges.CauseEnvironment}, Codes: []int64{-2014}},
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
