package ui

import (
	"context"
	"errors"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// flowPage is the one screen for create, rotate and revoke. It draws what a
// flow says and turns keys into answers; it decides nothing, and the flow goes
// on without it.
type flowPage struct {
	env  *Env
	id   flow.ID
	w, h int

	now     func() flow.Update
	changed <-chan struct{}
	stop    func()
	done    chan struct{} // closed when the page is left
	gone    error         // why there is nothing to show

	u    flow.Update
	ask  *asking      // the prompt on screen; nil while the flow asks nothing
	kept *asking      // the flow's own prompt of this revision, also while it is not on screen
	got  []flow.Stage // how far the flow had got before it was abandoned
	next flow.ID      // done: the next of the same batch that is unfinished

	deaf     time.Time          // keys before this are the rest of a paste, see deafFor
	looked   *asking            // what was filled in when this machine's address was asked for
	top      int                // first line on screen while nothing is asked
	cancel   context.CancelFunc // of the simulator, while it works
	stopping bool               // esc was pressed while the flow works
	spin     int
	ticking  bool
}

// Messages of the page. forPage tells it from another page of the same flow,
// of tells a prompt from the one that came after it.
type (
	forPage        struct{ page *flowPage }
	flowChangedMsg struct{ forPage }
	flowTickMsg    struct{ forPage }
	flowListensMsg struct{ forPage } // keys are taken again
	flowSeenMsg    struct {
		forPage
		of *asking
	}
	flowAnsweredMsg struct {
		forPage
		of  *asking
		err error
	}
	flowSimulatedMsg struct {
		forPage
		of     *asking
		answer flow.Answer
		err    error
	}
)

func (f forPage) to() *flowPage { return f.page }

// startFlow begins a flow and opens its page. Where another flow of the key is
// unfinished, that one is opened instead.
func startFlow(env *Env, r flow.Request) tea.Cmd {
	ctx, flows := env.Ctx, env.Desk.Flows()
	return func() tea.Msg {
		id, err := flows.Start(ctx, r)
		if busy, ok := errors.AsType[*flow.BusyError](err); ok {
			return resumeFlow(env, busy.ID)()
		}
		if err != nil {
			return failed(err)()
		}
		return resumeFlow(env, id)()
	}
}

// resumeFlow wakes an unfinished flow and opens its page.
func resumeFlow(env *Env, id flow.ID) tea.Cmd {
	flows := env.Desk.Flows()
	return func() tea.Msg {
		if err := flows.Resume(id); err != nil {
			return failed(err)()
		}
		return pushMsg{newFlowPage(env, id)}
	}
}

func newFlowPage(env *Env, id flow.ID) *flowPage {
	return &flowPage{env: env, id: id, done: make(chan struct{})}
}

// Init begins to follow the flow.
func (p *flowPage) Init() tea.Cmd {
	p.now, p.changed, p.stop, p.gone = p.env.Desk.Flows().Watch(p.id)
	if p.gone != nil {
		return nil
	}
	p.u = p.now()
	return batch(p.take(), p.listen())
}

// SetSize gives the area to draw on.
func (p *flowPage) SetSize(w, h int) { p.w, p.h = w, h }

// Update handles one message.
func (p *flowPage) Update(msg tea.Msg) tea.Cmd {
	if m, ok := msg.(interface{ to() *flowPage }); ok && m.to() != p {
		return nil
	}
	switch m := msg.(type) {
	case KeyMsg:
		return p.keyPress(m)
	case PasteMsg:
		p.paste(m.Text)
	case MouseMsg:
		return p.mouse(m)
	case flowChangedMsg:
		return batch(p.moved(), p.listen())
	case flowTickMsg:
		p.ticking = false
		p.spin++
		return p.tick()
	case flowSeenMsg:
		m.of.seen = true
	case flowAnsweredMsg:
		return p.answered(m)
	case flowSimulatedMsg:
		return p.simulated(m)
	}
	return nil
}

func (p *flowPage) listen() tea.Cmd {
	return p.env.listen(p.changed, p.done, flowChangedMsg{forPage{p}})
}

// moved takes in where the flow is now.
func (p *flowPage) moved() tea.Cmd {
	before := p.u.State.Rev
	p.u = p.now()
	cmd := p.take()
	if p.u.State.Rev != before { // records may have changed with it
		cmd = batch(cmd, snapshotChanged)
	}
	return cmd
}

// take shows the update. What was typed stays as long as the flow is at the
// same revision: also when it halts or works in between, since a secret that
// an exchange shows once cannot be pasted again.
func (p *flowPage) take() tea.Cmd {
	p.stopping = p.stopping && p.u.Busy != ""
	if p.u.Done {
		p.next = p.nextOfBatch()
	}
	if !p.abandoning() && p.u.State.Step != flow.StepDone {
		p.got = p.u.State.Stages()
	}
	if p.kept != nil && (p.u.Done || p.kept.rev != p.u.State.Rev) {
		p.forget()
	}
	prompt := promptOf(p.u)
	if prompt == nil {
		p.ask = nil
		return p.tick()
	}
	p.put(cleanPrompt(*prompt))
	if p.ask.seen {
		return p.tick()
	}
	return batch(p.tick(), p.env.after(seenAfter, flowSeenMsg{forPage{p}, p.ask}))
}

// put brings a prompt to the screen.
func (p *flowPage) put(prompt flow.Prompt) {
	rev := p.u.State.Rev
	switch {
	case prompt.ID == haltPrompt && p.ask != nil && p.ask.prompt.ID == haltPrompt:
		p.ask.prompt = prompt // it has halted again
	case prompt.ID == haltPrompt:
		p.ask = newAsking(rev, prompt)
	case p.kept != nil && p.kept.prompt.ID == prompt.ID:
		p.kept.prompt.Due = prompt.Due
		p.ask = p.kept
	default:
		p.forget()
		p.kept = newAsking(rev, prompt)
		p.kept.carry(p.looked)
		p.ask, p.looked = p.kept, nil
	}
}

// promptOf returns what the flow asks: that it cannot write its journal comes
// before everything else.
func promptOf(u flow.Update) *flow.Prompt {
	switch {
	case u.Done:
		return nil
	case u.Halt != nil:
		return &flow.Prompt{
			ID: haltPrompt, Title: "It cannot go on", Warn: []string{u.Halt.What}, Text: []string{u.Halt.Hint},
			Choices: []flow.Choice{{ID: flow.Retry, Label: "Try again", Help: "Nothing is done before the journal can be written."}},
		}
	}
	return u.Prompt
}

// haltPrompt names the page's own question when a flow has halted.
const haltPrompt flow.PromptID = "halted"

// forget drops what was typed, and clears what is secret.
func (p *flowPage) forget() {
	if p.kept != nil {
		p.kept.wipe()
	}
	p.ask, p.kept = nil, nil
	if p.cancel != nil {
		p.cancel()
		p.cancel = nil
	}
}

// nextOfBatch returns the unfinished flow of the same batch that comes next:
// the first after this one, or else the first.
func (p *flowPage) nextOfBatch() flow.ID {
	mine := p.u.State.Batch
	if mine.ID == "" {
		return ""
	}
	var best flow.Summary
	for _, s := range p.env.Desk.Flows().Open() {
		if s.ID == p.id || s.Batch.ID != mine.ID {
			continue
		}
		before := func(n int) bool { return n < mine.Number } // and so later in the round
		a, b := before(s.Batch.Number), before(best.Batch.Number)
		if best.ID == "" || b && !a || a == b && s.Batch.Number < best.Batch.Number {
			best = s
		}
	}
	return best.ID
}

// leave closes the page; the flow stays as it is.
func (p *flowPage) leave() tea.Cmd {
	p.close()
	switch {
	case p.gone != nil:
		return pop
	case p.u.Done:
		return sequence(pop, p.selectRecord())
	}
	return sequence(pop, p.selectRecord(), toast(Notice, p.Title()+": left; resume it from the dashboard", ""))
}

// finish closes the page of a flow that is done, and opens the next one of
// its batch.
func (p *flowPage) finish() tea.Cmd {
	p.close()
	if p.next != "" {
		return sequence(pop, resumeFlow(p.env, p.next))
	}
	return sequence(pop, p.selectRecord())
}

// selectRecord puts the table's cursor on the key that the flow is about.
func (p *flowPage) selectRecord() tea.Cmd {
	record := p.u.State.Record
	return func() tea.Msg { return selectMsg{record} }
}

func (p *flowPage) close() {
	p.forget()
	select {
	case <-p.done:
		return
	default:
	}
	close(p.done)
	if p.stop != nil {
		p.stop()
	}
}

// working reports whether there is nothing to do but wait.
func (p *flowPage) working() bool { return p.cancel != nil || p.ask == nil && p.u.Busy != "" }

// due is when the flow goes on by itself; zero: it does not.
func (p *flowPage) due() time.Time {
	switch {
	case p.u.Done || p.working():
		return time.Time{}
	case p.ask != nil && p.ask.prompt.ID == flow.AskAbandon: // it waits for the answer
		return time.Time{}
	case p.ask != nil:
		return p.ask.prompt.Due
	}
	return p.u.State.Due
}

// tick keeps the spinner turning and the seconds counting, while there are any.
func (p *flowPage) tick() tea.Cmd {
	every := time.Duration(0)
	switch {
	case p.working() && p.env.Animate:
		every = spinEvery
	case p.due().After(p.env.Now()):
		every = time.Second
	}
	if p.ticking || every == 0 {
		return nil
	}
	p.ticking = true
	return p.env.after(every, flowTickMsg{forPage{p}})
}

// Title names the page in breadcrumbs: "Rotate grid-bot".
func (p *flowPage) Title() string {
	words := map[flow.Kind]string{flow.Create: "New key", flow.Rotate: "Rotate", flow.Revoke: "Revoke"}[p.u.State.Kind]
	if name := exchanges.Clean(p.u.State.Name); name != "" {
		words += " " + name
	}
	return words
}
