package flow

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// line is one line of a journal: an intent, or an event with the state after
// it. The first has the first state only.
type line struct {
	At     time.Time `json:"t"`
	Intent Effect    `json:"intent,omitempty"`
	Event  *Event    `json:"event,omitempty"`
	State  *State    `json:"state,omitempty"`
}

// run is one flow in this process. Its goroutine alone acts.
type run struct {
	e  *Engine
	id ID

	mu       sync.Mutex
	u        Update
	watchers map[chan struct{}]bool
	awake    bool
	stopCall context.CancelFunc // of the effect under way

	answers chan given
	over    chan struct{}    // closed when the flow is done: nobody takes answers any more
	code    exchanges.Secret // a one-time code for the next effect
	broken  Effect           // read: an intent without an event
	staging bool             // the intent to stage is the journal's last line
}

// given is an answer on its way to the flow's goroutine.
type given struct {
	ctx context.Context
	rev uint64
	a   Answer
	err chan error
}

//go:noinline // copied into its callers, it would take 2 kB
func newRun(e *Engine, s State) *run {
	r := &run{e: e, id: s.ID, answers: make(chan given), over: make(chan struct{}), watchers: map[chan struct{}]bool{}}
	r.u = Update{State: s, Done: s.Step == StepDone}
	return r
}

// read returns the flow of a journal, nil when it is finished.
func (e *Engine) read(id ID) (*run, error) {
	lines, err := e.Journal.TailFlow(string(id), 2)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	state, intent, err := lastOf(id, lines)
	if err != nil {
		return nil, err
	}
	if state.Step == StepDone && len(state.Audit) == 0 {
		if e.ReadOnly() == "" {
			_ = e.Journal.RemoveFlow(string(id)) // the crash was after the end
		}
		return nil, nil
	}
	r := newRun(e, *state)
	r.u.Done = false
	r.broken = intent
	return r, nil
}

// lastOf returns the state that the last lines of a journal tell, and the
// effect that was under way. A state that this build cannot go on from is an
// error: another build may have written it.
func lastOf(id ID, lines [][]byte) (state *State, intent Effect, err error) {
	for _, text := range lines {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, "", fmt.Errorf("the journal of flow %s cannot be read: %w", id, err)
		}
		if intent = l.Intent; l.State != nil {
			state = l.State
		}
	}
	switch {
	case state == nil, state.ID != id, state.Step == StepConsumers && state.handover() < 0:
		return nil, "", fmt.Errorf("the journal of flow %s does not say where it is", id)
	case paths[state.Kind] == nil, stageNames[state.Step] == "":
		return nil, "", fmt.Errorf("the journal of flow %s was written by another keyrota: it knows a %q at %q",
			id, exchanges.Clean(string(state.Kind)), exchanges.Clean(string(state.Step)))
	}
	return state, intent, nil
}

// write appends a line. It is on the disk when it returns nil.
func (r *run) write(l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return r.e.Journal.AppendFlow(string(r.id), text)
}

// now returns the flow as it is.
func (r *run) now() Update {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.u
}

// publish shows watchers a new state of affairs.
func (r *run) publish(change func(*Update)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.u)
	for c := range r.watchers {
		select {
		case c <- struct{}{}:
		default: // it has a token already
		}
	}
}

func (r *run) watch() (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.watchers[c] = true
	return c, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.watchers, c)
	}
}

// wake starts the flow's goroutine if it does not run.
func (r *run) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.awake || r.u.Done || r.e.ctx.Err() != nil {
		return
	}
	r.awake = true
	r.e.going.Go(r.loop)
}

func (r *run) interrupt() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopCall != nil {
		r.stopCall()
	}
}

// answer hands an answer to the flow's goroutine and returns what it says.
func (r *run) answer(ctx context.Context, rev uint64, a Answer) error {
	g := given{ctx, rev, a, make(chan error, 1)}
	if u := r.now(); u.Done || u.State.Rev != rev {
		return ErrStale
	}
	select {
	case r.answers <- g:
	case <-r.over:
		return ErrStale
	case <-ctx.Done():
		return ctx.Err()
	case <-r.e.ctx.Done():
		return context.Canceled
	}
	select {
	case err := <-g.err:
		return err
	case <-r.e.ctx.Done():
		return context.Canceled
	}
}

// loop runs the flow until it is done or the engine is closed.
func (r *run) loop() {
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.awake = false
	}()
	for r.e.ctx.Err() == nil {
		u := r.now()
		if u.Halt != nil {
			r.rest()
			continue
		}
		if r.broken != "" {
			effect := r.broken
			r.broken = ""
			_ = r.apply(Event{Broken: effect}) // told by Halt
			continue
		}
		switch want := Decide(u.State); {
		case want.Done:
			r.finish()
			return
		case want.Do != "":
			r.act(u.State, want.Do)
		case want.Wait:
			r.pause(u.State.Due)
		default:
			r.ask(u.State)
		}
	}
}

// apply journals an event and moves on. While the journal cannot be written
// nothing moves: the person is told, and a retry reads the journal again.
func (r *run) apply(ev Event) error {
	ev.At = r.e.Now().UTC()
	next, err := Apply(r.now().State, ev)
	if _, refused := errors.AsType[*FieldError](err); refused {
		return err
	}
	if err != nil { // a bug, or a journal of another build: the flow is not lost for it
		return r.halt(&Problem{Kind: "state", What: "this does not fit the step: " + err.Error(), Hint: "Try again; if it stays, report it.", At: ev.At})
	}
	if err := r.write(line{At: ev.At, Event: &ev, State: &next}); err != nil {
		return r.halt(journalProblem(err, ev.At))
	}
	r.staging = false
	r.publish(func(u *Update) { u.State, u.Prompt, u.Busy = next, nil, "" })
	return nil
}

// halt says that the flow cannot go on, and returns that as an error.
func (r *run) halt(p *Problem) error {
	r.publish(func(u *Update) { u.Halt, u.Prompt, u.Busy = p, nil, "" })
	return &HaltError{*p}
}

// rest waits until the person says that the journal can be written again, and
// reads from it where the flow is: an effect that happened meanwhile has left
// its intent there.
func (r *run) rest() {
	var g given
	select {
	case g = <-r.answers:
	case <-r.e.ctx.Done():
		return
	}
	if g.a.Choice != Retry {
		g.err <- &HaltError{*r.now().Halt}
		return
	}
	again, err := r.e.read(r.id)
	switch {
	case err != nil:
		g.err <- r.halt(journalProblem(err, r.e.Now()))
		return
	case again == nil: // the first line never made it, or the flow was done
		again = newRun(r.e, r.now().State)
	}
	r.broken = again.broken
	r.publish(func(u *Update) { u.State, u.Halt = again.u.State, nil })
	g.err <- nil
}

// finish removes the journal of a flow that is done.
func (r *run) finish() {
	if err := r.e.Journal.RemoveFlow(string(r.id)); err != nil {
		r.publish(func(u *Update) {
			u.State.Notes = append(u.State.Notes, "Its journal could not be removed: "+err.Error())
		})
	}
	r.publish(func(u *Update) { u.Prompt, u.Busy, u.Done = nil, "", true })
	close(r.over)
}

// pause waits until the state's time has come.
func (r *run) pause(due time.Time) {
	wait := min(due.Sub(r.e.Now()), relookAfter) // longer only where the clock was set back
	select {
	case <-r.e.After(wait):
		_ = r.apply(Event{Due: true}) // told by Halt
	case g := <-r.answers:
		g.err <- ErrStale
	case <-r.e.ctx.Done():
	}
}

// ask shows the prompt of the state and waits for an answer, or for the time
// at which the flow goes on without one.
func (r *run) ask(s State) {
	p := r.e.prompt(&s)
	r.publish(func(u *Update) { u.Prompt, u.Busy = &p, "" })
	var due <-chan time.Time
	if !s.Due.IsZero() {
		due = r.e.After(s.Due.Sub(r.e.Now()))
	}
	for r.now().State.Rev == s.Rev && r.now().Halt == nil {
		select {
		case g := <-r.answers:
			g.err <- r.take(s, p, g)
		case <-due:
			_ = r.apply(Event{Due: true}) // told by Halt
		case <-r.e.ctx.Done():
			return
		}
	}
}

// take judges an answer and applies it.
func (r *run) take(s State, p Prompt, g given) error {
	if g.rev != s.Rev {
		return ErrStale
	}
	a, err := r.e.check(&s, p, g.a)
	if err != nil {
		return err
	}
	defer r.e.Begin()()
	if p.ID == AskPaste && a.Choice == Go {
		return r.stage(g.ctx, s, a)
	}
	if p.ID == AskCode && a.Choice == Go {
		r.code = a.Code
	}
	ev := Event{Answer: &Answered{Prompt: p.ID, Choice: a.Choice, Values: a.Values}}
	r.e.supply(&s, &ev)
	return r.apply(ev)
}

// act writes the intent, does the effect and applies what came of it.
func (r *run) act(s State, do Effect) {
	defer r.e.Begin()()
	ctx, cancel := context.WithCancel(context.Background()) // not the engine's: what was begun is finished
	defer cancel()
	r.mu.Lock()
	r.stopCall = cancel
	r.mu.Unlock()
	r.publish(func(u *Update) { u.Prompt, u.Busy = nil, do })
	if err := r.write(line{At: r.e.Now().UTC(), Intent: do}); err != nil {
		_ = r.halt(journalProblem(err, r.e.Now())) // told by Halt
		return
	}
	code := r.code
	r.code = exchanges.Secret{}
	ev, err := effects[do](r.e, call{ctx: ctx, s: &s, code: code})
	given := !code.IsZero()
	code.Wipe()
	if err != nil {
		ev.Failed = r.e.failure(&s, do, err)
		ev.Failed.Given = given
	} else {
		ev.Done = do
	}
	r.e.supply(&s, &ev)
	_ = r.apply(ev) // told by Halt
}

// stage puts a pasted credential into the keyring and then into the journal,
// in this order: a secret that is shown once must not be lost between the two.
func (r *run) stage(ctx context.Context, s State, a Answer) error {
	if !r.staging { // a keyring that fails ten times is one intent
		if err := r.write(line{At: r.e.Now().UTC(), Intent: DoStage}); err != nil {
			return r.halt(journalProblem(err, r.e.Now()))
		}
		r.staging = true
	}
	// The person may quit in this very moment: what they pasted is kept first.
	ev, err := r.e.stage(context.WithoutCancel(ctx), &s, a.Credential)
	if err != nil {
		return err // the prompt stays; should we end now, DoRecall looks into the slot
	}
	for _, part := range []exchanges.Secret{a.Credential.Secret, a.Credential.Passphrase, a.Credential.PrivateKey} {
		part.Wipe()
	}
	ev.Done = DoStage
	return r.apply(ev)
}

// HaltError says that a flow cannot go on because its journal cannot be written.
type HaltError struct{ Problem Problem }

// Error says what failed.
func (e *HaltError) Error() string { return e.Problem.What }

func journalProblem(err error, at time.Time) *Problem {
	p := problemOf(err)
	p.At = at
	if p.Hint == "" {
		p.Hint = "Nothing is lost: what was done is found again. Mend the cause and try again."
	}
	return &p
}
