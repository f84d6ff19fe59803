package sim

import (
	"cmp"
	"net/http"
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
	scopes   map[*entry]deribitScope
	sessions *deribitSessions
	guard    *deribitGuard // nil for an account without a second factor
}

// newDeribit builds Deribit, live or testnet: two accounts that differ in
// the testnet flag of every reply.
func newDeribit(env string, a account, now func() time.Time) venue {
	v := &deribit{
		env: env, now: now, account: a,
		book:     newBook("deribit", env, a, now(), issueDeribit),
		scopes:   map[*entry]deribitScope{},
		sessions: newDeribitSessions(),
		guard:    newDeribitGuard(a.Authenticator, now),
	}
	for _, e := range v.all() {
		words := e.Words
		if words == nil {
			words = deribitWords(e.Permissions)
		}
		v.scopes[e] = parseDeribitScope(words)
	}
	return v
}

// issueDeribit makes a client id of 8 characters and a secret that looks like
// the URL-safe base64 of 32 bytes.
func issueDeribit(m *material, _ string) (id, secret string) {
	const urlSafe = alphanumeric + "-_"
	return m.text(alphanumeric, 1) + m.text(urlSafe, 7), m.text(urlSafe, 43)
}

// keys implements venue. The permissions told are those that the scope really
// grants: it is coarser than the normal form.
func (v *deribit) keys() []Key {
	out := v.book.keys()
	for i, e := range v.all() {
		out[i].Permissions = v.scopes[e].normal()
	}
	return out
}

// deribitError is the error object of a reply.
type deribitError struct {
	status  int
	Code    int               `json:"code"`
	Message string            `json:"message"`
	Data    map[string]string `json:"data,omitempty"`
}

// with returns the error with a reason and the parameter that it is about.
func (e deribitError) with(reason, param string) *deribitError {
	e.Data = map[string]string{"reason": reason}
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
	deribitBadCredentials = deribitError{status: http.StatusBadRequest, Code: 13004, Message: "invalid_credentials"}
	deribitUnauthorized   = deribitError{status: http.StatusUnauthorized, Code: 13009, Message: "unauthorized"}
	deribitForbidden      = deribitError{status: http.StatusForbidden, Code: 13021, Message: "forbidden"}
	deribitUnavailable    = deribitError{status: http.StatusServiceUnavailable, Code: 13028, Message: "temporarily_unavailable"}
	deribitGuardRefused   = deribitError{status: http.StatusBadRequest, Code: 13668, Message: "security_key_authorization_error"}
	deribitParse          = deribitError{status: http.StatusBadRequest, Code: -32700, Message: "Parse error"}
	deribitNoMethod       = deribitError{status: http.StatusBadRequest, Code: -32601, Message: "Method not found"}
	deribitBadParams      = deribitError{status: http.StatusBadRequest, Code: -32602, Message: "Invalid params"}
)

// deribitMethod is one method: the scope that a caller needs, which is empty
// for public ones, and the answer.
type deribitMethod struct {
	scope  string
	answer func(*deribit, *deribitCall) (any, *deribitError)
}

// deribitMethods returns the methods by name.
func deribitMethods() map[string]deribitMethod {
	return map[string]deribitMethod{
		"public/auth":                           {"", (*deribit).auth},
		"public/get_time":                       {"", (*deribit).getTime},
		"public/test":                           {"", (*deribit).test},
		"public/status":                         {"", (*deribit).status},
		"public/get_currencies":                 {"", (*deribit).getCurrencies},
		"public/get_instruments":                {"", (*deribit).getInstruments},
		"public/get_instrument":                 {"", (*deribit).getInstrument},
		"public/get_index_price":                {"", (*deribit).getIndexPrice},
		"public/ticker":                         {"", (*deribit).ticker},
		"public/get_order_book":                 {"", (*deribit).getOrderBook},
		"public/get_book_summary_by_currency":   {"", (*deribit).summaryByCurrency},
		"public/get_book_summary_by_instrument": {"", (*deribit).summaryByInstrument},
		"private/list_api_keys":                 {"account:read", (*deribit).listAPIKeys},
		"private/get_account_summary":           {"account:read", (*deribit).accountSummary},
		"private/get_account_summaries":         {"account:read", (*deribit).accountSummaries},
		"private/get_positions":                 {"trade:read", (*deribit).nothing},
		"private/get_open_orders":               {"trade:read", (*deribit).nothing},
		"private/get_open_orders_by_currency":   {"trade:read", (*deribit).nothing},
	}
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

// answer dispatches a call that was understood.
func (v *deribit) answer(c *deribitCall) (any, *deribitError) {
	method, ok := deribitMethods()[c.method]
	if !ok {
		return nil, &deribitNoMethod
	}
	if method.scope != "" {
		key, scope, failure := v.authorize(c)
		if failure != nil {
			return nil, failure
		}
		if !scope.allows(method.scope) {
			return nil, &deribitForbidden
		}
		v.touch(key, v.now())
		c.key = key
	}
	return method.answer(v, c)
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
	reply := object{
		"jsonrpc": "2.0", "testnet": v.env == "testnet",
		"usIn": began.UnixMicro(), "usOut": done.UnixMicro(), "usDiff": done.Sub(began).Microseconds(),
	}
	if id != nil {
		reply["id"] = id
	}
	if failure == nil {
		reply["result"] = result
		writeJSON(w, http.StatusOK, reply)
		return
	}
	reply["error"] = failure
	writeJSON(w, cmp.Or(failure.status, http.StatusBadRequest), reply)
}
