package deribit

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// vector is a signature whose source is in testdata/vectors.json.
type vector struct {
	Name, Method, Path, Query, Body, Data string
	Timestamp                             int64
	Nonce, Key, Secret                    string
	Text                                  string `json:"string_to_sign"`
	Expected                              struct{ Signature, Authorization string }
}

// credential of the vector: a secret, or the seed of an Ed25519 key in words.
func (v vector) credential(t *testing.T) exchanges.Credential {
	t.Helper()
	seed, pair := strings.CutPrefix(v.Secret, "ed25519 seed (hex) ")
	if !pair {
		return exchanges.Credential{KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret)}
	}
	raw, err := hex.DecodeString(seed)
	if err != nil {
		t.Fatal(err)
	}
	return exchanges.Credential{KeyID: v.Key, PrivateKey: pemKey(ed25519.NewKeyFromSeed(raw))}
}

// data is what the vector signs behind the stamp: nothing in public/auth, the
// request in a signed REST call.
func (v vector) data() string {
	if v.Method == "JSON-RPC" {
		return v.Data
	}
	return v.Method + "\n" + v.Path + "?" + v.Query + "\n" + v.Body + "\n"
}

func TestSignatureMatchesPublishedVectors(t *testing.T) {
	all := exchangetest.Vectors[vector](t, 4)
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			s := stamp{time.UnixMilli(v.Timestamp), v.Nonce}
			if got := s.text(v.data()); got != v.Text {
				t.Errorf("text %q, want %q", got, v.Text)
			}
			got, err := sign(nil, v.credential(t), s.text(v.data()))
			if err != nil {
				t.Fatal(err)
			}
			if v.Expected.Authorization == "" {
				if got != v.Expected.Signature {
					t.Errorf("signature %q, want %q", got, v.Expected.Signature)
				}
				return
			}
			header := fmt.Sprintf("deri-hmac-sha256 id=%s,ts=%d,sig=%s,nonce=%s", v.Key, s.millis(), got, s.nonce)
			if header != v.Expected.Authorization {
				t.Errorf("Authorization %q, want %q", header, v.Expected.Authorization)
			}
		})
	}
}

func TestRSASignatureVerifies(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := stamp{noon, "nonce"}.text("")
	got, err := sign(nil, exchanges.Credential{KeyID: testID, PrivateKey: pemKey(key)}, text)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.RawURLEncoding.DecodeString(got)
	if err != nil {
		t.Fatalf("%q is not URL-safe base64 without padding: %v", got, err)
	}
	sum := sha256.Sum256([]byte(text))
	if err := rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], raw); err != nil {
		t.Error(err)
	}
}

func TestNothingIsSignedWithHalfACredential(t *testing.T) {
	for name, c := range map[string]exchanges.Credential{
		"nothing":   {},
		"no ID":     {Secret: exchanges.NewSecret(testSecret)},
		"no secret": {KeyID: testID},
		"no PEM":    {KeyID: testID, PrivateKey: exchanges.NewSecret("canary")},
	} {
		got, err := sign(nil, c, "text")
		if err == nil || got != "" || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
