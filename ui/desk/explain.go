package desk

import (
	"errors"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Refusal is what a person asked for in a way that cannot be done: what is
// wrong, and what to do instead.
type Refusal struct{ What, Hint string }

// Refuse returns a Refusal.
func Refuse(what, hint string) error { return &Refusal{What: what, Hint: hint} }

// Error says what is wrong.
func (r *Refusal) Error() string { return r.What }

// Explain splits an error into the two lines that a person gets: what failed
// on what, and what to do next.
func Explain(err error) (what, hint string) {
	what = strings.ReplaceAll(err.Error(), "\n", "; ")
	if e, ok := errors.AsType[*exchanges.Error](err); ok {
		return what, e.Hint
	}
	if hint := store.Hint(err); hint != "" {
		return what, hint
	}
	if e, ok := errors.AsType[*Refusal](err); ok {
		return what, e.Hint
	}
	return what, ""
}
