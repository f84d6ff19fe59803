package bitget

import (
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// pairs are the key pairs whose public half Bitget takes.
var pairs = []cred.Algorithm{cred.RSA}

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
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

// usual is how keys begin in all examples.
const usual = "bg_"

// shortest is how many characters a passphrase has at least.
const shortest = 8

var rules = cred.Rules{
	Exchange: ID, Pairs: pairs,
	Swapped: cred.ByForm(func(s string) bool { return strings.HasPrefix(s, usual) }),
	Passphrase: &cred.Shape{
		Words: "8 to 32 letters and digits",
		Fits:  func(p string) bool { return len(p) >= shortest && !strings.ContainsAny(p, " \t\r\n") },
	},
}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	c.Passphrase = exchanges.NewSecret(strings.TrimSpace(c.Passphrase.Reveal()))
	return rules.Check(c)
}
