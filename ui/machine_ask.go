package ui

import (
	tea "github.com/charmbracelet/bubbletea"
)

// machineAsk asks before the echo services are: keyrota tells nobody anything
// that the person does not know of.
type machineAsk struct {
	env  *Env
	yes  func() tea.Cmd
	w, h int
}

func newMachineAsk(env *Env, yes func() tea.Cmd) Screen { return &machineAsk{env: env, yes: yes} }

// Title is the dialog's caption.
func (d *machineAsk) Title() string { return "This machine's addresses" }

// Init has nothing to start.
func (d *machineAsk) Init() tea.Cmd { return nil }

// Update has nothing to take: its keys are its actions.
func (d *machineAsk) Update(tea.Msg) tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (d *machineAsk) SetSize(w, h int) { d.w, d.h = w, h }

// Size asks for room for the text.
func (d *machineAsk) Size(maxW, maxH int) (int, int) {
	w := min(maxW, 64)
	return w, min(maxH, len(d.lines(w)))
}

func (d *machineAsk) lines(w int) []string {
	s := d.env.Styles
	out := indent(nil, s.Text, "Ask "+hostWords(d.env)+" for this machine's public addresses? They see nothing else than your address.", w, 1)
	out = append(out, "")
	return indent(out, s.Muted, "The services are ip_echo in config.toml. Nobody is asked without a word of yours, unless watch_addresses is set there.", w, 1)
}

// View draws the dialog's inside.
func (d *machineAsk) View() string { return page(d.lines(d.w), d.w, d.h, 0, 0) }

// Actions lists what can be done now.
func (d *machineAsk) Actions() []Action {
	return []Action{
		{Keys: []string{"enter"}, Label: "ask", Help: "Ask them now.", Group: "Dialog", Do: func() tea.Cmd { return batch(closeOverlay, d.yes()) }},
		{Keys: []string{"esc"}, Label: "not now", Help: "Ask nobody.", Group: "Dialog", Do: do(closeOverlay)},
	}
}
