package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// prompt draws what the flow asks, all but the choices.
func (p *flowPage) prompt(t *sheet) {
	s, q := p.env.Styles, p.ask.prompt
	t.para(s.Header, q.Title, 2)
	for _, warn := range q.Warn {
		t.para(s.Warning, "▲ "+warn, 2)
	}
	for _, text := range q.Text {
		t.para(s.Text, text, 2)
	}
	if q.Page != "" {
		p.address(t)
	}
	if len(q.Guide) > 0 {
		t.blank()
		p.guide(t)
	}
	if len(q.Review) > 0 {
		t.blank()
		reviewTable(t, s, q.Review)
	}
	p.drawInputs(t)
	if !p.due().IsZero() {
		t.blank()
		t.para(s.Accent, p.dueWords("asks again", ""), 2)
	}
}

// address draws where the exchange's page is, in full.
func (p *flowPage) address(t *sheet) {
	s, page := p.env.Styles, p.ask.prompt.Page
	for piece := range strings.SplitSeq(ansi.Hardwrap(page, max(8, t.w-3), true), "\n") {
		t.line("  " + link(p.env, page, s.Accent.Render(piece)))
	}
}

// Cells of a guide: the number before a line, and the key that copies it behind.
const (
	guideNumber = 6
	copyWidth   = 8
)

// guide draws what to do on the exchange's page, line by line.
func (p *flowPage) guide(t *sheet) {
	var mark func(int)
	if p.env.Copy != nil {
		mark = func(digit int) { p.copyMark(t, digit) }
	}
	drawGuide(t, p.env.Styles, p.ask.prompt.Guide, mark)
}

// drawGuide draws the lines of a guide. What is pasted is shown in full, however
// many lines that takes. mark is called behind the first line of the n-th value
// that can be pasted; nil: nothing can be copied.
func drawGuide(t *sheet, s *Styles, lines []flow.Line, mark func(n int)) {
	label := 0
	for _, l := range lines {
		if n := cells(l.Text); (l.Copy != "" || len(l.Many) > 0) && n <= 16 {
			label = max(label, n+2)
		}
	}
	copies := 0
	for i, l := range lines {
		row := guideRow{number: fmt.Sprintf("%4d  ", i+1), text: l.Text, values: l.Many}
		if len(l.Many) > 0 {
			row.values = tickBoxes(l)
		}
		if l.Copy != "" {
			row.values = append(row.values, strings.Split(l.Copy, "\n")...)
			copies++
			row.pasted = copies <= 9
			if n := copies; row.pasted && mark != nil {
				row.mark = func() { mark(n) }
			}
		}
		row.draw(t, s, label)
	}
}

func tickBoxes(l flow.Line) []string {
	return each(l.Many, func(words string) string {
		switch l.Name {
		case exchanges.PutTicks:
			return "[x] " + words
		case exchanges.PutNoTicks:
			return "[ ] " + words
		default:
			return words
		}
	})
}

// guideRow is one line of a guide and the values that belong to it.
type guideRow struct {
	number, text string
	values       []string
	pasted       bool
	mark         func() // nil: there is none
}

// draw puts the values beside the text where they have room there, else below
// it.
func (r *guideRow) draw(t *sheet, s *Styles, label int) {
	number := r.number
	at := guideNumber + label
	wide := 0
	for _, v := range r.values {
		wide = max(wide, cells(v))
	}
	inline := len(r.values) > 0 && cells(r.text)+2 <= label && wide <= t.w-at-copyWidth-1
	if !inline {
		for i, line := range strings.Split(wrap(r.text, t.w-guideNumber-1), "\n") {
			if i > 0 {
				number = strings.Repeat(" ", guideNumber)
			}
			t.line(s.Muted.Render(number) + s.Text.Render(line))
		}
		at = guideNumber
	}
	before := strings.Repeat(" ", at)
	if inline {
		before = s.Muted.Render(number) + s.Text.Render(fit(r.text, label))
	}
	broken, mark := brokenAt(r.pasted), r.mark
	for _, v := range r.values {
		for piece := range strings.SplitSeq(broken(v, max(8, t.w-at-copyWidth-1)), "\n") {
			t.line(before + s.Bold.Render(piece))
			before = strings.Repeat(" ", at)
			if mark != nil {
				mark()
				mark = nil
			}
		}
	}
}

// brokenAt is how values are broken into lines: what is pasted as it stands
// where the line ends, words between words.
func brokenAt(pasted bool) func(string, int) string {
	if !pasted {
		return wrap
	}
	return func(v string, w int) string { return ansi.Hardwrap(v, w, true) }
}

// copyMark puts the digit that copies a value behind the last line.
func (p *flowPage) copyMark(t *sheet, digit int) {
	t.copyKey(p.env.Styles, fmt.Sprint(digit), func() tea.Cmd {
		v := p.ask.pasteables()[digit-1]
		return copyText(p.env, v.name, v.value)
	})
}

// copyKey puts the key that copies a value behind the last line.
func (t *sheet) copyKey(s *Styles, key string, do func() tea.Cmd) {
	last, x := len(t.lines)-1, t.w-copyWidth
	pad := strings.Repeat(" ", max(0, x-ansi.StringWidth(t.lines[last])))
	t.lines[last] += pad + s.FooterKey.Render(key) + s.FooterLabel.Render(" copy")
	t.hit(x, t.w, do)
}

// drawInputs draws the inputs, and marks where each can be pressed.
func (p *flowPage) drawInputs(t *sheet) {
	a := p.ask
	for i, in := range a.inputs {
		t.blank()
		one := form{fields: []field{in.field}, focus: 0, problem: a.problem}
		one.problem.field = 0
		if a.at != i {
			one.focus = onGuide // none
		}
		if a.problem.field != i {
			one.problem = problem{}
		}
		from := len(t.lines)
		lines, _, _ := one.draw(p.env.Styles, t.w-2)
		for j, line := range lines[:len(lines)-1] { // the last is blank
			t.line(line)
			t.hit(0, t.w, p.press(i, j-1))
		}
		if a.at == i {
			t.from, t.to = from, len(t.lines)
		}
	}
}

// press is a press on the line of an input: it takes the focus, and a box is
// ticked.
func (p *flowPage) press(i, line int) func() tea.Cmd {
	return func() tea.Cmd {
		p.ask.focus(i)
		if many, ok := p.ask.inputs[i].field.(*manyField); ok && line >= 0 && line < len(many.options) {
			many.toggle(line)
			p.ask.problem = problem{}
		}
		return nil
	}
}

// foot draws what stays in sight: what is wrong with the whole, and the choices.
func (p *flowPage) foot(w int) sheet {
	t := sheet{w: w}
	s := p.env.Styles
	switch {
	case p.u.Done && p.gone == nil:
		t.line("")
		t.para(s.Accent, p.nextWords(), 2)
	case p.asks():
		t.line("")
		if a := p.ask; a.problem.what != "" && a.problem.field == onGuide {
			t.para(s.Danger, "✗ "+a.problem.what, 2)
			t.para(s.Text, a.problem.hint, 4)
		}
		p.choices(&t)
	}
	return t
}

// nextWords says what enter does when the flow is done.
func (p *flowPage) nextWords() string {
	batch := p.u.State.Batch
	words := ""
	if batch.Of > 1 {
		words = fmt.Sprintf("%d of %d · ", batch.Number, batch.Of)
	}
	if p.next != "" {
		return words + "enter: next"
	}
	return words + "enter: close"
}

// choices draws the ways to answer in a row, or in several where they do not
// fit, and what the one means that enter would choose.
func (p *flowPage) choices(t *sheet) {
	s, a := p.env.Styles, p.ask
	t.line("")
	used := 0
	for i, c := range a.prompt.Choices {
		label, style := c.Label, s.Muted
		if c.Dangerous {
			label, style = "! "+label, s.Danger
		}
		cell := "  " + label + "  "
		if i == a.choice() {
			cell = "[ " + label + " ]"
			if !c.Dangerous {
				style = s.Bold
			}
			if a.onChoices() {
				style = style.Reverse()
			}
		}
		cell = ansi.Truncate(cell, t.w-2, "…")
		n := cells(cell)
		if used > 0 && used+n > t.w-2 {
			t.line("")
			used = 0
		}
		last := len(t.lines) - 1
		if used == 0 {
			t.lines[last] = " "
		}
		t.lines[last] += style.Render(cell)
		t.hit(1+used, 1+used+n, func() tea.Cmd { return p.pressChoice(i) })
		used += n
	}
	switch {
	case a.sent:
		t.para(s.Muted, "writing the answer down …", 3)
	case a.at == onGuide:
		t.para(s.Accent, "enter when that is done", 3)
	default:
		t.para(s.Faint, a.prompt.Choices[a.choice()].Help, 3)
	}
}

// pressChoice chooses with the mouse. What is dangerous is only selected.
func (p *flowPage) pressChoice(i int) tea.Cmd {
	selected := p.ask.onChoices() && p.ask.choice() == i
	p.ask.focus(len(p.ask.inputs) + i)
	if p.ask.prompt.Choices[i].Dangerous && !selected {
		return nil
	}
	return p.answer(i)
}
