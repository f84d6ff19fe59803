package htx

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// vector is a call with the signature that others computed for it.
type vector struct {
	Name      string `json:"name"`
	Source    string `json:"source"`
	Method    string `json:"method"`
	Host      string `json:"host"`
	Path      string `json:"path"`
	Query     string `json:"query"`
	Timestamp string `json:"timestamp"`
	Key       string `json:"key"`
	Secret    string `json:"secret"`
	Ed25519   string `json:"ed25519"` // base64 of Go's 64 bytes
	Signature string `json:"signature"`
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

func vectors(t *testing.T) []vector {
	t.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(raw, &all); err != nil || len(all) != 5 {
		t.Fatalf("%d vectors, want 5: %v", len(all), err)
	}
	return all
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		if got, err := sign(v.credential(t), v.Method, v.Host, v.Path, v.Query); err != nil || got != v.Signature {
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
		params := url.Values{}
		if strings.HasSuffix(v.Query, "&uid=123") {
			params.Set("uid", "123")
		}
		// The zone is another one on purpose.
		r, err := signed(v.credential(t), v.Host, v.Method, v.Path, params, now.In(time.FixedZone("", 8*3600)))
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
	r, err := signed(exchanges.Credential{KeyID: testKey, PrivateKey: private}, "api.huobi.pro", "GET", uidPath, nil, time.Unix(1700000000, 0))
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
