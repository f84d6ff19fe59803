package kucoin

import (
	"strings"
	"unicode"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

func form() exchanges.Form {
	return exchanges.Form{Fields: []exchanges.Field{
		{
			Name: exchanges.FieldKey, Label: "API Key",
			Help: "24 digits and letters from a to f, shown under API Management",
		},
		{
			Name: exchanges.FieldSecret, Label: "API Secret",
			Help: "36 characters in five groups with hyphens, shown once when the key is made",
		},
		{
			Name: exchanges.FieldPassphrase, Label: "API Passphrase",
			Help: "what you chose when the key was made, 7 to 32 characters without blanks; not the trading password",
		},
	}}
}

// The lengths that keys and secrets have in KuCoin's examples are good enough
// to see that two fields are swapped, and too little to refuse anything else.
const usualKey, usualSecret = 24, 36

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	const shortest = 7
	c.Passphrase = exchanges.NewSecret(strings.TrimSpace(c.Passphrase.Reveal()))
	rules := cred.Rules{
		Exchange: ID,
		Swapped:  func(key, secret string) bool { return len(key) == usualSecret && len(secret) == usualKey },
		Passphrase: &cred.Shape{
			Words: "7 to 32 characters without blanks",
			Fits: func(p string) bool {
				return len(p) >= shortest && !strings.ContainsFunc(p, unicode.IsSpace)
			},
		},
	}
	return rules.Check(c)
}
