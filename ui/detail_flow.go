package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// paragraphs writes labelled paragraphs into lines of a given width. Words are
// spans, so that a paragraph can be in several inks and still break anywhere
// between two of them.
type paragraphs struct {
	box    *penBox
	w      int
	indent int // cells for the labels
	lines  []string

	row  []span // the line in the making
	used int
}

// para writes a paragraph behind a label.
//
//go:noinline // it has many callers
func (f *paragraphs) para(label string, words ...span) {
	f.item(span{inkMuted, " " + label}, words...)
}

// item writes a paragraph behind a label that is as wide as it is given.
func (f *paragraphs) item(label span, words ...span) {
	f.start(span{label.ink, fit(label.text, f.indent)})
	for _, word := range words {
		f.word(word)
	}
	f.end()
}

// blank writes an empty line, but no two in a row and none at the top.
func (f *paragraphs) blank() {
	if n := len(f.lines); n > 0 && strings.TrimSpace(ansi.Strip(f.lines[n-1])) != "" {
		f.lines = append(f.lines, f.box.line(f.w, tonePlain))
	}
}

func (f *paragraphs) start(label span) {
	f.row, f.used = []span{label}, cells(label.text)
}

func (f *paragraphs) end() {
	f.lines = append(f.lines, f.box.line(f.w, tonePlain, f.row...))
	f.row = nil
}

// word puts a word on the line or, if it does not fit, on the next one; a
// word longer than a line is cut into pieces.
func (f *paragraphs) word(s span) {
	room := f.w - 1 // a margin to the right
	n := cells(s.text)
	gap := 0
	if len(f.row) > 1 {
		gap = 1
	}
	if f.used+gap+n > room && len(f.row) > 1 {
		f.end()
		f.start(span{inkText, strings.Repeat(" ", f.indent)})
		gap = 0
	}
	for n > room-f.used-gap && n > 1 && room > f.indent+1 {
		piece := ansi.Truncate(s.text, room-f.used, "")
		if piece == "" {
			break
		}
		f.row = append(f.row, span{s.ink, piece})
		f.end()
		f.start(span{inkText, strings.Repeat(" ", f.indent)})
		s.text = s.text[len(piece):]
		n = cells(s.text)
	}
	if s.text == "" {
		return
	}
	if gap > 0 {
		f.row = append(f.row, span{inkText, " "})
	}
	f.row = append(f.row, s)
	f.used += gap + n
}

// words splits a text at white space.
//
//go:noinline // copied into its callers, it would take 25 kB
func words(i ink, text string) []span {
	var out []span
	for _, w := range strings.Fields(text) {
		out = append(out, span{i, w})
	}
	return out
}
