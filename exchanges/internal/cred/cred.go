// Package cred holds what the credential checks of adapters share: finding out
// that a paste went wrong before anything is sent, and reading private keys.
package cred

import (
	"errors"
	"strings"
	"unicode"

	"github.com/keyrota/keyrota/exchanges"
)

// Rules says what a credential of an exchange looks like.
type Rules struct {
	Exchange exchanges.ID

	// Key and Secret judge the two halves of an HMAC key.
	Key, Secret Shape

	// Pairs are the kinds of private key that the exchange takes in place of
	// a secret; none where it takes none.
	Pairs []Algorithm

	// Passphrase judges the third part of a key, of an HMAC key or a pair. Nil: its keys have two, and
	// the field is for the password of a private key alone.
	Passphrase *Shape

	// Loose is for keys of which nothing is documented: a private key is not
	// read, it may stand beside a secret, and a passphrase may be there or not.
	Loose bool

	// Swapped reports that key and secret stand in each other's field. Nil
	// means: each has the other's shape and not its own.
	Swapped func(key, secret string) bool
}

// Shape is the documented form of a key or a secret.
type Shape struct {
	Words string            // "64 letters and digits": what to tell the person
	Fits  func(string) bool // nil: nothing is documented, anything fits

	encoded bool // what does not fit cannot be decoded
}

func (s Shape) fits(v string) bool { return s.Fits == nil || s.Fits(v) }

// Check trims c, moves a PEM to its field, and refuses what cannot be right.
// It is idempotent. Its error is an *exchanges.Error of kind Invalid whose Op
// names the field and which quotes no value.
func (r Rules) Check(c exchanges.Credential) (exchanges.Credential, error) {
	c, err := arrange(c)
	if err == nil {
		err = r.judge(c)
	}
	if err == nil {
		return c, nil
	}
	p, ok := errors.AsType[*problem](err)
	if !ok {
		p = &problem{text: err.Error()}
	}
	return c, &exchanges.Error{
		Exchange: r.Exchange, Op: "check " + string(p.field),
		Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Err: errors.New(p.text), Hint: p.hint,
		Causes: []exchanges.Cause{r.cause(p)},
	}
}

// The problems that have causes of their own.
const (
	swappedText    = "API key and secret seem to be swapped"
	secretFormText = "the secret does not have the exchange's form"
)

// cause names what a problem is.
func (r Rules) cause(p *problem) exchanges.Cause {
	switch {
	case p.text == swappedText:
		return exchanges.CauseSwapped
	case p.field == exchanges.FieldPassphrase:
		return exchanges.CausePassphrase
	case p.field == exchanges.FieldPrivateKey, p.text == secretFormText && r.Secret.encoded:
		return exchanges.CauseEncoding
	}
	return exchanges.CauseDamaged
}

// problem is what is wrong with a field, without its value.
type problem struct {
	field      exchanges.FieldName
	text, hint string
}

func (p *problem) Error() string { return p.text }

// arrange brings every value into the field where it belongs.
func arrange(c exchanges.Credential) (exchanges.Credential, error) {
	c.KeyID = Trim(c.KeyID)
	c.Secret = exchanges.NewSecret(Trim(c.Secret.Reveal()))
	c.PrivateKey = exchanges.NewSecret(Trim(c.PrivateKey.Reveal()))
	// A password may begin or end with a blank, but not with a line end.
	c.Passphrase = exchanges.NewSecret(strings.TrimRight(c.Passphrase.Reveal(), "\r\n"))
	if looksPEM(c.KeyID) {
		return c, &problem{exchanges.FieldKey, "a PEM is in the place of the API key",
			"The API key is the short text that the exchange showed for your key; the PEM goes where the secret goes."}
	}
	if looksPEM(c.Secret.Reveal()) {
		if !c.PrivateKey.IsZero() {
			return c, &problem{exchanges.FieldSecret, "there are two private keys", "Leave the secret empty when you give a private key."}
		}
		c.PrivateKey, c.Secret = c.Secret, exchanges.Secret{}
	}
	if !c.PrivateKey.IsZero() {
		c.PrivateKey = exchanges.NewSecret(normalPEM(c.PrivateKey.Reveal()))
	}
	return c, nil
}

// judge looks at an arranged credential.
func (r Rules) judge(c exchanges.Credential) error {
	key, secret := c.KeyID, c.Secret.Reveal()
	if err := plain(exchanges.FieldKey, "API key", key); err != nil {
		return err
	}
	if r.Loose {
		return judgeLoose(c)
	}
	if !c.PrivateKey.IsZero() {
		if secret != "" {
			return &problem{exchanges.FieldSecret, "there is a secret and a private key", "Give one of the two, the one that belongs to this API key."}
		}
		return r.judgePair(c)
	}
	if err := plain(exchanges.FieldSecret, "secret", secret); err != nil {
		return err
	}
	if err := r.judgePassphrase(c); err != nil {
		return err
	}
	return r.judgePlain(key, secret)
}

// judgePassphrase looks at the third part of an HMAC key. It was chosen by a
// person, so it may have blanks and letters of any script inside.
func (r Rules) judgePassphrase(c exchanges.Credential) error {
	switch p := c.Passphrase.Reveal(); {
	case r.Passphrase == nil && p == "":
		return nil
	case r.Passphrase == nil:
		return &problem{exchanges.FieldPassphrase, "there is a passphrase, and this kind of key has none", "Leave the passphrase empty; it is only for an encrypted private key."}
	case p == "":
		return &problem{exchanges.FieldPassphrase, "the passphrase is missing", "Give the passphrase that you chose when the key was made; if it is lost, only a new key helps."}
	case p == c.KeyID || p == c.Secret.Reveal():
		return &problem{exchanges.FieldPassphrase, "the passphrase is the same as the API key or the secret", "Give the passphrase that you chose when the key was made."}
	case exchanges.Clean(p) != p:
		return &problem{exchanges.FieldPassphrase, "the passphrase has characters that nobody can see", "Type the passphrase instead of pasting it."}
	case !r.Passphrase.fits(p):
		return &problem{exchanges.FieldPassphrase, "the passphrase does not have the exchange's form", "A passphrase here is " + r.Passphrase.Words + ". Give it again, whole."}
	}
	return nil
}

func (r Rules) judgePlain(key, secret string) error {
	swapped := r.Swapped
	if swapped == nil {
		swapped = func(k, s string) bool {
			return !r.Key.fits(k) && !r.Secret.fits(s) && r.Key.fits(s) && r.Secret.fits(k)
		}
	}
	switch {
	case key == secret:
		return &problem{exchanges.FieldSecret, "the secret is the same as the API key", "Copy the secret as well; most exchanges show it only once, when the key is made."}
	case swapped(key, secret):
		return &problem{exchanges.FieldKey, swappedText, "They look swapped: put each into the other's field."}
	case !r.Key.fits(key):
		return &problem{exchanges.FieldKey, "the API key does not have the exchange's form", "An API key here is " + r.Key.Words + ". Copy it again, whole."}
	case !r.Secret.fits(secret):
		return &problem{exchanges.FieldSecret, secretFormText, "A secret here is " + r.Secret.Words + ". Copy it again, whole."}
	}
	return nil
}

// judgePair reads the private key once, so that a wrong password or a public
// key is found here and not by the exchange.
func (r Rules) judgePair(c exchanges.Credential) error {
	if len(r.Pairs) == 0 {
		return &problem{exchanges.FieldPrivateKey, "this exchange has no keys with a private key", "Give API key and secret."}
	}
	if r.Passphrase == nil {
		_, err := ParsePrivateKey(c.PrivateKey, c.Passphrase, r.Pairs...)
		return err
	}
	if err := r.judgePassphrase(c); err != nil {
		return err
	}
	_, err := ParsePrivateKey(c.PrivateKey, exchanges.Secret{}, r.Pairs...)
	if p, ok := errors.AsType[*problem](err); ok && p.field == exchanges.FieldPassphrase {
		return &problem{exchanges.FieldPrivateKey, "the private key is encrypted", "The passphrase here is that of the API key, so there is no place for a password. Decrypt the file first: openssl pkey -in key.pem -out plain.pem"}
	}
	return err
}

// Trim removes what is invisible at the ends: white space, byte order mark,
// zero-width space.
func Trim(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' })
}

// plain refuses text that no exchange hands out as a key or a secret.
func plain(field exchanges.FieldName, name, v string) error {
	again := "Copy the " + name + " again, with the copy button if the page has one."
	switch {
	case v == "":
		return &problem{field, "the " + name + " is missing", "Copy the " + name + " from the exchange's page for API keys."}
	case masked(v):
		return &problem{field, "the " + name + " is shortened or masked", "The page shows a part of it: use its copy button, or make a new key if the secret is not shown any more."}
	case placeholder(v):
		return &problem{field, "the " + name + " is an example", "Put in the " + name + " that the exchange made for you."}
	case strings.ContainsFunc(v, unicode.IsSpace):
		return &problem{field, "the " + name + " has white space or a line end inside", "Two things may have been pasted at once. " + again}
	case strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r > '~' }):
		return &problem{field, "the " + name + " has characters that no key has", again}
	}
	return nil
}

// masked finds the ways in which pages hide the middle of a value.
func masked(v string) bool {
	for _, mark := range []string{"***", "•••", "●●●", "...", "…"} {
		if strings.Contains(v, mark) {
			return true
		}
	}
	return false
}

// placeholder finds what documentation and templates put where a key belongs.
func placeholder(v string) bool {
	low := strings.ToLower(v)
	for _, start := range []string{"<", "${", "{{", "%"} {
		if strings.HasPrefix(low, start) {
			return true
		}
	}
	words := strings.FieldsFunc(low, func(r rune) bool { return strings.ContainsRune("-_. ", r) })
	if len(words) > 1 && (words[0] == "your" || words[0] == "my") || low == "changeme" || strings.HasPrefix(low, "yourapi") {
		return true
	}
	return strings.Trim(low, low[:1]) == "" // xxxxxxxx
}
