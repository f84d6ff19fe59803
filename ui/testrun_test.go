package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/desk"
)

// CanTest refuses keys at Kraken.
func (d *fakeDesk) CanTest(r *store.Record) string {
	if r.Exchange == "kraken" {
		return "keyrota cannot ask this exchange"
	}
	return ""
}

// TestRun makes the calls of tested.
func (d *fakeDesk) TestRun(ctx context.Context, id store.RecordID, o desk.TestOptions, report func(desk.TestStep)) (desk.TestReport, error) {
	d.note("TestRun %s %v", id, o.Drills)
	if d.testRun != nil {
		return d.testRun(ctx, o, report)
	}
	return tested(o, report), nil
}

// tested is a run of which one drill goes wrong, another cannot be made, and a
// third provokes nothing.
func tested(o desk.TestOptions, report func(desk.TestStep)) (out desk.TestReport) {
	do := func(context.Context) exchanges.TestReply { return exchanges.TestReply{} }
	yes := exchanges.TestReply{Sent: 1, Status: 200, Took: 41 * time.Millisecond}
	no := func(kind exchanges.Kind, code, hint string) exchanges.TestReply {
		return exchanges.TestReply{Sent: 1, Status: 401, Took: 39 * time.Millisecond, Err: &exchanges.Error{Kind: kind, Code: code, Hint: hint}}
	}
	steps := []desk.TestStep{
		{Call: exchanges.TestCall{Name: "balance", Method: "GET", Path: "/api/v3/account", Signed: true, Do: do}, Reply: yes, Verdict: exchanges.AsExpected},
		{Call: exchanges.TestCall{Name: "order book", Method: "GET", Path: "/api/v3/depth", Do: do}, Reply: yes, Verdict: exchanges.AsExpected},
		{Call: exchanges.TestCall{Name: "ticker", Method: "GET", Path: "/api/v3/ticker/bookTicker", Do: do}, Reply: yes, Verdict: exchanges.AsExpected},
		{Call: exchanges.TestCall{Name: "expired timestamp", Drill: exchanges.Stale, Unable: "there is no time in them"}, Verdict: exchanges.NotPossible},
		{
			Call:    exchanges.TestCall{Name: "wrong signature", Drill: exchanges.Forged, Method: "GET", Path: "/api/v3/account", Want: []exchanges.Kind{exchanges.Auth}, Do: do},
			Reply:   no(exchanges.IPBlocked, "-2015: not \x1b[2Jhere", "add the address"),
			Verdict: exchanges.Unexpected,
		},
		{
			Call:    exchanges.TestCall{Name: "rate limit", Drill: exchanges.Hurried, Method: "GET", Path: "/api/v3/ticker/bookTicker", Limit: "6000 a minute", Do: do},
			Reply:   exchanges.TestReply{Sent: 5, Status: 200, Took: 40 * time.Millisecond},
			Verdict: exchanges.NotProvoked,
		},
	}
	if !o.Drills {
		steps = steps[:3]
	}
	for i, s := range steps {
		s.At, s.Of = i, len(steps)
		report(s)
		s.Done = true
		report(s)
		out.Steps = append(out.Steps, s)
	}
	out.Clock, out.Usage = exchanges.Clock{Known: true, Offset: 41 * time.Millisecond}, "12/6000 per minute"
	return out
}

// atTestrun opens the page for a key by way of its details.
func atTestrun(t *testing.T, name string, w, h int) (*driver, *fakeDesk) {
	t.Helper()
	env, fake := testEnv(t, fixture()...)
	d := drive(t, env, func(env *Env) Screen { return newDetail(env, store.RecordID("id-"+name)) })
	d.resize(w, h)
	keys(d, "T")
	return d, fake
}

func TestTheTestRunTellsEverythingAtEverySize(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := atTestrun(t, "paper", size[0], size[1])
		checkFrame(t, d.view(), size[0], size[1])
		d.see("Test run · paper · Binance testnet", "✓ as expected", "clock +41 ms · rate limit: 12/6000 per minute", "balance", "order book", "> ✓ ticker", "200     41 ms", "accepted")
		keys(d, "d")
		checkFrame(t, d.view(), size[0], size[1])
		golden(t, fmt.Sprintf("testrun-%dx%d", size[0], size[1]), d.view())
		d.see("✗ 1 unexpected", "wrong signature", "UNEXPECTED", "not possible", "not provoked", "5 calls allowed; 6000 a minute")
		keys(d, "k")
		d.see("ip-blocked, expected auth · -2015: not [2Jhere", "Add the address")
		keys(d, "up")
		d.see("there is no time in them")
	}
}

func TestDrillsAreNotForLiveKeys(t *testing.T) {
	d, fake := atTestrun(t, "grid-bot", 80, 24)
	keys(d, "d")
	d.see("with drills is not possible: drills are for testnet and demo keys")
	if got := fake.calls; len(got) != 1 || got[0] != "TestRun id-grid-bot false" {
		t.Errorf("%q", got)
	}
	keys(d, "r")
	if got := fake.calls; len(got) != 2 || got[1] != "TestRun id-grid-bot false" {
		t.Errorf("%q", got)
	}
}

func TestATestRunIsNotOfferedWhereNobodyCanBeAsked(t *testing.T) {
	d, fake := atTestrun(t, "treasury", 80, 24)
	d.see("test run is not possible: keyrota cannot ask this exchange")
	if len(fake.calls) != 0 {
		t.Errorf("%q", fake.calls)
	}
}

func TestTheDashboardOpensTheTestRun(t *testing.T) {
	env, fake := testEnv(t, fixtureKey("solo", "binance", exchanges.Demo))
	d := drive(t, env, dashboardPage)
	keys(d, "T")
	d.see("Test run · solo · Binance demo")
	keys(d, "q")
	d.see("solo", "PERMISSIONS")
	if len(fake.calls) != 1 {
		t.Errorf("%q", fake.calls)
	}
	env, _ = testEnv(t)
	d = drive(t, env, dashboardPage)
	if act, found := findAction(d.app.actions(), "T"); found && act.Disabled == "" {
		t.Errorf("without a key there is %+v", act)
	}
}

// A call that is under way shows a spinner in its row; esc cancels, and what came
// back stays.
func TestATestRunCanBeCanceled(t *testing.T) {
	env, _ := testEnv(t, fixtureKey("paper", "binance", exchanges.Testnet))
	env.Animate = true
	p := newTestrunPage(env, fixtureKey("paper", "binance", exchanges.Testnet))
	p.SetSize(80, 24)
	_ = p.begin(true) // whose commands nobody runs: the test says what comes of it
	stopped := false
	p.run.cancel = func() { stopped = true }
	step := desk.TestStep{At: 0, Of: 2, Call: exchanges.TestCall{Name: "balance", Method: "GET", Path: "/b", Do: func(context.Context) exchanges.TestReply { return exchanges.TestReply{} }}}
	p.Update(testrunMsg{p.run, step})
	for i, frame := range []string{"◐ 1 of 2", "◓ 1 of 2", "◑ 1 of 2"} {
		if view := p.View(); !strings.Contains(view, frame) || !strings.Contains(view, "asking") {
			t.Errorf("frame %d:\n%s", i, view)
		}
		p.Update(testrunTickMsg{p})
	}
	stop, _ := findAction(p.Actions(), "esc")
	again, _ := findAction(p.Actions(), "r")
	if stop.Do(); !stopped || again.Disabled == "" {
		t.Errorf("canceled is %v, and %+v", stopped, again)
	}
	step.Done, step.Verdict = true, exchanges.Interrupted
	p.Update(testrunMsg{p.run, step})
	p.run.report = desk.TestReport{Steps: []desk.TestStep{step}}
	p.Update(testrunDoneMsg{p.run})
	if view := p.View(); !strings.Contains(view, "canceled") || strings.Contains(view, "asking") || p.Update(testrunTickMsg{p}) != nil {
		t.Errorf("%s", view)
	}
	if _, found := findAction(p.Actions(), "esc"); found {
		t.Error("esc still cancels")
	}
}

func TestATestRunThatCannotBeMadeSaysWhy(t *testing.T) {
	env, fake := testEnv(t, fixture()...)
	fake.testRun = func(context.Context, desk.TestOptions, func(desk.TestStep)) (desk.TestReport, error) {
		return desk.TestReport{}, desk.Refuse("the keyring is locked", "unlock it")
	}
	d := drive(t, env, func(env *Env) Screen { return newDetail(env, "id-paper") })
	keys(d, "T")
	d.see("✗ failed", "the keyring is locked", "Unlock it")
}

func TestTheCursorOfATestRunStaysWhereItIsPut(t *testing.T) {
	d, _ := atTestrun(t, "paper", 80, 24)
	keys(d, "g")
	d.see("> ✓ balance")
	d.clickOn("order book")
	d.see("> ✓ order book")
	d.wheel(10, 5, 1)
	d.see("> ✓ ticker")
	keys(d, "home")
	keys(d, "end")
	d.see("> ✓ ticker")
}
