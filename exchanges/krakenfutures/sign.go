package krakenfutures

import (
	"crypto/sha512"
	"net/http"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{Name: exchanges.FieldKey, Usual: usualKey, Label: "Public key", Help: "about 56 characters, from Settings > API Keys of Kraken Futures"},
	{Name: exchanges.FieldSecret, Usual: usualSecret, Label: "Private key", Help: "about 88 characters of base64; shown once, when the key is made"},
}}

// The lengths of keys are known from examples only; what is refused is far from
// them.
const (
	usualKey, usualSecret = 56, 88 // characters
	leastSecret           = 32     // bytes
)

var rules = cred.Rules{
	Exchange: ID,
	Key:      cred.Whole("about 56 characters long"),
	Secret:   cred.Base64("the private key, about 88 characters of base64", func(bytes int) bool { return bytes >= leastSecret }),
	Swapped:  cred.ByLength(usualKey, usualSecret),
}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) { return rules.Check(c) }

// unnumbered signs a call without a nonce, unless it brings one. Such a call is as good as any, and
// leaves the nonces of the key's other programs alone.
func unnumbered(c exchanges.Credential, r rest.Request, _ time.Time) (rest.Request, error) {
	return signed(c, r, r.Nonce)
}

// signed adds the headers that make a request valid. Signed are the query or form
// as it is sent, the nonce if there is one, and the path without the prefix that the
// trading API has.
func signed(c exchanges.Credential, r rest.Request, nonce string) (rest.Request, error) {
	key, err := r.Trace.Decode64(c.Secret)
	if err != nil {
		return rest.Request{}, err
	}
	defer clear(key)
	r.Header = http.Header{
		// Kraken's own spelling, which net/http would change.
		"APIKey":  {c.KeyID},
		"Authent": {r.Trace.Base64(r.Trace.MACOfHash(sha512.New, key, "", r.Query+r.Body+nonce+strings.TrimPrefix(r.Path, "/derivatives")))},
	}
	if nonce != "" {
		r.Header["Nonce"] = []string{nonce}
	}
	return r, nil
}
