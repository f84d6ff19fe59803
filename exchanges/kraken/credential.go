package kraken

import (
	"encoding/base64"
	"strings"
	"unicode"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// The shapes of Kraken's keys. Those of Kraken Futures are the same, so that
// only the exchange can tell them apart.
const (
	keyLen      = 56 // characters
	secretBytes = 64
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{Name: exchanges.FieldKey, Label: "API key", Usual: keyLen, Help: "56 characters, from Settings > Connections & API at Kraken Pro"},
	{Name: exchanges.FieldSecret, Label: "Private key", Help: `88 characters that end in "=="; shown once, when the key is made`},
	{Name: exchanges.FieldPassphrase, Label: "Second factor of the key", Optional: true,
		Help: "only for a key with a static password of its own; a code from an authenticator app changes and cannot be kept"},
}}

var secretShape = cred.Base64(`the private key, 88 characters of base64 that end in "=="`, func(bytes int) bool { return bytes == secretBytes })

var rules = cred.Rules{
	Exchange: ID,
	Key:      cred.Shape{Words: "56 letters, digits, + and /", Fits: isKey},
	Secret:   secretShape,
	// The private key in the field of the API key is sign enough.
	Swapped: func(key, _ string) bool { return secretShape.Fits(key) },
}

// check brings a pasted credential into shape and refuses what Kraken cannot
// have given out. The second factor is a free text, unlike the passphrase of
// other exchanges.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	otp := strings.TrimSpace(c.Passphrase.Reveal())
	c.Passphrase = exchanges.Secret{}
	c, err := rules.Check(c)
	if err != nil {
		return c, err
	}
	if strings.ContainsFunc(otp, unicode.IsControl) {
		return c, &exchanges.Error{
			Exchange: ID, Op: "check " + string(exchanges.FieldPassphrase), Kind: exchanges.Invalid, Outcome: exchanges.NotSent,
			Causes: []exchanges.Cause{exchanges.CausePassphrase}, Code: "the second factor has a line end or control character inside", Hint: "Paste the key's static password alone.",
		}
	}
	c.Passphrase = exchanges.NewSecret(otp)
	return c, nil
}

func isKey(s string) bool {
	_, err := base64.StdEncoding.DecodeString(s)
	return err == nil && len(s) == keyLen
}
