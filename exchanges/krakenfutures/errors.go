package krakenfutures

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	hintKey = "Kraken does not say which: the key was deleted, belongs to the other environment (live, demo) or is one of Kraken's spot exchange; " +
		"public and private key are swapped or not of one pair; this machine's address is not in the key's IP list."
	hintDenied = "The key's level for General API is No access, or its IP list does not have this machine's address. " +
		"Levels cannot be changed by API: look at the key on Kraken's page."
	hintForbidden = "Kraken does not say which: this machine's address is not in the key's IP list, the key lacks a right, or Kraken refuses this network or country. " +
		"Compare the list with this machine's public address, and check VPN and proxy."
	hintNonce   = "keyrota sends no nonces to Kraken Futures, and Kraken wants one for this key. It cannot be checked until Kraken takes calls without them again."
	hintLimit   = "The account's other programs share Kraken's limit of points. Wait ten seconds."
	hintTrouble = "Kraken Futures has trouble or is in maintenance; see status.kraken.com and try again later."
	hintOther   = "keyrota does not know this answer. Look the words up in Kraken's list of errors, and the key on its page."
)

// leftOpen is what hintKey words.
var leftOpen = []exchanges.Cause{
	exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseSite, exchanges.CauseSecret, exchanges.CauseSwapped, exchanges.CauseIP, exchanges.CauseDamaged,
}

// verdicts are the words of the trading API, in lower case. Which of its cases
// each of them covers is not documented: the first one is for an unknown key, a
// wrong signature and perhaps a foreign address alike, so that none of them
// says that a key is unknown and nothing else.
var verdicts = rest.Verdicts[string]{
	{Kind: exchanges.Auth, Hint: hintKey, Causes: leftOpen, Codes: []string{
		"authenticationerror",
		// Statuses that mean more than one thing at Kraken, whatever its words.
		"http 401",
	}},
	{Kind: exchanges.Denied, Hint: hintDenied, Causes: []exchanges.Cause{exchanges.CauseRight, exchanges.CauseIP}, Codes: []string{"insufficientprivileges"}},
	{Kind: exchanges.Nonce, Hint: hintNonce, Codes: []string{"noncebelowthreshold", "nonceduplicate"}},
	{Kind: exchanges.RateLimited, Hint: hintLimit, Codes: []string{"apilimitexceeded"}},
	{Kind: exchanges.Unavailable, Hint: hintTrouble, MayHaveActed: true, Codes: []string{"unavailable"}},
	{Kind: exchanges.Blocked, Hint: hintForbidden, Causes: []exchanges.Cause{exchanges.CauseIP, exchanges.CauseRight, exchanges.CauseBlocked}, Codes: []string{"http 403"}},
}

// refusal turns an answer into an error: Kraken's own, if the body has one, else
// what the status says. Nil for success.
func refusal(r rest.Response) *exchanges.Error {
	var a struct {
		Result   wire.Text `json:"result"` // of the trading API
		Error    wire.Text `json:"error"`
		Message  wire.Text `json:"message"` // of the service for keys, with the next
		Suberror wire.Text `json:"suberror"`
	}
	_ = json.Unmarshal(r.Body, &a) // what is no object has none of them
	if a.Result != "error" && a.Error == "" && r.Status < http.StatusMultipleChoices {
		return nil // an answer that is none is left to its reader
	}
	var words []string
	for _, w := range []wire.Text{a.Error, a.Message, a.Suberror} {
		if w != "" {
			words = append(words, string(w))
		}
	}
	code, status := strings.ToLower(string(a.Error)), fmt.Sprintf("HTTP %d", r.Status)
	if _, known := verdicts.Of(code); !known {
		code = strings.ToLower(status)
	}
	return rest.Judge(r, verdicts, code, cmp.Or(strings.Join(words, ": "), status+", no words"), hintOther)
}
