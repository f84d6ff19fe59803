package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// ink is what a piece of text means; the theme says how that looks.
type ink uint8

const (
	inkText ink = iota
	inkMuted
	inkFaint
	inkBold
	inkAccent
	inkHeader
	inkBorder
	inkOK
	inkWarning
	inkDanger
	inkUnknown
	inkLive
	inkTestnet
	inkDemo
	inkKey
	inkBadge
	inkCount
)

// tone is the ground that a whole row is drawn on.
type tone uint8

const (
	tonePlain tone = iota
	toneCursor
	toneMarked
	toneCount
)

// pen is a style taken apart into what goes before and after a text. Styling
// a cell through lipgloss costs microseconds; through a pen, two appends.
type pen struct{ on, off string }

// penBox holds the pen for every ink on every tone.
type penBox struct {
	styles *Styles
	pens   [inkCount][toneCount]pen
}

// newPenBox prepares the pens of a theme.
func newPenBox(s *Styles) *penBox {
	box := &penBox{styles: s}
	for i, style := range [inkCount]Style{
		inkText: s.Text, inkMuted: s.Muted, inkFaint: s.Faint, inkBold: s.Bold,
		inkAccent: s.Accent, inkHeader: s.Header, inkBorder: s.Border,
		inkOK: s.OK, inkWarning: s.Warning, inkDanger: s.Danger.Bold(), inkUnknown: s.Unknown,
		inkLive: s.Live, inkTestnet: s.Testnet, inkDemo: s.Demo, inkKey: s.FooterKey, inkBadge: s.Badge,
	} {
		box.pens[i][tonePlain] = newPen(style)
		box.pens[i][toneCursor] = newPen(s.OnCursor(style))
		box.pens[i][toneMarked] = newPen(style)
	}
	// Plain text takes the row's own style; what carries a meaning keeps its colour.
	for _, i := range []ink{inkText, inkMuted, inkFaint, inkBold} {
		box.pens[i][toneCursor] = newPen(s.Cursor)
		box.pens[i][toneMarked] = newPen(s.Marked)
	}
	return box
}

func newPen(s Style) pen {
	before, after, _ := strings.Cut(s.Render("x"), "x")
	return pen{before, after}
}

// brush writes one line. Neighbours of the same ink share one escape sequence.
type brush struct {
	box   *penBox
	tone  tone
	b     strings.Builder
	ink   ink
	down  bool
	width int
}

// newBrush returns a brush for a line of about w cells.
func (box *penBox) newBrush(w int, t tone) *brush {
	b := &brush{box: box, tone: t}
	b.b.Grow(3 * w)
	return b
}

// put writes text, which must be plain, in an ink.
func (b *brush) put(i ink, text string) {
	if text == "" {
		return
	}
	if b.down && b.ink != i {
		b.lift()
	}
	if !b.down {
		b.b.WriteString(b.box.pens[i][b.tone].on)
		b.ink, b.down = i, true
	}
	b.b.WriteString(text)
	b.width += cells(text)
}

func (b *brush) lift() {
	if b.down {
		b.b.WriteString(b.box.pens[b.ink][b.tone].off)
		b.down = false
	}
}

// span is a piece of plain text and its ink.
type span struct {
	ink  ink
	text string
}

// cell writes spans into exactly w cells, cutting with an ellipsis.
func (b *brush) cell(w int, spans []span) {
	for _, s := range spans {
		n := cells(s.text)
		if n > w {
			b.put(s.ink, fit(s.text, w))
			return
		}
		b.put(s.ink, s.text)
		w -= n
	}
	b.put(inkText, strings.Repeat(" ", w))
}

// finish returns the line, filled up or cut to w cells.
func (b *brush) finish(w int) string {
	b.put(inkText, strings.Repeat(" ", max(0, w-b.width)))
	b.lift()
	if b.width > w {
		return ansi.Truncate(b.b.String(), w, "")
	}
	return b.b.String()
}

// line draws spans into exactly w cells, cutting with an ellipsis.
func (box *penBox) line(w int, t tone, spans ...span) string {
	b := box.newBrush(w, t)
	b.cell(w, spans)
	return b.finish(w)
}

// sides draws left and right spans at the ends of exactly w cells; where both
// do not fit, the right ones go.
func (box *penBox) sides(w int, left, right []span) string {
	l, r := spansWidth(left), spansWidth(right)
	if gap := w - l - r; gap > 0 && r > 0 {
		spans := append(append([]span{}, left...), span{inkText, strings.Repeat(" ", gap)})
		return box.line(w, tonePlain, append(spans, right...)...)
	}
	return box.line(w, tonePlain, left...)
}

//go:noinline // it has many callers
func spansWidth(spans []span) int {
	n := 0
	for _, s := range spans {
		n += cells(s.text)
	}
	return n
}

// cells returns the width of plain text on the screen.
func cells(s string) int {
	n := 0
	for _, r := range s {
		if !oneCell(r) {
			return ansi.StringWidth(s)
		}
		n++
	}
	return n
}

// oneCell reports whether a rune is one of those that make up nearly all of
// the screen: ASCII, punctuation, arrows, lines, blocks and marks, which
// neither combine nor are ever wide. It spares the search for graphemes.
func oneCell(r rune) bool {
	switch {
	case r < 0x80:
		return r >= ' '
	case r == '·', r == '–', r == '…', r == '✓', r == '✗':
		return true
	}
	return r >= '←' && r <= '↓' || r >= '─' && r <= '●'
}

// fit makes plain text exactly w cells wide: padded, or cut with an ellipsis.
func fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := cells(s)
	if n > w {
		s = ansi.Truncate(s, w, "…")
		n = cells(s)
	}
	return s + strings.Repeat(" ", w-n)
}
