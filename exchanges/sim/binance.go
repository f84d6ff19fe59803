package sim

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// binance simulates the spot API of Binance as documented in
// github.com/binance/binance-spot-api-docs (rest-api.md, errors.md) and, for
// the live site only, the keys of sub-accounts and the parts of /sapi and
// /fapi at developers.binance.com that client libraries need to load their
// markets. Weights are counted and told, the limits are not enforced:
// FaultRateLimit does that.
type binance struct {
	*book
	account account
	now     func() time.Time
	routes  map[string]binanceRoute // by "METHOD /path"
	weight  weightMeter
	byUID   map[string]*weightMeter // of the routes that are counted per account
	edited  map[*entry]time.Time    // when a key was last changed
}

// binanceRoute is one endpoint. Need says what a caller must show: nothing,
// the header with any key, or a signature by a key with one of the flags.
type binanceRoute struct {
	pattern string // "METHOD /path"
	need    string
	weight  int
	serve   func(v *binance, c binanceCall) (any, *binanceError)
}

// The needs that are no flags of apiRestrictions.
const (
	needNothing = ""
	needKey     = "key"
)

// Two flags of apiRestrictions that most endpoints need.
const (
	binanceRead  = "enableReading"
	binanceTrade = "enableSpotAndMarginTrading"
)

// binanceCall is a request that has passed every check of its route.
type binanceCall struct {
	params url.Values // of the query and the body
	query  url.Values
	key    *entry // nil on public routes
}

// binanceError is a refusal: {"code":-2015,"msg":"…"}.
type binanceError struct {
	status int
	Code   int    `json:"code"`
	Msg    string `json:"msg"`
}

func newBinance(env string, a account, now func() time.Time) (venue, *book) {
	v := &binance{
		book: newBook("binance", env, a, now, func(m *material, _ string) (string, string) {
			return m.text(alphanumeric, 64), m.text(alphanumeric, 64)
		}),
		account: a, now: now, routes: map[string]binanceRoute{}, byUID: map[string]*weightMeter{}, edited: map[*entry]time.Time{},
	}
	v.add(binanceSpotRoutes)
	if env == "live" { // testnet and demo have the /api part only
		v.add(binanceLiveRoutes)
		v.add(binanceSubRoutes)
	}
	return v, v.book
}

func (v *binance) add(routes []binanceRoute) {
	for _, route := range routes {
		v.routes[route.pattern] = route
	}
}

func (v *binance) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	route, known := v.routes[r.Method+" "+r.URL.Path]
	if !known {
		v.noRoute(w, r.URL.Path)
		return
	}
	v.meter(w, r, route.weight)
	call, refusal := v.admit(r, route.need)
	if refusal != nil {
		writeJSON(w, refusal.status, refusal)
		return
	}
	body, refusal := route.serve(v, call)
	if refusal != nil {
		writeJSON(w, refusal.status, refusal)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

// noRoute answers for a path that does not exist or wants another method.
func (v *binance) noRoute(w http.ResponseWriter, path string) {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		if _, known := v.routes[method+" "+path]; known {
			allowed = append(allowed, method)
		}
	}
	if allowed == nil {
		writePage(w, http.StatusNotFound)
		return
	}
	setHeader(w, "Allow", strings.Join(allowed, ", "))
	writePage(w, http.StatusMethodNotAllowed)
}

// admit checks everything about a request that does not depend on what it
// asks for.
func (v *binance) admit(r *http.Request, need string) (binanceCall, *binanceError) {
	body, _ := io.ReadAll(r.Body) // in memory
	text := string(body)
	if headerOf(r, "Content-Type") != "" && !isForm(headerOf(r, "Content-Type")) {
		text = "" // parameters in any other type of body are not seen
	}
	params, err := url.ParseQuery(joinParams(r.URL.RawQuery, text))
	if err != nil {
		return binanceCall{}, &binanceError{400, -1100, "Illegal characters found in a parameter."}
	}
	call := binanceCall{params: params, query: r.URL.Query()}
	if need == needNothing {
		return call, nil
	}
	key, refusal := v.identify(r)
	call.key = key
	if refusal != nil || need == needKey {
		return call, refusal
	}
	if refusal := v.checkSigned(r, key, params, text); refusal != nil {
		return binanceCall{}, refusal
	}
	if !v.flags(key)[need] {
		return binanceCall{}, errBinanceKey
	}
	v.touch(key, v.now())
	return call, nil
}

// One refusal stands for an unknown key, a disabled one, an address that is
// not on the list, and a missing permission.
var errBinanceKey = &binanceError{401, -2015, "Invalid API-key, IP, or permissions for action."}

func (v *binance) identify(r *http.Request) (*entry, *binanceError) {
	id := headerOf(r, "X-MBX-APIKEY")
	if len(id) != 64 || strings.Trim(id, alphanumeric) != "" {
		return nil, &binanceError{401, -2014, "API-key format invalid."}
	}
	key, ok := v.find(id)
	if !ok || key.Disabled || !key.allows(callerOf(r)) {
		return nil, errBinanceKey
	}
	return key, nil
}

// fault answers as Binance does when things go wrong on its side.
func (v *binance) fault(w http.ResponseWriter, kind FaultKind) {
	var refusal *binanceError
	switch kind {
	case FaultBadRequest:
		refusal = &binanceError{400, -1100, "Illegal characters found in parameter 'timestamp'; legal range is '^[0-9]{1,20}$'."}
	case FaultRateLimit:
		setHeader(w, "Retry-After", "2")
		setHeader(w, "X-Mbx-Used-Weight", "6001")
		setHeader(w, "X-Mbx-Used-Weight-1m", "6001")
		refusal = &binanceError{429, -1003, "Too much request weight used; current limit is 6000 request weight per 1 MINUTE. " +
			"Please use WebSocket Streams for live updates to avoid polling the API."}
	case FaultServerError:
		refusal = &binanceError{500, -1000, "An unknown error occurred while processing the request."}
	case FaultUnavailable:
		refusal = &binanceError{503, -1008, "Server is currently overloaded with other requests. Please try again in a few minutes."}
	default: // FaultUnauthorized: the front keeps the others to itself
		refusal = errBinanceKey
	}
	writeJSON(w, refusal.status, refusal)
}

// meter tells the weight that was used in this minute: by the caller's
// address, or, where sub-accounts are managed, by the account and endpoint.
func (v *binance) meter(w http.ResponseWriter, r *http.Request, weight int) {
	if strings.Contains(r.URL.Path, "/sub-account/") {
		name := r.Method + " " + r.URL.Path
		if v.byUID[name] == nil {
			v.byUID[name] = &weightMeter{}
		}
		setHeader(w, "X-Sapi-Used-Uid-Weight-1m", strconv.Itoa(v.byUID[name].add(v.now(), weight)))
		return
	}
	used := strconv.Itoa(v.weight.add(v.now(), weight))
	if strings.HasPrefix(r.URL.Path, "/sapi/") {
		setHeader(w, "X-Sapi-Used-Ip-Weight-1m", used)
		return
	}
	setHeader(w, "X-Mbx-Used-Weight", used)
	setHeader(w, "X-Mbx-Used-Weight-1m", used)
}

// weightMeter counts request weight per minute of the clock. The front lets
// one request at a time through, so it needs no lock.
type weightMeter struct {
	minute int64
	used   int
}

func (m *weightMeter) add(now time.Time, weight int) int {
	if minute := now.Unix() / 60; minute != m.minute {
		*m = weightMeter{minute: minute}
	}
	m.used += weight
	return m.used
}

func isForm(contentType string) bool {
	return strings.HasPrefix(strings.ToLower(contentType), "application/x-www-form-urlencoded")
}

func joinParams(query, body string) string {
	if query == "" || body == "" {
		return query + body
	}
	return query + "&" + body
}
