package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// strayByHand says how to delete an unmanaged key on the exchange's own page.
type strayByHand struct {
	env  *Env
	key  store.Unmanaged
	how  desk.ByHand
	w, h int
}

func newStrayByHand(env *Env, u store.Unmanaged) Screen {
	return &strayByHand{env: env, key: u, how: env.Desk.DeleteByHand(&u)}
}

// Title is the dialog's caption.
func (d *strayByHand) Title() string { return "Revoke by hand" }

// Init has nothing to start.
func (d *strayByHand) Init() tea.Cmd { return nil }

// Update has nothing to take.
func (d *strayByHand) Update(tea.Msg) tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (d *strayByHand) SetSize(w, h int) { d.w, d.h = w, h }

// Size asks for room for the text.
func (d *strayByHand) Size(maxW, maxH int) (int, int) {
	w := min(maxW, 76)
	return w, min(maxH, len(d.lines(w)))
}

func (d *strayByHand) lines(w int) []string {
	s, u := d.env.Styles, &d.key
	name := exchangeName(d.env, u.Exchange)
	head := fmt.Sprintf("%s at %s (%s), key %s", strayName(u), name, exchanges.Clean(string(u.Environment)), exchanges.Clean(u.KeyID))
	if u.SubAccount != "" {
		head += ", sub-account " + exchanges.Clean(u.SubAccount)
	}
	out := indent(nil, s.Bold, head, w, 1)
	used, alarming := strayUse(u, d.env.Now())
	style := s.Text
	if alarming {
		style = s.Warning
	}
	out = indent(out, style, used, w, 1)
	for piece := range strings.SplitSeq(wrap(exchanges.Clean(d.how.Page), w-2), "\n") {
		out = append(out, " "+link(d.env, d.how.Page, s.Accent.Render(piece)))
	}
	for i, step := range d.how.Steps {
		text := exchanges.Clean(step.Text)
		if len(step.Many) > 0 {
			text += ": " + exchanges.Clean(strings.Join(step.Many, ", "))
		}
		for n, line := range indent(nil, s.Text, text, w, 5) {
			if n == 0 {
				line = s.Muted.Render(fmt.Sprintf("%3d  ", i+1)) + strings.TrimPrefix(line, "     ")
			}
			out = append(out, line)
		}
	}
	return indent(out, s.Muted, "r looks whether "+name+" still lists it.", w, 1)
}

// View draws the dialog's inside.
func (d *strayByHand) View() string {
	lines := d.lines(d.w)
	return page(lines, d.w, d.h, 0, 0)
}

// Actions lists what can be done now.
func (d *strayByHand) Actions() []Action {
	open := ""
	if d.env.OpenPage == nil {
		open = "no browser is known here"
	}
	return []Action{
		{Keys: []string{"o"}, Label: "open page", Help: "Open the exchange's page in the browser.", Group: "Dialog", Disabled: open,
			Do: func() tea.Cmd { return openLink(d.env, d.how.Page) }},
		{Keys: []string{"r"}, Label: "look again", Help: "Ask the exchanges which keys your accounts have.", Group: "Dialog",
			Do: func() tea.Cmd { return sequence(closeOverlay, startSurvey(d.env, true)) }},
		{Keys: []string{"esc", "q"}, Label: "close", Help: "Close this window.", Group: "Dialog", Do: do(closeOverlay)},
	}
}
