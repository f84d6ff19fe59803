package ui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// ignoreDialog asks why an unmanaged key is well as it is.
type ignoreDialog struct {
	env  *Env
	key  store.Unmanaged
	form *form
	busy bool
	w, h int
}

// strayIgnoredMsg is the result of ignoring a key.
type strayIgnoredMsg struct {
	fingerprint string
	err         error
}

func newIgnoreDialog(env *Env, u store.Unmanaged) Screen {
	return &ignoreDialog{env: env, key: u, form: newForm(newTextField("Reason", "who has the key and why that is well; for yourself in a year", ""))}
}

// Title is the dialog's caption.
func (d *ignoreDialog) Title() string { return "Ignore " + strayName(&d.key) }

// Init has nothing to start.
func (d *ignoreDialog) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (d *ignoreDialog) SetSize(w, h int) { d.w, d.h = w, h }

// Size asks for room for the form.
func (d *ignoreDialog) Size(maxW, maxH int) (int, int) {
	w := min(maxW, 72)
	return w, min(maxH, len(d.lines(w)))
}

// Typing reports that keys are text.
func (d *ignoreDialog) Typing() bool { return true }

// Update handles one message.
func (d *ignoreDialog) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case PasteMsg:
		d.form.paste(m.Text)
	case KeyMsg:
		return d.keyPress(m)
	case strayIgnoredMsg:
		if m.fingerprint == d.key.Fingerprint {
			return d.ended(m.err)
		}
	}
	return nil
}

func (d *ignoreDialog) keyPress(k KeyMsg) tea.Cmd {
	if d.busy {
		return nil
	}
	switch d.form.key(k, d.env.Now()) {
	case formSubmit:
		return d.save()
	case formBack:
		return closeOverlay
	case formNothing:
	}
	return nil
}

func (d *ignoreDialog) save() tea.Cmd {
	reason, _ := d.form.fields[0].(*textField)
	d.busy = true
	ctx, service, fingerprint, why := d.env.Ctx, d.env.Desk, d.key.Fingerprint, reason.value()
	return func() tea.Msg { return strayIgnoredMsg{fingerprint, service.Ignore(ctx, fingerprint, why)} }
}

// ended closes the dialog; what is wrong with the reason is said beside it.
func (d *ignoreDialog) ended(err error) tea.Cmd {
	d.busy = false
	if err != nil {
		what, hint := explain(err)
		d.form.refuse(0, what, hint)
		return nil
	}
	return batch(closeOverlay, readUnmanaged(d.env), toast(Success, strayName(&d.key)+" is ignored", "i heeds it again."))
}

func (d *ignoreDialog) lines(w int) []string {
	s, u := d.env.Styles, &d.key
	head := fmt.Sprintf("%s (%s), key %s. It stays in the list, and is not counted.", exchangeName(d.env, u.Exchange), exchanges.Clean(string(u.Environment)), exchanges.Clean(u.KeyID))
	out := append(indent(nil, s.Text, head, w, 1), "")
	form, _, _ := d.form.draw(s, w-2)
	return append(out, form[:len(form)-1]...) // the last is blank
}

// View draws the dialog's inside.
func (d *ignoreDialog) View() string { return page(d.lines(d.w), d.w, d.h, 0, 0) }

// Actions lists what can be done now.
func (d *ignoreDialog) Actions() []Action {
	press := func(name string) func() tea.Cmd {
		return func() tea.Cmd { return d.keyPress(KeyMsg{Name: name}) }
	}
	return []Action{
		{Keys: []string{"enter"}, Label: "ignore", Help: "Ignore the key for that reason.", Group: "Dialog", Do: press("enter")},
		{Keys: []string{"esc"}, Label: "cancel", Help: "Close this window.", Group: "Dialog", Do: do(closeOverlay)},
	}
}
