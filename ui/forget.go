package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
)

// forgetDialog removes a key from keyrota. It wants the key's name typed,
// says what it does not do, and ignores keys until it was seen: a finger that
// was still on another key confirms nothing.
type forgetDialog struct {
	env    *Env
	record *store.Record // nil: gone already
	name   *textField
	seen   bool
	busy   bool
	wrong  string
	w, h   int
}

// forgottenMsg is the result of forgetting.
type forgottenMsg struct {
	id  store.RecordID
	err error
}

func newForgetDialog(env *Env, id store.RecordID) Screen {
	d := &forgetDialog{env: env, name: newTextField("Name", "", "")}
	d.record, _ = env.Desk.Snapshot().ByID(id)
	return d
}

// Title is the dialog's caption.
func (d *forgetDialog) Title() string { return "Forget a key" }

// Init has nothing to start.
func (d *forgetDialog) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (d *forgetDialog) SetSize(w, h int) { d.w, d.h = w, h }

// Size asks for room for the text and one line of input.
func (d *forgetDialog) Size(maxW, maxH int) (int, int) {
	w := min(maxW, 72)
	return w, min(maxH, len(d.lines(w)))
}

// Typing reports that keys are text.
func (d *forgetDialog) Typing() bool { return true }

// Update handles one message.
func (d *forgetDialog) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case seenMsg:
		d.seen = true
	case forgottenMsg:
		if d.record != nil && m.id == d.record.ID {
			return d.forgotten(m)
		}
	case KeyMsg:
		if d.seen && !d.busy {
			return d.keyPress(m)
		}
	}
	return nil
}

func (d *forgetDialog) keyPress(k KeyMsg) tea.Cmd {
	switch k.Name {
	case "esc":
		return closeOverlay
	case "enter":
		return d.confirm()
	}
	d.wrong = ""
	d.name.key(k)
	return nil
}

// confirm forgets the key when its name stands there; an empty field cancels,
// so that enter alone never destroys anything.
func (d *forgetDialog) confirm() tea.Cmd {
	switch {
	case d.record == nil || d.name.value() == "":
		return closeOverlay
	case d.name.value() != d.record.Name:
		d.wrong = fmt.Sprintf("That is not %s. Type the name exactly, or press esc.", d.record.Name)
		return nil
	}
	d.busy = true
	ctx, service, id := d.env.Ctx, d.env.Desk, d.record.ID
	return func() tea.Msg {
		err := service.Forget(ctx, id)
		return tea.BatchMsg{func() tea.Msg { return forgottenMsg{id, err} }, snapshotChanged}
	}
}

func (d *forgetDialog) forgotten(m forgottenMsg) tea.Cmd {
	d.busy = false
	if m.err != nil {
		return batch(closeOverlay, failed(m.err))
	}
	return batch(closeOverlay, toast(Success, d.record.Name+" is forgotten", "The key lives on at the exchange until you delete it there."))
}

func (d *forgetDialog) lines(w int) []string {
	s := d.env.Styles
	if d.record == nil {
		return indent(nil, s.Text, "This key was forgotten already.", w, 1)
	}
	r := d.record
	out := indent(nil, s.Text, fmt.Sprintf("This removes %s (%s, %s, key %s) from keyrota, and its secret from the keyring. There is no undo.", r.Name, r.Exchange, r.Environment, r.KeyID), w, 1)
	out = indent(out, s.Warning, "The key stays alive at the exchange: delete it there too if nobody needs it.", w, 1)
	if names := consumerNames(r); names != "" {
		out = indent(out, s.Muted, "Used by "+names+".", w, 1)
	}
	out = append(out, "")
	out = indent(out, s.Muted, "Type its name to forget it; enter on an empty line cancels.", w, 1)
	out = append(out, " "+d.name.draw(s, w-2, true)[0])
	if d.busy {
		out = indent(out, s.Accent, "removing …", w, 1)
	}
	return indent(out, s.Danger, d.wrong, w, 1)
}

func consumerNames(r *store.Record) string {
	names := make([]string, len(r.Consumers))
	for i, c := range r.Consumers {
		names[i] = c.Name
	}
	return strings.Join(names, ", ")
}

// View draws the dialog's inside.
func (d *forgetDialog) View() string {
	lines := d.lines(d.w)
	return page(lines, d.w, d.h, len(lines)-2, len(lines))
}

// Actions lists what can be done now.
func (d *forgetDialog) Actions() []Action {
	return []Action{
		{Keys: []string{"esc"}, Label: "cancel", Help: "Keep the key.", Group: "Dialog", Do: func() tea.Cmd { return closeOverlay }},
		{Keys: []string{"enter"}, Label: "forget", Help: "Forget the key whose name was typed.", Group: "Dialog", Do: d.confirm},
	}
}
