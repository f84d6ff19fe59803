package store

import (
	"strings"
	"testing"
	"time"
)

func acceptance(change func(*Acceptance)) Acceptance {
	a := Acceptance{Code: "withdraw-enabled", Fact: "withdraw", Reason: "treasury bot", At: august(1), Until: august(20), Actor: "ann"}
	if change != nil {
		change(&a)
	}
	return a
}

func TestAnAcceptanceHoldsForItsFactAndTime(t *testing.T) {
	a := acceptance(nil)
	for what, c := range map[string]struct {
		code, fact string
		now        time.Time
		want       bool
	}{
		"in time":        {"withdraw-enabled", "withdraw", august(19), true},
		"on its day":     {"withdraw-enabled", "withdraw", august(20), false},
		"another fact":   {"withdraw-enabled", "withdraw, from any address", august(2), false},
		"another code":   {"overdue", "withdraw", august(2), false},
		"a clock behind": {"withdraw-enabled", "withdraw", august(1).Add(-time.Hour), true},
	} {
		if got := a.Holds(c.code, c.fact, c.now); got != c.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}

func TestOneAcceptanceACode(t *testing.T) {
	r := &Record{}
	r.Accept(acceptance(nil))
	shared := r.Accepted
	r.Accept(acceptance(func(a *Acceptance) { a.Code = "unused" }))
	r.Accept(acceptance(func(a *Acceptance) { a.Reason = "still the treasury bot" }))
	if a, ok := r.AcceptedAs("withdraw-enabled"); !ok || len(r.Accepted) != 2 || a.Reason != "still the treasury bot" {
		t.Errorf("%+v", r.Accepted)
	}
	if !r.Object("withdraw-enabled") || r.Object("withdraw-enabled") || len(r.Accepted) != 1 {
		t.Errorf("after taking it back: %+v", r.Accepted)
	}
	if shared[0].Reason != "treasury bot" {
		t.Error("a shared list was changed in place")
	}
}

func TestAcceptancesThatAreNone(t *testing.T) {
	for says, change := range map[string]func(*Acceptance){
		"code":      func(a *Acceptance) { a.Code = "With Draw" },
		"reason":    func(a *Acceptance) { a.Reason = "  " },
		"until":     func(a *Acceptance) { a.Until = time.Time{} },
		"before":    func(a *Acceptance) { a.Until = a.At },
		"two years": func(a *Acceptance) { a.Until = a.At.AddDate(3, 0, 0) },
	} {
		s := openStore(t, t.TempDir())
		_, err := s.Update(func(d *Draft) error {
			r := testRecord("a")
			r.Accepted = []Acceptance{acceptance(change)}
			return d.Add(r)
		})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// A line end would move what is drawn below it.
func TestAcceptancesAreCleanWhenTheyAreKept(t *testing.T) {
	s := openStore(t, t.TempDir())
	snap, err := s.Update(func(d *Draft) error {
		r := testRecord("a")
		r.Accepted = []Acceptance{acceptance(func(a *Acceptance) { a.Reason, a.Actor = "one\ntwo\x1b[2J", "ann\r" })}
		return d.Add(r)
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := snap.Records()[0].Accepted[0]; a.Reason != "one two[2J" || a.Actor != "ann " {
		t.Errorf("%q by %q", a.Reason, a.Actor)
	}
}
