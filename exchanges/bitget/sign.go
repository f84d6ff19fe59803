package bitget

import (
	"net/http"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// sign returns the signature of a text, in standard base64.
func sign(t *cred.Trace, c exchanges.Credential, text string) (string, error) {
	c.Passphrase = exchanges.Secret{} // it is no password of the private key
	return t.Base64Signature(c, text, pairs...)
}

// signed adds the headers that make a request valid at time now. The query is
// signed byte for byte as it is sent.
func signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	stamp := r.Trace.Milliseconds(now)
	endpoint := r.Path
	if r.Query != "" {
		endpoint += "?" + r.Query
	}
	sig, err := sign(r.Trace, c, stamp+r.Method+endpoint+r.Body)
	r.Header = http.Header{
		"Access-Key":        {c.KeyID},
		"Access-Sign":       {sig},
		"Access-Timestamp":  {stamp},
		"Access-Passphrase": {c.Passphrase.Reveal()},
		"Content-Type":      {"application/json"},
		"Locale":            {"en-US"},
	}
	return r, err
}
