package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Sent says what a call sent and how it was answered: "GET /api/v3/account  HTTP
// 200  41 ms".
func (s *TestStep) Sent() string {
	text := s.Call.Method + " " + cmp.Or(s.Reply.Path, s.Call.Path)
	if s.Reply.Sent > 1 {
		text += fmt.Sprintf("  %d calls", s.Reply.Sent)
	}
	if s.Reply.Status > 0 {
		text += fmt.Sprintf("  HTTP %d  %s", s.Reply.Status, Millis(s.Reply.Took))
	}
	return exchanges.Clean(text)
}

// Said says in one line what came of a call beyond a plain yes: how keyrota
// classifies a refusal, what a bot should expect where that is something else,
// and the exchange's own words.
func (s *TestStep) Said() string {
	c, r := &s.Call, &s.Reply
	switch {
	case c.Do == nil:
		return c.Unable
	case s.Verdict == exchanges.NotProvoked:
		return fmt.Sprintf("%d calls allowed; %s", r.Sent, cmp.Or(c.Limit, "how many the exchange allows is not known"))
	case r.Err == nil && s.Verdict == exchanges.Unexpected:
		return "accepted, expected " + kinds(c.Want)
	case r.Err == nil:
		return ""
	}
	got := string(r.Err.Kind)
	if s.Verdict == exchanges.Unexpected && r.Then == nil {
		got += ", expected " + cmp.Or(kinds(c.Want), "a yes")
	}
	parts := []string{got, r.Err.Code, pause(r)}
	return exchanges.Clean(strings.Join(slices.DeleteFunc(parts, func(p string) bool { return p == "" }), " · "))
}

// Hint says what to do about a call that did not go as expected, or "".
func (s *TestStep) Hint() string {
	if s.Verdict != exchanges.Unexpected || s.Reply.Err == nil {
		return ""
	}
	return exchanges.Clean(sentence(s.Reply.Err.Hint))
}

// pause says what became of a Retry-After.
func pause(r *exchanges.TestReply) string {
	short := func(d time.Duration) string { return d.Round(time.Millisecond).String() }
	switch after := r.Err.RetryAfter; {
	case r.Err.Kind != exchanges.RateLimited:
		return ""
	case after == 0:
		return "not told how long to wait"
	case r.Waited == 0:
		return "Retry after " + short(after) + ": nothing more is sent until then"
	case r.Then != nil:
		return "waited " + short(r.Waited) + " as asked, and was refused again: " + string(r.Then.Kind)
	default:
		return "waited " + short(r.Waited) + " as asked, and was accepted then"
	}
}

func kinds(all []exchanges.Kind) string {
	words := make([]string, len(all))
	for i, k := range all {
		words[i] = string(k)
	}
	return strings.Join(words, " or ")
}

// Counts says in one line how the calls of a test run went: "6 as expected, 1
// not provoked".
func (r *TestReport) Counts() string {
	counts := map[exchanges.TestVerdict]int{}
	for i := range r.Steps {
		counts[r.Steps[i].Verdict]++
	}
	var parts []string
	for _, v := range []exchanges.TestVerdict{
		exchanges.AsExpected, exchanges.Unexpected, exchanges.NotProvoked, exchanges.NotPossible, exchanges.Interrupted,
	} {
		if n := counts[v]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, VerdictWords(v)))
		}
	}
	return strings.Join(parts, ", ")
}

// Facts says in one line what the calls showed beside: how far this machine's
// clock is off, and how much of the rate limit is used.
func (r *TestReport) Facts() string {
	text := "clock not measured"
	if r.Clock.Known {
		text = fmt.Sprintf("clock %+d ms", r.Clock.Offset.Milliseconds())
	}
	if r.Usage != "" {
		text += " · rate limit: " + exchanges.Clean(r.Usage)
	}
	return text
}

// Millis writes a time of a round trip: "41 ms", and "0.4 ms" below one.
func Millis(d time.Duration) string {
	if d < 10*time.Millisecond {
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// VerdictWords is a verdict for people.
func VerdictWords(v exchanges.TestVerdict) string { return strings.ReplaceAll(string(v), "-", " ") }
