package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// unmanagedPage lists the keys that exchanges list and keyrota does not manage.
// Each can be adopted, revoked or ignored for a reason.
type unmanagedPage struct {
	env  *Env
	keys []store.Unmanaged // those that are ignored last
	list picker
	w, h int
	box  *penBox
}

// Lines of the page: title, sentence and heading above the keys; below them
// what is known of the chosen one.
const (
	unmanagedTop   = 3
	unmanagedAbout = 7
	mostFailures   = 3 // accounts that could not be read, a line each
)

func newUnmanagedPage(env *Env) *unmanagedPage {
	p := &unmanagedPage{env: env}
	p.refresh()
	return p
}

// Title names the page in breadcrumbs.
func (p *unmanagedPage) Title() string { return "Unmanaged keys" }

// Init reads what is known: another keyrota may have looked.
func (p *unmanagedPage) Init() tea.Cmd { return readUnmanaged(p.env) }

// SetSize gives the area to draw on.
func (p *unmanagedPage) SetSize(w, h int) {
	p.w, p.h = w, h
	p.list.resize(p.rowLines())
}

// rowLines is how many keys have room.
func (p *unmanagedPage) rowLines() int {
	below := len(p.failures())
	if len(p.keys) > 0 {
		below += unmanagedAbout + 1
	}
	return max(1, p.h-unmanagedTop-below)
}

// Update takes news and the mouse: the first click chooses, a second one on
// the same key adopts it.
func (p *unmanagedPage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case unmanagedMsg:
		p.refresh()
	case MouseMsg:
		was := p.list.cursor
		switch {
		case m.Wheel != 0:
			p.list.move(m.Wheel)
		case m.Y >= unmanagedTop && p.list.clicked(m.Y-unmanagedTop) && p.list.cursor == was:
			return p.click()
		}
	}
	return nil
}

// refresh keeps the cursor on its key where that is still there.
func (p *unmanagedPage) refresh() {
	at := p.list.cursor
	chosen, some := p.chosen()
	p.keys = p.env.surveys.news.keys
	for i := range p.keys {
		if some && p.keys[i].Fingerprint == chosen.Fingerprint {
			at = i
		}
	}
	p.list.reset(len(p.keys))
	p.list.resize(p.rowLines())
	p.list.move(at)
}

func (p *unmanagedPage) chosen() (store.Unmanaged, bool) {
	if p.list.cursor >= len(p.keys) {
		return store.Unmanaged{}, false
	}
	return p.keys[p.list.cursor], true
}

// Actions lists what can be done now.
func (p *unmanagedPage) Actions() []Action {
	why, looking := p.why(), ""
	if p.env.surveys.running {
		looking = "the exchanges are being asked already"
	}
	ignore := Action{Keys: []string{"i"}, Label: "ignore", Help: "Say why the key is well as it is.", Group: "Unmanaged", Disabled: why, Do: p.on(p.ignore)}
	if u, ok := p.chosen(); ok && !u.Ignored.At.IsZero() {
		ignore.Label, ignore.Help = "heed", "Ignore the key no longer."
	}
	return append([]Action{
		{Keys: []string{"a", "enter"}, Label: "adopt", Help: "Manage the key with keyrota: paste its secret, from the program that uses it.",
			Group: "Unmanaged", Disabled: why, Do: p.on(p.adopt)},
		{Keys: []string{"x"}, Label: "revoke", Help: "Delete the key at the exchange; asks first.", Group: "Unmanaged", Disabled: why, Do: p.on(p.revoke)},
		ignore,
		{Keys: []string{"r"}, Label: "look now", Help: "Ask the exchanges which keys your accounts have.", Group: "Unmanaged", Disabled: looking,
			Do: func() tea.Cmd { return startSurvey(p.env, true) }},
	}, p.list.actions()...)
}

// why says why nothing can be done with the chosen key, or "".
func (p *unmanagedPage) why() string {
	if len(p.keys) == 0 {
		return "there is no key"
	}
	return p.env.Desk.ReadOnly()
}

// on does something with the key that is chosen by then.
func (p *unmanagedPage) on(do func(store.Unmanaged) tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		u, ok := p.chosen()
		if !ok {
			return nil
		}
		return do(u)
	}
}

func (p *unmanagedPage) click() tea.Cmd {
	if why := p.why(); why != "" { // a click asks no action
		return toast(Notice, "adopt is not possible: "+why, "")
	}
	return p.on(p.adopt)()
}

func (p *unmanagedPage) adopt(u store.Unmanaged) tea.Cmd { return push(newAdoptWizard(p.env, u)) }

func (p *unmanagedPage) revoke(u store.Unmanaged) tea.Cmd {
	if p.env.Desk.CanRevoke(&u) {
		return openOverlay(newStrayRevoke(p.env, u))
	}
	return openOverlay(newStrayByHand(p.env, u))
}

// ignore asks for the reason; of a key that is ignored it takes that back.
func (p *unmanagedPage) ignore(u store.Unmanaged) tea.Cmd {
	if u.Ignored.At.IsZero() {
		return openOverlay(newIgnoreDialog(p.env, u))
	}
	ctx, service, read := p.env.Ctx, p.env.Desk, readUnmanaged(p.env)
	return func() tea.Msg {
		if err := service.Heed(ctx, u.Fingerprint); err != nil {
			return tea.BatchMsg{failed(err), read}
		}
		return tea.BatchMsg{read, toast(Success, strayName(&u)+" is ignored no longer", "")}
	}
}

// strayName is what an unmanaged key is called on the screen.
//
//go:noinline // it has many callers
func strayName(u *store.Unmanaged) string { return exchanges.Clean(u.Name()) }

// exchangeName is the name that people know an exchange by.
func exchangeName(env *Env, id exchanges.ID) string {
	if name := exchangeNames(env.Desk.Exchanges())[id]; name != "" {
		return name
	}
	return exchanges.Clean(string(id))
}
