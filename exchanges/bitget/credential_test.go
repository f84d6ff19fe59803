package bitget

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestCheckLooksAtTheThirdPart(t *testing.T) {
	for passphrase, want := range map[string]string{
		testPassphrase:              "",
		"\t" + testPassphrase + " ": "",
		"My Pass phrase":            "form",
		"with-signs_too":            "", // older keys may have them
		strings.Repeat("x1", 20):    "",
		"short":                     "form",
		"":                          "missing",
		testKey:                     "same",
	} {
		for _, c := range []exchanges.Credential{goodCredential(), rsaCredential()} {
			c.Passphrase = exchanges.NewSecret(passphrase)
			got, err := check(c)
			switch {
			case want == "" && (err != nil || got.Passphrase.Reveal() != strings.TrimSpace(passphrase)):
				t.Errorf("%q: %v", passphrase, err)
			case want != "" && (err == nil || !strings.Contains(err.Error(), want) || exchanges.AsError(err).Op != "check passphrase"):
				t.Errorf("%q: %v, want %q", passphrase, err, want)
			}
		}
	}
}

func TestCheckTakesOtherForms(t *testing.T) {
	for _, c := range [][2]string{{"test-api-key", "test-api-secret"}, {testKey, "short-secret"}, {"noprefix0123456789", testSecret}} {
		if _, err := check(exchanges.Credential{
			KeyID: c[0], Secret: exchanges.NewSecret(c[1]), Passphrase: exchanges.NewSecret(testPassphrase),
		}); err != nil {
			t.Errorf("%q: %v", c[0], err)
		}
	}
}

func TestCheckMovesAPEMToItsField(t *testing.T) {
	pair := rsaCredential()
	got, err := check(exchanges.Credential{KeyID: testKey, Secret: pair.PrivateKey, Passphrase: pair.Passphrase})
	if err != nil || !got.Secret.IsZero() || got.PrivateKey.Reveal() != pair.PrivateKey.Reveal() {
		t.Errorf("the PEM did not move unchanged: %v", err)
	}
}
