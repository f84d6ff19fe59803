package ui

import (
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// filter decides which rows are shown. It is made from what the person types:
// words, which must each be found in name, exchange, account, purpose or a
// consumer, and column:value pairs. All must hold.
type filter struct {
	words   []string
	tests   []func(*row, time.Time) bool
	problem string // what is wrong with the text; the rest of it still filters
}

// filterColumn makes the test for column:value, or says what the value should be.
type filterColumn func(value string) (test func(*row, time.Time) bool, problem string)

// filterColumns are the columns that can be filtered, in the order in which
// they are listed.
var filterColumns = []struct {
	name string
	make filterColumn
}{
	{"perm", permFilter}, {"env", envFilter}, {"ip", ipFilter}, {"state", stateFilter}, {"status", statusFilter},
	{"age", daysFilter("age", rowAge)}, {"used", daysFilter("used", rowUnused)}, {"due", daysFilter("due", rowDue)},
	{"ex", textFilter(func(r *row) []string { return []string{r.exchange, string(r.rec.Exchange)} })},
	{"acct", textFilter(func(r *row) []string { return []string{r.account, r.rec.Facts.Account} })},
}

// parseFilter reads a filter. A pair whose value is still missing filters nothing.
func parseFilter(text string) filter {
	var f filter
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

func (f *filter) add(column, value string) {
	for _, c := range filterColumns {
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
	names := make([]string, len(filterColumns))
	for i, c := range filterColumns {
		names[i] = c.name
	}
	f.problem = "no column " + strconv.Quote(column) + ": use " + strings.Join(names, " ")
}

// empty reports whether the filter lets everything through.
func (f *filter) empty() bool { return len(f.words) == 0 && len(f.tests) == 0 }

// match reports whether a row passes.
func (f *filter) match(r *row, now time.Time) bool {
	for _, word := range f.words {
		if !foundIn(r.fields, word) {
			return false
		}
	}
	for _, test := range f.tests {
		if !test(r, now) {
			return false
		}
	}
	return true
}

// foundIn reports whether one of the fields has the runes of word in their
// order, with anything between them. Both are in lower case.
func foundIn(fields []string, word string) bool {
	for _, f := range fields {
		if subsequence(f, word) {
			return true
		}
	}
	return false
}

func subsequence(text, word string) bool {
	for _, r := range word {
		i := strings.IndexRune(text, r)
		if i < 0 {
			return false
		}
		text = text[i+len(string(r)):]
	}
	return true
}

func permFilter(value string) (func(*row, time.Time) bool, string) {
	if value == "unknown" || value == "?" {
		return func(r *row, _ time.Time) bool {
			for _, p := range shownPermissions {
				if r.rec.Facts.Permissions.Get(p) == exchanges.Unknown {
					return true
				}
			}
			return false
		}, ""
	}
	var wanted []exchanges.Permission
	var names []string
	for _, p := range exchanges.Permissions() {
		names = append(names, p.String())
		if strings.HasPrefix(p.String(), value) {
			wanted = append(wanted, p)
		}
	}
	if len(wanted) == 0 {
		return nil, "no permission " + strconv.Quote(value) + ": use " + strings.Join(names, " ") + " unknown"
	}
	return func(r *row, _ time.Time) bool {
		for _, p := range wanted {
			if r.rec.Facts.Permissions.Has(p) {
				return true
			}
		}
		return false
	}, ""
}

func envFilter(value string) (func(*row, time.Time) bool, string) {
	return oneOf("environment", value, []string{"live", "testnet", "demo"},
		func(r *row) string { return string(r.rec.Environment) })
}

func statusFilter(value string) (func(*row, time.Time) bool, string) {
	statuses := []store.Status{store.OK, store.Rejected, store.Unreachable, store.Unverified, store.Stated}
	words := make([]string, len(statuses))
	for i, s := range statuses {
		words[i] = string(s)
	}
	return oneOf("status", value, words, func(r *row) string { return string(r.rec.Status()) })
}

// oneOf tests for a word of a closed list, by as much of it as was typed.
func oneOf[T any](what, value string, words []string, of func(T) string) (func(T, time.Time) bool, string) {
	for _, w := range words {
		if strings.HasPrefix(w, value) {
			return func(r T, _ time.Time) bool { return strings.HasPrefix(of(r), value) }, ""
		}
	}
	return nil, "no " + what + " " + strconv.Quote(value) + ": use " + strings.Join(words, " ")
}

// ipFilter takes a state of the whitelist, or the beginning of an entry.
func ipFilter(value string) (func(*row, time.Time) bool, string) {
	return func(r *row, _ time.Time) bool {
		ips := r.rec.Facts.IPs
		if strings.HasPrefix(ips.State.String(), value) {
			return true
		}
		for _, e := range ips.Entries {
			if strings.HasPrefix(strings.ToLower(e), value) {
				return true
			}
		}
		return false
	}, ""
}

// stateFilter takes the beginning of a word of the STATE column, of any
// finding's code or severity, or "ok".
func stateFilter(value string) (func(*row, time.Time) bool, string) {
	return func(r *row, _ time.Time) bool {
		if strings.HasPrefix(strings.ToLower(r.state.word), value) {
			return true
		}
		for _, f := range r.judged.Findings {
			for _, word := range []string{f.Code, strings.ToLower(f.Word), f.Severity.String()} {
				if strings.HasPrefix(word, value) {
					return true
				}
			}
		}
		return false
	}, ""
}

func textFilter(of func(*row) []string) filterColumn {
	return func(value string) (func(*row, time.Time) bool, string) {
		return func(r *row, _ time.Time) bool {
			for _, text := range of(r) {
				if strings.Contains(strings.ToLower(text), value) {
					return true
				}
			}
			return false
		}, ""
	}
}

// daysFilter compares a span of time in whole days: ">90", "<7", "12". A row
// for which the span is not known never passes.
func daysFilter[T any](name string, of func(T, time.Time) (time.Duration, bool)) func(string) (func(T, time.Time) bool, string) {
	return func(value string) (func(T, time.Time) bool, string) {
		number := strings.TrimSuffix(strings.TrimLeft(value, "<>="), "d")
		if number == "" {
			return func(T, time.Time) bool { return true }, "" // still being typed
		}
		n, err := strconv.Atoi(number)
		if err != nil {
			return nil, name + " wants days: " + name + ":>90 or " + name + ":<7"
		}
		return func(r T, now time.Time) bool {
			d, known := of(r, now)
			if !known {
				return false
			}
			switch days := int(d / aDay); value[0] {
			case '>':
				return days > n
			case '<':
				return days < n
			default:
				return days == n
			}
		}, ""
	}
}

func rowAge(r *row, _ time.Time) (time.Duration, bool) { return r.judged.Age, true }

func rowUnused(r *row, now time.Time) (time.Duration, bool) {
	t, ok := r.rec.Facts.LastUsed.Time()
	return now.Sub(t), ok
}

func rowDue(r *row, now time.Time) (time.Duration, bool) {
	at := r.judged.Deadline.At
	return at.Sub(now), !at.IsZero()
}
