package flow

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// twoAccounts has a managing key that sees nothing of the key in question: it
// belongs to another account, and nobody has said so.
func twoAccounts(t *testing.T) (*world, *venueKey, *store.Record) {
	t.Helper()
	w := newWorld(t, full)
	old := w.venue.make("orig", exchanges.Read, exchanges.Spot)
	r := w.addRecord("grid", old, nil)
	w.addRecord("manager", w.venue.make("manager", exchanges.Read, exchanges.Admin), nil)
	old.hidden = true
	return w, old, r
}

// TestAManagerOfAnotherAccountRevokesNothing: it finds no such key, which is no
// proof of anything.
func TestAManagerOfAnotherAccountRevokesNothing(t *testing.T) {
	w, old, r := twoAccounts(t)
	d := rotator(w, w.begin(Request{Kind: Revoke, Record: r.ID}))
	u := d.stopsAt(t, AskRevoke)
	if u.State.Plan.Kill != ByHand || !slices.ContainsFunc(u.State.Notes, func(n string) bool { return strings.Contains(n, "does not see the old key") }) {
		t.Errorf("revoked %s; %v", u.State.Plan.Kill, u.State.Notes)
	}
	if w.venue.key(old.id) == nil {
		t.Fatal("the key is gone already")
	}
	rotator(w, d.id).run()
	if w.venue.key(old.id) != nil {
		t.Error("the key lives")
	}
	w.checkTidy(t)
}

// TestAManagerOfAnotherAccountMakesNothing: the new key would be one of the
// wrong account.
func TestAManagerOfAnotherAccountMakesNothing(t *testing.T) {
	w, _, r := twoAccounts(t)
	d := rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
	u := d.stopsAt(t, AskProblem)
	if text := promptText(*u.Prompt); !strings.Contains(text, "does not see") || !offers(u.Prompt, Hand) || w.venue.count("create") != 0 {
		t.Errorf("%d keys were made; it says:\n%s", w.venue.count("create"), text)
	}
}

// TestAManagerThatIsRefusedIsNoDeadEnd.
func TestAManagerThatIsRefusedIsNoDeadEnd(t *testing.T) {
	w, old, r := twoAccounts(t)
	w.venue.failWith(func(op string) (error, bool) {
		if op == "list" {
			return refuse(op, exchanges.Denied), false
		}
		return nil, false
	})
	d := rotator(w, w.begin(Request{Kind: Revoke, Record: r.ID}))
	if u := d.run(); !u.Done || w.venue.key(old.id) != nil {
		t.Errorf("stopped at %s", u.State.Step)
	}
}

// TestARefusalOfAKeyThatLives is not taken for its death.
func TestARefusalOfAKeyThatLives(t *testing.T) {
	w, _, r := twoAccounts(t)
	w.venue.failWith(func(op string) (error, bool) {
		if op == "inspect" {
			return refuse(op, exchanges.IPBlocked), false
		}
		return nil, false
	})
	d := rotator(w, w.begin(Request{Kind: Revoke, Record: r.ID}))
	u := d.stopsAt(t, AskOldDead)
	if offers(u.Prompt, GoneBefore) || !offers(u.Prompt, Go) || !strings.Contains(promptText(*u.Prompt), "refused that lives") {
		t.Errorf("it says:\n%s", promptText(*u.Prompt))
	}
}

// A key that was never seen to work, since its list lacks this machine's
// address, can be proven dead all the same: the exchange knew it before.
func TestAKeyThatWasOnlyEverBlockedIsProvenDead(t *testing.T) {
	w, old, r := twoAccounts(t)
	if _, err := w.store.Update(func(d *store.Draft) error {
		r, _ := d.Get(r.ID)
		r.Facts = store.Facts{}
		return d.Replace(r)
	}); err != nil {
		t.Fatal(err)
	}
	w.venue.failWith(func(op string) (error, bool) {
		if op == "inspect" && w.venue.key(old.id) != nil {
			return refuse(op, exchanges.IPBlocked), false
		}
		return nil, false
	})
	d := rotator(w, w.begin(Request{Kind: Revoke, Record: r.ID}))
	d.answers[AskOldDead] = choose(Go)
	u := d.run()
	if !u.Done || u.State.Proof.Verdict != Proven || !u.State.Old.Accepted.IsZero() {
		t.Errorf("stopped at %s: %+v", u.State.Step, u.State.Proof)
	}
}
