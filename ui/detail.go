package ui

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// detail shows everything that is known of one key: as a page of its own, or
// as the dashboard's pane.
type detail struct {
	env  *Env
	id   store.RecordID
	row  *row          // nil: the record is gone
	flow *flow.Summary // of the key, if one is unfinished
	pane bool          // beside the table: it takes no keys, and follows the cursor

	history history

	chosen   string // code of the finding that keys are about; empty: the first
	from, to int    // lines of it

	top  int // first line shown
	w, h int
	box  *penBox
}

// history is what the audit log says of a key. One load runs at a time; the
// next one starts when it returns, so that a cursor that runs through the
// table does not start one per row.
type history struct {
	of      store.RecordID // whose events these are
	events  []store.Event
	err     error
	loading bool
	stale   bool // the record changed since the load began
}

// historyMsg brings what was loaded.
type historyMsg struct {
	id     store.RecordID
	pane   bool
	events []store.Event
	err    error
}

// historyShown is how many events of a key are shown.
const historyShown = 12

// newDetail returns the details as a page.
func newDetail(env *Env, id store.RecordID) Screen { return &detail{env: env, id: id} }

// newPane returns details to be shown beside the table.
func newPane(env *Env) *detail { return &detail{env: env, pane: true} }

// Init judges the record and asks for its history.
func (d *detail) Init() tea.Cmd { return d.refresh() }

// Title names the page in breadcrumbs.
func (d *detail) Title() string { return "Details" }

// SetSize gives the area to draw on.
func (d *detail) SetSize(w, h int) { d.w, d.h = w, h }

// Update handles news and the wheel.
func (d *detail) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case snapshotMsg, minuteMsg:
		return d.refresh()
	case verifyMsg:
		for _, p := range msg.progress {
			if p.ID == d.id && p.Record != nil {
				d.judge(p.Record)
			}
		}
	case historyMsg:
		return d.loaded(msg)
	case MouseMsg:
		d.scroll(wheelStep * msg.Wheel)
	}
	return nil
}

// refresh takes the record anew from the snapshot.
func (d *detail) refresh() tea.Cmd {
	r, ok := d.env.Desk.Snapshot().ByID(d.id)
	if !ok {
		return d.gone()
	}
	d.takeFlow(d.env.Desk.Flows().Open())
	if d.row == nil || !d.row.rec.Check.At.After(r.Check.At) { // a read-only store keeps no answers
		d.judge(r)
	}
	return d.load()
}

// gone leaves the page when its key is forgotten.
func (d *detail) gone() tea.Cmd {
	shown := d.row != nil
	d.row = nil
	if !shown || d.pane {
		return nil
	}
	return popScreen(d) // another page may be on top of this one
}

func (d *detail) judge(r *store.Record) {
	desk := d.env.Desk
	d.row = newRow(r, judgeNow(d.env, r), exchangeNames(desk.Exchanges()), desk.RulesFor(r))
}

// takeFlow keeps the unfinished flow of the key.
func (d *detail) takeFlow(all unfinished) {
	d.flow = nil
	if s, busy := all.of(d.id); busy {
		d.flow = &s
	}
}

// show points the pane at a row.
func (d *detail) show(r *row, all unfinished) tea.Cmd {
	defer func() { d.takeFlow(all) }()
	if r.rec.ID != d.id {
		d.top = 0
	} else if d.row == r {
		return nil
	}
	d.id, d.row = r.rec.ID, r
	return d.load()
}

// load asks for the history unless a load runs already.
func (d *detail) load() tea.Cmd {
	if d.history.loading {
		d.history.stale = true
		return nil
	}
	d.history.loading, d.history.stale = true, false
	service, id, pane := d.env.Desk, d.id, d.pane
	return func() tea.Msg {
		events, err := service.History(id, historyShown)
		return historyMsg{id, pane, events, err}
	}
}

func (d *detail) loaded(msg historyMsg) tea.Cmd {
	if msg.pane != d.pane || !d.history.loading {
		return nil
	}
	d.history.loading = false
	d.history.of, d.history.events, d.history.err = msg.id, msg.events, msg.err
	if msg.id != d.id || d.history.stale {
		return d.load()
	}
	return nil
}

// Actions of the page. The pane's are the dashboard's.
func (d *detail) Actions() []Action {
	gone := ""
	if d.row == nil {
		gone = "the key is gone"
	}
	change, ask := gone, gone
	if d.row != nil && d.row.rec.Facts.Stated {
		ask = nobodyToAsk(d.row.rec)
	}
	if ro := d.env.Desk.ReadOnly(); ro != "" {
		change = ro
	}
	actions := append(d.flowActions(change), d.findingActions(gone, change)...)
	actions = append(append(actions, d.pageActions()...), []Action{
		{Keys: []string{"v"}, Label: "verify", Help: "Ask the exchange about this key.", Group: "Keys", Disabled: ask,
			Do: func() tea.Cmd { return startVerify(d.env, d.id) }},
		diagnoseAction(d.env, ask, func(open func(store.RecordID) tea.Cmd) func() tea.Cmd { return func() tea.Cmd { return open(d.id) } }),
		d.testRun(gone),
		{Keys: []string{"e"}, Label: "edit", Help: "Change name, account, purpose, consumers and notes.", Group: "Keys", Disabled: change,
			Do: func() tea.Cmd { return push(newEditForm(d.env, d.id)) }},
		{Keys: []string{"X"}, Label: "forget", Help: "Remove the key and its secret from keyrota; it lives on at the exchange.", Group: "Keys", Disabled: change,
			Do: func() tea.Cmd { return openOverlay(newForgetDialog(d.env, d.id)) }},
	}...)
	return append(actions, scrollActions(d.scroll, d.h)...)
}

// scrollActions move a text of which h lines are shown.
func scrollActions(scroll func(int), h int) []Action {
	by := func(n int) func() tea.Cmd { return func() tea.Cmd { scroll(n); return nil } }
	page := max(1, h-1)
	return []Action{
		moving("down", "Scroll down.", by(1), "j", "down"),
		moving("up", "Scroll up.", by(-1), "k", "up"),
		moving("page down", "A page down.", by(page), "pgdown", "ctrl+d"),
		moving("page up", "A page up.", by(-page), "pgup", "ctrl+u"),
		moving("first", "To the top.", by(-1<<20), "g", "home"),
		moving("last", "To the end.", by(1<<20), "G", "end"),
	}
}

// flowActions are rotate and revoke, or to go on with what is unfinished.
func (d *detail) flowActions(disabled string) []Action {
	if s := d.flow; s != nil {
		return []Action{{Keys: []string{"r", "x"}, Label: "resume", Group: "Keys", Disabled: disabled,
			Help: "Go on with the unfinished " + wordsOf(s.Kind).noun + ".",
			Do:   func() tea.Cmd { return resumeFlow(d.env, s.ID) }}}
	}
	begin := func(k flow.Kind) func() tea.Cmd {
		return func() tea.Cmd { return beginFlows(d.env, k, []store.RecordID{d.id}, "") }
	}
	return []Action{
		{Keys: []string{"r"}, Label: "rotate", Help: "Replace the key by a new one, step by step.", Group: "Keys", Disabled: disabled, Do: begin(flow.Rotate)},
		{Keys: []string{"x"}, Label: "revoke", Help: "Revoke the key at the exchange; asks first.", Group: "Keys", Disabled: disabled, Do: begin(flow.Revoke)},
	}
}

// scroll moves the text; View keeps it within bounds.
func (d *detail) scroll(n int) {
	d.top = max(0, d.top+n)
	if d.box != nil {
		d.top = min(d.top, max(0, len(d.text())-d.h))
	}
}

// View draws the part of the text that fits.
func (d *detail) View() string {
	if d.w <= 0 || d.h <= 0 {
		return ""
	}
	if d.box == nil || d.box.styles != d.env.Styles {
		d.box = newPenBox(d.env.Styles)
	}
	all := d.text()
	top := min(d.top, max(0, len(all)-d.h))
	lines := all[top:min(len(all), top+d.h)]
	for len(lines) < d.h {
		lines = append(lines, d.box.line(d.w, tonePlain))
	}
	if below := len(all) - top - d.h; below > 0 {
		lines[d.h-1] = d.box.line(d.w, tonePlain, span{inkMuted, " ↓ " + plural(below+1, "more line")})
	}
	return strings.Join(lines, "\n")
}
