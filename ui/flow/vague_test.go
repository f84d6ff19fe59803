package flow

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// A vague exchange refuses a dead key in the same words as a live one from a
// wrong address, as Binance's -2015.

func TestAVagueExchangeRefusesAndProvesNothing(t *testing.T) {
	w, old, d := rotation(t, byHandOnly)
	w.venue.vague = true
	u := d.stopsAt(t, AskProve)
	text := promptText(*u.Prompt)
	for _, want := range []string{"is refused", "It accepts another key from this machine meanwhile", "this is evidence and no proof"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if strings.Contains(text, "proven") || strings.Contains(text, "no such key") {
		t.Errorf("it says more than is known:\n%s", text)
	}
	q := u.State.Proof
	if q.Last.Sub(q.First) < w.patience || q.Verdict != Refused || len(w.slots()) != 2 {
		t.Errorf("the evidence is %+v, with %v", q, w.slots())
	}
	d.mustTell(t, u, Answer{Choice: Go})
	s := d.ends(t)
	if !strings.Contains(s.Outcome, "refused") || strings.Contains(s.Outcome, "proven dead") {
		t.Errorf("outcome: %q", s.Outcome)
	}
	if !w.logged(t, store.ActionFoundRefused) || w.logged(t, store.ActionProvenDead) {
		t.Error("the audit log says something else")
	}
	w.checkRotated(t, "grid", old)
}

// logged reports whether the audit log has an action.
func (w *world) logged(t *testing.T, a store.Action) bool {
	t.Helper()
	for e, err := range w.store.ReadAudit() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Action == a {
			return true
		}
	}
	return false
}

func TestANetworkErrorBetweenRefusalsProvesNothing(t *testing.T) {
	w, _, d := rotation(t, byHandOnly)
	w.venue.vague = true
	probes := 0
	w.venue.failWith(func(string) (error, bool) {
		if now, _, stop, err := w.engine.Watch(d.id); err == nil {
			stop()
			if now().Busy != DoProve {
				return nil, false
			}
		}
		if probes++; probes <= 20 {
			return &exchanges.Error{Exchange: testExchange, Kind: exchanges.Network, Outcome: exchanges.NotSent}, false
		}
		return nil, false
	})
	u := d.stopsAt(t, AskProve)
	q := u.State.Proof
	if q.Verdict != Refused || q.Tries <= 20 || q.Refusals > 4 || q.First.Sub(q.Since) < 20*time.Minute {
		t.Errorf("errors count as refusals: %+v", q)
	}
}

func TestAVagueExchangeWithoutAnotherKeyThatWorks(t *testing.T) {
	w, _, d := rotation(t, byHandOnly)
	w.venue.vague = true
	w.venue.failWith(func(string) (error, bool) {
		if now, _, stop, err := w.engine.Watch(d.id); err == nil {
			stop()
			if now().Busy == DoProve {
				return refuse("inspect", exchanges.Auth), false // whatever key it is
			}
		}
		return nil, false
	})
	u := d.stopsAt(t, AskProve)
	if u.State.Proof.Verdict != Open || slices.ContainsFunc(u.Prompt.Choices, func(c Choice) bool { return c.ID == Go }) {
		t.Errorf("%+v with %+v", u.State.Proof, u.Prompt.Choices)
	}
	if err := d.tell(u, Answer{Choice: Go}); !isFieldError(err) {
		t.Errorf("the secret can be forgotten all the same: %v", err)
	}
	w.venue.failWith(nil)
	d.mustTell(t, u, Answer{Choice: Retry})
	d.answers[AskProve] = choose(Go)
	if s := d.ends(t); s.Proof.Verdict != Refused {
		t.Errorf("verdict %q", s.Proof.Verdict)
	}
}

// TestTheListOfAVagueExchangeProves has another key look into the list.
func TestTheListOfAVagueExchangeProves(t *testing.T) {
	w, old, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	w.venue.vague = true
	if s := d.ends(t); s.Proof.Verdict != Proven || !s.Proof.Unlisted {
		t.Errorf("%+v", s.Proof)
	}
	w.checkRotated(t, "grid", old)
}

// TestAKeyThatWasNotDeleted claims a deletion that did not happen.
func TestAKeyThatWasNotDeleted(t *testing.T) {
	w, old, d := rotation(t, byHandOnly)
	d.answers[AskGone] = choose(Go)
	u := d.stopsAt(t, AskProve)
	if !u.State.Proof.Alive || !strings.Contains(u.Prompt.Title, "still works") || len(w.slots()) != 2 {
		t.Fatalf("%+v with %v", u.Prompt, w.slots())
	}
	if slices.ContainsFunc(u.Prompt.Choices, func(c Choice) bool { return c.ID == Go || c.ID == ByWord }) {
		t.Errorf("a living key can be forgotten: %+v", u.Prompt.Choices)
	}
	d.mustTell(t, u, Answer{Choice: Hand})
	d.mustTell(t, d.stopsAt(t, AskGone), Answer{Choice: Back})
	u = d.stopsAt(t, AskRevoke)
	w.venue.remove(old.id)
	d.mustTell(t, u, Answer{Choice: Hand, Values: map[string]string{"phrase": "grid"}})
	d.mustTell(t, d.stopsAt(t, AskGone), Answer{Choice: Go})
	if s := d.ends(t); s.Proof.Verdict != Proven {
		t.Errorf("verdict %q", s.Proof.Verdict)
	}
	w.checkRotated(t, "grid", old)
}
