package ui

import (
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk"
)

// Lines of the page: title, facts and heading above the calls; below them what
// came of the chosen one.
const (
	testrunTop   = 3
	testrunAbout = 7
)

// Widths of the columns; what was sent takes the rest.
const (
	callCells, statusCells, tookCells, verdictCells = 18, 4, 8, 13
)

// View draws the calls and what came of the chosen one.
func (p *testrunPage) View() string {
	if p.w <= 0 || p.h <= 0 {
		return ""
	}
	if p.box == nil || p.box.styles != p.env.Styles {
		p.box = newPenBox(p.env.Styles)
	}
	lines := []string{p.head(), p.facts(), p.heading()}
	for _, i := range p.list.visible() {
		if i < len(p.steps) {
			lines = append(lines, p.row(i))
		}
	}
	lines = append(append(lines, p.line()), p.about()...)
	return strings.Join(exactly(lines, p.w, p.h), "\n")
}

//go:noinline // it has many callers
func (p *testrunPage) line(spans ...span) string { return p.box.line(p.w, tonePlain, spans...) }

// head says which key is tried, and how far that is.
func (p *testrunPage) head() string {
	name := " Test run · " + exchanges.Clean(p.rec.Name) + " · " + exchangeName(p.env, p.rec.Exchange) + " "
	left := []span{{inkHeader, name}, {envInk(p.rec.Environment), exchanges.Clean(string(p.rec.Environment))}}
	return p.box.sides(p.w, left, []span{p.state(), {inkText, " "}})
}

// state says whether something runs, and else how it went.
func (p *testrunPage) state() span {
	n := len(p.steps)
	switch {
	case p.running() && n == 0:
		return span{inkAccent, p.spinner() + " preparing"}
	case p.running():
		return span{inkAccent, fmt.Sprintf("%s %d of %d", p.spinner(), p.steps[n-1].At+1, p.steps[n-1].Of)}
	case p.err != nil:
		return span{inkDanger, "✗ failed"}
	case n > 0 && p.steps[n-1].Verdict == exchanges.Interrupted:
		return span{inkMuted, "canceled"}
	}
	if bad := len(p.report.Unexpected()); bad > 0 {
		return span{inkDanger, fmt.Sprintf("✗ %d unexpected", bad)}
	}
	return span{inkOK, "✓ as expected"}
}

func (p *testrunPage) spinner() string {
	if !p.env.Animate {
		return spinFrames[0]
	}
	return spinFrames[p.spin%len(spinFrames)]
}

// facts says what the run showed beside its calls.
func (p *testrunPage) facts() string {
	if p.running() || p.err != nil {
		return p.line(span{inkMuted, " Reads only: nothing that is sent can change the account."})
	}
	return p.line(span{inkMuted, " " + p.report.Facts()})
}

func (p *testrunPage) heading() string {
	return p.line(span{inkMuted, "   " + fit("CALL", callCells+2) + " " + fit("HTTP", statusCells) + " " + fit("    TIME", tookCells) +
		" " + fit("VERDICT", verdictCells) + " SENT"})
}

// row draws a call.
func (p *testrunPage) row(i int) string {
	s := &p.steps[i]
	t, pointer := tonePlain, "   "
	if i == p.list.cursor {
		t, pointer = toneCursor, " > "
	}
	b := p.box.newBrush(p.w, t)
	mark, verdict, ink := "·", desk.VerdictWords(s.Verdict), inkMuted
	switch {
	case !s.Done:
		mark, verdict, ink = p.spinner(), "asking", inkAccent
	case s.Verdict == exchanges.AsExpected:
		mark, ink = "✓", inkOK
	case s.Verdict == exchanges.Unexpected:
		mark, verdict, ink = "✗", "UNEXPECTED", inkDanger
	}
	status, took := "", ""
	if s.Reply.Status > 0 {
		status, took = fmt.Sprint(s.Reply.Status), desk.Millis(s.Reply.Took)
	}
	b.put(inkText, pointer)
	b.put(ink, mark+" ")
	b.put(inkText, fit(s.Call.Name, callCells)+" "+fit(status, statusCells)+" "+fmt.Sprintf("%*s", tookCells, took)+" ")
	b.put(ink, fit(verdict, verdictCells)+" ")
	b.put(inkMuted, fit(s.Call.Method+" "+sentPath(s), max(0, p.w-b.width)))
	return b.finish(p.w)
}

func sentPath(s *desk.TestStep) string {
	if s.Reply.Path != "" {
		return exchanges.Clean(s.Reply.Path)
	}
	return exchanges.Clean(s.Call.Path)
}

// about says what came of the chosen call, for which testrunAbout lines are kept;
// of a run that could not be made, why.
func (p *testrunPage) about() []string {
	if p.err != nil {
		what, hint := explain(p.err)
		return p.wrap(inkDanger, "✗ "+what, inkText, hint)
	}
	if p.list.cursor >= len(p.steps) {
		return nil
	}
	s := &p.steps[p.list.cursor]
	lines := []string{p.line(span{inkBold, "   " + s.Call.Name}, span{inkMuted, " · " + s.Sent()})}
	if !s.Done {
		return lines
	}
	said := s.Said()
	if said == "" {
		said = "accepted"
	}
	return append(lines, p.wrap(inkText, said, inkMuted, s.Hint())...)
}

// wrap breaks two texts into lines.
func (p *testrunPage) wrap(first ink, a string, second ink, b string) (lines []string) {
	for _, part := range []span{{first, a}, {second, b}} {
		if part.text == "" {
			continue
		}
		for _, text := range wrapPlain(part.text, max(1, p.w-4)) {
			lines = append(lines, p.line(span{part.ink, "   " + text}))
		}
	}
	return lines
}
