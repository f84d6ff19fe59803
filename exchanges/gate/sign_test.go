package gate

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"strconv"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a request with the signature that others computed for it.
type vector = exchangetest.Vector

func vectors(t testing.TB) map[string]vector {
	t.Helper()
	all := exchangetest.Vectors[vector](t, 6)
	out := map[string]vector{}
	for _, v := range all {
		out[v.Name] = v
	}
	return out
}

func TestSignatureVectors(t *testing.T) {
	for name, v := range vectors(t) {
		r, _ := signed(v.Credential(), rest.Request{Method: v.Method, Path: v.Path, Query: v.Query, Body: v.Body}, time.Unix(v.Timestamp, 999))
		if r.Method != v.Method || r.Path != v.Path || r.Query != v.Query || r.Body != v.Body {
			t.Errorf("%s: the request is not what was signed: %+v", name, r)
		}
		for header, want := range map[string]string{
			"SIGN": v.Signature, "KEY": v.Key, "Timestamp": strconv.FormatInt(v.Timestamp, 10), "Content-Type": "application/json",
		} {
			if got := r.Header[header]; len(got) != 1 || got[0] != want {
				t.Errorf("%s: %s is %q, want %q", name, header, got, want)
			}
		}
	}
}

// signature is a second computation, independent of the adapter's.
func signature(secret, method, path, query, body, stamp string) string {
	hash := sha512.New()
	hash.Write([]byte(body))
	mac := hmac.New(sha512.New, []byte(secret))
	for _, line := range []string{method + "\n", path + "\n", query + "\n", hex.EncodeToString(hash.Sum(nil)) + "\n", stamp} {
		mac.Write([]byte(line))
	}
	return hex.EncodeToString(mac.Sum(nil))
}
