package desk

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Refusal is what a person asked for in a way that cannot be done: what is
// wrong, and what to do instead.
type Refusal struct{ What, Hint string }

// Refuse returns a Refusal.
//
//go:noinline // copied into its callers, it would take 10 kB
func Refuse(what, hint string) error { return &Refusal{What: what, Hint: hint} }

// Error says what is wrong.
func (r *Refusal) Error() string { return r.What }

// Advice says what to do instead; the flows, which do not know this package,
// show it.
func (r *Refusal) Advice() string { return r.Hint }

// Explain splits an error into the two lines that a person gets: what failed
// on what, and what to do next.
func Explain(err error) (what, hint string) {
	what = strings.ReplaceAll(err.Error(), "\n", "; ")
	hint = store.Hint(err)
	if e, ok := errors.AsType[*exchanges.Error](err); ok {
		hint = e.Hint
	} else if e, ok := errors.AsType[*Refusal](err); ok {
		hint = e.Hint
	}
	return what, sentence(hint)
}

// sentence begins a text with a capital letter.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}
