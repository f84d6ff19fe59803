package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/ui/flow"
)

// reviewTable draws what was asked for against what the exchange says, with a
// mark and a word for each line.
func reviewTable(t *sheet, s *Styles, lines []flow.ReviewLine) {
	const margin, gap, verdict = 2, 2, 10
	what, asked, found := len("what"), len("asked for"), len("found")
	for _, l := range lines {
		what, asked, found = max(what, cells(l.What)), max(asked, cells(l.Asked)), max(found, cells(l.Found))
	}
	what = min(what, 18)
	room := max(16, t.w-1-margin-what-verdict-3*gap)
	if asked+found > room { // the wider one gives way, but no further than to half
		asked = min(asked, max(room/2, room-found))
		found = min(found, room-asked)
	}
	row := func(style Style, mark string, w, a, f string) {
		cols := [][]string{wrapPlain(mark, verdict), wrapPlain(w, what), wrapPlain(a, asked), wrapPlain(f, found)}
		for i := range max(len(cols[0]), len(cols[1]), len(cols[2]), len(cols[3])) {
			var b strings.Builder
			b.WriteString(strings.Repeat(" ", margin))
			for j, width := range []int{verdict, what, asked, found} {
				text := strings.Repeat(" ", width)
				if i < len(cols[j]) {
					text = cols[j][i]
				}
				b.WriteString(text + strings.Repeat(" ", gap))
			}
			t.line(style.Render(ansi.Truncate(strings.TrimRight(b.String(), " "), t.w, "…")))
		}
	}
	row(s.Muted, "", "what", "asked for", "found")
	for _, l := range lines {
		mark, style := reviewMark(l.Mark, s)
		row(style, mark, l.What, l.Asked, l.Found)
	}
}

// reviewMark is how a verdict on a line looks and reads.
func reviewMark(mark string, s *Styles) (string, Style) {
	switch mark {
	case "same":
		return "✓ same", s.Text
	case "wider":
		return "✗ wider", s.Danger
	case "narrower":
		return "▲ narrower", s.Warning
	}
	return "? unknown", s.Unknown
}
