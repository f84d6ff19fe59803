package sim

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// bybit simulates the V5 API of Bybit as documented in
// github.com/bybit-exchange/docs (v5). Limits are told, not enforced:
// FaultRateLimit does that.
type bybit struct {
	*book
	account account
	now     func() time.Time
	routes  map[string]bybitRoute // by path
}

// bybitRoute is one endpoint. Signed ones may want one of several rights, in
// the words of query-api; none means that every key will do.
type bybitRoute struct {
	path   string
	method string
	signed bool
	rights string
	rate   int // requests per second and account
	serve  func(v *bybit, c bybitCall) (any, *bybitError)
}

// bybitCall is a request that has passed every check of its route.
type bybitCall struct {
	params url.Values
	body   []byte
	key    *entry // nil on public routes
}

// bybitError is a refusal, in most cases with HTTP status 200.
type bybitError struct {
	status int
	code   int
	msg    string
}

var (
	errBybitLogin  = &bybitError{401, 10007, "User authentication failed."}
	errBybitKey    = &bybitError{200, 10003, "API key is invalid."}
	errBybitDenied = &bybitError{200, 10005, "Permission denied, please check your API key permissions."}
)

const bybitUIDLimit = 10 // requests per second and account, for most endpoints

func newBybit(env string, a account, now func() time.Time) (venue, *book) {
	v := &bybit{
		book: newBook("bybit", env, a, now, func(m *material, _ string) (string, string) {
			return m.text(alphanumeric, 18), m.text(alphanumeric, 36)
		}),
		account: a, now: now, routes: map[string]bybitRoute{},
	}
	v.add(bybitRoutes)
	if env != "demo" { // the keys of demo accounts are managed on the live site
		v.add(bybitKeyRoutes)
	}
	return v, v.book
}

func (v *bybit) add(routes []bybitRoute) {
	for _, route := range routes {
		v.routes[route.path] = route
	}
}

// bybitWalletRights are the rights of which one opens what has to do with transfers
// and with keys.
const bybitWalletRights = "Wallet:AccountTransfer Wallet:SubMemberTransfer Wallet:SubMemberTransferList Wallet:Withdraw"

// bybitTradeRights are the rights of which one opens what has to do with orders.
const bybitTradeRights = "Spot:SpotTrade ContractTrade:Order Derivatives:DerivativesTrade Options:OptionsTrade"

var bybitRoutes = []bybitRoute{
	{"/v5/market/time", http.MethodGet, false, "", bybitUIDLimit, bybitTime},
	{"/v5/market/instruments-info", http.MethodGet, false, "", bybitUIDLimit, bybitList(bybitPaged, bybitSpot, bybitContract)},
	{"/v5/market/tickers", http.MethodGet, false, "", bybitUIDLimit, bybitList(bybitListed, bybitSpotDay, bybitContractDay)},
	{"/v5/market/orderbook", http.MethodGet, false, "", bybitUIDLimit, bybitOrderBook},
	{"/v5/market/recent-trade", http.MethodGet, false, "", bybitUIDLimit, bybitTrades},
	{"/v5/market/kline", http.MethodGet, false, "", bybitUIDLimit, bybitKlines},
	{"/v5/system/status", http.MethodGet, false, "", bybitUIDLimit, bybitStatus},
	{"/v5/user/query-api", http.MethodGet, true, "", bybitUIDLimit, bybitQueryAPI},
	{"/v5/account/info", http.MethodGet, true, "", bybitUIDLimit, bybitAccountInfo},
	{"/v5/account/wallet-balance", http.MethodGet, true, "", bybitUIDLimit, bybitWallet},
	{"/v5/asset/coin/query-info", http.MethodGet, true, "", bybitUIDLimit, bybitCoins},
	{"/v5/asset/transfer/query-account-coins-balance", http.MethodGet, true, bybitWalletRights, bybitUIDLimit, bybitTransferBalance},
	{"/v5/order/realtime", http.MethodGet, true, "", bybitUIDLimit, bybitOpenOrders},
	{"/v5/order/pre-check", http.MethodPost, true, bybitTradeRights, bybitUIDLimit, bybitPreCheck},
}

func (v *bybit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route, known := v.routes[r.URL.Path]
	switch body, _ := io.ReadAll(r.Body); { // in memory
	case !known || r.Method != route.method:
		writePage(w, http.StatusNotFound)
	case r.Method == http.MethodGet && len(body) > 0:
		writePage(w, http.StatusForbidden) // the gateway wants no body with GET
	default:
		v.handle(w, r, route, body)
	}
}

func (v *bybit) handle(w http.ResponseWriter, r *http.Request, route bybitRoute, body []byte) {
	call := bybitCall{params: r.URL.Query(), body: body}
	if route.signed {
		key, refusal := v.admit(r, string(body))
		if refusal == nil && !v.opens(route, key) {
			refusal = errBybitDenied
		}
		if refusal != nil {
			v.refuse(w, refusal)
			return
		}
		v.limits(w, route.rate, route.rate-1)
		v.touch(key, v.now())
		call.key = key
	}
	result, refusal := route.serve(v, call)
	if refusal != nil {
		v.refuse(w, refusal)
		return
	}
	v.write(w, http.StatusOK, 0, "OK", result)
}

// opens reports whether a route takes a key. A read-only key may look at what
// its lists name and act on nothing.
func (v *bybit) opens(route bybitRoute, key *entry) bool {
	_, words := bybitRights(key)
	switch {
	case route.rights == "":
		return true
	case route.method == http.MethodGet:
		return anyOf(strings.Fields(route.rights), words)
	}
	return v.grants(key, route.rights)
}

// grants reports whether a key may act on one of the rights.
func (v *bybit) grants(key *entry, rights string) bool {
	readOnly, words := bybitRights(key)
	return !readOnly && anyOf(strings.Fields(rights), words)
}

func (v *bybit) refuse(w http.ResponseWriter, e *bybitError) {
	v.write(w, e.status, e.code, e.msg, jsonOf(`{}`))
}

func (v *bybit) write(w http.ResponseWriter, status, code int, msg string, result any) {
	now := inMillis(v.now())
	setHeader(w, "Timenow", strconv.FormatInt(now, 10))
	writeJSON(w, status, jsonOf(`{"retCode":?,"retMsg":?,"result":?,"retExtInfo":{},"time":?}`, code, msg, result, now))
}

// limits tells how many requests of this second are left.
func (v *bybit) limits(w http.ResponseWriter, rate, left int) {
	setHeader(w, "X-Bapi-Limit", strconv.Itoa(rate))
	setHeader(w, "X-Bapi-Limit-Status", strconv.Itoa(left))
	setHeader(w, "X-Bapi-Limit-Reset-Timestamp", strconv.FormatInt(v.now().Add(time.Second).UnixMilli(), 10))
}

// fault answers as Bybit does when things go wrong on its side.
func (v *bybit) fault(w http.ResponseWriter, kind FaultKind) {
	var refusal *bybitError
	switch kind {
	case FaultBadRequest:
		refusal = &bybitError{400, 10001, "Request parameter error."}
	case FaultRateLimit: // the header is all there is: Bybit sends no Retry-After
		v.limits(w, bybitUIDLimit, 0)
		refusal = &bybitError{429, 10006, "Too many visits. Exceeded the API Rate Limit."}
	case FaultServerError:
		refusal = &bybitError{500, 10016, "Internal System Error."}
	case FaultUnavailable:
		refusal = &bybitError{503, 10016, "Service is restarting."}
	default: // FaultUnauthorized: the front keeps the others to itself
		refusal = errBybitLogin
	}
	v.refuse(w, refusal)
}
