package ui

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/themes"
)

// Style is how a text of some meaning looks. It refers to the half kilobyte
// that lipgloss has for that, which every drawing would copy.
type Style struct{ of *lipgloss.Style }

func newStyle(r *lipgloss.Renderer, colour string) Style {
	of := r.NewStyle()
	if colour != "" {
		of = of.Foreground(lipgloss.Color(colour))
	}
	return Style{&of}
}

// Render draws a text.
//
//go:noinline // the copy that lipgloss wants is made here only
func (s Style) Render(text string) string { return s.of.Render(text) }

// Bold returns the style in bold.
//
//go:noinline // as Render
func (s Style) Bold() Style { of := s.of.Bold(true); return Style{&of} }

// Italic returns the style in italics.
func (s Style) Italic() Style { of := s.of.Italic(true); return Style{&of} }

// Reverse returns the style with ink and ground changed about.
//
//go:noinline // as Render
func (s Style) Reverse() Style { of := s.of.Reverse(true); return Style{&of} }

// Styles is a theme made ready to draw with. One style per meaning, so that a
// theme cannot make two meanings look alike by accident of code.
//
// Weight and slant do not come from the theme: live is bold and testnet and
// demo are slanted in each of them, colours or none.
type Styles struct {
	Text, Muted, Faint, Bold Style
	Accent, Header, Border   Style
	Cursor, Marked           Style // whole row
	OK, Warning, Danger      Style
	Unknown                  Style
	Live, Testnet, Demo      Style
	FooterKey, FooterLabel   Style
	Input, InputFocus        Style
	Badge                    Style // DEMO, READ-ONLY

	cursorBack lipgloss.TerminalColor // nil: the cursor row is reversed instead
}

// NewStyles makes a theme ready for a terminal with the given abilities. It
// asks the terminal nothing.
func NewStyles(t themes.Theme, p termenv.Profile) *Styles {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	r.SetHasDarkBackground(t.Dark)
	ink := func(colour string) Style { return newStyle(r, colour) }
	s := &Styles{
		Text: ink(t.Text), Muted: ink(t.Muted), Faint: ink(t.Faint), Bold: ink(t.Text).Bold(),
		Accent: ink(t.Accent), Header: ink(t.Header).Bold(), Border: ink(t.Border),
		OK: ink(t.OK), Warning: ink(t.Warning).Bold(), Danger: ink(t.Danger).Bold(), Unknown: ink(t.Unknown),
		Live: ink(t.Live).Bold(), Testnet: ink(t.Testnet).Italic(), Demo: ink(t.Demo).Italic(),
		FooterKey: ink(t.Key).Bold(), FooterLabel: ink(t.Muted),
		Input: ink(t.Text), InputFocus: ink(t.Accent).Bold(),
		Badge: ink(t.Warning).Bold().Reverse(),
	}
	if t.CursorBack != "" {
		s.cursorBack = lipgloss.Color(t.CursorBack)
	}
	s.Cursor = s.OnCursor(ink(t.CursorText)).Bold()
	s.Marked = ink(t.Accent).Bold()
	return s
}

// OnCursor returns the style of a cell in the cursor row: the cell's own,
// with the row's background.
func (s *Styles) OnCursor(cell Style) Style {
	if s.cursorBack == nil {
		return cell.Reverse()
	}
	of := cell.of.Background(s.cursorBack)
	return Style{&of}
}

// Environment returns the style of an environment's name.
func (s *Styles) Environment(name string) Style {
	switch name {
	case "live":
		return s.Live
	case "testnet":
		return s.Testnet
	}
	return s.Demo
}
