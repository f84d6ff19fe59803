// Package other stands for every exchange that keyrota has no adapter for.
//
// There is no API behind it. Name and page of the exchange, and what a key may
// do, from where and until when, are the person's word; keyrota keeps the
// secret, counts the key's age and deadlines, and leads through making and
// deleting keys by hand. Nothing is ever sent anywhere.
package other

import (
	"context"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// ID is how files and commands name an exchange without adapter.
const ID exchanges.ID = "other"

// Adapter describes it to the registry.
func Adapter() exchanges.Adapter {
	return exchanges.Adapter{Info: info(), Check: rules.Check, New: open}
}

// sites are one for each environment that a key may be of.
var sites = []exchanges.Site{
	{ID: "any", Name: "Other exchange", Environment: exchanges.Live},
	{ID: "any", Name: "Other exchange, testnet", Environment: exchanges.Testnet},
	{ID: "any", Name: "Other exchange, demo", Environment: exchanges.Demo},
}

func info() exchanges.Info {
	return exchanges.Info{
		ID: ID, Name: "Other exchange", Manual: true, Form: form, Guide: guide(),
		Sites: sites,
	}
}

// rules ask for an API key and for a secret or a private key, of whatever form.
var rules = cred.Rules{Exchange: ID, Loose: true}

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{Name: exchanges.FieldKey, Label: "API key", Help: "the part that is no secret; where there is one token only, its name"},
	{Name: exchanges.FieldSecret, Label: "Secret", Help: "the part that is shown once; empty if there is a private key in its place", Optional: true, PEM: true},
	{Name: exchanges.FieldPassphrase, Label: "Passphrase", Help: "the third part, or the password of the private key", Optional: true},
	{Name: exchanges.FieldPrivateKey, Label: "Private key", Help: "of a key pair: a PEM, or in the exchange's own form", Optional: true, PEM: true},
}}

// anywhere is an exchange that nobody can ask.
type anywhere struct{}

func open(exchanges.Connection) (exchanges.Exchange, error) { return anywhere{}, nil }

// Info describes it.
func (anywhere) Info() exchanges.Info { return info() }

// Inspect asks nobody: it always fails, with the kind Unsupported.
func (anywhere) Inspect(context.Context, exchanges.Credential) (exchanges.KeyInfo, error) {
	return exchanges.KeyInfo{}, &exchanges.Error{
		Exchange: ID, Op: "inspect", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent,
		Hint: "keyrota has no adapter for this exchange: what is known of the key is what you state of it.",
	}
}
