package ui

import (
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// deafFor is how long keys are ignored after a submit. A terminal without
// bracketed paste sends each line of a paste as keys and an enter: the first
// line would submit the form and the others would run as commands.
const deafFor = 50 * time.Millisecond

// form is a column of fields of which one has the focus.
type form struct {
	fields  []field
	focus   int
	problem problem
	deaf    time.Time
}

// problem is what is wrong with a field: a sentence, and what to do.
type problem struct {
	field      int
	what, hint string
}

// formEvent is what a key meant to the form as a whole.
type formEvent uint8

const (
	formNothing formEvent = iota
	formSubmit            // enter on the last field
	formBack              // esc
)

func newForm(fields ...field) *form { return &form{fields: fields} }

// key gives a key to the focused field, or moves the focus.
func (f *form) key(k KeyMsg, now time.Time) formEvent {
	if now.Before(f.deaf) {
		f.deaf = now.Add(deafFor)
		return formNothing
	}
	if f.fields[f.focus].key(k) {
		f.problem = problem{}
		return formNothing
	}
	switch k.Name {
	case "esc":
		return formBack
	case "tab", "down":
		f.move(1)
	case "shift+tab", "up":
		f.move(-1)
	case "enter":
		if f.focus == len(f.fields)-1 {
			f.deaf = now.Add(deafFor)
			return formSubmit
		}
		f.move(1)
	}
	return formNothing
}

func (f *form) move(n int) { f.focus = (f.focus + n + len(f.fields)) % len(f.fields) }

func (f *form) paste(text []byte) {
	f.problem = problem{}
	f.fields[f.focus].paste(text)
}

// refuse shows what is wrong with a field and moves there.
//
//go:noinline // copied into its callers, it would take 3 kB
func (f *form) refuse(at int, what, hint string) {
	f.problem = problem{at, what, hint}
	f.focus = at
}

func (f *form) wipe() {
	for _, x := range f.fields {
		x.wipe()
	}
}

// draw returns the form's lines and the range of lines that the focused field
// takes, so that a small window can keep it in sight.
func (f *form) draw(s *Styles, w int) (lines []string, from, to int) {
	for i, x := range f.fields {
		focus := i == f.focus
		start := len(lines)
		head, style := "  "+x.label(), s.Muted
		if focus {
			head, style = "> "+x.label(), s.Accent
		}
		lines = append(lines, style.Render(ansi.Truncate(head, w, "…")))
		for _, l := range x.draw(s, w-4, focus) {
			lines = append(lines, "    "+l)
		}
		if focus {
			lines = indent(lines, s.Faint, x.help(), w, 4)
		}
		if f.problem.what != "" && f.problem.field == i {
			lines = indent(lines, s.Danger, "✗ "+f.problem.what, w, 4)
			lines = indent(lines, s.Text, f.problem.hint, w, 6)
		}
		lines = append(lines, "")
		if focus {
			from, to = start, len(lines)
		}
	}
	return lines, from, to
}

// indent adds plain text to lines, wrapped to w cells behind a margin and with
// each line styled.
func indent(lines []string, style Style, text string, w, margin int) []string {
	if text == "" {
		return lines
	}
	for line := range strings.SplitSeq(wrap(text, w-margin), "\n") {
		lines = append(lines, strings.Repeat(" ", margin)+style.Render(line))
	}
	return lines
}

// wrap breaks a text into lines of w cells, 8 at least. It breaks between words
// only: of a date, a label or an exchange's name for a right, half is worth
// nothing.
func wrap(text string, w int) string {
	const noBreak = "\u2011" // as wide as the hyphen, at which ansi.Wrap breaks
	return strings.ReplaceAll(ansi.Wrap(strings.ReplaceAll(text, "-", noBreak), max(8, w), " "), noBreak, "-")
}

// page makes lines exactly w×h, scrolled so that from..to is in sight.
func page(lines []string, w, h, from, to int) string {
	top := 0
	if to > h {
		top = min(from, max(0, to-h))
	}
	out := make([]string, h)
	for i := range out {
		line := ""
		if top+i < len(lines) {
			line = ansi.Truncate(lines[top+i], w, "…")
		}
		out[i] = line + strings.Repeat(" ", max(0, w-ansi.StringWidth(line)))
	}
	return strings.Join(out, "\n")
}
