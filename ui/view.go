package ui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// View draws the page, what lies over it, and the footer.
func (a *app) View() string {
	if a.w <= 0 || a.h <= 0 {
		return "" // the terminal has not said its size yet
	}
	var lines []string
	if a.tooSmall() {
		lines = a.viewTooSmall()
	} else {
		lines = a.viewScreens()
	}
	out := strings.Join(lines, "\n")
	if a.env.ASCII {
		out = plainGlyphs.Replace(out)
	}
	return out
}

func (a *app) viewScreens() []string {
	w, h := a.area()
	lines := exactly(strings.Split(a.page().View(), "\n"), w, h)
	for _, s := range a.overlays {
		a.cover(lines, s)
	}
	rule, keys := a.viewFooter()
	lines = append(lines, rule, keys)
	a.coverToast(lines)
	return lines
}

// exactly keeps a screen that drew too many lines or too few from moving the
// footer.
//
//go:noinline // copied into its callers, it would take 11 kB
func exactly(lines []string, w, h int) []string {
	for len(lines) < h {
		lines = append(lines, strings.Repeat(" ", w))
	}
	return lines[:h:h]
}

func (a *app) viewTooSmall() []string {
	lines := exactly(nil, a.w, a.h)
	text := fmt.Sprintf("keyrota needs %d×%d, this is %d×%d", minWidth, minHeight, a.w, a.h)
	lines[0] = fit(text, a.w)
	return lines
}

// cover draws an overlay with border and title over lines.
func (a *app) cover(lines []string, s Screen) {
	b := a.overlayBox(s)
	style := a.env.Styles
	body := exactly(strings.Split(s.View(), "\n"), b.w, b.h)
	title := ansi.Truncate(s.Title(), b.w-2, "…")
	rule := max(0, b.w+2-ansi.StringWidth(title)-3)
	top := style.Border.Render("╭─ ") + style.Header.Render(title) + style.Border.Render(" "+strings.Repeat("─", rule)+"╮")
	bottom := style.Border.Render("╰" + strings.Repeat("─", b.w+2) + "╯")
	side := style.Border.Render("│")

	x := b.x - boxMarginX
	lay(lines, b.y-boxMarginY, x, top)
	for i, line := range body {
		lay(lines, b.y+i, x, side+" "+line+" "+side)
	}
	lay(lines, b.y+b.h, x, bottom)
}

// lay puts a piece over line y, from cell x on.
func lay(lines []string, y, x int, piece string) {
	if y < 0 || y >= len(lines) {
		return
	}
	under := lines[y]
	w := ansi.StringWidth(piece)
	left, right := ansi.Truncate(under, x, ""), ansi.TruncateLeft(under, x+w, "")
	if ansi.StringWidth(right) > ansi.StringWidth(under)-x-w { // a wide character lay across that edge
		right = ansi.TruncateLeft(under, x+w+1, "")
	}
	gap := x - ansi.StringWidth(left) // a wide character lay across the edge
	lost := ansi.StringWidth(under) - x - w - ansi.StringWidth(right)
	lines[y] = left + strings.Repeat(" ", max(0, gap)) + piece + strings.Repeat(" ", max(0, lost)) + right
}

// plainGlyphs has a stand-in of the same width for every glyph that keyrota
// draws itself. What people and exchanges call things is left as it is.
var plainGlyphs = strings.NewReplacer(
	"✗", "x", "✓", "+", "▲", "!", "●", "*", "○", "o", "·", ".", "┊", ":", "…", "~", "–", "-", "—", "-", "−", "-", "×", "x",
	"─", "-", "│", "|", "╭", "+", "╮", "+", "╰", "+", "╯", "+", "┌", "+", "┐", "+", "└", "+", "┘", "+", "├", "+", "┤", "+",
	"▕", "|", "▏", "|", "█", "#", "▉", "#", "▊", "#", "▋", "#", "▌", "=", "▍", "=", "▎", "-", "▏", "-", "░", ".",
	"▸", ">", "▶", ">", "▾", "v", "→", ">", "←", "<", "↑", "^", "↓", "v", "↻", "@", "◐", "|", "◓", "/", "◑", "-", "◒", "\\", "ᵗ", "t", "ᵈ", "d",
)
