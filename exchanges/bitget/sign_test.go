package bitget

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a request with the signature that others computed for it.
type vector = exchangetest.Vector

// mac is a second computation of the signature, independent of the adapter's.
func mac(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func TestVectors(t *testing.T) {
	all := exchangetest.Vectors[vector](t, 4)
	for _, v := range all {
		c := v.Credential()
		r, err := signed(c, rest.Request{Method: v.Method, Path: v.Path, Query: v.Query, Body: v.Body}, time.UnixMilli(v.Timestamp))
		if err != nil {
			t.Fatal(err)
		}
		if r.Method != v.Method || r.Path != v.Path || r.Query != v.Query || r.Body != v.Body {
			t.Errorf("%s: the request is not what was signed: %+v", v.Name, r)
		}
		for name, want := range map[string]string{
			"ACCESS-KEY": v.Key, "ACCESS-SIGN": v.Signature, "ACCESS-TIMESTAMP": strconv.FormatInt(v.Timestamp, 10),
			"ACCESS-PASSPHRASE": v.Passphrase, "Content-Type": "application/json",
		} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", v.Name, name, got, want)
			}
		}
	}
}

// rsaPair is a key pair of the person's own.
var rsaPair = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

func rsaCredential() exchanges.Credential {
	der, err := x509.MarshalPKCS8PrivateKey(rsaPair())
	if err != nil {
		panic(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return exchanges.Credential{KeyID: testKey, PrivateKey: exchanges.NewSecret(text), Passphrase: exchanges.NewSecret(testPassphrase)}
}

func TestPrivateKeySignsBesideAPassphrase(t *testing.T) {
	r, err := signed(rsaCredential(), rest.Request{Method: "GET", Path: unifiedPath}, time.UnixMilli(1700000000000))
	if err != nil {
		t.Fatal(err)
	}
	sig, err := base64.StdEncoding.DecodeString(r.Header.Get("ACCESS-SIGN"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("1700000000000GET/api/v3/account/info"))
	if err := rsa.VerifyPKCS1v15(&rsaPair().PublicKey, crypto.SHA256, sum[:], sig); err != nil {
		t.Error(err)
	}
	if r.Header.Get("ACCESS-PASSPHRASE") != testPassphrase {
		t.Error("the passphrase is missing")
	}
}

func TestOtherPairsAreRefused(t *testing.T) {
	c := rsaCredential()
	c.PrivateKey = exchanges.NewSecret("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n")
	if _, err := signed(c, rest.Request{Method: "GET", Path: unifiedPath}, time.UnixMilli(5)); err == nil {
		t.Error("signed with Ed25519")
	}
	if _, err := check(c); err == nil || exchanges.AsError(err).Hint == "" {
		t.Errorf("check: %v", err)
	}
}
