package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

// bingx simulates the API of BingX (bingx-api.github.io/docs). The demo, in
// which virtual money (VST) is traded, has a host and here keys of its own:
// whether those of the other host work there is not documented. Limits are
// told, not enforced: FaultRateLimit does that.
type bingx struct {
	*book
	env     string
	account account
	now     func() time.Time
	mux     *http.ServeMux
	changed map[*entry]time.Time
}

// bingxRoute is one endpoint: the pattern of a ServeMux, the right that it
// takes, how often an account may call it, and how it is answered.
type bingxRoute struct {
	pattern string
	right   string // empty: no key is needed
	limit   int    // in a second; 0 where it is public
	serve   func(*bingx, bingxCall) (any, *bingxRefusal)
}

// bingxCall is a request that has passed every check of its route.
type bingxCall struct {
	*http.Request
	params bingxParams
	key    *entry // nil where none is needed
}

// bingxRefusal is an answer with a code, which has the status of success.
type bingxRefusal struct {
	code int
	msg  string
}

// bingxBad refuses a parameter.
//
//go:noinline
func bingxBad(msg string) *bingxRefusal { return &bingxRefusal{100400, msg} }

// bingxBare is an answer that nothing is wrapped around.
type bingxBare struct{ json.RawMessage }

func newBingx(env string, a account, now func() time.Time) (venue, *book) {
	v := &bingx{
		book: newBook("bingx", env, a, now, func(m *material, _ string) (string, string) {
			return m.text(alphanumeric, 86), m.text(alphanumeric, 86)
		}),
		env: env, account: a, now: now, mux: http.NewServeMux(), changed: map[*entry]time.Time{},
	}
	for _, e := range v.ordered {
		e.Words = bingxWordsOf(e)
		e.Permissions = bingxNormal(e.Words)
	}
	v.lapses = bingxLapses
	for _, routes := range [][]bingxRoute{bingxMarketRoutes, bingxAccountRoutes, bingxKeyRoutes} {
		for _, route := range routes {
			v.mount(route)
		}
	}
	v.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		v.refuse(w, http.StatusOK, bingxBad("this api is not exist, please refer to the API docs https://bingx-api.github.io/docs"))
	})
	return v, v.book
}

// mount makes an endpoint reachable.
func (v *bingx) mount(route bingxRoute) {
	v.mux.HandleFunc(route.pattern, func(w http.ResponseWriter, r *http.Request) {
		result, refusal := v.serve(route, r)
		if route.limit > 0 {
			v.stamp(w, route.limit-1)
		}
		if refusal != nil {
			v.refuse(w, http.StatusOK, refusal)
			return
		}
		if bare, ok := result.(bingxBare); ok {
			writeJSON(w, http.StatusOK, bare.RawMessage)
			return
		}
		writeJSON(w, http.StatusOK, jsonOf(`{"code":0,"msg":"","timestamp":?,"data":?}`, inMillis(v.now()), result))
	})
}

func (v *bingx) serve(route bingxRoute, r *http.Request) (any, *bingxRefusal) {
	body, _ := io.ReadAll(r.Body) // in memory
	params, refusal := readBingxParams(r, string(body))
	if refusal != nil {
		return nil, refusal
	}
	call := bingxCall{Request: r, params: params}
	if route.right != "" {
		key, refusal := v.admit(r, params)
		if refusal == nil {
			refusal = bingxPermits(key, route.right)
		}
		if refusal != nil {
			return nil, refusal
		}
		v.touch(key, v.now())
		call.key = key
	}
	return route.serve(v, call)
}

func (v *bingx) ServeHTTP(w http.ResponseWriter, r *http.Request) { v.mux.ServeHTTP(w, r) }

func (v *bingx) refuse(w http.ResponseWriter, status int, e *bingxRefusal) {
	writeJSON(w, status, jsonOf(`{"code":?,"msg":?,"timestamp":?}`, e.code, e.msg, inMillis(v.now())))
}

// stamp tells what is left of the limit, and the second in which it is whole
// again.
func (v *bingx) stamp(w http.ResponseWriter, left int) {
	setHeader(w, "X-Ratelimit-Requests-Remain", strconv.Itoa(left))
	setHeader(w, "X-Ratelimit-Requests-Expire", strconv.FormatInt(v.now().Unix()+1, 10))
}

// fault answers as BingX does when things go wrong on its side. Who calls too
// often is kept out for minutes, until a time that only the message tells.
func (v *bingx) fault(w http.ResponseWriter, kind FaultKind) {
	switch kind {
	case FaultBadRequest:
		v.refuse(w, http.StatusBadRequest, bingxBad("Invalid parameters"))
	case FaultRateLimit:
		v.stamp(w, 0)
		until := strconv.FormatInt(v.now().Add(5*time.Minute).UnixMilli(), 10)
		v.refuse(w, http.StatusTooManyRequests, &bingxRefusal{100410,
			"code:100410:The endpoint trigger frequency limit rule is currently in the disabled period and will be unblocked after " + until})
	case FaultServerError:
		v.refuse(w, http.StatusInternalServerError, &bingxRefusal{100500, "Internal system error"})
	case FaultUnavailable:
		v.refuse(w, http.StatusServiceUnavailable, &bingxRefusal{100503, "The current system is busy, please try again later"})
	default: // FaultUnauthorized: the front keeps the others to itself
		v.refuse(w, http.StatusUnauthorized, errBingxKey)
	}
}
