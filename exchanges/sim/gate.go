package sim

import (
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// gate simulates the API v4 of Gate (gate.com/docs/developers/apiv4). Limits
// are told, not enforced: FaultRateLimit does that.
type gate struct {
	*book
	env     string
	account account
	now     func() time.Time
	mux     *http.ServeMux
	kept    map[*entry]gateKept
	locked  map[string]bool // sub-accounts by name
}

// gateKept is what Gate knows of a key beyond its entry. Zero: a classic key
// that was never changed by API.
type gateKept struct {
	mode    int
	changed time.Time
}

// gateRoute is one endpoint: the pattern of a ServeMux below /api/v4, the
// right that it takes, and how it is answered. Looking takes the right to
// read, everything else that to write.
type gateRoute struct {
	pattern string
	right   string
	serve   func(*gate, gateCall) (any, *gateRefusal)
}

// gateOpen stands where a right would, of endpoints that need no key.
const gateOpen = ""

// gateCall is a request that has passed every check of its route.
type gateCall struct {
	*http.Request
	body []byte
	key  *entry // nil where none is needed
}

// gateRefusal is an answer that clients recognise by its label.
type gateRefusal struct {
	status         int
	label, message string
}

// gateBad refuses a parameter.
//
//go:noinline
func gateBad(message string) *gateRefusal {
	return &gateRefusal{http.StatusBadRequest, "INVALID_PARAM_VALUE", message}
}

const (
	gateUIDLimit = 150 // requests in 10 seconds by account and endpoint, for most that need a key
	gateSubLimit = 80  // the same, for the sub-account group
)

func newGate(env string, a account, now func() time.Time) (venue, *book) {
	v := &gate{
		book: newBook("gate", env, a, now, func(m *material, _ string) (string, string) {
			return m.text(lowerHex, 32), m.text(lowerHex, 64)
		}),
		env: env, account: a, now: now, mux: http.NewServeMux(), kept: map[*entry]gateKept{}, locked: map[string]bool{},
	}
	for _, e := range v.all() {
		e.Words = gateWordsOf(e)
		e.Permissions = gateNormal(e.Words)
	}
	for _, routes := range [][]gateRoute{gateMarketRoutes, gateAccountRoutes, gateKeyRoutes} {
		for _, route := range routes {
			v.mount(route)
		}
	}
	v.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		v.refuse(w, &gateRefusal{http.StatusNotFound, "NOT_FOUND", "The requested URL was not found"}) // the label is a guess
	})
	return v, v.book
}

// mount makes an endpoint reachable.
func (v *gate) mount(route gateRoute) {
	method, path, _ := strings.Cut(route.pattern, " ")
	v.mux.HandleFunc(method+" /api/v4"+path, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // in memory
		call := gateCall{Request: r, body: body}
		if route.right != gateOpen {
			key, refusal := v.admit(r, body)
			if refusal == nil {
				refusal = gatePermits(key, route.right, r.Method != http.MethodGet)
			}
			if refusal != nil {
				v.refuse(w, refusal)
				return
			}
			v.touch(key, v.now())
			call.key = key
		}
		v.answer(w, route, call)
	})
}

func (v *gate) answer(w http.ResponseWriter, route gateRoute, call gateCall) {
	result, refusal := route.serve(v, call)
	if refusal != nil {
		v.refuse(w, refusal)
		return
	}
	limit := gateUIDLimit
	if call.PathValue("user_id") != "" {
		limit = gateSubLimit
	}
	v.stamp(w, limit, limit-1)
	if result == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	writeJSON(w, http.StatusOK, result)
}

func (v *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.mux.ServeHTTP(w, r) }

func (v *gate) refuse(w http.ResponseWriter, e *gateRefusal) {
	v.stamp(w, gateUIDLimit, gateUIDLimit-1)
	writeJSON(w, e.status, jsonOf(`{"label":?,"message":?}`, e.label, e.message))
}

// stamp adds the headers that every answer bears: a number for enquiries, the
// times of arrival and departure, and what is left of the limit. The time of
// the next reset is now, as long as the limit is not reached.
func (v *gate) stamp(w http.ResponseWriter, limit, left int) {
	now := v.now()
	micros := strconv.FormatInt(now.UnixMicro(), 10)
	reset := now
	if left == 0 {
		reset = now.Add(10 * time.Second)
	}
	maps.Copy(w.Header(), http.Header{
		"X-Gate-Trace-Id":                  {newMaterial("gate", "trace", micros).text(lowerHex, 32)},
		"X-In-Time":                        {micros},
		"X-Out-Time":                       {micros},
		"X-Gate-Ratelimit-Limit":           {strconv.Itoa(limit)},
		"X-Gate-Ratelimit-Requests-Remain": {strconv.Itoa(left)},
		"X-Gate-Ratelimit-Reset-Timestamp": {strconv.FormatInt(reset.Unix(), 10)},
	})
}

// fault answers as Gate does when things go wrong on its side. The labels of
// 429 and of what follows are those that public clients know; no document
// names them.
func (v *gate) fault(w http.ResponseWriter, kind FaultKind) {
	switch kind {
	case FaultBadRequest:
		v.refuse(w, gateBad("Invalid request parameter"))
	case FaultRateLimit:
		v.stamp(w, gateUIDLimit, 0)
		writeJSON(w, http.StatusTooManyRequests, jsonOf(`{"label":"TOO_MANY_REQUESTS","message":"Request Rate limit Exceeded"}`))
	case FaultServerError:
		v.refuse(w, &gateRefusal{http.StatusInternalServerError, "SERVER_ERROR", "Internal server error"})
	case FaultUnavailable:
		v.refuse(w, &gateRefusal{http.StatusServiceUnavailable, "INTERNAL", "Service is temporarily unavailable"})
	default: // FaultUnauthorized: the front keeps the others to itself
		v.refuse(w, errGateKey)
	}
}
