package ui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
	"github.com/keyrota/keyrota/ui/flow"
)

// diagnosePage says why an exchange refuses a key: it asks at once, and shows
// what was tested, what came out, and what is left. Tests that ask somebody else
// are made when the person says so.
type diagnosePage struct {
	env     *Env
	id      store.RecordID
	options desk.DiagnoseOptions

	gen     int // of the last look: an answer to an earlier one is not shown
	looking bool
	found   desk.Diagnosis // without a record: nothing was found out yet
	err     error

	spin, top, w, h int
	box             *penBox
}

type (
	// diagnosedMsg brings a diagnosis.
	diagnosedMsg struct {
		page  *diagnosePage
		gen   int
		found desk.Diagnosis
		err   error
	}
	diagnoseSpinMsg struct {
		page *diagnosePage
		gen  int
	}
	// diagnoseMoreMsg is the person's yes to a test.
	diagnoseMoreMsg struct {
		page *diagnosePage
		test diagnose.Test
	}
)

func newDiagnosePage(env *Env, id store.RecordID) Screen { return &diagnosePage{env: env, id: id} }

// diagnoseAction opens the page for the key that open is given.
func diagnoseAction(env *Env, disabled string, on func(func(store.RecordID) tea.Cmd) func() tea.Cmd) Action {
	return Action{Keys: []string{"d"}, Label: "diagnose", Group: "Keys", Quiet: true, Disabled: disabled,
		Help: "Find out why the exchange refuses the key: what was tested, and what is left.",
		Do:   on(func(id store.RecordID) tea.Cmd { return push(newDiagnosePage(env, id)) })}
}

// Title names the page in breadcrumbs.
func (p *diagnosePage) Title() string { return "Diagnosis" }

// Init asks the exchange.
func (p *diagnosePage) Init() tea.Cmd { return p.look() }

// SetSize gives the area to draw on.
func (p *diagnosePage) SetSize(w, h int) { p.w, p.h = w, h }

// look asks, with what the person has agreed to so far.
func (p *diagnosePage) look() tea.Cmd {
	p.gen++
	p.looking, p.err = true, nil
	ctx, service, id, o, gen := p.env.Ctx, p.env.Desk, p.id, p.options, p.gen
	ask := func() tea.Msg {
		d, err := service.Diagnose(ctx, id, o)
		return tea.BatchMsg{func() tea.Msg { return diagnosedMsg{p, gen, d, err} }, snapshotChanged}
	}
	return batch(ask, p.animate())
}

func (p *diagnosePage) animate() tea.Cmd {
	if !p.looking || !p.env.Animate {
		return nil
	}
	return p.env.after(spinEvery, diagnoseSpinMsg{p, p.gen})
}

// Update takes the diagnosis, a yes, and the wheel.
func (p *diagnosePage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case diagnosedMsg:
		if m.page == p && m.gen == p.gen {
			p.looking, p.err = false, m.err
			if m.found.Record != nil {
				p.found = m.found
			}
		}
	case diagnoseSpinMsg:
		if m.page == p && m.gen == p.gen {
			p.spin++
			return p.animate()
		}
	case diagnoseMoreMsg:
		if m.page == p {
			return p.more(m.test)
		}
	case MouseMsg:
		p.scroll(wheelStep * m.Wheel)
	}
	return nil
}

// more makes a test as well that the person agreed to.
func (p *diagnosePage) more(t diagnose.Test) tea.Cmd {
	switch t {
	case diagnose.TestAddresses:
		p.options.Addresses = true
	case diagnose.TestSites:
		p.options.Sites = true
	case diagnose.TestEnvironments:
		p.options.Environments = true
	}
	return p.look()
}

// Actions lists what can be done now: to mend what was found, and to test the
// rest.
func (p *diagnosePage) Actions() []Action {
	busy := ""
	if p.looking {
		busy = "the exchange is being asked"
	}
	change := p.env.Desk.ReadOnly()
	if _, there := p.env.Desk.Snapshot().ByID(p.id); !there {
		busy, change = "the key is gone", "the key is gone"
	}
	return append([]Action{
		{Keys: []string{"v"}, Label: "look again", Help: "Ask the exchange once more.", Group: "Diagnosis", Disabled: busy, Do: p.look},
		p.testAction("a", "addresses", "Ask which public addresses this machine has; asks you first.", diagnose.TestAddresses, busy),
		p.testAction("s", "other sites", "Show the key to the exchange's other sites; asks you first.", diagnose.TestSites, busy),
		p.testAction("n", "other environments", "Show the key to the exchange's other environments; asks you first.", diagnose.TestEnvironments, busy),
		{Keys: []string{"e"}, Label: "edit", Help: "Change name, account, purpose, consumers and notes.", Group: "Keys", Disabled: change,
			Do: func() tea.Cmd { return push(newEditForm(p.env, p.id)) }},
		{Keys: []string{"r"}, Label: "rotate", Help: "Replace the key by a new one, step by step.", Group: "Keys", Disabled: change,
			Do: func() tea.Cmd { return beginFlows(p.env, flow.Rotate, []store.RecordID{p.id}, "") }},
	}, scrollActions(p.scroll, p.h)...)
}

// testAction makes one of the tests that nobody is asked for unasked.
//
//go:noinline // copied into its callers, it would take 3 kB
func (p *diagnosePage) testAction(key, label, help string, t diagnose.Test, busy string) Action {
	a := Action{Keys: []string{key}, Label: label, Help: help, Group: "Diagnosis", Disabled: busy,
		Do: func() tea.Cmd { return openOverlay(newDiagnoseAsk(p, t)) }}
	if a.Disabled == "" && !p.wants(t) {
		a.Disabled, a.Quiet = "it would tell nothing more", true
	}
	return a
}

// wants reports whether a test would tell more.
func (p *diagnosePage) wants(t diagnose.Test) bool {
	for _, c := range p.found.Checks {
		if c.Test == t {
			return true
		}
	}
	return false
}

// scroll moves the text; View keeps it within bounds.
func (p *diagnosePage) scroll(n int) {
	p.top = max(0, p.top+n)
	if p.box != nil {
		p.top = min(p.top, max(0, len(p.text())-p.h))
	}
}
