package flow

import (
	"slices"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// publicHalves are the abilities of an exchange at which a person approves the
// public half of a pair, and whose list of approved ones is public.
var publicHalves = func() exchanges.Capabilities {
	c := byHandOnly
	c.KeyPair, c.KeyIsPublicHalf = exchanges.Ed25519, true
	c.List, c.ListIsPublic, c.Reach = true, true, exchanges.OwnKeys
	return c
}()

// pairs makes key pairs in the venue's form: a short public half where that is
// the key's ID.
func (v *venue) pairs(kind exchanges.KeyAlgorithm) exchanges.PairMaker {
	m := exchanges.Adapter{}.PairMaker(kind)
	if !v.can.KeyIsPublicHalf {
		return m
	}
	short := func(public string, err error) (string, error) { return "pub-" + store.Fingerprint(public)[:24], err }
	return exchanges.PairMaker{
		New: func() (exchanges.Secret, string, error) {
			private, public, err := m.New()
			public, err = short(public, err)
			return private, public, err
		},
		PublicHalf: func(private exchanges.Secret) (string, error) { return short(m.PublicHalf(private)) },
	}
}

// approve makes the public half of a pair a live key, as the web page does.
// Approving it twice changes nothing.
func (v *venue) approve(label, public string, p ...exchanges.Permission) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.keys[public] != nil {
		return
	}
	k := v.add(label, exchanges.NewPermissionSet(p...), exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}})
	delete(v.keys, k.id)
	k.id, k.public, k.secret = public, public, ""
	v.keys[public], v.order[len(v.order)-1] = k, public
}

// approver is rotator at such an exchange.
func approver(w *world, id ID) *driver { return approving(w, rotator(w, id)) }

func approvingCreator(w *world, id ID) *driver { return approving(w, creator(w, id)) }

func approving(w *world, d *driver) *driver {
	if plan := d.answers[AskPlan]; plan != nil {
		d.answers[AskPlan] = values(Go, "consumers", "bot") // the pair is the default
	}
	d.answers[AskPaste] = func(u Update) Answer {
		w.venue.approve(u.State.Plan.Label, u.State.Plan.Public, u.State.permissions()...)
		return Answer{Choice: Go}
	}
	return d
}

// publicRotation is a rotation of a key of the venue that has begun.
func publicRotation(t *testing.T, kind Kind, change func(*store.Record)) (*world, *venueKey, *driver) {
	t.Helper()
	w := newWorld(t, publicHalves)
	old := w.venue.make("orig", exchanges.Read, exchanges.Spot)
	r := w.addRecord("grid", old, change)
	return w, old, approver(w, w.begin(Request{Kind: kind, Record: r.ID}))
}

func TestNothingIsPastedWhereThePublicHalfIsTheKey(t *testing.T) {
	w, old, d := publicRotation(t, Rotate, nil)
	u := d.stopsAt(t, AskPaste)
	public := u.State.Plan.Public
	shown := slices.ContainsFunc(u.Prompt.Guide, func(l Line) bool { return l.Name == exchanges.PutPublicKey && l.Copy == public })
	if len(u.Prompt.Fields) != 0 || !shown || u.State.Plan.Source != exchanges.FromKeyPair {
		t.Errorf("%d fields, shown: %t, source %s", len(u.Prompt.Fields), shown, u.State.Plan.Source)
	}
	w.venue.approve(u.State.Plan.Label, public, exchanges.Read, exchanges.Spot)
	// What is pasted all the same does not count.
	d.mustTell(t, u, Answer{Choice: Go, Credential: exchanges.Credential{KeyID: old.id, Secret: exchanges.NewSecret(old.secret)}})
	s := d.ends(t)
	if s.New.Fingerprint != store.Fingerprint(public) || s.Proof.Verdict != Proven || !s.Proof.Unknown {
		t.Errorf("new key %s, proof %+v", s.New.Masked, s.Proof)
	}
	w.checkRotated(t, "grid", old)
}

// The person answers before they approved: what to approve is shown again.
func TestAnApprovalThatIsMissingCanBeMadeUpFor(t *testing.T) {
	w, old, d := publicRotation(t, Rotate, nil)
	d.mustTell(t, d.stopsAt(t, AskPaste), Answer{Choice: Go})
	u := d.stopsAt(t, AskProblem)
	if text := promptText(*u.Prompt); !strings.Contains(text, u.State.Plan.Public) || !offers(u.Prompt, Retry) {
		t.Errorf("it says:\n%s", text)
	}
	w.venue.approve(u.State.Plan.Label, u.State.Plan.Public, exchanges.Read, exchanges.Spot)
	d.mustTell(t, u, Answer{Choice: Retry})
	d.ends(t)
	w.checkRotated(t, "grid", old)
}

// A pair that the exchange's page makes is pasted, as everywhere.
func TestAPairOfTheExchangesMakingIsPasted(t *testing.T) {
	w, _, d := publicRotation(t, Rotate, nil)
	d.answers[AskPlan] = values(Go, "source", string(exchanges.FromExchange))
	if u := d.stopsAt(t, AskPaste); len(u.Prompt.Fields) != 1 || u.State.Plan.Public != "" {
		t.Errorf("%+v", u.Prompt.Fields)
	}
	d.answers[AskPaste] = rotator(w, d.id).answers[AskPaste]
	if s := d.ends(t); s.Proof.Verdict != Proven {
		t.Errorf("%+v", s.Proof)
	}
}

// withoutSecret takes the secret of a record out of the keyring.
func (w *world) withoutSecret(t *testing.T, name string) {
	t.Helper()
	r, _ := w.store.Snapshot().ByName(name)
	if err := store.NewVault(w.secrets).Delete(t.Context(), r.SecretSlot()); err != nil {
		t.Fatal(err)
	}
}

// Where the secret is lost nothing can be asked with the key, but the public
// list of its account proves the death all the same.
func TestAPublicListProvesTheDeathOfAKeyWithoutSecret(t *testing.T) {
	for _, kind := range []Kind{Revoke, Rotate} {
		w, old, d := publicRotation(t, kind, nil)
		w.withoutSecret(t, "grid")
		d.answers[AskOldDead] = choose(Go)
		u := d.stopsAt(t, AskGone)
		if !u.State.Old.Blind || !u.State.Old.Listed || u.State.Old.Facts.Account != "main" {
			t.Errorf("%s: %+v", kind, u.State.Old)
		}
		d.mustTell(t, u, Answer{Choice: Go}) // and yet it is still there
		u = d.next()
		if q := u.State.Proof; !q.Listed || !q.Alive || q.Verdict != Open {
			t.Errorf("%s: %+v", kind, q)
		}
		w.venue.remove(old.id)
		if s := d.ends(t); s.Proof.Verdict != Proven || !s.Proof.Unlisted || s.Proof.Unknown {
			t.Errorf("%s: %+v", kind, s.Proof)
		}
		w.checkTidy(t)
	}
}

// A list is a witness only of an account that is known, and of a key that was
// in it.
func TestAPublicListIsNoWitnessOfAnUnknownAccount(t *testing.T) {
	for name, change := range map[string]func(*store.Record){
		"unknown": func(r *store.Record) { r.Facts.Account = "" },
		"another": func(r *store.Record) { r.Facts.Account = "somebody else's" },
	} {
		w, old, d := publicRotation(t, Revoke, change)
		w.withoutSecret(t, "grid")
		d.answers[AskOldDead] = choose(Go)
		u := d.stopsAt(t, AskGone)
		w.venue.remove(old.id)
		d.mustTell(t, u, Answer{Choice: Go})
		if u = d.stopsAt(t, AskProve); u.State.Old.Listed || u.State.Proof.Unlisted || u.State.Proof.Verdict != Open {
			t.Errorf("%s: listed %t, %+v", name, u.State.Old.Listed, u.State.Proof)
		}
	}
}

// A list that is refused is gone without, since the key itself is asked; one that
// cannot be reached is asked again.
func TestAPublicListThatFailsOnce(t *testing.T) {
	for kind, listed := range map[exchanges.Kind]bool{exchanges.NotFound: false, exchanges.Invalid: false, exchanges.Network: true} {
		w, _, d := publicRotation(t, Revoke, nil)
		failed := false
		w.venue.failWith(func(op string) (error, bool) {
			if op != "list" || failed {
				return nil, false
			}
			failed = true
			return refuse(op, kind), false
		})
		if old := d.stopsAt(t, AskRevoke).State.Old; old.Listed != listed || old.Accepted.IsZero() != listed {
			t.Errorf("%s: %+v", kind, old)
		}
	}
}

// An exchange without IP whitelists takes none, and says so before it matters.
func TestWhereThereAreNoWhitelistsNoneIsPlanned(t *testing.T) {
	w := newWorld(t, publicHalves)
	w.info.Guide.IPs = exchanges.IPRule{None: true}
	w.venue.open = true
	d := approvingCreator(w, w.begin(Request{Kind: Create, Name: "fresh"}))
	u := d.stopsAt(t, AskIPs)
	if text := promptText(*u.Prompt); !strings.Contains(text, "has no IP whitelists") || u.Prompt.Fields[0].Default != "any" || offers(u.Prompt, Lookup) {
		t.Errorf("it says:\n%s", text)
	}
	w.wrong(t, "a list", u.State, values1(Go, "ips", "203.0.113.7"), "ips", "has no IP whitelists")
	if a, err := w.judged(u.State, Answer{Choice: Go}); err != nil || a.Values["ips"] != "any" {
		t.Errorf("%+v, %v", a, err)
	}
}
