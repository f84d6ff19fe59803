package kucoin

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestCheckLooksAtTheThirdPart(t *testing.T) {
	for passphrase, want := range map[string]string{
		testPassphrase:              "",
		" " + testPassphrase + "\n": "",
		"pass wörd7":                "form",
		"pässwörd":                  "",
		strings.Repeat("x", 40):     "", // no length is too much
		"short":                     "form",
		"":                          "missing",
		testSecret:                  "same",
	} {
		c := goodCredential()
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

func TestCheckTakesOtherLengths(t *testing.T) {
	for _, c := range [][2]string{{"test-api-key", "test-api-secret"}, {testKey, testSecret}, {"5c2db93503aa674c74a31734", strings.Repeat("Xy", 40)}} {
		if _, err := check(exchanges.Credential{
			KeyID: c[0], Secret: exchanges.NewSecret(c[1]), Passphrase: exchanges.NewSecret(testPassphrase),
		}); err != nil {
			t.Errorf("%d and %d characters: %v", len(c[0]), len(c[1]), err)
		}
	}
}
