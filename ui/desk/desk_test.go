package desk

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// toy is an exchange whose answers the test writes.
type toy struct {
	mu     sync.Mutex
	info   exchanges.Info
	answer func(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error)
	asked  []string
	most   int // calls under way at once
	now    int
}

func (x *toy) Info() exchanges.Info { return x.info }

func (x *toy) Inspect(ctx context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	x.mu.Lock()
	x.asked = append(x.asked, c.KeyID)
	x.now++
	x.most = max(x.most, x.now)
	x.mu.Unlock()
	defer func() { x.mu.Lock(); x.now--; x.mu.Unlock() }()
	return x.answer(ctx, c)
}

// accept is an exchange's plain yes.
func accept(_ context.Context, c exchanges.Credential) (exchanges.KeyInfo, error) {
	return exchanges.KeyInfo{KeyID: c.KeyID, Permissions: exchanges.NewPermissionSet(exchanges.Read, exchanges.Spot)}, nil
}

// bench is a desk with everything replaced but the store.
type bench struct {
	*Desk
	toy     *toy
	secrets store.Secrets
	opened  []string
	openErr error
	venue   func(*bench) exchanges.Exchange // in place of the toy itself
	can     exchanges.Capabilities
	home    string
	clock   time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	return reopen(t, &bench{secrets: store.NewMemorySecrets(), home: t.TempDir(), clock: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}, "")
}

// newBenchOf returns a desk whose exchange can do more than inspect.
func newBenchOf(t *testing.T, venue func(*bench) exchanges.Exchange, can exchanges.Capabilities) *bench {
	t.Helper()
	return reopen(t, &bench{
		secrets: store.NewMemorySecrets(), home: t.TempDir(), clock: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), venue: venue, can: can,
	}, "")
}

// know changes a record as if an exchange had told something.
func (b *bench) know(t *testing.T, id store.RecordID, change func(*store.Record)) {
	t.Helper()
	_, err := b.store.Update(func(d *store.Draft) error {
		r, _ := d.Get(id)
		change(&r)
		return d.Replace(r)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// reopen starts the program again on the same folder and keyring.
func reopen(t *testing.T, b *bench, backend string) *bench {
	t.Helper()
	b.toy = &toy{answer: accept, info: exchanges.Info{ID: "toy", Name: "Toy", Sites: []exchanges.Site{
		{ID: "global", Environment: exchanges.Live, Origin: "https://toy.example", KeysPage: "https://toy.example/keys", Capabilities: b.can},
		{ID: "global", Environment: exchanges.Testnet, Origin: "https://test.toy.example"},
	}, Guide: exchanges.Guide{
		Delete: []exchanges.GuideStep{{Text: "Keys"}, {Text: "Delete", Put: exchanges.PutKey}}, AsOf: "2026-11-23",
	}}}
	now := func() time.Time { return b.clock }
	st, err := store.Open(store.Options{Home: b.home, Now: now, Actor: "ann", Host: "box"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	b.Desk = New(Deps{
		Store: st, Backend: backend, Platform: "os-ring", Now: now,
		Registry: exchanges.NewRegistry(exchanges.Adapter{
			Info: b.toy.info,
			Check: func(c exchanges.Credential) (exchanges.Credential, error) {
				if strings.Contains(c.KeyID, " ") {
					return c, &exchanges.Error{Exchange: "toy", Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Hint: "No spaces."}
				}
				return c, nil
			},
			New: func(exchanges.Connection) (exchanges.Exchange, error) {
				if b.venue != nil {
					return b.venue(b), nil
				}
				return b.toy, nil
			},
		}),
		OpenKeyring: func(_ context.Context, name string) (store.Secrets, error) {
			b.opened = append(b.opened, name)
			return b.secrets, b.openErr
		},
		ProveKeyring: func(context.Context, store.Secrets) error { return nil },
	})
	if _, err := b.Load(); err != nil {
		t.Fatal(err)
	}
	return b
}

func key(name, id string) NewKey {
	return NewKey{Name: name, Exchange: "toy", Environment: exchanges.Live,
		Credential: exchanges.Credential{KeyID: id, Secret: exchanges.NewSecret("s-" + id)}}
}

func (b *bench) add(t *testing.T, k NewKey) *store.Record {
	t.Helper()
	r, err := b.Add(context.Background(), k, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (b *bench) actions(t *testing.T) []store.Action {
	t.Helper()
	var out []store.Action
	for e, err := range b.store.ReadAudit() {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e.Action)
	}
	return out
}

func TestStartupTouchesNoKeyring(t *testing.T) {
	b := newBench(t)
	b.add(t, key("one", "id-1"))
	b = reopen2(t, b)
	_ = b.Snapshot()
	_ = b.Keyring()
	if len(b.opened) != 0 {
		t.Errorf("opened %v before anything was asked of it", b.opened)
	}
}

// reopen2 ends the program and starts it again.
func reopen2(t *testing.T, b *bench) *bench {
	t.Helper()
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	b.opened = nil
	return reopen(t, b, "")
}

func TestAddPutsTheSecretInTheKeyringAndTheRestInTheFile(t *testing.T) {
	b := newBench(t)
	k := key("grid-bot", "vmPUZE6mv9SD5VNH")
	trial, err := b.Try(context.Background(), k)
	if err != nil || trial.Err != nil {
		t.Fatal(err, trial.Err)
	}
	r, err := b.Add(context.Background(), k, &trial)
	if err != nil {
		t.Fatal(err)
	}
	if r.Status() != store.OK || !r.Facts.Permissions.Has(exchanges.Spot) || strings.Contains(r.KeyID, "ZE6mv9SD") {
		t.Errorf("record %+v", r)
	}
	c, err := store.NewVault(b.secrets).Credential(context.Background(), r)
	if err != nil || c.KeyID != "vmPUZE6mv9SD5VNH" || c.Secret.Reveal() != "s-vmPUZE6mv9SD5VNH" {
		t.Errorf("vault holds %v, %v", c.KeyID, err)
	}
	if got := b.actions(t); !slices.Equal(got, []store.Action{store.ActionAdded}) {
		t.Errorf("audit log says %v", got)
	}
}

func TestTryTellsTheRefusalApartFromWhatKeptItFromAsking(t *testing.T) {
	b := newBench(t)
	b.toy.answer = func(context.Context, exchanges.Credential) (exchanges.KeyInfo, error) {
		return exchanges.KeyInfo{Label: "ignored"}, &exchanges.Error{Kind: exchanges.IPBlocked}
	}
	trial, err := b.Try(context.Background(), key("a", "id"))
	if err != nil || !errors.Is(trial.Err, exchanges.IPBlocked) || trial.Info.Label != "" {
		t.Errorf("trial %+v, %v", trial, err)
	}
	if _, err := b.Try(context.Background(), key("a", "id with space")); !errors.Is(err, exchanges.Invalid) {
		t.Errorf("a malformed key gives %v", err)
	}
	wrongSite := key("a", "id")
	wrongSite.Environment = exchanges.Demo
	if _, err := b.Try(context.Background(), wrongSite); !errors.Is(err, exchanges.Unsupported) {
		t.Errorf("a missing site gives %v", err)
	}
	if len(b.toy.asked) != 1 {
		t.Errorf("the exchange was asked %d times", len(b.toy.asked))
	}
}

func TestAddRefusesWhatIsThereAlready(t *testing.T) {
	b := newBench(t)
	b.add(t, key("grid-bot", "id-1"))
	for _, k := range []NewKey{key("Grid-Bot", "id-2"), key("other", "id-1"), key("", "id-3"), key("bad\x1bname", "id-4")} {
		if _, err := b.Add(context.Background(), k, nil); err == nil {
			t.Errorf("%q with key %s was added", k.Name, k.Credential.KeyID)
		}
	}
	if n := b.Snapshot().Len(); n != 1 {
		t.Errorf("%d records", n)
	}
	slots, err := b.secrets.List(context.Background())
	if err != nil || len(slots) != 2 { // the key and the audit log's anchor
		t.Errorf("keyring holds %v, %v: a refused key left something", slots, err)
	}
}

func TestKeyringIsProvenAndPinnedOnce(t *testing.T) {
	b := newBench(t)
	b.add(t, key("one", "id-1"))
	b.add(t, key("two", "id-2"))
	if got := b.store.Keyring(); got != "os-ring" {
		t.Errorf("pinned %q", got)
	}
	if !slices.Equal(b.opened, []string{"os-ring"}) {
		t.Errorf("opened %v", b.opened)
	}
}

func TestAnotherKeyringThanThePinnedOneIsRefused(t *testing.T) {
	b := newBench(t)
	b.add(t, key("one", "id-1"))
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	b = reopen(t, b, "file")
	_, err := b.Add(context.Background(), key("two", "id-2"), nil)
	k, ok := errors.AsType[*store.KeyringError](err)
	if !ok || !strings.Contains(k.Hint, "--keyring os-ring") {
		t.Errorf("got %v", err)
	}
	if slices.Contains(b.opened, "file") {
		t.Error("the other keyring was opened")
	}
}

func TestAFailedKeyringIsTriedAgain(t *testing.T) {
	b := newBench(t)
	b.openErr = &store.KeyringError{Backend: "os-ring", Op: "open", Err: errors.New("locked"), Locked: true}
	if _, err := b.Add(context.Background(), key("one", "id-1"), nil); err == nil {
		t.Fatal("added without a keyring")
	}
	if b.Keyring().Err == nil {
		t.Error("the failure is not shown")
	}
	b.openErr = nil
	b.add(t, key("one", "id-1"))
	if s := b.Keyring(); !s.Opened || s.Err != nil {
		t.Errorf("state %+v", s)
	}
}

func TestAKeyringThatCannotWorkIsNamedBeforeItIsTouched(t *testing.T) {
	b := newBench(t)
	asked := 0
	b.ring.deps.UsableKeyring = func(name string) error {
		asked++
		return &store.KeyringError{Backend: name, Op: "open", Err: errors.New("no session bus"), Hint: "log in on a desktop"}
	}
	for range 3 {
		if s := b.Keyring(); s.Err == nil || s.Opened {
			t.Errorf("state %+v", s)
		}
	}
	if asked != 1 || len(b.opened) != 0 {
		t.Errorf("asked %d times, opened %v", asked, b.opened)
	}
	if what, hint := Explain(b.Keyring().Err); !strings.Contains(what, "no session bus") || hint != "Log in on a desktop" {
		t.Errorf("explained as %q, %q", what, hint)
	}
}

func TestEditAndUndo(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("old", "id-1"))
	undo, err := b.Edit(context.Background(), r.ID, "new", Details{Purpose: "tax", Consumers: []store.Consumer{{Name: "bot"}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Snapshot().ByID(r.ID); got.Name != "new" || got.Purpose != "tax" {
		t.Errorf("after the edit: %+v", got)
	}
	if err := undo(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.Snapshot().ByID(r.ID); got.Name != "old" || got.Purpose != "" || len(got.Consumers) != 0 {
		t.Errorf("after undo: %+v", got)
	}
	if _, err := b.Edit(context.Background(), "nosuchkey", "x", Details{}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("editing a missing key gives %v", err)
	}
}

func TestForgetRemovesRecordAndSecret(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-1"))
	if err := b.Forget(context.Background(), r.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := store.NewVault(b.secrets).Credential(context.Background(), r); !errors.Is(err, store.ErrNoSecret) {
		t.Errorf("the secret: %v", err)
	}
	if b.Snapshot().Len() != 0 {
		t.Error("the record is still there")
	}
	events, err := b.History(r.ID, 10)
	if err != nil || len(events) != 2 || events[0].Action != store.ActionForgotten || events[0].Actor != "ann" {
		t.Errorf("history %+v, %v", events, err)
	}
}

func TestForgetKeepsARecordWhoseSecretCannotBeReached(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-1"))
	b = reopen2(t, b)
	b.openErr = errors.New("no bus")
	if err := b.Forget(context.Background(), r.ID); err == nil {
		t.Error("forgotten without a keyring")
	}
	if b.Snapshot().Len() != 1 {
		t.Error("the record is gone, its secret is not")
	}
}

func TestReadOnlyDeskAsksButWritesNothing(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-1"))
	second := reopen(t, &bench{secrets: b.secrets, home: b.home, clock: b.clock}, "") // the first still holds the lock
	if why := second.ReadOnly(); !strings.Contains(why, "another keyrota") {
		t.Fatalf("read-only because %q", why)
	}
	var got *store.Record
	if err := second.Verify(context.Background(), nil, func(p Progress) {
		if p.Phase == Done {
			got = p.Record
		}
	}); err != nil {
		t.Fatal(err)
	}
	if got == nil || got.ID != r.ID || got.Status() != store.OK {
		t.Errorf("reported %+v", got)
	}
	if saved, _ := second.Snapshot().ByID(r.ID); saved.Status() != store.Unverified {
		t.Error("a read-only desk changed a record")
	}
	if _, err := second.Add(context.Background(), key("two", "id-2"), nil); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("add gives %v", err)
	}
	if files, _ := filepath.Glob(filepath.Join(b.home, "*.tmp*")); len(files) != 0 {
		t.Errorf("left %v", files)
	}
}
