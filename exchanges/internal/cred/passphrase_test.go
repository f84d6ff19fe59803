package cred

import (
	"regexp"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestOwnPassphraseFollowsFromManagerAndNames(t *testing.T) {
	one, other := pair(goodKey, goodSecret), pair(goodKey, goodSecret+"x")
	byPair := exchanges.Credential{KeyID: goodKey, PrivateKey: exchanges.NewSecret("pem")}
	seen := map[string]bool{}
	for _, p := range []exchanges.Secret{
		OwnPassphrase(one, "sub", "bot"), OwnPassphrase(one, "sub", "bot2"), OwnPassphrase(one, "sub2", "bot"),
		OwnPassphrase(one, "subbot"), OwnPassphrase(other, "sub", "bot"), OwnPassphrase(byPair, "sub", "bot"),
	} {
		if text := p.Reveal(); seen[text] || !regexp.MustCompile(`^Kr7[a-z2-7]{26}$`).MatchString(text) {
			t.Errorf("%q is there twice or has another form", text)
		}
		seen[p.Reveal()] = true
	}
	// It is kept nowhere, so it must stay what it is in every version to come.
	if got := OwnPassphrase(exchanges.Credential{Secret: exchanges.NewSecret("secret")}, "sub", "bot").Reveal(); got != "Kr76p7m54mp6x66lcafzydv56o22y" {
		t.Errorf("it has changed: %s", got)
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
