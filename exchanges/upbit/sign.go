package upbit

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"hash"
	"net/http"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func form() exchanges.Form {
	return exchanges.Form{Fields: []exchanges.Field{
		{Name: exchanges.FieldKey, Label: "Access key", Help: "about 40 letters and digits, shown under Open API management"},
		{Name: exchanges.FieldSecret, Label: "Secret key", Help: "about 40 letters and digits; shown once, when the key is made"},
	}}
}

// Upbit does not document the lengths, and its two keys look the same, so that
// little can be seen of a mistake.
var rules = cred.Rules{Exchange: ID, Key: cred.Whole("about 40 letters and digits"), Secret: cred.Whole("about 40 letters and digits")}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) { return rules.Check(c) }

// algorithm is a way to sign a token.
type algorithm struct {
	name string
	hash func() hash.Hash
}

var (
	hs256 = algorithm{"HS256", sha256.New}
	hs512 = algorithm{"HS512", sha512.New}
)

// algorithmAt returns the one that the pages about a site have: newer ones about
// Korea sign with HS512, those about the other sites with HS256.
func algorithmAt(site string) algorithm {
	if site == korea {
		return hs512
	}
	return hs256
}

// claims are what a token says, in the order in which it says it.
type claims struct {
	AccessKey    string `json:"access_key"`
	Nonce        string `json:"nonce"`
	QueryHash    string `json:"query_hash,omitempty"`
	QueryHashAlg string `json:"query_hash_alg,omitempty"`
}

// signed adds the token that makes a request valid.
func (a algorithm) signed(c exchanges.Credential, r rest.Request, _ time.Time) (rest.Request, error) {
	token, err := a.token(c, r.Query, newNonce())
	r.Header = http.Header{"Authorization": {"Bearer " + token}}
	return r, err
}

// token makes the token for a query. nonce may be used once. The secret signs by
// its own bytes, although it looks like an encoding.
func (a algorithm) token(c exchanges.Credential, query, nonce string) (string, error) {
	said := claims{AccessKey: c.KeyID, Nonce: nonce}
	if query != "" {
		sum := sha512.Sum512([]byte(query))
		said.QueryHash, said.QueryHashAlg = hex.EncodeToString(sum[:]), "SHA512"
	}
	return cred.Token(map[string]string{"alg": a.name, "typ": "JWT"}, said, func(text string) ([]byte, error) {
		return cred.MAC(a.hash, c.Secret.Bytes(), text), nil
	})
}

// newNonce returns a random UUID, version 4.
func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it would end the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
