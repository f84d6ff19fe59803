package sim

import (
	"net/http"
	"strconv"
	"time"
)

// upbit simulates the REST API of Upbit in Korea (docs.upbit.com/kr). Calls
// that need a key carry a token (JWT) that the key's secret signs; no time is
// part of it.
type upbit struct {
	*book
	now     func() time.Time
	account account
	calls   *http.ServeMux
}

// upbitKeyLife is how long a key works.
const upbitKeyLife = 365 * day

// upbitSites returns the deployments of Upbit, which has no testnet.
var upbitSites = []site{{exchange: "upbit", environment: "live", build: newUpbit, algorithms: []string{algHMAC}, demo: upbitDemo}}

func newUpbit(env string, a account, now func() time.Time) (venue, *book) {
	v := &upbit{book: newBook("upbit", env, a, now, issueUpbit), now: now, account: a}
	for _, e := range v.all() {
		if e.Expires.IsZero() {
			e.Expires = e.Created.Add(upbitKeyLife)
		}
	}
	v.calls = v.routes()
	rules := v.page("")
	v.tells = func(e *entry, k *Key) { k.Permissions = rules.normal(upbitWordsOf(e)) }
	return v, v.book
}

func issueUpbit(m *material, _ string) (id, secret string) {
	return m.text(alphanumeric, 40), m.text(alphanumeric, 40)
}

// upbitRefusal is {"error":{"name":…,"message":…}}; clients decide on the name.
type upbitRefusal struct {
	status        int
	name, message string
}

func (u *upbitRefusal) write(w http.ResponseWriter) {
	writeJSON(w, u.status, jsonOf(`{"error":{"name":?,"message":?}}`, u.name, u.message))
}

// ServeHTTP implements venue.
func (v *upbit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	tellTime(w, v.now())
	v.calls.ServeHTTP(w, r)
}

// upbitFaults are the refusals by kind, without the status.
var upbitFaults = table[upbitRefusal]{
	{string(FaultBadRequest), upbitRefusal{0, "validation_error", "Missing request parameter error. Check the required parameters!"}},
	{string(FaultUnauthorized), upbitRefusal{0, "invalid_access_key", "잘못된 엑세스 키입니다."}},
	{string(FaultRateLimit), upbitRefusal{0, "too_many_requests", "Too many API requests."}},
	{string(FaultServerError), upbitRefusal{0, "internal_server_error", "Internal server error."}},
	{string(FaultUnavailable), upbitRefusal{0, "service_unavailable", "Service is temporarily unavailable."}},
}

// fault implements venue.
func (v *upbit) fault(w http.ResponseWriter, kind FaultKind) {
	tellTime(w, v.now())
	status, _ := strconv.Atoi(string(kind)) // the kinds that come here are statuses
	if kind == FaultRateLimit {
		upbitTellRest(w, "default", 0)
	}
	refusal, _ := upbitFaults.of(string(kind))
	refusal.status = status
	refusal.write(w)
}

// upbitTellRest tells how many calls of a group are left in this second.
func upbitTellRest(w http.ResponseWriter, group string, left int) {
	setHeader(w, "Remaining-Req", "group="+group+"; min=1800; sec="+strconv.Itoa(left))
}

// routes returns the calls that there are.
func (v *upbit) routes() *http.ServeMux {
	mux := http.NewServeMux()
	for _, call := range upbitPublic {
		mux.HandleFunc("GET /v1/"+call.name, func(w http.ResponseWriter, r *http.Request) {
			upbitTellRest(w, "market", 9)
			answer, refusal := call.is(v, r)
			upbitAnswer(w, answer, refusal)
		})
	}
	for _, call := range upbitPrivate {
		mux.HandleFunc(call.pattern, func(w http.ResponseWriter, r *http.Request) {
			answer, refusal := v.private(w, r, call)
			upbitAnswer(w, answer, refusal)
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		upbitAnswer(w, nil, &upbitRefusal{http.StatusNotFound, "not_found", "Not Found"})
	})
	return mux
}

func upbitAnswer(w http.ResponseWriter, answer any, refusal *upbitRefusal) {
	if refusal != nil {
		refusal.write(w)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}
