package kucoin

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
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
func sign(secret exchanges.Secret, text string) string {
	return base64.StdEncoding.EncodeToString(cred.HMACSHA256(secret, text))
}

// signed adds the headers that make a request valid at time now. The query is
// signed without the escapes that it is sent with.
func signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	stamp := strconv.FormatInt(now.UnixMilli(), 10)
	endpoint := r.Path
	if r.Query != "" {
		plain, err := url.QueryUnescape(r.Query)
		if err != nil {
			return r, err
		}
		endpoint += "?" + plain
	}
	r.Header = http.Header{
		"Kc-Api-Key":         {c.KeyID},
		"Kc-Api-Sign":        {sign(c.Secret, stamp+r.Method+endpoint+r.Body)},
		"Kc-Api-Timestamp":   {stamp},
		"Kc-Api-Passphrase":  {sign(c.Secret, c.Passphrase.Reveal())},
		"Kc-Api-Key-Version": {keyVersion},
		"Content-Type":       {"application/json"},
	}
	return r, nil
}
