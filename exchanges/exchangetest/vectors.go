package exchangetest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"
	"os"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Vector is a signed request as most exchanges have it. Source says who signed
// it. An adapter whose vectors have more in them embeds it, or has a type of its
// own.
type Vector struct {
	Name, Source                   string
	Method, Path, Query, Body      string
	Timestamp                      int64 // Unix ms
	Nonce, Key, Secret, Passphrase string
	PrivateKey                     string `json:"private_key"`
	Signature                      string
	Expected                       map[string]string // by header or parameter
}

// Credential is the key that signed the request.
func (v Vector) Credential() exchanges.Credential {
	return exchanges.Credential{
		KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret), Passphrase: exchanges.NewSecret(v.Passphrase), PrivateKey: exchanges.NewSecret(v.PrivateKey),
	}
}

// At is the time of the request.
func (v Vector) At() time.Time { return time.UnixMilli(v.Timestamp) }

// Vectors reads an adapter's signed requests, which others computed, from
// testdata/vectors.json. There must be as many as want says, so that none is
// lost.
func Vectors[V any](tb testing.TB, want int) []V {
	tb.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	var all []V
	if err := json.Unmarshal(raw, &all); err != nil {
		tb.Fatal(err)
	}
	if len(all) != want {
		tb.Fatalf("%d vectors, want %d", len(all), want)
	}
	return all
}

// MAC is the HMAC of a text in hexadecimal, computed apart from the adapters.
func MAC(h func() hash.Hash, key, text string) string {
	mac := hmac.New(h, []byte(key))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// MAC256 is MAC with SHA-256.
func MAC256(key, text string) string { return MAC(sha256.New, key, text) }
