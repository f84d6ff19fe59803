package binance

import (
	"strings"
	"testing"

	"github.com/youmark/pkcs8"

	"crypto/x509"
	"encoding/pem"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestCheckKnowsTheDocumentedLength(t *testing.T) {
	for name, c := range map[string]exchanges.Credential{
		"cut key":     {KeyID: testKey[1:], Secret: exchanges.NewSecret(testSecret)},
		"cut secret":  {KeyID: testKey, Secret: exchanges.NewSecret(testSecret[:63])},
		"long secret": {KeyID: testKey, Secret: exchanges.NewSecret(testSecret + "x")},
		"dash in key": {KeyID: strings.Replace(testKey, "Z", "-", 1), Secret: exchanges.NewSecret(testSecret)},
	} {
		_, err := check(c)
		if e := exchanges.AsError(err); err == nil || e.Kind != exchanges.Invalid || !strings.Contains(e.Hint, "64") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Both halves look the same, so a swap passes here; errors.go has the hint.
func TestCheckCannotSeeSwappedFields(t *testing.T) {
	if _, err := check(exchanges.Credential{KeyID: testSecret, Secret: exchanges.NewSecret(testKey)}); err != nil {
		t.Error(err)
	}
}

func TestCheckMovesAPEMToItsField(t *testing.T) {
	pair := pairCredential(t, "ed25519-apiRestrictions")
	got, err := check(exchanges.Credential{KeyID: testKey, Secret: pair.PrivateKey})
	if err != nil {
		t.Fatal(err)
	}
	if !got.Secret.IsZero() || got.PrivateKey.Reveal() != pair.PrivateKey.Reveal() {
		t.Error("the PEM did not move unchanged")
	}
}

func TestEncryptedKeySignsLikeThePlainOne(t *testing.T) {
	plain := pairCredential(t, "rsa-apiRestrictions")
	block, _ := pem.Decode(plain.PrivateKey.Bytes())
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	der, err := pkcs8.MarshalPrivateKey(key, []byte("open sesame"), nil)
	if err != nil {
		t.Fatal(err)
	}
	locked := plain
	locked.PrivateKey = exchanges.NewSecret(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: der}))
	if _, err := check(locked); err == nil || !strings.Contains(err.Error(), "encrypted") {
		t.Errorf("without password: %v", err)
	}
	locked.Passphrase = exchanges.NewSecret("open sesame\n")
	checked, err := check(locked)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := sign(nil, plain, "timestamp=1", "")
	if got, err := sign(nil, checked, "timestamp=1", ""); err != nil || got != want {
		t.Errorf("the signatures differ: %v", err)
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(testKey, testSecret)
	f.Add(" "+testKey+"\r\n", "-----BEGIN PRIVATE KEY-----\\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\\n-----END PRIVATE KEY-----")
	f.Add("your-api-key", "***")
	f.Fuzz(func(t *testing.T, key, secret string) {
		exchangetest.Checked(t, check, exchanges.Credential{KeyID: key, Secret: exchanges.NewSecret(secret)})
	})
}
