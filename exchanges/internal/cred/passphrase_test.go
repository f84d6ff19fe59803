package cred

import (
	"regexp"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestNewPassphraseHasEveryKindAndIsNew(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		for marks, form := range map[string]string{"": `^Kr1[A-Z2-7]{24}$`, "@": `^Kr1@[A-Z2-7]{24}$`} {
			if p := NewPassphrase(marks).Reveal(); seen[p] || !regexp.MustCompile(form).MatchString(p) {
				t.Errorf("%q is there twice or has another form", p)
			} else {
				seen[p] = true
			}
		}
	}
}

// Where a key has a passphrase of its own, that is no password of a private key.
func TestPassphraseBesideAPrivateKey(t *testing.T) {
	rules := Rules{Exchange: "toy", Pairs: []Algorithm{RSA}, Passphrase: &Shape{}}
	for name, c := range map[string]struct{ pem, passphrase, op string }{
		"both":          {plainPEM(t, rsaKey()), "passphrase", ""},
		"no passphrase": {plainPEM(t, rsaKey()), "", "check passphrase"},
		"encrypted":     {encrypted(t, rsaKey(), "passphrase"), "passphrase", "check private_key"},
		"no key":        {"-----BEGIN PRIVATE KEY-----", "passphrase", "check private_key"},
	} {
		_, err := rules.Check(exchanges.Credential{
			KeyID: goodKey, PrivateKey: exchanges.NewSecret(c.pem), Passphrase: exchanges.NewSecret(c.passphrase),
		})
		if (err == nil) != (c.op == "") || err != nil && exchanges.AsError(err).Op != c.op {
			t.Errorf("%s: %v", name, err)
		}
	}
}
