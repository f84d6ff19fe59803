package sim

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// kucoin simulates the REST API of KuCoin (www.kucoin.com/docs-new), that of
// spot and that of futures at one address. Limits are told, not enforced:
// FaultRateLimit does that.
type kucoin struct {
	*book
	account account
	now     func() time.Time
	mux     *http.ServeMux
}

// kucoinRoute is one endpoint: the pattern of a ServeMux, the right that it
// takes, its weight, and how it is answered.
type kucoinRoute struct {
	pattern string
	right   string // empty: no key is needed
	weight  int
	serve   func(*kucoin, kucoinCall) (any, *kucoinRefusal)
}

// kucoinCall is a request that has passed every check of its route.
type kucoinCall struct {
	*http.Request
	body []byte
	key  *entry // nil where none is needed
}

// kucoinRefusal is an answer with a code, which is text even though it looks
// like a number.
type kucoinRefusal struct {
	status    int
	code, msg string
}

// kucoinBad refuses a parameter.
//
//go:noinline
func kucoinBad(msg string) *kucoinRefusal {
	return &kucoinRefusal{http.StatusBadRequest, "400100", msg}
}

const kucoinPool = 2000 // weight in 30 seconds of an account, for each group of endpoints

// kucoinIDs is what seeded and new keys begin with. The first eight digits of
// a real one are the second of its creation, which is not documented; here
// they are some moment of 2024, since a key has to be the same on every start.
const kucoinIDs = "66"

func newKucoin(env string, a account, now func() time.Time) (venue, *book) {
	v := &kucoin{book: newBook("kucoin", env, a, now, issueKucoin), account: a, now: now, mux: http.NewServeMux()}
	v.choosePassphrases()
	for _, e := range v.all() {
		e.Words = kucoinWordsOf(e)
		e.Permissions = kucoinNormal(e.Words)
	}
	for _, routes := range [][]kucoinRoute{kucoinMarketRoutes, kucoinFuturesRoutes, kucoinAccountRoutes, kucoinKeyRoutes} {
		for _, route := range routes {
			v.mount(route)
		}
	}
	v.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		v.refuse(w, &kucoinRefusal{http.StatusNotFound, "404000", "Url Not Found"})
	})
	return v, v.book
}

// issueKucoin makes a key of 24 hex digits and a secret in the form of a UUID.
func issueKucoin(m *material, _ string) (id, secret string) {
	id = kucoinIDs + m.text(lowerHex, 22)
	parts := []string{m.text(lowerHex, 8), m.text(lowerHex, 4), "4" + m.text(lowerHex, 3), "a" + m.text(lowerHex, 3), m.text(lowerHex, 12)}
	return id, strings.Join(parts, "-")
}

// mount makes an endpoint reachable.
func (v *kucoin) mount(route kucoinRoute) {
	v.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // in memory
		call := kucoinCall{Request: r, body: body}
		if route.right != "" {
			key, refusal := v.admit(r, body)
			if refusal == nil && !kucoinPermits(key, route.right) {
				refusal = errKucoinDenied
			}
			if refusal != nil {
				v.refuse(w, refusal)
				return
			}
			v.touch(key, v.now())
			call.key = key
		}
		result, refusal := route.serve(v, call)
		if refusal != nil {
			v.refuse(w, refusal)
			return
		}
		kucoinLimits(w, kucoinPool-route.weight)
		writeJSON(w, http.StatusOK, jsonOf(`{"code":"200000","data":?}`, result))
	})
}

func (v *kucoin) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.mux.ServeHTTP(w, r) }

// refuse answers with a refusal.
//
//go:noinline
func (v *kucoin) refuse(w http.ResponseWriter, e *kucoinRefusal) {
	writeJSON(w, e.status, jsonOf(`{"code":?,"msg":?}`, e.code, e.msg))
}

// kucoinLimits tells what is left of the limit, and that it is whole again in
// half a minute.
func kucoinLimits(w http.ResponseWriter, left int) {
	setHeader(w, "Gw-Ratelimit-Limit", strconv.Itoa(kucoinPool))
	setHeader(w, "Gw-Ratelimit-Remaining", strconv.Itoa(left))
	setHeader(w, "Gw-Ratelimit-Reset", "30000")
}

// query returns the parameters of the URL, in which a plus stands for itself as
// it does in what is signed.
func (c kucoinCall) query() url.Values {
	values, _ := url.ParseQuery(strings.ReplaceAll(c.URL.RawQuery, "+", "%2B")) // what cannot be read is not there
	return values
}

// fields reads the named texts of a JSON object. Names are exact, other than
// in encoding/json; what is missing or null stays as it is.
func (c kucoinCall) fields(into ...any) *kucoinRefusal {
	bad, ok := readFields(c.body, into...)
	switch {
	case !ok:
		return kucoinBad("Bad Request")
	case bad != "":
		return kucoinBad(bad + " is invalid")
	}
	return nil
}

// fault answers as KuCoin does when things go wrong on its side. What the body
// holds with 503 is not documented.
func (v *kucoin) fault(w http.ResponseWriter, kind FaultKind) {
	refusal := errKucoinKey // FaultUnauthorized: the front keeps the others to itself
	switch kind {
	case FaultBadRequest:
		refusal = kucoinBad("Parameter Error")
	case FaultRateLimit: // without the headers the code would mean that KuCoin itself is overloaded
		kucoinLimits(w, 0)
		refusal = &kucoinRefusal{http.StatusTooManyRequests, "429000", "Too Many Requests"}
	case FaultServerError:
		refusal = &kucoinRefusal{http.StatusInternalServerError, "500000", "Internal Server Error"}
	case FaultUnavailable:
		refusal = &kucoinRefusal{http.StatusServiceUnavailable, "503000", "Service Unavailable"}
	default:
	}
	v.refuse(w, refusal)
}
