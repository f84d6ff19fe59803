package flow

import (
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// abandoned is a rotation that is abandoned at a prompt, in one way.
func abandoned(name string, can exchanges.Capabilities, at PromptID, way string, check func(*testing.T, *world)) scenario {
	return scenario{
		name: name, can: can, check: check,
		setup: func(w *world) Request {
			w.venue.wide = at == AskReview // which stops the flow there
			old := w.venue.make("orig", exchanges.Read, exchanges.Spot, exchanges.Admin)
			old.permissions = exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot, exchanges.Admin)
			return Request{Kind: Rotate, Record: w.addRecord("grid", old, nil).ID}
		},
		drive: func(w *world, id ID) *driver {
			d := rotator(w, id)
			d.answers[at], d.answers[AskAbandon] = choose(Abandon), choose(way)
			d.answers[AskUndo] = func(u Update) Answer {
				w.removeMasked(u.State.New.Fingerprint)
				return Answer{Choice: Go}
			}
			return d
		},
	}
}

// TestEveryCrashPointOfAbandoning is TestEveryCrashPoint for the ways out.
func TestEveryCrashPointOfAbandoning(t *testing.T) {
	undone := func(t *testing.T, w *world) {
		t.Helper()
		if live := w.venue.live(); !slices.Equal(live, []string{"orig"}) {
			t.Errorf("live keys: %v", live)
		}
		w.checkWhole(t, "grid")
	}
	kept := func(other string) func(*testing.T, *world) {
		return func(t *testing.T, w *world) {
			t.Helper()
			if live, all := w.venue.live(), w.store.Snapshot().Records(); len(live) != 2 || len(all) != 2 {
				t.Errorf("live keys: %v, %d records", live, len(all))
			}
			w.checkWhole(t, "grid")
			w.checkWhole(t, other)
		}
	}
	for _, sc := range []scenario{
		abandoned("undo by API", full, AskReview, UndoNew, undone),
		abandoned("undo by hand", byHandOnly, AskReview, UndoNew, undone),
		abandoned("keep the new key", byHandOnly, AskReview, KeepKey, kept("grid-new")),
		abandoned("keep the old key", full, AskWatch, KeepKey, kept("grid-old")),
		abandoned("end before the paste", byHandOnly, AskPaste, End, undone),
	} {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			points := 0
			for survives(t, sc, points+1) {
				points++
			}
			if points < 15 {
				t.Errorf("only %d crash points: is everything counted?", points)
			}
		})
	}
}
