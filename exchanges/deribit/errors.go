package deribit

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

const (
	hintCredentials = "Possible causes: client ID or secret is wrong or they are swapped; the key was removed, disabled or given a new secret; " +
		"it belongs to the other environment (live and testnet have their own keys); its IP whitelist does not have this machine's address."
	hintSignature = "Possible causes: the secret or private key does not belong to this client ID; this machine's clock is more than a minute off; " +
		"the key's IP whitelist does not have this machine's address."
	hintIP      = "Add this machine's public address to the key's IP whitelist at Deribit, or run keyrota where the key is used."
	hintClock   = "Deribit allows a minute between the clocks: switch on time synchronisation, then verify again."
	hintScope   = "The key lacks the scope that this call needs; the account page of Deribit shows what it has."
	hintSetup   = "Deribit wants the account to have two-factor authentication for this: set it up on its security page, then try again."
	hintCode    = "Enter the 6 digits that the account's authenticator shows now."
	hintGuesses = "Deribit has seen too many wrong codes and takes none for a while. Check the authenticator's clock, then try again."
	hintManage  = "The managing key needs account:read_write, and every right that it gives to another key."
	hintRate    = "Wait a little: the account's other programs share the limit."
	hintLogins  = "Deribit has seen too many failed logins. Stop programs that use a dead key and wait before trying again."
	hintCountry = "Deribit refuses this network or country, not the key. Check VPN and proxy."
	hintDown    = "Deribit has trouble or is in maintenance; look at its status page and try again later."
	hintAccount = "Deribit refuses the account, not this key alone: sign in at deribit.com and look for a message."
	hintRequest = "Deribit could not read the request. Check base_url and proxy in config.toml, otherwise update keyrota."
	hintUnknown = "keyrota does not know this answer. Look the code up in Deribit's list of API errors."
	hintOdd     = "Check base_url and proxy in config.toml; Deribit does not answer like this."
)

// What the two vague refusals leave open.
var (
	signature   = []exchanges.Cause{exchanges.CauseSecret, exchanges.CauseClock, exchanges.CauseIP, exchanges.CauseDamaged}
	credentials = []exchanges.Cause{
		exchanges.CauseEnvironment, exchanges.CauseDeleted, exchanges.CauseSecret, exchanges.CauseIP, exchanges.CauseSwapped, exchanges.CauseDamaged,
	}
)

// verdicts maps Deribit's error codes to what they mean for the calls in use.
// Codes about orders, instruments and transfers cannot come from them. The
// message beside a code is not stable and decides nothing.
//
// None of them proves that a key is gone: 13004 is what a key that was removed
// gets, but also a wrong secret, a disabled key and, as far as is known, an
// address that is not on the whitelist. So no error says UnknownKey.
var verdicts = rest.Verdicts[int]{
	{Kind: exchanges.Auth, Hint: hintSignature, Causes: signature, Codes: []int{
		10000, // authorization_required
		13009, // unauthorized, invalid_token
	}},
	{Kind: exchanges.Auth, Hint: hintCredentials, Causes: credentials, Codes: []int{
		13004, // invalid_credentials
		13007, // user_not_found
	}},
	{Kind: exchanges.Auth, Hint: hintAccount, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []int{
		11098, // account_locked
	}},
	{Kind: exchanges.Denied, Hint: hintScope, Codes: []int{
		11042, // permission_denied
		13012, // unavailable_in_subaccount
		13021, // forbidden
		13403, // scope_exceeded
	}},
	{Kind: exchanges.Denied, Hint: hintAccount, Causes: []exchanges.Cause{exchanges.CauseAccount}, Codes: []int{
		13031, // verification_required
	}},
	{Kind: exchanges.Denied, Hint: hintSetup, Codes: []int{
		13904, // security_key_setup_required
	}},
	{Kind: exchanges.SecondFactor, Hint: hintGuesses, Codes: []int{
		12998, // security_key_authorization_over_limit
	}},
	{Kind: exchanges.SecondFactor, Hint: hintCode, Codes: []int{
		13668, // security_key_authorization_error
	}},
	{Kind: exchanges.RateLimited, Hint: hintRate, Codes: []int{
		10028, // too_many_requests
		10047, // matching_engine_queue_full
		10066, // too_many_concurrent_requests
	}},
	{Kind: exchanges.RateLimited, Hint: hintLogins, Codes: []int{
		12003, // login_over_limit
	}},
	{Kind: exchanges.Blocked, Hint: hintCountry, Codes: []int{
		12005, // country_is_banned
	}},
	{Kind: exchanges.Unavailable, Hint: hintDown, Codes: []int{
		10040, // retry
		10041, // settlement_in_progress
		10048, // not_on_this_server
		11051, // system_maintenance
		11056, // unauthenticated public requests switched off
		13025, // method_switched_off_by_admin
		13503, // unavailable
	}},
	{Kind: exchanges.Unavailable, Hint: hintDown, MayHaveActed: true, Codes: []int{
		11094, // internal_server_error
		13008, // request_failed
		13028, // temporarily_unavailable
		13888, // timed_out
	}},
	{Kind: exchanges.Protocol, Hint: hintRequest, Codes: []int{
		11029,  // invalid_arguments
		11043,  // bad_argument
		11049,  // bad_arguments
		11050,  // bad_request
		13010,  // value_required
		13011,  // value_too_short
		13016,  // invalid_input
		13018,  // invalid_content_type
		-32000, // missing params
		-32600, // request entity too large
		-32601, // method not found
		-32602, // invalid params
		-32700, // parse error
	}},
}

// wireError is the error of a JSON-RPC reply.
type wireError struct {
	Code    wire.Text `json:"code"`
	Message wire.Text `json:"message"`
	Data    errorData `json:"data"`
}

type errorData struct {
	Reason wire.Text `json:"reason"`
	Param  wire.Text `json:"param"`
	Wait   wire.Text `json:"wait"` // seconds
}

// UnmarshalJSON never fails; data that is no object has no parts.
func (d *errorData) UnmarshalJSON(b []byte) error {
	type plain errorData
	var p plain
	if json.Unmarshal(b, &p) == nil {
		*d = errorData(p)
	}
	return nil
}

// classify judges by the code, whatever the HTTP status.
func (e *wireError) classify(r rest.Response, method string) *exchanges.Error {
	v := e.verdict()
	if v.Kind == exchanges.SecondFactor {
		v.Hint = e.Data.aboutCode(v.Hint)
	}
	if method == createMethod {
		v = e.aboutNewKey(v)
	}
	if slices.Contains(scopeCodes, string(e.Code)) && slices.Contains(changes, method) {
		v.Hint = hintManage
	}
	return &exchanges.Error{
		Kind: v.Kind, Outcome: v.Outcome, Hint: v.Hint, Causes: v.Causes,
		Code:       exchanges.Clean(e.words()),
		RetryAfter: max(rest.RetryAfter(r.Header), e.Data.wait()),
	}
}

func (e *wireError) verdict() rest.Verdict {
	code, err := strconv.Atoi(string(e.Code))
	v, ok := verdicts.Of(code)
	if err != nil || !ok {
		return rest.Refused(exchanges.Protocol, hintUnknown)
	}
	if v.Kind == exchanges.Auth || v.Kind == exchanges.Protocol {
		return e.Data.refine(v)
	}
	return v
}

var (
	aboutIP   = cred.Pattern(`(?i)(^|[^a-z])ip([^a-z]|$)|white_?list`)
	aboutTime = cred.Pattern(`(?i)time_?stamp`)
)

// refine splits a vague refusal where Deribit gives a reason. No page lists
// the reasons for an address or a clock that it does not accept, so they are
// looked for by the words that such a reason must have.
func (d errorData) refine(v rest.Verdict) rest.Verdict {
	switch about := string(d.Reason + " " + d.Param); {
	case aboutTime(about):
		return rest.Refused(exchanges.ClockSkew, hintClock)
	case v.Kind == exchanges.Auth && aboutIP(about):
		return rest.Refused(exchanges.IPBlocked, hintIP)
	}
	return v
}

// scopeCodes are the refusals that a managing key gets for lack of rights:
// permission_denied, forbidden, scope_exceeded.
var scopeCodes = []string{"11042", "13021", "13403"}

var changes = []string{createMethod, editMethod, removeMethod}

var (
	tooMany   = cred.Pattern(`(?i)(max(imum)?.?(number|count|amount)|limit|too.?many).{0,12}keys|keys?.{0,12}(limit|max(imum)?.?reached|too.?many)`)
	nameTaken = cred.Pattern(`(?i)(^|[^a-z])name.{0,12}(taken|already|duplicate|not.?unique|in.?use)|(taken|already|duplicate|not.?unique|in.?use).{0,12}[^a-z]name([^a-z]|$)`)
)

// aboutNewKey finds the refusals of create_api_key that have kinds of their
// own. No page lists codes for them, so that only words that mean nothing else
// are taken for one.
func (e *wireError) aboutNewKey(v rest.Verdict) rest.Verdict {
	if v.Kind != exchanges.Protocol && v.Kind != exchanges.Denied || slices.Contains(scopeCodes, string(e.Code)) {
		return v
	}
	switch words := e.words(); {
	case tooMany(words):
		return rest.Refused(exchanges.KeyLimit, "Deribit allows 8 keys in an account: remove one that is not needed, then try again.")
	case nameTaken(words):
		return rest.Refused(exchanges.LabelTaken, "Choose another label, or look at the key that has it.")
	}
	return v
}

// aboutCode says what to do about a one-time code that Deribit did not take.
func (d errorData) aboutCode(otherwise string) string {
	switch d.Reason {
	case "tfa_code_not_matched":
		return "The code is wrong. " + hintCode
	case "used_tfa_code":
		return hintNextCode
	case "challenge_timeout":
		return "The code came more than a minute after Deribit asked for it. " + hintCode
	}
	return otherwise
}

// words is the error in Deribit's words: "13004 invalid_credentials: reason".
func (e *wireError) words() string {
	out := strings.TrimSpace(string(e.Code) + " " + string(e.Message))
	if e.Data.Reason != "" {
		out += ": " + string(e.Data.Reason)
	}
	if e.Data.Param != "" {
		out += " (" + string(e.Data.Param) + ")"
	}
	return out
}

func (d errorData) wait() time.Duration {
	s, err := strconv.ParseInt(string(d.Wait), 10, 64)
	if err != nil || s <= 0 {
		return 0
	}
	return time.Duration(min(s, 24*60*60)) * time.Second
}

// final reports whether Deribit has decided not to answer, so that asking
// again later changes nothing.
func (e *wireError) final(err *exchanges.Error) bool {
	if e == nil || err.Outcome != exchanges.Refused {
		return false
	}
	switch err.Kind {
	case exchanges.RateLimited, exchanges.Unavailable, exchanges.Blocked, exchanges.ClockSkew:
		return false
	default:
		return true
	}
}

// why is a refused list in one sentence.
func (e *wireError) why(err *exchanges.Error) string {
	s := "Deribit did not list the account's keys (" + err.Code + ")"
	if err.Kind == exchanges.Denied {
		s += "; that takes the scope account:read"
	}
	return s + "."
}
