package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// strayRevoke deletes an unmanaged key at its exchange. It wants the key's
// label typed, or the end of its ID, asks for a one-time code when the exchange
// wants one, and ignores keys until it was seen.
type strayRevoke struct {
	env   *Env
	key   store.Unmanaged
	name  *textField
	code  *textField // nil: none was asked for
	seen  bool
	busy  bool
	wrong string
	hint  string
	stop  context.CancelFunc
	w, h  int
}

// strayRevokedMsg is the result of a revocation.
type strayRevokedMsg struct {
	fingerprint string
	err         error
}

func newStrayRevoke(env *Env, u store.Unmanaged) Screen {
	return &strayRevoke{env: env, key: u, name: newTextField("Name", "", "")}
}

// Title is the dialog's caption.
func (d *strayRevoke) Title() string { return "Revoke a key that keyrota does not manage" }

// Init has nothing to start.
func (d *strayRevoke) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (d *strayRevoke) SetSize(w, h int) { d.w, d.h = w, h }

// Size asks for room for the text and one line of input.
func (d *strayRevoke) Size(maxW, maxH int) (int, int) {
	w := min(maxW, 76)
	return w, min(maxH, len(d.lines(w)))
}

// Typing reports that keys are text.
func (d *strayRevoke) Typing() bool { return true }

// Update handles one message.
func (d *strayRevoke) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case seenMsg:
		d.seen = true
	case strayRevokedMsg:
		if m.fingerprint == d.key.Fingerprint && d.busy {
			return d.ended(m.err)
		}
	case PasteMsg:
		if d.seen && !d.busy && d.code != nil {
			d.code.paste(m.Text)
		}
	case KeyMsg:
		if d.seen {
			return d.keyPress(m)
		}
	}
	return nil
}

func (d *strayRevoke) keyPress(k KeyMsg) tea.Cmd {
	switch {
	case d.busy && k.Name == "esc":
		d.stop()
	case d.busy:
	case k.Name == "esc":
		return closeOverlay
	case k.Name == "tab":
		return d.byHand()
	case k.Name == "enter":
		return d.confirm()
	default:
		d.wrong, d.hint = "", ""
		d.field().key(k)
	}
	return nil
}

// field is the one that takes the keys.
func (d *strayRevoke) field() *textField {
	if d.code != nil {
		return d.code
	}
	return d.name
}

// names are what may be typed: the label, and the end of the ID as it is shown.
func (d *strayRevoke) names() []string {
	var out []string
	if label := strings.TrimSpace(exchanges.Clean(d.key.Facts.Label)); label != "" {
		out = append(out, label)
	}
	if _, end, ok := strings.Cut(exchanges.Clean(d.key.KeyID), "…"); ok && end != "" {
		out = append(out, end)
	}
	return out
}

// confirm revokes the key when its name stands there; an empty field cancels,
// so that enter alone never destroys anything.
func (d *strayRevoke) confirm() tea.Cmd {
	typed := d.field().value()
	if typed == "" {
		return closeOverlay
	}
	if d.code == nil && !slices.Contains(d.names(), typed) {
		d.wrong, d.hint = "That is not it. Type "+strings.Join(d.names(), " or ")+" exactly, or press esc.", ""
		return nil
	}
	code := exchanges.Secret{}
	if d.code != nil {
		code = exchanges.NewSecret(typed)
	}
	d.busy, d.wrong, d.hint = true, "", ""
	ctx, cancel := context.WithCancel(d.env.Ctx)
	d.stop = cancel
	service, fingerprint := d.env.Desk, d.key.Fingerprint
	return func() tea.Msg {
		defer cancel()
		return strayRevokedMsg{fingerprint, service.RevokeUnmanaged(ctx, fingerprint, code)}
	}
}

// ended closes the dialog when the key is gone, and asks for a code where the
// exchange wants one, or another one.
func (d *strayRevoke) ended(err error) tea.Cmd {
	d.busy = false
	if err == nil {
		what := fmt.Sprintf("%s is revoked", strayName(&d.key))
		return batch(closeOverlay, readUnmanaged(d.env), toast(Success, what, exchangeName(d.env, d.key.Exchange)+" does not list it any more."))
	}
	d.wrong, d.hint = explain(err)
	switch {
	case errors.Is(err, exchanges.SecondFactor):
		if d.wrong = ""; d.code != nil {
			d.wrong = "The exchange did not take that code, or wants one more."
		}
		d.code = newTextField("Code", "", "")
	case errors.Is(err, context.Canceled) || errors.Is(err, exchanges.Canceled):
		d.wrong, d.hint = "You gave up waiting: whether the key is revoked is not known.", "Close this with esc, and look again with r."
	}
	return readUnmanaged(d.env)
}

func (d *strayRevoke) byHand() tea.Cmd {
	return sequence(closeOverlay, openOverlay(newStrayByHand(d.env, d.key)))
}

func (d *strayRevoke) lines(w int) []string {
	s, u := d.env.Styles, &d.key
	where := fmt.Sprintf("%s (%s)", exchangeName(d.env, u.Exchange), exchanges.Clean(string(u.Environment)))
	if u.SubAccount != "" {
		where += ", sub-account " + exchanges.Clean(u.SubAccount)
	}
	out := indent(nil, s.Text, fmt.Sprintf("This deletes %s at %s: key %s. There is no undo.", strayName(u), where, exchanges.Clean(u.KeyID)), w, 1)
	out = indent(out, s.Text, "It "+blastWords(&store.Record{Environment: u.Environment, Facts: u.Facts})+".", w, 1)
	used, alarming := strayUse(u, d.env.Now())
	style := s.Text
	if alarming {
		style = s.Warning
	}
	out = indent(out, style, used, w, 1)
	if r, ok := d.env.Desk.Snapshot().ByID(u.By); ok {
		out = indent(out, s.Muted, "It is done with "+exchanges.Clean(r.Name)+".", w, 1)
	}
	out = append(out, "")
	ask := "Type " + strings.Join(d.names(), " or ") + " to revoke it; enter on an empty line cancels."
	if d.code != nil {
		ask = "The exchange wants a one-time code:"
	}
	out = indent(out, s.Muted, ask, w, 1)
	out = append(out, " "+d.field().draw(s, w-2, true)[0])
	if d.busy {
		out = indent(out, s.Accent, "revoking … esc gives up", w, 1)
	}
	out = indent(out, s.Danger, d.wrong, w, 1)
	return indent(out, s.Text, d.hint, w, 1)
}

// stillUsed is how long ago a use says that something has the key.
const stillUsed = 7 * aDay

// strayUse says when a key was last used, and whether that speaks against
// revoking it.
func strayUse(u *store.Unmanaged, now time.Time) (words string, alarming bool) {
	t, ok := u.Facts.LastUsed.Time()
	switch {
	case ok && now.Sub(t) < stillUsed:
		return "Last used " + ago(t, now) + ": something still uses it.", true
	case ok:
		return "Last used " + ago(t, now) + ".", false
	case u.Facts.LastUsed.IsNever():
		return "It was never used.", false
	}
	return "When it was last used is not told: something may still use it.", true
}

// View draws the dialog's inside.
func (d *strayRevoke) View() string {
	lines := d.lines(d.w)
	return page(lines, d.w, d.h, len(lines)-2, len(lines))
}

// Actions lists what can be done now.
func (d *strayRevoke) Actions() []Action {
	press := func(name string) func() tea.Cmd {
		return func() tea.Cmd { return d.Update(KeyMsg{Name: name}) }
	}
	return []Action{
		{Keys: []string{"esc"}, Label: "cancel", Help: "Leave the key alone.", Group: "Dialog", Do: press("esc")},
		{Keys: []string{"enter"}, Label: "revoke", Help: "Revoke the key whose name was typed.", Group: "Dialog", Do: press("enter")},
		{Keys: []string{"tab"}, Label: "by hand", Help: "Show how to do it on the exchange's page.", Group: "Dialog", Do: press("tab")},
	}
}
