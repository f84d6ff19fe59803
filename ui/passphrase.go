package ui

import (
	"bytes"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
)

// passphraseDialog asks for the passphrase of an encrypted keyring: once, or
// twice where it is chosen now. Leaving it is an answer too, so that whoever
// waits for the keyring does not wait for ever.
type passphraseDialog struct {
	env     *Env
	request PassphraseRequest
	form    *form
	w, h    int
}

func newPassphraseDialog(env *Env, r PassphraseRequest) Screen {
	d := &passphraseDialog{env: env, request: r}
	fields := []field{newSecretField("Passphrase", "", false)}
	if r.Create {
		fields = append(fields, newSecretField("Once more", "", false))
	}
	d.form = newForm(fields...)
	return d
}

// Title is the dialog's caption.
func (d *passphraseDialog) Title() string { return "Unlock the keyring" }

// Init has nothing to start.
func (d *passphraseDialog) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (d *passphraseDialog) SetSize(w, h int) { d.w, d.h = w, h }

// Size asks for room for the text and the fields.
func (d *passphraseDialog) Size(maxW, maxH int) (int, int) {
	w := min(maxW, 64)
	lines, _, _ := d.lines(w)
	return w, min(maxH, len(lines))
}

// Typing reports that keys are text.
func (d *passphraseDialog) Typing() bool { return true }

// Update handles one message.
func (d *passphraseDialog) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case PasteMsg:
		d.form.paste(bytes.TrimRight(m.Text, "\n"))
	case KeyMsg:
		switch d.form.key(m, d.env.Now()) {
		case formSubmit:
			return d.submit()
		case formBack:
			return d.giveUp()
		case formNothing:
		}
	}
	return nil
}

func (d *passphraseDialog) typed(i int) *secretField {
	f, _ := d.form.fields[i].(*secretField)
	return f
}

func (d *passphraseDialog) submit() tea.Cmd {
	first := d.typed(0)
	switch {
	case len(first.buf) == 0:
		d.form.refuse(0, "a passphrase is needed", "Esc leaves the keyring locked.")
		return nil
	case d.request.Create && !bytes.Equal(first.buf, d.typed(1).buf):
		d.form.wipe()
		d.form.refuse(0, "the two passphrases differ", "Type it again, twice.")
		return nil
	}
	secret, reply := first.secret(), d.request.Reply
	d.form.wipe()
	return batch(closeOverlay, func() tea.Msg { reply(secret, true); return nil })
}

func (d *passphraseDialog) giveUp() tea.Cmd {
	d.form.wipe()
	reply := d.request.Reply
	return batch(closeOverlay, func() tea.Msg { reply(exchanges.Secret{}, false); return nil })
}

func (d *passphraseDialog) lines(w int) (lines []string, from, to int) {
	s := d.env.Styles
	text := "The " + d.request.Backend + " keyring is encrypted with a passphrase."
	if d.request.Create {
		text = "Your secrets will be kept in an encrypted file. Choose its passphrase: it cannot be recovered, and it protects every key."
	}
	lines = indent(nil, s.Text, text, w, 1)
	if d.request.Wrong {
		lines = indent(lines, s.Danger, "✗ That passphrase does not open it.", w, 1)
	}
	lines = append(lines, "")
	body, from, to := d.form.draw(s, w)
	n := len(lines)
	return append(lines, body...), from + n, to + n
}

// View draws the dialog's inside.
func (d *passphraseDialog) View() string {
	lines, from, to := d.lines(d.w)
	return page(lines, d.w, d.h, from, to)
}

// Actions lists what can be done now.
func (d *passphraseDialog) Actions() []Action {
	return []Action{
		{Keys: []string{"enter"}, Label: "unlock", Help: "Open the keyring with this passphrase.", Group: "Dialog", Do: d.submit},
		{Keys: []string{"esc"}, Label: "cancel", Help: "Leave the keyring locked.", Group: "Dialog", Do: d.giveUp},
	}
}
