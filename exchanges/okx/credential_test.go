package okx

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func three(key, secret, passphrase string) exchanges.Credential {
	return exchanges.Credential{KeyID: key, Secret: exchanges.NewSecret(secret), Passphrase: exchanges.NewSecret(passphrase)}
}

func TestCheckTakesWhatIsNotDocumented(t *testing.T) {
	for name, c := range map[string]exchanges.Credential{
		"as usual":            testCredential(),
		"a secret of letters": three(testKey, "chNOOS4KvNXR_Xq4k4c9qsfoKWvnDecL", testPassphrase),
		"another key":         three("some-other-key-1", testSecret, testPassphrase),
		"a simple passphrase": three(testKey, testSecret, "1234567890"),
		"blanks inside":       three(testKey, testSecret, "Blue Heron 9!"),
		"no ASCII":            three(testKey, testSecret, "Größe-9-Reiher"),
	} {
		if got, err := check(c); err != nil || got.Passphrase.Reveal() != c.Passphrase.Reveal() {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckNamesTheField(t *testing.T) {
	for name, c := range map[string]struct {
		cred        exchanges.Credential
		field, word string
	}{
		"key and secret":        {three(testSecret, testKey, testPassphrase), "key", "swapped"},
		"secret and passphrase": {three(testKey, testPassphrase, testSecret), "passphrase", "swapped"},
		"key and passphrase":    {three(testPassphrase, testSecret, testKey), "passphrase", "form"},
		"no passphrase":         {three(testKey, testSecret, ""), "passphrase", "missing"},
		"the secret twice":      {three(testKey, testSecret, testSecret), "passphrase", "same"},
		"a blank at the end":    {three(testKey, testSecret, testPassphrase+" "), "passphrase", "form"},
		"a page of text":        {three(testKey, testSecret, strings.Repeat("Ab1!", 20)), "passphrase", "form"},
		"something invisible":   {three(testKey, testSecret, "Blue\u200bHeron9"), "passphrase", "see"},
		"a line end inside":     {three(testKey, testSecret, "Blue\r\nHeron: 9"), "passphrase", "see"},
	} {
		_, err := check(c.cred)
		e := exchanges.AsError(err)
		if err == nil || e.Op != "check "+c.field || !strings.Contains(e.Err.Error(), c.word) || e.Hint == "" || e.Kind != exchanges.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckTakesNoPrivateKey(t *testing.T) {
	c := testCredential()
	c.Secret, c.PrivateKey = exchanges.Secret{}, exchanges.NewSecret("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n")
	if _, err := check(c); err == nil || exchanges.AsError(err).Hint == "" {
		t.Errorf("%v", err)
	}
}

// The rules are OKX's; the form makes them hold for every one that is made.
func TestNewPassphraseObeysTheRules(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		p := newPassphrase().Reveal()
		for _, kind := range []string{"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789", "@"} {
			if !strings.ContainsAny(p, kind) {
				t.Errorf("%q has none of %s", p, kind)
			}
		}
		if len(p) < 8 || len(p) > 32 || seen[p] {
			t.Errorf("%q, %d characters, twice: %t", p, len(p), seen[p])
		}
		seen[p] = true
		if _, err := check(three(testKey, testSecret, p)); err != nil {
			t.Error(err)
		}
	}
}
