package flow

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// apiRotation is a rotation by API with the old key as the manager.
func apiRotation(t *testing.T) (*world, *venueKey, *store.Record, *driver) {
	t.Helper()
	w := newWorld(t, full)
	old := w.venue.make("orig", exchanges.Read, exchanges.Spot, exchanges.Admin)
	r := w.addRecord("grid", old, nil)
	return w, old, r, rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
}

// TestASecretThatIsHereNeedsNoList: the reply came and its secret is in the
// keyring, but the journal could not say so, and the exchange's list is late.
func TestASecretThatIsHereNeedsNoList(t *testing.T) {
	w, old, _, d := apiRotation(t)
	full := errors.New("no space left on device")
	put := false
	w.failWith(func(what string) error {
		put = put || what == "keyring put"
		if put && what == "journal" {
			return full
		}
		return nil
	})
	w.venue.failWith(func(op string) (error, bool) {
		if op == "list" && w.venue.count("create") > 0 {
			for _, id := range w.venue.order[1:] {
				w.venue.key(id).hidden = true
			}
		}
		return nil, false
	})
	u := d.run()
	if u.Halt == nil {
		t.Fatalf("the disk is full, and it stands at %s", u.State.Step)
	}
	w.failWith(nil)
	d.mustTell(t, u, Answer{Choice: Retry})
	d.stopsAt(t, AskRevoke)
	if n := w.venue.count("create"); n != 1 {
		t.Fatalf("%d keys were made", n)
	}
	w.venue.failWith(nil)
	for _, id := range w.venue.order[1:] {
		w.venue.key(id).hidden = false
	}
	if u := rotator(w, d.id).run(); !u.Done {
		t.Fatalf("stopped at %s", u.State.Step)
	}
	w.checkRotated(t, "grid", old)
}

// TestWhatIsLostAgainAndAgainIsAsked: nothing makes and deletes keys for ever.
func TestWhatIsLostAgainAndAgainIsAsked(t *testing.T) {
	for name, arm := range map[string]func(*world){
		"the keyring keeps nothing": func(w *world) {
			w.failWith(func(what string) error {
				if what == "keyring put" {
					return &store.KeyringError{Backend: "toy", Op: "store", Locked: true, Err: errors.New("it is full"), Hint: "Make room."}
				}
				return nil
			})
		},
		"the reply is lost": func(w *world) {
			w.venue.failWith(func(op string) (error, bool) {
				if op == "create" {
					return &exchanges.Error{Exchange: testExchange, Op: op, Kind: exchanges.Network}, true
				}
				return nil, false
			})
		},
	} {
		w, old, _, d := apiRotation(t)
		arm(w)
		u := d.stopsAt(t, AskProblem)
		if n := w.venue.count("create"); n != 2 || !slices.Equal(w.venue.live(), []string{"orig"}) || !offers(u.Prompt, Hand) {
			t.Errorf("%s: %d attempts, live %v:\n%s", name, n, w.venue.live(), promptText(*u.Prompt))
		}
		w.mend()
		d.answers[AskProblem] = choose(Retry)
		if u := d.run(); !u.Done {
			t.Fatalf("%s: stopped at %s", name, u.State.Step)
		}
		w.checkRotated(t, "grid", old)
	}
}

// TestAnUndoIsNotBelieved: an exchange that says yes and does nothing, or does
// not list the key yet, leaves it alive; then its secret stays.
func TestAnUndoIsNotBelieved(t *testing.T) {
	w, _, _, d := apiRotation(t)
	w.venue.wide, w.venue.deaf = true, true
	u := d.stopsAt(t, AskReview)
	d.mustTell(t, u, Answer{Choice: Abandon})
	d.answers[AskAbandon] = choose(UndoNew)
	u = d.stopsAt(t, AskProblem)
	if text := promptText(*u.Prompt); !strings.Contains(text, "still accepts") || len(w.slots()) != 2 {
		t.Errorf("%v:\n%s", w.slots(), text)
	}
	w.venue.deaf = false
	d.answers[AskProblem] = choose(Retry)
	if u := d.run(); !u.Done || !strings.Contains(u.State.Outcome, "deleted again") || !slices.Equal(w.venue.live(), []string{"orig"}) {
		t.Errorf("%q, live %v", u.State.Outcome, w.venue.live())
	}
	w.checkTidy(t)
}

// TestAKeyInOtherHandsIsNotTaken: two rotations by hand, and the key of one is
// pasted into the other: its old one, which will be revoked, or its new one.
func TestAKeyInOtherHandsIsNotTaken(t *testing.T) {
	w := newWorld(t, byHandOnly)
	a, b := w.venue.make("a", exchanges.Read), w.venue.make("b", exchanges.Read)
	first := rotator(w, w.begin(Request{Kind: Rotate, Record: w.addRecord("first", a, nil).ID}))
	second := rotator(w, w.begin(Request{Kind: Rotate, Record: w.addRecord("second", b, nil).ID}))
	w.venue.wide = true
	u := first.stopsAt(t, AskReview)
	made := w.venue.key(w.venue.order[len(w.venue.order)-1])
	w.venue.wide = false
	mine := second.stopsAt(t, AskPaste)
	err := w.engine.Answer(context.Background(), second.id, mine.State.Rev, Answer{Choice: Go, Credential: made.credential()})
	if _, ok := errors.AsType[*FieldError](err); !ok || !strings.Contains(err.Error(), `"first"`) {
		t.Errorf("the other's new key: %v", err)
	}
	made.permissions = exchanges.NewPermissionSet(exchanges.Read)
	first.mustTell(t, u, Answer{Choice: Retry})
	first.stopsAt(t, AskRevoke)
	err = w.engine.Answer(context.Background(), second.id, mine.State.Rev, Answer{Choice: Go, Credential: a.credential()})
	if _, ok := errors.AsType[*FieldError](err); !ok {
		t.Errorf("the other's old key: %v", err)
	}
}

// TestAnotherKeyInTheSlotProvesNothing: the keyring is not the one with which
// the flow began, and what lies there is dead for long.
func TestAnotherKeyInTheSlotProvesNothing(t *testing.T) {
	w, old, d := rotation(t, byHandOnly)
	u := d.stopsAt(t, AskGone) // and deletes nothing
	v := store.NewVault(w.secrets)
	if err := errors.Join(v.Delete(context.Background(), u.State.Old.Slot),
		v.Put(context.Background(), u.State.Old.Slot, exchanges.Credential{KeyID: "another-key", Secret: exchanges.NewSecret([]byte("x"))})); err != nil {
		t.Fatal(err)
	}
	d.mustTell(t, u, Answer{Choice: Go})
	u = d.stopsAt(t, AskProblem)
	if w.venue.key(old.id) == nil || u.State.Proof.Verdict != Open || !offers(u.Prompt, Abandon) {
		t.Errorf("%+v", u.State.Proof)
	}
}

// TestASiteThatNeverTookTheKeyProvesNothing: it is another site's.
func TestASiteThatNeverTookTheKeyProvesNothing(t *testing.T) {
	strange := func(s *State) { s.Old.Accepted, s.Old.Facts = noTime, store.Facts{} }
	unknown := Probe{Asked: true, Kind: string(exchanges.Auth), Verdict: true, Unknown: true, For: 3 * time.Minute, Every: time.Minute}
	s := probes(t, stateAt(Rotate, StepProve, strange), unknown, unknown, unknown, unknown)
	if s.Step != StepProve || s.Proof.Verdict != Open || !s.Due.IsZero() {
		t.Errorf("%s %+v", s.Step, s.Proof)
	}
}

// TestARefusalOfALivingKeyBreaksTheRow, and is no endless wait: the person may
// say that they looked.
func TestARefusalOfALivingKeyBreaksTheRow(t *testing.T) {
	lives := Probe{Asked: true, Kind: string(exchanges.IPBlocked), Every: time.Minute}
	s := probes(t, stateAt(Rotate, StepProve), vague(), vague(), lives, vague())
	if s.Proof.Refusals != 1 {
		t.Errorf("%+v", s.Proof)
	}
	w := newWorld(t, full)
	s = probes(t, stateAt(Rotate, StepProve), lives)
	if p := w.engine.prompt(&s); !offers(&p, ByWord) || !strings.Contains(promptText(p), "as one that lives") {
		t.Errorf("it says:\n%s", promptText(p))
	}
}

// TestEvidenceIsOfNow: the other key must be accepted beside the last refusal,
// and a row cannot end before it began.
func TestEvidenceIsOfNow(t *testing.T) {
	alone := func(p *Probe) { p.NewOK = false }
	if s := probes(t, stateAt(Rotate, StepProve), vague(), vague(), vague(), vague(alone)); s.Proof.Verdict != Open {
		t.Errorf("%+v", s.Proof)
	}
	s := stateAt(Rotate, StepProve, func(s *State) { s.Proof.First, s.Proof.Refusals = s.Proof.Since.Add(time.Hour), 1 })
	if s = probes(t, s, vague()); s.Proof.Last.Before(s.Proof.First) {
		t.Errorf("the clock was set back: %+v", s.Proof)
	}
	s = probes(t, stateAt(Rotate, StepProve), Probe{Listed: true, Asked: true, Kind: "auth", Verdict: true})
	if text := strings.Join(s.Evidence(), " "); strings.Contains(text, "still accepts") || !strings.Contains(text, "list of keys still has") {
		t.Error(text)
	}
}

// TestWhatIsSaidOfAKeyThatTurnsOutAlive is not what the person said before.
func TestWhatIsSaidOfAKeyThatTurnsOutAlive(t *testing.T) {
	s := stateAt(Revoke, StepProve, func(s *State) { s.Old.Dead, s.Old.Gone, s.Proof.Alive = true, true, true })
	if text := strings.Join(s.leftovers(), " "); !strings.Contains(text, "is live") {
		t.Error(text)
	}
}

// TestARenamedRecord is asked for by the name that it has now.
func TestARenamedRecord(t *testing.T) {
	w, old, r, d := apiRotation(t)
	var asked []string
	w.engine.Nonce = func(r *store.Record) exchanges.NonceUnit { asked = append(asked, r.Name); return "" }
	d.stopsAt(t, AskWatch)
	if _, err := w.store.Update(func(s *store.Draft) error {
		r, _ := s.Get(r.ID)
		r.Name = "renamed"
		return s.Replace(r)
	}); err != nil {
		t.Fatal(err)
	}
	asked = nil
	d.answers[AskWatch] = choose(Go)
	d.answers[AskRevoke] = func(u Update) Answer {
		return Answer{Choice: Go, Values: map[string]string{"phrase": "renamed"}}
	}
	if u := d.run(); !u.Done || slices.Contains(asked, "grid") {
		t.Errorf("stopped at %s; the nonce was that of %v", u.State.Step, asked)
	}
	w.checkRotated(t, "renamed", old)
}

// TestAConsumerThatCameLate gets the key too.
func TestAConsumerThatCameLate(t *testing.T) {
	w, _, r, d := apiRotation(t)
	d.stopsAt(t, AskPlan)
	if _, err := w.store.Update(func(s *store.Draft) error {
		r, _ := s.Get(r.ID)
		r.Consumers = []store.Consumer{{Name: "late-bot"}}
		return s.Replace(r)
	}); err != nil {
		t.Fatal(err)
	}
	d.answers[AskPlan] = choose(Go)
	if u := d.stopsAt(t, AskConsumer); !strings.Contains(u.Prompt.Title, "late-bot") {
		t.Error(u.Prompt.Title)
	}
}

// TestAStrayThatIsSomebodysStays: one label, two keys.
func TestAStrayThatIsSomebodysStays(t *testing.T) {
	w, _, _, d := apiRotation(t)
	other := w.venue.make("other", exchanges.Read)
	w.addRecord("other", other, nil)
	w.venue.failWith(func(op string) (error, bool) {
		if op != "create" {
			return nil, false
		}
		now, _, stop, _ := w.engine.Watch(d.id)
		stop()
		other.label = now().State.Plan.Label
		return &exchanges.Error{Exchange: testExchange, Op: op, Kind: exchanges.Network}, false
	})
	u := d.stopsAt(t, AskProblem)
	if w.venue.key(other.id) == nil || !offers(u.Prompt, Relabel) {
		t.Errorf("live %v:\n%s", w.venue.live(), promptText(*u.Prompt))
	}
}

// TestAStrayBehindOneTimeCodes: finding it takes one, revoking it the next.
func TestAStrayBehindOneTimeCodes(t *testing.T) {
	w, old, _, d := apiRotation(t)
	lost := false
	w.venue.failWith(func(op string) (error, bool) {
		if op != "create" || lost || w.venue.count(op) < 2 { // the first has no code yet
			return nil, false
		}
		lost = true
		return &exchanges.Error{Exchange: testExchange, Op: op, Kind: exchanges.Network}, true
	})
	w.venue.second, w.venue.once = "000001", true
	d.answers[AskCode] = func(Update) Answer {
		w.venue.mu.Lock()
		defer w.venue.mu.Unlock()
		return Answer{Choice: Go, Code: exchanges.NewSecret([]byte(w.venue.second))}
	}
	if u := d.run(); !u.Done || !lost {
		t.Fatalf("stopped at %s", u.State.Step)
	}
	w.checkRotated(t, "grid", old)
}

// TestASubAccountIsToldWhereItMatters: elsewhere it is a word of the trader's,
// and an exchange would refuse it.
func TestASubAccountIsToldWhereItMatters(t *testing.T) {
	for reach, want := range map[exchanges.Reach]string{exchanges.OwnKeys: "", exchanges.SubAccountKeys: "sub"} {
		s := stateAt(Rotate, StepMake, func(s *State) { s.Plan.SubAccount, s.Plan.Can.Reach = "sub", reach })
		if m := (call{s: &s}).manager(exchanges.Credential{}); m.SubAccount != want {
			t.Errorf("%s: %q", reach, m.SubAccount)
		}
	}
}

// TestAKeptNewKeyHasNoConsumers: nobody has it yet.
func TestAKeptNewKeyHasNoConsumers(t *testing.T) {
	w := newWorld(t, full)
	old := w.venue.make("orig", exchanges.Read, exchanges.Admin)
	w.venue.wide = true
	r := w.addRecord("grid", old, func(r *store.Record) { r.Consumers = []store.Consumer{{Name: "bot"}} })
	d := rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
	d.mustTell(t, d.stopsAt(t, AskReview), Answer{Choice: Abandon})
	d.answers[AskAbandon] = choose(KeepKey)
	d.ends(t)
	if kept, ok := w.store.Snapshot().ByName("grid-new"); !ok || len(kept.Consumers) != 0 {
		t.Errorf("%+v", kept)
	}
}
