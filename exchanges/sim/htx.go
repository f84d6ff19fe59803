package sim

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// htx simulates the API of HTX as documented at huobiapi.github.io/docs: of
// spot, and what contracts need of it. The real ones have hosts of their own;
// here both are at one address. Limits are told, not enforced: FaultRateLimit
// does that.
type htx struct {
	*book
	account account
	now     func() time.Time
	factor  *secondFactor // of the parent user; nil: it has none
	mux     *http.ServeMux
	changed map[*entry]time.Time // when keys were edited
	locked  map[string]bool      // sub-users by their number
}

// htxRoute is one endpoint: the pattern of a ServeMux, the right that a key
// needs for it, and how it is answered.
type htxRoute struct {
	pattern string
	right   string
	serve   func(*htx, htxCall) (any, *htxRefusal)
}

// htxOpen stands where a right would, of endpoints that need no key.
const htxOpen = ""

// htxCall is a request that has passed every check of its route.
type htxCall struct {
	*http.Request
	body []byte
	key  *entry // nil where none is needed
}

func (c htxCall) query(name string) string { return param(c.URL.Query(), name) }

// htxRefusal is an answer that says no: by a name, or by a number in the parts
// of the API that have numbers. The status is 200 unless it says otherwise.
type htxRefusal struct {
	status  int
	code    int // 0: told by its name everywhere
	name    string
	message string
}

// htxManner is how a part of the API words its answers.
type htxManner int

const (
	htxFirst  htxManner = iota // v1: names
	htxSecond                  // v2: numbers
	htxMarket                  // names, and the time
	htxFuture                  // of contracts: numbers, and the time
)

func htxMannerOf(path string) htxManner {
	for _, at := range []struct {
		prefix string
		manner htxManner
	}{{"/v1/", htxFirst}, {"/v2/settings/", htxMarket}, {"/v2/", htxSecond}, {"/v5/", htxSecond}, {"/market/", htxMarket}} {
		if strings.HasPrefix(path, at.prefix) {
			return at.manner
		}
	}
	return htxFuture
}

var htxSites = []site{{exchange: "htx", environment: "live", build: newHTX, algorithms: []string{algHMAC, algEd25519}, demo: htxDemo}}

func newHTX(env string, a account, now func() time.Time) (venue, *book) {
	issue := func(m *material, _ string) (id, secret string) {
		group := func() string { return m.text(lowerHex, 8) + "-" }
		id = group() + group() + group() + m.text("abcdefghijklmnopqrstuvwxyz0123456789", 10)
		return id, group() + group() + group() + m.text(lowerHex, 5)
	}
	v := &htx{
		book: newBook("htx", env, a, now, issue), account: a, now: now, factor: newSecondFactor(a.Authenticator),
		mux: http.NewServeMux(), changed: map[*entry]time.Time{}, locked: map[string]bool{},
	}
	for _, e := range v.ordered { // what a world asks for is finer than the rights that there are
		if e.Words == nil {
			e.Words = htxWords(e.Permissions)
		}
		e.Permissions = htxNormal(htxWordsOf(e))
		if e.Disabled { // keys cannot be switched off there: this one has come to its end
			e.Disabled, e.Expires = false, now()
		}
	}
	for _, routes := range [][]htxRoute{htxCommonRoutes, htxContractRoutes, htxAccountRoutes, htxUserRoutes} {
		for _, route := range routes {
			v.mount(route)
		}
	}
	v.mountFloors()
	v.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		v.refuse(w, htxMannerOf(r.URL.Path), &htxRefusal{status: http.StatusMethodNotAllowed, name: "method-not-allowed", message: "Method not allowed"})
	})
	return v, v.book
}

// mount makes an endpoint reachable.
func (v *htx) mount(route htxRoute) {
	v.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // in memory
		v.stamp(w, htxLimit-1)
		manner := htxMannerOf(r.URL.Path)
		result, refusal := v.answer(route, htxCall{Request: r, body: body})
		if refusal != nil {
			v.refuse(w, manner, refusal)
			return
		}
		writeJSON(w, http.StatusOK, v.wrap(manner, result))
	})
}

func (v *htx) answer(route htxRoute, call htxCall) (any, *htxRefusal) {
	if route.right != htxOpen {
		key, refusal := v.admit(call.Request)
		if refusal == nil {
			refusal = htxPermits(key, route.right)
		}
		if refusal != nil {
			return nil, refusal
		}
		v.touch(key, v.now())
		call.key = key
	}
	if call.Method == http.MethodPost && !strings.HasPrefix(call.Header.Get("Content-Type"), "application/json") {
		return nil, &htxRefusal{name: "gateway-internal-error", message: "Failed to load data. Try again later"}
	}
	return route.serve(v, call)
}

func (v *htx) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.mux.ServeHTTP(w, r) }

// wrap puts a result into what its part of the API sends it in.
func (v *htx) wrap(manner htxManner, result any) json.RawMessage {
	switch manner {
	case htxFirst:
		return jsonOf(`{"status":"ok","data":?}`, result)
	case htxSecond:
		return jsonOf(`{"code":200,"message":"success","data":?,"ok":true}`, result)
	default: // markets and contracts bring names of their own
		body, _ := result.(json.RawMessage)
		return joined(jsonOf(`{"status":"ok","ts":?}`, inMillis(v.now())), body)
	}
}

func (v *htx) refuse(w http.ResponseWriter, manner htxManner, e *htxRefusal) {
	var body json.RawMessage
	switch {
	case manner == htxSecond && e.code != 0:
		body = jsonOf(`{"code":?,"message":?}`, e.code, e.message)
	case manner == htxFuture: // says 403 to all that is not signed well, and says it shorter
		body = jsonOf(`{"status":"error","err_code":?,"err_msg":?,"ts":?}`,
			cmp.Or(e.code, http.StatusForbidden), strings.TrimPrefix(e.message, htxNotValid), inMillis(v.now()))
	case manner == htxMarket:
		body = jsonOf(`{"status":"error","err-code":?,"err-msg":?,"ts":?}`, e.name, e.message, inMillis(v.now()))
	default:
		body = jsonOf(`{"status":"error","err-code":?,"err-msg":?,"data":null}`, e.name, e.message)
	}
	writeJSON(w, cmp.Or(e.status, http.StatusOK), body)
}

// htxLimit is how many requests of an account an endpoint takes in htxSpan;
// the real ones differ.
const (
	htxLimit = 20
	htxSpan  = 2 * time.Second
)

// stamp tells how many requests are left and, in milliseconds, until when.
func (v *htx) stamp(w http.ResponseWriter, left int) {
	setHeader(w, "X-HB-RateLimit-Requests-Remain", strconv.Itoa(left))
	setHeader(w, "X-HB-RateLimit-Requests-Expire", strconv.FormatInt(v.now().Add(htxSpan).UnixMilli(), 10))
}

// fault answers as HTX does when things go wrong on its side. That a limit is
// told by the status 429 is not documented.
func (v *htx) fault(w http.ResponseWriter, kind FaultKind) {
	refusal, left := &htxRefusal{status: http.StatusUnauthorized, name: "api-signature-check-failed", message: "Signature check failed"}, htxLimit-1
	switch kind {
	case FaultBadRequest:
		refusal = &htxRefusal{status: http.StatusBadRequest, name: "bad-request", message: "Bad request"}
	case FaultRateLimit:
		left = 0
		refusal = &htxRefusal{status: http.StatusTooManyRequests, name: "base-request-exceed-frequency-limit", message: "Frequency of requests exceeds the limit"}
	case FaultServerError:
		refusal = &htxRefusal{status: http.StatusInternalServerError, name: "gateway-internal-error", message: "Failed to load data. Try again later"}
	case FaultUnavailable:
		refusal = &htxRefusal{status: http.StatusServiceUnavailable, name: "system-maintenance", message: "System is in maintenance!"}
	default: // FaultUnauthorized: the front keeps the others to itself
	}
	v.stamp(w, left)
	v.refuse(w, htxFirst, refusal)
}
