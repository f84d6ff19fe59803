package desk

import (
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Turn is what an exchange said otherwise of a key from a day on, in words that
// can be shown.
type Turn struct {
	At          time.Time // first seen so
	First, Last time.Time // when it was as before, as far as known
	Marks       []string  // "+ withdraw", "− 198.51.100.7", `label "bot" → "bot 2"`
}

// The signs of what came and what went.
const (
	Came = "+ "
	Went = "− "
)

// Turns returns the history of what an exchange said of a key, newest first.
func Turns(r *store.Record) []Turn {
	var out []Turn
	for _, c := range r.Changes() {
		marks := marksOf(&c)
		if n := len(out); n > 0 && out[n-1].At.Equal(c.At) && out[n-1].First.Equal(c.Before.First) && out[n-1].Last.Equal(c.Before.Last) {
			out[n-1].Marks = append(out[n-1].Marks, marks...)
			continue
		}
		out = append(out, Turn{At: c.At, First: c.Before.First, Last: c.Before.Last, Marks: marks})
	}
	return out
}

func marksOf(c *store.Change) []string {
	var out []string
	for _, w := range c.Came {
		out = append(out, Came+exchanges.Clean(w))
	}
	for _, w := range c.Went {
		out = append(out, Went+exchanges.Clean(w))
	}
	turned := func(was, is string) []string {
		return append(out, string(c.Part)+" "+inQuotes(was)+" → "+inQuotes(is))
	}
	switch c.Part {
	case store.PartLabel:
		return turned(c.Before.Label, c.After.Label)
	case store.PartAccount:
		return turned(c.Before.Account, c.After.Account)
	case store.PartPermissions, store.PartIPs:
	}
	return out
}

// Before says for how long it was as before: "was so 2026-08-18 … 2026-11-19".
func (t *Turn) Before() string {
	first, last := t.First.UTC().Format(time.DateOnly), t.Last.UTC().Format(time.DateOnly)
	if first == last {
		return "was so " + first
	}
	return "was so " + first + " … " + last
}

// String writes the turn in a line.
func (t *Turn) String() string {
	return t.At.UTC().Format(time.DateOnly) + "  " + strings.Join(t.Marks, "   ") + "   (" + t.Before() + ")"
}

//go:noinline // it has many callers
func inQuotes(s string) string { return `"` + exchanges.Clean(s) + `"` }
