package command

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// fakeFlows is an engine whose flows ask a fixed row of prompts each.
type fakeFlows struct {
	t    *testing.T
	asks []flow.Prompt                    // of every flow
	take func(flow.ID, flow.Answer) error // nil takes everything
	end  func(*flow.Update)               // changes what a flow is like at its end
	busy map[string]bool                  // names that have an unfinished flow
	late func(*fakeFlow, flow.Prompt)     // called for a prompt with a Due

	mu    sync.Mutex
	began []flow.Request
	flows map[flow.ID]*fakeFlow
	given []flow.Answer
}

type fakeFlow struct {
	f       *fakeFlows
	u       flow.Update
	left    []flow.Prompt
	changed chan struct{}
	awake   bool
}

func newFakeFlows(t *testing.T, asks ...flow.Prompt) *fakeFlows {
	return &fakeFlows{t: t, asks: asks, flows: map[flow.ID]*fakeFlow{}, busy: map[string]bool{}}
}

func (f *fakeFlows) Load() error          { return nil }
func (f *fakeFlows) Open() []flow.Summary { return nil }
func (f *fakeFlows) Interrupt(flow.ID)    {}

func (f *fakeFlows) Start(_ context.Context, r flow.Request) (flow.ID, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.busy[r.Name] {
		return "other", &flow.BusyError{ID: "other"}
	}
	f.began = append(f.began, r)
	id := flow.ID(fmt.Sprintf("flow-%d", len(f.began)))
	f.flows[id] = &fakeFlow{f: f, left: f.asks, changed: make(chan struct{}, 1),
		u: flow.Update{State: flow.State{ID: id, Kind: r.Kind, Name: r.Name, Record: r.Record, Rev: 1, Step: flow.StepPlan, Batch: r.Batch}}}
	return id, nil
}

func (f *fakeFlows) Resume(id flow.ID) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.flows[id] == nil {
		return flow.ErrUnknown
	}
	if !f.flows[id].awake {
		f.flows[id].awake = true
		f.flows[id].next()
	}
	return nil
}

func (f *fakeFlows) Watch(id flow.ID) (func() flow.Update, <-chan struct{}, func(), error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.flows[id]
	if x == nil {
		return nil, nil, nil, flow.ErrUnknown
	}
	now := func() flow.Update {
		f.mu.Lock()
		defer f.mu.Unlock()
		return x.u
	}
	return now, x.changed, func() {}, nil
}

func (f *fakeFlows) Answer(_ context.Context, id flow.ID, rev uint64, a flow.Answer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.flows[id]
	if rev != x.u.State.Rev {
		return flow.ErrStale
	}
	if f.take != nil {
		if err := f.take(id, a); err != nil {
			return err
		}
	}
	f.given = append(f.given, a)
	x.next()
	return nil
}

// next asks the next prompt, or ends. Whoever calls it holds the lock.
func (x *fakeFlow) next() {
	x.u.State.Rev++
	if len(x.left) == 0 {
		x.u.Prompt, x.u.Done, x.u.State.Step, x.u.State.Outcome = nil, true, flow.StepDone, "It is done."
		if x.f.end != nil {
			x.f.end(&x.u)
		}
	} else {
		p := x.left[0]
		x.left, x.u.Prompt = x.left[1:], &p
		if !p.Due.IsZero() && x.f.late != nil {
			x.f.late(x, p)
		}
	}
	x.notify()
}

func (x *fakeFlow) notify() {
	select {
	case x.changed <- struct{}{}:
	default:
	}
}

// pass goes on without an answer.
func (x *fakeFlow) pass() {
	x.f.mu.Lock()
	defer x.f.mu.Unlock()
	x.next()
}

// heard notes what a driver tells.
type heard struct {
	words []string
	then  func() // what happens while the driver waits; may be nil
}

func (h *heard) moved(*flow.Update) {}
func (h *heard) answered(u *flow.Update, with string) {
	h.words = append(h.words, string(u.Prompt.ID)+"="+with)
}
func (h *heard) waiting(u *flow.Update) {
	h.words = append(h.words, string(u.Prompt.ID)+"…")
	if h.then != nil {
		h.then()
	}
}

// drives prepares a driver over fake flows and begins one flow.
func (f *fakeFlows) drives(wait time.Duration) (*driver, flow.ID, *heard) {
	f.t.Helper()
	id, err := f.Start(context.Background(), flow.Request{Kind: flow.Rotate, Name: "grid-bot"})
	if err != nil {
		f.t.Fatal(err)
	}
	h := &heard{}
	return &driver{flows: f, now: time.Now, limit: limit{most: wait}, tell: h}, id, h
}

// The prompts of a short rotation by hand.
var (
	askPlan = flow.Prompt{ID: flow.AskPlan, Title: "Rotate grid-bot?", Text: []string{"A new key is made first."},
		Fields: []flow.Field{
			{Name: "permissions", Label: "Permissions", Kind: flow.FieldMany, Default: "read spot", Options: []flow.Option{{Value: "read"}, {Value: "spot"}}},
			{Name: "ips", Label: "Addresses", Kind: flow.FieldIPs},
		},
		Choices: []flow.Choice{{ID: flow.Go, Label: "Begin"}, {ID: flow.Abandon, Label: "Abandon", Bare: true}}}
	askPaste = flow.Prompt{ID: flow.AskPaste, Title: "Make the key on Binance's site", Page: "https://example.test/keys",
		Guide: []flow.Line{{Text: "Create API"}, {Text: "Label", Copy: "keyrota-1"}, {Text: "Tick", Many: []string{"Enable Reading"}}},
		Fields: []flow.Field{{Name: "credential", Kind: flow.FieldCredential,
			Form: []exchanges.Field{{Name: exchanges.FieldKey}, {Name: exchanges.FieldSecret}}}},
		Choices: []flow.Choice{{ID: flow.Go, Label: "Go on"}, {ID: flow.Abandon, Label: "Abandon", Bare: true}}}
	askRevoke = flow.Prompt{ID: flow.AskRevoke, Title: "Revoke the old key?", Warn: []string{"It stops for ever."},
		Fields:  []flow.Field{{Name: "phrase", Label: "Its name", Kind: flow.FieldPhrase, Want: "grid-bot"}},
		Choices: []flow.Choice{{ID: flow.Later, Label: "Not now"}, {ID: flow.Go, Label: "Revoke", Dangerous: true}, {ID: flow.Abandon, Label: "Abandon", Bare: true}}}
	askCode = flow.Prompt{ID: flow.AskCode, Title: "A code", Fields: []flow.Field{{Name: "code", Kind: flow.FieldCode}},
		Choices: []flow.Choice{{ID: flow.Go, Label: "Go on"}}}
)

// script reads answers as a file has them.
func script(t *testing.T, text string) answers {
	t.Helper()
	a, err := parseAnswers("answers.json", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return a
}
