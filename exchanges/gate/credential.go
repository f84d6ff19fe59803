package gate

import (
	"crypto/sha512"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{Name: exchanges.FieldKey, Usual: usualKey, Label: "Key", Help: "about 32 digits and letters from a to f, of an API v4 key"},
	{Name: exchanges.FieldSecret, Usual: usualSecret, Label: "Secret", Help: "about 64 digits and letters from a to f, shown when the key is made"},
}}

// usualKey and usualSecret are the lengths of Gate's examples.
const usualKey, usualSecret = 32, 64

var rules = cred.Rules{Exchange: ID, Swapped: cred.ByLength(usualKey, usualSecret)}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) { return rules.Check(c) }

// sign returns lower-case hex of the HMAC-SHA512 of a text. The secret is used
// as it is written, not decoded.
func sign(t *cred.Trace, secret exchanges.Secret, text string) string {
	return t.Hex(t.MAC(sha512.New, secret.Bytes(), text))
}

// signed adds the headers that make a request valid for 60 s around now. The
// query is signed as it reads before it is encoded for the URL.
func signed(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
	stamp := r.Trace.Seconds(now)
	plain, err := url.QueryUnescape(r.Query)
	if err != nil {
		return r, err
	}
	sum := sha512.Sum512([]byte(r.Body))
	hash := hex.EncodeToString(sum[:])
	r.Trace.Note(exchanges.StepHash, "SHA-512 of the body, also of an empty one, in lower-case hexadecimal", hash)
	text := strings.Join([]string{r.Method, r.Path, plain, hash, stamp}, "\n")
	r.Header = http.Header{
		// Gate's own spelling, which net/http would change.
		"KEY":          {c.KeyID},
		"Timestamp":    {stamp},
		"SIGN":         {sign(r.Trace, c.Secret, text)},
		"Content-Type": {"application/json"},
	}
	return r, nil
}
