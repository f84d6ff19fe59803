package binance

import (
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// pairs are the key pairs whose public half Binance takes.
var pairs = []cred.Algorithm{cred.Ed25519, cred.RSA}

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{
		Name: exchanges.FieldKey, Label: "API Key", Usual: length,
		Help: "64 letters and digits, shown on the API Management page",
	},
	{
		Name: exchanges.FieldSecret, Label: "Secret Key", PEM: true, Usual: length,
		Help: "64 letters and digits, or the PEM of your own Ed25519 or RSA private key",
	},
	cred.PEMPassword(),
}}

// Binance makes both halves of a key as 64 letters and digits, so that their
// shape does not tell which is which: swapped fields are found by the exchange
// alone, as a key that it does not know.
const length = 64

// check is Adapter.Check.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	shape := cred.Shape{Words: "64 letters and digits", Fits: generated}
	rules := cred.Rules{Exchange: ID, Key: shape, Secret: shape, Pairs: pairs}
	return rules.Check(c)
}

// generated reports whether Binance can have made v.
func generated(v string) bool {
	return len(v) == length && !strings.ContainsFunc(v, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}
