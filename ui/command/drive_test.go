package command

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

func TestAFlowIsWorkedThroughWithAnswers(t *testing.T) {
	f := newFakeFlows(t, askPlan, askPaste, askCode, askRevoke)
	d, id, heard := f.drives(0)
	e := d.drive(context.Background(), id, script(t, `{
		"plan": {"choice": "go", "permissions": ["read"]}, "paste": {"choice": "go", "key": "k-id", "secret": "s3cret-c4nary"},
		"code": {"choice": "go", "code": "123456"}, "revoke": {"choice": "go", "phrase": "grid-bot"}}`))
	if e.code != exitDone || e.err != nil || !e.update.Done {
		t.Fatalf("it ended as %+v", e)
	}
	if want := []string{"plan=go", "paste=go", "code=go", "revoke=go"}; !slices.Equal(heard.words, want) {
		t.Errorf("it told %v, want %v", heard.words, want)
	}
	if c := f.given[1].Credential; c.KeyID != "k-id" || c.Secret.Reveal() != "s3cret-c4nary" {
		t.Errorf("the paste got %q", c.KeyID)
	}
	if got := f.given[2].Code.Reveal(); got != "123456" {
		t.Errorf("the code is %q", got)
	}
	for i, want := range []map[string]string{{"permissions": "read"}, {}, {}, {"phrase": "grid-bot"}} {
		if !maps.Equal(f.given[i].Values, want) { // what is secret is among none of them
			t.Errorf("answer %d has the values %v, want %v", i, f.given[i].Values, want)
		}
	}
}

func TestAPromptWithoutAnAnswerLeavesTheFlow(t *testing.T) {
	f := newFakeFlows(t, askPlan, askPaste)
	d, id, _ := f.drives(time.Hour)
	e := d.drive(context.Background(), id, script(t, `{"plan": "go"}`))
	if e.code != exitWaits || e.err != nil || e.update.Prompt == nil || e.update.Prompt.ID != flow.AskPaste {
		t.Errorf("it ended as %+v", e)
	}
}

func TestLaterLeavesTheFlow(t *testing.T) {
	f := newFakeFlows(t, askPlan)
	d, id, _ := f.drives(time.Hour)
	if e := d.drive(context.Background(), id, script(t, `{"plan": "later"}`)); e.code != exitWaits || e.err != nil || len(f.given) != 0 {
		t.Errorf("it ended with %d, %v", e.code, e.err)
	}
}

func TestAnswersOfAListAreUsedOneByOne(t *testing.T) {
	f := newFakeFlows(t, askCode, askCode, askCode)
	d, id, _ := f.drives(0)
	e := d.drive(context.Background(), id, script(t, `{"code": [{"choice": "go", "code": "1"}, {"choice": "go", "code": "2"}]}`))
	if len(f.given) != 2 || f.given[0].Code.Reveal() != "1" || f.given[1].Code.Reveal() != "2" {
		t.Errorf("%d answers were given", len(f.given))
	}
	if e.code != exitWaits {
		t.Errorf("it ended with %d", e.code)
	}
}

func TestAWrongAnswerEndsWithWhatIsWrong(t *testing.T) {
	tests := []struct {
		name, answers string
		ask           flow.Prompt
		want          string
	}{
		{"no such field here", `{"plan": {"choice": "go", "route": "hand"}}`, askPlan, `no field "route"`},
		{"a secret where none is asked", `{"plan": {"choice": "go", "secret": "s3cret-c4nary"}}`, askPlan, `no field "secret"`},
		{"a passphrase that is not in the form", `{"paste": {"choice": "go", "passphrase": "s3cret-c4nary"}}`, askPaste, `no field "passphrase"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFakeFlows(t, tt.ask)
			d, id, _ := f.drives(0)
			e := d.drive(context.Background(), id, script(t, tt.answers))
			var wrong *flow.FieldError
			if e.code != exitBadInput || !errors.As(e.err, &wrong) || !strings.Contains(wrong.What, tt.want) {
				t.Fatalf("it ended with %d, %v", e.code, e.err)
			}
			if wrong.Hint == "" || strings.Contains(wrong.What+wrong.Hint, "c4nary") {
				t.Errorf("the hint is %q", wrong.Hint)
			}
			if len(f.given) != 0 || e.update.Done {
				t.Error("the flow went on")
			}
		})
	}
}

func TestWhatTheEngineRefusesIsTold(t *testing.T) {
	f := newFakeFlows(t, askPlan)
	f.take = func(flow.ID, flow.Answer) error {
		return &flow.FieldError{Field: "ips", What: "no address", Hint: "Write one."}
	}
	d, id, _ := f.drives(0)
	e := d.drive(context.Background(), id, script(t, `{"plan": "go"}`))
	if e.code != exitBadInput || e.err == nil || e.err.Error() != "no address" {
		t.Errorf("it ended with %d, %v", e.code, e.err)
	}
}

func TestAStaleAnswerIsGivenAgain(t *testing.T) {
	f := newFakeFlows(t, askPlan)
	d, id, _ := f.drives(0)
	tries := 0
	f.take = func(id flow.ID, _ flow.Answer) error {
		if tries++; tries == 1 {
			f.flows[id].u.State.Rev++
			f.flows[id].notify()
			return flow.ErrStale
		}
		return nil
	}
	if e := d.drive(context.Background(), id, script(t, `{"plan": "go"}`)); e.code != exitDone || tries != 2 {
		t.Errorf("it ended with %d after %d tries", e.code, tries)
	}
}

func TestWhatGoesOnByItselfIsWaitedFor(t *testing.T) {
	soon := flow.Prompt{ID: flow.AskProve, Due: time.Now().Add(time.Minute), Choices: []flow.Choice{{ID: flow.Retry}}}
	f := newFakeFlows(t, soon, soon)
	d, id, heard := f.drives(time.Hour)
	heard.then = f.flows[id].pass
	e := d.drive(context.Background(), id, script(t, `{"prove": "stated"}`))
	if e.code != exitDone || len(f.given) != 0 {
		t.Errorf("it ended with %d; a choice that is not offered yet was given %d times", e.code, len(f.given))
	}
	if !slices.Contains(heard.words, "prove…") {
		t.Errorf("it told %v", heard.words)
	}
}

func TestAnAnswerThatIsOfferedIsNotHeldBack(t *testing.T) {
	f := newFakeFlows(t, flow.Prompt{ID: flow.AskProblem, Due: time.Now().Add(time.Hour), Choices: []flow.Choice{{ID: flow.Retry}}})
	d, id, _ := f.drives(time.Minute)
	if e := d.drive(context.Background(), id, script(t, `{"problem": "retry"}`)); e.code != exitDone {
		t.Errorf("it ended with %d", e.code)
	}
}

func TestWaitingHasAnEnd(t *testing.T) {
	for name, due := range map[string]time.Duration{"never comes": time.Millisecond, "is too far": time.Hour} {
		t.Run(name, func(t *testing.T) {
			f := newFakeFlows(t, flow.Prompt{ID: flow.AskProve, Due: time.Now().Add(due)})
			d, id, _ := f.drives(20 * time.Millisecond)
			if e := d.drive(context.Background(), id, answers{}); e.code != exitWaits || e.update.Prompt == nil {
				t.Errorf("it ended as %+v", e)
			}
		})
	}
}

func TestTheLimitCountsFromWhenItWasFirstAsked(t *testing.T) {
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	l := limit{most: 5 * time.Minute}
	at := func(step flow.Step, minutes int) time.Duration {
		now := start.Add(time.Duration(minutes) * time.Minute)
		return l.left(&flow.Update{State: flow.State{ID: "a", Step: step}, Prompt: &flow.Prompt{ID: flow.AskProblem, Due: now}}, now)
	}
	for _, tt := range []struct {
		step    flow.Step
		minutes int
		want    time.Duration
	}{{flow.StepProve, 0, 5 * time.Minute}, {flow.StepProve, 3, 2 * time.Minute}, {flow.StepForget, 4, 5 * time.Minute}, {flow.StepForget, 10, 0}} {
		if got := at(tt.step, tt.minutes); got != tt.want {
			t.Errorf("at %s after %d minutes: %s, want %s", tt.step, tt.minutes, got, tt.want)
		}
	}
}

func TestInterruptedTheFlowStays(t *testing.T) {
	f := newFakeFlows(t, flow.Prompt{ID: flow.AskProve, Due: time.Now().Add(time.Minute)})
	ctx, cancel := context.WithCancel(context.Background())
	f.late = func(*fakeFlow, flow.Prompt) { cancel() }
	d, id, _ := f.drives(time.Hour)
	e := d.drive(ctx, id, answers{})
	if e.code != exitInterrupted || e.update.State.ID != id || e.update.Done {
		t.Errorf("it ended as %+v", e)
	}
}

func TestAbandonedIsNotDone(t *testing.T) {
	f := newFakeFlows(t)
	f.end = func(u *flow.Update) { u.State.Ended = true }
	d, id, _ := f.drives(0)
	if e := d.drive(context.Background(), id, answers{}); e.code != exitFailed || e.err != nil {
		t.Errorf("it ended as %+v", e)
	}
}

func TestAJournalThatCannotBeWrittenIsTold(t *testing.T) {
	f := newFakeFlows(t, askPlan)
	d, id, _ := f.drives(0)
	f.take = func(id flow.ID, _ flow.Answer) error {
		x := f.flows[id]
		x.u.Prompt, x.u.Halt = nil, &flow.Problem{What: "the disk is full", Hint: "Make room."}
		x.notify()
		return flow.ErrStale
	}
	e := d.drive(context.Background(), id, script(t, `{"plan": "go"}`))
	if e.code != exitFailed || e.err == nil || e.err.Error() != "the disk is full" {
		t.Errorf("it ended with %d, %v", e.code, e.err)
	}
}

func TestAnUnknownFlowIsBadInput(t *testing.T) {
	d, _, _ := newFakeFlows(t).drives(0)
	if e := d.drive(context.Background(), "nobody", answers{}); e.code != exitBadInput || !errors.Is(e.err, flow.ErrUnknown) {
		t.Errorf("it ended as %+v", e)
	}
}

// ask3 asks for three rotations.
var ask3 = []flow.Request{
	{Kind: flow.Rotate, Record: store.RecordID("a"), Name: "a"}, {Kind: flow.Rotate, Record: "b", Name: "b"}, {Kind: flow.Rotate, Record: "c", Name: "c"},
}

// works prepares a worker over fake flows.
func (f *fakeFlows) works(flags flowFlags) *worker {
	w := &worker{driver: driver{flows: f, now: time.Now}, flags: &flags}
	w.begun = func(string) teller { return silent{} }
	w.ended = func(*end) {}
	return w
}

func TestABatchGivesEachKeyAllAnswers(t *testing.T) {
	f := newFakeFlows(t, askPlan, askCode)
	out := f.works(flowFlags{}).all(context.Background(), ask3, script(t, `{"plan": "go", "code": {"choice": "go", "code": "1"}}`))
	if len(f.given) != 6 || len(out.ends) != 3 || len(out.left) != 0 {
		t.Errorf("%d answers, %d flows, left %v", len(f.given), len(out.ends), out.left)
	}
	for i, r := range f.began {
		if r.Batch.ID == "" || r.Batch.ID != out.batch.ID || r.Batch.Number != i+1 || r.Batch.Of != 3 {
			t.Errorf("flow %d is of %+v", i, r.Batch)
		}
	}
}

func TestABatchStopsWhereOneWaits(t *testing.T) {
	f := newFakeFlows(t, askPlan)
	out := f.works(flowFlags{}).all(context.Background(), ask3, answers{})
	if len(f.began) != 1 || out.ends[0].code != exitWaits || !slices.Equal(out.left, []string{"b", "c"}) {
		t.Errorf("%d were begun, left %v", len(f.began), out.left)
	}
}

func TestABatchKeepsGoingWhenToldTo(t *testing.T) {
	f := newFakeFlows(t)
	f.busy["b"] = true
	out := f.works(flowFlags{keepGoing: true}).all(context.Background(), ask3, answers{})
	if len(out.ends) != 3 || out.ends[1].code != exitBadInput || !errors.Is(out.ends[1].err, flow.ErrBusy) || out.ends[2].code != exitDone {
		t.Errorf("it ended as %+v", out.ends)
	}
}

func TestOneKeyIsNoBatch(t *testing.T) {
	f := newFakeFlows(t)
	f.works(flowFlags{}).all(context.Background(), ask3[:1], answers{})
	if f.began[0].Batch != (flow.Batch{}) {
		t.Errorf("it is of %+v", f.began[0].Batch)
	}
}
