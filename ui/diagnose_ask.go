package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// diagnoseAsk asks before somebody is asked who would not be otherwise. It wants
// a typed yes and ignores keys until it was seen.
type diagnoseAsk struct {
	page  *diagnosePage
	test  diagnose.Test
	field *textField
	seen  bool
	w, h  int
}

// diagnoseAsks say what a yes does.
var diagnoseAsks = map[diagnose.Test]string{
	diagnose.TestAddresses:    "keyrota asks the services of ip_echo in config.toml which public addresses this machine has. They get no key and no name.",
	diagnose.TestSites:        "keyrota shows this key to the exchange's other sites in the same environment, with one call each that only reads.",
	diagnose.TestEnvironments: "keyrota shows this key to the exchange's other environments, with one call each that only reads: a live key is sent to a testnet, or a testnet key to the live exchange. It never does so by itself.",
}

func newDiagnoseAsk(p *diagnosePage, t diagnose.Test) Screen {
	return &diagnoseAsk{page: p, test: t, field: newTextField("Answer", "", "")}
}

// Title is the dialog's caption.
func (d *diagnoseAsk) Title() string { return "One more test" }

// Init has nothing to start.
func (d *diagnoseAsk) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (d *diagnoseAsk) SetSize(w, h int) { d.w, d.h = w, h }

// Size asks for room for the text and one line of input.
func (d *diagnoseAsk) Size(maxW, maxH int) (int, int) {
	w := min(maxW, 72)
	return w, min(maxH, len(d.lines(w)))
}

// Typing reports that keys are text.
func (d *diagnoseAsk) Typing() bool { return true }

// Update handles one message.
func (d *diagnoseAsk) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case seenMsg:
		d.seen = true
	case KeyMsg:
		switch {
		case !d.seen:
		case m.Name == "esc":
			return closeOverlay
		case m.Name == "enter":
			return d.confirm()
		default:
			d.field.key(m)
		}
	}
	return nil
}

// confirm makes the test when yes stands there, and nothing else otherwise.
func (d *diagnoseAsk) confirm() tea.Cmd {
	if d.field.value() != "yes" {
		return closeOverlay
	}
	more := diagnoseMoreMsg{d.page, d.test}
	return sequence(closeOverlay, func() tea.Msg { return more })
}

func (d *diagnoseAsk) lines(w int) []string {
	s := d.page.env.Styles
	out := indent(nil, s.Text, diagnoseAsks[d.test], w, 1)
	out = append(out, "")
	out = indent(out, s.Muted, "Type yes to do it; anything else cancels.", w, 1)
	return append(out, " "+d.field.draw(s, w-2, true)[0])
}

// View draws the dialog's inside.
func (d *diagnoseAsk) View() string {
	lines := d.lines(d.w)
	return page(lines, d.w, d.h, len(lines)-1, len(lines))
}

// Actions lists what can be done now.
func (d *diagnoseAsk) Actions() []Action {
	return []Action{
		{Keys: []string{"esc"}, Label: "cancel", Help: "Ask nobody else.", Group: "Dialog", Do: func() tea.Cmd { return closeOverlay }},
		{Keys: []string{"enter"}, Label: "go on", Help: "Make the test if yes was typed.", Group: "Dialog", Do: d.confirm},
	}
}
