package coinbase

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestCheckAccepts(t *testing.T) {
	ec, ed := vectors(t)[3].Secret, vectors(t)[2].Secret
	for name, c := range map[string]struct {
		cred    exchanges.Credential
		private string // the PEM that is kept; empty: the secret is kept
	}{
		"base64 of 64 bytes":        {credential(testKey, testSecret()), ""},
		"base64 of 32 bytes":        {credential(testKey, base64.StdEncoding.EncodeToString(testPair.Seed())), ""},
		"line ends around it":       {credential(" "+testKey+"\r\n", "\ufeff"+testSecret()+"\n"), ""},
		"the ID alone":              {credential("7d2e4f60-0000-4000-8000-00000000b0b0", testSecret()), ""},
		"SEC 1":                     {credential(testKey, ec), ec},
		"SEC 1 as in the key file":  {credential(testKey, strings.ReplaceAll(ec, "\n", `\n`)), ec},
		"SEC 1 with blanks for it":  {credential(testKey, strings.ReplaceAll(ec, "\n", " ")), ec},
		"PKCS#8 with Ed25519":       {credential(testKey, ed), ed},
		"a PEM in its own field":    {exchanges.Credential{KeyID: testKey, PrivateKey: exchanges.NewSecret(ec)}, ec},
		"base64 as a private key":   {exchanges.Credential{KeyID: testKey, PrivateKey: exchanges.NewSecret(testSecret() + "\n")}, ""},
		"PKCS#8 with P-256 (ECDSA)": {credential(testKey, newPEM(t, elliptic.P256())), ""},
	} {
		got, err := check(c.cred)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.private != "" && (got.PrivateKey.Reveal() != c.private || !got.Secret.IsZero()) {
			t.Errorf("%s: the private key is kept in another form", name)
		}
		if key, err := signer(got); err != nil || key == nil {
			t.Errorf("%s: accepted and cannot sign: %v", name, err)
		}
	}
}

func newPEM(t *testing.T, curve elliptic.Curve) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func TestCheckRefuses(t *testing.T) {
	other := append([]byte(nil), testPair...)
	other[40] ^= 1
	file := `{"name": "` + testKey + `", "privateKey": "` + testSecret() + `"}`
	for name, c := range map[string]struct {
		cred exchanges.Credential
		want string // in the error or its hint
	}{
		"swapped":                   {credential(testSecret(), testKey), "swapped"},
		"a seed swapped":            {credential(base64.StdEncoding.EncodeToString(testPair.Seed()), testKey), "swapped"},
		"a PEM as name":             {credential(vectors(t)[3].Secret, testKey), "PEM"},
		"a name that was cut":       {credential("organizations/5b1f0c5e", testSecret()), "whole name"},
		"a name without an ID":      {credential("organizations/5b1f0c5e/apiKeys/", testSecret()), "whole name"},
		"half an ID":                {credential("7d2e4f60-0000-4000", testSecret()), "36 characters"},
		"a secret that was cut":     {credential(testKey, testSecret()[:84]), "88"},
		"halves that do not belong": {credential(testKey, base64.StdEncoding.EncodeToString(other)), "no character is missing"},
		"URL-safe base64":           {credential(testKey, strings.Repeat("-_AB", 11)), "44"},
		"48 bytes":                  {credential(testKey, base64.StdEncoding.EncodeToString(testPair[:48])), "44"},
		"another curve":             {credential(testKey, newPEM(t, elliptic.P384())), "P-256"},
		"a legacy key":              {credential("a1B2c3D4e5F6g7H8", "a1B2c3D4e5F6g7H8a1B2c3D4e5F6g7H9"), "February 2025"},
		"the key file as secret":    {credential(testKey, file), "apart"},
		"the key file as name":      {credential(file, ""), "apart"},
		"a passphrase":              {exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret()), Passphrase: exchanges.NewSecret("pass")}, "passphrase"},
	} {
		_, err := check(c.cred)
		e := exchanges.AsError(err)
		if err == nil || e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || e.Exchange != ID {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text := e.Error() + " " + e.Hint
		if !strings.Contains(text, c.want) {
			t.Errorf("%s: %q does not speak of %q", name, text, c.want)
		}
		for _, v := range []string{testKey, testSecret(), c.cred.Secret.Reveal()} {
			if len(v) > 8 && strings.Contains(text, v) {
				t.Errorf("%s: quotes a value: %q", name, text)
			}
		}
	}
}
