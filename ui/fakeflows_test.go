package ui

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/keyrota/keyrota/ui/flow"
)

// fakeFlows is a flow.Flows in memory. Its flows are what a test says they
// are; it keeps the answers that it was given.
type fakeFlows struct {
	mu      sync.Mutex
	updates map[flow.ID]flow.Update
	tokens  map[flow.ID]chan struct{}
	open    []flow.Summary
	calls   []string // "Resume f1", "Interrupt f1", "Stop f1" …, in order
	answers []fakeAnswer

	load   func() error
	start  func(flow.Request) (flow.ID, error)
	resume func(flow.ID) error
	answer func(id flow.ID, rev uint64, a flow.Answer) error
}

// fakeAnswer is an answer as it came, with its secrets in the clear: the page
// clears its own.
type fakeAnswer struct {
	rev                        uint64
	choice                     string
	values                     map[string]string
	keyID, secret, phrase, pem string
	code                       string
}

var _ flow.Flows = (*fakeFlows)(nil)

func newFakeFlows() *fakeFlows {
	return &fakeFlows{updates: map[flow.ID]flow.Update{}, tokens: map[flow.ID]chan struct{}{}}
}

// set changes what a flow is, and tells who watches it.
func (f *fakeFlows) set(u flow.Update) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.updates[u.State.ID] = u
	select {
	case f.channel(u.State.ID) <- struct{}{}:
	default:
	}
}

func (f *fakeFlows) channel(id flow.ID) chan struct{} {
	if f.tokens[id] == nil {
		f.tokens[id] = make(chan struct{}, 1)
	}
	return f.tokens[id]
}

func (f *fakeFlows) note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, fmt.Sprintf(format, args...))
}

func (f *fakeFlows) Load() error {
	if f.load != nil {
		return f.load()
	}
	return nil
}

func (f *fakeFlows) Open() []flow.Summary { return slices.Clone(f.open) }

func (f *fakeFlows) Start(_ context.Context, r flow.Request) (flow.ID, error) {
	f.note("Start %s %s%s", r.Kind, r.Record, r.Name)
	if f.start != nil {
		return f.start(r)
	}
	u := rotation(1)
	u.State.Kind, u.State.Record = r.Kind, r.Record
	f.set(u)
	return u.State.ID, nil
}

func (f *fakeFlows) Resume(id flow.ID) error {
	f.note("Resume %s", id)
	if f.resume != nil {
		return f.resume(id)
	}
	return nil
}

func (f *fakeFlows) Watch(id flow.ID) (now func() flow.Update, changed <-chan struct{}, stop func(), err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.updates[id]; !ok {
		return nil, nil, nil, flow.ErrUnknown
	}
	now = func() flow.Update {
		f.mu.Lock()
		defer f.mu.Unlock()
		return f.updates[id]
	}
	return now, f.channel(id), func() { f.note("Stop %s", id) }, nil
}

func (f *fakeFlows) Answer(_ context.Context, id flow.ID, rev uint64, a flow.Answer) error {
	f.mu.Lock()
	f.answers = append(f.answers, fakeAnswer{
		rev: rev, choice: a.Choice, values: a.Values, code: a.Code.Reveal(), keyID: a.Credential.KeyID,
		secret: a.Credential.Secret.Reveal(), phrase: a.Credential.Passphrase.Reveal(), pem: a.Credential.PrivateKey.Reveal(),
	})
	f.mu.Unlock()
	if f.answer != nil {
		return f.answer(id, rev, a)
	}
	return nil
}

func (f *fakeFlows) Interrupt(id flow.ID) { f.note("Interrupt %s", id) }
