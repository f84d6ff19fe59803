package gemini

import (
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// The two scopes of a key: one account, or a whole group of them.
const (
	accountPrefix = "account-"
	masterPrefix  = "master-"
)

// form is what is asked for of a key.
var form = exchanges.Form{Fields: []exchanges.Field{
	{Name: exchanges.FieldKey, Label: "API Key", Help: `begins with "account-" or "master-"; shown under Settings → API`},
	{Name: exchanges.FieldSecret, Label: "API Secret", Help: "shown once, when the key is made"},
}}

// check is Adapter.Check. Gemini documents how keys begin and nothing of their
// length, nor of secrets.
func check(c exchanges.Credential) (exchanges.Credential, error) {
	rules := cred.Rules{
		Exchange: ID,
		Key:      cred.Shape{Words: `a text that begins with "account-" or "master-"`, Fits: isKey},
		Swapped:  cred.ByForm(isKey),
	}
	return rules.Check(c)
}

func isKey(s string) bool {
	for _, prefix := range []string{accountPrefix, masterPrefix} {
		if rest, ok := strings.CutPrefix(s, prefix); ok {
			return rest != ""
		}
	}
	return false
}
