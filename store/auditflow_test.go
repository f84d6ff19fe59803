package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestTheFlowOfADeedIsWrittenDown: with it, one rotation can be read out of the
// log. Entries without one look as they always did, so that old logs hold.
func TestTheFlowOfADeedIsWrittenDown(t *testing.T) {
	d := newDiary(t)
	d.write(ActionAdded)
	if log := readFile(t, d.Paths().Audit); strings.Contains(log, "flow") {
		t.Errorf("an entry without a flow has the word: %s", log)
	}
	for _, a := range []Action{
		ActionFlowBegun, ActionCreated, ActionSwitched, ActionHandedOver, ActionHandOverFailed, ActionRevoked,
		ActionProvenDead, ActionFoundRefused, ActionSecretForgotten, ActionKept, ActionFlowAbandoned,
	} {
		if err := d.Audit(context.Background(), d.anchor, Event{Action: a, Key: "grid-bot", Flow: "f1\x1b"}); err != nil {
			t.Fatal(err)
		}
	}
	d.restart()
	d.wantState(AuditIntact, 12)
	words := ""
	for e, err := range d.ReadAudit() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Action != ActionAdded && e.Flow != "f1" {
			t.Errorf("%s is of the flow %q", e.Action, e.Flow)
		}
		words += fmt.Sprintf("%s ", e.Action)
	}
	want := "added flow-begun created switched handed-over hand-over-failed revoked proven-dead found-refused secret-forgotten kept flow-abandoned "
	if words != want {
		t.Errorf("the words in the file are %s, want %s", words, want)
	}
}

// TestCrashesInARowAreNoTampering: each start makes good what the one before
// left, before it writes anything, and without events too.
func TestCrashesInARowAreNoTampering(t *testing.T) {
	d := newDiary(t)
	d.write(ActionAdded)
	_ = d.tryWrite(failingAnchor{Anchor: d.anchor, save: errors.New("power cut")}, ActionVerified)
	d.restart()
	saves := 0
	for range 3 {
		// The second move of the anchor in a run is the one for the events.
		_ = d.tryWrite(countingAnchor{d.anchor, &saves, 2}, ActionEdited)
		saves = 0
		d.restart()
	}
	_ = d.tryWrite(failingAnchor{Anchor: d.anchor, save: errors.New("power cut")})
	d.wantState(AuditAhead, 5)
	if err := d.tryWrite(d.anchor); err != nil {
		t.Fatal(err)
	}
	d.wantState(AuditIntact, 5)
}

// countingAnchor stands for a process that dies at a certain move.
type countingAnchor struct {
	Anchor
	saves  *int
	failAt int
}

func (a countingAnchor) Save(ctx context.Context, h Head) error {
	if *a.saves++; *a.saves == a.failAt {
		return errors.New("power cut")
	}
	return a.Anchor.Save(ctx, h)
}
