package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// auditFilter decides which entries of the audit log are shown. It is written
// as the dashboard's is, and its columns mean the same where both have them.
type auditFilter struct {
	words   []string
	tests   []func(*store.Event, time.Time) bool
	problem string
}

// auditColumns are the columns that can be filtered, in the order in which they
// are listed.
var auditColumns = []struct {
	name string
	make func(value string) (func(*store.Event, time.Time) bool, string)
}{
	{"do", auditDeed},
	{"by", auditText(func(e *store.Event) []string { return []string{e.Actor + "@" + e.Host} })},
	{"for", auditText(func(e *store.Event) []string { return e.Consumers })},
	{"ex", auditText(func(e *store.Event) []string { return []string{string(e.Exchange)} })},
	{"env", func(value string) (func(*store.Event, time.Time) bool, string) {
		return oneOf("environment", value, []string{"live", "testnet", "demo"}, func(e *store.Event) string { return string(e.Environment) })
	}},
	{"age", daysFilter("age", func(e *store.Event, now time.Time) (time.Duration, bool) { return now.Sub(e.At), !e.At.IsZero() })},
	{"result", auditText(func(e *store.Event) []string { return []string{e.Result} })},
}

// parseAuditFilter reads a filter. A pair whose value is still missing filters
// nothing.
func parseAuditFilter(text string) auditFilter {
	var f auditFilter
	for _, word := range strings.Fields(strings.ToLower(text)) {
		column, value, pair := strings.Cut(word, ":")
		if !pair {
			f.words = append(f.words, word)
			continue
		}
		f.add(column, value)
	}
	return f
}

func (f *auditFilter) add(column, value string) {
	var names []string
	for _, c := range auditColumns {
		names = append(names, c.name)
		if c.name != column {
			continue
		}
		if value == "" {
			return
		}
		test, problem := c.make(value)
		if problem != "" {
			f.problem = problem
			return
		}
		f.tests = append(f.tests, test)
		return
	}
	f.problem = "no column " + strconv.Quote(column) + ": use " + strings.Join(names, " ")
}

// empty reports whether the filter lets everything through.
func (f *auditFilter) empty() bool { return len(f.words) == 0 && len(f.tests) == 0 }

// match reports whether an event passes. Words are looked for in what keys,
// people and programs are called, letters in order as on the dashboard, and in
// the detail as they are.
func (f *auditFilter) match(e *store.Event, now time.Time) bool {
	if f.empty() {
		return true
	}
	names := []string{e.Key, string(e.Exchange), string(e.Action), e.Actor, e.KeyID, e.Purpose}
	names = append(names, e.Consumers...)
	for i, n := range names {
		names[i] = strings.ToLower(n)
	}
	detail := strings.ToLower(e.Detail)
	for _, word := range f.words {
		if !foundIn(names, word) && !strings.Contains(detail, word) {
			return false
		}
	}
	for _, test := range f.tests {
		if !test(e, now) {
			return false
		}
	}
	return true
}

// auditDeed takes part of the word for what was done.
func auditDeed(value string) (func(*store.Event, time.Time) bool, string) {
	known := slices.ContainsFunc(store.Actions(), func(a store.Action) bool { return strings.Contains(string(a), value) })
	if !known {
		return nil, "nothing that is done is called " + strconv.Quote(value)
	}
	return func(e *store.Event, _ time.Time) bool { return strings.Contains(string(e.Action), value) }, ""
}

func auditText(of func(*store.Event) []string) func(string) (func(*store.Event, time.Time) bool, string) {
	return func(value string) (func(*store.Event, time.Time) bool, string) {
		return func(e *store.Event, _ time.Time) bool {
			return slices.ContainsFunc(of(e), func(text string) bool { return strings.Contains(strings.ToLower(exchanges.Clean(text)), value) })
		}, ""
	}
}
