package binance

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a request with the signature that others computed for it.
type vector = exchangetest.Vector

func vectors(t testing.TB) []vector { return exchangetest.Vectors[vector](t, 9) }

// pairCredential returns the key pair of a vector under a well-formed key.
func pairCredential(t testing.TB, name string) exchanges.Credential {
	t.Helper()
	for _, v := range vectors(t) {
		if v.Name == name {
			c := v.Credential()
			c.KeyID = testKey
			return c
		}
	}
	t.Fatalf("no vector %s", name)
	return exchanges.Credential{}
}

func TestSignatureVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			got, err := sign(nil, v.Credential(), v.Query, v.Body)
			if err != nil || got != v.Signature {
				t.Errorf("signature %s (%v), want %s", got, err, v.Signature)
			}
		})
	}
}

// The vectors whose parameters end in keyrota's own validity are rebuilt as
// whole requests.
func TestSignedRequestVectors(t *testing.T) {
	built := 0
	for _, v := range vectors(t) {
		query, ok := strings.CutSuffix(v.Query, "timestamp=1700000000000&recvWindow=5000")
		if !ok {
			continue
		}
		built++
		r, err := signed(v.Credential(), rest.Request{Method: v.Method, Path: v.Path, Query: query, Body: v.Body}, time.UnixMilli(v.Timestamp))
		if err != nil {
			t.Fatalf("%s: %v", v.Name, err)
		}
		want := rest.Request{
			Method: v.Method, Path: v.Path, Query: v.Query + "&signature=" + url.QueryEscape(v.Signature),
			Header: http.Header{"X-MBX-APIKEY": {v.Key}}, // spelled as documented, which Get would not see
		}
		if diff := cmp.Diff(want, r); diff != "" {
			t.Errorf("%s (-want +got):\n%s", v.Name, diff)
		}
		if strings.ContainsAny(r.Query, "+/ ") {
			t.Errorf("%s: base64 is not percent-encoded", v.Name)
		}
	}
	if built != 3 {
		t.Errorf("%d requests were rebuilt, want 3: HMAC, Ed25519, RSA", built)
	}
}

func TestSignedBodyTakesTheSignature(t *testing.T) {
	r, err := signed(hmacCredential(), rest.Request{Method: "POST", Path: "/api/v3/order", Query: "symbol=LTCBTC", Body: "side=BUY"}, time.UnixMilli(1))
	if err != nil {
		t.Fatal(err)
	}
	body := "side=BUY&timestamp=1&recvWindow=5000"
	if want := body + "&signature=" + exchangetest.MAC256(testSecret, "symbol=LTCBTC"+body); r.Body != want || r.Query != "symbol=LTCBTC" {
		t.Errorf("query %q, body %q, want body %q", r.Query, r.Body, want)
	}
	if got := r.Header.Get("Content-Type"); got != "application/x-www-form-urlencoded" {
		t.Errorf("Content-Type %q", got)
	}
}

func TestSignRefusesWhatIsNoPrivateKey(t *testing.T) {
	c := exchanges.Credential{KeyID: testKey, PrivateKey: exchanges.NewSecret("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")}
	if r, err := signed(c, rest.Request{Method: "GET", Path: accountPath}, time.Now()); err == nil {
		t.Errorf("signed %q", r.Query)
	}
}
