package flow

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// told returns what the audit log has of the flows, an entry a line: the action,
// the key that it names by what that stands for, the purpose, the consumers.
func (w *world) told(t *testing.T, ids map[string]string) string {
	t.Helper()
	var lines []string
	for e, err := range w.store.ReadAudit() {
		if err != nil {
			t.Fatal(err)
		}
		line := string(e.Action)
		if e.KeyID != "" {
			line += " " + ids[e.KeyID]
		}
		if e.Purpose != "" {
			line += " for " + e.Purpose
		}
		if e.Consumers != nil {
			line += " [" + strings.Join(e.Consumers, " ") + "]"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestARotationWritesDownWhoGetsTheKey: the log alone answers later who had it.
func TestARotationWritesDownWhoGetsTheKey(t *testing.T) {
	w := newWorld(t, full)
	old := w.venue.make("orig", exchanges.Read, exchanges.Spot)
	r := w.addRecord("grid", old, func(r *store.Record) {
		r.Purpose, r.KeyID = "spot bot", "orig…0001" // the venue's IDs all look alike
		r.Consumers = []store.Consumer{{Name: "bot"}, {Name: "tax", OnRotate: "true"}}
	})
	d := rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
	d.answers[AskConsumer] = func(u Update) Answer {
		if strings.Contains(u.Prompt.Title, "tax") {
			return Answer{Choice: Run}
		}
		return Answer{Choice: Skip}
	}
	s := d.ends(t)
	want := strings.Join([]string{
		"flow-begun",
		"created new for spot bot [bot tax]", "switched new for spot bot [bot tax]",
		"handed-over new for spot bot [bot]", "handed-over new for spot bot [tax]",
		"revoked old", "proven-dead old", "secret-forgotten old",
	}, "\n")
	if got := w.told(t, map[string]string{s.Old.Masked: "old", s.New.Masked: "new"}); got != want {
		t.Errorf("the log says\n%s\nwant\n%s", got, want)
	}
}

// TestNoConsumersAreWrittenDownAsNone: that is an answer too.
func TestNoConsumersAreWrittenDownAsNone(t *testing.T) {
	s := stateAt(Create, StepSwitch, func(s *State) { s.Consumers, s.Plan.Purpose = nil, "" })
	s.noteUse(Event{}, &s.New, store.ActionAdded, "ok", "", s.consumers()...)
	last := s.Audit[len(s.Audit)-1]
	if last.Consumers == nil || len(last.Consumers) != 0 || last.KeyID != s.New.Masked {
		t.Errorf("%+v", last)
	}
	if n := s.note(Event{}, store.ActionFlowBegun, "ok", ""); n.Consumers != nil || n != &s.Audit[len(s.Audit)-1] {
		t.Errorf("%+v", n)
	}
}
