package ui

import (
	"context"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// testrunPage tries a key without funds at risk: reads at once, and drills when
// they are asked for. A row appears when its call begins.
type testrunPage struct {
	env *Env
	id  store.RecordID
	rec store.Record // as it was when the page was opened

	run    *testrun // nil: none was begun
	steps  []desk.TestStep
	report desk.TestReport // of a run that has ended
	err    error

	list    picker
	spin    int
	ticking bool
	w, h    int
	box     *penBox
}

// testrun is one run: one command does the work, another listens.
type testrun struct {
	drills bool
	cancel context.CancelFunc
	events chan desk.TestStep // closed when the work has ended
	report desk.TestReport    // set before events is closed, like err
	err    error
	done   bool
}

// Messages of a test run.
type (
	testrunMsg struct {
		run  *testrun
		step desk.TestStep
	}
	testrunDoneMsg struct{ run *testrun }
	testrunTickMsg struct{ page *testrunPage }
)

// testrunRoom is more reports than a test run makes: no exchange waits for the
// screen.
const testrunRoom = 64

// testRunAction opens the page for a key; nil: there is none.
func testRunAction(env *Env, r *store.Record) Action {
	a := Action{Keys: []string{"T"}, Label: "test run", Group: "Keys", Quiet: true,
		Help: "Try the key without funds at risk: balance, order book and ticker, and on testnets what a bot's mistakes come back as."}
	if r == nil {
		a.Disabled = "no key is selected"
		return a
	}
	a.Disabled = env.Desk.CanTest(r)
	a.Do = func() tea.Cmd { return push(newTestrunPage(env, r)) }
	return a
}

// testRun is the action of the details; gone is why there is no key.
func (d *detail) testRun(gone string) Action {
	if d.row == nil {
		a := testRunAction(d.env, nil)
		a.Disabled = gone
		return a
	}
	return testRunAction(d.env, d.row.rec)
}

// testRun is the action of the dashboard, about the key under the cursor.
func (d *dashboard) testRun() Action {
	if r := d.table.selected(); r != nil {
		return testRunAction(d.env, r.rec)
	}
	return testRunAction(d.env, nil)
}

func newTestrunPage(env *Env, r *store.Record) *testrunPage {
	return &testrunPage{env: env, id: r.ID, rec: *r}
}

// Title names the page in breadcrumbs.
func (p *testrunPage) Title() string { return "Test run" }

// Init makes the reads.
func (p *testrunPage) Init() tea.Cmd { return p.begin(false) }

// SetSize gives the area to draw on.
func (p *testrunPage) SetSize(w, h int) {
	p.w, p.h = w, h
	p.list.resize(p.rowLines())
}

// rowLines is how many calls have room.
func (p *testrunPage) rowLines() int { return max(1, p.h-testrunTop-testrunAbout-1) }

// begin starts a run and forgets the one before.
func (p *testrunPage) begin(drills bool) tea.Cmd {
	ctx, cancel := context.WithCancel(p.env.Ctx)
	run := &testrun{drills: drills, cancel: cancel, events: make(chan desk.TestStep, testrunRoom)}
	p.run, p.steps, p.report, p.err = run, nil, desk.TestReport{}, nil
	p.list.reset(0)
	service, id := p.env.Desk, p.id
	work := func() tea.Msg {
		defer cancel()
		defer close(run.events)
		run.report, run.err = service.TestRun(ctx, id, desk.TestOptions{Drills: drills}, func(s desk.TestStep) { run.events <- s })
		return nil
	}
	return batch(work, run.listen, p.tick())
}

// listen waits for a report, or for the end of the work.
func (r *testrun) listen() tea.Msg {
	if s, more := <-r.events; more {
		return testrunMsg{r, s}
	}
	return testrunDoneMsg{r}
}

func (p *testrunPage) running() bool { return p.run != nil && !p.run.done }

// tick keeps the spinner turning while something runs.
func (p *testrunPage) tick() tea.Cmd {
	if p.ticking || !p.env.Animate || !p.running() {
		return nil
	}
	p.ticking = true
	return p.env.after(spinEvery, testrunTickMsg{p})
}

// Update takes what came of the calls, and the mouse.
func (p *testrunPage) Update(msg tea.Msg) tea.Cmd {
	switch m := msg.(type) {
	case testrunMsg:
		if m.run == p.run {
			p.took(m.step)
			return m.run.listen
		}
	case testrunDoneMsg:
		if m.run == p.run {
			p.run.done, p.report, p.err = true, m.run.report, m.run.err
		}
	case testrunTickMsg:
		if m.page == p {
			p.ticking = false
			p.spin++
			return p.tick()
		}
	case MouseMsg:
		p.mouse(m)
	}
	return nil
}

func (p *testrunPage) mouse(m MouseMsg) {
	switch {
	case m.Wheel != 0:
		p.list.move(m.Wheel)
	case m.Y >= testrunTop:
		p.list.clicked(m.Y - testrunTop)
	}
}

// took adds a call or what came of it. The cursor follows while it is on the last.
func (p *testrunPage) took(s desk.TestStep) {
	if n := len(p.steps); n > 0 && p.steps[n-1].At == s.At {
		p.steps[n-1] = s
		return
	}
	last := p.list.cursor >= len(p.steps)-1
	p.steps = append(p.steps, s)
	p.list.count = len(p.steps)
	if last {
		p.list.move(1)
	}
}

// Actions lists what can be done now.
func (p *testrunPage) Actions() []Action {
	busy, drills := "", ""
	if p.running() {
		busy, drills = "a test run is under way", "a test run is under way"
	}
	if p.rec.Environment == exchanges.Live {
		drills = "drills are for testnet and demo keys, and this one is live"
	}
	by := func(n int) func() tea.Cmd { return func() tea.Cmd { p.list.move(n); return nil } }
	actions := []Action{
		{Keys: []string{"r", "enter"}, Label: "run again", Help: "Ask for balance, order book and ticker again.", Group: "Test run", Disabled: busy,
			Do: func() tea.Cmd { return p.begin(false) }},
		{Keys: []string{"d"}, Label: "with drills", Group: "Test run", Disabled: drills, Do: func() tea.Cmd { return p.begin(true) },
			Help: "Also make a bot's mistakes on purpose: an expired timestamp, a malformed request, a wrong signature, calls in a hurry."},
		moving("down", "Next call.", by(1), "down", "j"),
		moving("up", "Previous call.", by(-1), "up", "k"),
		moving("first", "First call.", by(-len(p.steps)), "home", "g"),
		moving("last", "Last call.", by(len(p.steps)), "end", "G"),
	}
	if !p.running() {
		return actions
	}
	stop := Action{Keys: []string{"esc", "q"}, Label: "cancel", Help: "Send nothing more; what came back stays here.", Group: "Test run",
		Do: func() tea.Cmd { p.run.cancel(); return nil }}
	return append([]Action{stop}, actions...)
}
