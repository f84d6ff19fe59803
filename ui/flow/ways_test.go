package flow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// revocation is a revocation of a lone key that has begun.
func revocation(t *testing.T, can exchanges.Capabilities, perms ...exchanges.Permission) (*world, *venueKey, *driver) {
	t.Helper()
	w := newWorld(t, can)
	old := w.venue.make("orig", perms...)
	r := w.addRecord("grid", old, nil)
	return w, old, rotator(w, w.begin(Request{Kind: Revoke, Record: r.ID}))
}

func TestAKeyThatRetiresItself(t *testing.T) {
	can := full
	can.Reach, can.RevokesItself = exchanges.SubAccountKeys, true
	w, old, d := revocation(t, can, exchanges.Read, exchanges.Admin)
	u := d.stopsAt(t, AskRevoke)
	if text := promptText(*u.Prompt); !strings.Contains(text, "revoke with the key itself") {
		t.Errorf("it says:\n%s", text)
	}
	d.mustTell(t, u, Answer{Choice: Go, Values: map[string]string{"phrase": "grid"}})
	if s := d.ends(t); s.Proof.Verdict != Proven || !s.Plan.Killer.Itself || w.venue.key(old.id) != nil {
		t.Errorf("%+v", s.Proof)
	}
	w.checkTidy(t)
}

// TestWhatAVagueRefusalIsHeldAgainst is a revocation: there is no new key, but
// there may be another record whose key works from here.
func TestWhatAVagueRefusalIsHeldAgainst(t *testing.T) {
	for name, c := range map[string]struct {
		other        bool
		newOK, alone bool
	}{"another record": {true, true, false}, "nothing": {false, false, true}} {
		t.Run(name, func(t *testing.T) {
			w, _, d := revocation(t, byHandOnly, exchanges.Read)
			w.venue.vague = true
			if c.other {
				w.addRecord("tax", w.venue.make("tax", exchanges.Read), nil)
			}
			s := d.ends(t)
			if q := s.Proof; q.Verdict != Refused || q.NewOK != c.newOK || q.Alone != c.alone {
				t.Errorf("%+v", q)
			}
			if _, still := w.store.Snapshot().ByName("grid"); still {
				t.Error("the record is still there")
			}
			w.checkTidy(t)
		})
	}
}

// TestAKeyringThatFailsIsNotALoneKey: what cannot be read is not what is not
// there, and so not weaker evidence that is taken for enough.
func TestAKeyringThatFailsIsNotALoneKey(t *testing.T) {
	w, _, d := rotation(t, byHandOnly)
	w.venue.vague = true
	u := d.stopsAt(t, AskGone)
	newSlot := u.State.New.Slot
	plain := w.engine.Vault
	w.engine.Vault = lockedSlot{plain, newSlot}
	w.removeMasked(u.State.Old.Fingerprint)
	d.mustTell(t, u, Answer{Choice: Go})
	u = d.stopsAt(t, AskProve)
	if q := u.State.Proof; q.Verdict != Open || q.Alone || q.NewOK || q.Refusals < leastRefusals {
		t.Errorf("%+v", q)
	}
}

// lockedSlot is a keyring of which one slot cannot be read.
type lockedSlot struct {
	Vault
	slot store.Slot
}

func (v lockedSlot) Get(ctx context.Context, s store.Slot) (exchanges.Credential, error) {
	if s == v.slot {
		return exchanges.Credential{}, errLocked
	}
	return v.Vault.Get(ctx, s)
}

func TestThisMachinesAddress(t *testing.T) {
	w := newWorld(t, byHandOnly)
	d := creator(w, w.begin(Request{Kind: Create, Name: "fresh"}))
	d.mustTell(t, d.stopsAt(t, AskIPs), Answer{Choice: Lookup})
	u := d.stopsAt(t, AskIPs)
	if text := promptText(*u.Prompt); !strings.Contains(text, "seen as 203.0.113.7") || u.Prompt.Fields[0].Default != "203.0.113.7" {
		t.Errorf("it says:\n%s", text)
	}
	w.engine.Echo = func(context.Context) ([]string, error) { return nil, errors.New("nobody answers") }
	d.mustTell(t, u, Answer{Choice: Lookup})
	u = d.stopsAt(t, AskIPs)
	if !slices.ContainsFunc(u.State.Notes, func(n string) bool { return strings.Contains(n, "could not be asked for: nobody answers") }) {
		t.Errorf("notes: %q", u.State.Notes)
	}
	d.mustTell(t, u, values1(Go, "ips", "203.0.113.7"))
	d.ends(t)
	w.checkWhole(t, "fresh")
}

func TestAnUndoThatIsDeniedIsDoneByHand(t *testing.T) {
	w, old, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	w.venue.wide = true
	d.mustTell(t, d.stopsAt(t, AskReview), Answer{Choice: Abandon})
	u := d.stopsAt(t, AskAbandon)
	w.venue.failWith(func(op string) (error, bool) {
		if op == "revoke" {
			return refuse(op, exchanges.Denied), false
		}
		return nil, false
	})
	d.mustTell(t, u, Answer{Choice: UndoNew})
	d.mustTell(t, d.stopsAt(t, AskProblem), Answer{Choice: Hand})
	u = d.stopsAt(t, AskUndo)
	w.removeMasked(u.State.New.Fingerprint)
	d.mustTell(t, u, Answer{Choice: Go})
	if s := d.ends(t); !s.Ended || !strings.Contains(s.Outcome, "deleted again") {
		t.Errorf("%q", s.Outcome)
	}
	w.mend()
	if live := w.venue.live(); !slices.Equal(live, []string{"orig"}) || w.venue.key(old.id) == nil {
		t.Errorf("live keys: %v", live)
	}
	w.checkWhole(t, "grid")
}

// TestAnUndoThatIsGivenUpSaysSo leaves a key at the exchange and its secret in
// the keyring, and names both.
func TestAnUndoThatIsGivenUpSaysSo(t *testing.T) {
	w, _, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	w.venue.wide = true
	d.mustTell(t, d.stopsAt(t, AskReview), Answer{Choice: Abandon})
	u := d.stopsAt(t, AskAbandon)
	w.venue.failWith(func(op string) (error, bool) { return refuse(op, exchanges.Denied), false })
	d.mustTell(t, u, Answer{Choice: UndoNew})
	d.mustTell(t, d.stopsAt(t, AskProblem), Answer{Choice: Skip})
	s := d.ends(t)
	left := strings.Join(s.Left, " ")
	for _, want := range []string{"may still be live", s.Plan.Label, s.New.Masked, string(s.New.Slot)} {
		if !strings.Contains(left, want) {
			t.Errorf("%q is missing in %q", want, left)
		}
	}
	if strings.Contains(s.Outcome, "Nothing was changed") || strings.Contains(s.Outcome, "deleted") {
		t.Errorf("outcome: %q", s.Outcome)
	}
}

func TestThePageForKeys(t *testing.T) {
	w := promptWorld(t)
	s := stateAt(Rotate, StepMake)
	s.Plan.Environment = exchanges.Testnet
	if got := w.engine.prompt(&s).Page; got != "https://test.toy.example/keys" {
		t.Errorf("the site's own: %q", got)
	}
	other := ""
	w.engine.KeysPage = func(exchanges.ID, exchanges.Environment) string { return other }
	if got := w.engine.prompt(&s).Page; got != "https://test.toy.example/keys" {
		t.Errorf("nothing configured: %q", got)
	}
	other = "http://127.0.0.1:1234/keys"
	if got := w.engine.prompt(&s).Page; got != other {
		t.Errorf("configured: %q", got)
	}
}

// TestAnExchangeThatLostItsAPI is a flow of an older build, whose site could
// do more: it says so, and goes on by hand.
func TestAnExchangeThatLostItsAPI(t *testing.T) {
	w, _, d := creation(t, full)
	u := d.stopsAt(t, AskPlan)
	w.venue.can.Create, w.venue.can.Revoke = false, false
	d.mustTell(t, u, Answer{Choice: Go})
	u = d.stopsAt(t, AskProblem)
	if text := promptText(*u.Prompt); !strings.Contains(text, "no API for this") || !strings.Contains(text, "Go on by hand.") {
		t.Errorf("it says:\n%s", text)
	}
	d.mustTell(t, u, Answer{Choice: Hand})
	d.ends(t)
	w.checkWhole(t, "fresh")
}
