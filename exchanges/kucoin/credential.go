package kucoin

import (
	"strings"
	"unicode"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{
		Name: exchanges.FieldKey, Usual: usualKey, Label: "API Key",
		Help: "24 digits and letters from a to f, shown under API Management",
	},
	{
		Name: exchanges.FieldSecret, Usual: usualSecret, Label: "API Secret",
		Help: "36 characters in five groups with hyphens, shown once when the key is made",
	},
	{
		Name: exchanges.FieldPassphrase, Label: "API Passphrase",
		Help: "what you chose when the key was made, 7 to 32 characters without blanks; not the trading password",
	},
}}

// usualKey and usualSecret are the lengths of KuCoin's examples.
const usualKey, usualSecret = 24, 36

// shortest is how many characters a passphrase has at least.
const shortest = 7

var rules = cred.Rules{
	Exchange: ID,
	Swapped:  cred.ByLength(usualKey, usualSecret),
	Passphrase: &cred.Shape{
		Words: "7 to 32 characters without blanks",
		Fits:  func(p string) bool { return len(p) >= shortest && !strings.ContainsFunc(p, unicode.IsSpace) },
	},
}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	c.Passphrase = exchanges.NewSecret(strings.TrimSpace(c.Passphrase.Reveal()))
	return rules.Check(c)
}
