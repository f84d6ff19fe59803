package ui

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/ui/flow"
)

// What is out of sight is counted where it covers nothing, above and below.
func TestFlowCountsWhatIsOutOfSight(t *testing.T) {
	d := openFlow(t, asks(1, pastePrompt()))
	d.resize(60, 20)
	d.see("↓ ")
	d.seeNot("↑ ")
	d.press("down", "down")
	d.see("↑ 2  ↓ ")
	for range 9 {
		d.press("pgdown")
	}
	d.see("↑ ", "more lines")
	d.seeNot("↓ ")
}

func TestFlowErrorStaysInSightWithItsHint(t *testing.T) {
	d := openFlow(t, asks(1, permissionsPrompt()))
	d.resize(60, 20)
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error {
		return &flow.FieldError{Field: "ips", What: "that is no address", Hint: "Write 203.0.113.7."}
	}
	d.press("shift+tab", "shift+tab") // the first of the choices
	d.slowly("enter")
	d.see("✗ that is no address", "Write 203.0.113.7.", "more lines")
}

// The words of a box wrap between words; what is pasted is never touched.
func TestFlowGuideWrapsBetweenWords(t *testing.T) {
	q := pastePrompt()
	q.Guide = []flow.Line{{Text: "Tick", Name: exchanges.PutTicks, Many: []string{"Read-Only, with Contract and Spot ticked, if no other box is named here"}}}
	d := openFlow(t, asks(1, q))
	d.resize(60, 24)
	d.see("[x] Read-Only, with Contract and Spot ticked, ", " if no other box is named here ")
}

func TestWrapKeepsDatesAndLabelsWhole(t *testing.T) {
	if got, want := wrap("since 2026-11-26 it is keyrota-grid-bot-7f3a", 18), "since 2026-11-26\nit is\nkeyrota-grid-bot-7\nf3a"; got != want {
		t.Errorf("got %q", got)
	}
}

// Nothing goes on by itself while a person is asked whether to abandon.
func TestFlowAbandonCountsNoSeconds(t *testing.T) {
	q := question()
	q.Due = noon.Add(9 * time.Second)
	d := openFlow(t, asks(1, q))
	d.see("asks again in 9 s")
	q.ID = flow.AskAbandon
	d.becomes(asks(2, q))
	d.seeNot("asks again")
}

// The footer offers all keys again once the page listens again.
func TestFlowFooterIsWholeAgainAfterAnAnswer(t *testing.T) {
	d := openFlow(t, asks(1, question()))
	d.see("? help")
	d.press("enter")
	d.becomes(asks(2, question()))
	d.seeNot("? help")
	redrawn := func(x timer) bool { _, ok := x.msg.(flowListensMsg); return ok && x.at <= d.now+deafFor }
	if !slices.ContainsFunc(d.timers, redrawn) {
		t.Error("nothing has it drawn again")
	}
	d.advance(deafFor)
	d.see("? help")
}

func TestFlowLeftPutsTheCursorOnItsKey(t *testing.T) {
	u := asks(1, question())
	u.State.Record, u.State.Name = "id-treasury", "treasury"
	d := openFlow(t, u)
	d.press("q")
	d.see("> treasury")
}

// A narrow footer drops what can be done otherwise, not the way out.
func TestFlowNarrowFooterKeepsTheWayOut(t *testing.T) {
	q := dangerPrompt()
	q.Page = pastePrompt().Page
	q.Choices[0].ID = flow.Later
	d := openFlow(t, asks(1, q), withCopy, func(e *Env) { e.OpenPage = func(string) error { return nil } })
	d.resize(60, 20)
	d.slowly("tab")
	d.see("enter answer", "q leave", "? help")
}

func TestFlowOfABatchSaysWhichKeyItIs(t *testing.T) {
	u := asks(1, question())
	u.State.Batch = flow.Batch{ID: "b1", Number: 2, Of: 3}
	d := openFlow(t, u)
	d.see("key 2 of 3 · step 3 of")
}

// Asking for this machine's address is a question in between: what was chosen
// and typed before it is there after it. What was not touched is what the flow
// says now.
func TestFlowLookupLosesNothing(t *testing.T) {
	q := permissionsPrompt()
	q.Choices = append([]flow.Choice{{ID: flow.Lookup, Label: "Ask for my address", Bare: true}}, q.Choices...)
	d := openFlow(t, asks(1, q))
	d.press("left")
	d.slowly("shift+tab", "shift+tab", "shift+tab", "shift+tab") // back over the choices to the name
	d.typeText("new-bot")
	d.clickOn("Ask for my address")
	d.answered(flow.Lookup)
	busy := rotation(2)
	busy.Busy = flow.DoEcho
	d.becomes(busy)
	q.Fields[2].Default = "198.51.100.4"
	d.becomes(asks(3, q))
	d.see("[ Portfolio and tax ]", "new-bot", "198.51.100.4")
	d.becomes(asks(4, q)) // asked again for another reason
	d.seeNot("new-bot")
}

func TestFlowSaysOnlyWhatIsWrongWithAPaste(t *testing.T) {
	err := &exchanges.Error{Exchange: "kraken", Op: "check key", Kind: exchanges.Invalid, Hint: "Copy it again.", Err: errors.New("the API key is missing")}
	what, hint := misshapen(err)
	if what != "the API key is missing" || hint != "Copy it again." {
		t.Errorf("says %q, %q", what, hint)
	}
	if what, _ := misshapen(errors.New("no such exchange")); !strings.Contains(what, "no such exchange") {
		t.Errorf("says %q", what)
	}
}

// An ending that is longer than the window can be read to its end.
func TestFlowLongEndingScrolls(t *testing.T) {
	u := endings()["done"]
	for range 20 {
		u.State.Notes = append(u.State.Notes, "one more thing")
	}
	u.State.Notes = append(u.State.Notes, "the last thing")
	d := openFlow(t, u)
	d.resize(60, 20)
	d.seeNot("the last thing")
	d.press("pgdown", "pgdown", "pgdown")
	d.see("the last thing")
}

func TestNewKeyMenuFitsTheSmallestWindow(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	d := drive(t, env, home)
	d.resize(60, 20)
	d.press("n")
	for _, c := range newKeyChoices {
		d.see(c.text)
	}
}

// What was abandoned has not been through the steps that it did not come to.
func TestFlowAbandonedTicksOnlyWhatWasDone(t *testing.T) {
	d := openFlow(t, asks(1, question()))
	d.see("▸ create")
	aside := rotation(2)
	aside.State.Step, aside.Busy = flow.StepUndo, flow.DoUndo
	d.becomes(aside)
	d.see("✓ preflight", "▸ undo")
	d.seeNot("✓ create", "✓ prove dead")
	aside.State.Step, aside.State.Ended, aside.Busy = flow.StepDone, true, flow.DoAudit // written down before it is done
	d.becomes(aside)
	end := rotation(3)
	end.Done, end.State.Step, end.State.Ended, end.State.Outcome = true, flow.StepDone, true, "Abandoned."
	d.becomes(end)
	d.see("live   abandoned", "✓ preflight", "  prove dead")
	d.seeNot("✓ create", "✓ revoke", "✓ prove dead", "✓ done")
	d.press("q")
	d.see("> grid-bot")
}
