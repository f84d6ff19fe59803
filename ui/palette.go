package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/sahilm/fuzzy"
)

// palette searches all actions by name and performs one.
type palette struct {
	finder
	actions []Action
}

const (
	paletteWidth = 76
	paletteRows  = 14
)

// newPalette offers the given actions, whether they have keys or not.
func newPalette(env *Env, actions []Action) *palette {
	p := &palette{}
	p.finder = finder{env: env, search: p.search, choose: p.perform}
	for _, act := range actions {
		if act.Label != "commands" { // it is open already
			p.actions = append(p.actions, act)
		}
	}
	p.narrow("")
	return p
}

// Title names the overlay.
func (p *palette) Title() string { return "Commands" }

// Size asks for a line of text, a line of room and a list.
func (p *palette) Size(maxW, maxH int) (w, h int) {
	return min(maxW, paletteWidth), min(maxH, min(len(p.actions), paletteRows)+2)
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

// search finds actions by name, and after those the ones whose sentence holds
// the query.
func (p *palette) search(query string) []int {
	var found []int
	query = strings.ToLower(strings.TrimSpace(query))
	for _, m := range fuzzy.FindFrom(query, paletteLabels(p.actions)) {
		found = append(found, m.Index)
	}
	for i, act := range p.actions {
		if strings.Contains(strings.ToLower(act.Help), query) && !slices.Contains(found, i) {
			found = append(found, i)
		}
	}
	return found
}

// paletteLabels is what the search for letters in order looks at.
type paletteLabels []Action

func (l paletteLabels) String(i int) string { return l[i].Label }
func (l paletteLabels) Len() int            { return len(l) }

// perform closes the palette and then does what was chosen, so that a dialog
// it opens is not closed with it.
func (p *palette) perform(i int) tea.Cmd {
	return sequence(closeOverlay, func() tea.Msg { return chosenMsg{p.actions[i]} })
}

// chosenMsg asks the root to perform an action that the palette offered.
type chosenMsg struct{ action Action }

// View draws the search and what it found.
func (p *palette) View() string {
	return p.draw(":", "Nothing is called that. esc closes, ctrl+u clears.", p.row)
}

func (p *palette) row(i int, chosen bool) string {
	s, act := p.env.Styles, p.actions[i]
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
