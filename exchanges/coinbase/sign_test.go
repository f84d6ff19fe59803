package coinbase

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a signed request whose source is in testdata/vectors.json.
type vector struct {
	Name, Method, Path, Nonce, Key, Secret string
	PublicKey                              string      `json:"public_key"`
	Timestamp                              json.Number `json:"timestamp"`
	StringToSign                           string      `json:"string_to_sign"`
	Expected                               map[string]string
}

// credential is what check makes of a vector's key, except for its name, which
// is no real one.
func (v vector) credential() exchanges.Credential {
	c := exchanges.Credential{KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret)}
	if strings.HasPrefix(v.Secret, "-----") {
		c.PrivateKey, c.Secret = c.Secret, exchanges.Secret{}
	}
	return c
}

func vectors(t testing.TB) []vector { return exchangetest.Vectors[vector](t, 4) }

func (v vector) time(t *testing.T) time.Time {
	t.Helper()
	s, err := v.Timestamp.Int64()
	if err != nil {
		t.Fatal(err)
	}
	return time.Unix(s, 0)
}

// ES256 signatures are random elsewhere; made as RFC 6979 has it they are equal
// to the vector's too.
func TestTokensMatchTheVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			c, err := check(v.credential())
			if err != nil {
				t.Fatal(err)
			}
			got, err := token(nil, c, v.Method, v.Path, v.Nonce, v.time(t))
			if err != nil {
				t.Fatal(err)
			}
			if want := v.Expected["header:Authorization"]; "Bearer "+got != want {
				t.Errorf("token\n%s, want\n%s", got, want)
			}
			if !strings.HasPrefix(got, v.StringToSign+".") {
				t.Errorf("signed text\n%s, want\n%s", got, v.StringToSign)
			}
		})
	}
}

// A token of an ECDSA key verifies under the public key as the exchange has it.
func TestES256IsTwoNumbers(t *testing.T) {
	v := vectors(t)[3]
	r, err := signed(v.credential(), rest.Request{Method: v.Method, Path: v.Path}, v.time(t))
	if err != nil {
		t.Fatal(err)
	}
	o, err := openToken(exchangetest.Request{Header: r.Header})
	if err != nil || o.Algorithm != "ES256" || len(o.signature) != 64 {
		t.Fatalf("%+v, %v", o, err)
	}
	key, err := signer(v.credential())
	if err != nil {
		t.Fatal(err)
	}
	public, ok := key.Public().(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		t.Fatalf("%T", key.Public())
	}
	sum := sha256.Sum256([]byte(o.signed))
	if !ecdsa.Verify(public, sum[:], new(big.Int).SetBytes(o.signature[:32]), new(big.Int).SetBytes(o.signature[32:])) {
		t.Error("the signature does not verify")
	}
}

// Some signatures have a short number: it is filled up, not moved.
func TestES256NumbersAreFilledUp(t *testing.T) {
	key, err := signer(vectors(t)[3].credential())
	if err != nil {
		t.Fatal(err)
	}
	short := 0
	for i := range 1000 {
		text := strings.Repeat("x", i)
		sig, err := sign(key, text)
		if err != nil || len(sig) != 64 {
			t.Fatalf("%d bytes, %v", len(sig), err)
		}
		if sig[0] != 0 && sig[32] != 0 {
			continue
		}
		short++
		sum := sha256.Sum256([]byte(text))
		if !ecdsa.Verify(key.Public().(*ecdsa.PublicKey), sum[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:])) {
			t.Errorf("a signature with a short number does not verify")
		}
	}
	if short == 0 {
		t.Error("none of the signatures had a short number")
	}
}

func TestBothBase64FormsAreTheSameKey(t *testing.T) {
	long, short := vectors(t)[0], vectors(t)[1]
	public, err := base64.StdEncoding.DecodeString(long.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []vector{long, short} {
		key, ok := seed(v.Secret)
		if !ok || !key.Public().(ed25519.PublicKey).Equal(ed25519.PublicKey(public)) {
			t.Errorf("%s is read as another key", v.Name)
		}
	}
}

func TestEachRequestHasATokenOfItsOwn(t *testing.T) {
	c := credential(testKey, testSecret())
	seen := map[string]bool{}
	for range 20 {
		r, err := signed(c, rest.Request{Method: "GET", Path: inspectPath}, time.Unix(1700000000, 0))
		if err != nil || r.Query != "" || r.Body != "" {
			t.Fatalf("%+v, %v", r, err)
		}
		seen[r.Header.Get("Authorization")] = true
	}
	if len(seen) != 20 {
		t.Errorf("20 requests have %d tokens", len(seen))
	}
}

func TestWhatCannotSignIsSaidWithoutQuotes(t *testing.T) {
	for name, c := range map[string]exchanges.Credential{
		"nothing":    {},
		"no secret":  {KeyID: testKey},
		"not base64": credential(testKey, "!canary!"),
		"damaged":    {KeyID: testKey, PrivateKey: exchanges.NewSecret("-----BEGIN PRIVATE KEY-----\nY2FuYXJ5\n-----END PRIVATE KEY-----\n")},
	} {
		r, err := signed(c, rest.Request{Method: "GET", Path: inspectPath}, time.Now())
		if err == nil || r.Header.Get("Authorization") != "Bearer " || strings.Contains(err.Error(), "canary") || strings.Contains(err.Error(), "Y2FuYXJ5") {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}
