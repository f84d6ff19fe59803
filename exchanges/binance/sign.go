package binance

import (
	"net/http"
	"net/url"
	"strconv"
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
func sign(c exchanges.Credential, query, body string) (string, error) {
	return cred.Signature(c, query+body, pairs...)
}

// signed builds a request with the parameters that make it valid at time now.
// They go where the call's own parameters are: the body, if it has one.
func signed(c exchanges.Credential, method, path, query, body string, now time.Time) (rest.Request, error) {
	validity := "timestamp=" + strconv.FormatInt(now.UnixMilli(), 10) + "&recvWindow=" + recvWindow
	header := http.Header{"X-MBX-APIKEY": {c.KeyID}}
	last := &query
	if body != "" {
		last = &body
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	*last = join(*last, validity)
	sig, err := sign(c, query, body)
	if err != nil {
		return rest.Request{}, err
	}
	*last = join(*last, "signature="+url.QueryEscape(sig))
	return rest.Request{Method: method, Path: path, Query: query, Body: body, Header: header}, nil
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
