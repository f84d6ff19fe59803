package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func TestADoubleAnswerIsTakenOnce(t *testing.T) {
	_, _, d := rotation(t, byHandOnly)
	u := d.stopsAt(t, AskPlan)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() { errs[i] = d.tell(u, Answer{Choice: Go}) })
	}
	wg.Wait()
	taken := 0
	for _, err := range errs {
		if err == nil {
			taken++
		} else if !errors.Is(err, ErrStale) {
			t.Errorf("the other answers: %v", err)
		}
	}
	if taken != 1 {
		t.Errorf("taken %d times", taken)
	}
	d.stopsAt(t, AskPaste)
	if err := d.tell(u, Answer{Choice: Go}); !errors.Is(err, ErrStale) {
		t.Errorf("an answer to a prompt of long ago: %v", err)
	}
}

// gate stops calls to the exchange of one kind until it is opened.
type gate struct{ reached, open chan struct{} }

func (w *world) gate(op string) gate {
	g := gate{make(chan struct{}, 9), make(chan struct{})}
	w.venue.failWith(func(what string) (error, bool) {
		if what == op {
			g.reached <- struct{}{}
			<-g.open
		}
		return nil, false
	})
	return g
}

func TestAnAnswerWhileTheFlowWorks(t *testing.T) {
	w, old, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	u := d.stopsAt(t, AskWatch)
	g := w.gate("inspect")
	d.mustTell(t, u, Answer{Choice: Look})
	<-g.reached
	now, _, stop, err := w.engine.Watch(d.id)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	busy := now()
	if busy.Busy != DoLook || busy.Prompt != nil {
		t.Errorf("while it works: %+v", busy)
	}
	late := make(chan error)
	go func() { late <- d.tell(busy, Answer{Choice: Go}) }()
	close(g.open)
	if err := <-late; !errors.Is(err, ErrStale) {
		t.Errorf("the answer: %v", err)
	}
	w.venue.failWith(nil)
	d.answers[AskWatch] = choose(Go)
	d.ends(t)
	w.checkRotated(t, "grid", old)
}

// TestAnAnswerDuringTheLastAct must not wait for ever: nobody reads answers
// any more.
func TestAnAnswerDuringTheLastAct(t *testing.T) {
	w, _, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	u := d.stopsAt(t, AskRevoke)
	g := gate{make(chan struct{}, 9), make(chan struct{})}
	w.failWith(func(what string) error {
		if what == "journal end" {
			g.reached <- struct{}{}
			<-g.open
		}
		return nil
	})
	d.mustTell(t, u, Answer{Choice: Go, Values: map[string]string{"phrase": "grid"}})
	<-g.reached
	now, _, stop, err := w.engine.Watch(d.id)
	if err != nil {
		t.Fatal(err)
	}
	stop()
	late := make(chan error)
	last := now()
	go func() { late <- d.tell(last, Answer{Choice: Go}) }()
	close(g.open)
	if err := <-late; !errors.Is(err, ErrStale) {
		t.Errorf("the answer: %v", err)
	}
	if u := d.run(); !u.Done {
		t.Errorf("%+v", u)
	}
}

// slowVenue waits in Inspect until the call is ended.
type slowVenue struct {
	exchanges.Exchange
	reached chan struct{}
}

func (v slowVenue) Inspect(ctx context.Context, _ exchanges.Credential) (exchanges.KeyInfo, error) {
	v.reached <- struct{}{}
	<-ctx.Done()
	return exchanges.KeyInfo{}, &exchanges.Error{Exchange: testExchange, Op: "inspect", Kind: exchanges.Canceled, Outcome: exchanges.OutcomeUnknown, Err: ctx.Err()}
}

func TestASlowCallCanBeInterrupted(t *testing.T) {
	w, old, d := rotation(t, byHandOnly)
	reached := make(chan struct{}, 1)
	plain := w.engine.Venue
	slow := true
	w.engine.Venue = func(id exchanges.ID, env exchanges.Environment, s string) (exchanges.Exchange, error) {
		v, err := plain(id, env, s)
		if slow {
			slow = false
			return slowVenue{v, reached}, err
		}
		return v, err
	}
	u := d.stopsAt(t, AskPlan)
	d.mustTell(t, u, Answer{Choice: Go})
	<-reached
	w.engine.Interrupt(d.id)
	u = d.stopsAt(t, AskProblem)
	if u.State.Problem.Kind != string(exchanges.Canceled) || !u.State.Due.IsZero() {
		t.Errorf("%+v", u.State.Problem)
	}
	w.engine.Interrupt("nobody")
	w.engine.Interrupt(d.id) // nothing is under way: nothing happens
	d.mustTell(t, u, Answer{Choice: Retry})
	d.ends(t)
	w.checkRotated(t, "grid", old)
}

// TestLeavingAtEveryPrompt closes the program at each prompt, starts it again
// and goes on: nothing is asked twice but that prompt, nothing is lost.
func TestLeavingAtEveryPrompt(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			d := sc.begun(t)
			left := 0
			for id, answer := range d.answers {
				d.answers[id] = func(u Update) Answer {
					left++
					return answer(d.leave(t, u))
				}
			}
			sc.ends(t, d, "left at every prompt")
			if left != len(d.asked) || left == 0 {
				t.Errorf("left %d times, asked %v", left, d.asked)
			}
		})
	}
}

// leave closes the program at a prompt, starts it again days later, and
// returns the prompt as it is then.
func (d *driver) leave(t *testing.T, u Update) Update {
	t.Helper()
	d.w.engine.Close()
	if err := d.tell(u, Answer{Choice: Go}); err == nil {
		t.Errorf("%s: a closed engine takes answers", u.Prompt.ID)
	}
	_ = d.w.store.Close()
	d.w.passes(72 * time.Hour)
	d.w.boot()
	open := d.w.engine.Open()
	if len(open) != 1 || open[0].ID != d.id || open[0].Step != u.State.Step {
		t.Fatalf("%s: after the start: %+v", u.Prompt.ID, open)
	}
	if err := d.w.engine.Resume(d.id); err != nil {
		t.Fatal(err)
	}
	again := d.next()
	if again.State.Rev != u.State.Rev || promptText(*again.Prompt) != promptText(*u.Prompt) {
		t.Errorf("asked anew:\n%s\nand was\n%s", promptText(*again.Prompt), promptText(*u.Prompt))
	}
	return again
}

func TestOneFlowForEachKey(t *testing.T) {
	w, _, d := rotation(t, byHandOnly)
	r, _ := w.store.Snapshot().ByName("grid")
	for _, k := range []Kind{Rotate, Revoke} {
		id, err := w.engine.Start(context.Background(), Request{Kind: k, Record: r.ID})
		busy, ok := errors.AsType[*BusyError](err)
		if !ok || busy.ID != d.id || id != d.id || !errors.Is(err, ErrBusy) || busy.Error() == "" {
			t.Errorf("%s: %q %v", k, id, err)
		}
	}
	other := w.addRecord("tax", w.venue.make("tax", exchanges.Read), nil)
	w.begin(Request{Kind: Revoke, Record: other.ID})
	w.begin(Request{Kind: Create})
	w.begin(Request{Kind: Create})
	if open := w.engine.Open(); len(open) != 4 {
		t.Errorf("unfinished: %+v", open)
	}
	d.answers[AskPlan] = choose(Abandon)
	d.answers[AskAbandon] = choose(End)
	d.ends(t)
	w.begin(Request{Kind: Revoke, Record: r.ID})
}

func TestFlowsThatDoNotExist(t *testing.T) {
	w := newWorld(t, full)
	ctx := context.Background()
	_, _, _, err := w.engine.Watch("nobody")
	for name, err := range map[string]error{"watch": err, "resume": w.engine.Resume("nobody"), "answer": w.engine.Answer(ctx, "nobody", 1, Answer{})} {
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.engine.Start(ctx, Request{Kind: Rotate, Record: "nobody"}); !errors.Is(err, store.ErrNotFound) || store.Hint(err) == "" {
		t.Errorf("start: %v", err)
	}
}

func TestASecondKeyrotaReadsFlowsAndBeginsNone(t *testing.T) {
	w, _, d := rotation(t, byHandOnly)
	d.stopsAt(t, AskPlan)
	second, err := store.Open(store.Options{Home: w.home, Now: w.now, Actor: "second", Host: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	deps := w.engine.Deps
	deps.Journal = second
	deps.ReadOnly = func() string { why, _ := second.ReadOnly(); return why }
	e := New(deps)
	defer e.Close()
	if err := e.Load(); err != nil {
		t.Fatal(err)
	}
	if open := e.Open(); len(open) != 1 || open[0].ID != d.id {
		t.Errorf("unfinished: %+v", open)
	}
	if _, err := e.Start(context.Background(), Request{Kind: Create}); !errors.Is(err, store.ErrReadOnly) || store.Hint(err) == "" {
		t.Errorf("start: %v", err)
	}
}

func TestABatchIsInOrder(t *testing.T) {
	w := newWorld(t, byHandOnly)
	for i := range 4 { // begun at one moment, the last first
		r := w.addRecord(fmt.Sprint("bot-", i), w.venue.make(fmt.Sprint("orig-", i), exchanges.Read), nil)
		w.begin(Request{Kind: Rotate, Record: r.ID, Batch: Batch{ID: "b", Number: 4 - i, Of: 4, Reason: "3Commas leaked"}})
	}
	w.passes(-time.Minute)
	first := w.begin(Request{Kind: Create, Name: "older"})
	check := func(when string) {
		t.Helper()
		var got []int
		open := w.engine.Open()
		for _, s := range open {
			got = append(got, s.Batch.Number)
			if s.Batch.Number > 0 && (s.Batch.Of != 4 || s.Batch.Reason != "3Commas leaked" || !s.Untouched) {
				t.Errorf("%s: %+v", when, s)
			}
		}
		if !slices.Equal(got, []int{0, 1, 2, 3, 4}) || open[0].ID != first {
			t.Errorf("%s: %v", when, got)
		}
	}
	check("now")
	w.halt()
	w.boot()
	check("after a start")
}

func TestAJournalThatCannotBeReadHidesNoOther(t *testing.T) {
	w, old, d := rotation(t, byHandOnly)
	for _, text := range []string{`{"state":`, `{"state":{"id":"bad","kind":"rotate","step":"levitate"}}`, `{"intent":"create-key"}`} {
		if err := errors.Join(w.store.RemoveFlow("bad"), w.store.AppendFlow("bad", []byte(text))); err != nil {
			t.Fatal(err)
		}
		e := New(w.engine.Deps)
		err := e.Load()
		if err == nil || len(e.Open()) != 1 || e.Open()[0].ID != d.id {
			t.Errorf("%s: %v, unfinished %+v", text, err, e.Open())
		}
		e.Close()
	}
	if err := w.store.RemoveFlow("bad"); err != nil {
		t.Fatal(err)
	}
	d.ends(t)
	w.checkRotated(t, "grid", old)
}
