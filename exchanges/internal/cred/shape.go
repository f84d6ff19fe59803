package cred

import (
	"encoding/base64"
	"errors"
	"regexp"
	"sync"

	"github.com/keyrota/keyrota/exchanges"
)

// The lengths that a key or a secret of an exchange without documented lengths
// may have. All that are known are well within.
const (
	leastLength = 20
	mostLength  = 100
)

// Whole is the shape of keys and secrets whose length is known from examples
// only: it tells a whole one from a piece, or from several in one.
func Whole(words string) Shape {
	return Shape{Words: words, Fits: func(s string) bool { return len(s) >= leastLength && len(s) <= mostLength }}
}

// Base64 is the shape of secrets that are base64 of as many bytes as fit says.
func Base64(words string, fit func(bytes int) bool) Shape {
	return Shape{Words: words, encoded: true, Fits: func(s string) bool {
		raw, err := base64.StdEncoding.DecodeString(s)
		defer clear(raw)
		return err == nil && fit(len(raw))
	}}
}

// Pattern returns what tells whether a text has a form, a regular expression. That
// is compiled when it is first needed: at the start it would cost every command
// a part of a millisecond. Not inlined: it has many callers.
//
//go:noinline
func Pattern(expr string) func(string) bool {
	compiled := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
	return func(s string) bool { return compiled().MatchString(s) }
}

// ByLength sees that fields are swapped by the lengths that keys and secrets have
// in an exchange's examples: they are good enough for that, and too little to
// refuse anything else.
func ByLength(ofKey, ofSecret int) func(key, secret string) bool {
	return func(key, secret string) bool { return len(key) == ofSecret && len(secret) == ofKey }
}

// ByForm sees that fields are swapped by a form that keys alone have.
func ByForm(isKey func(string) bool) func(key, secret string) bool {
	return func(key, secret string) bool { return isKey(secret) && !isKey(key) }
}

// PEMPassword is the field of a form for what opens an encrypted private key.
func PEMPassword() exchanges.Field {
	return exchanges.Field{
		Name: exchanges.FieldPassphrase, Label: "Password of the private key", Optional: true, Help: "only for an encrypted PEM",
	}
}

// Decode64 reads a secret that is base64. The caller clears what it got.
func Decode64(secret exchanges.Secret) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(secret.Reveal())
	if err != nil || len(raw) == 0 {
		return nil, errors.New("the private key is not base64")
	}
	return raw, nil
}
