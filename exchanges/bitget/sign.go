package bitget

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// sign returns the signature of a text, in standard base64.
func sign(c exchanges.Credential, text string) (string, error) {
	if c.PrivateKey.IsZero() {
		return base64.StdEncoding.EncodeToString(cred.HMACSHA256(c.Secret, text)), nil
	}
	c.Passphrase = exchanges.Secret{} // it is no password of the private key
	return cred.Signature(c, text, pairs...)
}

// signed builds a request that is valid at time now. The query is signed byte
// for byte as it is sent.
func signed(c exchanges.Credential, method, path, query, body string, now time.Time) (rest.Request, error) {
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	endpoint := path
	if query != "" {
		endpoint += "?" + query
	}
	sig, err := sign(c, stamp+method+endpoint+body)
	if err != nil {
		return rest.Request{}, err
	}
	return rest.Request{
		Method: method, Path: path, Query: query, Body: body,
		Header: http.Header{
			"Access-Key":        {c.KeyID},
			"Access-Sign":       {sig},
			"Access-Timestamp":  {stamp},
			"Access-Passphrase": {c.Passphrase.Reveal()},
			"Content-Type":      {"application/json"},
			"Locale":            {"en-US"},
		},
	}, nil
}
