package ui

import (
	"context"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// editForm changes what the person said about a key: name, account, purpose,
// consumers, notes. What the exchange says cannot be edited.
type editForm struct {
	env    *Env
	id     store.RecordID
	before *store.Record // nil: the key is gone
	form   *form
	w, h   int
	busy   bool
}

// editedMsg is the result of saving.
type editedMsg struct {
	id   store.RecordID
	name string
	undo func(context.Context) error
	err  error
}

func newEditForm(env *Env, id store.RecordID) Screen {
	e := &editForm{env: env, id: id}
	r, ok := env.Desk.Snapshot().ByID(id)
	if !ok {
		r = &store.Record{}
	} else {
		e.before = r
	}
	names := make([]string, len(r.Consumers))
	for i, c := range r.Consumers {
		names[i] = c.Name
	}
	e.form = newForm(
		newTextField("Name", "your name for the key", r.Name),
		newTextField("Account", "login or sub-account it belongs to", r.Account),
		newTextField("Purpose", "what it is for", r.Purpose),
		newTextField("Used by", "programs that use it, separated by commas", strings.Join(names, ", ")),
		newTextField("Notes", "anything but secrets", r.Notes),
	)
	return e
}

// Title is the form's breadcrumb.
func (e *editForm) Title() string { return "Edit" }

// Init has nothing to start.
func (e *editForm) Init() tea.Cmd { return nil }

// SetSize gives the area to draw on.
func (e *editForm) SetSize(w, h int) { e.w, e.h = w, h }

// Typing reports that keys are text.
func (e *editForm) Typing() bool { return true }

// Update handles one message.
func (e *editForm) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case PasteMsg:
		e.form.paste(m.Text)
	case KeyMsg:
		return e.keyPress(m)
	case editedMsg:
		if m.id == e.id {
			return e.edited(m)
		}
	}
	return nil
}

func (e *editForm) keyPress(k KeyMsg) tea.Cmd {
	if e.busy {
		return nil
	}
	if k.Name == "ctrl+s" {
		return e.save()
	}
	switch e.form.key(k, e.env.Now()) {
	case formSubmit:
		return e.save()
	case formBack:
		return pop
	case formNothing:
	}
	return nil
}

func (e *editForm) text(i int) string {
	t, _ := e.form.fields[i].(*textField)
	return t.value()
}

func (e *editForm) save() tea.Cmd {
	if e.before == nil {
		return tea.Batch(pop, toast(Failure, "this key was forgotten meanwhile", "Nothing was changed."))
	}
	e.busy = true
	name := e.text(0)
	details := desk.Details{Account: e.text(1), Purpose: e.text(2), Consumers: parseConsumers(e.text(3), e.before.Consumers), Notes: e.text(4)}
	ctx, service, id := e.env.Ctx, e.env.Desk, e.id
	return func() tea.Msg {
		undo, err := service.Edit(ctx, id, name, details)
		return editedMsg{id, name, undo, err}
	}
}

// edited leaves the form when the change is saved, and offers to undo it.
func (e *editForm) edited(m editedMsg) tea.Cmd {
	e.busy = false
	if m.undo == nil {
		what, hint := explain(m.err)
		e.form.refuse(0, what, hint)
		return nil
	}
	cmds := []tea.Cmd{snapshotChanged, pop, toastUndo(fmt.Sprintf("%s is changed", m.name), undoEdit(e.env.Ctx, m))}
	if m.err != nil {
		cmds = append(cmds, failed(m.err))
	}
	return tea.Batch(cmds...)
}

func undoEdit(ctx context.Context, m editedMsg) tea.Cmd {
	return func() tea.Msg {
		if err := m.undo(ctx); err != nil {
			return failed(err)()
		}
		return tea.BatchMsg{snapshotChanged, toast(Notice, m.name+" is as it was", "")}
	}
}

// View draws the form.
func (e *editForm) View() string {
	s := e.env.Styles
	head := "Edit"
	if e.before != nil {
		head = fmt.Sprintf("Edit · %s · %s · %s · key %s", e.before.Name, e.before.Exchange, e.before.Environment, e.before.KeyID)
	}
	lines := []string{" " + s.Header.Render(head), ""}
	body, from, to := e.form.draw(s, e.w-2)
	return page(append(lines, body...), e.w, e.h, from+len(lines), to+len(lines))
}

// Actions lists what can be done now.
func (e *editForm) Actions() []Action {
	press := func(name string) func() tea.Cmd {
		return func() tea.Cmd { return e.keyPress(KeyMsg{Name: name}) }
	}
	return []Action{
		{Keys: []string{"enter"}, Label: "next", Help: "Go to the next field; on the last, save.", Group: "Form", Do: press("enter")},
		{Keys: []string{"ctrl+s"}, Label: "save", Help: "Save now.", Group: "Form", Do: e.save},
		{Keys: []string{"esc"}, Label: "cancel", Help: "Leave without saving.", Group: "Form", Do: func() tea.Cmd { return pop }},
	}
}
