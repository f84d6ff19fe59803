package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// Actions lists what can be done now: first what mends the finding under the
// cursor.
func (p *overviewPage) Actions() []Action {
	none := ""
	line, some := p.list.chosen()
	if !some {
		none = "there is nothing to do"
	}
	actions := []Action{
		{Keys: []string{"enter"}, Label: "details", Help: "Show everything that is known of the key.", Group: "Keys", Disabled: none, Do: p.details},
	}
	if some {
		f := line.findings[0]
		actions = append(actions, Action{Keys: []string{"m"}, Label: mendLabel(f.Mend), Help: "Mend it: open what does that, for the key under the cursor.",
			Group: "Keys", Disabled: p.why(f.Mend), Do: func() tea.Cmd { return openMend(p.env, line.row.rec.ID, f) }})
	}
	for _, a := range []struct {
		key, label, help string
		by               policy.Mend
	}{
		{"r", "rotate", "Replace the key by a new one, step by step.", policy.ByRotating},
		{"x", "revoke", "Revoke the key at the exchange; asks first.", policy.ByRevoking},
		{"v", "verify", "Ask the exchange about this key.", policy.ByVerifying},
		{"e", "edit", "Change name, account, purpose, consumers and notes.", policy.ByEditing},
		{"X", "forget", "Remove the key and its secret from keyrota; it lives on at the exchange.", policy.ByForgetting},
	} {
		why := none
		if some {
			why = p.why(a.by)
		}
		actions = append(actions, Action{Keys: []string{a.key}, Label: a.label, Help: a.help, Group: "Keys", Quiet: true, Disabled: why,
			Do: p.on(func(id store.RecordID) tea.Cmd { return openMend(p.env, id, policy.Finding{Mend: a.by}) })})
	}
	return append(actions, p.moves()...)
}

// why says why a way to mend cannot be gone, or "".
func (p *overviewPage) why(m policy.Mend) string {
	if !mendChanges(m) {
		return ""
	}
	return p.env.Desk.ReadOnly()
}

func (p *overviewPage) moves() []Action {
	step := func(n int) func() tea.Cmd { return func() tea.Cmd { p.list.move(n); return nil } }
	return append(moveActions(step, p.list.h, len(p.list.keys)),
		Action{Keys: []string{"tab", "]"}, Label: "next group", Help: "The next thing to do.", Group: "Move", Quiet: true, Do: p.turn(1)},
		Action{Keys: []string{"shift+tab", "["}, Label: "previous group", Help: "The thing to do before.", Group: "Move", Quiet: true, Do: p.turn(-1)})
}

// turn moves to the first key of the group after or before.
func (p *overviewPage) turn(step int) func() tea.Cmd {
	return func() tea.Cmd { p.list.turn(step); return nil }
}

// on does something with the key that is under the cursor by then.
func (p *overviewPage) on(do func(store.RecordID) tea.Cmd) func() tea.Cmd {
	return func() tea.Cmd {
		line, some := p.list.chosen()
		if !some {
			return nil
		}
		return do(line.row.rec.ID)
	}
}

func (p *overviewPage) details() tea.Cmd {
	return p.on(func(id store.RecordID) tea.Cmd { return push(newDetail(p.env, id)) })()
}
