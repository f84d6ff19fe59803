package ui

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/keyrota/keyrota/exchanges"
)

// filterLine is the line in which a filter is typed, and what shows a filter
// that was kept.
type filterLine struct {
	text   string
	typing bool
	parsed filter

	check func(text string) (problem string) // of a filter of other things than keys; nil: of keys
}

// set replaces the text.
func (f *filterLine) set(text string) {
	f.text = text
	if f.check != nil {
		f.parsed = filter{problem: f.check(text)}
		return
	}
	f.parsed = parseFilter(text)
}

// key takes one key while typing and reports whether the text changed.
func (f *filterLine) key(k KeyMsg) bool {
	text := f.text
	switch {
	case k.Name == "backspace":
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	case k.Name == "ctrl+u":
		text = ""
	case k.Name == "ctrl+w":
		text = text[:strings.LastIndexByte(strings.TrimRight(text, " "), ' ')+1]
	case k.Rune != 0:
		text += exchanges.Clean(string(k.Rune))
	}
	if text == f.text {
		return false
	}
	f.set(text)
	return true
}

// paste adds pasted text, without what cannot be drawn.
func (f *filterLine) paste(p []byte) {
	f.set(f.text + exchanges.Clean(strings.ReplaceAll(string(p), "\n", " ")))
}

// shown reports whether there is anything to draw.
func (f *filterLine) shown() bool { return f.typing || f.text != "" }

// draw draws the line: text, count of matches, and what is wrong or what can
// be done.
func (f *filterLine) draw(box *penBox, w, matches, of int) string {
	const least = 12 // cells for the text
	caret := ""
	if f.typing {
		caret = "▏"
	}
	hint := span{inkMuted, "enter keep · esc clear "}
	if !f.typing {
		hint.text = "/ edit · esc clear "
	}
	count := span{inkMuted, fmt.Sprintf("  %d of %d  ", matches, of)}
	if f.parsed.problem != "" {
		hint, count.text = span{inkWarning, f.parsed.problem + " "}, "  "
	}
	room := max(least, w-3-cells(caret)-cells(count.text)-cells(hint.text))
	text := f.text
	if cells(text) > room {
		text = tail(text, room)
	}
	left := []span{{inkAccent, " / "}, {inkText, text}, {inkAccent, caret}, count}
	if spansWidth(left)+cells(hint.text) >= w {
		return box.line(w, tonePlain, append(left, hint)...)
	}
	return box.sides(w, left, []span{hint})
}

// tail keeps the end of a text that is too long for w cells: what was typed
// last is what the person looks at.
func tail(text string, w int) string {
	for cells(text) > w-1 && text != "" {
		_, n := utf8.DecodeRuneInString(text)
		text = text[n:]
	}
	return "…" + text
}
