package command

import (
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// printStep prints a call that is done: what was sent, what came of it and
// whether that is what a bot should expect; and what to do if not.
func (a *App) printStep(s *desk.TestStep) error {
	verdict := desk.VerdictWords(s.Verdict)
	if s.Verdict == exchanges.Unexpected {
		verdict = "UNEXPECTED"
	}
	line := fmt.Sprintf("%-17s  %-13s  %s  %s", s.Call.Name, verdict, s.Sent(), s.Said())
	if err := a.say("%s\n", strings.TrimRight(line, " ")); err != nil || s.Hint() == "" {
		return err
	}
	return a.say("%34s%s\n", "", s.Hint())
}

func (a *App) printTestrun(r *desk.TestReport) error {
	return a.say("%s\n%s\n", r.Counts(), r.Facts())
}

type testrunJSON struct {
	Name        string                `json:"name"`
	Exchange    exchanges.ID          `json:"exchange"`
	Environment exchanges.Environment `json:"environment"`
	Calls       []testCallJSON        `json:"calls"`
	ClockMS     *float64              `json:"clock_offset_ms"` // exchange minus this machine; null: not measured
	RateLimit   string                `json:"rate_limit,omitempty"`
	Unexpected  int                   `json:"unexpected"`
}

type testCallJSON struct {
	Name       string                `json:"name"`
	Drill      exchanges.Drill       `json:"drill,omitempty"`
	Method     string                `json:"method"`
	Path       string                `json:"path"`
	Signed     bool                  `json:"signed"`
	Sent       int                   `json:"requests"`
	Status     int                   `json:"http_status,omitempty"`
	TookMS     *float64              `json:"took_ms"` // of the last request; null: there was no answer
	Code       string                `json:"exchange_says,omitempty"`
	Kind       exchanges.Kind        `json:"kind,omitempty"`
	Want       []exchanges.Kind      `json:"expected,omitempty"`
	Verdict    exchanges.TestVerdict `json:"verdict"`
	RetryAfter float64               `json:"retry_after_s,omitempty"`
	Waited     float64               `json:"waited_s,omitempty"`
	Then       string                `json:"after_waiting,omitempty"` // "accepted", or a kind
	Limit      string                `json:"limit,omitempty"`
	Why        string                `json:"why,omitempty"`
	Hint       string                `json:"hint,omitempty"`
}

func newTestrunJSON(r *store.Record, t *desk.TestReport) testrunJSON {
	out := testrunJSON{
		Name: r.Name, Exchange: r.Exchange, Environment: r.Environment, Calls: []testCallJSON{},
		RateLimit: t.Usage, Unexpected: len(t.Unexpected()),
	}
	if t.Clock.Known {
		out.ClockMS = inMS(t.Clock.Offset)
	}
	for i := range t.Steps {
		out.Calls = append(out.Calls, newTestCallJSON(&t.Steps[i]))
	}
	return out
}

func newTestCallJSON(s *desk.TestStep) testCallJSON {
	c, r := &s.Call, &s.Reply
	out := testCallJSON{
		Name: c.Name, Drill: c.Drill, Method: c.Method, Path: first(r.Path, c.Path), Signed: c.Signed, Sent: r.Sent, Status: r.Status,
		Want: c.Want, Verdict: s.Verdict, Waited: r.Waited.Seconds(), Limit: c.Limit, Why: c.Unable,
	}
	if r.Status > 0 {
		out.TookMS = inMS(r.Took)
	}
	if e := r.Err; e != nil {
		out.Code, out.Kind, out.Hint, out.RetryAfter = e.Code, e.Kind, e.Hint, e.RetryAfter.Seconds()
	}
	if r.Waited > 0 {
		out.Then = "accepted"
		if r.Then != nil {
			out.Then = string(r.Then.Kind)
		}
	}
	return out
}

func inMS(d time.Duration) *float64 {
	ms := float64(d.Microseconds()) / 1000
	return &ms
}
