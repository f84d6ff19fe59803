package flow

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// The engine's needs, stated by the engine.
type (
	// Journal keeps one file a flow. *store.Store is one.
	Journal interface {
		FlowIDs() ([]string, error)
		AppendFlow(id string, line []byte) error
		TailFlow(id string, most int) ([][]byte, error)
		RemoveFlow(id string) error
	}

	// Vault keeps credentials by slot and never puts one over another.
	Vault interface {
		Put(context.Context, store.Slot, exchanges.Credential) error
		Get(context.Context, store.Slot) (exchanges.Credential, error)
		Delete(context.Context, store.Slot) error

		// Prove shows by a round trip that the keyring keeps what it is given.
		Prove(context.Context) error
	}

	// Records are the records of keys. *store.Store has them.
	Records interface {
		Snapshot() *store.Snapshot
		Update(func(*store.Draft) error) (*store.Snapshot, error)
	}

	// Log is the audit log.
	Log interface {
		Audit(context.Context, ...store.Event) error
		// Logged reports whether the log has an entry of that flow, action and
		// moment.
		Logged(store.Event) (bool, error)
	}

	// Handler hands a credential to a consumer.
	Handler interface {
		// RunHook runs the consumer's command with the credential in its
		// environment only. Its output is nobody's business.
		RunHook(context.Context, store.Consumer, *store.Record, exchanges.Credential) error
		// WriteFile fills the consumer's template and replaces its file.
		WriteFile(context.Context, store.Consumer, *store.Record, exchanges.Credential) error
	}
)

// Deps is what an Engine is made of.
type Deps struct {
	Journal Journal
	Vault   Vault
	Records Records
	Log     Log
	Handler Handler

	// Infos describes the exchanges, Venue returns one at a site.
	Infos func() []exchanges.Info
	Venue func(id exchanges.ID, env exchanges.Environment, site string) (exchanges.Exchange, error)

	// Pairs returns what makes key pairs for an exchange.
	Pairs func(exchanges.ID, exchanges.KeyAlgorithm) exchanges.PairMaker

	// Check brings a pasted credential into form. Nonce is the scale of a key.
	Check func(exchanges.ID, exchanges.Credential) (exchanges.Credential, error)
	Nonce func(*store.Record) exchanges.NonceUnit

	// KeysPage replaces the address of an exchange's page for keys; "" or nil:
	// the site's own.
	KeysPage func(exchanges.ID, exchanges.Environment) string

	// Echo asks the services that tell this machine's public addresses.
	Echo func(context.Context) ([]string, error)

	// ReadOnly returns why nothing can be changed, or "".
	ReadOnly func() string

	// How long an ambiguous refusal must last, and how often it is looked at.
	ProveFor, ProveEvery time.Duration

	Now   func() time.Time
	After func(time.Duration) <-chan time.Time

	// Begin notes that something is under way until the func it returns is
	// called, so that the program does not end in the middle.
	Begin func() func()
}

// Engine runs flows. It implements Flows and is safe for concurrent use.
type Engine struct {
	Deps
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	loaded bool
	flows  map[ID]*run
	going  sync.WaitGroup

	strays sync.Map // ID → the key ID of a stray that waits for a one-time code
}

var _ Flows = (*Engine)(nil)

// New returns an engine. It touches nothing before Load.
func New(d Deps) *Engine {
	ctx, cancel := context.WithCancel(context.Background())
	if d.Begin == nil {
		d.Begin = func() func() { return func() {} }
	}
	return &Engine{Deps: d, ctx: ctx, cancel: cancel, flows: map[ID]*run{}}
}

// Close stops all flows where they are and returns when none acts any more.
// What was begun at an exchange is finished first, or noted as begun.
func (e *Engine) Close() {
	e.cancel()
	e.going.Wait()
}

// Load reads the journals of unfinished flows. It touches no keyring.
func (e *Engine) Load() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.load()
}

func (e *Engine) load() error {
	ids, err := e.Journal.FlowIDs()
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range ids {
		if e.flows[ID(id)] != nil {
			continue
		}
		r, err := e.read(ID(id))
		switch {
		case err != nil:
			errs = append(errs, err)
		case r != nil:
			e.flows[r.id] = r
		}
	}
	e.loaded = true
	return errors.Join(errs...)
}

// Open returns the unfinished flows, oldest first.
func (e *Engine) Open() []Summary {
	e.mu.Lock()
	runs := make([]*run, 0, len(e.flows))
	for _, r := range e.flows {
		runs = append(runs, r)
	}
	e.mu.Unlock()
	out := make([]Summary, 0, len(runs))
	for _, r := range runs {
		if u := r.now(); !u.Done {
			out = append(out, u.State.Summary())
		}
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := &out[i], &out[j]
		return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.Batch.Number, b.Batch.Number), cmp.Compare(a.ID, b.ID)) < 0
	})
	return out
}

// Start begins a flow and returns its id. Nothing is done before Resume.
func (e *Engine) Start(_ context.Context, q Request) (ID, error) {
	defer e.Begin()()
	if why := e.ReadOnly(); why != "" {
		return "", &store.Error{Op: "begin", Path: string(q.Kind), Err: fmt.Errorf("%w: %s", store.ErrReadOnly, why),
			Hint: "Close the other keyrota or do it there; if the folder is what cannot be written, mend that."}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.loaded {
		if err := e.load(); err != nil {
			return "", err
		}
	}
	s, err := e.begin(q)
	if err != nil {
		return "", err
	}
	for _, r := range e.flows {
		if u := r.now(); q.Kind != Create && !u.Done && u.State.Record == s.Record {
			return u.State.ID, &BusyError{u.State.ID}
		}
	}
	r := newRun(e, s)
	if err := r.write(line{At: s.Began, State: &s}); err != nil {
		return "", err
	}
	e.flows[s.ID] = r
	return s.ID, nil
}

// begin makes the first state of a flow.
func (e *Engine) begin(q Request) (State, error) {
	now := e.Now().UTC()
	s := State{ID: ID(fresh(12)), Kind: q.Kind, Rev: 1, Step: paths[q.Kind][0], Began: now, Moved: now, Batch: q.Batch, Plan: q.Preset}
	if q.Kind == Create {
		s.Record, s.Name = store.NewRecordID(), q.Name
		return s, s.takePreset()
	}
	rec, ok := e.Records.Snapshot().ByID(q.Record)
	if !ok {
		return s, &store.Error{Op: string(q.Kind), Path: "the key", Err: store.ErrNotFound, Hint: "It was forgotten in the meantime."}
	}
	s.Record, s.Name = rec.ID, rec.Name
	site, _ := e.site(rec.Exchange, rec.Environment, rec.Site)
	s.Plan = Plan{
		Exchange: rec.Exchange, Environment: rec.Environment, Site: rec.Site, SubAccount: rec.SubAccount, Purpose: rec.Purpose,
		Permissions: words(rec.Facts.Permissions.All(exchanges.Granted)), IPs: rec.Facts.IPs, Can: site.Capabilities,
		Usual: e.usualSite(rec.Exchange, rec.Environment), Manual: e.info(rec.Exchange).Manual, Venue: rec.Venue, KeysPage: rec.KeysPage,
	}
	s.Old = Key{Slot: rec.SecretSlot(), Masked: rec.KeyID, Fingerprint: rec.Fingerprint, Facts: rec.Facts}
	if s.Kind == Rotate {
		for _, c := range rec.Consumers {
			s.Consumers = append(s.Consumers, Handover{Consumer: c, State: Waiting})
		}
	}
	return s, nil
}

// Resume wakes an unfinished flow.
func (e *Engine) Resume(id ID) error {
	e.mu.Lock()
	r := e.flows[id]
	e.mu.Unlock()
	if r == nil {
		return ErrUnknown
	}
	r.wake()
	return nil
}

// Watch returns the flow as it is now, and a channel that gets a token
// whenever it has changed since.
func (e *Engine) Watch(id ID) (now func() Update, changed <-chan struct{}, stop func(), err error) {
	e.mu.Lock()
	r := e.flows[id]
	e.mu.Unlock()
	if r == nil {
		return nil, nil, nil, ErrUnknown
	}
	changed, stop = r.watch()
	return r.now, changed, stop, nil
}

// Answer answers the prompt of revision rev.
func (e *Engine) Answer(ctx context.Context, id ID, rev uint64, a Answer) error {
	e.mu.Lock()
	r := e.flows[id]
	e.mu.Unlock()
	if r == nil {
		return ErrUnknown
	}
	r.wake()
	return r.answer(ctx, rev, a)
}

// Interrupt ends the call that a flow is waiting for.
func (e *Engine) Interrupt(id ID) {
	e.mu.Lock()
	r := e.flows[id]
	e.mu.Unlock()
	if r != nil {
		r.interrupt()
	}
}

// ownerOf returns the name of the record or of the unfinished flow that a key
// belongs to, "" for none.
func (e *Engine) ownerOf(s *State, fingerprint string) string {
	for _, r := range e.Records.Snapshot().Records() {
		if r.Is(s.Plan.Exchange, s.Plan.Venue, fingerprint) {
			return r.Name
		}
	}
	return e.inHands(s, fingerprint)
}

// inHands returns the name of another unfinished flow of the exchange whose old
// or new key has that fingerprint, "" for none. Such a key may be revoked there.
func (e *Engine) inHands(s *State, fingerprint string) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	for id, r := range e.flows {
		u := r.now()
		same := u.State.Old.Fingerprint == fingerprint || u.State.New.Fingerprint == fingerprint
		if id != s.ID && !u.Done && same && u.State.Plan.Exchange == s.Plan.Exchange && store.SameVenue(u.State.Plan.Venue, s.Plan.Venue) {
			return u.State.Name
		}
	}
	return ""
}

// info describes an exchange; the zero Info for one without an adapter.
func (e *Engine) info(id exchanges.ID) *exchanges.Info {
	infos := e.Infos()
	for i := range infos {
		if infos[i].ID == id {
			return &infos[i]
		}
	}
	return &exchanges.Info{ID: id, Name: string(id)}
}

// site returns the site of an environment, the default one for an empty name.
//
//go:noinline // copied into its callers, it would take 2 kB
func (e *Engine) site(id exchanges.ID, env exchanges.Environment, site string) (exchanges.Site, bool) {
	return e.info(id).Site(env, site)
}

// usualSite returns the name of an environment's default site.
func (e *Engine) usualSite(id exchanges.ID, env exchanges.Environment) string {
	site, _ := e.site(id, env, "")
	return site.ID
}

// fresh returns n random lower-case letters and digits.
func fresh(n int) string { return strings.ToLower(rand.Text())[:n] }
