package sim

import (
	"io"
	"net/http"
	"time"
)

// okx simulates the v5 API of OKX as documented at www.okx.com/docs-v5. The
// real one has one host for live and demo; here each is a site of its own and
// the header is wanted all the same. Limits are not told by OKX at all.
type okx struct {
	*book
	env     string
	account account
	now     func() time.Time
	realms  *realms
	routes  map[string]okxRoute // by method and path
}

// okxRoute is one endpoint. right is the permission that a key needs for it;
// empty: the endpoint is public.
type okxRoute struct {
	pattern string // method and path
	right   string
	serve   func(v *okx, c okxCall) (any, *okxError)
}

// okxCall is a request that has passed every check of its route.
type okxCall struct {
	query func(name string) string
	body  []byte
	key   *entry // nil on public routes
}

// okxError is a refusal.
type okxError struct {
	status int
	code   string
	msg    string
}

// okxUnusedLife is how long a live key with the right to trade or to withdraw
// and without an IP list lives without being used.
const okxUnusedLife = 14 * day

func okxSites() []site {
	shared := newRealms()
	build := func(env string, a account, now func() time.Time) (venue, *book) {
		v := newOKX(env, a, now, shared)
		return v, v.book
	}
	bears := []string{"Ok-Access-Key"}
	return []site{
		{exchange: "okx", environment: "live", build: build, algorithms: []string{algHMAC}, bears: bears, demo: okxDemoLive},
		{exchange: "okx", environment: "demo", build: build, algorithms: []string{algHMAC}, bears: bears, demo: okxDemoPaper},
	}
}

func newOKX(env string, a account, now func() time.Time, shared *realms) *okx {
	issue := func(m *material, _ string) (id, secret string) {
		hex := m.text(lowerHex, 32)
		return hex[:8] + "-" + hex[8:12] + "-4" + hex[13:16] + "-a" + hex[17:20] + "-" + hex[20:], m.text("0123456789ABCDEF", 32)
	}
	v := &okx{
		book: newBook("okx", env, a, now, shared.issuing(env, issue)),
		env:  env, account: a, now: now, realms: shared, routes: map[string]okxRoute{},
	}
	for _, route := range okxRoutes {
		v.routes[route.pattern] = route
	}
	v.choosePassphrases()
	for _, e := range v.ordered { // what a world asks for is finer than the rights that there are
		e.Words = okxWords(e.Permissions)
		e.Permissions = okxNormal(okxWordsOf(e))
	}
	if env == "live" {
		v.lapses = okxLapses
	}
	return v
}

// okxLapses reports whether OKX has removed a key that nobody used.
func okxLapses(e *entry, now time.Time) bool {
	return len(e.IPs) == 0 && anyOf([]string{okxTrade, okxWithdraw}, e.Words) && e.idle(now) >= okxUnusedLife
}

var okxRoutes = []okxRoute{
	{"GET /api/v5/public/time", "", okxTime},
	{"GET /api/v5/public/instruments", "", okxInstruments},
	{"GET /api/v5/market/ticker", "", okxTicker},
	{"GET /api/v5/market/tickers", "", okxTickers},
	{"GET /api/v5/market/books", "", okxBooks},
	{"GET /api/v5/market/trades", "", okxTrades},
	{"GET /api/v5/market/candles", "", okxCandles},
	{"GET /api/v5/system/status", "", okxNothing},

	{"GET /api/v5/account/config", okxRead, okxConfig},
	{"GET /api/v5/account/balance", okxRead, okxBalance},
	{"GET /api/v5/account/positions", okxRead, okxNothing},
	{"GET /api/v5/account/bills", okxRead, okxNothing},
	{"GET /api/v5/account/trade-fee", okxRead, okxFees},
	{"GET /api/v5/asset/balances", okxRead, okxNothing}, // everything is in the trading account
	{"GET /api/v5/asset/currencies", okxRead, okxCurrencies},
	{"GET /api/v5/asset/withdrawal-history", okxRead, okxNothing},
	{"GET /api/v5/trade/orders-pending", okxRead, okxNothing},
	{"GET /api/v5/trade/orders-history", okxRead, okxNothing},
	{"POST /api/v5/trade/order", okxTrade, okxNoTrading},
	{"POST /api/v5/trade/batch-orders", okxTrade, okxNoTrading},
	{"POST /api/v5/asset/transfer", okxTrade, okxNoMoving},
	{"POST /api/v5/asset/withdrawal", okxWithdraw, okxNoMoving},

	{"GET /api/v5/users/subaccount/list", okxRead, byOKXMain(okxSubList)},
	{"GET /api/v5/users/subaccount/apikey", okxRead, byOKXMain(okxListSubKeys)},
	{"POST /api/v5/users/subaccount/apikey", okxTrade, byOKXManager(okxCreateSubKey)},
	{"POST /api/v5/users/subaccount/modify-apikey", okxTrade, byOKXManager(okxEditSubKey)},
	{"POST /api/v5/users/subaccount/delete-apikey", okxTrade, byOKXManager(okxDeleteSubKey)},
	{"POST /api/v5/users/subaccount/create-subaccount", okxTrade, byOKXManager(okxCreateSub)},
}

func (v *okx) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // in memory
	route, known := v.routes[r.Method+" "+r.URL.Path]
	_, byGet := v.routes["GET "+r.URL.Path]
	_, byPost := v.routes["POST "+r.URL.Path]
	switch {
	case known:
		v.handle(w, r, route, body)
	case byGet || byPost:
		v.refuse(w, &okxError{http.StatusMethodNotAllowed, "50115", "Invalid request method."})
	default:
		writePage(w, http.StatusNotFound)
	}
}

func (v *okx) handle(w http.ResponseWriter, r *http.Request, route okxRoute, body []byte) {
	call := okxCall{query: r.URL.Query().Get, body: body}
	if route.right != "" {
		key, refusal := v.admit(r, string(body))
		if refusal != nil {
			v.refuse(w, refusal)
			return
		}
		v.touch(key, v.now()) // whatever comes of it: a call that is signed well counts as use
		if !anyOf([]string{route.right}, key.Words) {
			v.refuse(w, errOKXDenied)
			return
		}
		call.key = key
	}
	data, refusal := route.serve(v, call)
	if refusal != nil {
		v.refuse(w, refusal)
		return
	}
	writeJSON(w, http.StatusOK, jsonOf(`{"code":"0","msg":"","data":?}`, data))
}

// refuse answers with a refusal.
//
//go:noinline
func (v *okx) refuse(w http.ResponseWriter, e *okxError) {
	writeJSON(w, e.status, jsonOf(`{"code":?,"msg":?,"data":[]}`, e.code, e.msg))
}

// fault answers as OKX does when things go wrong on its side. It sends neither
// Retry-After nor a limit with any answer.
func (v *okx) fault(w http.ResponseWriter, kind FaultKind) {
	var refusal *okxError
	switch kind {
	case FaultBadRequest:
		refusal = okxBad("instId")
	case FaultRateLimit:
		refusal = &okxError{http.StatusTooManyRequests, "50011", "Too Many Requests"}
	case FaultServerError:
		refusal = &okxError{http.StatusInternalServerError, "50026", "System error. Try again later"}
	case FaultUnavailable:
		refusal = &okxError{http.StatusServiceUnavailable, "50001", "Service temporarily unavailable. Try again later"}
	default: // FaultUnauthorized: the front keeps the others to itself
		refusal = &okxError{http.StatusUnauthorized, "50114", "Invalid Authorization"}
	}
	v.refuse(w, refusal)
}
