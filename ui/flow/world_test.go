package flow

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// errDead is what a dead process gets from everything.
var errDead = errors.New("the process is dead")

// world is what outlives a crash: the disk, the keyring and the exchange. Each
// thing that changes one of them passes step, which counts, and kills the
// process at the chosen one.
type world struct {
	t       testing.TB
	home    string
	secrets store.Secrets
	venue   *venue
	info    exchanges.Info

	mu      sync.Mutex
	ticks   int
	crashAt int // 0: never
	dead    bool
	time    time.Time
	log     []string // what was reached, for a failing test

	store    *store.Store
	engine   *Engine
	handler  *fakeHandler
	patience time.Duration // ProveFor

	// fails, when set, decides whether a call to the disk or the keyring fails
	// before it has done anything.
	fails func(what string) error
}

const testExchange exchanges.ID = "toy"

// fastDir is a folder on a disk that flushes at once, where there is one: what
// is on it outlives the process of a test, and no test cuts the power.
func fastDir(t testing.TB) string {
	t.Helper()
	const memory = "/dev/shm"
	if info, err := os.Stat(memory); err != nil || !info.IsDir() {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(memory, "keyrota-flow-*")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// newWorld has one exchange, and no record yet.
func newWorld(t testing.TB, can exchanges.Capabilities) *world {
	t.Helper()
	w := &world{t: t, home: fastDir(t), secrets: store.NewMemorySecrets(), time: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC),
		handler: &fakeHandler{}, patience: 3 * time.Minute}
	w.info = exchanges.Info{
		ID: testExchange, Name: "Toy",
		Sites: []exchanges.Site{
			{ID: "global", Name: "Toy", Environment: exchanges.Live, Origin: "https://toy.example", KeysPage: "https://toy.example/keys", Capabilities: can},
			{ID: "global", Name: "Toy test", Environment: exchanges.Testnet, Origin: "https://test.toy.example", KeysPage: "https://test.toy.example/keys", Capabilities: can},
		},
		Form: exchanges.Form{Fields: []exchanges.Field{{Name: exchanges.FieldKey, Label: "API Key"}, {Name: exchanges.FieldSecret, Label: "Secret"}}},
		Guide: exchanges.Guide{
			Create: []exchanges.GuideStep{{Text: "New key"}, {Text: "Name", Put: exchanges.PutLabel}, {Text: "Public key", Put: exchanges.PutPublicKey, Only: exchanges.FromKeyPair},
				{Text: "Tick", Put: exchanges.PutTicks}, {Text: "Leave off", Put: exchanges.PutNoTicks}, {Text: "Addresses", Put: exchanges.PutIPs}},
			Restrict: []exchanges.GuideStep{{Text: "Edit", Put: exchanges.PutKey}, {Text: "Addresses", Put: exchanges.PutIPs}},
			Delete:   []exchanges.GuideStep{{Text: "Delete", Put: exchanges.PutKey}},
			Boxes: []exchanges.Box{
				{Words: "See", Gives: []exchanges.Permission{exchanges.Read}}, {Words: "Trade", Gives: []exchanges.Permission{exchanges.Spot}},
				{Words: "Manage", Gives: []exchanges.Permission{exchanges.Admin}}, {Words: "Pay out", Gives: []exchanges.Permission{exchanges.Withdraw}},
			},
			Label: exchanges.LabelRule{Max: 20, Chars: "_-"}, IPs: exchanges.IPRule{Most: 5, CIDR: true}, MostKeys: 6, AsOf: "2026-11-01", Source: "toy.example",
		},
	}
	w.venue = newVenue(w, can)
	w.boot()
	t.Cleanup(w.halt)
	return w
}

// boot starts the process.
func (w *world) boot() {
	w.t.Helper()
	s, err := store.Open(store.Options{Home: w.home, Now: w.now, Actor: "test", Host: "test"})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := s.Load(); err != nil {
		w.t.Fatal(err)
	}
	w.mu.Lock()
	w.dead = false
	w.mu.Unlock()
	w.store = s
	w.engine = New(Deps{
		Pairs:   func(_ exchanges.ID, kind exchanges.KeyAlgorithm) exchanges.PairMaker { return w.venue.pairs(kind) },
		Journal: journal{w}, Vault: vault{w, store.NewVault(w.secrets)}, Records: records{w}, Log: auditLog{w}, Handler: w.handler,
		Infos: func() []exchanges.Info { return []exchanges.Info{w.info} },
		Venue: func(_ exchanges.ID, env exchanges.Environment, _ string) (exchanges.Exchange, error) {
			return w.venue.at(env), nil
		},
		Check: func(_ exchanges.ID, c exchanges.Credential) (exchanges.Credential, error) {
			if c.KeyID == "" || c.Secret.IsZero() {
				return c, &exchanges.Error{Exchange: testExchange, Op: "check", Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Hint: "Paste both parts."}
			}
			return c, nil
		},
		Nonce: func(*store.Record) exchanges.NonceUnit { return "" },
		Echo:  func(context.Context) ([]string, error) { return []string{"203.0.113.7"}, nil },
		ReadOnly: func() string {
			why, _ := s.ReadOnly()
			return why
		},
		ProveFor: w.patience, ProveEvery: time.Minute,
		Now: w.now, After: w.after,
	})
	if err := w.engine.Load(); err != nil {
		w.t.Fatal(err)
	}
}

// halt ends the process in good order.
func (w *world) halt() {
	w.engine.Close()
	_ = w.store.Close()
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.time
}

// after lets time pass at once: a flow that waits is the only one that does.
func (w *world) after(d time.Duration) <-chan time.Time {
	c := make(chan time.Time, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return c // a dead process waits for ever
	}
	if d > 0 {
		w.time = w.time.Add(d)
	}
	c <- w.time
	return c
}

// step does something that outlives the process. It dies before or after it
// when that is the chosen moment.
func (w *world) step(what string, act func() error) error {
	if err := w.tick("before " + what); err != nil {
		return err
	}
	err := act()
	if dead := w.tick("after " + what); dead != nil {
		return dead
	}
	return err
}

func (w *world) tick(where string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return errDead
	}
	w.ticks++
	w.log = append(w.log, where)
	if w.ticks == w.crashAt {
		w.dead = true
		return errDead
	}
	return nil
}

func (w *world) alive() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.dead {
		return errDead
	}
	return nil
}

func (w *world) isDead() bool { return w.alive() != nil }

// The engine's needs, each of which passes the world's step.
type (
	journal struct{ w *world }
	vault   struct {
		w *world
		v *store.Vault
	}
	records  struct{ w *world }
	auditLog struct{ w *world }
)

func (j journal) FlowIDs() ([]string, error) { return j.w.store.FlowIDs() }
func (j journal) AppendFlow(id string, line []byte) error {
	if err := j.w.failure("journal"); err != nil {
		return err
	}
	return j.w.step("journal", func() error { return j.w.store.AppendFlow(id, line) })
}
func (j journal) TailFlow(id string, most int) ([][]byte, error) { return j.w.store.TailFlow(id, most) }
func (j journal) RemoveFlow(id string) error {
	if err := j.w.failure("journal end"); err != nil {
		return err
	}
	return j.w.step("journal end", func() error { return j.w.store.RemoveFlow(id) })
}

func (v vault) Put(ctx context.Context, s store.Slot, c exchanges.Credential) error {
	if err := v.w.failure("keyring put"); err != nil {
		return err
	}
	return v.w.step("keyring put", func() error { return v.v.Put(ctx, s, c) })
}

func (v vault) Get(ctx context.Context, s store.Slot) (exchanges.Credential, error) {
	if err := v.w.alive(); err != nil {
		return exchanges.Credential{}, err
	}
	if err := v.w.failure("keyring get"); err != nil {
		return exchanges.Credential{}, err
	}
	return v.v.Get(ctx, s)
}

func (v vault) Delete(ctx context.Context, s store.Slot) error {
	if err := v.w.failure("keyring delete"); err != nil {
		return err
	}
	return v.w.step("keyring delete", func() error { return v.v.Delete(ctx, s) })
}

func (v vault) Prove(context.Context) error {
	if err := v.w.alive(); err != nil {
		return err
	}
	return v.w.failure("keyring prove")
}

// failure asks the test whether a call fails.
func (w *world) failure(what string) error {
	w.mu.Lock()
	fails := w.fails
	w.mu.Unlock()
	if fails == nil {
		return nil
	}
	return fails(what)
}

// failWith sets what fails from now on; nil: nothing.
func (w *world) failWith(fails func(what string) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails = fails
}

func (r records) Snapshot() *store.Snapshot { return r.w.store.Snapshot() }
func (r records) Update(change func(*store.Draft) error) (*store.Snapshot, error) {
	if err := r.w.failure("keys.toml"); err != nil {
		return nil, err
	}
	var snap *store.Snapshot
	err := r.w.step("keys.toml", func() (err error) { snap, err = r.w.store.Update(change); return err })
	return snap, err
}

func (l auditLog) Audit(ctx context.Context, events ...store.Event) error {
	if err := l.w.failure("audit log"); err != nil {
		return err
	}
	return l.w.step("audit log", func() error { return l.w.store.Audit(ctx, store.VaultAnchor{Secrets: l.w.secrets}, events...) })
}

func (l auditLog) Logged(want store.Event) (bool, error) {
	for e, err := range l.w.store.ReadAudit() {
		if err != nil {
			return false, err
		}
		if e.Flow == want.Flow && e.Action == want.Action && e.Detail == want.Detail && e.At.Sub(want.At).Abs() < time.Second {
			return true, nil
		}
	}
	return false, nil
}

// fakeHandler remembers which credential each consumer got.
type fakeHandler struct {
	mu    sync.Mutex
	fails int
	got   []string
}

func (h *fakeHandler) RunHook(_ context.Context, c store.Consumer, _ *store.Record, cred exchanges.Credential) error {
	return h.hand("hook", c, cred)
}

func (h *fakeHandler) WriteFile(_ context.Context, c store.Consumer, _ *store.Record, cred exchanges.Credential) error {
	return h.hand("file", c, cred)
}

func (h *fakeHandler) hand(how string, c store.Consumer, cred exchanges.Credential) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fails > 0 {
		h.fails--
		return errors.New("exit status 1")
	}
	h.got = append(h.got, fmt.Sprintf("%s %s %s", how, c.Name, cred.KeyID))
	return nil
}

// addRecord stores a live key of the venue as a record.
func (w *world) addRecord(name string, k *venueKey, change func(*store.Record)) *store.Record {
	w.t.Helper()
	r := store.Record{ID: store.NewRecordID(), Name: name, Exchange: testExchange, Environment: exchanges.Live,
		KeyID: store.MaskKeyID(k.id), Fingerprint: store.Fingerprint(k.id), Added: w.now(),
		Facts: store.Facts{Seen: w.now(), Account: k.account, Permissions: k.permissions, ExchangePermissions: words(k.permissions.All(exchanges.Granted)), IPs: k.ips},
		Check: store.Check{At: w.now()}}
	if change != nil {
		change(&r)
	}
	ctx := context.Background()
	if err := store.NewVault(w.secrets).Put(ctx, r.SecretSlot(), k.credential()); err != nil {
		w.t.Fatal(err)
	}
	snap, err := w.store.Update(func(d *store.Draft) error { return d.Add(r) })
	if err != nil {
		w.t.Fatal(err)
	}
	out, _ := snap.ByID(r.ID)
	return out
}

// slots returns what lies in the keyring, without the audit log's anchor.
func (w *world) slots() []store.Slot {
	all, err := w.secrets.List(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.DeleteFunc(all, func(s store.Slot) bool { return s[:4] != "key-" })
}
