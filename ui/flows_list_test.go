package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/ui/flow"
)

// newKey is an unfinished flow of a key that has neither name nor exchange yet.
func newKey() flow.Summary {
	return flow.Summary{ID: "f3", Kind: flow.Create, Step: flow.StepWhere, Began: noon.Add(-time.Minute), Moved: noon.Add(-time.Minute), Untouched: true}
}

// flowListOpen opens the list of three unfinished flows.
func flowListOpen(t *testing.T, w, h int) (*driver, *fakeDesk) {
	t.Helper()
	d, fake := withFlows(t, w, h, gridRotation(), stuckRevoke(), newKey())
	d.press("f")
	return d, fake
}

func TestFlowListTellsEverythingAtEverySize(t *testing.T) {
	for _, size := range frameSizes {
		d, _ := flowListOpen(t, size[0], size[1])
		checkFrame(t, d.view(), size[0], size[1])
		d.see("─ Unfinished flows ─", "> rotate grid-bot", "consumers", "3d", "revoke treasury", "stuck: revoke", "2 of 5", "create a key",
			"begun 3d ago, last step 2h ago")
		golden(t, fmt.Sprintf("flowlist-%dx%d", size[0], size[1]), d.view())
		d.press("j")
		d.see("Kraken · live", "stuck at revoke: Kraken could not be reached")
		d.press("down")
		d.see("exchange not chosen yet", "at exchange, nothing done yet")
	}
	d, _ := flowListOpen(t, 120, 40)
	d.press("j")
	d.see("3Commas leaked")
}

func TestFlowListResumes(t *testing.T) {
	d, fake := flowListOpen(t, 80, 24)
	d.press("down", "down", "down", "up", "enter") // stops at the last
	onPageOf(d, "f2")
	if !slices.Contains(fake.flows.calls, "Resume f2") {
		t.Errorf("did %v", fake.flows.calls)
	}
	d, _ = flowListOpen(t, 80, 24)
	d.clickOn("create a key") // the first click chooses
	d.see("> create a key")
	d.clickOn("create a key")
	onPageOf(d, "f3")

	d, fake = flowListOpen(t, 80, 24)
	fake.flows.resume = func(flow.ID) error { return errors.New("no such flow") }
	d.press("enter")
	d.see("no such flow")
	d.seeNot("─ Unfinished flows ─")
}

func TestFlowListFollowsWhatHappens(t *testing.T) {
	d, fake := flowListOpen(t, 80, 24)
	d.press("j")
	fake.flows.open = []flow.Summary{stuckRevoke(), newKey()}
	d.send(snapshotMsg{})
	d.see("> revoke treasury")
	d.seeNot("rotate grid-bot ")
	fake.flows.open = nil
	d.send(snapshotMsg{})
	d.see("Nothing is unfinished.")
	d.press("enter")
	d.see("resume is not possible: no flow is unfinished")
	for _, key := range []string{"esc", "q", "f"} {
		d, _ = flowListOpen(t, 80, 24)
		d.press(key)
		d.seeNot("─ Unfinished flows ─")
	}
}

func TestFlowListResumesNothingWhenReadOnly(t *testing.T) {
	d, fake := flowListOpen(t, 80, 24)
	fake.readOnly = "another keyrota is running"
	d.press("enter")
	d.see("resume is not possible: another keyrota is running")
	d.clickOn("rotate grid-bot")
	if slices.ContainsFunc(fake.flows.calls, func(c string) bool { return strings.HasPrefix(c, "Resume") }) {
		t.Errorf("did %v", fake.flows.calls)
	}
}

func TestFlowListScrolls(t *testing.T) {
	var many []flow.Summary
	for i := range 100 {
		s := gridRotation()
		s.ID, s.Name, s.Record = flow.ID(fmt.Sprintf("m%d", i)), fmt.Sprintf("bot-%02d", i), ""
		many = append(many, s)
	}
	d, _ := withFlows(t, 60, 20, many...)
	d.see("↻ 100 unfinished")
	d.press("f")
	checkFrame(t, d.view(), 60, 20)
	d.wheel(30, 10, 1)
	d.see("> rotate bot-01")
	for range 20 {
		d.press("pgdown")
	}
	d.see("> rotate bot-99")
	checkFrame(t, d.view(), 60, 20)
}

// What a flow is called and why it is stuck comes from outside.
func TestHostileFlowsKeepTheFrame(t *testing.T) {
	const evil = "evil\x1b]52;c;eA==\x07\u202e日本語\r\n"
	s := gridRotation()
	s.Name, s.Exchange, s.Environment, s.Problem = evil+strings.Repeat("x", 300), evil, evil, evil
	s.Kind, s.Step = evil, evil
	s.Batch = flow.Batch{ID: "b", Number: 2, Of: 1 << 30, Reason: evil}
	for _, size := range frameSizes {
		d, _ := withFlows(t, size[0], size[1], s)
		check := func() {
			t.Helper()
			checkFrame(t, d.view(), size[0], size[1])
			if strings.ContainsAny(d.app.View(), "\x1b\x07\u202e\r") {
				t.Fatalf("it reached the terminal raw at %v", size)
			}
		}
		check()
		d.press("j", "j", "enter")
		check()
		d.press("esc", "f")
		check()
	}
}

func TestFlowWords(t *testing.T) {
	done := flow.Summary{Kind: flow.Rotate, Step: flow.StepProve}
	for _, c := range []struct {
		s    flow.Summary
		want string
	}{
		{done, "at prove dead"},
		{flow.Summary{Kind: flow.Create, Step: flow.StepSwitch}, "at store"},
		{flow.Summary{Kind: flow.Rotate, Step: flow.StepUndo}, "at undo"},
		{newKey(), "at exchange, nothing done yet"},
	} {
		if got := flowPlace(c.s); got != c.want {
			t.Errorf("%s of a %s: %q, want %q", c.s.Step, c.s.Kind, got, c.want)
		}
	}
	if batchWords(flow.Batch{ID: "b", Number: 1, Of: 1}) != "" || batchWords(flow.Batch{}) != "" {
		t.Error("a flow by itself is said to be one of several")
	}
	if u := (unfinished)(nil); u.banner() != nil {
		t.Error("there is a banner without flows")
	}
	if _, ok := unfinished([]flow.Summary{gridRotation()}).of("id-paper"); ok {
		t.Error("a key has another key's flow")
	}
}
