package sim

import (
	"crypto/hmac"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// table holds values by name. It stands for a map that is written once: the
// linker lays it out, where the program would have to build a map when it
// starts.
type table[V any] []struct {
	name string
	is   V
}

// of returns the value of a name.
//
//go:noinline
func (t table[V]) of(name string) (value V, known bool) {
	for _, row := range t {
		if row.name == name {
			return row.is, true
		}
	}
	return value, false
}

// closest returns what a table of words has for permissions, one after another.
//
//go:noinline
func closest(to table[[]string], permissions []string) []string {
	words := []string{}
	for _, permission := range permissions {
		some, _ := to.of(permission)
		words = append(words, some...)
	}
	return words
}

// What follows is asked for everywhere. The compiler would copy each into its
// hundreds of callers, which costs a tenth of a megabyte in all.

// contains reports whether a list has a text.
//
//go:noinline
func contains(list []string, text string) bool { return slices.Contains(list, text) }

// anyOf reports whether a list has one of the texts that are wanted.
//
//go:noinline
func anyOf(wanted, has []string) bool {
	return slices.ContainsFunc(wanted, func(one string) bool { return contains(has, one) })
}

// segment returns the part of a path that a pattern has a name for.
//
//go:noinline
func segment(r *http.Request, name string) string { return r.PathValue(name) }

// inMillis returns a time as most exchanges write it.
//
//go:noinline
func inMillis(t time.Time) int64 { return t.UnixMilli() }

// param returns a parameter of a request; empty: there is none.
//
//go:noinline
func param(all url.Values, name string) string { return all.Get(name) }

// headerOf does the same for a header.
//
//go:noinline
func headerOf(r *http.Request, name string) string { return r.Header.Get(name) }

// setHeader sets one of an answer.
//
//go:noinline
func setHeader(w http.ResponseWriter, name, value string) { w.Header().Set(name, value) }

// sameText compares what only one side may know.
//
//go:noinline
func sameText(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }
