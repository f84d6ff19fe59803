package sim

import (
	"io"
	"net/http"
	"net/url"
	"time"
)

// bitget simulates the REST API of Bitget as documented at
// www.bitget.com/api-doc: v2 for classic accounts, v3 for unified ones. A real
// account is of one generation; here each key is, so that a simulation has
// both: keys of the live site are unified by default, those of the demo
// classic. Limits are not told by Bitget at all.
type bitget struct {
	*book
	env     string
	account account
	now     func() time.Time
	realms  *realms
	routes  map[string]bitgetRoute // by method and path
}

// bitgetRoute is one endpoint. Signed ones are for keys of one generation or
// of either, and may want one of several rights.
type bitgetRoute struct {
	pattern string // method and path
	access  bitgetAccess
	rights  []string
	serve   func(v *bitget, c bitgetCall) (any, *bitgetError)
}

// bitgetAccess says whose an endpoint is.
type bitgetAccess int

const (
	bitgetPublic  bitgetAccess = iota
	bitgetClassic              // keys of classic accounts
	bitgetUnified              // keys of unified accounts
	bitgetEither
)

// bitgetCall is a request that has passed every check of its route.
type bitgetCall struct {
	query url.Values
	body  []byte
	key   *entry // nil on public routes
}

// bitgetError is a refusal.
type bitgetError struct {
	status int
	code   string
	msg    string
}

func bitgetSites() []site {
	shared := newRealms()
	build := func(env string, a account, now func() time.Time) (venue, *book) {
		v := newBitget(env, a, now, shared)
		return v, v.book
	}
	bears := []string{"Access-Key"}
	return []site{
		{exchange: "bitget", environment: "live", build: build, algorithms: []string{algHMAC, algRSA}, bears: bears, demo: bitgetDemoLive},
		{exchange: "bitget", environment: "demo", build: build, algorithms: []string{algHMAC}, bears: bears, demo: bitgetDemoPaper},
	}
}

func newBitget(env string, a account, now func() time.Time, shared *realms) *bitget {
	issue := func(m *material, _ string) (id, secret string) {
		return "bg_" + m.text(lowerHex, 32), m.text(lowerHex, 64)
	}
	v := &bitget{
		book: newBook("bitget", env, a, now, shared.issuing(env, issue)),
		env:  env, account: a, now: now, realms: shared, routes: map[string]bitgetRoute{},
	}
	for _, routes := range [][]bitgetRoute{bitgetRoutes, bitgetKeyRoutes, bitgetUnifiedKeyRoutes} {
		for _, route := range routes {
			v.routes[route.pattern] = route
		}
	}
	v.choosePassphrases()
	for _, e := range v.ordered { // what a world asks for is finer than the rights that there are
		if e.Words == nil {
			e.Words = v.words(e.Permissions)
		}
		e.Permissions = bitgetNormal(e.Words)
	}
	return v
}

// words returns the rights that come closest to permissions of the normal form
// in the vocabulary of the site.
func (v *bitget) words(permissions []string) []string {
	if v.env == "demo" {
		return bitgetClassicWords(permissions)
	}
	return bitgetUnifiedWords(permissions)
}

var bitgetRoutes = []bitgetRoute{
	{"GET /api/v2/public/time", bitgetPublic, nil, bitgetTime},
	{"GET /api/v3/public/time", bitgetPublic, nil, bitgetTime},
	{"GET /api/v2/spot/public/coins", bitgetPublic, nil, bitgetCoins},
	{"GET /api/v2/spot/public/symbols", bitgetPublic, nil, bitgetSpots(bitgetSymbol)},
	{"GET /api/v2/spot/market/tickers", bitgetPublic, nil, bitgetSpots(bitgetSpotDay)},
	{"GET /api/v2/spot/market/orderbook", bitgetPublic, nil, bitgetSpotBook},
	{"GET /api/v2/margin/currencies", bitgetPublic, nil, bitgetSpots(bitgetMarginPair)},
	{"GET /api/v2/mix/market/contracts", bitgetPublic, nil, bitgetMix(bitgetContract)},
	{"GET /api/v2/mix/market/ticker", bitgetPublic, nil, bitgetMixTicker},
	{"GET /api/v2/mix/market/tickers", bitgetPublic, nil, bitgetMix(bitgetMixDay)},
	{"GET /api/v2/mix/market/merge-depth", bitgetPublic, nil, bitgetMixBook},
	{"GET /api/v3/market/instruments", bitgetPublic, nil, bitgetInstruments},
	{"GET /api/v3/market/tickers", bitgetPublic, nil, bitgetTickers},
	{"GET /api/v3/market/orderbook", bitgetPublic, nil, bitgetBook},

	{"GET /api/v2/spot/account/info", bitgetClassic, nil, bitgetClassicInfo},
	{"GET /api/v2/spot/account/assets", bitgetClassic, []string{"stor", "stow"}, bitgetSpotAssets},
	{"GET /api/v2/mix/account/accounts", bitgetClassic, []string{"coor", "coow", "cpor", "cpow"}, bitgetNothing},
	{"GET /api/v2/spot/trade/unfilled-orders", bitgetClassic, []string{"stor", "stow"}, bitgetNothing},
	{"POST /api/v2/spot/trade/place-order", bitgetClassic, []string{"stow"}, bitgetRestricted},
	{"POST /api/v2/mix/order/place-order", bitgetClassic, []string{"coow"}, bitgetRestricted},
	{"POST /api/v2/spot/wallet/transfer", bitgetClassic, []string{"wtow"}, bitgetRestricted},
	{"POST /api/v2/spot/wallet/withdrawal", bitgetClassic, []string{"wwow"}, bitgetRestricted},
	{"GET /api/v3/account/info", bitgetUnified, nil, bitgetInfo},
	{"GET /api/v3/account/settings", bitgetUnified, nil, bitgetSettings},
	{"GET /api/v3/account/assets", bitgetUnified, nil, bitgetAssets},
	{"GET /api/v3/account/funding-assets", bitgetUnified, nil, bitgetNothing}, // everything is in the trading account
	{"GET /api/v3/trade/unfilled-orders", bitgetUnified, nil, bitgetNoOrders},
	{"GET /api/v3/position/current-position", bitgetUnified, nil, bitgetNoOrders},
	{"POST /api/v3/trade/place-order", bitgetUnified, []string{"uta_trade"}, bitgetRestricted},
	{"POST /api/v3/account/transfer", bitgetUnified, []string{"uta_mgt"}, bitgetRestricted},
	{"POST /api/v3/account/withdraw", bitgetUnified, []string{"withdraw"}, bitgetRestricted},
}

func (v *bitget) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // in memory
	route, known := v.routes[r.Method+" "+r.URL.Path]
	if !known {
		v.refuse(w, &bitgetError{http.StatusNotFound, "40404", "Request URL NOT FOUND"})
		return
	}
	call := bitgetCall{query: r.URL.Query(), body: body}
	if route.access != bitgetPublic {
		key, refusal := v.admit(r, route.access, string(body))
		if refusal == nil && len(route.rights) > 0 && !v.opens(r.Method, route.rights, key) {
			refusal = bitgetDenied(route.rights)
		}
		if refusal != nil {
			v.refuse(w, refusal)
			return
		}
		v.touch(key, v.now())
		call.key = key
	}
	data, refusal := route.serve(v, call)
	if refusal != nil {
		v.refuse(w, refusal)
		return
	}
	v.write(w, http.StatusOK, "00000", "success", data)
}

// opens reports whether a key has one of the rights. A read-only one of a
// unified account may look at things and act on nothing.
func (v *bitget) opens(method string, rights []string, key *entry) bool {
	if method == http.MethodPost && anyOf([]string{bitgetReadOnly}, key.Words) {
		return false
	}
	return anyOf(rights, key.Words)
}

func (v *bitget) refuse(w http.ResponseWriter, e *bitgetError) {
	v.write(w, e.status, e.code, e.msg, nil)
}

func (v *bitget) write(w http.ResponseWriter, status int, code, msg string, data any) {
	writeJSON(w, status, jsonOf(`{"code":?,"msg":?,"requestTime":?,"data":?}`, code, msg, inMillis(v.now()), data))
}

// fault answers as Bitget does when things go wrong on its side. It sends
// neither Retry-After nor a limit with any answer.
func (v *bitget) fault(w http.ResponseWriter, kind FaultKind) {
	var refusal *bitgetError
	switch kind {
	case FaultBadRequest:
		refusal = bitgetBad("symbol")
	case FaultRateLimit:
		refusal = &bitgetError{http.StatusTooManyRequests, "429", "Too Many Requests"}
	case FaultServerError:
		refusal = &bitgetError{http.StatusInternalServerError, "45001", "Unknown error"}
	case FaultUnavailable:
		refusal = &bitgetError{http.StatusServiceUnavailable, "40015", "System is abnormal, please try again later"}
	default: // FaultUnauthorized: the front keeps the others to itself
		refusal = &bitgetError{http.StatusUnauthorized, "40006", "Invalid ACCESS_KEY"}
	}
	v.refuse(w, refusal)
}
