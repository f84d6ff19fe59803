package ui

import (
	"net/netip"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// machinePage shows this machine's public addresses, which keys may be used
// from them, and what to paste into the page of the chosen key's exchange.
type machinePage struct {
	env     *Env
	machine store.Machine
	rows    []*machineRow
	asking  bool
	list    picker
	w, h    int
	box     *penBox
}

// machineRow is a key and how this machine stands to it.
type machineRow struct {
	rec      *store.Record
	name     string // both are clean
	exchange string
	standing store.Standing
	by       netip.Addr // decides; may be none
	paste    desk.Paste
}

// machineMsg says that the services were asked, and what kept them from it.
type machineMsg struct{ err error }

func newMachinePage(env *Env) *machinePage {
	p := &machinePage{env: env}
	p.refresh()
	return p
}

// machineAction opens the page.
func machineAction(env *Env) Action {
	return Action{Keys: []string{"i"}, Label: "this machine", Group: "View", Quiet: true,
		Help: "This machine: its public addresses, which keys may be used from them, and what to paste into each exchange's page.",
		Do:   func() tea.Cmd { return push(newMachinePage(env)) }}
}

// Title names the page in breadcrumbs.
func (p *machinePage) Title() string { return "This machine" }

// Init offers to ask where nothing is known: nobody is asked before that.
func (p *machinePage) Init() tea.Cmd {
	if p.machine.Asked().IsZero() && p.cannotAsk() == "" {
		return openOverlay(newMachineAsk(p.env, p.ask))
	}
	return nil
}

// SetSize gives the area to draw on.
func (p *machinePage) SetSize(w, h int) {
	p.w, p.h = w, h
	p.list.resize(p.rowLines())
}

// Update takes news and the mouse: the first click chooses, a second one on the
// same key shows its details.
func (p *machinePage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case machineMsg:
		p.asking = false
		p.refresh()
	case snapshotMsg:
		p.refresh()
	case MouseMsg:
		was := p.list.cursor
		switch {
		case m.Wheel != 0:
			p.list.move(m.Wheel)
		case m.Y >= p.above() && p.list.clicked(m.Y-p.above()) && p.list.cursor == was:
			return p.details()
		}
	}
	return nil
}

// refresh keeps the cursor on its key where that is still there.
func (p *machinePage) refresh() {
	at := p.list.cursor
	chosen := p.chosen()
	p.machine, p.rows = p.env.Desk.Machine(), nil
	infos := p.env.Desk.Exchanges()
	names, rules := exchangeNames(infos), map[exchanges.ID]exchanges.IPRule{}
	for _, i := range infos {
		rules[i.ID] = i.Guide.IPs
	}
	for _, r := range p.env.Desk.Snapshot().Records() {
		row := &machineRow{rec: r, name: exchanges.Clean(r.Name), exchange: placeName(names, r.Exchange, r.Venue)}
		row.standing, row.by = p.env.Desk.Standing(r)
		row.paste = desk.PasteFor(row.exchange, rules[r.Exchange], p.machine, r.Facts.IPs)
		p.rows = append(p.rows, row)
	}
	// What does not work comes first, the rest stays in the order of names.
	slices.SortStableFunc(p.rows, func(a, b *machineRow) int {
		return boolOrder(a.standing != store.OffList) - boolOrder(b.standing != store.OffList)
	})
	if i := slices.IndexFunc(p.rows, func(r *machineRow) bool { return chosen != nil && r.rec.ID == chosen.rec.ID }); i >= 0 {
		at = i
	}
	p.list.reset(len(p.rows))
	p.list.resize(p.rowLines())
	p.list.move(at)
}

// chosen returns the key under the cursor; nil: there is none.
func (p *machinePage) chosen() *machineRow {
	if p.list.cursor >= len(p.rows) {
		return nil
	}
	return p.rows[p.list.cursor]
}

// cannotAsk says why the services cannot be asked now, or "".
func (p *machinePage) cannotAsk() string {
	switch {
	case p.asking:
		return "they are being asked already"
	case len(p.env.Desk.EchoHosts()) == 0:
		return "no echo service is set: see ip_echo in config.toml"
	}
	return ""
}

// ask asks the services. What changed is news for every screen.
func (p *machinePage) ask() tea.Cmd {
	p.asking = true
	ctx, service := p.env.Ctx, p.env.Desk
	return func() tea.Msg {
		_, err := service.AskMachine(ctx)
		told := tea.BatchMsg{func() tea.Msg { return machineMsg{err} }, snapshotChanged}
		if err != nil && ctx.Err() == nil {
			told = append(told, failed(err))
		}
		return told
	}
}

// Actions lists what can be done now.
func (p *machinePage) Actions() []Action {
	noKey, noPaste := "", ""
	row := p.chosen()
	if row == nil {
		noKey = "there is no key"
	}
	switch {
	case row == nil:
		noPaste = noKey
	case p.env.Copy == nil:
		noPaste = "this terminal takes no text to copy"
	case row.paste.Text == "":
		noPaste = "there is nothing to paste"
	}
	return append([]Action{
		{Keys: []string{"c"}, Label: "copy list", Help: "Copy the line to paste for the key's IP whitelist.", Group: "This machine", Disabled: noPaste, Do: p.copy},
		{Keys: []string{"r"}, Label: "ask again", Help: "Ask " + hostWords(p.env) + " for this machine's addresses; they see your address and nothing else.",
			Group: "This machine", Disabled: p.cannotAsk(), Do: p.ask},
		{Keys: []string{"enter"}, Label: "details", Help: "Show everything that is known of the key.", Group: "This machine", Disabled: noKey, Do: p.details},
	}, p.list.actions()...)
}

// hostWords names the services.
func hostWords(env *Env) string {
	if hosts := env.Desk.EchoHosts(); len(hosts) > 0 {
		return cleanJoin(hosts, " and ")
	}
	return "no service"
}

func (p *machinePage) copy() tea.Cmd {
	row := p.chosen()
	if row == nil {
		return nil
	}
	return copyText(p.env, "the list for "+row.name, row.paste.Text)
}

func (p *machinePage) details() tea.Cmd {
	row := p.chosen()
	if row == nil {
		return nil
	}
	return push(newDetail(p.env, row.rec.ID))
}

// standingSpan says in a mark and a few words how this machine stands to a key.
func standingSpan(s store.Standing, by netip.Addr) span {
	text := desk.StandingText(s)
	if by.IsValid() {
		text = by.String() + " " + text
	}
	switch s {
	case store.OnList:
		return span{inkOK, "✓ " + text}
	case store.OffList:
		return span{inkDanger, "✗ " + text}
	case store.AnyAddress:
		return span{inkWarning, "– " + text}
	case store.StandingUnknown, desk.ThroughProxy:
	}
	return span{inkUnknown, "? " + strings.TrimSpace(text)}
}
