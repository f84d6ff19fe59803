package kraken

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// vector is a signed request whose source is in testdata/vectors.json.
type vector struct {
	Name, Method, Path, Body, Nonce, Key, Secret string
	Expected                                     map[string]string
}

func vectors(t testing.TB) []vector { return exchangetest.Vectors[vector](t, 3) }

func TestRequestMatchesPublishedVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			got, err := request(exchanges.Credential{KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret)}, v.Path, v.Nonce, v.Body)
			if err != nil {
				t.Fatal(err)
			}
			if got.Method != v.Method || got.Path != v.Path || got.Query != "" || got.Body != v.Body {
				t.Errorf("%s %s?%s with body %q", got.Method, got.Path, got.Query, got.Body)
			}
			if len(v.Expected) != len(got.Header) {
				t.Errorf("%d headers, want %d", len(got.Header), len(v.Expected))
			}
			for name, want := range v.Expected {
				if h := got.Header[strings.TrimPrefix(name, "header:")]; len(h) != 1 || h[0] != want {
					t.Errorf("%s = %q, want %q", name, h, want)
				}
			}
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
		r, err := request(c, inspectPath, "1", "nonce=1")
		if !errors.Is(err, errSecret) || r.Header != nil {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
}
