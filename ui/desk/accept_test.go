package desk

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// withdrawing is a desk with a key that may withdraw.
func withdrawing(t *testing.T) (*bench, store.RecordID) {
	t.Helper()
	b := newBench(t)
	r := b.add(t, key("treasury", "id-1"))
	b.know(t, r.ID, func(r *store.Record) {
		r.Facts.Permissions = exchanges.NewPermissionSet(exchanges.Read, exchanges.Withdraw)
		r.Facts.IPs = exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}}
		r.Facts.Seen, r.Check = b.clock, store.Check{At: b.clock}
	})
	return b, r.ID
}

func (b *bench) judge(id store.RecordID) policy.Assessment {
	r, _ := b.Snapshot().ByID(id)
	return b.World(b.clock).Judge(r, b.Snapshot().Records())
}

// newest is what the audit log says last.
func (b *bench) newest(t *testing.T, id store.RecordID) store.Event {
	t.Helper()
	events, err := b.History(id, 1)
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	return events[0]
}

func TestAFindingIsAcceptedForAWhile(t *testing.T) {
	b, id := withdrawing(t)
	until := b.clock.Add(30 * day)
	if err := b.Accept(context.Background(), id, policy.CodeWithdraw, " treasury\x1b bot ", until); err != nil {
		t.Fatal(err)
	}
	a := b.judge(id)
	if a.Has(policy.CodeWithdraw) || len(a.Accepted) != 1 || a.Accepted[0].Reason != "treasury bot" || !a.Accepted[0].Until.Equal(until) {
		t.Errorf("%+v, accepted %+v", a.Findings, a.Accepted)
	}
	if e := b.newest(t, id); e.Action != store.ActionAccepted || e.Detail != "withdraw-enabled: treasury bot, until 2026-12-25" || e.Key != "treasury" {
		t.Errorf("the audit log says %+v", e)
	}
	b.clock = until
	if a := b.judge(id); !a.Has(policy.CodeWithdraw) || len(a.Accepted) != 0 {
		t.Error("the finding is not back when its end has come")
	}
}

func TestAnAcceptanceSaysWhoseAndWhen(t *testing.T) {
	b, id := withdrawing(t)
	if err := b.Accept(context.Background(), id, policy.CodeWithdraw, "treasury bot", b.clock.Add(day)); err != nil {
		t.Fatal(err)
	}
	r, _ := b.Snapshot().ByID(id)
	if got := r.Accepted[0]; got.Actor != "ann" || !got.At.Equal(b.clock) || got.Fact != "withdraw" {
		t.Errorf("stored %+v", got)
	}
}

func TestAnAcceptedFindingIsBackWhenItsFactChanges(t *testing.T) {
	b, id := withdrawing(t)
	if err := b.Accept(context.Background(), id, policy.CodeWithdraw, "treasury bot", b.clock.Add(30*day)); err != nil {
		t.Fatal(err)
	}
	b.know(t, id, func(r *store.Record) { r.Facts.IPs = exchanges.IPWhitelist{State: exchanges.IPAny} })
	if a := b.judge(id); !a.Has(policy.CodeWithdraw) {
		t.Errorf("accepted still: %+v", a.Accepted)
	}
}

func TestAnAcceptanceIsReplacedAndTakenBack(t *testing.T) {
	b, id := withdrawing(t)
	ctx := context.Background()
	for _, reason := range []string{"first", "second"} {
		if err := b.Accept(ctx, id, policy.CodeWithdraw, reason, b.clock.Add(30*day)); err != nil {
			t.Fatal(err)
		}
	}
	if a := b.judge(id); len(a.Accepted) != 1 || a.Accepted[0].Reason != "second" {
		t.Errorf("accepted: %+v", a.Accepted)
	}
	if err := b.Object(ctx, id, policy.CodeWithdraw); err != nil {
		t.Fatal(err)
	}
	if a := b.judge(id); !a.Has(policy.CodeWithdraw) || len(a.Accepted) != 0 {
		t.Errorf("%+v, accepted %+v", a.Findings, a.Accepted)
	}
	if e := b.newest(t, id); e.Action != store.ActionObjected || e.Detail != "withdraw-enabled" {
		t.Errorf("the audit log says %+v", e)
	}
	err := b.Object(ctx, id, policy.CodeWithdraw)
	if what, hint := Explain(err); what != `"withdraw-enabled" of "treasury" is not accepted` || !strings.Contains(hint, "Nothing is") {
		t.Errorf("%s | %s", what, hint)
	}
}

func TestWhatCannotBeAcceptedIsRefused(t *testing.T) {
	b, id := withdrawing(t)
	soon := b.clock.Add(day)
	for what, c := range map[string]struct {
		id           store.RecordID
		code, reason string
		until        time.Time
		says, hint   string
	}{
		"no such finding": {id, policy.CodeOverdue, "x", soon, `"overdue" is found about "treasury"`, "There is: withdraw-enabled."},
		"no such code":    {id, "sunshine\x1b", "x", soon, `nothing called "sunshine"`, "withdraw-enabled"},
		"no reason":       {id, policy.CodeWithdraw, " \t", soon, "no reason", "a few words"},
		"an end now":      {id, policy.CodeWithdraw, "x", b.clock, "has passed", "2027-02-23"},
		"no end":          {id, policy.CodeWithdraw, "x", time.Time{}, "has passed", "2027"},
		"an end far off":  {id, policy.CodeWithdraw, "x", b.clock.AddDate(2, 0, 2), "two years", "2028-11-25"},
		"no such key":     {"nobody", policy.CodeWithdraw, "x", soon, "nobody", "forgotten"},
	} {
		says, hint := Explain(b.Accept(context.Background(), c.id, c.code, c.reason, c.until))
		if !strings.Contains(says, c.says) || !strings.Contains(hint, c.hint) {
			t.Errorf("%s: %s | %s", what, says, hint)
		}
	}
	if r, _ := b.Snapshot().ByID(id); len(r.Accepted) != 0 {
		t.Errorf("accepted all the same: %+v", r.Accepted)
	}
	if err := b.Object(context.Background(), "nobody", "x"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("took back from nobody: %v", err)
	}
}

func TestWithNothingFoundThereIsNothingToAccept(t *testing.T) {
	b, id := withdrawing(t)
	b.know(t, id, func(r *store.Record) { r.Facts.Permissions = exchanges.NewPermissionSet(exchanges.Read) })
	_, hint := Explain(b.Accept(context.Background(), id, policy.CodeWithdraw, "x", b.clock.Add(day)))
	if !strings.Contains(hint, "nothing to accept") {
		t.Errorf("hint %q", hint)
	}
}

func TestEndsOfAcceptances(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.FixedZone("east", 9*3600))
	for text, want := range map[string]string{
		"2027-01-01":                "2027-01-01T23:59:59Z",
		" 2026-11-25 ":              "2026-11-25T23:59:59Z",
		"2028-11-25":                "2028-11-25T23:59:59Z",
		"2028-11-26":                "two years",
		"2026-11-24":                "has passed",
		"90d":                       "2027-02-23T23:59:59Z",
		"2w":                        "2026-12-09T23:59:59Z",
		"2027-01-01T15:00:00+02:00": "2027-01-01T13:00:00Z",
		"2026-11-25T03:00:00Z":      "has passed",
		"0":                         "is no day", "off": "is no day", "": "is no day", "-3d": "is no day", "soon": "is no day", "01/02/2027": "is no day", "999w": "two years",
	} {
		until, err := ParseUntil(text, now)
		got := until.Format(time.RFC3339)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, want) {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
