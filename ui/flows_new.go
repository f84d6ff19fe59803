package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// newKeyMenu asks whether a key is to be made at the exchange or is there
// already.
type newKeyMenu struct {
	env  *Env
	list picker
	w, h int
}

// newKeyChoice is one way to come to a key.
type newKeyChoice struct {
	key, label, text string
	begin            func(*Env) tea.Cmd
}

var newKeyChoices = []newKeyChoice{
	{"c", "Create a new key at the exchange", "Step by step; it is checked, then stored.", createFlow},
	{"a", "Add a key that you have", "Paste it; it is checked, then stored.",
		func(env *Env) tea.Cmd { return push(newAddWizard(env)) }},
}

// newKeyLines is what a choice takes: its name, a sentence, and room.
const newKeyLines = 3

func newNewKeyMenu(env *Env) *newKeyMenu {
	m := &newKeyMenu{env: env}
	m.list.reset(len(newKeyChoices))
	m.list.resize(len(newKeyChoices))
	return m
}

// Title names the overlay.
func (m *newKeyMenu) Title() string { return "New key" }

// Init has nothing to start.
func (m *newKeyMenu) Init() tea.Cmd { return nil }

// Size asks for room for the choices.
func (m *newKeyMenu) Size(maxW, maxH int) (w, h int) {
	return min(maxW, 68), min(maxH, newKeyLines*len(newKeyChoices)-1)
}

// SetSize gives the area to draw on.
func (m *newKeyMenu) SetSize(w, h int) { m.w, m.h = w, h }

// Update takes the mouse.
func (m *newKeyMenu) Update(msg tea.Msg) tea.Cmd {
	mouse, ok := msg.(MouseMsg)
	switch {
	case !ok:
	case mouse.Wheel != 0:
		m.list.move(mouse.Wheel)
	case m.list.clicked(mouse.Y / newKeyLines):
		return m.choose(m.list.cursor)
	}
	return nil
}

// Actions choose a way.
func (m *newKeyMenu) Actions() []Action {
	by := func(n int) func() tea.Cmd { return func() tea.Cmd { m.list.move(n); return nil } }
	actions := []Action{
		{Keys: []string{"enter"}, Label: "choose", Help: "Do what the cursor is on.", Do: func() tea.Cmd { return m.choose(m.list.cursor) }},
		{Keys: []string{"down", "j"}, Label: "down", Quiet: true, Help: "Go to the next choice.", Do: by(1)},
		{Keys: []string{"up", "k"}, Label: "up", Quiet: true, Help: "Go to the choice before.", Do: by(-1)},
	}
	for i, c := range newKeyChoices {
		word, _, _ := strings.Cut(strings.ToLower(c.label), " ")
		actions = append(actions, Action{Keys: []string{c.key}, Label: word, Help: c.label + ".", Do: func() tea.Cmd { return m.choose(i) }})
	}
	return actions
}

// choose closes the menu first, so that what it opens stays.
func (m *newKeyMenu) choose(i int) tea.Cmd {
	return sequence(closeOverlay, newKeyChoices[i].begin(m.env))
}

// View draws the choices.
func (m *newKeyMenu) View() string {
	s := m.env.Styles
	var lines []string
	for i, c := range newKeyChoices {
		mark, style := "  ", s.Bold
		if i == m.list.cursor {
			mark, style = "> ", s.Cursor
		}
		lines = append(lines, style.Render(fit(mark+c.key+"  "+c.label, m.w)), s.Muted.Render(fit("     "+c.text, m.w)), strings.Repeat(" ", m.w))
	}
	return strings.Join(exactly(lines, m.w, m.h), "\n")
}
