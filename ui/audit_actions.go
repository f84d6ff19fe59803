package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
)

// Actions lists what can be done now.
func (p *auditPage) Actions() []Action {
	if p.filter.typing {
		return p.filterActions()
	}
	by := func(n int) func() tea.Cmd {
		return func() tea.Cmd { p.list.move(n); return p.more() }
	}
	none, busy := "", ""
	if len(p.entries) == 0 {
		none = "there is no entry"
	}
	if p.chain.checking {
		busy = "the chain is being checked"
	}
	actions := []Action{
		{Keys: []string{"enter"}, Label: "details", Help: "Show all of the entry.", Group: "Log", Disabled: none, Do: p.show},
		{Keys: []string{"v"}, Label: "verify", Help: "Check the whole log's hash chain against the keyring.", Group: "Log", Disabled: busy, Do: p.verify},
		{Keys: []string{"/"}, Label: "filter", Group: "Log", Do: func() tea.Cmd { p.filter.typing = true; return nil },
			Help: "Show only some entries: words, or do:revoked by:ann for:grid-bot ex:kraken env:live age:<30 result:auth."},
		moving("down", "The entry before in time.", by(1), "down", "j"),
		moving("up", "The entry after in time.", by(-1), "up", "k"),
		moving("page down", "A page down.", by(p.list.rows), "pgdown", "ctrl+d"),
		moving("page up", "A page up.", by(-p.list.rows), "pgup", "ctrl+u"),
		moving("newest", "The newest entry.", by(-len(p.entries)), "home", "g"),
		moving("oldest", "The oldest entry that was read; there, older ones are read.", by(len(p.entries)), "end", "G"),
	}
	if p.filter.shown() {
		clearing := Action{Keys: []string{"esc"}, Label: "clear filter", Help: "Show all entries again.", Group: "Log", Do: p.clearFilter}
		actions = append([]Action{clearing}, actions...)
	}
	return actions
}

// filterActions is what keys do while the filter is typed.
func (p *auditPage) filterActions() []Action {
	by := func(n int) func() tea.Cmd {
		return func() tea.Cmd { p.list.move(n); return p.more() }
	}
	return []Action{
		{Keys: []string{"enter"}, Label: "keep", Help: "Keep the filter and go back to the entries.", Group: "Filter", Do: p.keepFilter},
		{Keys: []string{"esc"}, Label: "clear", Help: "Show all entries again.", Group: "Filter", Do: p.clearFilter},
		{Keys: []string{"up"}, Label: "up", Help: "The entry after in time.", Group: "Filter", Quiet: true, Do: by(-1)},
		{Keys: []string{"down"}, Label: "down", Help: "The entry before in time.", Group: "Filter", Quiet: true, Do: by(1)},
	}
}

// typed takes a key while the filter is typed; backspace on an empty one leaves it.
func (p *auditPage) typed(k KeyMsg) tea.Cmd {
	if !p.filter.typing {
		return nil
	}
	if a, ok := findAction(p.filterActions(), k.Name); ok {
		return a.Do()
	}
	if k.Name == "backspace" && p.filter.text == "" {
		return p.keepFilter()
	}
	if p.filter.key(k) {
		return p.restart()
	}
	return nil
}

func (p *auditPage) keepFilter() tea.Cmd {
	p.filter.typing = false
	return nil
}

func (p *auditPage) clearFilter() tea.Cmd {
	p.filter.typing = false
	if p.filter.text == "" {
		return nil
	}
	p.filter.set("")
	return p.restart()
}

// show opens the entry under the cursor.
func (p *auditPage) show() tea.Cmd {
	if p.list.cursor >= len(p.entries) {
		return nil
	}
	return openOverlay(newAuditEntry(p.env, p.entries[p.list.cursor]))
}

// chainState is what is known of the log's chain. It says "verified" only of
// what was, on this page.
type chainState struct {
	checking bool
	checked  bool
	report   store.AuditReport
	err      error
}

// auditCheckedMsg brings the verdict on the chain.
type auditCheckedMsg struct {
	page   *auditPage
	report store.AuditReport
	err    error
}

// verify checks the chain in the background.
func (p *auditPage) verify() tea.Cmd {
	p.chain = chainState{checking: true}
	service, ctx := p.env.Desk, p.env.Ctx
	return func() tea.Msg {
		report, err := service.VerifyAudit(ctx)
		return auditCheckedMsg{p, report, err}
	}
}

// checked says what came of it; the header keeps it.
func (p *auditPage) checked(m auditCheckedMsg) tea.Cmd {
	if m.page != p {
		return nil
	}
	p.chain = chainState{checked: m.err == nil, report: m.report, err: m.err}
	if m.err != nil {
		what, hint := explain(m.err)
		return toast(Failure, what, hint)
	}
	switch m.report.State {
	case store.AuditTampered:
		return toast(Failure, "the audit log was changed: "+m.report.Text, "Keep a copy of audit.log and find out who changed it.")
	case store.AuditIntact:
		return toast(Success, m.report.Text, "")
	case store.AuditAhead, store.AuditUnanchored:
	}
	return toast(Notice, m.report.Text, "")
}
