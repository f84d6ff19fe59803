package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"

	"github.com/keyrota/keyrota/exchanges"
)

// palette searches all actions by name and performs one.
type palette struct {
	env     *Env
	actions []Action
	query   string
	found   []int // indices into actions, best first
	list    picker
	w, h    int
}

const (
	paletteWidth = 76
	paletteRows  = 14
)

// newPalette offers the given actions, whether they have keys or not.
func newPalette(env *Env, actions []Action) *palette {
	p := &palette{env: env}
	for _, act := range actions {
		if act.Label != "commands" { // it is open already
			p.actions = append(p.actions, act)
		}
	}
	p.search()
	return p
}

// Title names the overlay.
func (p *palette) Title() string { return "Commands" }

// Typing is always true: every key is text for the search.
func (p *palette) Typing() bool { return true }

// Init has nothing to start.
func (p *palette) Init() tea.Cmd { return nil }

// Size asks for a line of text, a line of room and a list.
func (p *palette) Size(maxW, maxH int) (w, h int) {
	return min(maxW, paletteWidth), min(maxH, min(len(p.actions), paletteRows)+2)
}

// SetSize gives the area to draw on.
func (p *palette) SetSize(w, h int) {
	p.w, p.h = w, h
	p.list.resize(h - 2)
}

// Actions are the keys that the search itself takes.
func (p *palette) Actions() []Action {
	return []Action{
		{Keys: []string{"enter"}, Label: "do it", Help: "Do what is chosen."},
		{Keys: []string{"up"}, Label: "up", Help: "Choose the one above."},
		{Keys: []string{"down"}, Label: "down", Help: "Choose the one below."},
		{Keys: []string{"esc"}, Label: "close", Help: "Close the search."},
	}
}

// Update takes text, movement and the choice.
func (p *palette) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case KeyMsg:
		return p.key(msg)
	case PasteMsg:
		p.query += exchanges.Clean(string(msg.Text))
		p.search()
	case MouseMsg:
		if msg.Wheel != 0 {
			p.list.move(msg.Wheel)
		} else if p.list.clicked(msg.Y - 2) {
			return p.choose()
		}
	}
	return nil
}

func (p *palette) key(k KeyMsg) tea.Cmd {
	switch k.Name {
	case "esc":
		return closeOverlay
	case "enter":
		return p.choose()
	case "up", "ctrl+p", "shift+tab":
		p.list.move(-1)
	case "down", "ctrl+n", "tab":
		p.list.move(1)
	case "pgup":
		p.list.move(-p.list.rows)
	case "pgdown":
		p.list.move(p.list.rows)
	case "ctrl+u":
		p.query = ""
		p.search()
	case "backspace":
		if r := []rune(p.query); len(r) > 0 {
			p.query = string(r[:len(r)-1])
			p.search()
		}
	default:
		if k.Rune != 0 {
			p.query += string(k.Rune)
			p.search()
		}
	}
	return nil
}

// search finds actions by name, and after those the ones whose sentence holds
// the query.
func (p *palette) search() {
	p.found = p.found[:0]
	query := strings.ToLower(strings.TrimSpace(p.query))
	for _, m := range fuzzy.FindFrom(query, paletteLabels(p.actions)) {
		p.found = append(p.found, m.Index)
	}
	for i, act := range p.actions {
		if strings.Contains(strings.ToLower(act.Help), query) && !slices.Contains(p.found, i) {
			p.found = append(p.found, i)
		}
	}
	p.list.reset(len(p.found))
}

// paletteLabels is what the search for letters in order looks at.
type paletteLabels []Action

func (l paletteLabels) String(i int) string { return l[i].Label }
func (l paletteLabels) Len() int            { return len(l) }

// choose closes the palette and then does what was chosen, so that a dialog
// it opens is not closed with it.
func (p *palette) choose() tea.Cmd {
	if p.list.cursor >= len(p.found) {
		return nil
	}
	act := p.actions[p.found[p.list.cursor]]
	return tea.Sequence(closeOverlay, func() tea.Msg { return chosenMsg{act} })
}

// chosenMsg asks the root to perform an action that the palette offered.
type chosenMsg struct{ action Action }

// View draws the search and what it found.
func (p *palette) View() string {
	s := p.env.Styles
	query := p.query
	if cells(query)+3 > p.w {
		query = tail(query, p.w-3)
	}
	lines := []string{s.InputFocus.Render(fit(": "+query+"▏", p.w)), strings.Repeat(" ", p.w)}
	if len(p.found) == 0 {
		lines = append(lines, s.Muted.Render(fit("  Nothing is called that. esc closes, ctrl+u clears.", p.w)))
	}
	for _, i := range p.list.visible() {
		lines = append(lines, p.row(p.actions[p.found[i]], i == p.list.cursor))
	}
	return strings.Join(exactly(lines, p.w, p.h), "\n")
}

func (p *palette) row(act Action, chosen bool) string {
	s := p.env.Styles
	text, style := helpText(act), s.Text
	if act.Disabled != "" {
		text, style = "not possible: "+act.Disabled, s.Faint
	}
	const labelWidth, keyWidth = 18, 10
	label, keys, mark := fit(act.Label, labelWidth), "", "  "
	if len(act.Keys) > 0 {
		keys = keyName(act.Keys[0])
	}
	bold, key := s.Bold, s.FooterKey
	if act.Disabled != "" {
		bold = s.Faint
	}
	if chosen {
		mark = "> "
		style, bold, key = s.OnCursor(style), s.OnCursor(bold), s.OnCursor(key)
	}
	rest := max(0, p.w-2-labelWidth-1-1-keyWidth)
	return bold.Render(mark+label+" ") + style.Render(fit(text, rest)+" ") + key.Render(fit(keys, keyWidth))
}
