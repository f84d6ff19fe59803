package upbit

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
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
	{Name: exchanges.FieldKey, Label: "Access key", Help: "about 40 letters and digits, shown under Open API management"},
	{Name: exchanges.FieldSecret, Label: "Secret key", Help: "about 40 letters and digits; shown once, when the key is made"},
}}

// Upbit does not document the lengths, and its two keys look the same, so that
// little can be seen of a mistake.
var rules = cred.Rules{Exchange: ID, Key: cred.Whole("about 40 letters and digits"), Secret: cred.Whole("about 40 letters and digits")}

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
	said, err := parameters(r)
	if err != nil {
		return r, err
	}
	token, err := a.token(r.Trace, c, said, cmp.Or(r.Nonce, newNonce()))
	r.Header = http.Header{"Authorization": {"Bearer " + token}}
	if r.Body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r, err
}

// parameters returns what a token vouches for: the query as it reads before it
// is encoded, or the body, a flat JSON object, written in the same way.
func parameters(r rest.Request) (string, error) {
	if r.Body == "" {
		return url.QueryUnescape(r.Query)
	}
	d := json.NewDecoder(strings.NewReader(r.Body))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') || !json.Valid([]byte(r.Body)) {
		return "", errBody
	}
	var pairs []string
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return "", errBody
		}
		value, err := d.Token()
		if _, nested := value.(json.Delim); err != nil || nested || value == nil {
			return "", errBody
		}
		pairs = append(pairs, fmt.Sprintf("%v=%v", name, value))
	}
	return strings.Join(pairs, "&"), nil
}

var errBody = errors.New("the body is not a flat JSON object of texts and numbers")

// token makes the token for parameters. nonce may be used once. The secret signs by
// its own bytes, although it looks like an encoding.
func (a algorithm) token(t *cred.Trace, c exchanges.Credential, query, nonce string) (string, error) {
	said := claims{AccessKey: c.KeyID, Nonce: nonce}
	if query != "" {
		sum := sha512.Sum512([]byte(query))
		t.Note(exchanges.StepHashed, "the parameters, without escapes", query)
		t.Note(exchanges.StepHash, "SHA-512 of the hashed text, in lower-case hexadecimal", hex.EncodeToString(sum[:]))
		said.QueryHash, said.QueryHashAlg = hex.EncodeToString(sum[:]), "SHA512"
	}
	return t.Token(map[string]string{"alg": a.name, "typ": "JWT"}, said, func(text string) ([]byte, error) {
		return t.MAC(a.hash, c.Secret.Bytes(), text), nil
	})
}

// newNonce returns a random UUID, version 4.
func newNonce() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: it would end the program instead
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
