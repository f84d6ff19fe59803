package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// driver works flows through without a person: it answers what a file answers,
// waits for what goes on by itself, and stops where nobody has said what to do.
// Wherever it stops, the flow stays as it is.
type driver struct {
	flows flow.Flows
	limit limit
	now   func() time.Time
	tell  teller

	// simulate does what a prompt asks a person to do at an exchange; nil
	// outside the demo.
	simulate func(context.Context, flow.Update) (flow.Answer, error)
}

// choiceSimulate is the answer that lets the demo do the exchange's part.
const choiceSimulate = "simulate"

// teller hears how a flow goes on.
type teller interface {
	moved(*flow.Update)                   // after every change
	answered(u *flow.Update, with string) // u's prompt got that choice
	waiting(*flow.Update)                 // u's prompt goes on by itself
}

// end is where a flow was left, and why.
type end struct {
	update flow.Update
	code   int
	err    error
}

// The exit codes of commands that work flows.
const (
	exitDone        = 0
	exitFailed      = 1
	exitBadInput    = 2
	exitWaits       = 3
	exitInterrupted = 130 // what a shell says of a program that ctrl+c stopped
)

// drive wakes a flow and goes on with it until it is done, asks what nobody
// answered, or ctx ends. It uses a up.
func (d *driver) drive(ctx context.Context, id flow.ID, a answers) end {
	now, changed, stop, err := d.flows.Watch(id)
	if err != nil {
		return end{code: codeOf(err), err: err}
	}
	defer stop()
	if err := d.flows.Resume(id); err != nil {
		return end{now(), codeOf(err), err}
	}
	for {
		u := now()
		d.tell.moved(&u)
		t := d.turn(ctx, &u, a)
		if t.over {
			return end{u, t.code, t.err}
		}
		if t.again {
			continue
		}
		var late <-chan time.Time
		if t.within > 0 {
			late = time.After(t.within)
		}
		select {
		case <-changed:
		case <-late:
			return end{update: now(), code: exitWaits}
		case <-ctx.Done():
			return end{now(), exitInterrupted, ctx.Err()}
		}
	}
}

// turn is what came of looking at a flow once: it is over, there is more to do
// at once, or a change is waited for, within a time if one is given.
type turn struct {
	over   bool
	code   int
	err    error
	again  bool
	within time.Duration
}

func (d *driver) turn(ctx context.Context, u *flow.Update, a answers) turn {
	switch {
	case u.Done:
		return turn{over: true, code: doneCode(u)}
	case u.Prompt == nil && u.Halt != nil:
		return turn{over: true, code: exitFailed, err: desk.Refuse(u.Halt.What, u.Halt.Hint)}
	case u.Prompt == nil:
		return turn{}
	}
	left := d.limit.left(u, d.now())
	r, ok := a.next(u)
	if ok && r.choice == flow.Later { // the person has said to leave it
		return turn{over: true, code: exitWaits}
	}
	if ok {
		switch err := d.answer(ctx, u, r); {
		case err == nil:
			a.use(u)
			return turn{again: true}
		case !errors.Is(err, flow.ErrStale): // a stale one is kept: the flow has moved on and will ask again
			return turn{over: true, code: codeOf(err), err: err}
		}
		return turn{}
	}
	if left <= 0 {
		return turn{over: true, code: exitWaits}
	}
	d.tell.waiting(u)
	return turn{within: left}
}

func (d *driver) answer(ctx context.Context, u *flow.Update, r reply) error {
	with, err := d.reply(ctx, u, r)
	if err != nil {
		return err
	}
	if err := d.flows.Answer(ctx, u.State.ID, u.State.Rev, with); err != nil {
		return err
	}
	d.tell.answered(u, r.choice)
	return nil
}

func (d *driver) reply(ctx context.Context, u *flow.Update, r reply) (flow.Answer, error) {
	if r.choice != choiceSimulate {
		return r.fit(u.Prompt)
	}
	if d.simulate == nil {
		return flow.Answer{}, desk.Refuse(fmt.Sprintf("%q is an answer in the demo only", choiceSimulate), "Do it on the exchange's page, and answer with what it shows.")
	}
	return d.simulate(ctx, *u)
}

// doneCode tells a flow that did what it was for from one that was given up.
func doneCode(u *flow.Update) int {
	if u.State.Ended {
		return exitFailed
	}
	return exitDone
}

func codeOf(err error) int {
	if err == nil {
		return exitDone
	}
	if _, ok := errors.AsType[*flow.FieldError](err); ok {
		return exitBadInput
	}
	if _, ok := errors.AsType[*desk.Refusal](err); ok {
		return exitBadInput
	}
	if errors.Is(err, flow.ErrBusy) || errors.Is(err, flow.ErrUnknown) {
		return exitBadInput
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	return exitFailed
}

// limit says how long a prompt that goes on by itself is still waited for. It
// counts from when the flow first asked it, however often it asks again.
type limit struct {
	most time.Duration

	flow   flow.ID
	step   flow.Step
	prompt flow.PromptID
	ends   time.Time
}

// left returns the time left, or nothing for a prompt that does not go on by
// itself before the limit.
func (l *limit) left(u *flow.Update, now time.Time) time.Duration {
	if l.flow != u.State.ID || l.step != u.State.Step || l.prompt != u.Prompt.ID {
		l.flow, l.step, l.prompt, l.ends = u.State.ID, u.State.Step, u.Prompt.ID, now.Add(l.most)
	}
	if u.Prompt.Due.IsZero() || u.Prompt.Due.After(l.ends) {
		return 0
	}
	return l.ends.Sub(now)
}
