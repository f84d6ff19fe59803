package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// gemini simulates the REST API of the Gemini exchange (docs.gemini.com), the
// live site and the sandbox alike: one account of type "exchange", named
// primary, which is the only one of its group.
type gemini struct {
	*book
	now      func() time.Time
	account  account
	opened   time.Time // when the account was
	calls    *http.ServeMux
	counters map[*entry]uint64 // the last nonce of a key whose nonces have to rise
}

// geminiSites returns the deployments of Gemini.
var geminiSites = []site{
	{exchange: "gemini", environment: "live", build: newGemini, algorithms: []string{algHMAC}, bears: []string{"X-Gemini-Apikey"}, demo: geminiDemo},
	{exchange: "gemini", environment: "testnet", build: newGemini, algorithms: []string{algHMAC}, bears: []string{"X-Gemini-Apikey"}, demo: geminiSandboxDemo},
}

func newGemini(env string, a account, now func() time.Time) (venue, *book) {
	v := &gemini{
		book: newBook("gemini", env, a, now, issueGemini), now: now, account: a, opened: now().Add(-5 * 365 * day),
		counters: map[*entry]uint64{},
	}
	v.prefixIDs(geminiPrefix)
	v.calls = v.routes()
	v.tells = func(e *entry, k *Key) { k.Permissions = geminiNormal(geminiWordsOf(e)) }
	return v, v.book
}

// issueGemini makes a key and a secret; the scope goes before the key. How
// long they are is not documented.
func issueGemini(m *material, _ string) (id, secret string) {
	return m.text(alphanumeric, 20), m.text(alphanumeric, 28)
}

// geminiRefusal is {"result":"error","reason":…,"message":…}; clients decide
// on the reason.
type geminiRefusal struct {
	status          int
	reason, message string
}

func (g *geminiRefusal) write(w http.ResponseWriter) {
	writeJSON(w, g.status, jsonOf(`{"result":"error","reason":?,"message":?}`, g.reason, g.message))
}

// ServeHTTP implements venue.
func (v *gemini) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tellTime(w, v.now())
	v.calls.ServeHTTP(w, r)
}

// tellTime sets the Date of an answer to the exchange's own clock, where it is
// all that tells a client the time.
func tellTime(w http.ResponseWriter, now time.Time) {
	setHeader(w, "Date", now.UTC().Format(http.TimeFormat))
}

// geminiFaults are the refusals by kind, without the status.
var geminiFaults = table[geminiRefusal]{
	{string(FaultBadRequest), geminiRefusal{0, "InvalidJson", "The JSON payload could not be parsed"}},
	{string(FaultUnauthorized), geminiRefusal{0, "InvalidApiKey", "Invalid API key"}},
	{string(FaultRateLimit), geminiRefusal{0, "RateLimit", "Requests were made too frequently"}},
	{string(FaultServerError), geminiRefusal{0, "System", "We are experiencing technical issues"}},
	{string(FaultUnavailable), geminiRefusal{0, "Maintenance", "The Gemini Exchange is currently undergoing maintenance."}},
}

// fault implements venue.
func (v *gemini) fault(w http.ResponseWriter, kind FaultKind) {
	tellTime(w, v.now())
	status, _ := strconv.Atoi(string(kind)) // the kinds that come here are statuses
	refusal, _ := geminiFaults.of(string(kind))
	refusal.status = status
	refusal.write(w)
}

// routes returns the calls that there are. Any other path, and any other
// method, is no endpoint.
func (v *gemini) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, call := range geminiPublic {
		mux.HandleFunc("GET "+call.name, func(w http.ResponseWriter, r *http.Request) {
			answer, refusal := call.is(v, r)
			geminiAnswer(w, answer, refusal)
		})
	}
	for _, call := range geminiPrivate {
		mux.HandleFunc("POST "+call.path, func(w http.ResponseWriter, r *http.Request) {
			answer, refusal := v.private(r, call)
			geminiAnswer(w, answer, refusal)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		geminiAnswer(w, nil, &geminiRefusal{http.StatusNotFound, "EndpointNotFound", "No endpoint matches " + r.Method + " " + r.URL.Path})
	})
	return mux
}

func geminiAnswer(w http.ResponseWriter, answer any, refusal *geminiRefusal) {
	if refusal != nil {
		refusal.write(w)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// private answers a call that needs a key.
func (v *gemini) private(r *http.Request, call geminiCall) (any, *geminiRefusal) {
	e, payload, refusal := v.authenticate(r)
	if refusal != nil {
		return nil, refusal
	}
	v.touch(e, v.now())
	words, roles := geminiWordsOf(e), strings.Fields(call.roles)
	if !anyOf(roles, words) {
		return nil, &geminiRefusal{http.StatusForbidden, "MissingRole", fmt.Sprintf(
			"To access this endpoint, you need to log in to the website and go to the settings page to assign one of these roles [%s] to API key %s which currently has roles [%s]",
			strings.Join(geminiRoleNames(roles), ", "), e.ID, strings.Join(geminiRoleNames(words), ", "))}
	}
	if refusal := geminiAccountOf(e, call, payload); refusal != nil {
		return nil, refusal
	}
	return call.answer(v, e)
}

// geminiAccountOf checks that a key of the whole group names the account that
// a call is about.
func geminiAccountOf(e *entry, call geminiCall, payload object) *geminiRefusal {
	if !geminiIsMaster(e) {
		if call.scope == geminiGroupOnly {
			return &geminiRefusal{http.StatusForbidden, "MissingRole", "This endpoint is for keys of the master scope"}
		}
		return nil
	}
	if call.scope != geminiOneAccount {
		return nil
	}
	switch name := payload["account"]; name {
	case geminiAccountName:
		return nil
	case nil, "":
		return &geminiRefusal{http.StatusBadRequest, "MissingAccountName", "A master key needs an account parameter for this endpoint"}
	default:
		return &geminiRefusal{http.StatusBadRequest, "MissingAccounts", fmt.Sprintf("The group has no account %v", name)}
	}
}
