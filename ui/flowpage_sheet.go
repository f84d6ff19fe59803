package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// sheet is text in the making: lines of at most w cells, what a press of the
// mouse on them does, and the lines that must be in sight.
type sheet struct {
	w        int
	lines    []string
	hits     []hit
	from, to int
}

// hit is a part of a line that can be pressed.
type hit struct {
	line, x, end int
	do           func() tea.Cmd
}

// para writes a paragraph behind a margin; an empty one leaves no trace.
//
//go:noinline // copied into its callers, it would take 14 kB
func (t *sheet) para(style Style, text string, margin int) {
	t.lines = indent(t.lines, style, text, t.w-1, margin)
}

// blank writes an empty line, but no two in a row and none at the top.
//
//go:noinline // copied into its callers, it would take 2 kB
func (t *sheet) blank() {
	if n := len(t.lines); n > 0 && t.lines[n-1] != "" {
		t.lines = append(t.lines, "")
	}
}

//go:noinline // copied into its callers, it would take 2 kB
func (t *sheet) line(text string) { t.lines = append(t.lines, text) }

// hit makes cells of the last line a place to press.
func (t *sheet) hit(x, end int, do func() tea.Cmd) {
	t.hits = append(t.hits, hit{len(t.lines) - 1, x, end, do})
}

// press does what a press on a place means.
func (t *sheet) press(line, x int) tea.Cmd {
	for _, h := range t.hits {
		if h.line == line && x >= h.x && x < h.end {
			return h.do()
		}
	}
	return nil
}

// flowLayout is the page taken apart: the head, the column of stages, the text,
// which may scroll, and the choices below it, which stay in sight.
type flowLayout struct {
	head   []string
	column int // width of the column of stages; 0: there is none
	body   sheet
	foot   sheet
	room   int // lines for the body
	top    int // the first line of it on screen
}

// most is the furthest that the body can be scrolled.
func (l *flowLayout) most() int { return max(0, len(l.body.lines)-l.room) }

// more says how much of the text is out of sight. It takes the blank line that
// every foot begins with, so that it covers nothing.
func (l *flowLayout) more() string {
	above, below := l.top, l.most()-l.top
	switch {
	case above > 0 && below > 0:
		return fmt.Sprintf("↑ %d  ↓ %s", above, plural(below, "more line"))
	case below > 0:
		return "↓ " + plural(below, "more line")
	case above > 0:
		return "↑ " + plural(above, "more line")
	}
	return ""
}

// lay arranges the page for its size.
func (p *flowPage) lay() flowLayout {
	l := flowLayout{head: p.head()}
	if p.w >= stepsFrom {
		l.column = stepsWidth
	}
	w := p.w - l.column
	l.body, l.foot = p.body(w), p.foot(w)
	l.room = max(1, min(len(l.body.lines), p.h-len(l.head)-len(l.foot.lines)))
	switch {
	case p.ask == nil:
		l.top = p.top
	case p.ask.follow:
		if l.body.to > l.room {
			l.top = min(l.body.from, l.body.to-l.room)
		}
	default:
		l.top = p.ask.top
	}
	l.top = min(l.top, l.most())
	return l
}

// View draws the page.
func (p *flowPage) View() string {
	l := p.lay()
	w := p.w - l.column
	body := l.body.lines[l.top:min(len(l.body.lines), l.top+l.room)]
	lines := strings.Split(page(body, w, l.room, 0, 0), "\n")
	lines = append(lines, l.foot.lines...)
	if more := l.more(); more != "" && l.room < len(lines) {
		lines[l.room] = p.env.Styles.Muted.Render("  " + more)
	}
	right := page(lines, w, p.h-len(l.head), 0, 0)
	if l.column > 0 {
		right = beside(p.stageList(p.h-len(l.head)), right)
	}
	return page(append(l.head, strings.Split(right, "\n")...), p.w, p.h, 0, 0)
}

// mouse handles the wheel, and presses on choices, inputs and values to copy.
func (p *flowPage) mouse(m MouseMsg) tea.Cmd {
	if m.Wheel != 0 {
		p.scroll(wheelStep * m.Wheel)
		return nil
	}
	if !p.asks() || !p.ask.seen || p.ask.sent || p.env.Now().Before(p.deaf) {
		return nil
	}
	l := p.lay()
	x, y := m.X-l.column, m.Y-len(l.head)
	switch {
	case x < 0 || y < 0:
		return nil
	case y < l.room:
		return l.body.press(y+l.top, x)
	}
	return l.foot.press(y-l.room, x)
}

// head draws which flow this is and, for a rotation, both keys.
func (p *flowPage) head() []string {
	s := p.env.Styles
	lines := []string{p.heading()}
	if keys := p.keysLine(); keys != "" {
		lines = append(lines, keys)
	}
	if p.w < stepsFrom && p.gone == nil {
		lines = append(lines, p.stageLine())
	}
	rule := "─"
	if p.env.ASCII {
		rule = "-"
	}
	return append(lines, s.Border.Render(strings.Repeat(rule, p.w)))
}

// heading keeps environment, a site that is not the usual one, and step in sight,
// whatever the name's length.
func (p *flowPage) heading() string {
	s := p.env.Styles
	title := " " + p.Title()
	st := &p.u.State
	if st.Plan.Exchange != "" {
		title += " · " + p.exchange()
	}
	env := cleanAll(string(st.Plan.Environment))
	tail := "   " + p.stepWords()
	if env == "" {
		return s.Header.Render(ansi.Truncate(title, p.w-cells(tail), "…")) + s.Muted.Render(tail)
	}
	if site := cleanAll(st.Plan.Site); site != "" {
		tail = " · " + site + tail
	}
	title = ansi.Truncate(title, max(1, p.w-cells(tail)-cells(env)-3), "…")
	return s.Header.Render(title) + s.Muted.Render(" · ") + s.Environment(env).Render(env) + s.Muted.Render(tail)
}

func (p *flowPage) stepWords() string {
	switch {
	case p.u.Done && p.u.State.Ended:
		return "abandoned"
	case p.u.Done || p.gone != nil:
		return "done"
	}
	words := ""
	if b := p.u.State.Batch; b.Of > 1 {
		words = fmt.Sprintf("key %d of %d · ", b.Number, b.Of)
	}
	stages := p.u.State.Stages()
	for i, g := range stages {
		if g.Here {
			return words + fmt.Sprintf("step %d of %d", i+1, len(stages))
		}
	}
	return ""
}
