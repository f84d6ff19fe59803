package desk

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/store"
)

// TestTheLogTellsWhoHadAKey: what is added and edited is written down with what
// answers that later.
func TestTheLogTellsWhoHadAKey(t *testing.T) {
	b := newBench(t)
	k := key("one", "id-of-the-first-key")
	k.Details.Purpose, k.Details.Consumers = "spot bot", []store.Consumer{{Name: "grid", OnRotate: "systemctl restart grid"}, {Name: "tax"}}
	r := b.add(t, k)
	if _, err := b.Edit(context.Background(), r.ID, "one", Details{Purpose: "none"}); err != nil {
		t.Fatal(err)
	}
	if err := b.Forget(context.Background(), r.ID); err != nil {
		t.Fatal(err)
	}
	events, err := b.History(r.ID, 9)
	if err != nil || len(events) != 3 {
		t.Fatalf("%+v, %v", events, err)
	}
	for i, want := range []store.Event{
		{Action: store.ActionForgotten, Purpose: "none", Consumers: []string{}},
		{Action: store.ActionEdited, Purpose: "none", Consumers: []string{}},
		{Action: store.ActionAdded, Purpose: "spot bot", Consumers: []string{"grid", "tax"}},
	} {
		e := events[i]
		if diff := cmp.Diff(want, store.Event{Action: e.Action, Purpose: e.Purpose, Consumers: e.Consumers}); diff != "" || e.KeyID != r.KeyID {
			t.Errorf("key %q (-want +got):\n%s", e.KeyID, diff)
		}
	}
	if newest, err := b.History(r.ID, 1); err != nil || len(newest) != 1 || newest[0].Action != store.ActionForgotten {
		t.Errorf("the newest is %+v, %v", newest, err)
	}
}

func everything(*store.Event) bool { return true }

func TestTheLogIsReadInPieces(t *testing.T) {
	b := newBench(t)
	var want []string
	for _, name := range []string{"one", "two", "three", "four", "five"} {
		b.add(t, key(name, "id-"+name))
		want = append(want, name)
	}
	slices.Reverse(want)
	var got []string
	for place := store.AuditEnd; place != 0; {
		entries, next, err := b.AuditBefore(place, 2, everything)
		if err != nil || next >= place {
			t.Fatal(next, err)
		}
		for _, e := range entries {
			got = append(got, e.Key)
		}
		place = next
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	found, next, err := b.AuditBefore(store.AuditEnd, 2, func(e *store.Event) bool { return e.Key == "two" })
	if err != nil || next != 0 || len(found) != 1 || found[0].Number != 2 {
		t.Errorf("%+v, %d, %v", found, next, err)
	}
}

// TestASearchInALongLogStopsForBreath, so that the screen can say how far it is.
func TestASearchInALongLogStopsForBreath(t *testing.T) {
	b := newBench(t)
	events := make([]store.Event, auditLook+1)
	for i := range events {
		events[i].Action = store.ActionVerified
	}
	if err := b.store.Audit(context.Background(), nil, events...); err != nil {
		t.Fatal(err)
	}
	none := func(*store.Event) bool { return false }
	found, next, err := b.AuditBefore(store.AuditEnd, 2, none)
	if err != nil || len(found) != 0 || next == 0 {
		t.Fatalf("%d, %d, %v", len(found), next, err)
	}
	if found, next, err = b.AuditBefore(next, 2, none); err != nil || len(found) != 0 || next != 0 {
		t.Errorf("%d, %d, %v", len(found), next, err)
	}
}

func TestTheChainIsCheckedAndALineThatIsNoneIsShown(t *testing.T) {
	b := newBench(t)
	b.add(t, key("one", "id-1"))
	b.add(t, key("two", "id-2"))
	report, err := b.VerifyAudit(context.Background())
	if err != nil || report.State != store.AuditIntact || report.Entries != 2 {
		t.Fatalf("%+v, %v", report, err)
	}
	spoilSecondLine(t, b.store.Paths().Audit)
	if report, err = b.VerifyAudit(context.Background()); err != nil || report.State != store.AuditTampered || report.Line != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	entries, next, err := b.AuditBefore(store.AuditEnd, 9, everything)
	if err != nil || next != 0 || len(entries) != 2 || entries[0].Action != "" || entries[1].Key != "one" {
		t.Errorf("%+v, %d, %v", entries, next, err)
	}
}

// spoilSecondLine puts garbage in the place of all lines but the first.
func spoilSecondLine(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if err := os.WriteFile(path, []byte(first+"\ngarbage\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestALogThatCannotBeReadIsAnError(t *testing.T) {
	b := newBench(t)
	b.add(t, key("one", "id-1"))
	path := b.store.Paths().Audit
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, next, err := b.AuditBefore(store.AuditEnd, 9, everything); err == nil || next != store.AuditEnd {
		t.Errorf("a folder gives %d, %v", next, err)
	}
	if _, err := b.VerifyAudit(context.Background()); err == nil {
		t.Error("a folder is verified")
	}
	b = reopen2(t, b)
	b.openErr = os.ErrDeadlineExceeded
	if _, err := b.VerifyAudit(context.Background()); err == nil {
		t.Error("verified without a keyring")
	}
}
