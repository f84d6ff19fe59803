package flow

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// TestAbandonAtEveryPrompt ends each flow at each of its prompts, in each of
// the ways that are offered there, and holds what is said against the world.
func TestAbandonAtEveryPrompt(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			for at := 1; ; at++ {
				ways := 1
				for way := 0; way < ways; way++ {
					if ways = abandonAt(t, sc, at, way); t.Failed() {
						return
					}
				}
				if ways == 0 {
					if at < 2 {
						t.Errorf("only %d prompts", at)
					}
					return
				}
			}
		})
	}
}

// abandonAt abandons at the prompt of that number and returns how many ways
// there were; 0: the flow was done before.
func abandonAt(t *testing.T, sc scenario, at, way int) (ways int) {
	t.Helper()
	d := sc.begun(t)
	before := d.w.venue.live()
	plain := d.answers
	d.answers = map[PromptID]func(Update) Answer{AskUndo: func(u Update) Answer {
		d.w.removeMasked(u.State.New.Fingerprint)
		return Answer{Choice: Go}
	}}
	n := 0
	var where PromptID
	for id, answer := range plain {
		d.answers[id] = func(u Update) Answer {
			if n++; n == at {
				where = id
				return Answer{Choice: Abandon}
			}
			return answer(u)
		}
	}
	chosen := ""
	d.answers[AskAbandon] = func(u Update) Answer {
		var offered []string
		for _, c := range u.Prompt.Choices[1:] { // the first is to go on
			offered = append(offered, c.ID)
		}
		ways = len(offered)
		chosen = offered[way]
		return Answer{Choice: chosen}
	}
	u := d.run()
	if !u.Done {
		t.Fatalf("abandoned at %s with %s: stopped at %s: %+v", where, chosen, u.State.Step, u.Prompt)
	}
	if where == "" {
		return 0
	}
	if ways == 0 {
		t.Fatalf("abandoned at %s: no way was offered", where)
	}
	checkAbandoned(t, d.w, u.State, before, fmt.Sprintf("abandoned at %s with %s", where, chosen))
	d.w.halt()
	return ways
}

// checkAbandoned holds the statement of what is left against the world.
func checkAbandoned(t *testing.T, w *world, s State, before []string, where string) {
	t.Helper()
	said := s.Outcome + " " + strings.Join(s.Left, " ")
	if s.Outcome == "" || strings.Contains(said, "%!") {
		t.Errorf("%s: it says %q", where, said)
	}
	live := w.venue.live()
	if strings.Contains(said, "Nothing was changed") && !slices.Equal(live, before) {
		t.Errorf("%s: it says %q; live before %v, now %v", where, said, before, live)
	}
	if strings.Contains(said, "as it was") && !slices.Equal(live, before) {
		t.Errorf("%s: it says %q; live before %v, now %v", where, said, before, live)
	}
	checkOwned(t, w, s, where)
	if gone := w.venue.key("key-0001-toyexchange") == nil; s.Old.Slot != "" && strings.Contains(said, "is live") && gone {
		t.Errorf("%s: it says %q, and the old key is dead", where, said)
	}
	w.checkTidy(t)
	if t.Failed() {
		t.Errorf("%s: %s %q, left %q, live %v", where, s.Kind, s.Outcome, s.Left, live)
	}
}

// checkOwned wants every live key to be a record with its secret, or to be
// named as one that is left at the exchange.
func checkOwned(t *testing.T, w *world, s State, where string) {
	t.Helper()
	owned := map[string]*store.Record{}
	for _, r := range w.store.Snapshot().Records() {
		owned[r.Fingerprint] = r
	}
	for _, label := range w.venue.live() {
		k := w.venue.labelled(label)
		r := owned[store.Fingerprint(k.id)]
		if r == nil {
			if !strings.Contains(strings.Join(s.Left, " "), label) {
				t.Errorf("%s: nobody has the key %q", where, label)
			}
			continue
		}
		c, err := store.NewVault(w.secrets).Get(context.Background(), r.SecretSlot())
		if err != nil {
			t.Errorf("%s: %s: %v", where, r.Name, err)
		} else if _, err := w.venue.at(exchanges.Live).Inspect(context.Background(), c); err != nil {
			t.Errorf("%s: the secret of %s opens nothing: %v", where, r.Name, err)
		}
	}
}

func (v *venue) labelled(label string) *venueKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, k := range v.keys {
		if k.label == label {
			return k
		}
	}
	return nil
}

func TestThinkingBetterOfIt(t *testing.T) {
	w, old, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	u := d.stopsAt(t, AskWatch)
	d.mustTell(t, u, Answer{Choice: Abandon})
	u = d.stopsAt(t, AskAbandon)
	d.mustTell(t, u, Answer{Choice: Back})
	u = d.stopsAt(t, AskWatch)
	d.mustTell(t, u, Answer{Choice: Go})
	d.ends(t)
	w.checkRotated(t, "grid", old)
}

// TestAnUndoThatIsNotOne says that the key was deleted when it was not: the
// secret is kept until the exchange refuses it.
func TestAnUndoThatIsNotOne(t *testing.T) {
	w, old, d := rotation(t, byHandOnly)
	w.venue.wide = true
	u := d.stopsAt(t, AskReview)
	d.mustTell(t, u, Answer{Choice: Abandon})
	u = d.stopsAt(t, AskAbandon)
	d.mustTell(t, u, Answer{Choice: UndoNew})
	u = d.stopsAt(t, AskUndo)
	d.mustTell(t, u, Answer{Choice: Go})
	u = d.stopsAt(t, AskProblem)
	if !strings.Contains(u.Prompt.Warn[0], "still accepts") || len(w.slots()) != 2 {
		t.Fatalf("%+v with %v", u.Prompt, w.slots())
	}
	w.removeMasked(u.State.New.Fingerprint)
	d.mustTell(t, u, Answer{Choice: Retry})
	s := d.ends(t)
	if !s.Ended || len(s.Left) != 0 || w.venue.key(old.id) == nil {
		t.Errorf("%+v", s)
	}
	w.checkWhole(t, "grid")
}

// TestAKeptKeyIsARecordOfItsOwn keeps the key that an abandoned rotation does
// not go on with: the new one before the switch, the old one after it.
func TestAKeptKeyIsARecordOfItsOwn(t *testing.T) {
	for name, c := range map[string]struct {
		at   PromptID
		wide bool
	}{"grid-new": {AskReview, true}, "grid-old": {AskWatch, false}} {
		w, old, d := rotation(t, byHandOnly)
		w.venue.wide = c.wide
		d.mustTell(t, d.stopsAt(t, c.at), Answer{Choice: Abandon})
		d.mustTell(t, d.stopsAt(t, AskAbandon), Answer{Choice: KeepKey})
		s := d.ends(t)
		if !strings.Contains(s.Outcome, name) || len(w.venue.live()) != 2 {
			t.Errorf("%s: %q with %v", name, s.Outcome, w.venue.live())
		}
		w.checkWhole(t, "grid")
		w.checkWhole(t, name)
		if r, _ := w.store.Snapshot().ByName(name); (r.Fingerprint == store.Fingerprint(old.id)) != (name == "grid-old") {
			t.Errorf("%s is the wrong key", name)
		}
	}
}
