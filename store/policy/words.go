package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// ageText begins a sentence with the key's age, as exactly as it is known.
func (s *subject) ageText() string {
	switch {
	case s.exact && s.Facts.Stated:
		return count(s.age) + " old as you stated"
	case s.exact:
		return count(s.age) + " old"
	}
	return "At least " + count(s.age) + " old"
}

// word tells whose word a sentence is: of stated facts the exchange said nothing.
//
//go:noinline // it has many callers
func (s *subject) word(sentence string) string {
	if s.Facts.Stated {
		return strings.TrimSuffix(sentence, ".") + ", as you stated."
	}
	return sentence
}

const day = 24 * time.Hour

// days returns a period of whole days as a bare number, any other with a unit.
func days(d time.Duration) string {
	if d >= day && d%day == 0 {
		return strconv.Itoa(int(d / day))
	}
	return count(d)
}

// count returns a duration in the unit that people would use: "97 days",
// "1 day", "5 hours", "40 minutes".
func count(d time.Duration) string {
	n, unit := int(d/day), "day"
	if n == 0 {
		n, unit = int(d/time.Hour), "hour"
	}
	if n == 0 {
		n, unit = int(d/time.Minute), "minute"
	}
	return plural(n, unit)
}

//go:noinline // it has many callers
func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func ago(d time.Duration) string { return count(d) + " ago" }

// date writes a day. It is UTC everywhere: a day must not depend on where the
// person is.
func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

//go:noinline // it has many callers
func quote(s string) string { return `"` + exchanges.Clean(s) + `"` }

// mostListed is how many words a sentence takes.
const mostListed = 6

// list writes words as a sentence has them.
//
//go:noinline // it has many callers
func list(all []string) string {
	if more := len(all) - mostListed; more > 0 {
		return strings.Join(all[:mostListed], ", ") + " and " + strconv.Itoa(more) + " more"
	}
	return strings.Join(all, ", ")
}

// words names permissions.
func words(all []exchanges.Permission) []string {
	out := make([]string, len(all))
	for i, p := range all {
		out[i] = p.String()
	}
	return out
}

// subset reports whether all words are among others.
func subset(words, others []string) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(others, w) })
}
