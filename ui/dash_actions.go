package ui

import (
	"strconv"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// Actions lists what can be done, the footer's part first.
func (d *dashboard) Actions() []Action {
	if d.filter.typing {
		return d.filterActions()
	}
	actions := d.keyActions()
	actions = append(actions, d.viewActions()...)
	actions = append(actions, d.moveActions()...)
	return append(actions, d.tabActions()...)
}

func (d *dashboard) keyActions() []Action {
	readOnly := d.env.Desk.ReadOnly()
	onRow := "" // why nothing can be done with the key under the cursor
	if d.table.selected() == nil {
		onRow = "no key is selected"
	}
	changeRow := onRow
	if readOnly != "" {
		changeRow = readOnly
	}
	details := "Show everything that is known of the key."
	if d.pane != nil {
		details = "Close the details."
	}
	actions := []Action{
		{Keys: []string{"enter"}, Label: "details", Help: details, Group: "Keys", Disabled: onRow, Do: d.details},
		{Keys: []string{"n"}, Label: "new", Help: "Create a key at the exchange, or add one that you have.", Group: "Keys", Disabled: readOnly,
			Do: func() tea.Cmd { return openOverlay(newNewKeyMenu(d.env)) }},
	}
	actions = append(actions, d.flowActions(changeRow)...)
	actions = append(actions, d.rowActions(onRow, changeRow)...)
	actions = append(actions, d.findingActions(onRow, changeRow)...)
	actions = append(actions, d.fleetActions(readOnly)...)
	if a, ok := d.escape(); ok {
		actions = append([]Action{a}, actions...)
	}
	return actions
}

// rowActions are the others about one key or the marked ones, each with why it
// cannot be done.
func (d *dashboard) rowActions(onRow, changeRow string) []Action {
	verify := "verify"
	if n := len(d.table.marked); n > 0 {
		verify += " " + strconv.Itoa(n)
	}
	return []Action{
		{Keys: []string{"v"}, Label: verify, Help: "Ask the exchange about the marked keys, or the one under the cursor.", Group: "Keys",
			Disabled: onRow, Do: d.verifyChosen},
		{Keys: []string{"V"}, Label: "verify all", Help: "Ask the exchanges about all keys.", Group: "Keys", Quiet: true,
			Disabled: onRow, Do: func() tea.Cmd { return d.startVerify() }},
		d.testRun(),
		{Keys: []string{" "}, Label: "mark", Help: "Mark the key, to verify, rotate or revoke several at once.", Group: "Keys", Quiet: true,
			Disabled: onRow, Do: d.mark},
		diagnoseAction(d.env, onRow, d.onSelected),
		{Keys: []string{"e"}, Label: "edit", Help: "Change name, account, purpose, consumers and notes.", Group: "Keys", Quiet: true,
			Disabled: changeRow, Do: d.onSelected(func(id store.RecordID) tea.Cmd { return push(newEditForm(d.env, id)) })},
		{Keys: []string{"X"}, Label: "forget", Help: "Remove the key and its secret from keyrota; it lives on at the exchange.", Group: "Keys", Quiet: true,
			Disabled: changeRow, Do: d.onSelected(func(id store.RecordID) tea.Cmd { return openOverlay(newForgetDialog(d.env, id)) })},
	}
}

// filterActions is what keys do while a filter is typed.
func (d *dashboard) filterActions() []Action {
	return []Action{
		{Keys: []string{"enter"}, Label: "keep", Help: "Keep the filter and go back to the table.", Group: "Filter", Do: d.keepFilter},
		{Keys: []string{"esc"}, Label: "clear", Help: "Show all keys again.", Group: "Filter", Do: d.clearFilter},
		{Keys: []string{"up"}, Label: "up", Help: "Previous key.", Group: "Filter", Quiet: true, Do: d.step(-1)},
		{Keys: []string{"down"}, Label: "down", Help: "Next key.", Group: "Filter", Quiet: true, Do: d.step(1)},
	}
}

// escape is what esc does now: one thing at a time, the most urgent first.
func (d *dashboard) escape() (Action, bool) {
	a := Action{Keys: []string{"esc"}, Group: "View"}
	switch {
	case len(d.asked) > 0:
		a.Label, a.Help = "cancel verify", "Stop asking the exchanges; what they said so far is kept."
		a.Do = func() tea.Cmd { stopVerify(d.env); return nil }
	case d.filter.shown():
		a.Label, a.Help = "clear filter", "Show all keys again."
		a.Do = d.clearFilter
	case len(d.table.marked) > 0:
		a.Label, a.Help = "unmark", "Remove all marks."
		a.Do = func() tea.Cmd { clear(d.table.marked); return nil }
	case d.pane != nil:
		a.Label, a.Help, a.Quiet = "close details", "Close the details.", true
		a.Do = d.details
	default:
		return a, false
	}
	return a, true
}

func (d *dashboard) viewActions() []Action {
	actions := []Action{
		{Keys: []string{"/"}, Label: "filter", Group: "View", Do: func() tea.Cmd { d.filter.typing = true; return nil },
			Help: "Show only some keys: words, or perm:withdraw env:live state:overdue ip:any age:>90 used:>30 due:<14 ex:kraken acct:main status:rejected."},
		{Keys: []string{"s"}, Label: "sort", Help: "Sort by the next column: deadline, name, age, last used, exchange, state.", Group: "View",
			Do: func() tea.Cmd { d.order, d.reverse = (d.order+1)%len(orderings), false; return d.resort() }},
		{Keys: []string{"S"}, Label: "reverse", Help: "Reverse the sort.", Group: "View", Quiet: true,
			Do: func() tea.Cmd { d.reverse = !d.reverse; return d.resort() }},
		d.overviewAction(),
	}
	if d.pane != nil {
		actions = append(actions,
			Action{Keys: []string{"J"}, Label: "details down", Help: "Scroll the details down.", Group: "View", Quiet: true, Do: func() tea.Cmd { d.pane.scroll(1); return nil }},
			Action{Keys: []string{"K"}, Label: "details up", Help: "Scroll the details up.", Group: "View", Quiet: true, Do: func() tea.Cmd { d.pane.scroll(-1); return nil }})
	}
	return actions
}

func (d *dashboard) moveActions() []Action { return moveActions(d.step, d.table.h, len(d.table.lines)) }

// moveActions go through a list of keys by step, of which h lines are in sight
// and far reaches from one end to the other.
func moveActions(step func(n int) func() tea.Cmd, h, far int) []Action {
	half, page := max(1, h/2), max(1, h-1)
	return []Action{
		moving("down", "Next key.", step(1), "j", "down"),
		moving("up", "Previous key.", step(-1), "k", "up"),
		moving("half page down", "Half a page down.", step(half), "ctrl+d"),
		moving("half page up", "Half a page up.", step(-half), "ctrl+u"),
		moving("page down", "A page down.", step(page), "pgdown"),
		moving("page up", "A page up.", step(-page), "pgup"),
		moving("first", "First key.", step(-far), "g", "home"),
		moving("last", "Last key.", step(far), "G", "end"),
	}
}

// moving is an action that goes somewhere and needs no place in the footer.
//
//go:noinline // copied into its callers, it would take 5 kB
func moving(label, help string, do func() tea.Cmd, keys ...string) Action {
	return Action{Keys: keys, Label: label, Help: help, Group: "Move", Quiet: true, Do: do}
}

// step moves the cursor by n rows.
func (d *dashboard) step(n int) func() tea.Cmd {
	return func() tea.Cmd { d.table.move(n); return d.follow() }
}

func (d *dashboard) tabActions() []Action {
	tabs := d.board.tabs
	turn := func(by int) func() tea.Cmd {
		return func() tea.Cmd { return d.toTab((d.chosenTab() + by + len(tabs)) % len(tabs)) }
	}
	actions := []Action{
		{Keys: []string{"tab", "]"}, Label: "next tab", Help: "Next exchange.", Group: "View", Quiet: true, Do: turn(1)},
		{Keys: []string{"shift+tab", "["}, Label: "previous tab", Help: "Previous exchange.", Group: "View", Quiet: true, Do: turn(-1)},
	}
	for i, t := range tabs[:min(len(tabs), 9)] {
		actions = append(actions, Action{
			Keys: []string{strconv.Itoa(i + 1)}, Label: t.name, Help: "Show the tab " + t.name + ".", Group: "View", Quiet: true,
			Do: func() tea.Cmd { return d.toTab(i) },
		})
	}
	return actions
}

func (d *dashboard) toTab(i int) tea.Cmd {
	d.tab = d.board.tabs[i].exchange
	d.table.restart()
	return d.retab()
}

// details opens and closes the pane, or opens a page where there is no room.
func (d *dashboard) details() tea.Cmd {
	if d.w < paneFrom {
		return d.onSelected(func(id store.RecordID) tea.Cmd { return push(newDetail(d.env, id)) })()
	}
	if d.pane != nil {
		d.pane = nil
		d.arrange()
		return nil
	}
	d.pane = newPane(d.env)
	d.arrange()
	return d.follow()
}

// onSelected does something with the key that is under the cursor by then.
func (d *dashboard) onSelected(do func(store.RecordID) tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		r := d.table.selected()
		if r == nil {
			return nil
		}
		return do(r.rec.ID)
	}
}

func (d *dashboard) mark() tea.Cmd {
	d.table.toggle()
	d.table.move(1)
	return d.follow()
}

func (d *dashboard) verifyChosen() tea.Cmd {
	var ids []store.RecordID
	for _, r := range d.ordered {
		if d.table.marked[r.rec.ID] {
			ids = append(ids, r.rec.ID)
		}
	}
	if r := d.table.selected(); len(ids) == 0 && r != nil {
		ids = append(ids, r.rec.ID)
	}
	if len(ids) == 0 {
		return nil // none would mean all
	}
	if r := d.board.byID[ids[0]]; r != nil && len(ids) == 1 && r.rec.Facts.Stated {
		return toast(Notice, r.name+": "+nobodyToAsk(r.rec), "e changes what you stated")
	}
	clear(d.table.marked)
	return d.startVerify(ids...)
}

// startVerify shows keys as waiting from the key press on.
func (d *dashboard) startVerify(ids ...store.RecordID) tea.Cmd {
	cmd := startVerify(d.env, ids...)
	if cmd == nil {
		return nil
	}
	for _, r := range d.board.rows {
		if _, shown := d.asked[r.rec.ID]; !shown && verifying(d.env, r.rec.ID) {
			d.asked[r.rec.ID] = desk.Waiting
		}
	}
	return batch(cmd, d.animate())
}
