package bybit

import (
	"net/http"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// recvWindow is how many ms after its timestamp a request stays valid; it is
// also Bybit's default.
const recvWindow = "5000"

// sign returns the signature of a text: hex for a secret, base64 for a
// private key.
func sign(t *cred.Trace, c exchanges.Credential, text string) (string, error) {
	return t.Signature(c, text, pairs...)
}

// signed adds the headers that make a request valid at time now. What is signed
// is the query or the body, byte for byte as it is sent. A GET must not have a
// body: Bybit's gateway answers 403 to one.
func signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	stamp := r.Trace.Milliseconds(now)
	sig, err := sign(r.Trace, c, stamp+c.KeyID+recvWindow+r.Query+r.Body)
	r.Header = http.Header{
		"X-BAPI-API-KEY":     {c.KeyID},
		"X-BAPI-TIMESTAMP":   {stamp},
		"X-BAPI-RECV-WINDOW": {recvWindow},
		"X-BAPI-SIGN":        {sig},
	}
	if r.Body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}
