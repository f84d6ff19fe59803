// Package vectors reads the test vectors of an adapter: requests with the
// signatures that others computed for them. Tests alone import it.
package vectors

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Vector is a signed request. Source says who signed it.
type Vector struct {
	Name, Source              string
	Method, Path, Query, Body string
	Timestamp                 int64 // Unix ms
	Key, Secret, Signature    string
}

// Credential is the key that signed the request.
func (v Vector) Credential() exchanges.Credential {
	return exchanges.Credential{KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret)}
}

// At is the time of the request.
func (v Vector) At() time.Time { return time.UnixMilli(v.Timestamp) }

// Read returns the vectors in testdata/vectors.json, of which there must be n.
func Read(tb testing.TB, n int) []Vector {
	tb.Helper()
	raw, err := os.ReadFile("testdata/vectors.json")
	if err != nil {
		tb.Fatal(err)
	}
	var all []Vector
	if err := json.Unmarshal(raw, &all); err != nil {
		tb.Fatal(err)
	}
	if len(all) != n {
		tb.Fatalf("%d vectors, want %d", len(all), n)
	}
	return all
}

// MAC is lower-case hex of an HMAC-SHA256, computed apart from the adapters.
func MAC(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}
