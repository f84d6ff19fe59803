package sim

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// mexc simulates the spot API v3 of MEXC (www.mexc.com/api-docs/spot-v3), and
// of its futures API what client libraries load with it: the two have a host
// each, and no path in common. Limits are neither told nor enforced:
// FaultRateLimit does that.
type mexc struct {
	*book
	account account
	now     func() time.Time
	mux     *http.ServeMux
}

// mexcRoute is one endpoint: the pattern of a ServeMux, the right that it
// takes, and how it is answered.
type mexcRoute struct {
	pattern string
	right   string // empty: no key is needed
	serve   func(*mexc, mexcCall) (any, *mexcRefusal)
}

// mexcCall is a request that has passed every check of its route.
type mexcCall struct {
	*http.Request
	params url.Values
	key    *entry // nil where none is needed
}

// mexcRefusal is an answer with a code.
type mexcRefusal struct {
	status, code int
	msg          string
}

// mexcSays refuses a request. Documented is only that the status is one of
// those above 400; this one has been seen with several of the codes.
//
//go:noinline
func mexcSays(code int, msg string) *mexcRefusal {
	return &mexcRefusal{http.StatusBadRequest, code, msg}
}

// mexcFace is one of the two APIs, which sign and answer in ways of their own.
type mexcFace struct {
	admit  func(*mexc, *http.Request, string, url.Values) (*entry, *mexcRefusal)
	denied func(right string) *mexcRefusal
	answer func(result any) any
	refuse func(http.ResponseWriter, *mexcRefusal)
}

var mexcSpot = mexcFace{
	admit:  (*mexc).admit,
	denied: func(string) *mexcRefusal { return errMexcDenied },
	answer: func(result any) any { return result },
	refuse: mexcRefuse,
}

func newMexc(env string, a account, now func() time.Time) (venue, *book) {
	v := &mexc{
		book: newBook("mexc", env, a, now, func(m *material, _ string) (string, string) {
			return "mx0" + m.text(alphanumeric, 15), m.text(lowerHex, 32)
		}),
		account: a, now: now, mux: http.NewServeMux(),
	}
	for _, e := range v.all() {
		e.Words = mexcWordsOf(e)
		e.Permissions = mexcNormal(e.Words)
	}
	for _, routes := range [][]mexcRoute{mexcMarketRoutes, mexcAccountRoutes, mexcKeyRoutes} {
		v.mount(mexcSpot, routes)
	}
	v.mount(mexcFutures, mexcFuturesRoutes)
	v.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writePage(w, http.StatusNotFound) })
	return v, v.book
}

// mount makes endpoints reachable.
func (v *mexc) mount(face mexcFace, routes []mexcRoute) {
	for _, route := range routes {
		v.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
			result, refusal := v.serve(face, route, r)
			if refusal != nil {
				face.refuse(w, refusal)
				return
			}
			writeJSON(w, http.StatusOK, face.answer(result))
		})
	}
}

func (v *mexc) serve(face mexcFace, route mexcRoute, r *http.Request) (any, *mexcRefusal) {
	body, _ := io.ReadAll(r.Body) // in memory
	params, err := mexcParams(r.URL.RawQuery, string(body))
	if err != nil {
		return nil, mexcSays(700008, "Illegal characters found in parameter")
	}
	call := mexcCall{Request: r, params: params}
	if route.right != "" {
		key, refusal := face.admit(v, r, string(body), params)
		if refusal != nil {
			return nil, refusal
		}
		if !mexcPermits(key, route.right) {
			return nil, face.denied(route.right)
		}
		v.touch(key, v.now())
		call.key = key
	}
	return route.serve(v, call)
}

// mexcParams reads the parameters of the query and of the body, of which the
// former win.
func mexcParams(query, body string) (url.Values, error) {
	params, err := url.ParseQuery(query)
	if err != nil || strings.HasPrefix(body, "{") {
		return params, err
	}
	form, err := url.ParseQuery(body)
	for name, values := range form {
		if !params.Has(name) {
			params[name] = values
		}
	}
	return params, err
}

func (v *mexc) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.mux.ServeHTTP(w, r) }

func mexcRefuse(w http.ResponseWriter, e *mexcRefusal) {
	writeJSON(w, e.status, jsonOf(`{"code":?,"msg":?}`, e.code, e.msg))
}

// fault answers as MEXC does when things go wrong on its side. The words of
// the last three are those of its futures API: no others are documented.
func (v *mexc) fault(w http.ResponseWriter, kind FaultKind) {
	refusal := &mexcRefusal{http.StatusUnauthorized, errMexcKey.code, errMexcKey.msg} // FaultUnauthorized: the front keeps the others to itself
	switch kind {
	case FaultBadRequest:
		refusal = mexcSays(700008, "Illegal characters found in parameter")
	case FaultRateLimit:
		setHeader(w, "Retry-After", "10")
		refusal = &mexcRefusal{http.StatusTooManyRequests, 429, "Too Many Requests"}
	case FaultServerError:
		refusal = &mexcRefusal{http.StatusInternalServerError, 500, "Internal error"}
	case FaultUnavailable:
		refusal = &mexcRefusal{http.StatusServiceUnavailable, 503, "Service not available, please try again"}
	default:
	}
	mexcRefuse(w, refusal)
}
