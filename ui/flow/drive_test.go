package flow

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

var full = exchanges.Capabilities{
	Permissions: true, IPList: true, Created: true, LastUsed: true, Label: true,
	Create: true, List: true, Edit: true, Revoke: true, Reach: exchanges.OwnKeys,
}

var byHandOnly = exchanges.Capabilities{Permissions: true, IPList: true, Created: true, Label: true}

// driver is a person, or an answers file: it answers each prompt by its id.
type driver struct {
	w       *world
	id      ID
	answers map[PromptID]func(Update) Answer
	asked   []PromptID
	most    int // prompts, before it is an endless loop

	seen   func(Update) // nil: nobody looks at what the screen shows
	failed func(error)  // an answer could not be taken in
}

func choose(choice string) func(Update) Answer {
	return func(Update) Answer { return Answer{Choice: choice} }
}

func values(choice string, kv ...string) func(Update) Answer {
	return func(Update) Answer {
		v := map[string]string{}
		for i := 0; i+1 < len(kv); i += 2 {
			v[kv[i]] = kv[i+1]
		}
		return Answer{Choice: choice, Values: v}
	}
}

// rotator answers everything that a rotation asks, by API.
func rotator(w *world, id ID) *driver {
	return &driver{w: w, id: id, most: 60, answers: map[PromptID]func(Update) Answer{
		AskPlan: choose(Go), AskWatch: choose(Go), AskProve: func(u Update) Answer {
			if u.State.Proof.Verdict == Refused {
				return Answer{Choice: Go}
			}
			return Answer{Choice: Retry}
		},
		AskRevoke: func(u Update) Answer {
			choice := Hand
			if u.State.Plan.Kill == ByAPI {
				choice = Go
			}
			return Answer{Choice: choice, Values: map[string]string{"phrase": u.State.Name}}
		},
		AskConsumer: func(u Update) Answer {
			return Answer{Choice: u.Prompt.Choices[min(1, len(u.Prompt.Choices)-1)].ID}
		},
		AskPaste: func(u Update) Answer {
			k := w.venue.make(u.State.Plan.Label, u.State.permissions()...)
			return Answer{Choice: Go, Credential: k.credential()}
		},
		AskGone: func(u Update) Answer {
			w.removeMasked(u.State.Old.Fingerprint)
			return Answer{Choice: Go}
		},
		AskProblem: choose(Retry), AskOldDead: choose(GoneBefore),
	}}
}

// removeMasked deletes a key on the page, by its fingerprint.
func (w *world) removeMasked(fingerprint string) {
	w.venue.mu.Lock()
	defer w.venue.mu.Unlock()
	for id := range w.venue.keys {
		if keyOf(exchanges.Credential{KeyID: id}).Fingerprint == fingerprint {
			delete(w.venue.keys, id)
		}
	}
}

// run answers until the flow is done, the process dies, or a prompt comes that
// nobody answers; it returns the last update.
func (d *driver) run() Update {
	d.w.t.Helper()
	if err := d.w.engine.Resume(d.id); err != nil {
		if errors.Is(err, ErrUnknown) {
			return Update{Done: true}
		}
		d.w.t.Fatal(err)
	}
	for range d.most {
		u := d.next()
		if u.Done || d.w.isDead() || u.Halt != nil {
			return u
		}
		answer := d.answers[u.Prompt.ID]
		if answer == nil {
			return u
		}
		d.asked = append(d.asked, u.Prompt.ID)
		err := d.w.engine.Answer(context.Background(), d.id, u.State.Rev, answer(u))
		if _, refused := errors.AsType[*FieldError](err); refused {
			d.w.t.Fatalf("%s: %v", u.Prompt.ID, err)
		}
		if err != nil && d.failed != nil {
			d.failed(err)
		}
	}
	d.w.t.Fatalf("the flow goes round in circles: %v", d.asked)
	return Update{}
}

// next waits until the flow asks, is done, or the process is dead.
func (d *driver) next() Update {
	now, changed, stop, err := d.w.engine.Watch(d.id)
	if err != nil {
		d.w.t.Fatal(err)
	}
	defer stop()
	for {
		u := now()
		if d.seen != nil {
			d.seen(u)
		}
		waits := u.Prompt != nil && u.Busy == "" && u.State.Due.IsZero()
		if u.Done || u.Halt != nil || waits || d.w.isDead() {
			return u
		}
		<-changed
	}
}

func (w *world) begin(q Request) ID {
	w.t.Helper()
	id, err := w.engine.Start(context.Background(), q)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestRotateByAPI(t *testing.T) {
	w := newWorld(t, full)
	old := w.venue.make("orig", exchanges.Read, exchanges.Spot, exchanges.Admin)
	r := w.addRecord("grid", old, nil)
	d := rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
	u := d.run()
	if !u.Done || u.State.Ended {
		t.Fatalf("stopped at %s: %+v", u.State.Step, u.Prompt)
	}
	if want := []PromptID{AskPlan, AskWatch, AskRevoke}; !slices.Equal(d.asked, want) {
		t.Errorf("asked %v, want %v", d.asked, want)
	}
	w.checkRotated(t, "grid", old)
}

// checkRotated holds the world against what a finished rotation means: one live
// key, its secret is the one stored, no orphan anywhere, the audit log whole.
func (w *world) checkRotated(t *testing.T, name string, old *venueKey) {
	t.Helper()
	if live := w.venue.live(); len(live) != 1 || w.venue.key(old.id) != nil {
		t.Errorf("live keys: %v", live)
	}
	w.checkWhole(t, name)
}

// checkWhole checks a record whose flow has ended.
func (w *world) checkWhole(t *testing.T, name string) {
	t.Helper()
	ctx := context.Background()
	r, ok := w.store.Snapshot().ByName(name)
	if !ok {
		t.Fatalf("%s is gone", name)
	}
	c, err := store.NewVault(w.secrets).Get(ctx, r.SecretSlot())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.venue.at(exchanges.Live).Inspect(ctx, c); err != nil {
		t.Errorf("the stored secret opens nothing: %v", err)
	}
	w.checkTidy(t)
}

// checkTidy checks that nothing is left over: no secret without a record, no
// journal, an audit log that is whole.
func (w *world) checkTidy(t *testing.T) {
	t.Helper()
	known := map[string]bool{}
	for _, r := range w.store.Snapshot().Records() {
		known[string(r.SecretSlot())] = true
	}
	for _, s := range w.slots() {
		if !known[string(s)] {
			t.Errorf("the secret %s belongs to nobody", s)
		}
	}
	if ids, err := w.store.FlowIDs(); err != nil || len(ids) > 0 {
		t.Errorf("journals left: %v %v", ids, err)
	}
	report, err := w.store.VerifyAudit(context.Background(), store.VaultAnchor{Secrets: w.secrets})
	if err != nil || report.State == store.AuditTampered || report.Torn > 0 {
		t.Errorf("audit log: %+v %v", report, err)
	}
}
