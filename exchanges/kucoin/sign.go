package kucoin

import (
	"crypto/sha256"
	"net/http"
	"net/url"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// keyVersion says that the passphrase is signed. That holds for keys of the
// versions 2 and 3, and other programs use both with this number. Keys of
// version 1 would send the passphrase itself: keyrota does not.
const keyVersion = "2"

// sign returns the signature of a text, in standard base64.
func sign(t *cred.Trace, secret exchanges.Secret, text string) string {
	return t.Base64(t.MAC(sha256.New, secret.Bytes(), text))
}

// signed adds the headers that make a request valid at time now. The query is
// signed without the escapes that it is sent with.
func signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	stamp := r.Trace.Milliseconds(now)
	endpoint := r.Path
	if r.Query != "" {
		plain, err := url.QueryUnescape(r.Query)
		if err != nil {
			return r, err
		}
		endpoint += "?" + plain
	}
	passphrase := sign(nil, c.Secret, c.Passphrase.Reveal())
	r.Trace.NoteSecret(exchanges.StepPassphrase, "the key's passphrase, signed like the string to sign: the same in each call", passphrase)
	r.Header = http.Header{
		"Kc-Api-Key":         {c.KeyID},
		"Kc-Api-Sign":        {sign(r.Trace, c.Secret, stamp+r.Method+endpoint+r.Body)},
		"Kc-Api-Timestamp":   {stamp},
		"Kc-Api-Passphrase":  {passphrase},
		"Kc-Api-Key-Version": {keyVersion},
		"Content-Type":       {"application/json"},
	}
	return r, nil
}
