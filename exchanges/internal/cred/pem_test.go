package cred

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"sync"
	"testing"

	"github.com/youmark/pkcs8"

	"github.com/keyrota/keyrota/exchanges"
)

// edPEM is the private key of RFC 8032, section 7.1, test 1.
const edPEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n"

const publicPEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

func edKey(t testing.TB) ed25519.PrivateKey {
	t.Helper()
	key, err := ParsePrivateKey(exchanges.NewSecret(edPEM), exchanges.Secret{}, Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	return key.(ed25519.PrivateKey)
}

func armour(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func plainPEM(t testing.TB, key any) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return armour("PRIVATE KEY", der)
}

func encrypted(t testing.TB, key any, password string) string {
	t.Helper()
	der, err := pkcs8.MarshalPrivateKey(key, []byte(password), nil)
	if err != nil {
		t.Fatal(err)
	}
	return armour("ENCRYPTED PRIVATE KEY", der)
}

func TestParsePrivateKey(t *testing.T) {
	for name, c := range map[string]struct{ text, password string }{
		"Ed25519":           {edPEM, ""},
		"RSA PKCS#8":        {plainPEM(t, rsaKey()), ""},
		"RSA PKCS#1":        {armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(rsaKey())), ""},
		"RSA encrypted":     {encrypted(t, rsaKey(), "pw"), "pw"},
		"Ed25519 encrypted": {encrypted(t, edKey(t), "pw"), "pw"},
	} {
		key, err := ParsePrivateKey(exchanges.NewSecret(c.text), exchanges.NewSecret(c.password), Ed25519, RSA)
		if err != nil || key == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParsePrivateKeyRefuses(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	locked := encrypted(t, rsaKey(), "pw")
	old := "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"
	for name, c := range map[string]struct{ text, password, problem string }{
		"public":            {publicPEM, "", "public key"},
		"not a PEM":         {"MC4CAQAwBQYDK2Vw", "", "whole PEM"},
		"no end":            {edPEM[:80], "", "whole PEM"},
		"damaged":           {armour("PRIVATE KEY", []byte("nonsense")), "", "damaged"},
		"damaged PKCS#1":    {armour("RSA PRIVATE KEY", []byte("nonsense")), "", "damaged"},
		"two keys":          {edPEM + edPEM, "", "beside"},
		"text before":       {"my key:\n" + edPEM, "", "beside"},
		"certificate":       {armour("CERTIFICATE", []byte("x")), "", "not a private key"},
		"OpenSSH":           {armour("OPENSSH PRIVATE KEY", []byte("x")), "", "not a private key"},
		"elliptic curve":    {plainPEM(t, ec), "", "kind"},
		"no password":       {locked, "", "encrypted"},
		"wrong password":    {locked, "pW", "does not open"},
		"needless password": {edPEM, "pw", "not encrypted"},
		"old encryption":    {old, "pw", "old form"},
		"too large":         {edPEM + strings.Repeat("\n", maxPEM), "", "larger"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParsePrivateKey(exchanges.NewSecret(c.text), exchanges.NewSecret(c.password), Ed25519, RSA)
			if err == nil || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%v, want %q", err, c.problem)
			}
		})
	}
	if _, err := ParsePrivateKey(exchanges.NewSecret(edPEM), exchanges.Secret{}, RSA); err == nil {
		t.Error("an exchange that takes RSA takes Ed25519")
	}
}

// Of elliptic curves only the one that exchanges take is read, in both forms.
func TestEllipticCurves(t *testing.T) {
	for _, curve := range []elliptic.Curve{elliptic.P256(), elliptic.P384()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		der, err := x509.MarshalECPrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		for form, text := range map[string]string{"SEC 1": armour("EC PRIVATE KEY", der), "PKCS#8": plainPEM(t, key)} {
			got, err := ParsePrivateKey(exchanges.NewSecret(text), exchanges.Secret{}, Ed25519, P256)
			if curve == elliptic.P256() && (err != nil || !key.Equal(got)) {
				t.Errorf("%s in %s: %v", curve.Params().Name, form, err)
			}
			if curve != elliptic.P256() && (err == nil || !strings.Contains(err.Error(), "kind")) {
				t.Errorf("%s in %s: %v", curve.Params().Name, form, err)
			}
		}
	}
}

func TestShortRSAKeyIsRefused(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0")
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParsePrivateKey(exchanges.NewSecret(plainPEM(t, short)), exchanges.Secret{}, RSA); err == nil || !strings.Contains(err.Error(), "2048") {
		t.Errorf("%v", err)
	}
}

// A PEM survives what editors, environment files and terminals do to it.
func TestNormalPEM(t *testing.T) {
	rsaPEM := plainPEM(t, rsaKey())
	for _, good := range []string{edPEM, rsaPEM} {
		for name, mangled := range map[string]string{
			"as it is":        good,
			"no final line":   strings.TrimSpace(good),
			"CR LF":           strings.ReplaceAll(good, "\n", "\r\n"),
			"CR":              strings.ReplaceAll(good, "\n", "\r"),
			`\n in letters`:   strings.ReplaceAll(good, "\n", `\n`),
			`\r\n in letters`: strings.ReplaceAll(good, "\n", `\r\n`),
			"blanks":          strings.ReplaceAll(good, "\n", " "),
			"one line":        strings.ReplaceAll(good, "\n", ""),
			"indented":        strings.ReplaceAll(good, "\n", "\n    "),
		} {
			if got := normalPEM(mangled); got != good {
				t.Errorf("%s:\n%s", name, got)
			}
		}
	}
	for _, other := range []string{"", "x", "-----BEGIN", "-----BEGIN X-----", "-----BEGIN X-----!-----END Y-----", "-----BEGIN X-----!-----END X-----"} {
		if got := normalPEM(other); got != other {
			t.Errorf("%q became %q", other, got)
		}
	}
}

func TestSignPair(t *testing.T) {
	const text = "timestamp=1700000000000&recvWindow=5000"
	key := edKey(t)
	sig, err := SignPair(key, text)
	if err != nil || !ed25519.Verify(key.Public().(ed25519.PublicKey), []byte(text), sig) {
		t.Errorf("Ed25519: %v", err)
	}
	got, err := (*Trace)(nil).Signature(exchanges.Credential{PrivateKey: exchanges.NewSecret(edPEM)}, text, Ed25519)
	if want := base64.StdEncoding.EncodeToString(sig); err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	one, err := SignPair(rsaKey(), text)
	if err != nil || len(one) != 256 {
		t.Errorf("RSA: %d bytes, %v", len(one), err)
	}
	if two, _ := SignPair(rsaKey(), text); string(two) != string(one) {
		t.Error("RSA: PKCS #1 v1.5 signs the same text in the same way")
	}
}

// RFC 4231, test case 2.
func TestHMACSHA256(t *testing.T) {
	const want = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
	if got := hex.EncodeToString(HMACSHA256(exchanges.NewSecret("Jefe"), "what do ya want for nothing?")); got != want {
		t.Errorf("%s", got)
	}
	got, err := (*Trace)(nil).Signature(exchanges.Credential{Secret: exchanges.NewSecret("Jefe")}, "what do ya want for nothing?")
	if err != nil || got != want {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := (*Trace)(nil).Signature(exchanges.Credential{PrivateKey: exchanges.NewSecret(edPEM)}, "x", RSA); err == nil {
		t.Error("signed with a key that the exchange does not take")
	}
}
