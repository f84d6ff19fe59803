package flow

import (
	"context"
	"errors"

	"github.com/keyrota/keyrota/store"
)

// Request asks for a new flow.
type Request struct {
	Kind   Kind
	Record store.RecordID // rotate, revoke
	Name   string         // create: may be empty, the flow asks
	Preset Plan           // create: what is known already: exchange, environment …
	Batch  Batch
}

// Update is a flow as it is now.
type Update struct {
	State  State
	Prompt *Prompt  // what it asks; nil while it works or when it is done
	Busy   Effect   // what it is doing
	Halt   *Problem // it cannot write its journal: nothing goes on before a Retry
	Done   bool
}

// Flows is what screens and commands need of an Engine. Methods with a ctx may
// take long; the others return at once.
type Flows interface {
	// Load reads the journals of unfinished flows. It touches no keyring.
	Load() error

	// Open returns the unfinished flows, oldest first.
	Open() []Summary

	// Start begins a flow and returns its id. ErrBusy, with the id of the
	// other, when a flow of that record is unfinished.
	Start(ctx context.Context, r Request) (ID, error)

	// Resume wakes an unfinished flow: it goes on until it asks something.
	Resume(id ID) error

	// Watch returns the flow as it is now and a channel that gets a token
	// whenever it has changed since. stop ends that. ErrUnknown: no such flow.
	Watch(id ID) (now func() Update, changed <-chan struct{}, stop func(), err error)

	// Answer answers the prompt of revision rev. It returns when the answer is
	// on the disk: ErrStale when the flow has moved on, a *FieldError when the
	// answer is not one. The flow then goes on by itself.
	Answer(ctx context.Context, id ID, rev uint64, a Answer) error

	// Interrupt ends the call that a flow is waiting for; it then says so and
	// asks what to do.
	Interrupt(id ID)
}

// The refusals of an Engine.
var (
	ErrStale   = errors.New("the flow has moved on")
	ErrUnknown = errors.New("no such flow")
	ErrBusy    = errors.New("another flow for this key is unfinished")
)

// BusyError names the unfinished flow of a record.
type BusyError struct{ ID ID }

// Error says which flow is unfinished.
func (e *BusyError) Error() string { return ErrBusy.Error() + ": " + string(e.ID) }

// Unwrap makes errors.Is(err, ErrBusy) work.
func (e *BusyError) Unwrap() error { return ErrBusy }

// Stage is a step as the list beside a wizard shows it.
type Stage struct {
	Name string // "plan", "create", "prove dead"
	Done bool
	Here bool
}
