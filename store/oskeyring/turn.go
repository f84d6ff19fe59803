package oskeyring

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// A turn lets one operation at a time into the library, which is not safe for
// concurrent use and never gives up. An operation runs on a goroutine of its
// own and makes one or more library calls; each call restarts the clock. When
// the clock runs out or the caller's context ends, the caller leaves and the
// operation is abandoned: it makes no further calls except to restore what it
// changed. Until it returns nobody can enter; callers are told at once.
type turn struct {
	free     chan struct{} // holds the right to enter
	patience time.Duration // after it, a call counts as slow
	slow     func()        // told once per slow operation; may be nil

	mu      sync.Mutex
	running *operation    // who is inside
	stuck   error         // why nobody can enter, while running hangs
	told    chan struct{} // closed when stuck is set
}

func newTurn(patience time.Duration, slow func()) *turn {
	return &turn{free: make(chan struct{}, 1), patience: patience, slow: slow, told: make(chan struct{})}
}

// An operation settles once: it is abandoned by its caller or decided by
// itself. Only one of the two can happen, so that a caller is never told of a
// failure after the operation has thrown away what it would need to undo.
const (
	undecided int32 = iota
	decided
	abandoned
)

// operation is what happens inside a turn.
type operation struct {
	limit   time.Duration // for each library call
	started time.Time
	latest  atomic.Int64 // start of the latest library call, after started
	state   atomic.Int32
	result  chan error
}

var errAbandoned = errors.New("abandoned")

// tick is called before each library call.
func (o *operation) tick() { o.latest.Store(int64(time.Since(o.started))) }

// waiting tells how long the latest library call has been going on.
func (o *operation) waiting() time.Duration {
	return time.Since(o.started) - time.Duration(o.latest.Load())
}

// decide makes success final. It fails if the caller has gone.
func (o *operation) decide() error {
	if !o.state.CompareAndSwap(undecided, decided) {
		return errAbandoned
	}
	return nil
}

func (o *operation) isAbandoned() bool { return o.state.Load() == abandoned }

// noAnswerError says that a library call took longer than its limit.
type noAnswerError struct{ limit time.Duration }

func (e noAnswerError) Error() string { return fmt.Sprintf("no answer within %v", e.limit) }

// do runs f inside the turn. It returns what f returns, a noAnswerError, or
// the error of ctx. When it returns before f does, it fails, unless f has
// decided on success already.
func (t *turn) do(ctx context.Context, limit time.Duration, f func(*operation) error) error {
	if err := t.enter(ctx, limit); err != nil {
		return err
	}
	o := &operation{limit: limit, started: time.Now(), result: make(chan error, 1)}
	t.mu.Lock()
	t.running = o
	t.mu.Unlock()
	go func() {
		err := f(o)
		t.leave() // first, so that the caller finds the turn free
		o.result <- err
	}()
	return t.wait(ctx, o)
}

// enter waits for the turn.
func (t *turn) enter(ctx context.Context, limit time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		t.mu.Lock()
		stuck, told := t.stuck, t.told
		t.mu.Unlock()
		if stuck != nil {
			return stuck
		}
		select {
		case t.free <- struct{}{}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-told:
		case <-timer.C:
			// Whoever is inside may have been left by its caller, so look.
			timer.Reset(t.look())
		}
	}
}

// look marks the turn as stuck if the running operation is over its limit. It
// returns when to look again.
func (t *turn) look() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running == nil {
		return t.patience
	}
	left := t.running.limit - t.running.waiting()
	if left <= 0 {
		t.markStuck(noAnswerError{t.running.limit})
	}
	return max(left, time.Millisecond)
}

func (t *turn) markStuck(err error) {
	if t.stuck == nil {
		t.stuck = err
		close(t.told)
	}
}

func (t *turn) leave() {
	t.mu.Lock()
	t.running = nil
	if t.stuck != nil {
		t.stuck = nil
		t.told = make(chan struct{})
	}
	t.mu.Unlock()
	<-t.free
}

// wait waits for an operation to end.
func (t *turn) wait(ctx context.Context, o *operation) error {
	timer := time.NewTimer(min(t.patience, o.limit))
	defer timer.Stop()
	toldSlow := false
	for {
		select {
		case err := <-o.result:
			return err
		case <-ctx.Done():
			return t.abandon(o, ctx.Err())
		case <-timer.C:
		}
		waiting := o.waiting()
		if waiting >= o.limit {
			return t.abandon(o, noAnswerError{o.limit})
		}
		next := o.limit - waiting
		if waiting >= t.patience && !toldSlow {
			toldSlow = true
			if t.slow != nil {
				t.slow()
			}
		}
		if !toldSlow {
			next = min(next, t.patience-waiting)
		}
		timer.Reset(next)
	}
}

// abandon leaves an operation to itself. If it is slow already, nobody waits
// for it any longer: a person who gave up on an unlock dialog should not have
// to give up again at the next call.
func (t *turn) abandon(o *operation, why error) error {
	t.mu.Lock()
	if t.running == o && o.waiting() >= min(t.patience, o.limit) {
		t.markStuck(noAnswerError{max(o.waiting(), t.patience).Round(time.Second)})
	}
	t.mu.Unlock()
	if !o.state.CompareAndSwap(undecided, abandoned) {
		return nil // it has succeeded and only tidies up
	}
	return why
}
