package okx

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{
		Name: exchanges.FieldKey, Label: "API key",
		Usual: 36, Help: "36 characters in five groups, shown under API and connections",
	},
	{
		Name: exchanges.FieldSecret, Label: "Secret key",
		Usual: 32, Help: "about 32 characters, shown once, when the key is made",
	},
	{
		Name: exchanges.FieldPassphrase, Label: "Passphrase",
		Help: "the one that you chose for this key; not the password of your account",
	},
}}

var (
	isKey         = cred.Pattern(`^(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	isUsualSecret = cred.Pattern(`^(?i)[0-9a-f]{32}$`)
	longestPhrase = 64 // characters: twice what the page takes
)

// check is Adapter.Check. The form of a secret is not documented, and the rules
// for passphrases may have been others once: both serve to see that two fields
// are swapped, and to refuse little else.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	rules := cred.Rules{
		Exchange: ID,
		Swapped:  cred.ByForm(isKey),
		Passphrase: &cred.Shape{
			Words: "8 to 32 characters without a blank at the ends, chosen by you; it is neither the API key nor the secret",
			Fits: func(p string) bool {
				return !isKey(p) && utf8.RuneCountInString(p) <= longestPhrase && strings.TrimSpace(p) == p
			},
		},
	}
	c, err := rules.Check(c)
	if err == nil && isUsualSecret(c.Passphrase.Reveal()) && !isUsualSecret(c.Secret.Reveal()) {
		err = &exchanges.Error{
			Exchange: ID, Op: "check " + string(exchanges.FieldPassphrase), Kind: exchanges.Invalid, Outcome: exchanges.NotSent,
			Causes: []exchanges.Cause{exchanges.CausePassphrase}, Err: errors.New("secret and passphrase seem to be swapped"), Hint: "They look swapped: put each into the other's field.",
		}
	}
	return c, err
}

// newPassphrase makes the passphrase of a new key. OKX wants 8 to 32 characters
// with an upper-case letter, a lower-case one, a digit and a special character.
// This one means nothing to a shell or in a file of settings.
func newPassphrase() exchanges.Secret { return cred.NewPassphrase("@") }
