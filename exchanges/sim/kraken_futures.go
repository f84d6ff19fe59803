package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// krakenFutures simulates the derivatives API of Kraken
// (docs.kraken.com/api/docs/futures-api). Its keys are of their own kind:
// those of Kraken Spot are unknown there, and the other way round.
type krakenFutures struct {
	*book
	account account
	now     func() time.Time
	nonces  map[*entry]uint64 // the highest that came
	mux     *http.ServeMux
}

// krakenFuturesSites are its deployments: demo has sign-ups and keys of its own.
var krakenFuturesSites = []site{
	{exchange: "kraken-futures", environment: "live", build: newKrakenFutures, algorithms: []string{algHMAC},
		bears: []string{"Apikey"}, demo: krakenFuturesDemo},
	{exchange: "kraken-futures", environment: "demo", build: newKrakenFutures, algorithms: []string{algHMAC},
		bears: []string{"Apikey"}, demo: krakenFuturesPaper},
}

func krakenFuturesDemo(a *account) {
	const home = "203.0.113.7"
	a.Seeds = []seed{
		{Label: "basis-bot", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, IPs: []string{home}, Age: 95 * day, LastUsed: 3 * time.Minute},
		{Label: "kf-reader", Algorithm: algHMAC, Permissions: []string{"read"}, Age: 171 * day, LastUsed: 140 * day},
		{Label: "spare-futures", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, IPs: []string{home}, Age: time.Hour},
	}
}

func krakenFuturesPaper(a *account) {
	a.Seeds = []seed{
		{Label: "kf-paper", Algorithm: algHMAC, Permissions: []string{"read", "futures"}, Age: 31 * day, LastUsed: 5 * time.Hour},
	}
}

func newKrakenFutures(env string, a account, now func() time.Time) (venue, *book) {
	v := &krakenFutures{
		book: newBook("kraken-futures", env, a, now, issueKraken), account: a, now: now,
		nonces: map[*entry]uint64{}, mux: http.NewServeMux(),
	}
	for _, route := range krakenFuturesRoutes {
		v.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) { v.handle(w, r, route) })
	}
	if env == "live" { // whether the demo has it is not documented: clients must do without
		v.mux.HandleFunc("GET "+krakenFuturesCheckPath, v.check)
	}
	v.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { v.refuse(w, http.StatusNotFound, krakenFuturesNotFound) })
	rules := v.page(env)
	v.tells = func(e *entry, k *Key) { k.Permissions = rules.normal(krakenFuturesWordsOf(e)) }
	return v, v.book
}

// krakenFuturesRefusal is the text in the field error. An empty one means
// that the call was not refused.
type krakenFuturesRefusal string

// The errors that Kraken documents, as far as the simulation has a use for
// them. Which of them goes with which case is documented in part only.
const (
	krakenFuturesAuth        krakenFuturesRefusal = "authenticationError"
	krakenFuturesDenied      krakenFuturesRefusal = "insufficientPrivileges"
	krakenFuturesLowNonce    krakenFuturesRefusal = "nonceBelowThreshold"
	krakenFuturesSpentNonce  krakenFuturesRefusal = "nonceDuplicate"
	krakenFuturesLimited     krakenFuturesRefusal = "apiLimitExceeded"
	krakenFuturesBadArgument krakenFuturesRefusal = "invalidArgument"
	krakenFuturesMissing     krakenFuturesRefusal = "requiredArgumentMissing"
	krakenFuturesNotFound    krakenFuturesRefusal = "notFound"
	krakenFuturesNoContract  krakenFuturesRefusal = "contractNotFound"
	krakenFuturesNoMarket    krakenFuturesRefusal = "marketUnavailable"
	krakenFuturesInternal    krakenFuturesRefusal = "Server Error"
	krakenFuturesUnavailable krakenFuturesRefusal = "Unavailable"
)

// krakenFuturesRoute is one endpoint: the right that it takes, and how it is
// answered.
type krakenFuturesRoute struct {
	pattern string
	right   string // empty: it is public
	serve   func(*krakenFutures, krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal)
	always  string // in place of serve: the same answer every time
}

// krakenFuturesCall is a request that has passed every check of its route.
type krakenFuturesCall struct {
	*http.Request

	params url.Values
}

// krakenFuturesRoutes are the endpoints there are. Those that move something
// are there to be refused.
var krakenFuturesRoutes = []krakenFuturesRoute{
	{"GET /derivatives/api/v3/instruments", "", (*krakenFutures).instruments, ""},
	{"GET /derivatives/api/v3/instruments/status", "", (*krakenFutures).instrumentStatus, ""},
	{"GET /derivatives/api/v3/instruments/{symbol}/status", "", (*krakenFutures).instrumentStatus, ""},
	{"GET /derivatives/api/v3/tickers", "", (*krakenFutures).tickers, ""},
	{"GET /derivatives/api/v3/tickers/{symbol}", "", (*krakenFutures).tickers, ""},
	{"GET /derivatives/api/v3/orderbook", "", (*krakenFutures).orderBook, ""},
	{"GET /derivatives/api/v3/history", "", (*krakenFutures).trades, ""},
	{"GET /derivatives/api/v3/feeschedules", "", (*krakenFutures).feeSchedules, ""},
	{"GET /derivatives/api/v3/historical-funding-rates", "", (*krakenFutures).fundingRates, ""},

	{"GET /derivatives/api/v4/historicalfundingrates", "", (*krakenFutures).fundingRates, ""},

	{"GET /api/charts/v1/{kind}/{symbol}/{interval}", "", (*krakenFutures).candles, ""},

	{"GET /derivatives/api/v3/accounts", krakenFuturesRead, (*krakenFutures).accounts, ""},
	{"GET /derivatives/api/v3/feeschedules/volumes", krakenFuturesRead, nil, `{"volumesByFeeSchedule":{}}`},
	{"GET /derivatives/api/v3/subaccounts", krakenFuturesRead, (*krakenFutures).subaccounts, ""},
	{"POST /derivatives/api/v3/orders/status", krakenFuturesRead, nil, `{"orders":[]}`},
	{"GET /derivatives/api/v3/openpositions", krakenFuturesRead, nil, `{"openPositions":[]}`},
	{"GET /derivatives/api/v3/openorders", krakenFuturesRead, nil, `{"openOrders":[]}`},
	{"GET /derivatives/api/v3/fills", krakenFuturesRead, nil, `{"fills":[]}`},
	{"GET /derivatives/api/v3/notifications", krakenFuturesRead, nil, `{"notifications":[]}`},
	{"GET /derivatives/api/v3/leveragepreferences", krakenFuturesRead, nil, `{"leveragePreferences":[]}`},
	{"GET /derivatives/api/v3/pnlpreferences", krakenFuturesRead, nil, `{"preferences":[]}`},
	{"GET /derivatives/api/v3/unwindqueue", krakenFuturesRead, nil, `{"queue":[]}`},

	{"GET /api/history/v2/market/{symbol}/executions", "", (*krakenFutures).executions, ""},
	{"GET /api/history/v2/account-log", krakenFuturesRead, (*krakenFutures).accountLog, ""},
	{"GET /api/history/v2/orders", krakenFuturesRead, nil, krakenFuturesNoHistory},
	{"GET /api/history/v2/executions", krakenFuturesRead, nil, krakenFuturesNoHistory},
	{"GET /api/history/v2/triggers", krakenFuturesRead, nil, krakenFuturesNoHistory},
	{"GET /api/history/v3/market/{symbol}/executions", "", (*krakenFutures).executions, ""},
	{"GET /api/history/v3/account-log", krakenFuturesRead, (*krakenFutures).accountLog, ""},
	{"GET /api/history/v3/orders", krakenFuturesRead, nil, krakenFuturesNoHistory},
	{"GET /api/history/v3/executions", krakenFuturesRead, nil, krakenFuturesNoHistory},
	{"GET /api/history/v3/triggers", krakenFuturesRead, nil, krakenFuturesNoHistory},

	{"POST /derivatives/api/v3/sendorder", krakenFuturesTrade, krakenFuturesFailure, ""},
	{"POST /derivatives/api/v3/editorder", krakenFuturesTrade, krakenFuturesFailure, ""},
	{"POST /derivatives/api/v3/batchorder", krakenFuturesTrade, krakenFuturesFailure, ""},
	{"POST /derivatives/api/v3/cancelorder", krakenFuturesTrade, krakenFuturesFailure, ""},
	{"POST /derivatives/api/v3/cancelallorders", krakenFuturesTrade, krakenFuturesFailure, ""},
	{"POST /derivatives/api/v3/cancelallordersafter", krakenFuturesTrade, krakenFuturesFailure, ""},
	{"POST /derivatives/api/v3/transfer", krakenFuturesTransfer, krakenFuturesFailure, ""},
	{"POST /derivatives/api/v3/transfer/subaccount", krakenFuturesTransfer, krakenFuturesFailure, ""},
	{"POST /derivatives/api/v3/withdrawal", krakenFuturesTransfer, krakenFuturesFailure, ""},
}

// krakenFuturesNoHistory is a history in which nothing has happened.
const krakenFuturesNoHistory = `{"elements":[],"len":0}`

// krakenFuturesFailure refuses every time: nothing is traded or moved here.
func krakenFuturesFailure(*krakenFutures, krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	return nil, krakenFuturesNoMarket
}

func (v *krakenFutures) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.mux.ServeHTTP(w, r) }

func (v *krakenFutures) handle(w http.ResponseWriter, r *http.Request, route krakenFuturesRoute) {
	body, _ := io.ReadAll(r.Body) // in memory
	if route.right != "" {
		e, refusal := v.admit(r, string(body))
		if refusal == "" && !krakenFuturesGrants(e, route.right) {
			refusal = krakenFuturesDenied
		}
		if refusal != "" {
			v.refuse(w, http.StatusOK, refusal)
			return
		}
		v.touch(e, v.now())
	}
	answer := json.RawMessage(route.always)
	if route.serve != nil {
		var refusal krakenFuturesRefusal
		if answer, refusal = route.serve(v, krakenFuturesCall{r, r.URL.Query()}); refusal != "" {
			v.refuse(w, http.StatusOK, refusal)
			return
		}
	}
	if !strings.HasPrefix(r.URL.Path, "/api/") { // charts and history have no envelope
		answer = joined(jsonOf(`{"result":"success","serverTime":?}`, krakenFuturesTime(v.now())), answer)
	}
	writeJSON(w, http.StatusOK, answer)
}

func (v *krakenFutures) refuse(w http.ResponseWriter, status int, refusal krakenFuturesRefusal) {
	writeJSON(w, status, jsonOf(`{"result":"error","error":?,"serverTime":?}`, string(refusal), krakenFuturesTime(v.now())))
}

var krakenFuturesFaults = table[krakenFuturesRefusal]{
	{string(FaultBadRequest), krakenFuturesBadArgument},
	{string(FaultUnauthorized), krakenFuturesAuth},
	{string(FaultRateLimit), krakenFuturesLimited},
	{string(FaultServerError), krakenFuturesInternal},
	{string(FaultUnavailable), krakenFuturesUnavailable},
}

// fault implements venue.
func (v *krakenFutures) fault(w http.ResponseWriter, kind FaultKind) {
	status, _ := strconv.Atoi(string(kind)) // the kinds that come here are statuses
	cause, _ := krakenFuturesFaults.of(string(kind))
	v.refuse(w, status, cause)
}

// krakenFuturesTime writes a moment as Kraken does.
func krakenFuturesTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
