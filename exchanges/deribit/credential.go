package deribit

import (
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// Deribit documents the shapes by example only: client IDs of 6 to 10
// characters, secrets of 43, both URL-safe. These bounds leave room and still
// tell one from the other.
var (
	clientID = cred.Pattern(`^[A-Za-z0-9_-]{4,24}$`)
	secret   = cred.Pattern(`^[A-Za-z0-9_-]{32,128}$`)

	// label is what Deribit takes as the name of a key.
	label = cred.Pattern(`^[A-Za-z0-9_]{1,16}$`)

	// fingerprint is what Deribit's page and API show in the place of the
	// secret for a key whose pair the person made.
	fingerprint = cred.Pattern(`^([0-9A-Fa-f]{2}:){15}[0-9A-Fa-f]{2}$`)
)

// pairs are the kinds of key pairs that Deribit registers.
var pairs = []cred.Algorithm{cred.Ed25519, cred.RSA}

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{Name: exchanges.FieldKey, Label: "Client ID", Help: "about 8 characters, from Account > API"},
	{Name: exchanges.FieldSecret, Label: "Client Secret or private key", PEM: true,
		Help: "43 characters; for a self-generated key the private key file (PEM, Ed25519 or RSA)"},
	{Name: exchanges.FieldPassphrase, Label: "Password of the private key", Optional: true,
		Help: "only where the private key file is encrypted"},
}}

var rules = cred.Rules{
	Exchange: ID,
	Key:      cred.Shape{Words: "the Client ID, about 8 letters, digits, - and _", Fits: clientID},
	Secret:   cred.Shape{Words: "the Client Secret, 43 letters, digits, - and _", Fits: secret},
	Pairs:    pairs,
	// A secret in the field of the ID is sign enough.
	Swapped: func(key, _ string) bool { return secret(key) },
}

// check brings a pasted credential into shape and refuses what Deribit cannot
// have given out.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	if fingerprint(strings.TrimSpace(c.Secret.Reveal())) {
		return c, &exchanges.Error{
			Exchange: ID, Op: "check " + string(exchanges.FieldSecret), Kind: exchanges.Invalid, Outcome: exchanges.NotSent,
			Code: "the secret is the fingerprint of a key pair",
			Hint: "Deribit shows it for a key of your own. Paste the private key file (PEM) of that pair instead.",
		}
	}
	return rules.Check(c)
}
