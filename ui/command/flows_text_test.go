package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

func TestProgressIsTheStagesThatAreDone(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &progress{out: &out}
	u := &flow.Update{State: flow.State{Kind: flow.Rotate, Step: flow.StepPreflight, Notes: []string{"an old note"}}}
	p.moved(u)
	p.moved(u)
	u.State.Step = flow.StepVerify
	u.State.Notes = append(u.State.Notes, "the clock is 2 s slow")
	p.moved(u)
	u.State.Problem = &flow.Problem{What: "the exchange is down"}
	p.moved(u)
	p.moved(u)
	u.State.Problem, u.State.Step = nil, flow.StepDone
	u.Prompt = &askPlan
	p.answered(u, "go")
	p.moved(u)
	want := "✓ preflight\n✓ create\n· the clock is 2 s slow\n✗ the exchange is down\n→ asks: Rotate grid-bot?: go\n" +
		"✓ verify\n✓ switch\n✓ consumers\n✓ watch\n✓ revoke\n✓ prove dead\n✓ forget\n✓ done\n"
	if out.String() != want {
		t.Errorf("it says\n%swant\n%s", out.String(), want)
	}
}

func TestWaitingIsToldOncePerMoment(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out}
	u := &flow.Update{Prompt: &flow.Prompt{Title: "Not dead yet", Due: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}}
	p.waiting(u)
	p.waiting(u)
	u.Prompt = &flow.Prompt{Title: "Not dead yet", Due: u.Prompt.Due.Add(time.Minute)}
	p.waiting(u)
	if want := "… Not dead yet: goes on by itself at 12:00:00\n… Not dead yet: goes on by itself at 12:01:00\n"; out.String() != want {
		t.Errorf("it says\n%s", out.String())
	}
}

func TestWhatIsAskedIsPrintedSoThatItCanBeAnswered(t *testing.T) {
	for _, tt := range []struct {
		ask  flow.Prompt
		want []string
	}{
		{askPlan, []string{"Rotate grid-bot? (plan)", "A new key is made first.", "field permissions", "of read, spot", "default read spot", "choice go", `{"plan": {"choice": "go", "permissions": "read spot", "ips": "…"}}`}},
		{askPaste, []string{"page  https://example.test/keys", " 2  Label", "keyrota-1", "Enable Reading", "field key, secret", `{"paste": {"choice": "go", "key": "…", "secret": "…"}}`}},
		{askRevoke, []string{"! It stops for ever.", "field phrase", `{"revoke": {"choice": "go", "phrase": "grid-bot"}}`}},
		{askCode, []string{"field code", `{"code": {"choice": "go", "code": "…"}}`}},
	} {
		var out bytes.Buffer
		printEnd(&out, &end{update: flow.Update{State: flow.State{ID: "abc123"}, Prompt: &tt.ask}, code: exitWaits})
		for _, w := range append(tt.want, "keyrota resume abc123 --answers FILE") {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%s: %q is missing in\n%s", tt.ask.ID, w, out.String())
			}
		}
	}
}

// TestTheExampleIsAnAnswer: what is printed as an example is read as an
// answers file, and fits the prompt.
func TestTheExampleIsAnAnswer(t *testing.T) {
	for _, p := range []flow.Prompt{askPlan, askPaste, askRevoke, askCode} {
		a := script(t, example(&p))
		if r, ok := a.next(&flow.Update{Prompt: &p}); !ok {
			t.Errorf("%s answers nothing", example(&p))
		} else if _, err := r.fit(&p); err != nil {
			t.Errorf("%s: %v", example(&p), err)
		}
	}
}

func TestOfAKeyPairOnlyTheKeyIsPasted(t *testing.T) {
	p := askPaste
	p.Fields = []flow.Field{{Name: "credential", Kind: flow.FieldCredential, Source: exchanges.FromKeyPair, Form: askPaste.Fields[0].Form}}
	if got := example(&p); got != `{"paste": {"choice": "go", "key": "…"}}` {
		t.Errorf("the example is %s", got)
	}
}

func TestOfAPublicHalfThatIsTheKeyNothingIsPasted(t *testing.T) {
	p := askPaste
	p.Fields = nil
	if got := example(&p); got != `{"paste": {"choice": "go"}}` {
		t.Errorf("the example is %s", got)
	}
	a := script(t, `{"paste": {"choice": "go", "key": "0x286e"}}`)
	r, _ := a.next(&flow.Update{Prompt: &p})
	if _, err := r.fit(&p); err == nil || !strings.Contains(err.Error(), `no field "key"`) {
		t.Errorf("a key is taken: %v", err)
	}
}

func TestWordsFromOutsideCannotSteerTheTerminal(t *testing.T) {
	t.Parallel()
	evil := "\x1b[2Jgone\u202e"
	p := flow.Prompt{ID: flow.AskPaste, Title: evil, Text: []string{evil}, Warn: []string{evil}, Page: evil,
		Guide: []flow.Line{{Text: evil, Copy: evil + "\n" + evil, Many: []string{evil}}}, Review: []flow.ReviewLine{{What: evil, Found: evil}},
		Fields: []flow.Field{{Name: "x", Label: evil, Default: evil}}, Choices: []flow.Choice{{ID: "go", Label: evil}}}
	var out bytes.Buffer
	printEnd(&out, &end{update: flow.Update{State: flow.State{ID: "abc"}, Prompt: &p}})
	printEnd(&out, &end{update: flow.Update{State: flow.State{Outcome: evil, Left: []string{evil}}, Done: true}})
	tell := &progress{out: &out}
	u := &flow.Update{State: flow.State{Kind: flow.Rotate}, Prompt: &p}
	tell.moved(u)
	u.State.Notes, u.State.Problem = []string{evil}, &flow.Problem{What: evil}
	tell.moved(u)
	tell.answered(u, "go")
	if err := printOpen(&out, []flow.Summary{{ID: "abc", Name: evil, Problem: evil}}); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(out.String(), "\x1b\u202e") {
		t.Errorf("it prints %q", out.String())
	}
}

func TestTheJSONOfAFlow(t *testing.T) {
	e := &end{update: flow.Update{Prompt: &askPlan, State: flow.State{ID: "abc", Kind: flow.Rotate, Record: "rec", Name: "grid-bot", Step: flow.StepPlan,
		Problem: &flow.Problem{Kind: "network", What: "no way there", Hint: "Wait.", Tries: 2}}}, code: exitBadInput,
		err: &flow.FieldError{What: "no address", Hint: "Write one."}}
	text, err := json.Marshal(newFlowJSON(e))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	want := strings.Fields("flow kind record name step done outcome prompt notes left problem error")
	for _, f := range want {
		if _, ok := got[f]; !ok {
			t.Errorf("there is no %q in %s", f, text)
		}
	}
	if len(got) != len(want) || strings.Contains(string(text), `"notes":null`) {
		t.Errorf("it is %s", text)
	}
	if p, ok := got["prompt"].(map[string]any); !ok || p["id"] != "plan" {
		t.Errorf("the prompt is %v", got["prompt"])
	}
}

func TestABatchIsOneObject(t *testing.T) {
	one := worked{batch: flow.Batch{Of: 1}, ends: []end{{}}}
	if _, ok := one.json(false).(flowJSON); !ok {
		t.Errorf("one flow is %T", one.json(false))
	}
	if b, ok := one.json(true).(batchJSON); !ok || b.Of != 1 || len(b.Flows) != 1 {
		t.Errorf("all that are overdue, of which there is one, are %+v", one.json(true))
	}
	none := worked{}
	if b, ok := none.json(true).(batchJSON); !ok || b.Flows == nil || b.Left == nil {
		t.Errorf("none is %+v", none.json(true))
	}
}

func TestErrorsOfFlowsSayWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&flow.BusyError{ID: "abc"}, "keyrota resume abc"},
		{context.Canceled, "keyrota resume"},
		{&flow.FieldError{What: "x", Hint: "Write one."}, "Write one."},
	} {
		if e := errorOf(explained(tt.err)); !strings.Contains(e.Hint, tt.want) {
			t.Errorf("%v: the hint is %q", tt.err, e.Hint)
		}
	}
	if plain := errors.New("plain"); explained(plain).Error() != "plain" {
		t.Error("another error was changed")
	}
}

func TestExitCodes(t *testing.T) {
	for err, want := range map[error]int{
		&flow.FieldError{}: exitBadInput, &flow.BusyError{}: exitBadInput, flow.ErrUnknown: exitBadInput,
		context.Canceled: exitInterrupted, errors.New("the disk is full"): exitFailed,
	} {
		if got := codeOf(err); got != want {
			t.Errorf("%v is %d, want %d", err, got, want)
		}
	}
	if codeOf(nil) != exitDone {
		t.Error("nothing wrong is not done")
	}
}
