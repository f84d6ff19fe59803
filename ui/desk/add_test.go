package desk

import (
	"testing"

	"github.com/keyrota/keyrota/store"
)

func TestAddAllAddsAllOrNone(t *testing.T) {
	b := newBench(t)
	early := key("early", "id-1")
	early.Since = b.clock.AddDate(0, -3, 0)
	saved, err := b.AddAll(t.Context(), []NewKey{early, key("late", "id-2")})
	if err != nil || len(saved) != 2 || !saved[0].Added.Equal(early.Since) || !saved[1].Added.Equal(b.clock) {
		t.Fatalf("%+v, %v", saved, err)
	}
	if got := count(b.actions(t), store.ActionAdded); got != 2 {
		t.Errorf("%d were logged", got)
	}
	for name, keys := range map[string][]NewKey{
		"a name twice":    {key("new", "id-3"), key("New", "id-4")},
		"a name is taken": {key("new", "id-3"), key("late", "id-4")},
		"a wrong key":     {key("new", "id-3"), key("newer", "id 4")},
	} {
		if saved, err := b.AddAll(t.Context(), keys); err == nil || len(saved) > 0 {
			t.Errorf("%s: %v, %v", name, saved, err)
		}
		slots, err := b.secrets.List(t.Context())
		if err != nil || len(slots) != 3 || b.Snapshot().Len() != 2 { // two keys, and the audit log's anchor
			t.Errorf("%s: %d secrets, %d records, %v", name, len(slots), b.Snapshot().Len(), err)
		}
	}
}
