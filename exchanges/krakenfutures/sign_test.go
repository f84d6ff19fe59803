package krakenfutures

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// vector is a signed request whose source is in testdata/vectors.json.
type vector = exchangetest.Vector

func vectors(t testing.TB) []vector { return exchangetest.Vectors[vector](t, 5) }

func TestSignedRequestMatchesVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.Name, func(t *testing.T) {
			got, err := signed(exchanges.Credential{KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret)}, rest.Request{Path: v.Path, Query: v.Query}, v.Nonce)
			if err != nil {
				t.Fatal(err)
			}
			v.Signs(t, got.Header)
		})
	}
}

func TestOnlyTheTradingAPIsPrefixIsNotSigned(t *testing.T) {
	sig := func(path string) string {
		r, err := signed(testCredential(), rest.Request{Path: path}, "")
		if err != nil {
			t.Fatal(err)
		}
		return r.Header["Authent"][0]
	}
	if sig("/derivatives/api/v3/accounts") != sig("/api/v3/accounts") || sig("/x/derivatives") == sig("/x") {
		t.Error("the prefix is cut in the wrong place")
	}
}

func TestSignedRefusesWhatCannotSign(t *testing.T) {
	for _, secret := range []string{"", "!canary!", "="} {
		r, err := signed(exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(secret)}, rest.Request{Path: checkPath}, "")
		if err == nil || r.Header != nil {
			t.Errorf("%q: %v, %v", secret, r, err)
		}
	}
}

func TestCheckIsLooseAboutLengths(t *testing.T) {
	secret := func(bytes int) string {
		return base64.StdEncoding.EncodeToString([]byte(strings.Repeat("b7", bytes/2)))
	}
	for name, c := range map[string]struct{ key, secret, want string }{
		"as in examples":           {testKey, testSecret, ""},
		"with line ends":           {" " + testKey + "\r\n", testSecret + "\n", ""},
		"a longer key":             {testKey + "0123456789", testSecret, ""},
		"a shorter secret":         {testKey, secret(48), ""},
		"a key that was cut":       {testKey[:19], testSecret, "about 56"},
		"two keys in one":          {testKey + testKey + testKey, testSecret, "about 56"},
		"a secret that was cut":    {testKey, testSecret[:87], "base64"},
		"a secret of few bytes":    {testKey, secret(16), "base64"},
		"a secret in another form": {testKey, strings.Repeat("-_AB", 22), "base64"},
		"swapped":                  {testSecret, testKey, "swapped"},
		"a line end inside":        {testKey, testSecret[:40] + "\n" + testSecret[40:], "line end"},
		"a PEM":                    {testKey, "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1h\n-----END PRIVATE KEY-----\n", "private key"},
	} {
		_, err := check(exchanges.Credential{KeyID: c.key, Secret: exchanges.NewSecret(c.secret)})
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		e := exchanges.AsError(err)
		if err == nil || e.Kind != exchanges.Invalid || !strings.Contains(e.Error()+" "+e.Hint, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
