package kraken

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

var errSecret = errors.New("the private key is not base64")

// inspectForm is the body of an inspection. otp is the static second factor
// that some keys have.
func inspectForm(nonce string, otp exchanges.Secret) string {
	body := "nonce=" + nonce
	if !otp.IsZero() {
		body += "&otp=" + url.QueryEscape(otp.Reveal())
	}
	return body
}

// request signs a form that holds nonce. It fails for a private key that check
// has not seen.
func request(c exchanges.Credential, path, nonce, form string) (rest.Request, error) {
	key, err := base64.StdEncoding.DecodeString(c.Secret.Reveal())
	if err != nil || len(key) == 0 || c.KeyID == "" {
		return rest.Request{}, errSecret
	}
	defer clear(key)
	return rest.Request{
		Method: http.MethodPost,
		Path:   path,
		Body:   form,
		Header: http.Header{
			// Kraken's own spelling, which net/http would change.
			"API-Key":      {c.KeyID},
			"API-Sign":     {sign(key, path, nonce, form)},
			"Content-Type": {"application/x-www-form-urlencoded"},
		},
	}, nil
}

// sign returns base64(HMAC-SHA512(key, path + SHA256(nonce + form))).
func sign(key []byte, path, nonce, form string) string {
	inner := sha256.Sum256([]byte(nonce + form))
	mac := hmac.New(sha512.New, key)
	mac.Write([]byte(path))
	mac.Write(inner[:])
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
