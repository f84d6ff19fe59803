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

// rotation is a rotation that has begun, of a key that may read and trade.
func rotation(t *testing.T, can exchanges.Capabilities, perms ...exchanges.Permission) (w *world, old *venueKey, d *driver) {
	t.Helper()
	if len(perms) == 0 {
		perms = []exchanges.Permission{exchanges.Read, exchanges.Spot}
	}
	w = newWorld(t, can)
	old = w.venue.make("orig", perms...)
	r := w.addRecord("grid", old, nil)
	return w, old, rotator(w, w.begin(Request{Kind: Rotate, Record: r.ID}))
}

// stopsAt lets the flow run to a prompt that the driver does not answer.
func (d *driver) stopsAt(t *testing.T, want PromptID) Update {
	t.Helper()
	delete(d.answers, want)
	u := d.run()
	if u.Done || u.Prompt == nil || u.Prompt.ID != want {
		t.Fatalf("stopped at %s, halt %+v, outcome %q: %+v", u.State.Step, u.Halt, u.State.Outcome, u.Prompt)
	}
	return u
}

// tell answers the prompt that is open.
func (d *driver) tell(u Update, a Answer) error {
	return d.w.engine.Answer(context.Background(), d.id, u.State.Rev, a)
}

func (d *driver) mustTell(t *testing.T, u Update, a Answer) {
	t.Helper()
	if err := d.tell(u, a); err != nil {
		t.Fatalf("%s to %s: %v", a.Choice, u.Prompt.ID, err)
	}
}

// ends lets the flow go to its end.
func (d *driver) ends(t *testing.T) State {
	t.Helper()
	u := d.run()
	if !u.Done {
		t.Fatalf("stopped at %s, halt %+v: %+v", u.State.Step, u.Halt, u.Prompt)
	}
	return u.State
}

// fresh is what a person makes on the page as the plan says.
func (w *world) fresh(s State) *venueKey { return w.venue.make(s.Plan.Label, s.permissions()...) }

func TestKeysThatAreRefusedWhenTheyArePasted(t *testing.T) {
	w, old, d := rotation(t, byHandOnly)
	other := w.venue.make("tax", exchanges.Read)
	w.addRecord("tax", other, nil)
	u := d.stopsAt(t, AskPaste)
	for name, k := range map[string]*venueKey{"the old one again": old, "the key of another record": other} {
		if err := d.tell(u, Answer{Choice: Go, Credential: k.credential()}); !isFieldError(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	k := w.fresh(u.State)
	d.mustTell(t, u, Answer{Choice: Go, Credential: k.credential()})
	d.ends(t)
	w.venue.remove(other.id)
	w.checkRotated(t, "grid", old)
}

// TestKeysThatTurnOutToBeWrong pastes a wrong key, looks at what is said of
// it, and pastes the right one then.
func TestKeysThatTurnOutToBeWrong(t *testing.T) {
	for _, c := range []struct {
		name  string
		wrong func(k *venueKey) exchanges.Credential
		ask   PromptID
		says  string
	}{
		{"another account's", func(k *venueKey) exchanges.Credential { k.account = "someone else"; return k.credential() }, AskReview, "belongs to the account someone else"},
		{"a testnet key", func(k *venueKey) exchanges.Credential { k.env = exchanges.Testnet; return k.credential() }, AskProblem, "rejected the key"},
		{"a wrong secret", func(k *venueKey) exchanges.Credential {
			return exchanges.Credential{KeyID: k.id, Secret: exchanges.NewSecret("typo")}
		}, AskProblem, "rejected the key"},
		{"one that may withdraw", func(k *venueKey) exchanges.Credential {
			k.permissions = k.permissions.With(exchanges.Withdraw, exchanges.Granted)
			return k.credential()
		}, AskReview, "withdraw is on"},
		{"one that works from anywhere", func(k *venueKey) exchanges.Credential { k.ips = anywhere; return k.credential() }, AskReview, "from any address"},
		{"one that may only read", func(k *venueKey) exchanges.Credential {
			k.permissions = exchanges.NewPermissionSet(exchanges.Read)
			return k.credential()
		}, AskReview, "spot is off"},
		{"one of another network", func(k *venueKey) exchanges.Credential { k.ips = ipList("198.51.100.9"); return k.credential() }, AskReview, "198.51.100.9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, old, d := rotation(t, byHandOnly)
			u := d.stopsAt(t, AskPaste)
			bad := w.fresh(u.State)
			d.mustTell(t, u, Answer{Choice: Go, Credential: c.wrong(bad)})
			u = d.stopsAt(t, c.ask)
			if text := promptText(*u.Prompt); !strings.Contains(text, c.says) {
				t.Errorf("it says:\n%s", text)
			}
			if live, _ := w.store.Snapshot().ByName("grid"); live.Fingerprint != store.Fingerprint(old.id) {
				t.Error("the wrong key is in use")
			}
			d.mustTell(t, u, Answer{Choice: Paste})
			w.venue.remove(bad.id)
			u = d.stopsAt(t, AskPaste)
			d.mustTell(t, u, Answer{Choice: Go, Credential: w.fresh(u.State).credential()})
			d.ends(t)
			w.checkRotated(t, "grid", old)
		})
	}
}

// TestAKeyThatIsMoreThanPlannedIsNeverUsed is by API: what is wider must be
// mended, what is narrower may be taken.
func TestAKeyThatIsMoreThanPlannedIsNeverUsed(t *testing.T) {
	for name, c := range map[string]struct {
		arm  func(*venue)
		free bool // may be taken as it is
	}{
		"wide":  {func(v *venue) { v.wide = true }, false},
		"open":  {func(v *venue) { v.open = true }, false},
		"tight": {func(v *venue) { v.tight = true }, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, old, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
			c.arm(w.venue)
			u := d.stopsAt(t, AskReview)
			taken := slices.ContainsFunc(u.Prompt.Choices, func(x Choice) bool { return x.ID == Go })
			if taken != c.free || u.Prompt.Choices[0].ID != Mend {
				t.Fatalf("choices: %+v", u.Prompt.Choices)
			}
			if err := d.tell(u, Answer{Choice: Go}); !c.free && !isFieldError(err) {
				t.Fatalf("taken as it is: %v", err)
			}
			if !c.free {
				d.mustTell(t, u, Answer{Choice: Mend})
			}
			d.answers[AskRevoke] = values(Hand, "phrase", "grid") // a key that may only read revokes nothing
			d.ends(t)
			w.checkRotated(t, "grid", old)
		})
	}
}

func TestAMendThatIsDeniedIsDoneByHand(t *testing.T) {
	w, old, d := rotation(t, full, exchanges.Read, exchanges.Spot, exchanges.Admin)
	w.venue.wide = true
	u := d.stopsAt(t, AskReview)
	w.venue.failWith(func(op string) (error, bool) {
		if op == "edit" {
			return refuse(op, exchanges.Denied), false
		}
		return nil, false
	})
	d.mustTell(t, u, Answer{Choice: Mend})
	u = d.stopsAt(t, AskProblem)
	d.mustTell(t, u, Answer{Choice: Hand})
	u = d.stopsAt(t, AskReview)
	w.eachNewKey(old, func(k *venueKey) { k.permissions = k.permissions.With(exchanges.Withdraw, exchanges.NotGranted) })
	d.mustTell(t, u, Answer{Choice: Retry})
	d.ends(t)
	w.checkRotated(t, "grid", old)
}

// eachNewKey changes what is not the old key, as on the page.
func (w *world) eachNewKey(old *venueKey, change func(*venueKey)) {
	w.venue.mu.Lock()
	defer w.venue.mu.Unlock()
	for _, k := range w.venue.keys {
		if k != old {
			change(k)
		}
	}
}

func TestANewKeyThatIsNotValidForSeconds(t *testing.T) {
	for name, can := range map[string]exchanges.Capabilities{"by API": full, "by hand": byHandOnly} {
		t.Run(name, func(t *testing.T) {
			w, old, d := rotation(t, can, exchanges.Read, exchanges.Spot, exchanges.Admin)
			w.passes(time.Hour) // the old key is not a fresh one
			w.venue.slow = 5 * time.Second
			d.ends(t)
			if slices.Contains(d.asked, AskProblem) {
				t.Errorf("asked %v", d.asked)
			}
			w.passes(time.Hour)
			w.checkRotated(t, "grid", old)
		})
	}
}

// passes lets time pass.
func (w *world) passes(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.time = w.time.Add(d)
}

func TestAnOldKeyThatIsDeletedAlready(t *testing.T) {
	t.Run("by hand", func(t *testing.T) {
		w, old, d := rotation(t, byHandOnly)
		w.venue.remove(old.id)
		s := d.ends(t)
		if !slices.Contains(d.asked, AskOldDead) || slices.Contains(d.asked, AskRevoke) || s.Proof.Verdict != Proven {
			t.Errorf("asked %v, verdict %q", d.asked, s.Proof.Verdict)
		}
		w.checkRotated(t, "grid", old)
	})
	t.Run("by API", func(t *testing.T) {
		w, old, d := rotation(t, full)
		boss := w.addRecord("boss", w.venue.make("boss", exchanges.Read, exchanges.Spot, exchanges.Admin), nil)
		w.venue.remove(old.id)
		d.answers[AskPlan] = values(Go, "route", "api:"+string(boss.ID))
		u := d.stopsAt(t, AskProblem)
		if !strings.Contains(u.Prompt.Warn[0], "does not see") {
			t.Errorf("%+v", u.Prompt)
		}
		d.mustTell(t, u, Answer{Choice: Hand})
		if s := d.ends(t); s.Proof.Verdict != Proven {
			t.Errorf("verdict %q", s.Proof.Verdict)
		}
		w.checkWhole(t, "grid")
	})
	t.Run("revoke", func(t *testing.T) {
		w := newWorld(t, byHandOnly)
		old := w.venue.make("orig", exchanges.Read)
		r := w.addRecord("grid", old, nil)
		w.venue.remove(old.id)
		d := rotator(w, w.begin(Request{Kind: Revoke, Record: r.ID}))
		d.ends(t)
		if len(w.store.Snapshot().Records()) != 0 {
			t.Error("the record stays")
		}
		w.checkTidy(t)
	})
}

func TestAnOldSecretThatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		can     exchanges.Capabilities
		verdict Verdict
	}{"by hand": {byHandOnly, Stated}, "by API": {full, Proven}} {
		t.Run(name, func(t *testing.T) {
			w, old, d := rotation(t, c.can)
			w.addRecord("boss", w.venue.make("boss", exchanges.Read, exchanges.Spot, exchanges.Admin), nil)
			r, _ := w.store.Snapshot().ByName("grid")
			if err := store.NewVault(w.secrets).Delete(context.Background(), r.SecretSlot()); err != nil {
				t.Fatal(err)
			}
			d.answers[AskOldDead] = choose(Go)
			d.answers[AskProve] = choose(ByWord)
			if s := d.ends(t); s.Proof.Verdict != c.verdict || !s.Old.Blind {
				t.Errorf("verdict %q", s.Proof.Verdict)
			}
			if w.venue.key(old.id) != nil {
				t.Error("the old key lives")
			}
			w.checkWhole(t, "grid")
		})
	}
}

func TestAnOldSecretOfAnotherKeyIsNotTouched(t *testing.T) {
	w, _, d := rotation(t, byHandOnly)
	r, _ := w.store.Snapshot().ByName("grid")
	ctx := context.Background()
	v := store.NewVault(w.secrets)
	stranger := w.venue.make("stranger", exchanges.Read)
	if err := errors.Join(v.Delete(ctx, r.SecretSlot()), v.Put(ctx, r.SecretSlot(), stranger.credential())); err != nil {
		t.Fatal(err)
	}
	u := d.stopsAt(t, AskProblem)
	if !strings.Contains(u.Prompt.Warn[0], store.ErrMismatch.Error()) || w.venue.count("inspect") != 0 {
		t.Errorf("%+v after %v", u.Prompt, w.venue.calls)
	}
}
