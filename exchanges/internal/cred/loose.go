package cred

import (
	"encoding/pem"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// judgeLoose looks at a credential of which nothing is known but that it cannot
// be empty, in pieces or made up. There is a secret or a private key, or both.
func judgeLoose(c exchanges.Credential) error {
	secret := c.Secret.Reveal()
	if secret != "" || c.PrivateKey.IsZero() {
		if err := plain(exchanges.FieldSecret, "secret", secret); err != nil {
			return err
		}
	}
	if err := loosePassphrase(c); err != nil {
		return err
	}
	if c.KeyID == secret {
		return &problem{exchanges.FieldSecret, "the secret is the same as the API key", "Copy the secret as well. Where there is one token only, it is the secret: write its name as the API key."}
	}
	return loosePrivateKey(c.PrivateKey.Reveal())
}

func loosePassphrase(c exchanges.Credential) error {
	switch p := c.Passphrase.Reveal(); {
	case p == "":
		return nil
	case p == c.KeyID || p == c.Secret.Reveal():
		return &problem{exchanges.FieldPassphrase, "the passphrase is the same as the API key or the secret", "Give the passphrase that belongs to the key, or leave it empty."}
	case exchanges.Clean(p) != p:
		return &problem{exchanges.FieldPassphrase, "the passphrase has characters that nobody can see", "Type the passphrase instead of pasting it."}
	}
	return nil
}

// loosePrivateKey takes a whole PEM of any kind, or one word in a form of the
// exchange's own.
func loosePrivateKey(text string) error {
	if text == "" {
		return nil
	}
	if !looksPEM(text) {
		return plain(exchanges.FieldPrivateKey, "private key", text)
	}
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return bad("the private key is not a whole PEM", "Copy the whole file, from the first dash to the last.")
	case strings.HasSuffix(block.Type, "PUBLIC KEY"):
		return bad("this is the public key", "The exchange has the public key. Give the private key of the pair.")
	case strings.TrimSpace(string(rest)) != "":
		return bad("there is something beside the private key", "Give the PEM of the private key alone.")
	}
	return nil
}
