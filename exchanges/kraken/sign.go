package kraken

import (
	"cmp"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// inspectForm is the body of an inspection. otp is the static second factor
// that some keys have.
func inspectForm(nonce string, otp exchanges.Secret) string {
	body := "nonce=" + nonce
	if !otp.IsZero() {
		body += "&otp=" + url.QueryEscape(otp.Reveal())
	}
	return body
}

// signed adds the headers that make a request with a form that holds nonce valid.
// It fails for a private key that check has not seen.
func signed(c exchanges.Credential, r rest.Request, nonce string) (rest.Request, error) {
	key, err := cred.Decode64(c.Secret)
	if err != nil || c.KeyID == "" {
		return rest.Request{}, cmp.Or(err, errors.New("the API key is missing"))
	}
	defer clear(key)
	r.Header = http.Header{
		// Kraken's own spelling, which net/http would change.
		"API-Key":      {c.KeyID},
		"API-Sign":     {sign(key, r.Path, nonce, r.Body)},
		"Content-Type": {"application/x-www-form-urlencoded"},
	}
	return r, nil
}

// sign returns base64(HMAC-SHA512(key, path + SHA256(nonce + form))).
func sign(key []byte, path, nonce, form string) string {
	inner := sha256.Sum256([]byte(nonce + form))
	return base64.StdEncoding.EncodeToString(cred.MAC(sha512.New, key, path+string(inner[:])))
}
