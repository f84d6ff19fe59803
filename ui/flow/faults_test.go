package flow

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// fault is something that goes wrong at one call to the exchange.
type fault struct {
	name  string
	err   exchanges.Error
	after bool // the call took effect all the same
}

var faults = []fault{
	{"too many requests", exchanges.Error{Kind: exchanges.RateLimited, Outcome: exchanges.Refused, RetryAfter: 7 * time.Minute}, false},
	{"the request is lost", exchanges.Error{Kind: exchanges.Network, Outcome: exchanges.OutcomeUnknown}, false},
	{"the reply is lost", exchanges.Error{Kind: exchanges.Network, Outcome: exchanges.OutcomeUnknown}, true},
	{"a 503 that was no refusal", exchanges.Error{Kind: exchanges.Unavailable, Outcome: exchanges.OutcomeUnknown}, true},
	{"a 502 before anything was done", exchanges.Error{Kind: exchanges.Unavailable, Outcome: exchanges.Refused}, false},
	{"a page instead of an answer", exchanges.Error{Kind: exchanges.Protocol, Outcome: exchanges.OutcomeUnknown}, true},
	{"a clock that is off", exchanges.Error{Kind: exchanges.ClockSkew, Outcome: exchanges.Refused, Hint: "Set the clock."}, false},
}

// begun is a scenario whose flow has begun and has not acted yet.
func (sc scenario) begun(t *testing.T) *driver {
	t.Helper()
	w := newWorld(t, sc.can)
	q := sc.setup(w)
	d := sc.drive(w, w.begin(q))
	d.most = 400
	made := ""
	pasteOnce(w, d, &made)
	return d
}

// ends lets the flow go to its end and holds the world against it. The caller
// gives what is to be said of a failure.
func (sc scenario) ends(t *testing.T, d *driver, where string) {
	t.Helper()
	u := d.run()
	if !u.Done || u.State.Ended {
		t.Fatalf("%s: stopped at %s: %+v, halt %+v", where, u.State.Step, u.Prompt, u.Halt)
	}
	d.w.mend()
	sc.check(t, d.w)
	if t.Failed() {
		t.Fatalf("%s: calls %v, asked %v", where, d.w.venue.calls, d.asked)
	}
	d.w.halt()
}

// mend ends all faults.
func (w *world) mend() {
	w.failWith(nil)
	w.venue.failWith(nil)
}

// problems wants every problem on the screen to say what is and what to do.
func problems(t *testing.T) func(Update) {
	return func(u Update) {
		if u.Prompt == nil || u.Prompt.ID != AskProblem {
			return
		}
		if p := u.Prompt; len(p.Warn) == 0 || p.Warn[0] == "" || len(p.Text) == 0 || len(p.Choices) < 2 {
			t.Errorf("a problem that says too little: %+v", p)
		}
	}
}

// eachCall runs a scenario again and again, with a fault at the first call to
// the exchange, then at the second, and so on.
func eachCall(t *testing.T, sc scenario, arm func(w *world, at int) (reached func() bool), name string) {
	t.Helper()
	for at := 1; ; at++ {
		d := sc.begun(t)
		d.seen = problems(t)
		reached := arm(d.w, at)
		sc.ends(t, d, name)
		if !reached() {
			if asks := sc.can != (exchanges.Capabilities{}); asks == (at < 2) {
				t.Errorf("%s: %d calls", name, at-1)
			}
			return
		}
	}
}

func TestAFaultAtEveryCall(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for _, f := range faults {
				eachCall(t, sc, func(w *world, at int) func() bool {
					n := 0
					w.venue.failWith(func(op string) (error, bool) {
						if n++; n != at {
							return nil, false
						}
						err := f.err
						err.Exchange, err.Op = testExchange, op
						return &err, f.after
					})
					return func() bool { return n >= at }
				}, f.name)
			}
		})
	}
}

func TestAnExchangeThatIsDownForAnHour(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			eachCall(t, sc, func(w *world, at int) func() bool {
				n := 0
				var until time.Time
				w.venue.failWith(func(op string) (error, bool) {
					if n++; n == at {
						until = w.now().Add(time.Hour)
					}
					if w.now().Before(until) {
						return &exchanges.Error{Exchange: testExchange, Op: op, Kind: exchanges.Unavailable, Outcome: exchanges.NotSent}, false
					}
					return nil, false
				})
				return func() bool {
					if n >= at && w.now().Before(until) {
						t.Errorf("call %d: the flow ended before the hour was over", at)
					}
					return n >= at
				}
			}, "down for an hour")
		})
	}
}

// TestAnExchangeIsNotAskedBeforeItSaysSo looks at the clock between a 429 and
// the next call.
func TestAnExchangeIsNotAskedBeforeItSaysSo(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for at := 1; ; at++ {
				d := sc.begun(t)
				now, _, stop, err := d.w.engine.Watch(d.id)
				if err != nil {
					t.Fatal(err)
				}
				stop()
				n := 0
				var notBefore time.Time
				d.w.venue.failWith(func(op string) (error, bool) {
					n++
					if d.w.now().Before(notBefore) {
						t.Errorf("%s (call %d) at %s, not before %s", op, n, d.w.now(), notBefore)
					}
					if n != at || now().Busy == DoProve { // the proof looks once a minute, whatever comes
						return nil, false
					}
					notBefore = d.w.now().Add(11 * time.Minute)
					return &exchanges.Error{Exchange: testExchange, Op: op, Kind: exchanges.RateLimited, Outcome: exchanges.Refused, RetryAfter: 11 * time.Minute}, false
				})
				sc.ends(t, d, "429")
				if n < at {
					return
				}
			}
		})
	}
}

var errLocked = &store.KeyringError{Backend: "test", Op: "read", Locked: true, Hint: "Unlock the keyring, then try again.", Err: errors.New("it is locked")}

// TestAKeyringThatIsLockedAtEveryCall locks the keyring at one call until the
// person has seen that it is.
func TestAKeyringThatIsLockedAtEveryCall(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for at := 1; ; at++ {
				d := sc.begun(t)
				n, told := 0, false
				d.w.failWith(func(what string) error {
					if !strings.HasPrefix(what, "keyring") {
						return nil
					}
					if n++; n < at || told {
						return nil
					}
					return errLocked
				})
				unlock := func(text string) {
					if !strings.Contains(text, "it is locked") {
						t.Errorf("call %d: the person sees %q", at, text)
					}
					told = true
					d.w.failWith(nil)
				}
				look := problems(t)
				d.seen = func(u Update) {
					look(u)
					if u.Prompt != nil && u.Prompt.ID == AskProblem {
						unlock(strings.Join(u.Prompt.Warn, " "))
					}
				}
				d.failed = func(err error) { unlock(err.Error()) }
				d.answers[AskProve] = func(u Update) Answer { // a proof goes on without the list
					d.w.failWith(nil)
					return Answer{Choice: Retry}
				}
				sc.ends(t, d, "locked keyring")
				if n < at {
					return
				}
			}
		})
	}
}

// TestAKeyringThatIsGoneAtEveryCall lets the keyring's service be away for
// some calls: it comes back, and nobody need say so.
func TestAKeyringThatIsGoneAtEveryCall(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for at := 1; ; at++ {
				d := sc.begun(t)
				n := 0
				d.w.failWith(func(what string) error {
					if !strings.HasPrefix(what, "keyring") {
						return nil
					}
					if n++; n >= at && n < at+3 {
						return &store.KeyringError{Backend: "test", Op: "read", Hint: "Start it.", Err: errors.New("nobody answers")}
					}
					return nil
				})
				d.seen = problems(t)
				sc.ends(t, d, "keyring gone")
				if n < at {
					return
				}
			}
		})
	}
}

func TestAFlowThatCannotBegin(t *testing.T) {
	w := newWorld(t, full)
	r := w.addRecord("grid", w.venue.make("orig", exchanges.Read), nil)
	full := errors.New("no space left on device")
	w.failWith(func(string) error { return full })
	if _, err := w.engine.Start(context.Background(), Request{Kind: Rotate, Record: r.ID}); !errors.Is(err, full) {
		t.Fatalf("begun: %v", err)
	}
	w.failWith(nil)
	if open := w.engine.Open(); len(open) != 0 {
		t.Errorf("unfinished: %v", open)
	}
	w.begin(Request{Kind: Rotate, Record: r.ID})
}
