package binance

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// recvWindow is how many ms after its timestamp a request stays valid; it is
// also Binance's default.
const recvWindow = "5000"

// sign returns the signature of parameters that are already percent-encoded:
// hex for a secret, base64 for a private key. Query and body are joined by
// nothing at all.
func sign(t *cred.Trace, c exchanges.Credential, query, body string) (string, error) {
	return t.Signature(c, query+body, pairs...)
}

// signed adds the parameters that make a request valid at time now. They go
// where the call's own parameters are: the body, if it has one.
func signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	validity := "timestamp=" + r.Trace.Milliseconds(now) + "&recvWindow=" + recvWindow
	r.Header = http.Header{"X-MBX-APIKEY": {c.KeyID}}
	last := &r.Query
	if r.Body != "" {
		last = &r.Body
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	*last = join(*last, validity)
	sig, err := sign(r.Trace, c, r.Query, r.Body)
	*last = join(*last, "signature="+url.QueryEscape(sig))
	return r, err
}

func join(params, more string) string {
	if params == "" {
		return more
	}
	return params + "&" + more
}

// params are the parameters of a call, in order, percent-encoded: Binance
// refuses signatures of what is not.
type params string

// with adds a parameter. A blank becomes %20, since not everything that reads a
// query takes a plus for one.
func (p params) with(name, value string) params {
	return params(join(string(p), name+"="+strings.ReplaceAll(url.QueryEscape(value), "+", "%20")))
}

// request is a call with p as its parameters. They go into the body of a POST
// and into the query of everything else.
func (p params) request(method, path string) rest.Request {
	if method == http.MethodPost {
		return rest.Request{Method: method, Path: path, Body: string(p)}
	}
	return rest.Request{Method: method, Path: path, Query: string(p)}
}
