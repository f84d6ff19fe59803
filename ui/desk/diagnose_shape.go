package desk

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// shape is what can be seen in a credential. Nothing of its values leaves here
// but how long they are.
func (d *Desk) shape(id exchanges.ID, c exchanges.Credential) diagnose.Shape {
	a, err := d.registry.Get(id)
	if err != nil {
		return diagnose.Shape{}
	}
	s := diagnose.Shape{Usual: true}
	if _, err := a.Check(c); err != nil {
		s.Problem = exchanges.AsError(err)
	}
	if c.PrivateKey.IsZero() {
		s.Swap = tradePlaces(a, c, s.Problem == nil)
	}
	for _, f := range a.Info.Form.Fields {
		value, known := valueOf(c, f.Name)
		if f.Name == exchanges.FieldPassphrase {
			s.Third, s.Thirdless = !f.Optional, value == ""
			continue
		}
		if value == "" || !known {
			continue
		}
		s.Encoded = append(s.Encoded, packed(f.Label, value)...)
		n := utf8.RuneCountInString(value)
		if f.Usual > 0 && n != f.Usual {
			s.Odd = append(s.Odd, fmt.Sprintf("the %s has %d characters, and %d in all examples", f.Label, n, f.Usual))
		}
		s.Usual = s.Usual && n == f.Usual
	}
	return s
}

func valueOf(c exchanges.Credential, f exchanges.FieldName) (value string, known bool) {
	switch f {
	case exchanges.FieldKey:
		return c.KeyID, true
	case exchanges.FieldSecret:
		return c.Secret.Reveal(), true
	case exchanges.FieldPassphrase:
		return c.Passphrase.Reveal(), true
	case exchanges.FieldPrivateKey: // its form is read by the check
	}
	return "", false
}

// swap holds the credential the other way round against the exchange's form,
// and against the lengths of its examples.
func tradePlaces(a exchanges.Adapter, c exchanges.Credential, fits bool) diagnose.Swap {
	round := c
	round.KeyID, round.Secret = c.Secret.Reveal(), exchanges.NewSecret(c.KeyID)
	defer round.Secret.Wipe()
	_, err := a.Check(round)
	switch {
	case err == nil && !fits:
		return diagnose.SwapBetter
	case err != nil && fits:
		return diagnose.SwapWorse
	case err != nil:
		return diagnose.SwapUnknown
	}
	usual := map[exchanges.FieldName]int{}
	for _, f := range a.Info.Form.Fields {
		usual[f.Name] = f.Usual
	}
	key, secret := usual[exchanges.FieldKey], usual[exchanges.FieldSecret]
	if key != secret && key > 0 && utf8.RuneCountInString(c.KeyID) == key {
		return diagnose.SwapWorse
	}
	return diagnose.SwapSame
}

var escape = regexp.MustCompile(`%[0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|&(amp|#\d+);`)

// packed finds signs that a value is as a URL, a JSON text or a shell writes it.
func packed(name, value string) []string {
	var out []string
	if escape.MatchString(value) {
		out = append(out, "the "+name+" has escapes in it, as in a URL, JSON or a web page")
	}
	if n := len(value); n > 1 && strings.ContainsAny(value[:1], `"'`+"`") && value[0] == value[n-1] {
		out = append(out, "the "+name+" has quotation marks around it")
	}
	return out
}
