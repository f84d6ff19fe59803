package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/desk"
)

// How long a toast stays. A failure stays until a key is pressed.
const (
	toastFor     = 4 * time.Second
	toastUndoFor = 8 * time.Second
)

// toastState is the one toast on screen, if any. gen tells its timer from
// those of toasts before it.
type toastState struct {
	gen   int
	shown *toastMsg
}

func (t *toastState) failure() bool { return t.shown != nil && t.shown.level == Failure }

func (a *app) showToast(m toastMsg) tea.Cmd {
	m.text, m.hint = exchanges.Clean(m.text), exchanges.Clean(m.hint)
	a.toast.gen++
	a.toast.shown = &m
	stay := toastFor
	switch {
	case m.level == Failure:
		return nil
	case m.undo != nil:
		stay = toastUndoFor
	}
	return a.env.after(stay, toastEndMsg{a.toast.gen})
}

func (a *app) endToast(m toastEndMsg) tea.Cmd {
	if m.gen == a.toast.gen {
		a.toast.shown = nil
	}
	return nil
}

func (a *app) dismissToast() tea.Cmd {
	a.toast.shown = nil
	return nil
}

// pressToast handles what a key means to the toast on screen. Any key takes a
// failure away, and then does what it does; esc does only that.
func (a *app) pressToast(k KeyMsg) (cmd tea.Cmd, taken bool) {
	shown := a.toast.shown
	switch {
	case shown == nil:
		return nil, false
	case shown.level == Failure:
		a.toast.shown = nil
		return nil, k.Name == "esc"
	case shown.undo != nil && k.Name == "u" && !typing(a.top()):
		a.toast.shown = nil
		return shown.undo, true
	}
	return nil, false
}

// coverToast draws the toast where the rule above the footer is, and a failure
// over the footer too.
func (a *app) coverToast(lines []string) {
	t := a.toast.shown
	if t == nil {
		return
	}
	s, n := a.env.Styles, len(lines)
	mark, style := "·", s.Accent
	switch t.level {
	case Success:
		mark, style = "✓", s.OK
	case Failure:
		mark, style = "✗", s.Danger
	case Notice:
	}
	text := " " + mark + " " + t.text
	switch {
	case t.level == Failure:
		hint := t.hint
		if hint == "" {
			hint = "Press any key to go on."
		}
		lines[n-2] = style.Render(fit(text, a.w))
		lines[n-1] = s.Text.Render(fit("   "+hint, a.w))
		return
	case t.hint != "":
		text += "  " + t.hint
	}
	if t.undo == nil {
		lines[n-2] = style.Render(fit(text, a.w))
		return
	}
	const offer = "undo "
	text = fit(text+"   ", min(cells(text)+3, a.w-len(offer)-2))
	lines[n-2] = style.Render(text) + s.FooterKey.Render("u") + " " + s.FooterLabel.Render(fit(offer, a.w-cells(text)-2))
}

// explain puts an error into two lines: what failed on what, and what to do.
func explain(err error) (what, hint string) {
	what, hint = desk.Explain(err)
	return exchanges.Clean(what), exchanges.Clean(hint)
}

// fail is a toast for an error: what was tried, why it did not work, what to do.
func fail(what string, err error) tea.Cmd {
	why, hint := explain(err)
	return toast(Failure, what+": "+why, hint)
}
