package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// heedAgain takes the acceptance of a code back, or the only one that there is;
// of several it asks which.
func heedAgain(env *Env, id store.RecordID, a *policy.Assessment, code string) tea.Cmd {
	x := chosenOf(a, code)
	switch {
	case x != nil && x.Code == code && !x.Until.IsZero():
		return heedFinding(env, id, *x)
	case len(a.Accepted) == 1:
		return heedFinding(env, id, a.Accepted[0])
	}
	return openOverlay(newHeedDialog(env, id, a.Accepted))
}

// heedFinding takes one acceptance back, and offers to give it again.
func heedFinding(env *Env, id store.RecordID, x policy.Accepted) tea.Cmd {
	ctx, service := env.Ctx, env.Desk
	again := func() tea.Msg {
		if err := service.Accept(ctx, id, x.Code, x.Reason, x.Until); err != nil {
			return tea.BatchMsg{snapshotChanged, failed(err)}
		}
		return tea.BatchMsg{snapshotChanged, toast(Notice, exchanges.Clean(x.Word)+" is accepted as before", "")}
	}
	return func() tea.Msg {
		if err := service.Object(ctx, id, x.Code); err != nil {
			return tea.BatchMsg{snapshotChanged, failed(err)}
		}
		return tea.BatchMsg{snapshotChanged, toastUndo(exchanges.Clean(x.Word)+" counts again", again)}
	}
}

// heedDialog asks which acceptance is taken back.
type heedDialog struct {
	env  *Env
	id   store.RecordID
	all  []policy.Accepted
	pick picker
	w, h int
}

func newHeedDialog(env *Env, id store.RecordID, all []policy.Accepted) Screen {
	d := &heedDialog{env: env, id: id, all: all}
	d.pick.reset(len(all))
	return d
}

// Title is the dialog's caption.
func (d *heedDialog) Title() string { return "Heed again" }

// Init has nothing to start.
func (d *heedDialog) Init() tea.Cmd { return nil }

// heedLines is how many lines an acceptance takes.
const heedLines = 2

// SetSize gives the area to draw on.
func (d *heedDialog) SetSize(w, h int) {
	d.w, d.h = w, h
	d.pick.resize(h / heedLines)
}

// Size asks for room for all of them.
func (d *heedDialog) Size(maxW, maxH int) (int, int) {
	return min(maxW, 76), min(maxH, heedLines*len(d.all))
}

// Update takes the mouse.
func (d *heedDialog) Update(msg tea.Msg) tea.Cmd {
	m, ok := msg.(MouseMsg)
	switch {
	case !ok:
	case m.Wheel != 0:
		d.pick.move(m.Wheel)
	case d.pick.clicked(m.Y / heedLines):
		return d.take()
	}
	return nil
}

func (d *heedDialog) take() tea.Cmd {
	return tea.Sequence(closeOverlay, heedFinding(d.env, d.id, d.all[d.pick.cursor]))
}

// View draws the dialog's inside.
func (d *heedDialog) View() string {
	s := d.env.Styles
	var lines []string
	for _, i := range d.pick.visible() {
		x := &d.all[i]
		mark, style := "  ", s.Text
		if i == d.pick.cursor {
			mark, style = "> ", s.Accent
		}
		lines = append(lines, style.Render(ansi.Truncate(mark+exchanges.Clean(x.Word)+" "+exchanges.Clean(x.Text), d.w, "…")),
			s.Muted.Render(ansi.Truncate(strings.Repeat(" ", 2)+acceptedWords(x), d.w, "…")))
	}
	return page(lines, d.w, d.h, 0, 0)
}

// Actions lists what can be done now.
func (d *heedDialog) Actions() []Action {
	move := func(n int) func() tea.Cmd {
		return func() tea.Cmd { d.pick.move(n); return nil }
	}
	return []Action{
		{Keys: []string{"enter"}, Label: "heed", Help: "Take this acceptance back: the finding counts again.", Group: "Dialog", Do: d.take},
		{Keys: []string{"down", "j"}, Label: "down", Help: "The next one.", Group: "Dialog", Quiet: true, Do: move(1)},
		{Keys: []string{"up", "k"}, Label: "up", Help: "The one before.", Group: "Dialog", Quiet: true, Do: move(-1)},
		{Keys: []string{"esc", "q"}, Label: "cancel", Help: "Close this window.", Group: "Dialog", Do: do(closeOverlay)},
	}
}
