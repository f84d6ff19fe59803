package flow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

var errFull = &store.Error{Op: "write", Path: "the disk", Hint: "Make room, then try again.", Err: errors.New("no space left on device")}

// fillDisk lets the n-th write of a kind fail, and all after it, until the
// person makes room.
func (w *world) fillDisk(kind string, at int) (reached func() bool) {
	n := 0
	w.failWith(func(what string) error {
		if what != kind {
			return nil
		}
		if n++; n < at {
			return nil
		}
		return errFull
	})
	return func() bool { return n >= at }
}

// TestADiskThatIsFullAtEveryLineOfTheJournal stops each flow at each append:
// nothing moves until the person makes room, and nothing is lost.
func TestADiskThatIsFullAtEveryLineOfTheJournal(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for at := 1; ; at++ {
				d := sc.begun(t)
				reached := d.w.fillDisk("journal", at)
				if u := d.run(); u.Halt != nil {
					d.makeRoom(t, u)
				}
				sc.ends(t, d, "full disk")
				if !reached() {
					break
				}
			}
		})
	}
}

// makeRoom looks at what a halted flow says and takes, and lets it go on.
func (d *driver) makeRoom(t *testing.T, u Update) {
	t.Helper()
	ctx := context.Background()
	if u.Prompt != nil || u.Busy != "" || !strings.Contains(u.Halt.What, "no space left") || u.Halt.Hint == "" {
		t.Fatalf("halted: %+v", u)
	}
	err := d.w.engine.Answer(ctx, d.id, u.State.Rev, Answer{Choice: Go})
	if halt, ok := errors.AsType[*HaltError](err); !ok || halt.Error() != u.Halt.What {
		t.Errorf("anything else than a retry: %v", err)
	}
	_ = d.w.engine.Answer(ctx, d.id, u.State.Rev, Answer{Choice: Retry}) // too early
	if u = d.next(); u.Halt == nil && !u.Done {                          // the retry was enough: it reads only, and the next write fails
		u = d.run()
	}
	d.w.failWith(nil)
	if u.Halt == nil {
		return
	}
	if err := d.w.engine.Answer(ctx, d.id, u.State.Rev, Answer{Choice: Retry}); err != nil {
		t.Fatalf("room was made: %v", err)
	}
}

func TestADiskThatIsFullAtEveryChangeOfTheRecords(t *testing.T) {
	for _, kind := range []string{"keys.toml", "audit log"} {
		for _, sc := range scenarios() {
			t.Run(kind+", "+sc.name, func(t *testing.T) {
				t.Parallel()
				for at := 1; ; at++ {
					d := sc.begun(t)
					reached := d.w.fillDisk(kind, at)
					look := problems(t)
					d.seen = func(u Update) {
						look(u)
						if u.Prompt == nil || u.Prompt.ID != AskProblem {
							return
						}
						if p := u.Prompt; !strings.Contains(p.Warn[0], "no space left") || p.Text[0] != errFull.Hint {
							t.Errorf("write %d: %+v", at, p)
						}
						d.w.failWith(nil)
					}
					sc.ends(t, d, kind)
					if !reached() {
						return
					}
				}
			})
		}
	}
}

// TestTheAuditLogCanBeGivenUp goes on where the log cannot be written, and
// says how much is missing, even at the very end.
func TestTheAuditLogCanBeGivenUp(t *testing.T) {
	w := newWorld(t, full)
	old := w.venue.make("orig", exchanges.Read, exchanges.Spot, exchanges.Admin)
	r := w.addRecord("grid", old, nil)
	d := rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
	w.failWith(func(what string) error {
		if what == "audit log" {
			return errFull
		}
		return nil
	})
	d.answers[AskProblem] = func(u Update) Answer {
		if !slices.ContainsFunc(u.Prompt.Choices, func(c Choice) bool { return c.ID == Skip }) {
			t.Errorf("at %s: %+v", u.State.Step, u.Prompt.Choices)
		}
		if u.State.Step == StepDone && slices.ContainsFunc(u.Prompt.Choices, func(c Choice) bool { return c.ID == Abandon }) {
			t.Error("what is done can be abandoned")
		}
		return Answer{Choice: Skip}
	}
	u := d.run()
	if !u.Done || u.State.Step != StepDone {
		t.Fatalf("stopped at %s: %+v", u.State.Step, u.Prompt)
	}
	missing := 0
	for _, n := range u.State.Notes {
		if strings.Contains(n, "missing from the audit log") {
			missing++
		}
	}
	if missing < 4 {
		t.Errorf("notes: %q", u.State.Notes)
	}
	w.mend()
	w.checkRotated(t, "grid", old)
}

// TestAJournalThatStaysIsRemovedAtTheNextStart is about a flow whose last act
// fails.
func TestAJournalThatStaysIsRemovedAtTheNextStart(t *testing.T) {
	w := newWorld(t, byHandOnly)
	r := w.addRecord("grid", w.venue.make("orig", exchanges.Read), nil)
	d := rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
	w.fillDisk("journal end", 1)
	u := d.run()
	if !u.Done || !slices.ContainsFunc(u.State.Notes, func(n string) bool { return strings.Contains(n, "could not be removed") }) {
		t.Fatalf("%+v", u)
	}
	if ids, _ := w.store.FlowIDs(); len(ids) != 1 {
		t.Fatalf("journals: %v", ids)
	}
	w.halt()
	w.failWith(nil)
	w.boot()
	if open := w.engine.Open(); len(open) != 0 {
		t.Errorf("unfinished: %v", open)
	}
	w.checkWhole(t, "grid")
}
