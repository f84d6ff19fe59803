package sim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// deribit simulates the HTTP side of Deribit's API v2 (docs.deribit.com):
// JSON-RPC 2.0 by POST, or by GET with the method in the path and the
// parameters in the query. Credits for requests are not counted:
// FaultRateLimit stands in for them.
type deribit struct {
	*book
	env      string
	now      func() time.Time
	account  account
	features map[*entry][]string // the options of keys that have any
	sessions *deribitSessions
	guard    *deribitGuard // nil for an account without a second factor
	log      deribitLog
}

// newDeribit builds Deribit, live or testnet: two accounts that differ in
// the testnet flag of every reply.
func newDeribit(env string, a account, now func() time.Time) (venue, *book) {
	v := &deribit{
		env: env, now: now, account: a,
		book:     newBook("deribit", env, a, now, issueDeribit),
		features: map[*entry][]string{},
		sessions: newDeribitSessions(),
		guard:    newDeribitGuard(a.Authenticator, deribitRelyingParty(env), now),
	}
	v.dealSubAccounts()
	v.tells = func(e *entry, k *Key) {
		scope := deribitScopeOf(e)
		k.Permissions, k.Manages = scope.normal(), scope.allows("account:read_write")
	}
	return v, v.book
}

// deribitRelyingParty is what a hardware key would be asked to sign for.
func deribitRelyingParty(env string) string {
	if env == "testnet" {
		return "test.deribit.com"
	}
	return "www.deribit.com"
}

// dealSubAccounts gives sub-accounts what the main account was seeded with
// beyond the number of keys that an account can have.
func (v *deribit) dealSubAccounts() {
	for i, e := range v.ofSub("") {
		if n := i / deribitMostKeys; n > 0 {
			e.Sub = "sub_" + strconv.Itoa(n)
		}
	}
}

// issueDeribit makes a client id of 8 characters and a secret that looks like
// the URL-safe base64 of 32 bytes.
func issueDeribit(m *material, _ string) (id, secret string) {
	const urlSafe = alphanumeric + "-_"
	return m.text(alphanumeric, 1) + m.text(urlSafe, 7), m.text(urlSafe, 43)
}

// deribitError is the error object of a reply.
type deribitError struct {
	status  int
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    object `json:"data,omitempty"`
}

// with returns the error with a reason and the parameter that it is about.
//
//go:noinline
func (e deribitError) with(reason, param string) *deribitError {
	e.Data = object{"reason": reason}
	if param != "" {
		e.Data["param"] = param
	}
	return &e
}

// The errors that Deribit documents, as far as the simulation has a use for
// them. The numbers decide; the HTTP statuses are documented for a few only.
var (
	deribitNoAuth         = deribitError{status: http.StatusUnauthorized, Code: 10000, Message: "authorization_required"}
	deribitTooMany        = deribitError{status: http.StatusTooManyRequests, Code: 10028, Message: "too_many_requests"}
	deribitBadRequest     = deribitError{status: http.StatusBadRequest, Code: 11050, Message: "bad_request"}
	deribitInternal       = deribitError{status: http.StatusInternalServerError, Code: 11094, Message: "internal_server_error"}
	deribitGuardBlocked   = deribitError{status: http.StatusBadRequest, Code: 12998, Message: "security_key_authorization_over_limit"}
	deribitBadCredentials = deribitError{status: http.StatusBadRequest, Code: 13004, Message: "invalid_credentials"}
	deribitUnauthorized   = deribitError{status: http.StatusUnauthorized, Code: 13009, Message: "unauthorized"}
	deribitFailed         = deribitError{status: http.StatusBadRequest, Code: 13008, Message: "request_failed"}
	deribitNotFound       = deribitError{status: http.StatusBadRequest, Code: 13020, Message: "not_found"}
	deribitForbidden      = deribitError{status: http.StatusForbidden, Code: 13021, Message: "forbidden"}
	deribitUnavailable    = deribitError{status: http.StatusServiceUnavailable, Code: 13028, Message: "temporarily_unavailable"}
	deribitScopeExceeded  = deribitError{status: http.StatusBadRequest, Code: 13403, Message: "scope_exceeded"}
	deribitGuardRefused   = deribitError{status: http.StatusBadRequest, Code: 13668, Message: "security_key_authorization_error"}
	deribitParse          = deribitError{status: http.StatusBadRequest, Code: -32700, Message: "Parse error"}
	deribitNoMethod       = deribitError{status: http.StatusBadRequest, Code: -32601, Message: "Method not found"}
	deribitBadParams      = deribitError{status: http.StatusBadRequest, Code: -32602, Message: "Invalid params"}
)

// deribitMethod is one method of the API.
type deribitMethod struct {
	name    string
	answer  func(*deribit, *deribitCall) (any, *deribitError)
	scope   string   // what a caller needs; empty: the method is public
	guarded bool     // it wants a code of the account's authenticator
	takes   []string // all parameters that it has; nil: others do no harm
}

// deribitMethods are the methods that look at things.
var deribitMethods = []deribitMethod{
	{name: "public/auth", answer: (*deribit).auth},
	{name: "public/get_time", answer: (*deribit).getTime},
	{name: "public/test", answer: (*deribit).test},
	{name: "public/status", answer: (*deribit).status},
	{name: "public/get_currencies", answer: (*deribit).getCurrencies},
	{name: "public/get_instruments", answer: (*deribit).getInstruments},
	{name: "public/get_instrument", answer: byDeribitInstrument(deribitInstrument.terms)},
	{name: "public/get_index_price", answer: (*deribit).getIndexPrice},
	{name: "public/ticker", answer: byDeribitInstrument(deribitInstrument.day)},
	{name: "public/get_order_book", answer: (*deribit).getOrderBook},
	{name: "public/get_book_summary_by_currency", answer: (*deribit).summaryByCurrency},
	{name: "public/get_book_summary_by_instrument", answer: (*deribit).summaryByInstrument},
	{name: "private/get_account_summary", answer: (*deribit).accountSummary, scope: "account:read"},
	{name: "private/get_account_summaries", answer: (*deribit).accountSummaries, scope: "account:read"},
	{name: "private/get_access_log", answer: (*deribit).accessLog, scope: "account:read", takes: []string{"offset", "count"}},
	{name: "private/get_positions", answer: (*deribit).nothing, scope: "trade:read"},
	{name: "private/get_open_orders", answer: (*deribit).nothing, scope: "trade:read"},
	{name: "private/get_open_orders_by_currency", answer: (*deribit).nothing, scope: "trade:read"},
}

// ServeHTTP implements venue.
func (v *deribit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/api/v2" && !strings.HasPrefix(r.URL.Path, "/api/v2/") {
		writePage(w, http.StatusNotFound)
		return
	}
	began := v.now()
	call, failure := readDeribitCall(r)
	var result any
	if failure == nil {
		result, failure = v.answer(call)
	}
	v.write(w, began, call.id, result, failure)
}

// answer dispatches a call that was understood. What stands between a caller
// and a private method is the same for all of them: the credential, the scope,
// the parameters that there are, the second factor.
func (v *deribit) answer(c *deribitCall) (any, *deribitError) {
	methods := slices.Concat(deribitMethods, deribitKeyMethods)
	i := slices.IndexFunc(methods, func(m deribitMethod) bool { return m.name == c.method })
	if i < 0 {
		return nil, &deribitNoMethod
	}
	method := methods[i]
	if method.scope != "" {
		if failure := v.letIn(c, method); failure != nil {
			return nil, failure
		}
	}
	if method.guarded {
		if challenge, failure := v.guard.check(c); challenge != nil || failure != nil {
			return challenge, failure
		}
	}
	return method.answer(v, c)
}

// letIn notes who calls a private method, if that key may.
func (v *deribit) letIn(c *deribitCall, method deribitMethod) *deribitError {
	key, scope, failure := v.authorize(c)
	if failure != nil {
		return failure
	}
	if !scope.allows(method.scope) {
		return &deribitForbidden
	}
	v.touch(key, v.now())
	c.key, c.scope = key, scope
	return c.hasOnly(method)
}

// fault implements venue.
func (v *deribit) fault(w http.ResponseWriter, kind FaultKind) {
	failure := map[FaultKind]deribitError{
		FaultBadRequest:   deribitBadRequest,
		FaultUnauthorized: deribitUnauthorized,
		FaultRateLimit:    deribitTooMany,
		FaultServerError:  deribitInternal,
		FaultUnavailable:  deribitUnavailable,
	}[kind]
	failure.status, _ = strconv.Atoi(string(kind)) // the kinds that come here are statuses
	v.write(w, v.now(), nil, nil, &failure)
}

// write sends a reply. Every one says which side it is from and how long it
// took, in microseconds.
func (v *deribit) write(w http.ResponseWriter, began time.Time, id, result any, failure *deribitError) {
	done := v.now()
	reply := jsonOf(`{"jsonrpc":"2.0","testnet":?,"usIn":?,"usOut":?,"usDiff":?}`,
		v.env == "testnet", began.UnixMicro(), done.UnixMicro(), done.Sub(began).Microseconds())
	if id != nil {
		reply = joined(reply, jsonOf(`{"id":?}`, id))
	}
	if failure == nil {
		writeJSON(w, http.StatusOK, joined(reply, jsonOf(`{"result":?}`, result)))
		return
	}
	writeJSON(w, cmp.Or(failure.status, http.StatusBadRequest), joined(reply, jsonOf(`{"error":?}`, failure)))
}
