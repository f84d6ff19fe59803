package sim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// bitfinex simulates the v2 REST API of Bitfinex (docs.bitfinex.com), public
// and private calls on one host. Answers are arrays whose places have a
// meaning; so are refusals, which come with status 500.
type bitfinex struct {
	*book
	now      func() time.Time
	account  account
	opened   time.Time // when the account was
	calls    *http.ServeMux
	counters map[*entry]uint64         // the largest nonce of each key
	tokens   map[string]*bitfinexToken // by their text
	minted   int                       // tokens so far
}

// bitfinexSites returns the deployments of Bitfinex: paper trading is a
// sub-account of the live one, so that there is no testnet.
var bitfinexSites = []site{{
	exchange: "bitfinex", environment: "live", build: newBitfinex, algorithms: []string{algHMAC},
	bears: []string{"Bfx-Apikey", "Bfx-Token"}, demo: bitfinexDemo,
}}

func newBitfinex(env string, a account, now func() time.Time) (venue, *book) {
	v := &bitfinex{
		book: newBook("bitfinex", env, a, now, issueBitfinex), now: now, account: a, opened: now().Add(-6 * 365 * day),
		counters: map[*entry]uint64{}, tokens: map[string]*bitfinexToken{},
	}
	v.calls = v.routes()
	rules := v.page("")
	v.tells = func(e *entry, k *Key) { k.Permissions = rules.normal(bitfinexWordsOf(e)) } // one scope is for several kinds of trading
	return v, v.book
}

// issueBitfinex makes a key and a secret of about the length that they have.
func issueBitfinex(m *material, _ string) (id, secret string) {
	return m.text(alphanumeric, 43), m.text(alphanumeric, 43)
}

// bitfinexRefusal is ["error",CODE,"text"].
type bitfinexRefusal struct {
	status, code int
	text         string
}

func (b *bitfinexRefusal) write(w http.ResponseWriter) {
	writeJSON(w, b.status, []any{"error", b.code, b.text})
}

// refuse makes the refusal that most mistakes get: status 500.
//
//go:noinline
func bitfinexRefuse(code int, text string) *bitfinexRefusal {
	return &bitfinexRefusal{http.StatusInternalServerError, code, text}
}

// The codes that Bitfinex documents, as far as the simulation has a use for them.
const (
	bitfinexGeneric     = 10001
	bitfinexBadParams   = 10020
	bitfinexFailedAuth  = 10100
	bitfinexBadNonce    = 10114
	bitfinexRateLimited = 11010
	bitfinexMaintenance = 20060
)

// ServeHTTP implements venue.
func (v *bitfinex) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tellTime(w, v.now())
	v.calls.ServeHTTP(w, r)
}

// bitfinexFaults are the refusals by kind, without the status.
var bitfinexFaults = table[bitfinexRefusal]{
	{string(FaultBadRequest), bitfinexRefusal{0, bitfinexBadParams, "params: invalid"}},
	{string(FaultUnauthorized), bitfinexRefusal{0, bitfinexFailedAuth, "apikey: invalid"}},
	{string(FaultRateLimit), bitfinexRefusal{0, bitfinexRateLimited, "ratelimit: error"}},
	{string(FaultServerError), bitfinexRefusal{0, bitfinexGeneric, "error: unknown"}},
	{string(FaultUnavailable), bitfinexRefusal{0, bitfinexMaintenance, "maintenance"}},
}

// fault implements venue.
func (v *bitfinex) fault(w http.ResponseWriter, kind FaultKind) {
	tellTime(w, v.now())
	status, _ := strconv.Atoi(string(kind)) // the kinds that come here are statuses
	refusal, _ := bitfinexFaults.of(string(kind))
	refusal.status = status
	refusal.write(w)
}

// routes returns the calls that there are.
func (v *bitfinex) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, call := range bitfinexPublic {
		mux.HandleFunc("GET /v2/"+call.name, func(w http.ResponseWriter, r *http.Request) {
			answer, refusal := call.is(v, r)
			bitfinexAnswer(w, answer, refusal)
		})
	}
	for _, call := range bitfinexPrivate {
		mux.HandleFunc("POST /v2/auth/"+call.path, func(w http.ResponseWriter, r *http.Request) {
			answer, refusal := v.private(r, call)
			bitfinexAnswer(w, answer, refusal)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		bitfinexAnswer(w, nil, &bitfinexRefusal{http.StatusNotFound, bitfinexBadParams, fmt.Sprintf("path: %s is not found", r.URL.Path)})
	})
	return mux
}

func bitfinexAnswer(w http.ResponseWriter, answer any, refusal *bitfinexRefusal) {
	if refusal != nil {
		refusal.write(w)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}
