package ui

import (
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/desk"
)

// acceptFor is how long a finding is accepted for if nothing else is said.
const acceptFor = 90 * aDay

// acceptForm asks why the person lives with a finding, and until when.
type acceptForm struct {
	env           *Env
	record        *store.Record    // nil: gone already
	found         *policy.Accepted // nil: it is mended meanwhile
	form          *form
	reason, until *textField
	busy          bool
	w, h          int
}

// acceptedMsg is the result of accepting a finding.
type acceptedMsg struct {
	id   store.RecordID
	code string
	err  error
}

func newAcceptForm(env *Env, id store.RecordID, code string) Screen {
	a := &acceptForm{env: env, reason: newTextField("Reason", "why that is well; for yourself in a year", "")}
	until := env.Now().Add(acceptFor)
	if r, ok := env.Desk.Snapshot().ByID(id); ok {
		judged := judgeNow(env, r)
		a.record, a.found = r, chosenOf(&judged, code)
	}
	if a.found != nil && !a.found.Until.IsZero() {
		a.reason.in.SetValue(exchanges.Clean(a.found.Reason))
		until = a.found.Until
	}
	a.until = newTextField("Until", "the last day, 2027-01-01, or how long, 30d; two years at most", date(until))
	a.form = newForm(a.reason, a.until)
	return a
}

// Title is the dialog's caption.
func (a *acceptForm) Title() string {
	if a.found == nil {
		return "Accept a finding"
	}
	return "Accept " + exchanges.Clean(a.found.Word) + " of " + exchanges.Clean(a.record.Name)
}

// Init has nothing to start.
func (a *acceptForm) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (a *acceptForm) SetSize(w, h int) { a.w, a.h = w, h }

// Size asks for room for the form and for what may be wrong with a field.
func (a *acceptForm) Size(maxW, maxH int) (int, int) {
	const problem = 3
	w := min(maxW, 76)
	lines, _, _ := a.lines(w)
	return w, min(maxH, len(lines)+problem)
}

// Typing reports that keys are text.
func (a *acceptForm) Typing() bool { return true }

// Update handles one message.
func (a *acceptForm) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case PasteMsg:
		a.form.paste(m.Text)
	case KeyMsg:
		return a.keyPress(m)
	case acceptedMsg:
		if a.found != nil && m.id == a.record.ID && m.code == a.found.Code {
			return a.ended(m.err)
		}
	}
	return nil
}

func (a *acceptForm) keyPress(k KeyMsg) tea.Cmd {
	if a.busy {
		return nil
	}
	if k.Name == "ctrl+s" {
		return a.save()
	}
	switch a.form.key(k, a.env.Now()) {
	case formSubmit:
		return a.save()
	case formBack:
		return closeOverlay
	case formNothing:
	}
	return nil
}

// save accepts the finding; what is wrong with a field is said below it.
func (a *acceptForm) save() tea.Cmd {
	if a.found == nil {
		return closeOverlay
	}
	if a.reason.value() == "" {
		a.form.refuse(0, "no reason is given", "Say in a few words why that is well.")
		return nil
	}
	until, err := desk.ParseUntil(a.until.value(), a.env.Now())
	if err != nil {
		what, hint := explain(err)
		a.form.refuse(1, what, hint)
		return nil
	}
	a.busy = true
	return acceptFinding(a.env, a.record.ID, a.found.Code, a.reason.value(), until)
}

func acceptFinding(env *Env, id store.RecordID, code, reason string, until time.Time) tea.Cmd {
	ctx, service := env.Ctx, env.Desk
	return func() tea.Msg {
		err := service.Accept(ctx, id, code, reason, until)
		return tea.BatchMsg{func() tea.Msg { return acceptedMsg{id, code, err} }, snapshotChanged}
	}
}

// ended closes the form once it is saved.
func (a *acceptForm) ended(err error) tea.Cmd {
	a.busy = false
	var unlogged *desk.AuditError
	switch {
	case errors.As(err, &unlogged):
		return tea.Batch(closeOverlay, failed(err))
	case err != nil:
		what, hint := explain(err)
		a.form.refuse(0, what, hint)
		return nil
	}
	return tea.Batch(closeOverlay, toast(Success, exchanges.Clean(a.found.Word)+" is accepted until "+a.until.value(), "A heeds it again."))
}

// lines returns the form's lines and those that are to be in sight.
func (a *acceptForm) lines(w int) (lines []string, from, to int) {
	s := a.env.Styles
	if a.found == nil {
		return indent(nil, s.Text, "There is nothing to accept any more.", w, 1), 0, 0
	}
	lines = indent(nil, s.Text, exchanges.Clean(a.found.Text), w, 1)
	lines = indent(lines, s.Muted, "It stays in the details, and is not counted. When the day has passed, or what is behind it changes, it counts again.", w, 1)
	lines = append(lines, "")
	form, from, to := a.form.draw(s, w-2)
	return append(lines, form[:len(form)-1]...), from + len(lines), to + len(lines) - 1 // the last is blank
}

// View draws the dialog's inside.
func (a *acceptForm) View() string {
	lines, from, to := a.lines(a.w)
	return page(lines, a.w, a.h, from, to)
}

// Actions lists what can be done now.
func (a *acceptForm) Actions() []Action {
	press := func(name string) func() tea.Cmd {
		return func() tea.Cmd { return a.keyPress(KeyMsg{Name: name}) }
	}
	return []Action{
		{Keys: []string{"enter"}, Label: "next", Help: "Go to the next field; on the last, accept the finding.", Group: "Dialog", Do: press("enter")},
		{Keys: []string{"ctrl+s"}, Label: "accept", Help: "Accept the finding now.", Group: "Dialog", Do: a.save},
		{Keys: []string{"esc"}, Label: "cancel", Help: "Close this window.", Group: "Dialog", Do: do(closeOverlay)},
	}
}
