package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// mistake is one that programs make, as what it does to the right text.
type mistake struct {
	cause string
	edit  func(string) string
}

// causes finds the mistakes that lead from our text to theirs. The one that
// makes the texts the same, or alike for longer than any other, comes first,
// again and again.
func (c *comparison) causes(ours, theirs string) (found []string) {
	const most = 5
	for len(found) < most && ours != theirs {
		ours, theirs = c.apart(ours, theirs)
		all := c.mistakes(theirs)
		best, alike := -1, commonStart(ours, theirs)
		for i, m := range all {
			after := m.edit(ours)
			if n := commonStart(after, theirs); after == theirs || n > alike {
				best, alike = i, n
			}
			if after == theirs {
				break
			}
		}
		if best < 0 {
			break
		}
		ours = all[best].edit(ours)
		found = append(found, all[best].cause)
	}
	if ours != theirs {
		found = append(found, parameters(ours, theirs)...)
	}
	return found
}

// apart puts a line end before the query in both texts where they are the same up
// to it, and nothing else tells it from what is before.
func (c *comparison) apart(ours, theirs string) (o, t string) {
	at := strings.Index(ours, c.call.Query)
	if c.call.Query == "" || at <= 0 || strings.ContainsAny(ours[at-1:at], "?\n") || commonStart(ours, theirs) < at {
		return ours, theirs
	}
	return ours[:at] + "\n" + ours[at:], theirs[:at] + "\n" + theirs[at:]
}

// mistakes lists what may have gone wrong with a call. Some are only to be seen
// in the text that came of it; empty: there is none.
func (c *comparison) mistakes(theirs string) []mistake {
	all := slices.Concat(c.addressMistakes(), c.timeMistakes(theirs), escapeMistakes(), bodyMistakes(c.signing.Body))
	if theirs != "" {
		all = append(all, likeTheirs(theirs)...)
	}
	for _, name := range slices.Sorted(maps.Keys(c.signing.Header)) {
		if value := strings.Join(c.signing.Header[name], ""); len(value) > 3 && !strings.Contains(value, "/") && !strings.Contains(value, "[") {
			all = append(all, mistake{"the value of the header " + name + " is left out of the string to sign", drop(value)})
		}
	}
	return append(all,
		mistake{"a line end stands behind the text", func(s string) string { return s + "\n" }},
		mistake{"the line end at the end is missing", func(s string) string { return strings.TrimSuffix(s, "\n") }},
		mistake{"the parameters are sorted by name", inParameters(sorted)},
		mistake{"all of it is in lower case", strings.ToLower}, mistake{"all of it is in upper case", strings.ToUpper},
	)
}

// addressMistakes are those with method, host, path and query.
func (c *comparison) addressMistakes() []mistake {
	method, path, query := c.call.Method, c.call.Path, c.call.Query
	all := []mistake{
		{"the method is in lower case", swap(method, strings.ToLower(method))},
		{"the method is missing", drop(method)},
		{"the leading slash of the path is missing", swap(path, strings.TrimPrefix(path, "/"))},
		{"the path ends in a slash", swap(path, path+"/")},
	}
	if u, err := url.Parse(c.signing.URL); err == nil {
		all = append(all,
			mistake{"scheme and host stand before the path, which begins with its slash", swap(path, u.Scheme+"://"+u.Host+path)},
			mistake{"the host stands before the path, which begins with its slash", swap(path, u.Host+path)},
		)
	}
	for n, rest := 1, path; n <= 3; n++ {
		at := strings.Index(rest[1:], "/") + 1
		if at == 0 {
			break
		}
		rest = rest[at:]
		all = append(all, mistake{fmt.Sprintf("the path lacks its beginning, %s", exchanges.Clean(strings.TrimSuffix(path, rest))), swap(path, rest)})
	}
	if query == "" {
		return all
	}
	return append(all,
		mistake{"the parameters are sorted by name", swap(query, sorted(query))},
		mistake{"the query is left out", swap("?"+query, "")}, mistake{"the parameters are left out", drop(query)},
		mistake{"the question mark before the query is missing", swap("?"+query, query)},
	)
}

// unit is a way to write a moment.
type unit struct {
	name  string
	write func(time.Time) string
}

var units = []unit{
	{"seconds", func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }},
	{"milliseconds", func(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }},
	{"microseconds", func(t time.Time) string { return strconv.FormatInt(t.UnixMicro(), 10) }},
	{"nanoseconds", func(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }},
	{"ISO 8601 with milliseconds", func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }},
	{"ISO 8601 with Z", func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }},
	{"ISO 8601 without zone", func(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05") }},
}

// timeMistakes are those with timestamp and nonce: another unit, or another
// moment than that of the signing.
func (c *comparison) timeMistakes(theirs string) (all []mistake) {
	for _, of := range []struct {
		name exchanges.StepName
		flag string
	}{{exchanges.StepTime, "--at"}, {exchanges.StepNonce, "--nonce"}} {
		step, ok := c.signing.Step(of.name)
		if !ok || step.Text == "" {
			continue
		}
		for _, u := range units {
			if text := u.write(c.call.At); text != step.Text {
				all = append(all, mistake{fmt.Sprintf("the %s is in %s, where it must be %s", of.name, u.name, form(step)), swap(step.Text, text)})
			}
		}
		all = append(all, mistake{"the " + string(of.name) + " is left out", drop(step.Text)})
		if other := digitsAt(theirs, step.Text); other != "" && other != step.Text {
			all = append(all, another(step, of.flag, other))
		}
	}
	return all
}

// form says how a step is written.
func form(s exchanges.SigningStep) string {
	if s.Name == exchanges.StepTime {
		return s.How
	}
	return "written as " + strconv.Itoa(len(s.Text)) + " digits"
}

func another(step exchanges.SigningStep, flag, other string) mistake {
	cause := fmt.Sprintf("the %s is another one: to compare the rest, run this again with %s %s", step.Name, flag, other)
	if len(other) != len(step.Text) {
		cause = fmt.Sprintf("the %s has %d digits, where it must have %d: it is in another unit, and of another moment", step.Name, len(other), len(step.Text))
	}
	return mistake{cause, swap(step.Text, other)}
}

// digitsAt returns the first number in a text that is as long as moments are.
func digitsAt(text, like string) string {
	const least, most = 10, 19 // seconds, nanoseconds
	if strings.Trim(like, "0123456789") != "" {
		return ""
	}
	for run := range strings.FieldsFuncSeq(text, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(run) >= least && len(run) <= most {
			return run
		}
	}
	return ""
}

func escapeMistakes() []mistake {
	return []mistake{
		{"a blank is written as +, where %20 is wanted", func(s string) string { return strings.ReplaceAll(s, "%20", "+") }},
		{"a blank is written as %20, where + is wanted", inParameters(func(s string) string { return strings.ReplaceAll(s, "+", "%20") })},
		{"the digits of escapes are in lower case (%2f), where upper case is wanted (%2F)", escapesIn(strings.ToLower)},
		{"the digits of escapes are in upper case (%2F), where lower case is wanted (%2f)", escapesIn(strings.ToUpper)},
		{"the parameters are not escaped, where they must be", inParameters(func(s string) string {
			if plain, err := url.PathUnescape(s); err == nil {
				return plain
			}
			return s
		})},
		{"the parameters are escaped, where they must be signed as they read", inParameters(escaped)},
	}
}

// escapesIn changes the two digits of each percent escape.
func escapesIn(change func(string) string) func(string) string {
	return func(s string) string {
		parts := strings.Split(s, "%")
		for i, p := range parts[1:] {
			if len(p) > 1 {
				parts[i+1] = change(p[:2]) + p[2:]
			}
		}
		return strings.Join(parts, "%")
	}
}

// escaped escapes the values of parameters.
func escaped(s string) string {
	pairs := strings.Split(s, "&")
	for i, p := range pairs {
		if name, value, ok := strings.Cut(p, "="); ok {
			pairs[i] = name + "=" + strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
		}
	}
	return strings.Join(pairs, "&")
}

// bodyMistakes are those with a body.
func bodyMistakes(body string) []mistake {
	if body == "" {
		return []mistake{{"an empty body is written as {}, where nothing is wanted", func(s string) string { return s + "{}" }}}
	}
	all := []mistake{{"the body is left out", drop(body)}}
	var compact, indented, indented4 bytes.Buffer
	if json.Compact(&compact, []byte(body)) != nil || json.Indent(&indented, []byte(body), "", "  ") != nil || json.Indent(&indented4, []byte(body), "", "    ") != nil {
		return all
	}
	const spaced = "the body that is signed has other white space than the one that is sent"
	for _, other := range []string{compact.String(), blanks(compact.String()), indented.String(), indented4.String()} {
		all = append(all, mistake{spaced, swap(body, other)})
	}
	return all
}

// blanks puts one behind each colon and comma of compact JSON, outside of texts.
func blanks(s string) string {
	var b strings.Builder
	inside, escape := false, false
	for _, r := range s {
		b.WriteRune(r)
		switch {
		case escape:
			escape = false
		case r == '\\':
			escape = true
		case r == '"':
			inside = !inside
		case !inside && (r == ':' || r == ','):
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// swap replaces the first of a text, and drop removes it.
//
//go:noinline // copied into its callers, it would take 2 kB
func swap(from, to string) func(string) string {
	return func(s string) string {
		if from == "" {
			return s
		}
		return strings.Replace(s, from, to, 1)
	}
}

func drop(text string) func(string) string { return swap(text, "") }
