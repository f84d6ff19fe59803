package ui

import (
	"io"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/themes"
)

// Styles is a theme made ready to draw with. One style per meaning, so that a
// theme cannot make two meanings look alike by accident of code.
//
// Weight and slant do not come from the theme: live is bold and testnet and
// demo are slanted in each of them, colours or none.
type Styles struct {
	Text, Muted, Faint, Bold lipgloss.Style
	Accent, Header, Border   lipgloss.Style
	Cursor, Marked           lipgloss.Style // whole row
	OK, Warning, Danger      lipgloss.Style
	Unknown                  lipgloss.Style
	Live, Testnet, Demo      lipgloss.Style
	FooterKey, FooterLabel   lipgloss.Style
	Input, InputFocus        lipgloss.Style
	Badge                    lipgloss.Style // DEMO, READ-ONLY

	cursorBack lipgloss.TerminalColor // nil: the cursor row is reversed instead
}

// NewStyles makes a theme ready for a terminal with the given abilities. It
// asks the terminal nothing.
func NewStyles(t themes.Theme, p termenv.Profile) *Styles {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(p)
	r.SetHasDarkBackground(t.Dark)
	ink := func(colour string) lipgloss.Style {
		s := r.NewStyle()
		if colour != "" {
			s = s.Foreground(lipgloss.Color(colour))
		}
		return s
	}
	s := &Styles{
		Text: ink(t.Text), Muted: ink(t.Muted), Faint: ink(t.Faint), Bold: ink(t.Text).Bold(true),
		Accent: ink(t.Accent), Header: ink(t.Header).Bold(true), Border: ink(t.Border),
		OK: ink(t.OK), Warning: ink(t.Warning).Bold(true), Danger: ink(t.Danger).Bold(true), Unknown: ink(t.Unknown),
		Live: ink(t.Live).Bold(true), Testnet: ink(t.Testnet).Italic(true), Demo: ink(t.Demo).Italic(true),
		FooterKey: ink(t.Key).Bold(true), FooterLabel: ink(t.Muted),
		Input: ink(t.Text), InputFocus: ink(t.Accent).Bold(true),
		Badge: ink(t.Warning).Bold(true).Reverse(true),
	}
	if t.CursorBack != "" {
		s.cursorBack = lipgloss.Color(t.CursorBack)
	}
	s.Cursor = s.OnCursor(ink(t.CursorText)).Bold(true)
	s.Marked = ink(t.Accent).Bold(true)
	return s
}

// OnCursor returns the style of a cell in the cursor row: the cell's own,
// with the row's background.
func (s *Styles) OnCursor(cell lipgloss.Style) lipgloss.Style {
	if s.cursorBack == nil {
		return cell.Reverse(true)
	}
	return cell.Background(s.cursorBack)
}

// Environment returns the style of an environment's name.
func (s *Styles) Environment(name string) lipgloss.Style {
	switch name {
	case "live":
		return s.Live
	case "testnet":
		return s.Testnet
	}
	return s.Demo
}
