package htx

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a call with the signature that others computed for it.
type vector struct {
	exchangetest.Vector
	Host      string
	Timestamp string
	Ed25519   string // base64 of Go's 64 bytes
}

func (v vector) credential(t *testing.T) exchanges.Credential {
	t.Helper()
	c := exchanges.Credential{KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret)}
	if v.Ed25519 == "" {
		return c
	}
	raw, err := base64.StdEncoding.DecodeString(v.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	c.PrivateKey = exchanges.NewSecret(asPEM(raw))
	return c
}

func asPEM(key ed25519.PrivateKey) []byte {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// mac is a second computation of the signature, independent of the adapter's.
func mac(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func vectors(t *testing.T) []vector { return exchangetest.Vectors[vector](t, 5) }

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		if got, err := sign(nil, v.credential(t), v.Method, v.Host, v.Path, v.Query); err != nil || got != v.Signature {
			t.Errorf("%s: %s, %v", v.Name, got, err)
		}
	}
}

// Of some vectors the whole request is known.
func TestRequestsOfVectors(t *testing.T) {
	whole := 0
	for _, v := range vectors(t) {
		now, err := time.Parse("2006-01-02T15:04:05", v.Timestamp)
		if err != nil {
			continue
		}
		whole++
		params := ""
		if strings.HasSuffix(v.Query, "&uid=123") {
			params = "uid=123"
		}
		// The zone is another one on purpose.
		r, err := signedFor(v.Host)(v.credential(t), rest.Request{Method: v.Method, Path: v.Path, Query: params}, now.In(time.FixedZone("", 8*3600)))
		want := v.Query + "&Signature=" + url.QueryEscape(v.Signature)
		if err != nil || r.Method != v.Method || r.Path != v.Path || r.Query != want {
			t.Errorf("%s: %+v, %v", v.Name, r, err)
		}
	}
	if whole != 2 {
		t.Errorf("%d whole requests, want 2", whole)
	}
}

func TestKeyPairSignsAndSaysSo(t *testing.T) {
	private, public, err := exchanges.NewKeyPair(exchanges.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	r, err := signedFor("api.huobi.pro")(exchanges.Credential{KeyID: testKey, PrivateKey: private}, rest.Request{Method: "GET", Path: uidPath}, time.Unix(1700000000, 0))
	if err != nil {
		t.Fatal(err)
	}
	query, signature, _ := strings.Cut(r.Query, "&Signature=")
	if want := "AccessKeyId=" + testKey + "&SignatureMethod=Ed25519&SignatureVersion=2&Timestamp=2023-11-14T22%3A13%3A20"; query != want {
		t.Errorf("query %s", query)
	}
	plain, _ := url.QueryUnescape(signature)
	sig, err := base64.StdEncoding.DecodeString(plain)
	block, _ := pem.Decode([]byte(public))
	key, kerr := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil || kerr != nil || !ed25519.Verify(key.(ed25519.PublicKey), []byte("GET\napi.huobi.pro\n/v2/user/uid\n"+query), sig) {
		t.Errorf("signature %q: %v, %v", signature, err, kerr)
	}
}

func TestCheck(t *testing.T) {
	rsa, _, err := exchanges.NewKeyPair(exchanges.RSA)
	if err != nil {
		t.Fatal(err)
	}
	ed, _, err := exchanges.NewKeyPair(exchanges.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	pair := func(key, secret string) exchanges.Credential {
		return exchanges.Credential{KeyID: key, Secret: exchanges.NewSecret(secret)}
	}
	for name, c := range map[string]struct {
		cred exchanges.Credential
		ok   bool
	}{
		"as documented":          {pair(testKey, testSecret), true},
		"another shape":          {pair("test-api-key", "test-api-secret"), true},
		"a key of hex alone":     {pair("160bb889-b7123456-e0123456-abcde", testSecret), true},
		"swapped":                {pair(testSecret, testKey), false},
		"white space inside":     {pair("160bb889 b7123456", testSecret), false},
		"an Ed25519 PEM":         {pair(testKey, ed.Reveal()), true},
		"an RSA PEM":             {pair(testKey, rsa.Reveal()), false},
		"a secret beside a pair": {exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret), PrivateKey: ed}, false},
	} {
		got, err := check(c.cred)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if name == "an Ed25519 PEM" && (got.PrivateKey.IsZero() || !got.Secret.IsZero()) {
			t.Errorf("%s: it stayed in the secret's field", name)
		}
	}
}
