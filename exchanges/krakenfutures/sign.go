package krakenfutures

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func form() exchanges.Form {
	return exchanges.Form{Fields: []exchanges.Field{
		{Name: exchanges.FieldKey, Label: "Public key", Help: "about 56 characters, from Settings > API Keys of Kraken Futures"},
		{Name: exchanges.FieldSecret, Label: "Private key", Help: "about 88 characters of base64; shown once, when the key is made"},
	}}
}

// The lengths of keys are known from examples only. They are good enough to see
// that two fields are swapped; what is refused is far from them.
const (
	usualKey, usualSecret = 56, 88 // characters
	leastSecret           = 32     // bytes
)

var rules = cred.Rules{
	Exchange: ID,
	Key:      cred.Whole("about 56 characters long"),
	Secret: cred.Shape{Words: "the private key, about 88 characters of base64", Fits: func(s string) bool {
		raw, err := base64.StdEncoding.DecodeString(s)
		defer clear(raw)
		return err == nil && len(raw) >= leastSecret
	}},
	Swapped: func(key, secret string) bool { return len(key) == usualSecret && len(secret) == usualKey },
}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) { return rules.Check(c) }

var errSecret = errors.New("the private key is not base64")

// noNonce stands for a call without one. Such a call is as good as any, and
// leaves the nonces of the key's other programs alone.
const noNonce = ""

// signed builds a request. Signed are the query as it is sent, the nonce if
// there is one, and the path without the prefix that the trading API has.
func signed(c exchanges.Credential, method, path, query, nonce string) (rest.Request, error) {
	key, err := base64.StdEncoding.DecodeString(c.Secret.Reveal())
	if err != nil || len(key) == 0 {
		return rest.Request{}, errSecret
	}
	defer clear(key)
	text := sha256.Sum256([]byte(query + nonce + strings.TrimPrefix(path, "/derivatives")))
	mac := hmac.New(sha512.New, key)
	mac.Write(text[:])
	header := http.Header{
		// Kraken's own spelling, which net/http would change.
		"APIKey":  {c.KeyID},
		"Authent": {base64.StdEncoding.EncodeToString(mac.Sum(nil))},
	}
	if nonce != noNonce {
		header["Nonce"] = []string{nonce}
	}
	return rest.Request{Method: method, Path: path, Query: query, Header: header}, nil
}
