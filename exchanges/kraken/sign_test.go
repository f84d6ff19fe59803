package kraken

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a signed request whose source is in testdata/vectors.json.
type vector = exchangetest.Vector

func vectors(t testing.TB) []vector { return exchangetest.Vectors[vector](t, 3) }

func TestRequestMatchesPublishedVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			got, err := signed(exchanges.Credential{KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret)}, rest.Request{Path: v.Path, Body: v.Body}, v.Nonce)
			if err != nil {
				t.Fatal(err)
			}
			v.Signs(t, got.Header)
		})
	}
}

func TestInspectFormMatchesPublishedVectors(t *testing.T) {
	seen := 0
	for _, v := range vectors(t) {
		otp, isOTP := strings.CutPrefix(v.Body, "nonce="+v.Nonce+"&otp=")
		switch {
		case v.Path != inspectPath:
			continue
		case !isOTP:
			otp = ""
		}
		seen++
		if got := inspectForm(v.Nonce, exchanges.NewSecret(otp)); got != v.Body {
			t.Errorf("%s: form %q, want %q", v.Name, got, v.Body)
		}
	}
	if seen != 2 {
		t.Errorf("%d inspections among the vectors, want 2", seen)
	}
}

func TestInspectFormEscapesTheSecondFactor(t *testing.T) {
	got := inspectForm("1", exchanges.NewSecret("a&b=c +%"))
	if want := "nonce=1&otp=a%26b%3Dc+%2B%25"; got != want {
		t.Errorf("form %q, want %q", got, want)
	}
}

func TestRequestRefusesWhatCannotSign(t *testing.T) {
	for name, c := range map[string]exchanges.Credential{
		"nothing":    {},
		"no key":     {Secret: exchanges.NewSecret(testSecret)},
		"no secret":  {KeyID: testKey},
		"not base64": {KeyID: testKey, Secret: exchanges.NewSecret("!canary!")},
	} {
		r, err := signed(c, rest.Request{Path: inspectPath, Body: "nonce=1"}, "1")
		if err == nil || r.Header != nil {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}
