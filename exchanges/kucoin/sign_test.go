package kucoin

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a text with the signature that others computed for it.
type vector struct {
	exchangetest.Vector
	Text             string
	SignedPassphrase string `json:"signed_passphrase"`
}

func vectors(t testing.TB) []vector { return exchangetest.Vectors[vector](t, 4) }

// mac is a second computation of the signature, independent of the adapter's.
func mac(secret, text string) string {
	m := hmac.New(sha256.New, []byte(secret))
	m.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		c := v.Credential()
		if v.Text != "" {
			if got := sign(nil, c.Secret, v.Text); got != v.Signature {
				t.Errorf("%s: %s", v.Name, got)
			}
			continue
		}
		r, err := signed(c, rest.Request{Method: v.Method, Path: v.Path, Body: v.Body}, time.UnixMilli(v.Timestamp))
		if err != nil || r.Method != v.Method || r.Path != v.Path || r.Body != v.Body || r.Query != "" {
			t.Errorf("%s: the request is not what was signed: %+v", v.Name, r)
		}
		want := map[string]string{
			"KC-API-KEY": v.Key, "KC-API-SIGN": v.Signature, "KC-API-TIMESTAMP": strconv.FormatInt(v.Timestamp, 10),
			"KC-API-KEY-VERSION": "2", "Content-Type": "application/json",
		}
		if v.SignedPassphrase != "" {
			want["KC-API-PASSPHRASE"] = v.SignedPassphrase
		}
		for name, value := range want {
			if got := r.Header.Get(name); got != value {
				t.Errorf("%s: %s is %q, want %q", v.Name, name, got, value)
			}
		}
	}
}

// The trap of this exchange: what is signed is not what is sent.
func TestQueryIsSignedWithoutItsEscapes(t *testing.T) {
	const sent = "name=a%2Bb%2Fc&passphrase=p%26q%3D1"
	r, err := signed(goodCredential(), rest.Request{Method: "DELETE", Path: "/x", Query: sent}, time.UnixMilli(5))
	if err != nil || r.Query != sent {
		t.Errorf("sent %q, %v", r.Query, err)
	}
	if got, want := r.Header.Get("KC-API-SIGN"), mac(testSecret, "5DELETE/x?name=a+b/c&passphrase=p&q=1"); got != want {
		t.Errorf("signature %s, want %s", got, want)
	}
}

func TestPassphraseIsNeverSentOpenly(t *testing.T) {
	r, _ := signed(goodCredential(), rest.Request{Method: "GET", Path: inspectPath}, time.UnixMilli(5))
	for name, values := range r.Header {
		if strings.Contains(values[0], testPassphrase) || strings.Contains(values[0], base64.StdEncoding.EncodeToString([]byte(testPassphrase))) {
			t.Errorf("%s shows it", name)
		}
	}
	if r.Header.Get("KC-API-PASSPHRASE") != mac(testSecret, testPassphrase) {
		t.Error("it is signed in another way")
	}
}
