package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// rotation is a rotation of grid-bot that has got as far as making the new
// key. It asks nothing.
func rotation(rev uint64) flow.Update {
	return flow.Update{State: flow.State{
		ID: "f1", Kind: flow.Rotate, Rev: rev, Step: flow.StepMake, Record: "id-grid-bot", Name: "grid-bot",
		Plan: flow.Plan{Exchange: "binance", Environment: exchanges.Live},
		Old:  flow.Key{Masked: "vmPU…uh8A", Accepted: noon.Add(-time.Minute)},
	}}
}

// asks returns a rotation that asks something.
func asks(rev uint64, q flow.Prompt) flow.Update {
	u := rotation(rev)
	u.Prompt = &q
	return u
}

// question is the simplest prompt: two ways to go.
func question() flow.Prompt {
	return flow.Prompt{
		ID: flow.AskWatch, Title: "Is the old key still used?", Text: []string{"Last used 2 minutes ago."},
		Choices: []flow.Choice{{ID: "look", Label: "Look again"}, {ID: flow.Go, Label: "Go on", Help: "The old key is revoked next."}, {ID: flow.Abandon, Label: "Abandon", Bare: true}},
	}
}

// flowDriver is a driver with the page of one flow open.
type flowDriver struct {
	*driver
	flows *fakeFlows
	desk  *fakeDesk
}

// openFlow opens the page of a flow above the dashboard.
func openFlow(t *testing.T, u flow.Update, change ...func(*Env)) *flowDriver {
	t.Helper()
	env, fake := testEnv(t, fixture()...)
	for _, c := range change {
		c(env)
	}
	d := &flowDriver{drive(t, env, home), fake.flows, fake}
	env.Now = func() time.Time { return noon.Add(d.now) }
	fake.flows.set(u)
	d.send(pushMsg{newFlowPage(env, u.State.ID)})
	return d
}

// becomes lets the flow move on.
func (d *flowDriver) becomes(u flow.Update) {
	d.t.Helper()
	d.flows.set(u)
	d.hear()
}

// slowly presses keys as a person does who reads in between.
func (d *flowDriver) slowly(names ...string) {
	d.t.Helper()
	for _, name := range names {
		d.advance(time.Second)
		d.press(name)
	}
	d.advance(time.Second)
}

// answered fails unless these choices were given, and returns the last answer.
func (d *flowDriver) answered(choices ...string) fakeAnswer {
	d.t.Helper()
	var got []string
	for _, a := range d.flows.answers {
		got = append(got, a.choice)
	}
	if !slices.Equal(got, choices) {
		d.t.Fatalf("answered %q, want %q\n%s", got, choices, d.view())
	}
	if len(choices) == 0 {
		return fakeAnswer{}
	}
	return d.flows.answers[len(choices)-1]
}

func (d *flowDriver) open() bool {
	_, ok := d.top().(*flowPage)
	return ok
}

func TestFlowEnterGivesTheDefault(t *testing.T) {
	d := openFlow(t, asks(7, question()))
	d.see("Rotate grid-bot · Binance · live   step 3 of", "old vmPU…uh8A live  →  new not made yet", "▸ create", "Is the old key still used?", "[ Look again ]")
	d.press("enter")
	if a := d.answered("look"); a.rev != 7 {
		t.Errorf("answered revision %d", a.rev)
	}
}

func TestFlowHeadingNamesTheSite(t *testing.T) {
	elsewhere := asks(1, question())
	elsewhere.State.Plan.Site = "us"
	openFlow(t, elsewhere).see("Rotate grid-bot · Binance · live · us   step 3 of")
}

func TestFlowChoicesAreReachedByEveryKey(t *testing.T) {
	for _, keys := range []string{"tab", "right", "l", "shift+tab shift+tab", "left left", "h h", "tab right left"} {
		d := openFlow(t, asks(1, question()))
		d.press(strings.Fields(keys)...)
		d.see("[ Go on ]", "The old key is revoked next.")
		d.press("enter")
		d.answered(flow.Go)
	}
}

func TestFlowChoicesCanBeClicked(t *testing.T) {
	for _, size := range frameSizes {
		d := openFlow(t, asks(1, question()))
		d.resize(size[0], size[1])
		d.clickOn("Go on")
		d.answered(flow.Go)
	}
}

// The second Enter of a nervous finger must not answer the next question.
func TestFlowDoubleEnterAnswersOnce(t *testing.T) {
	d := openFlow(t, asks(1, question()))
	d.press("enter", "enter", "enter")
	d.answered("look")

	d = openFlow(t, asks(1, question()))
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error { d.flows.set(asks(2, question())); return nil }
	d.press("enter", "enter")
	d.answered("look")
	d.slowly("enter")
	d.answered("look", "look")
}

func TestFlowStaleAnswerIsDropped(t *testing.T) {
	d := openFlow(t, asks(1, question()))
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error {
		next := question()
		next.Title = "And now?"
		d.flows.set(asks(2, next))
		return flow.ErrStale
	}
	d.press("enter")
	d.see("And now?", "[ Look again ]")
	d.seeNot("moved on")
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error { return flow.ErrStale }
	d.slowly("enter")
	d.see("✗ the flow has moved on") // it has not, as far as the page can see
}

func TestFlowErrorsStayOnScreen(t *testing.T) {
	d := openFlow(t, asks(1, question()))
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error {
		return &exchanges.Error{Kind: exchanges.Network, Hint: "check the connection"}
	}
	d.press("enter")
	d.see("✗", "Check the connection", "[ Look again ]")
	d.flows.answer = func(flow.ID, uint64, flow.Answer) error { return errors.New("disk \x1b[31mfull") }
	d.slowly("enter")
	d.see("✗ disk [31mfull")
	d.flows.answer = nil
	d.slowly("enter")
	d.seeNot("full")
	d.answered("look", "look", "look")
}

func TestFlowEscGoesBackOrLeaves(t *testing.T) {
	q := question()
	q.Choices = append(q.Choices, flow.Choice{ID: flow.Back, Label: "Back", Bare: true})
	d := openFlow(t, asks(1, q))
	d.see("esc back")
	d.press("esc")
	d.answered(flow.Back)

	d = openFlow(t, asks(1, question()))
	d.press("esc")
	if d.open() {
		t.Error("esc does not leave")
	}
	d.answered()
	d.see("Rotate grid-bot: left; resume it from the dashboard")
	if !slices.Contains(d.flows.calls, "Stop f1") {
		t.Errorf("the flow is watched still: %v", d.flows.calls)
	}
	d.flows.set(asks(2, question())) // nobody listens
	d.advance(time.Minute)
	if len(d.ears) > 1 {
		t.Error("somebody listens still")
	}
}

func TestFlowLaterLeaves(t *testing.T) {
	q := question()
	q.Choices = append(q.Choices, flow.Choice{ID: flow.Later, Label: "Later"})
	d := openFlow(t, asks(1, q))
	d.clickOn("Later")
	d.answered()
	if d.open() {
		t.Error("the page is open")
	}
}

func TestFlowFollowsTheFlow(t *testing.T) {
	d := openFlow(t, asks(1, question()))
	u := rotation(2)
	u.Busy = flow.DoCreate
	d.becomes(u)
	d.see("◐ asking Binance to make the key …", "esc interrupt", "q leave")
	d.seeNot("Look again")
	u.State.Rev, u.State.Step = 3, flow.StepRevoke
	u.State.New = flow.Key{Masked: "k3Jq…91xZ", Verified: true}
	u.Busy = flow.DoRevoke
	d.becomes(u)
	d.see("old vmPU…uh8A live  →  new k3Jq…91xZ verified", "asking Binance to revoke the key", "▸ revoke", "✓ switch")
	u.State.Rev, u.State.Proof.Verdict = 4, flow.Proven
	d.becomes(u)
	d.see("old vmPU…uh8A proven dead")
}

// The table behind follows the flow, and hears of each step once.
func TestFlowTellsThatRecordsChanged(t *testing.T) {
	d := openFlow(t, asks(1, question()))
	d.desk.change(func(all []*store.Record) []*store.Record { return all[:len(all)-1] })
	left := d.desk.Snapshot().Len()
	u := rotation(2)
	u.Done = true
	d.becomes(u)
	d.press("q")
	d.see(fmt.Sprintf("%d keys", left))
}

func TestFlowUnknownSaysSoAndCloses(t *testing.T) {
	env, _ := testEnv(t, fixture()...)
	d := drive(t, env, home)
	d.send(pushMsg{newFlowPage(env, "nobody")})
	d.see("✗ no such flow")
	for _, size := range frameSizes {
		d.resize(size[0], size[1])
		checkFrame(t, d.app.View(), size[0], size[1])
	}
	d.press("x", "q")
	if _, ok := d.top().(*flowPage); ok {
		t.Error("the page is open")
	}
}

func TestFlowStartOpensThePage(t *testing.T) {
	env, fake := testEnv(t, fixture()...)
	d := drive(t, env, home)
	d.run(startFlow(env, flow.Request{Kind: flow.Rotate, Record: "id-grid-bot"}))
	d.see("Rotate grid-bot")
	d.press("q")

	fake.flows.start = func(flow.Request) (flow.ID, error) { return "", fmt.Errorf("start: %w", &flow.BusyError{ID: "f1"}) }
	d.run(startFlow(env, flow.Request{Kind: flow.Revoke, Record: "id-grid-bot"}))
	d.see("Rotate grid-bot") // the one that is unfinished
	if !slices.Contains(fake.flows.calls, "Resume f1") {
		t.Errorf("calls %v", fake.flows.calls)
	}
	d.press("q")

	fake.flows.start = func(flow.Request) (flow.ID, error) { return "", errors.New("read-only: another keyrota runs") }
	d.run(startFlow(env, flow.Request{Kind: flow.Create}))
	d.see("✗ read-only: another keyrota runs")
	d.press("esc")
	fake.flows.resume = func(flow.ID) error { return flow.ErrUnknown }
	d.run(resumeFlow(env, "f9"))
	d.see("✗ no such flow")
}

func TestFlowMessagesOfAnotherPageAreNotTaken(t *testing.T) {
	d := openFlow(t, asks(1, question()))
	of := forPage{newFlowPage(d.env, "f1")}
	before := d.view()
	for _, m := range []tea.Msg{flowChangedMsg{of}, flowTickMsg{of}, flowSeenMsg{forPage: of}, flowAnsweredMsg{forPage: of, err: errors.New("x")}, flowSimulatedMsg{forPage: of}} {
		d.send(m)
	}
	if d.view() != before {
		t.Errorf("changed:\n%s", d.view())
	}
}
