package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// coinbase simulates the Advanced Trade API of Coinbase, and as much of the
// older Coinbase App API under /v2 as clients use beside it
// (docs.cdp.coinbase.com). Keys are those of the Coinbase Developer Platform:
// there is no API to manage them.
type coinbase struct {
	*book
	account account
	now     func() time.Time
	mux     *http.ServeMux
}

// coinbaseSites are Coinbase's deployments: its sandbox knows no keys.
var coinbaseSites = []site{{
	exchange: "coinbase", environment: "live", build: newCoinbase, algorithms: []string{algEd25519, algES256}, demo: coinbaseDemo,
}}

func coinbaseDemo(a *account) {
	const home, office = "203.0.113.7", "192.0.2.44"
	a.Seeds = []seed{
		{Label: "treasury-view", Algorithm: algES256, Permissions: []string{"read"}, IPs: []string{home, office},
			Age: 130 * day, LastUsed: 6 * time.Hour},
		{Label: "payouts", Algorithm: algEd25519, Permissions: []string{"read", "transfer", "withdraw"}, IPs: []string{home},
			Age: 58 * day, LastUsed: 9 * day},
		{Label: "cb-dca-bot", Algorithm: algES256, Permissions: []string{"read", "spot"}, Age: 40 * day, LastUsed: 25 * time.Minute},
		{Label: "spare-coinbase", Algorithm: algEd25519, Permissions: []string{"read", "spot"}, IPs: []string{home}, Age: time.Hour},
	}
}

func newCoinbase(env string, a account, now func() time.Time) (venue, *book) {
	organization := uuid4(newMaterial("coinbase", "organization", a.ID))
	v := &coinbase{account: a, now: now, mux: http.NewServeMux()}
	v.book = newBook("coinbase", env, a, now, func(m *material, _ string) (string, string) {
		return "organizations/" + organization + "/apiKeys/" + uuid4(m), ""
	})
	v.writePairs(coinbasePrivate)
	for _, route := range coinbaseAll() {
		v.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) { v.handle(w, r, route) })
	}
	v.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { v.refuse(w, errCoinbasePath) })
	rules := v.page("")
	v.tells = func(e *entry, k *Key) { k.Permissions = rules.normal(coinbaseWordsOf(e)) }
	return v, v.book
}

// uuid4 makes a random UUID (RFC 9562, version 4).
func uuid4(m *material) string {
	b := m.bytes(16)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// coinbaseRoute is one endpoint: the right that it takes, and how it is
// answered.
type coinbaseRoute struct {
	pattern string
	right   string // empty: it is public
	serve   func(*coinbase, coinbaseCall) (any, *coinbaseError)
	always  string // in place of serve: the same answer every time
}

// coinbaseCall is a request that has passed every check of its route.
type coinbaseCall struct {
	*http.Request

	params url.Values
	key    *entry // nil on public routes
}

// coinbaseRoutes are the endpoints there are, by pattern. Those that move
// something are there to be refused.
var coinbaseRoutes = []coinbaseRoute{
	{"GET /api/v3/brokerage/time", "", (*coinbase).time, ""},
	{"GET /api/v3/brokerage/key_permissions", coinbaseView, (*coinbase).keyPermissions, ""}, // which right it wants is not documented
	{"GET /api/v3/brokerage/accounts", coinbaseView, (*coinbase).accounts, ""},
	{"GET /api/v3/brokerage/accounts/{uuid}", coinbaseView, (*coinbase).oneAccount, ""},
	{"GET /api/v3/brokerage/portfolios", coinbaseView, (*coinbase).portfolios, ""},
	{"GET /api/v3/brokerage/portfolios/{uuid}", coinbaseView, (*coinbase).breakdown, ""},
	{"GET /api/v3/brokerage/best_bid_ask", coinbaseView, (*coinbase).bestBidAsk, ""},
	{"GET /api/v3/brokerage/payment_methods", coinbaseView, nil, `{"payment_methods":[]}`},
	{"GET /api/v3/brokerage/orders/historical/batch", coinbaseView, nil, `{"orders":[],"sequence":"0","has_next":false,"cursor":""}`},
	{"GET /api/v3/brokerage/orders/historical/fills", coinbaseView, nil, `{"fills":[],"cursor":""}`},
	{"GET /api/v3/brokerage/transaction_summary", coinbaseView, nil, coinbaseFees},

	{"POST /api/v3/brokerage/orders", coinbaseTrade, nil, coinbaseNoOrder},
	{"POST /api/v3/brokerage/orders/edit", coinbaseTrade, nil, coinbaseNoEdit},
	{"POST /api/v3/brokerage/orders/close_position", coinbaseTrade, nil, coinbaseNoOrder},
	{"POST /api/v3/brokerage/orders/batch_cancel", coinbaseTrade, (*coinbase).cancelOrders, ""},
	{"POST /api/v3/brokerage/convert/quote", coinbaseTrade, coinbaseFrozen, ""},
	{"POST /api/v3/brokerage/portfolios/move_funds", coinbaseTransfer, coinbaseFrozen, ""},

	{"GET /v2/time", "", (*coinbase).appTime, ""},
	{"GET /v2/currencies", "", nil, `{"data":[{"id":"USD","name":"US Dollar","min_size":"0.01"}]}`},
	{"GET /v2/currencies/crypto", "", (*coinbase).crypto, ""},
	{"GET /v2/exchange-rates", "", (*coinbase).exchangeRates, ""},
	{"GET /v2/prices/{pair}/{side}", "", (*coinbase).appPrice, ""},
	{"GET /v2/accounts", coinbaseView, (*coinbase).appAccounts, ""},
	{"POST /v2/accounts/{account}/transactions", coinbaseTransfer, coinbaseFrozen, ""},
}

// coinbaseProducts are the endpoints about products, which are there twice:
// for a key, and for everybody.
var coinbaseProducts = table[func(*coinbase, coinbaseCall) (any, *coinbaseError)]{
	{"products", (*coinbase).products},
	{"products/{product}", (*coinbase).product},
	{"product_book", (*coinbase).productBook},
	{"products/{product}/ticker", (*coinbase).trades},
	{"products/{product}/candles", (*coinbase).candles},
}

// coinbaseAll returns all the endpoints.
func coinbaseAll() []coinbaseRoute {
	all := slices.Clone(coinbaseRoutes)
	for _, p := range coinbaseProducts {
		all = append(all,
			coinbaseRoute{"GET /api/v3/brokerage/" + p.name, coinbaseView, p.is, ""},
			coinbaseRoute{"GET /api/v3/brokerage/market/" + p.name, "", p.is, ""})
	}
	return all
}

// coinbaseFrozen refuses every time.
func coinbaseFrozen(*coinbase, coinbaseCall) (any, *coinbaseError) { return nil, errCoinbaseFrozen }

// coinbaseError is a refusal in the style of gRPC.
type coinbaseError struct {
	status  int
	name    string
	code    int // of gRPC
	message string
}

var (
	errCoinbaseDenied  = &coinbaseError{403, "PERMISSION_DENIED", 7, "Missing required scopes"}
	errCoinbasePath    = &coinbaseError{404, "NOT_FOUND", 5, "Not Found"}
	errCoinbaseProduct = &coinbaseError{404, "NOT_FOUND", 5, "valid product_id is required"}
	errCoinbaseAccount = &coinbaseError{404, "NOT_FOUND", 5, "account not found"}
	errCoinbaseFolio   = &coinbaseError{404, "NOT_FOUND", 5, "portfolio not found"}
	errCoinbaseFrozen  = &coinbaseError{400, "FAILED_PRECONDITION", 9, "funds cannot be moved"}
)

// coinbaseBad says which parameter is wrong.
//
//go:noinline
func coinbaseBad(message string) *coinbaseError {
	return &coinbaseError{400, "INVALID_ARGUMENT", 3, message}
}

func (v *coinbase) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.mux.ServeHTTP(w, r) }

func (v *coinbase) handle(w http.ResponseWriter, r *http.Request, route coinbaseRoute) {
	call := coinbaseCall{Request: r, params: r.URL.Query()}
	if route.right != "" {
		key, ok := v.admit(r)
		if !ok {
			coinbaseUnauthorized(w)
			return
		}
		v.limits(w, coinbaseLimit-1)
		if !coinbaseGrants(key, route.right) {
			v.refuse(w, errCoinbaseDenied)
			return
		}
		v.touch(key, v.now())
		call.key = key
	}
	if route.serve == nil {
		writeJSON(w, http.StatusOK, json.RawMessage(route.always))
		return
	}
	body, refusal := route.serve(v, call)
	if refusal != nil {
		v.refuse(w, refusal)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

// coinbaseUnauthorized is all that Coinbase says to a request whose token it
// does not take, whatever the reason.
func coinbaseUnauthorized(w http.ResponseWriter) {
	setHeader(w, "Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = w.Write([]byte("Unauthorized"))
}

func (v *coinbase) refuse(w http.ResponseWriter, e *coinbaseError) {
	body := jsonOf(`{"error":?,"code":?,"message":?,"details":[]}`, e.name, e.code, e.message)
	if e == errCoinbaseDenied { // which has kept the older shape
		body = jsonOf(`{"error":?,"error_details":?,"message":?}`, e.name, e.message, e.message)
	}
	writeJSON(w, e.status, body)
}

const coinbaseLimit = 30 // private calls per second and user

// limits tells how many calls of this second are left.
func (v *coinbase) limits(w http.ResponseWriter, left int) {
	setHeader(w, "X-Ratelimit-Limit", strconv.Itoa(coinbaseLimit))
	setHeader(w, "X-Ratelimit-Remaining", strconv.Itoa(left))
	setHeader(w, "X-Ratelimit-Reset", "1")
}

// fault implements venue.
func (v *coinbase) fault(w http.ResponseWriter, kind FaultKind) {
	switch kind {
	case FaultUnauthorized:
		coinbaseUnauthorized(w)
	case FaultRateLimit: // the shape of the Coinbase App, without Retry-After
		v.limits(w, 0)
		writeJSON(w, http.StatusTooManyRequests, jsonOf(`{"errors":[{"id":"rate_limit_exceeded","message":"Too many requests"}]}`))
	case FaultServerError:
		v.refuse(w, &coinbaseError{500, "INTERNAL", 13, "internal server error"})
	case FaultUnavailable:
		v.refuse(w, &coinbaseError{503, "UNAVAILABLE", 14, "service unavailable"})
	default: // FaultBadRequest: the front keeps the others to itself
		v.refuse(w, coinbaseBad("invalid request"))
	}
}
