package cred

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestAForgedSecretKeepsItsForm(t *testing.T) {
	for _, secret := range []string{"0f3a", "ff00", "9abc", "Zm9vYmFyYmF6", "-_-a", "A==", "…"} {
		c, err := Forged(exchanges.Credential{KeyID: "key", Secret: exchanges.NewSecret(secret), Passphrase: exchanges.NewSecret("word")})
		got := c.Secret.Reveal()
		if err != nil || got == secret || c.KeyID != "key" || c.Passphrase.Reveal() != "word" {
			t.Errorf("%s: %q, %v", secret, got, err)
		}
		if _, isHex := hex.DecodeString(secret); isHex == nil {
			if _, err := hex.DecodeString(got); err != nil {
				t.Errorf("%s is no longer hexadecimal: %s", secret, got)
			}
		}
		if _, is64 := base64.StdEncoding.DecodeString(secret); is64 == nil {
			if _, err := base64.StdEncoding.DecodeString(got); err != nil {
				t.Errorf("%s is no longer base64: %s", secret, got)
			}
		}
	}
}

func TestAForgedPairIsAnotherOfItsKind(t *testing.T) {
	for _, kind := range []exchanges.KeyAlgorithm{exchanges.Ed25519, exchanges.RSA} {
		private, public, err := exchanges.NewKeyPair(kind)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Forged(exchanges.Credential{PrivateKey: private, Passphrase: exchanges.NewSecret("of the API key")})
		if err != nil {
			t.Fatal(err)
		}
		half, err := exchanges.PublicHalf(c.PrivateKey)
		if err != nil || half == public || c.Passphrase.IsZero() {
			t.Errorf("%s: %v", kind, err)
		}
		if _, err := ParsePrivateKey(c.PrivateKey, exchanges.Secret{}, algorithmOf[kind]); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

var algorithmOf = map[exchanges.KeyAlgorithm]Algorithm{exchanges.Ed25519: Ed25519, exchanges.RSA: RSA}

func TestWhatIsNoKeyIsNotForged(t *testing.T) {
	_, err := Forged(exchanges.Credential{PrivateKey: exchanges.NewSecret("no key at all")})
	if err == nil || strings.Contains(err.Error(), "no key at all") {
		t.Errorf("%v", err)
	}
}
