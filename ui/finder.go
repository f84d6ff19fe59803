package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
)

// finder is a line of text above a list that it narrows: what the overlays
// have in common in which one thing of many is found by typing.
type finder struct {
	env   *Env
	query string
	found []int // indices of what was found, best first
	list  picker
	w, h  int

	search func(query string) []int
	choose func(i int) tea.Cmd
}

// Typing is always true: every key is text for the search.
func (f *finder) Typing() bool { return true }

// Init has nothing to start.
func (f *finder) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (f *finder) SetSize(w, h int) {
	f.w, f.h = w, h
	f.list.resize(h - 2)
}

// Update takes text, movement and the choice.
func (f *finder) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case KeyMsg:
		return f.key(msg)
	case PasteMsg:
		f.narrow(f.query + exchanges.Clean(string(msg.Text)))
	case MouseMsg:
		if msg.Wheel != 0 {
			f.list.move(msg.Wheel)
		} else if f.list.clicked(msg.Y - 2) {
			return f.pick()
		}
	}
	return nil
}

func (f *finder) key(k KeyMsg) tea.Cmd {
	switch k.Name {
	case "esc":
		return closeOverlay
	case "enter":
		return f.pick()
	case "up", "ctrl+p", "shift+tab":
		f.list.move(-1)
	case "down", "ctrl+n", "tab":
		f.list.move(1)
	case "pgup":
		f.list.move(-f.list.rows)
	case "pgdown":
		f.list.move(f.list.rows)
	case "ctrl+u":
		f.narrow("")
	case "backspace":
		if r := []rune(f.query); len(r) > 0 {
			f.narrow(string(r[:len(r)-1]))
		}
	default:
		if k.Rune != 0 {
			f.narrow(f.query + string(k.Rune))
		}
	}
	return nil
}

// narrow searches for a text and puts the cursor on the best match.
func (f *finder) narrow(query string) {
	f.query, f.found = query, f.search(query)
	f.list.reset(len(f.found))
}

func (f *finder) pick() tea.Cmd {
	if f.list.cursor >= len(f.found) {
		return nil
	}
	return f.choose(f.found[f.list.cursor])
}

// draw writes the search behind a sign and the rows of what it found.
func (f *finder) draw(sign, nothing string, row func(i int, chosen bool) string) string {
	s := f.env.Styles
	query := f.query
	if cells(query)+3 > f.w {
		query = tail(query, f.w-3)
	}
	lines := []string{s.InputFocus.Render(fit(sign+" "+query+"▏", f.w)), strings.Repeat(" ", f.w)}
	if len(f.found) == 0 {
		lines = append(lines, s.Muted.Render(fit("  "+nothing, f.w)))
	}
	for _, i := range f.list.visible() {
		lines = append(lines, row(f.found[i], i == f.list.cursor))
	}
	return strings.Join(exactly(lines, f.w, f.h), "\n")
}
