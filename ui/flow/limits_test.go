package flow

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

func offers(p *Prompt, choice string) bool {
	return slices.ContainsFunc(p.Choices, func(c Choice) bool { return c.ID == choice })
}

// creation is a creation by API that has begun, with its managing key.
func creation(t *testing.T, can exchanges.Capabilities) (w *world, boss *store.Record, d *driver) {
	t.Helper()
	w = newWorld(t, can)
	boss = w.addRecord("manager", w.venue.make("manager", exchanges.Read, exchanges.Spot, exchanges.Admin), nil)
	d = creator(w, w.begin(Request{Kind: Create, Name: "fresh"}))
	return w, boss, d
}

func TestALabelThatIsTaken(t *testing.T) {
	t.Run("by API", func(t *testing.T) {
		w, _, d := creation(t, full)
		w.venue.failWith(func(op string) (error, bool) {
			if op == "create" {
				w.venue.failWith(nil)
				return refuse(op, exchanges.LabelTaken), false
			}
			return nil, false
		})
		u := d.stopsAt(t, AskProblem)
		if u.Prompt.Choices[0].ID != Relabel {
			t.Fatalf("%+v", u.Prompt.Choices)
		}
		first := u.State.Plan.Label
		d.mustTell(t, u, Answer{Choice: Relabel})
		if s := d.ends(t); s.Plan.Label == first || !slices.Equal(s.Plan.Earlier, []string{first}) {
			t.Errorf("%+v", s.Plan)
		}
		w.checkWhole(t, "fresh")
	})
	t.Run("by hand", func(t *testing.T) {
		w, old, d := rotation(t, byHandOnly)
		u := d.stopsAt(t, AskPaste)
		first := u.State.Plan.Label
		d.mustTell(t, u, Answer{Choice: Relabel})
		u = d.stopsAt(t, AskPaste)
		if !slices.ContainsFunc(u.Prompt.Guide, func(l Line) bool { return l.Copy == u.State.Plan.Label }) || u.State.Plan.Label == first {
			t.Errorf("%+v", u.Prompt.Guide)
		}
		d.mustTell(t, u, Answer{Choice: Go, Credential: w.fresh(u.State).credential()})
		d.ends(t)
		w.checkRotated(t, "grid", old)
	})
}

func TestAnAccountThatIsFull(t *testing.T) {
	w, _, d := creation(t, full)
	var spare *venueKey
	for range w.info.Guide.MostKeys {
		spare = w.venue.make("spare", exchanges.Read)
	}
	u := d.stopsAt(t, AskProblem)
	if text := promptText(*u.Prompt); !strings.Contains(text, "as many keys as it may have (7 of 6 keys)") || !strings.Contains(text, "Delete a key that nobody needs") || !offers(u.Prompt, Hand) {
		t.Fatalf("it says:\n%s", text)
	}
	if w.venue.count("create") != 0 {
		t.Error("it was tried all the same")
	}
	for id, k := range w.venue.keys {
		if k.label == "spare" {
			w.venue.remove(id)
		}
	}
	if w.venue.key(spare.id) != nil {
		t.Fatal("the spare keys are still there")
	}
	d.mustTell(t, u, Answer{Choice: Retry})
	d.ends(t)
	w.checkWhole(t, "fresh")
}

func TestTheSecondFactor(t *testing.T) {
	w, old, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	w.venue.second, w.venue.vague = "424242", true // so that the list is looked at too
	code := func(c string) func(Update) Answer {
		return func(Update) Answer { return Answer{Choice: Go, Code: exchanges.NewSecret(c)} }
	}
	u := d.stopsAt(t, AskCode)
	if u.State.WantCode != DoCreate || u.Prompt.Warn != nil {
		t.Fatalf("%+v", u.Prompt)
	}
	if err := d.tell(u, Answer{Choice: Go, Code: exchanges.NewSecret("12")}); !isFieldError(err) {
		t.Errorf("half a code: %v", err)
	}
	d.mustTell(t, u, code("111111")(u))
	u = d.stopsAt(t, AskCode)
	if u.State.WantCode != DoCreate || len(u.Prompt.Warn) == 0 || len(w.venue.live()) != 1 {
		t.Errorf("after a wrong code: %+v", u.Prompt)
	}
	d.answers[AskCode] = code("424242")
	s := d.ends(t)
	if n := count(d.asked, AskCode); n != 3 || s.Proof.Verdict != Proven {
		t.Errorf("%d codes for creating, revoking and the proof: %v", n, d.asked)
	}
	w.checkRotated(t, "grid", old)
}

func count(all []PromptID, x PromptID) (n int) {
	for _, id := range all {
		if id == x {
			n++
		}
	}
	return n
}

func TestNoCodeForTheProof(t *testing.T) {
	w, old, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	w.venue.second, w.venue.vague = "424242", true
	d.answers[AskCode] = func(u Update) Answer {
		if u.State.WantCode == DoProve {
			return Answer{Choice: Without}
		}
		return Answer{Choice: Go, Code: exchanges.NewSecret("424242")}
	}
	if s := d.ends(t); s.Proof.Verdict != Refused || s.Proof.Unlisted {
		t.Errorf("%+v", s.Proof)
	}
	w.checkRotated(t, "grid", old)
}

func TestNoCodeAtAll(t *testing.T) {
	w, old, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	w.venue.second = "424242"
	d.answers[AskCode] = func(u Update) Answer {
		if u.State.WantCode == DoProve {
			return Answer{Choice: Without}
		}
		return Answer{Choice: Hand}
	}
	s := d.ends(t)
	if !slices.Contains(d.asked, AskPaste) || !slices.Contains(d.asked, AskGone) || s.Plan.Route != ByHand {
		t.Errorf("asked %v", d.asked)
	}
	w.checkRotated(t, "grid", old)
}

// forget drops a record and its secret, as another keyrota may meanwhile.
func (w *world) forget(t *testing.T, r *store.Record) {
	t.Helper()
	if _, err := w.store.Update(func(d *store.Draft) error { return d.Remove(r.ID) }); err != nil {
		t.Fatal(err)
	}
	if err := store.NewVault(w.secrets).DeleteCredential(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func TestAManagingKeyThatIsForgottenBeforeTheKeyIsMade(t *testing.T) {
	w, boss, d := creation(t, full)
	u := d.stopsAt(t, AskPlan)
	w.forget(t, boss)
	w.removeMasked(boss.Fingerprint)
	d.mustTell(t, u, Answer{Choice: Go})
	u = d.stopsAt(t, AskProblem)
	if !strings.Contains(u.Prompt.Warn[0], "forgotten") || w.venue.count("create") != 0 {
		t.Fatalf("%+v", u.Prompt)
	}
	d.mustTell(t, u, Answer{Choice: Hand})
	d.ends(t)
	w.checkWhole(t, "fresh")
}

func TestAManagingKeyThatIsForgottenWhileTheAnswerIsLookedFor(t *testing.T) {
	w, boss, d := creation(t, full)
	w.venue.failWith(func(op string) (error, bool) {
		if op != "create" {
			return nil, false
		}
		w.venue.failWith(nil)
		w.forget(t, boss)
		return &exchanges.Error{Exchange: testExchange, Op: op, Kind: exchanges.Network}, true
	})
	u := d.stopsAt(t, AskProblem)
	if !strings.Contains(u.Prompt.Warn[0], "forgotten") || !offers(u.Prompt, Hand) {
		t.Fatalf("%+v", u.Prompt)
	}
	d.mustTell(t, u, Answer{Choice: Hand})
	u = d.stopsAt(t, AskLook)
	if stray := w.venue.labelled(u.State.Plan.Label); stray == nil || u.Prompt.Guide[0].Copy != stray.label {
		t.Fatalf("%+v with %v", u.Prompt, w.venue.live())
	} else {
		w.venue.remove(stray.id)
	}
	d.mustTell(t, u, Answer{Choice: There})
	d.ends(t)
	w.checkWhole(t, "fresh")
}

func TestAManagingKeyThatIsForgottenBeforeTheOldKeyIsRevoked(t *testing.T) {
	w, old, d := rotation(t, full)
	boss := w.addRecord("boss", w.venue.make("boss", exchanges.Read, exchanges.Spot, exchanges.Admin), nil)
	u := d.stopsAt(t, AskRevoke)
	w.forget(t, boss)
	w.removeMasked(boss.Fingerprint)
	d.mustTell(t, u, Answer{Choice: Go, Values: map[string]string{"phrase": "grid"}})
	u = d.stopsAt(t, AskProblem)
	if text := promptText(*u.Prompt); !strings.Contains(text, "forgotten") || !strings.Contains(text, "the old one is not revoked yet") {
		t.Fatalf("it says:\n%s", text)
	}
	d.mustTell(t, u, Answer{Choice: Hand})
	d.ends(t)
	w.checkRotated(t, "grid", old)
}

func TestARecordThatIsForgottenMeanwhile(t *testing.T) {
	w, old, d := rotation(t, byHandOnly)
	u := d.stopsAt(t, AskPaste)
	r, _ := w.store.Snapshot().ByName("grid")
	if _, err := w.store.Update(func(d *store.Draft) error { return d.Remove(r.ID) }); err != nil {
		t.Fatal(err)
	}
	d.mustTell(t, u, Answer{Choice: Go, Credential: w.fresh(u.State).credential()})
	u = d.stopsAt(t, AskProblem)
	if text := promptText(*u.Prompt); !strings.Contains(text, `"grid" was forgotten meanwhile`) || !strings.Contains(text, "keep the new key") {
		t.Fatalf("it says:\n%s", text)
	}
	d.mustTell(t, u, Answer{Choice: Abandon})
	d.mustTell(t, d.stopsAt(t, AskAbandon), Answer{Choice: KeepKey})
	s := d.ends(t)
	kept, ok := w.store.Snapshot().ByName("grid-new")
	if !ok || kept.Fingerprint != s.New.Fingerprint {
		t.Fatalf("%+v", s)
	}
	if w.venue.key(old.id) == nil {
		t.Error("the old key was revoked")
	}
}

func TestANameThatIsGivenAwayMeanwhile(t *testing.T) {
	w, _, d := creation(t, full)
	u := d.stopsAt(t, AskPlan)
	for _, name := range []string{"Fresh", "fresh-2"} {
		w.addRecord(name, w.venue.make(name, exchanges.Read), nil)
	}
	d.mustTell(t, u, Answer{Choice: Go, Values: map[string]string{"source": "secret"}})
	s := d.ends(t)
	if s.Name != "fresh-3" || !strings.Contains(s.Outcome, "fresh-3") || !slices.ContainsFunc(s.Notes, func(n string) bool { return strings.Contains(n, "fresh-3") }) {
		t.Errorf("%q: %q %q", s.Name, s.Outcome, s.Notes)
	}
	w.checkWhole(t, "fresh-3")
}

func TestAHookThatFailsAndThenRuns(t *testing.T) {
	w := newWorld(t, byHandOnly)
	old := w.venue.make("orig", exchanges.Read)
	r := w.addRecord("grid", old, func(r *store.Record) {
		r.Consumers = []store.Consumer{{Name: "bot", OnRotate: "restart bot"}, {Name: "env", By: store.HandFile, File: "/x", Template: "/y"}}
	})
	w.handler.fails = 2
	d := rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
	warned := 0
	run := d.answers[AskConsumer]
	d.answers[AskConsumer] = func(u Update) Answer {
		if slices.Equal(u.Prompt.Warn, []string{"exit status 1"}) {
			warned++
		}
		return run(u)
	}
	s := d.ends(t)
	if warned != 2 || !w.logged(t, store.ActionHandOverFailed) {
		t.Errorf("%d failures were told", warned)
	}
	live, _ := w.store.Snapshot().ByName("grid")
	for i, got := range w.handler.got {
		id := got[strings.LastIndex(got, " ")+1:]
		if store.Fingerprint(id) != live.Fingerprint || s.Consumers[i].State != Handed {
			t.Errorf("%s got another key: %q", s.Consumers[i].Consumer.Name, got)
		}
	}
	if len(w.handler.got) != 2 {
		t.Errorf("handed over: %q", w.handler.got)
	}
	w.checkRotated(t, "grid", old)
}
