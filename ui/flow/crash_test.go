package flow

import (
	"context"
	"fmt"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// scenario is one way through a flow that is killed at every boundary.
type scenario struct {
	name  string
	can   exchanges.Capabilities
	setup func(w *world) Request
	drive func(w *world, id ID) *driver
	check func(t *testing.T, w *world)
}

var pairs = func() exchanges.Capabilities {
	c := full
	c.KeyPair, c.KeyPairByAPI, c.IPsByEdit = exchanges.Ed25519, true, true
	return c
}()

// rotateSetup begins a rotation of a key with three consumers.
func rotateSetup(perms ...exchanges.Permission) func(*world) Request {
	return func(w *world) Request {
		old := w.venue.make("orig", perms...)
		r := w.addRecord("grid", old, func(r *store.Record) {
			r.Consumers = []store.Consumer{{Name: "bot", OnRotate: "restart bot"}, {Name: "file", By: store.HandFile, File: "/x", Template: "/y"}, {Name: "self"}}
		})
		return Request{Kind: Rotate, Record: r.ID}
	}
}

func scenarios() []scenario {
	rotated := func(t *testing.T, w *world) {
		t.Helper()
		if live := w.venue.live(); len(live) != 1 || live[0] == "orig" {
			t.Errorf("live keys: %v", live)
		}
		w.checkWhole(t, "grid")
	}
	revoked := func(t *testing.T, w *world) {
		t.Helper()
		for _, l := range w.venue.live() {
			if l == "orig" {
				t.Error("the key lives")
			}
		}
		if _, ok := w.store.Snapshot().ByName("grid"); ok {
			t.Error("the record is still there")
		}
		w.checkTidy(t)
	}
	created := func(t *testing.T, w *world) {
		t.Helper()
		n := 0
		for _, l := range w.venue.live() {
			if l != "manager" {
				n++
			}
		}
		if n != 1 {
			t.Errorf("live keys: %v", w.venue.live())
		}
		w.checkWhole(t, "fresh")
	}
	withManager := func(w *world, then Request) Request {
		w.addRecord("manager", w.venue.make("manager", exchanges.Read, exchanges.Spot, exchanges.Admin), nil)
		return then
	}
	return []scenario{
		{"rotate by API", full, rotateSetup(exchanges.Read, exchanges.Spot, exchanges.Admin), rotator, rotated},
		{"rotate by API with a key pair", pairs, rotateSetup(exchanges.Read, exchanges.Spot, exchanges.Admin), pairRotator, rotated},
		{"rotate by hand", byHandOnly, rotateSetup(exchanges.Read, exchanges.Spot), rotator, rotated},
		{"rotate by hand with a key pair", handPairs(), rotateSetup(exchanges.Read, exchanges.Spot), pairRotator, rotated},
		{"rotate by hand with a key that is its public half", publicHalves, rotateSetup(exchanges.Read, exchanges.Spot), approver, rotated},
		{"create by hand with a key that is its public half", publicHalves, func(*world) Request { return Request{Kind: Create, Name: "fresh"} }, approvingCreator, created},
		{"create by API", full, func(w *world) Request { return withManager(w, Request{Kind: Create, Name: "fresh"}) }, creator, created},
		{"create by API with a key pair", pairs, func(w *world) Request { return withManager(w, Request{Kind: Create, Name: "fresh"}) }, creator, created},
		{"create by hand", byHandOnly, func(*world) Request { return Request{Kind: Create, Name: "fresh"} }, creator, created},
		{"revoke by API", full, func(w *world) Request {
			q := rotateSetup(exchanges.Read, exchanges.Spot)(w)
			q.Kind = Revoke
			return withManager(w, q)
		}, rotator, revoked},
		{"revoke by hand", byHandOnly, func(w *world) Request {
			q := rotateSetup(exchanges.Read)(w)
			q.Kind = Revoke
			return q
		}, rotator, revoked},
		{"rotate without API", exchanges.Capabilities{}, manualSetup(Rotate), manualDriver, rotatedByWord},
		{"create without API", exchanges.Capabilities{}, manualSetup(Create), manualDriver, createdByWord},
		{"revoke without API", exchanges.Capabilities{}, manualSetup(Revoke), manualDriver, revoked},
	}
}

func handPairs() exchanges.Capabilities {
	c := byHandOnly
	c.KeyPair = exchanges.Ed25519
	return c
}

// pairRotator is rotator with a key pair made here.
func pairRotator(w *world, id ID) *driver {
	d := rotator(w, id)
	d.answers[AskPlan] = values(Go, "source", string(exchanges.FromKeyPair))
	plain := d.answers[AskPaste]
	d.answers[AskPaste] = func(u Update) Answer {
		a := plain(u)
		w.venue.key(a.Credential.KeyID).public = u.State.Plan.Public
		return Answer{Choice: Go, Credential: exchanges.Credential{KeyID: a.Credential.KeyID}}
	}
	return d
}

// creator answers everything that a creation asks.
func creator(w *world, id ID) *driver {
	d := rotator(w, id)
	d.answers[AskWhere] = values(Go, "exchange", "toy", "environment", "live", "name", "fresh")
	d.answers[AskPurpose] = values(Go, "purpose", "spot-bot")
	d.answers[AskIPs] = values(Go, "ips", "203.0.113.7")
	d.answers[AskPlan] = values(Go, "consumers", "bot", "source", "secret")
	if w.venue.can.KeyPair != "" {
		d.answers[AskPlan] = values(Go, "consumers", "bot", "source", "key-pair")
	}
	return d
}

// pasteOnce is what a person does by hand: one key is made, and pasted again
// when keyrota does not have it after a crash.
func pasteOnce(w *world, d *driver, made *string) {
	again := d.answers[AskPaste]
	d.answers[AskPaste] = func(u Update) Answer {
		if k := w.venue.key(*made); k != nil {
			c := k.credential()
			if u.State.Plan.Source == exchanges.FromKeyPair {
				c.Secret = exchanges.Secret{}
			}
			return Answer{Choice: Go, Credential: c}
		}
		a := again(u)
		*made = a.Credential.KeyID
		return a
	}
}

// TestEveryCrashPoint kills the process before and after everything that
// outlives it, journal, keyring, keys.toml, audit log and exchange, starts it
// again, and wants the same end each time.
func TestEveryCrashPoint(t *testing.T) {
	for _, sc := range scenarios() {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			points := 0
			for at := 1; ; at++ {
				if !survives(t, sc, at) {
					break
				}
				points++
			}
			if points < 20 {
				t.Errorf("only %d crash points: is everything counted?", points)
			}
			fmt.Printf("%s: %d crash points survived\n", sc.name, points)
		})
	}
}

// survives runs a scenario with one crash and reports whether it came to that.
func survives(t *testing.T, sc scenario, at int) (crashed bool) {
	t.Helper()
	w := newWorld(t, sc.can)
	q := sc.setup(w)
	made := ""
	w.mu.Lock()
	w.ticks, w.crashAt = 0, at
	w.mu.Unlock()
	id, err := w.engine.Start(context.Background(), q)
	if err == nil {
		d := sc.drive(w, id)
		pasteOnce(w, d, &made)
		d.run()
	}
	if crashed = w.isDead(); crashed {
		w.halt()
		w.boot()
		open := w.engine.Open()
		if len(open) == 0 && err != nil {
			if id, err = w.engine.Start(context.Background(), q); err != nil { // it had not begun
				t.Fatal(err)
			}
		}
		d := sc.drive(w, id)
		pasteOnce(w, d, &made)
		if err != nil && len(open) > 0 {
			d.id = open[0].ID
		}
		if u := d.run(); !u.Done {
			t.Fatalf("crash %d (%s): stopped at %s: %+v", at, w.log[at-1], u.State.Step, u.Prompt)
		}
	}
	w.crashAt = 0
	sc.check(t, w)
	if t.Failed() {
		t.Fatalf("crash %d (%s)", at, w.log[at-1])
	}
	w.halt()
	return crashed
}
