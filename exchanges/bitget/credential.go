package bitget

import (
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// pairs are the key pairs whose public half Bitget takes.
var pairs = []cred.Algorithm{cred.RSA}

func form() exchanges.Form {
	return exchanges.Form{Fields: []exchanges.Field{
		{
			Name: exchanges.FieldKey, Label: "API Key",
			Help: "usually bg_ and 32 letters and digits, shown under API Keys",
		},
		{
			Name: exchanges.FieldSecret, Label: "Secret Key", PEM: true,
			Help: "shown once when the key is made, or the PEM of your own RSA private key",
		},
		{
			Name: exchanges.FieldPassphrase, Label: "Passphrase",
			Help: "what you chose when the key was made: 8 to 32 letters and digits",
		},
	}}
}

// usual is how keys begin in all examples: good enough to see that two fields
// are swapped, and too little to refuse anything else.
const usual = "bg_"

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	const shortest = 8
	c.Passphrase = exchanges.NewSecret(strings.TrimSpace(c.Passphrase.Reveal()))
	rules := cred.Rules{
		Exchange: ID, Pairs: pairs,
		Swapped: func(key, secret string) bool {
			return strings.HasPrefix(secret, usual) && !strings.HasPrefix(key, usual)
		},
		Passphrase: &cred.Shape{
			Words: "8 to 32 letters and digits",
			Fits:  func(p string) bool { return len(p) >= shortest && !strings.ContainsAny(p, " \t\r\n") },
		},
	}
	return rules.Check(c)
}
