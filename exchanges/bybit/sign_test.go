package bybit

import (
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a text with the signature that others computed for it.
type vector struct {
	exchangetest.Vector
	Text string
}

func vectors(t testing.TB) []vector { return exchangetest.Vectors[vector](t, 7) }

func vectorNamed(t testing.TB, name string) vector {
	t.Helper()
	for _, v := range vectors(t) {
		if v.Name == name {
			return v
		}
	}
	t.Fatalf("no vector %s", name)
	return vector{}
}

func TestSignatureVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			got, err := sign(nil, v.Credential(), v.Text)
			if err != nil || got != v.Signature {
				t.Errorf("signature %s (%v), want %s", got, err, v.Signature)
			}
		})
	}
}

func TestSignedRequestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		if v.Method == "WS" {
			continue
		}
		t.Run(v.Name, func(t *testing.T) {
			r, err := signed(v.Credential(), rest.Request{Method: v.Method, Path: v.Path, Query: v.Query, Body: v.Body}, time.UnixMilli(v.Timestamp))
			if err != nil {
				t.Fatal(err)
			}
			if r.Method != v.Method || r.Path != v.Path || r.Query != v.Query || r.Body != v.Body {
				t.Errorf("the request is not what was signed: %+v", r)
			}
			for name, want := range map[string]string{
				"X-BAPI-SIGN": v.Signature, "X-BAPI-API-KEY": v.Key, "X-BAPI-TIMESTAMP": "1700000000000", "X-BAPI-RECV-WINDOW": "5000",
			} {
				if got := r.Header[name]; len(got) != 1 || got[0] != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
			if got := r.Header.Get("Content-Type"); (got == "application/json") != (v.Body != "") {
				t.Errorf("Content-Type %q with body %q", got, v.Body)
			}
		})
	}
}

func TestSignRefusesAKeyPairThatBybitDoesNotTake(t *testing.T) {
	c := exchanges.Credential{KeyID: testKey, PrivateKey: exchanges.NewSecret(
		"-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n")}
	if _, err := signed(c, rest.Request{Method: "GET", Path: inspectPath}, time.Now()); err == nil {
		t.Error("signed with Ed25519")
	}
	if _, err := check(c); err == nil || exchanges.AsError(err).Hint == "" {
		t.Errorf("check: %v", err)
	}
}
