package bybit

import (
	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// pairs are the key pairs whose public half Bybit takes.
var pairs = []cred.Algorithm{cred.RSA}

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{
		Name: exchanges.FieldKey, Usual: usualKey, Label: "API Key",
		Help: "about 18 letters and digits, shown under API Management",
	},
	{
		Name: exchanges.FieldSecret, Usual: usualSecret, Label: "API Secret", PEM: true,
		Help: "about 36 letters and digits, or the PEM of your own RSA private key",
	},
	cred.PEMPassword(),
}}

// usualKey and usualSecret are the lengths of Bybit's examples.
const usualKey, usualSecret = 18, 36

var rules = cred.Rules{Exchange: ID, Pairs: pairs, Swapped: cred.ByLength(usualKey, usualSecret)}

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) { return rules.Check(c) }
