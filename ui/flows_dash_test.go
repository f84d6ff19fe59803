package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// begun keeps the requests by which flows were started, and starts them as
// s1, s2 …
func begun(f *fakeFlows) *[]flow.Request {
	var got []flow.Request
	f.start = func(r flow.Request) (flow.ID, error) {
		got = append(got, r)
		u := rotation(1)
		u.State.ID = flow.ID(fmt.Sprintf("s%d", len(got)))
		u.State.Kind, u.State.Record, u.State.Name, u.State.Batch = r.Kind, r.Record, strings.TrimPrefix(string(r.Record), "id-"), r.Batch
		f.set(u)
		return u.State.ID, nil
	}
	return &got
}

// names are the keys of requests, in order.
func names(all []flow.Request) string {
	var out []string
	for _, r := range all {
		out = append(out, string(r.Kind)+" "+strings.TrimPrefix(string(r.Record), "id-"))
	}
	return strings.Join(out, ", ")
}

// gridRotation is an unfinished rotation of grid-bot.
func gridRotation() flow.Summary {
	return flow.Summary{
		ID: "f1", Kind: flow.Rotate, Record: "id-grid-bot", Name: "grid-bot", Exchange: "binance", Environment: exchanges.Live,
		Step: flow.StepConsumers, Began: noon.Add(-3 * day), Moved: noon.Add(-2 * time.Hour),
	}
}

// stuckRevoke is an unfinished revocation that cannot go on.
func stuckRevoke() flow.Summary {
	return flow.Summary{
		ID: "f2", Kind: flow.Revoke, Record: "id-treasury", Name: "treasury", Exchange: "kraken", Environment: exchanges.Live,
		Step: flow.StepRevoke, Began: noon.Add(-2 * day), Moved: noon.Add(-time.Hour), Problem: "Kraken could not be reached",
		Batch: flow.Batch{ID: "b", Number: 2, Of: 5, Reason: "3Commas leaked"},
	}
}

// withFlows starts the program on the fixture with unfinished flows.
func withFlows(t *testing.T, w, h int, open ...flow.Summary) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, fixture()...)
	fake.flows.open = open
	for _, s := range open {
		u := rotation(1)
		u.State.ID, u.State.Kind, u.State.Record, u.State.Name, u.State.Step = s.ID, s.Kind, s.Record, s.Name, s.Step
		fake.flows.set(u)
	}
	d := drive(t, env, dashboardPage)
	env.Now = func() time.Time { return noon.Add(d.now) }
	d.resize(w, h)
	return d, fake
}

// onPageOf fails unless the page of that flow is open.
func onPageOf(d *driver, id flow.ID) {
	d.t.Helper()
	p, ok := d.top().(*flowPage)
	if !ok || p.id != id {
		d.t.Errorf("the page of flow %s is not open, but %T\n%s", id, d.top(), d.view())
	}
}

func TestRotateAndRevokeTheKeyUnderTheCursor(t *testing.T) {
	for key, want := range map[string]string{"r": "rotate old-bot", "x": "revoke old-bot"} {
		d, fake := desktop(t, 120, 40)
		got := begun(fake.flows)
		keys(d, key)
		if names(*got) != want || (*got)[0].Batch != (flow.Batch{}) {
			t.Errorf("%s began %+v", key, *got)
		}
		if !slices.Contains(fake.flows.calls, "Resume s1") {
			t.Errorf("nothing goes on: %v", fake.flows.calls)
		}
		onPageOf(d, "s1")
	}
}

func TestMarkedKeysAreABatchInTheOrderOfTheirDeadlines(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	got := begun(fake.flows)
	keys(d, "G", " ", "g", "j", "j", " ", "k", "k", "k", " ") // fresh, grid-bot, old-bot
	d.see("r rotate 3", "x revoke 3")
	keys(d, "r")
	if names(*got) != "rotate old-bot, rotate grid-bot, rotate fresh" {
		t.Errorf("began %s", names(*got))
	}
	for i, r := range *got {
		if r.Batch.ID == "" || r.Batch.ID != (*got)[0].Batch.ID || r.Batch.Number != i+1 || r.Batch.Of != 3 {
			t.Errorf("flow %d has the batch %+v", i, r.Batch)
		}
	}
	onPageOf(d, "s1")
	keys(d, "q")
	d.see("r rotate ") // the marks are gone
	d.seeNot("rotate 3")
}

func TestMarkedKeysAreRevokedWorstFirst(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	got := begun(fake.flows)
	keys(d, " ", " ", "x") // old-bot may read, treasury may withdraw
	if names(*got) != "revoke treasury, revoke old-bot" {
		t.Errorf("began %s", names(*got))
	}
}

func TestRotateAllOverdueIsInThePalette(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	got := begun(fake.flows)
	keys(d, ":")
	d.typeText("rotate all")
	keys(d, "enter")
	if names(*got) != "rotate old-bot, rotate grid-bot" {
		t.Errorf("began %s", names(*got))
	}
	d, _ = desktop(t, 120, 40)
	d.app.page().(*dashboard).board.counts.Overdue = 0
	keys(d, ":")
	d.typeText("rotate all")
	keys(d, "enter")
	d.see("rotate all overdue is not possible: no key is overdue")
}

func TestUnfinishedFlowsAreSeenAndResumed(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := withFlows(t, size[0], size[1], gridRotation(), stuckRevoke())
		checkFrame(t, d.view(), size[0], size[1])
		d.see("↻ 2 unfinished: revoke treasury", "f lists them", "↻ ROTATING", "↻ REVOKING !")
		golden(t, fmt.Sprintf("dashboard-flows-%dx%d", size[0], size[1]), d.view())
	}
	for _, key := range []string{"r", "x"} {
		d, fake := withFlows(t, 120, 40, gridRotation())
		keys(d, "j", "j")
		d.see("↻ 1 unfinished: rotate grid-bot · at consumers", "r resume")
		keys(d, key)
		onPageOf(d, "f1")
		if !slices.Contains(fake.flows.calls, "Resume f1") || slices.ContainsFunc(fake.flows.calls, func(c string) bool { return strings.HasPrefix(c, "Start") }) {
			t.Errorf("%s did %v", key, fake.flows.calls)
		}
	}
}

func TestKeysWithAnUnfinishedFlowStayOutOfABatch(t *testing.T) {
	d, fake := withFlows(t, 120, 40, gridRotation())
	got := begun(fake.flows)
	keys(d, " ", " ", " ") // old-bot, treasury, grid-bot
	keys(d, "r")
	if names(*got) != "rotate old-bot, rotate treasury" || (*got)[1].Batch.Of != 2 {
		t.Errorf("began %+v", *got)
	}
	onPageOf(d, "s1")
	d.see("1 key left out: unfinished already")

	d, fake = withFlows(t, 120, 40)
	fake.flows.set(rotation(1))
	fake.flows.start = func(flow.Request) (flow.ID, error) { return "f1", &flow.BusyError{ID: "f1"} } // begun since we looked
	keys(d, "r")
	onPageOf(d, "f1")
}

func TestABatchThatCannotBeBegunSaysHowFarItCame(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	got := begun(fake.flows)
	start := fake.flows.start
	fake.flows.start = func(r flow.Request) (flow.ID, error) {
		if len(*got) == 1 {
			return "", &store.Error{Op: "write", Path: "flows", Err: errors.New("no space left"), Hint: "Free some space."}
		}
		return start(r)
	}
	keys(d, " ", " ", "r")
	onPageOf(d, "s1")
	d.see("Only 1 of 2 keys can be rotated now", "Free some space.")

	d, fake = desktop(t, 120, 40)
	fake.flows.start = func(flow.Request) (flow.ID, error) { return "", errors.New("no") }
	keys(d, "x")
	d.see("The key cannot be revoked: no")
}

func TestFlowActionsSayWhyNot(t *testing.T) {
	d, fake := withFlows(t, 120, 40, gridRotation())
	fake.readOnly = "another keyrota is running"
	for _, at := range []string{"g", "j"} { // on a key without a flow, and further on
		keys(d, at)
		for _, label := range []string{"new", "rotate", "revoke", "rotate all overdue", "incident"} {
			all := d.app.page().Actions()
			i := slices.IndexFunc(all, func(a Action) bool { return a.Label == label })
			if i < 0 || all[i].Disabled != "another keyrota is running" {
				t.Errorf("%s is not refused", label)
			}
		}
	}
	keys(d, "j")
	cursorOn(d, "grid-bot")
	keys(d, "r")
	d.see("resume is not possible: another keyrota is running")
	d, _ = desktop(t, 120, 40)
	keys(d, "f")
	d.see("unfinished is not possible: no flow is unfinished")
}

func TestBannerAndBadgeCanBeClicked(t *testing.T) {
	d, _ := withFlows(t, 60, 20, gridRotation())
	d.clickOn("1 unfinished")
	if _, ok := d.top().(*flowList); !ok {
		t.Errorf("the banner opened %T", d.top())
	}
	keys(d, "esc")
	d.clickOn("treasury") // lines lie one further down than without the banner
	cursorOn(d, "treasury")
	d.clickOn("Bybit 3")
	d.see("[Bybit 3 ▲]")
	d.clickOn("All 12")
	d.clickOn("↻ ROTATING")
	onPageOf(d, "f1")
}

func TestLeavingAFlowShowsThatItIsUnfinished(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	begun(fake.flows)
	keys(d, "r")
	fake.flows.open = []flow.Summary{{ID: "s1", Kind: flow.Rotate, Record: "id-old-bot", Name: "old-bot", Step: flow.StepPlan, Untouched: true}}
	keys(d, "q")
	d.see("↻ 1 unfinished: rotate old-bot · at plan, nothing done yet", "↻ PLANNED")
	checkFrame(t, d.view(), 120, 40)
	keys(d, "r")
	fake.flows.open = nil
	keys(d, "q")
	d.seeNot("unfinished:", "↻")
	checkFrame(t, d.view(), 120, 40)
}

func TestJournalsAreReadAfterTheStart(t *testing.T) {
	env, fake := testEnv(t, fixture()...)
	fake.flows.load = func() error {
		fake.flows.open = []flow.Summary{gridRotation()}
		return errors.New("the journal of flow f9 cannot be read")
	}
	d := prepare(t, env, appOptions{home: home, width: 120, height: 40})
	d.run(d.app.Init())
	d.seeNot("unfinished")
	d.advance(flowsAfterStart)
	d.see("↻ 1 unfinished", "Unfinished flows could not be read", "f9")
}

func TestAFlowThatGoesOnByItselfIsFollowed(t *testing.T) {
	d, fake := withFlows(t, 120, 40)
	working := func(rev uint64, step flow.Step, busy flow.Effect) {
		u := rotation(rev)
		u.State.Step, u.Busy = step, busy
		s := u.State.Summary()
		fake.flows.open = []flow.Summary{s}
		fake.flows.set(u)
	}
	working(1, flow.StepVerify, flow.DoVerify)
	d.send(snapshotMsg{})
	d.see("rotate grid-bot · at verify")
	working(2, flow.StepSwitch, flow.DoSwitch)
	d.hear()
	d.see("rotate grid-bot · at switch")
	working(3, flow.StepConsumers, "") // now it asks: nobody needs to listen
	d.hear()
	d.see("rotate grid-bot · at consumers")
	if len(d.ears) != 0 {
		t.Errorf("%d still listen", len(d.ears))
	}
	if !slices.Contains(fake.flows.calls, "Stop f1") {
		t.Errorf("the flow is watched still: %v", fake.flows.calls)
	}
}

func TestDetailsTellOfAnUnfinishedFlow(t *testing.T) {
	d, _ := withFlows(t, 120, 40, gridRotation(), stuckRevoke())
	keys(d, "enter")
	d.seeNot("resumes it")
	keys(d, "j")
	d.see("↻ revocation unfinished at step revoke", "· 2 of", "stuck: Kraken could not be reached")
	keys(d, "j")
	d.see("↻ rotation unfinished at step consumers", "resumes it")
	d.resize(80, 24)
	keys(d, "enter")
	d.see("↻ rotation unfinished at step consumers · r resumes it", "r resume")
	keys(d, "r")
	onPageOf(d, "f1")

	d, fake := desktop(t, 80, 24)
	got := begun(fake.flows)
	keys(d, "enter", "x")
	if names(*got) != "revoke old-bot" {
		t.Errorf("began %s", names(*got))
	}
}

func TestNewAsksWhetherTheKeyIsThere(t *testing.T) {
	d, fake := desktop(t, 120, 40)
	got := begun(fake.flows)
	keys(d, "n")
	d.see("─ New key ─", "> c  Create a new key at the exchange", "a  Add a key that you have")
	keys(d, "enter")
	if names(*got) != "create " {
		t.Errorf("began %s", names(*got))
	}
	onPageOf(d, "s1")
	for _, way := range [][]string{{"n", "a"}, {"n", "j", "enter"}} {
		d, _ = desktop(t, 60, 20)
		keys(d, way...)
		if _, ok := d.top().(*addWizard); !ok {
			t.Errorf("%v opened %T", way, d.top())
		}
	}
	d, fake = desktop(t, 80, 24)
	fake.flows.start = func(flow.Request) (flow.ID, error) { return "", errors.New("the disk is full") }
	keys(d, "n")
	d.clickOn("Create a new key")
	d.see("the disk is full")
}

func TestFirstKeyCanBeCreatedAndGoneOnWith(t *testing.T) {
	env, fake := testEnv(t)
	got := begun(fake.flows)
	fake.flows.open = []flow.Summary{{ID: "s1", Kind: flow.Create, Step: flow.StepWhere}}
	d := drive(t, env, home)
	d.advance(flowsAfterStart)
	d.see("c  Create a new key at the exchange", "↻ 1 unfinished: create a key")
	keys(d, "c")
	if names(*got) != "create " {
		t.Errorf("began %s", names(*got))
	}
	keys(d, "q", "f")
	d.see("─ Unfinished flows ─", "exchange not chosen yet")
	keys(d, "esc")
	d.clickOn("1 unfinished")
	keys(d, "enter")
	onPageOf(d, "s1")
}
