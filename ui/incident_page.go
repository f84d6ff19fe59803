package ui

import (
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// incidentPage lists the keys that went with what leaked, the most dangerous
// first, and revokes the chosen ones one after the other. All are chosen at
// first. What was begun stays in the list of unfinished flows, so that a page
// that is left loses nothing.
type incidentPage struct {
	env  *Env
	leak leak

	keys  []*store.Record
	spare map[store.RecordID]bool // those that are not to be revoked
	flows unfinished
	seen  bool // keys from before the list was read choose nothing

	list picker
	w, h int
}

// incidentSeenMsg says that the list has been on screen for a while.
type incidentSeenMsg struct{ page *incidentPage }

// Lines of the page: title, sentence and a blank line above, and what each key
// takes.
const (
	incidentTop      = 3
	incidentKeyLines = 2
)

func newIncidentPage(env *Env, l leak) *incidentPage {
	p := &incidentPage{env: env, leak: l, spare: map[store.RecordID]bool{}}
	p.refresh()
	return p
}

// refresh takes the keys anew. Those that were forgotten meanwhile are gone.
func (p *incidentPage) refresh() {
	snap := p.env.Desk.Snapshot()
	p.keys = nil
	for _, id := range p.leak.ids {
		if r, ok := snap.ByID(id); ok {
			p.keys = append(p.keys, r)
		}
	}
	worstFirst(p.keys)
	p.flows = p.env.Desk.Flows().Open()
	at := p.list.cursor
	p.list.reset(len(p.keys))
	p.list.move(at)
}

// Title names the page in breadcrumbs.
func (p *incidentPage) Title() string { return "Incident" }

// Init starts the time in which keys choose nothing.
func (p *incidentPage) Init() tea.Cmd { return p.env.after(seenAfter, incidentSeenMsg{p}) }

// SetSize gives the area to draw on.
func (p *incidentPage) SetSize(w, h int) {
	p.w, p.h = w, h
	p.list.resize((h - incidentTop) / incidentKeyLines)
}

// Update takes news and the mouse: a click on a key chooses it or not.
func (p *incidentPage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case incidentSeenMsg:
		p.seen = p.seen || m.page == p
	case snapshotMsg:
		p.refresh()
	case MouseMsg:
		switch {
		case m.Wheel != 0:
			p.list.move(m.Wheel)
		case m.Y >= incidentTop && p.list.clicked((m.Y-incidentTop)/incidentKeyLines):
			return p.toggle()
		}
	}
	return nil
}

// chosen returns the keys to be revoked, in the order in which they are.
//
//go:noinline // copied into its callers, it would take 2 kB
func (p *incidentPage) chosen() []store.RecordID {
	var out []store.RecordID
	for _, r := range p.keys {
		if !p.spare[r.ID] {
			out = append(out, r.ID)
		}
	}
	return out
}

// Actions lists what can be done now.
func (p *incidentPage) Actions() []Action {
	n := len(p.chosen())
	why, none := p.env.Desk.ReadOnly(), ""
	if len(p.keys) == 0 {
		none = "there is no key"
	}
	if why == "" && n == 0 {
		why = "no key is chosen"
	}
	return append([]Action{
		{Keys: []string{"enter"}, Label: "revoke " + plural(n, "key"), Group: "Incident", Disabled: why, Do: p.revoke,
			Help: "Revoke the chosen keys one after the other, from the top; each asks before it does anything."},
		{Keys: []string{" "}, Label: "choose", Help: "Choose the key under the cursor, or leave it alone.", Group: "Incident", Disabled: none, Do: p.toggle},
		{Keys: []string{"a"}, Label: "all or none", Help: "Choose all keys, or none.", Group: "Incident", Disabled: none, Do: p.toggleAll},
	}, p.list.actions()...)
}

func (p *incidentPage) toggle() tea.Cmd {
	if p.list.cursor < len(p.keys) {
		id := p.keys[p.list.cursor].ID
		p.spare[id] = !p.spare[id]
	}
	return nil
}

func (p *incidentPage) toggleAll() tea.Cmd {
	spare := len(p.chosen()) == len(p.keys)
	for _, r := range p.keys {
		p.spare[r.ID] = spare
	}
	return nil
}

// revoke leaves the page and begins.
func (p *incidentPage) revoke() tea.Cmd {
	if !p.seen {
		return nil
	}
	return sequence(pop, beginFlows(p.env, flow.Revoke, p.chosen(), p.leak.reason()))
}

// View draws the keys, two lines each.
func (p *incidentPage) View() string {
	s := p.env.Styles
	title := fmt.Sprintf(" Incident · %s · %s", exchanges.Clean(p.leak.reason()), plural(len(p.keys), "key"))
	lines := []string{
		s.Header.Render(fit(title, p.w)),
		s.Muted.Render(fit(" The most dangerous first. Each is revoked by itself and asks before it is.", p.w)),
		strings.Repeat(" ", p.w),
	}
	if len(p.keys) == 0 {
		lines = append(lines, s.Muted.Render(fit("   None of these keys is in keyrota any more.", p.w)))
	}
	for _, i := range p.list.visible() {
		lines = append(lines, p.draw(i)...)
	}
	return strings.Join(exactly(lines, p.w, p.h), "\n")
}

// draw draws a key: which it is, and what it can do in the wrong hands.
func (p *incidentPage) draw(i int) []string {
	s, r := p.env.Styles, p.keys[i]
	pointer, style := "  ", s.Text
	if i == p.list.cursor {
		pointer, style = "> ", s.Cursor
	}
	box := "[x] "
	if p.spare[r.ID] {
		box = "[ ] "
	}
	name := placeName(exchangeNames(p.env.Desk.Exchanges()), r.Exchange, r.Venue)
	place := "  " + name + " · " + exchanges.Clean(string(r.Environment))
	if f, busy := p.flows.of(r.ID); busy {
		place += "  " + flowBadge(f).text
	}
	left := pointer + box
	who := exchanges.Clean(r.Name)
	who = strings.TrimRight(fit(who, min(cells(who), max(8, p.w-cells(left)-cells(place)-1))), " ")
	tint := s.Muted
	if r.Environment == exchanges.Live && r.Facts.Permissions.Get(exchanges.Withdraw) != exchanges.NotGranted {
		tint = s.Danger
	}
	return []string{style.Render(fit(" "+left+who+place, p.w)), tint.Render(fit("       "+blastWords(r), p.w))}
}
