package ui

import (
	"context"
	"fmt"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// editForm changes what the person said about a key: name, account, purpose,
// notes, what it has to do with sub-accounts, and consumers, a line each. What
// the exchange says cannot be edited; what they stated in its place can.
type editForm struct {
	env    *Env
	id     store.RecordID
	before *store.Record // nil: the key is gone
	form   *form

	// The fields by what they are for; the two about sub-accounts are nil where
	// they say nothing.
	name, account, purpose, notes, subAccount *textField
	manager                                   *choiceField
	consumers                                 []*textField // the last is empty, for one more

	stated bool // the rest is the person's word too: they are asked for it
	place  placeInputs
	says   statedInputs

	w, h int
	busy bool
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
	e.fill(r)
	return e
}

// fill makes the fields. Consumers come last, since their number grows.
func (e *editForm) fill(r *store.Record) {
	e.name = newTextField("Name", "your name for the key", r.Name)
	e.account = newTextField("Account", "login or sub-account it belongs to, in your words", r.Account)
	e.purpose = newTextField("Purpose", "what it is for", r.Purpose)
	e.notes = newTextField("Notes", "anything but secrets", r.Notes)
	e.form = newForm(e.name, e.account, e.purpose, e.notes)
	if e.reachesSubAccounts(r) || r.Manager || r.SubAccount != "" {
		e.subAccount = newTextField("Sub-account", "as the exchange names it, so that a managing key can make and revoke this one; empty for a key of the main account", r.SubAccount)
		e.manager = newChoiceField("Manages keys", "a master key with which keyrota may manage sub-account keys", []string{"no", "yes"}, []string{"no", "yes"})
		if r.Manager {
			e.manager.at = 1
		}
		e.form.fields = append(e.form.fields, e.subAccount, e.manager)
	}
	if e.stated = r.Facts.Stated || r.Venue != ""; e.stated {
		f := r.Facts
		e.place = newPlaceInputs(r.Venue, r.KeysPage)
		e.says = newStatedInputs(desk.Stated{Permissions: f.Permissions, IPs: f.IPs, Created: f.Created, Expires: f.Expires})
		e.form.fields = append(append(e.form.fields, e.place.fields()...), e.says.fields()...)
	}
	for _, c := range r.Consumers {
		e.addConsumer(c.String())
	}
	e.addConsumer("")
}

func (e *editForm) addConsumer(text string) {
	f := newTextField("Used by", consumerHelp, text)
	if len(e.consumers) > 0 {
		f.name = "and by"
	}
	e.consumers = append(e.consumers, f)
	e.form.fields = append(e.form.fields, f)
}

// reachesSubAccounts reports whether keys of sub-accounts can be managed by
// API on the key's site.
func (e *editForm) reachesSubAccounts(r *store.Record) bool {
	for _, i := range e.env.Desk.Exchanges() {
		if i.ID == r.Exchange {
			site, _ := i.Site(r.Environment, r.Site)
			return site.Capabilities.Reach == exchanges.SubAccountKeys
		}
	}
	return false
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
		e.growConsumers()
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
		e.growConsumers()
	}
	return nil
}

// growConsumers keeps a line free for one more program.
func (e *editForm) growConsumers() {
	if e.consumers[len(e.consumers)-1].value() != "" {
		e.addConsumer("")
	}
}

// details reads the form; what is wrong with a field is said beside it.
func (e *editForm) details() (desk.Details, bool) {
	d := desk.Details{Account: e.account.value(), Purpose: e.purpose.value(), Notes: e.notes.value()}
	if e.subAccount != nil {
		d.SubAccount, d.Manager = e.subAccount.value(), e.manager.value() == "yes"
	}
	if e.stated && (!e.place.read(e.form, &d) || !e.says.read(e.form, &d, e.env.Now())) {
		return d, false
	}
	if d.Manager && d.SubAccount != "" {
		e.form.refuse(slices.Index(e.form.fields, field(e.manager)), "a key of a sub-account manages no other keys", "Empty the sub-account, or answer no.")
		return d, false
	}
	for i, f := range e.consumers {
		c, some, err := e.consumer(i)
		if err != nil {
			e.form.refuse(slices.Index(e.form.fields, field(f)), err.Error(), "For example: grid-bot: systemctl --user restart grid-bot")
			return d, false
		}
		if some {
			d.Consumers = append(d.Consumers, c)
		}
	}
	return d, true
}

// consumer reads one line. One that was not touched is as it was, with
// whatever the line does not show.
func (e *editForm) consumer(i int) (store.Consumer, bool, error) {
	text := e.consumers[i].value()
	if i < len(e.before.Consumers) && text == strings.TrimSpace(e.before.Consumers[i].String()) {
		return e.before.Consumers[i], true, nil
	}
	return store.ParseConsumer(text)
}

func (e *editForm) save() tea.Cmd {
	if e.before == nil {
		return batch(pop, toast(Failure, "this key was forgotten meanwhile", "Nothing was changed."))
	}
	details, ok := e.details()
	if !ok {
		return nil
	}
	e.busy = true
	name := e.name.value()
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
	return batch(cmds...)
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
		head = fmt.Sprintf("Edit · %s · %s · %s · key %s", e.before.Name, placeName(nil, e.before.Exchange, e.before.Venue), e.before.Environment, e.before.KeyID)
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
