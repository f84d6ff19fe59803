package deribit

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/youmark/pkcs8"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func credential(id, secret string) exchanges.Credential {
	return exchanges.Credential{KeyID: id, Secret: exchanges.NewSecret(secret)}
}

// encrypted is edKey in a PKCS #8 file with a password.
func encrypted(t testing.TB, password string) string {
	t.Helper()
	der, err := pkcs8.MarshalPrivateKey(edKey, []byte(password), nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}))
}

func TestCheckAccepts(t *testing.T) {
	plain := pemKey(edKey).Reveal()
	locked := encrypted(t, "open sesame")
	for name, c := range map[string]struct {
		in      exchanges.Credential
		private bool
	}{
		"an ID and a secret":          {credential(testID, testSecret), false},
		"line ends around them":       {credential(" "+testID+"\r\n", "\ufeff"+testSecret+"\n"), false},
		"a short ID":                  {credential("aD-KFx", testSecret), false},
		"a PEM in the secret's field": {credential(testID, plain), true},
		"a PEM with the line ends of Windows": {
			credential(testID, strings.ReplaceAll(plain, "\n", "\r\n")), true,
		},
		"a PEM in its own field": {exchanges.Credential{KeyID: testID, PrivateKey: exchanges.NewSecret(plain)}, true},
		"an encrypted PEM": {
			exchanges.Credential{KeyID: testID, PrivateKey: exchanges.NewSecret(locked), Passphrase: exchanges.NewSecret("open sesame")}, true,
		},
	} {
		got, err := check(c.in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.Secret.IsZero() != c.private || got.PrivateKey.IsZero() == c.private || strings.TrimSpace(got.KeyID) != got.KeyID {
			t.Errorf("%s: ID %q, secret of %d, private key of %d bytes", name, got.KeyID, got.Secret.Len(), got.PrivateKey.Len())
		}
		if _, err := sign(nil, got, "text"); err != nil {
			t.Errorf("%s: accepted and cannot sign: %v", name, err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	plain := pemKey(edKey).Reveal()
	locked := encrypted(t, "open sesame")
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(edKey.Public())
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in   exchanges.Credential
		want string // in the error or its hint
	}{
		"ID and secret swapped":       {credential(testSecret, testID), "swapped"},
		"the secret in the ID only":   {credential(testSecret, otherKey), "swapped"},
		"the ID twice":                {credential(testID, testID), "same"},
		"a secret that was cut":       {credential(testID, testSecret[:20]), "43"},
		"white space inside":          {credential(testID, testSecret[:20]+" "+testSecret[20:]), "white space"},
		"standard base64":             {credential(testID, strings.Repeat("Ab+/", 11)), "43"},
		"a placeholder":               {credential("YOUR_CLIENT_ID", testSecret), "example"},
		"the fingerprint of a pair":   {credential(testID, "9c:6d:c9:02:fd:9f:75:6e:14:bb:71:c5:74:95:86:c8\n"), "fingerprint"},
		"secret and private key":      {exchanges.Credential{KeyID: testID, Secret: exchanges.NewSecret(testSecret), PrivateKey: exchanges.NewSecret(plain)}, "one of the two"},
		"half a PEM":                  {credential(testID, plain[:60]), "PEM"},
		"the public half":             {credential(testID, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))), "public key"},
		"a short RSA key":             {exchanges.Credential{KeyID: testID, PrivateKey: pemKey(short)}, "2048"},
		"a key on another curve":      {exchanges.Credential{KeyID: testID, PrivateKey: pemKey(curve)}, "Ed25519"},
		"an encrypted PEM, no word":   {credential(testID, locked), "password"},
		"an encrypted PEM, wrong one": {exchanges.Credential{KeyID: testID, PrivateKey: exchanges.NewSecret(locked), Passphrase: exchanges.NewSecret("sesame")}, "password"},
		"a password and no PEM":       {exchanges.Credential{KeyID: testID, Secret: exchanges.NewSecret(testSecret), Passphrase: exchanges.NewSecret("sesame")}, "passphrase"},
	} {
		wantsRefusal(t, name, c.in, c.want)
	}
}

// wantsRefusal fails unless check turns in down with an error that speaks of
// words and quotes nothing.
func wantsRefusal(t *testing.T, name string, in exchanges.Credential, words string) {
	t.Helper()
	_, err := check(in)
	e := exchanges.AsError(err)
	if err == nil || e.Kind != exchanges.Invalid || e.Outcome != exchanges.NotSent || e.Exchange != ID {
		t.Errorf("%s: %v", name, err)
		return
	}
	text := e.Error() + " " + e.Hint
	if !strings.Contains(text, words) {
		t.Errorf("%s: %q does not speak of %q", name, text, words)
	}
	for _, v := range []string{in.KeyID, in.Secret.Reveal(), in.PrivateKey.Reveal()} {
		if v != "" && strings.Contains(text, strings.TrimSpace(v)) {
			t.Errorf("%s: quotes a value: %q", name, text)
		}
	}
}

func FuzzCheck(f *testing.F) {
	plain := pemKey(edKey).Reveal()
	f.Add(testID, testSecret, "", "")
	f.Add(testSecret, testID, "", "")
	f.Add(testID, plain, "", "")
	f.Add(testID, "", "sesame", strings.ReplaceAll(plain, "\n", `\n`))
	f.Fuzz(func(t *testing.T, id, secret, password, private string) {
		got, ok := exchangetest.Checked(t, check, exchanges.Credential{
			KeyID: id, Secret: exchanges.NewSecret(secret), Passphrase: exchanges.NewSecret(password), PrivateKey: exchanges.NewSecret(private),
		})
		if !ok {
			return
		}
		if !strings.Contains(id, got.KeyID) || got.Secret.IsZero() == got.PrivateKey.IsZero() {
			t.Fatalf("accepted ID %q with a secret of %d and a private key of %d bytes", got.KeyID, got.Secret.Len(), got.PrivateKey.Len())
		}
		if _, err := sign(nil, got, "text"); err != nil {
			t.Fatalf("accepted and cannot sign: %v", err)
		}
	})
}
