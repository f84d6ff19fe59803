package exchangetest

import (
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

var checkLaws = []Law{
	{"Check accepts good credentials and changes them once", checkIdempotent},
	{"Check trims the ends", checkTrims},
	{"Check refuses text that cannot be a key or a secret", checkCharacters},
	{"Check refuses missing, mixed up and made up fields", checkMixups},
}

// PublicPEM is the public half of a key pair, which people paste in place of
// the private one.
const PublicPEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"

func (s Subject) credentials() []exchanges.Credential {
	return append([]exchanges.Credential{s.Credential}, s.MoreCredentials...)
}

func checkIdempotent(s Subject) error {
	var p problems
	for i, c := range s.credentials() {
		once, err := s.Adapter.Check(c)
		if err != nil {
			p.addf("credential %d: %w", i, err)
			continue
		}
		twice, err := s.Adapter.Check(once)
		if err != nil {
			p.addf("credential %d is refused the second time: %w", i, err)
		} else if reveal(once) != reveal(twice) {
			p.addf("credential %d is changed the second time", i)
		}
	}
	return p.err()
}

func checkTrims(s Subject) error {
	var p problems
	for i, c := range s.credentials() {
		want, err := s.Adapter.Check(c)
		if err != nil {
			p.addf("credential %d: %w", i, err)
			continue
		}
		for _, ends := range [][2]string{{"", "\n"}, {"", "\r\n"}, {" \t", " "}, {"\n\n", "\n"}, {"\ufeff", ""}} {
			padded := mapFields(c, func(_ exchanges.FieldName, v string) string { return ends[0] + v + ends[1] })
			got, err := s.Adapter.Check(padded)
			if err != nil {
				p.addf("credential %d between %q: %w", i, ends, err)
			} else if reveal(got) != reveal(want) {
				p.addf("credential %d between %q is not what it is without", i, ends)
			}
		}
	}
	return p.err()
}

func checkCharacters(s Subject) error {
	var p problems
	for _, bad := range []string{" ", "\t", "\n", "\r\n", "\x00", "\x1b[2J", "\u200b", "\u202e", "é", "\u00a0", "\xff"} {
		for _, field := range []exchanges.FieldName{exchanges.FieldKey, exchanges.FieldSecret, exchanges.FieldPrivateKey} {
			broken := mapFields(s.Credential, func(f exchanges.FieldName, v string) string {
				if f != field || strings.HasPrefix(v, "-----") {
					return v
				}
				return v[:len(v)/2] + bad + v[len(v)/2:]
			})
			if reveal(broken) != reveal(s.Credential) {
				p.in(fmt.Sprintf("%q inside the %s", bad, field), s.refuses(broken))
			}
		}
	}
	return p.err()
}

func checkMixups(s Subject) error {
	c := s.Credential
	without := c
	without.Secret, without.PrivateKey = exchanges.Secret{}, exchanges.Secret{}
	secret := func(c exchanges.Credential, v string) exchanges.Credential {
		c.Secret, c.PrivateKey = exchanges.NewSecret(v), exchanges.Secret{}
		return c
	}
	key := func(v string) exchanges.Credential { c := c; c.KeyID = v; return c }
	public := without
	public.PrivateKey = exchanges.NewSecret(PublicPEM)

	cases := map[string]exchanges.Credential{
		"nothing at all":                        {},
		"no key":                                key(""),
		"a key of blanks":                       key("  \n"),
		"no secret":                             without,
		"the key twice":                         secret(c, c.KeyID),
		"a placeholder as key":                  key("YOUR_API_KEY"),
		"a placeholder as secret":               secret(c, "your-api-secret"),
		"a PEM as key":                          key(PublicPEM),
		"a public key as secret":                secret(c, PublicPEM),
		"a public key in the private key field": public,
		"a masked secret":                       secret(c, strings.Repeat("*", 36)),
	}
	var p problems
	if s.DetectsSwap {
		swapped := secret(c, c.KeyID)
		swapped.KeyID = c.Secret.Reveal()
		cases["key and secret swapped"] = swapped
		if _, err := s.Adapter.Check(swapped); err != nil && !strings.Contains(err.Error(), "swapped") {
			p.addf("swapped fields are refused without saying that they are: %w", err)
		}
	}
	if s.DerivesKey {
		for _, name := range []string{"no key", "a key of blanks"} {
			p.in(name, s.derives(cases[name]))
			delete(cases, name)
		}
	}
	for name, c := range cases {
		p.in(name, s.refuses(c))
	}
	return p.err()
}

// derives checks that Check finds the key that c lacks.
func (s Subject) derives(c exchanges.Credential) error {
	got, err := s.Adapter.Check(c)
	if err != nil {
		return err
	}
	if want, err := s.Adapter.Check(s.Credential); err != nil || reveal(got) != reveal(want) {
		return fmt.Errorf("it becomes another credential than with its key: %w", err)
	}
	return nil
}

// refuses checks that Check turns c down with a lawful error that quotes
// nothing of it.
func (s Subject) refuses(c exchanges.Credential) error {
	_, err := s.Adapter.Check(c)
	if err == nil {
		return fmt.Errorf("accepted")
	}
	var p problems
	p.in("refusal", s.kind(err, exchanges.Invalid))
	if e := exchanges.AsError(err); e.Outcome != exchanges.NotSent {
		p.addf("a check that sends nothing has the outcome %d", e.Outcome)
	}
	text := dump(err)
	for _, v := range append(secretParts(c), part{exchanges.FieldKey, strings.TrimSpace(c.KeyID)}) {
		if len(v.value) >= 6 && strings.Contains(text, v.value) {
			p.addf("the refusal quotes the %s", v.name)
		}
	}
	return p.err()
}

// mapFields changes the non-empty fields of a copy of c.
func mapFields(c exchanges.Credential, f func(exchanges.FieldName, string) string) exchanges.Credential {
	if c.KeyID != "" {
		c.KeyID = f(exchanges.FieldKey, c.KeyID)
	}
	for _, field := range []struct {
		name exchanges.FieldName
		at   *exchanges.Secret
	}{{exchanges.FieldSecret, &c.Secret}, {exchanges.FieldPrivateKey, &c.PrivateKey}} {
		if !field.at.IsZero() {
			*field.at = exchanges.NewSecret(f(field.name, field.at.Reveal()))
		}
	}
	return c
}

// reveal makes credentials comparable.
func reveal(c exchanges.Credential) [5]string {
	return [5]string{c.KeyID, c.Secret.Reveal(), c.Passphrase.Reveal(), c.PrivateKey.Reveal(), string(c.Nonce)}
}
