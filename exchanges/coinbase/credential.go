package coinbase

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{
		Name: exchanges.FieldKey, Label: "API key name",
		Help: `"organizations/…/apiKeys/…", or the ID of the key alone: as the CDP portal or the key file shows it`,
	},
	{
		Name: exchanges.FieldSecret, Label: "Private key", PEM: true,
		Help: `"privateKey" of the key file: base64 for an Ed25519 key, a PEM for an ECDSA key`,
	},
}}

// pairs are the kinds of private key that Coinbase makes.
var pairs = []cred.Algorithm{cred.Ed25519, cred.P256}

var (
	isKeyName   = cred.Pattern(`^(organizations/[^/]+/apiKeys/[^/]+|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$`)
	isLegacyKey = cred.Pattern(`^[0-9A-Za-z]{16}$`)
	isLegacySec = cred.Pattern(`^[0-9A-Za-z]{32}$`)
)

var rules = cred.Rules{
	Exchange: ID,
	Key:      cred.Shape{Words: `the whole name "organizations/…/apiKeys/…", or an ID of 36 characters`, Fits: isKeyName},
	Secret:   cred.Shape{Words: "the private key: a PEM, or base64 of 32 or 64 bytes (44 or 88 characters) of which no character is missing", Fits: isSeed},
	Pairs:    pairs,
}

// check is Adapter.Check. What is familiar and yet no key of this kind gets its
// own words.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	if text := cred.Trim(c.PrivateKey.Reveal()); c.Secret.IsZero() && isSeed(text) {
		// The key file calls both kinds "privateKey".
		c.Secret, c.PrivateKey = exchanges.NewSecret(text), exchanges.Secret{}
	}
	out, err := rules.Check(c)
	if err == nil {
		return out, nil
	}
	e := exchanges.AsError(err)
	key, secret := strings.TrimSpace(c.KeyID), strings.TrimSpace(c.Secret.Reveal())
	switch {
	case strings.HasPrefix(key, "{") || strings.HasPrefix(secret, "{"):
		e.Err = errors.New("the whole key file is in one field")
		e.Hint = `Give its two values apart: "name" (or "id") as API key name, "privateKey" as private key.`
	case isLegacyKey(key) && isLegacySec(secret):
		e.Err = errors.New("this is a legacy API key of Coinbase")
		e.Hint = "Coinbase switched legacy keys off in February 2025. Make a secret API key in the CDP portal."
	}
	return out, err
}

// seed reads an Ed25519 key as Coinbase writes it: base64 of the seed, or of the
// seed with the public key behind it, which must belong to it.
func seed(text string) (ed25519.PrivateKey, bool) {
	raw, err := base64.StdEncoding.DecodeString(text)
	defer clear(raw)
	if err != nil || len(raw) != ed25519.SeedSize && len(raw) != ed25519.PrivateKeySize {
		return nil, false
	}
	key := ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize])
	return key, bytes.HasPrefix(key, raw)
}

func isSeed(text string) bool {
	key, ok := seed(text)
	clear(key)
	return ok
}

var errPrivateKey = errors.New("the private key cannot be read")

// signer returns the private key of a credential. The kind is what the text
// holds, not what its first line says.
func signer(c exchanges.Credential) (crypto.Signer, error) {
	if !c.PrivateKey.IsZero() {
		return cred.ParsePrivateKey(c.PrivateKey, c.Passphrase, pairs...)
	}
	if key, ok := seed(c.Secret.Reveal()); ok {
		return key, nil
	}
	return nil, errPrivateKey
}
