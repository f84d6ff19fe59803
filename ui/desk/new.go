package desk

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/flow"
)

// Deps is what a Desk is made of. Log and Now may be nil.
type Deps struct {
	Store    *store.Store
	Registry *exchanges.Registry

	// Backend is the keyring the person asked for by flag, environment or
	// config.toml; empty: the pinned one, or Platform on the first run.
	Backend  string
	Platform string

	// OpenKeyring opens one backend and no other. ProveKeyring shows by a
	// round trip that it keeps what it is given.
	// UsableKeyring says at once, without touching it, whether a backend can
	// work on this machine; nil: nobody knows.
	OpenKeyring   func(ctx context.Context, backend string) (store.Secrets, error)
	ProveKeyring  func(context.Context, store.Secrets) error
	UsableKeyring func(backend string) error

	// KeysPage replaces the address of an exchange's page for keys; nil or "":
	// the site's own. Environ is what consumers' commands run with; nil: ours.
	KeysPage func(exchanges.ID, exchanges.Environment) string
	Environ  func() []string

	// ProveFor and ProveEvery replace config.toml's, where not 0.
	ProveFor, ProveEvery time.Duration

	Now       func() time.Time
	Log       *slog.Logger
	UserAgent string

	// Sleep is how the exchanges' rate limits are waited for; nil: on a timer.
	Sleep func(context.Context, time.Duration) error
}

// Desk implements Service. It is safe for concurrent use.
type Desk struct {
	store    *store.Store
	registry *exchanges.Registry // with the overrides of config.toml
	plain    *exchanges.Registry // without
	now      func() time.Time
	log      *slog.Logger
	agent    string
	sleep    func(context.Context, time.Duration) error
	ring     *keyring
	flows    *flow.Engine
	keysPage func(exchanges.ID, exchanges.Environment) string // nil: the sites' own
	busy     sync.RWMutex                                     // read-locked by whatever Close must wait for

	mu     sync.Mutex
	venues map[site]exchanges.Exchange
	links  map[site]Link
	seen   sightings
	terms  map[site]policy.Terms
	strays map[store.RecordID]*policy.Strays // of the last Unmanaged
	here   whereabouts
}

var _ Service = (*Desk)(nil)

// New returns a desk. It touches neither keyring nor network.
func New(d Deps) *Desk {
	if d.Now == nil {
		d.Now = time.Now
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	out := &Desk{
		store: d.Store, plain: d.Registry, registry: d.Registry.With(d.Store.Config().Overrides()), now: d.Now, log: d.Log, agent: d.UserAgent, sleep: d.Sleep,
		keysPage: d.KeysPage, ring: newKeyring(d), venues: map[site]exchanges.Exchange{}, links: map[site]Link{}, terms: map[site]policy.Terms{},
		seen: sightings{ids: map[string]string{}},
	}
	out.flows = newFlows(out, d)
	return out
}

// patience is how long Close waits. Everything under way ends soon once its
// context has; a keyring that hangs must not keep the person from quitting.
const patience = 5 * time.Second

// Close waits until what was begun is written down. The screen is gone by
// then, and with it whoever would have waited. Nothing can be begun afterwards.
func (d *Desk) Close() error {
	idle := make(chan struct{})
	go func() {
		d.flows.Close()
		d.busy.Lock() // for ever
		close(idle)
	}()
	select {
	case <-idle:
		return nil
	case <-time.After(patience):
		return Refuse("something that was begun has not ended", "keyrota doctor says whether anything is left half done.")
	}
}

// begin notes that something is under way; the func that it returns ends it.
func (d *Desk) begin() (end func()) {
	d.busy.RLock()
	return d.busy.RUnlock
}

// Load reads keys.toml and returns the first snapshot. What is known of this
// machine is read with it, so that no frame waits for a file.
func (d *Desk) Load() (*store.Snapshot, error) {
	_ = d.Machine()
	return d.store.Load()
}

// Snapshot returns the records as they are now.
func (d *Desk) Snapshot() *store.Snapshot { return d.store.Snapshot() }

// RulesFor returns the policy that holds for a key.
func (d *Desk) RulesFor(r *store.Record) store.Rules {
	return d.store.Config().RulesFor(r)
}

// Exchanges describes the exchanges that keyrota can talk to.
//
//go:noinline // copied into its callers, it would take 4 kB
func (d *Desk) Exchanges() []exchanges.Info {
	all := d.registry.All()
	out := make([]exchanges.Info, len(all))
	for i, a := range all {
		out[i] = a.Info
	}
	return out
}

// Keyring says what is known of the keyring without touching it.
func (d *Desk) Keyring() Keyring { return d.ring.state() }

// ReadOnly returns why nothing can be changed, or "".
func (d *Desk) ReadOnly() string {
	reason, ro := d.store.ReadOnly()
	if !ro {
		return ""
	}
	return reason
}

// Flows is create, rotate and revoke.
func (d *Desk) Flows() flow.Flows { return d.flows }

// Link says how the way to a key's exchange was when it was last taken.
func (d *Desk) Link(r *store.Record) Link {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.links[siteOf(r)]
}

// site is where a key is used; keys of one site share a connection, its rate
// limit and its clock.
type site struct {
	exchange exchanges.ID
	env      exchanges.Environment
	id       string
}

func siteOf(r *store.Record) site { return site{r.Exchange, r.Environment, r.Site} }

// venue returns the exchange at a site, opened once.
func (d *Desk) venue(s site) (exchanges.Exchange, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if v, ok := d.venues[s]; ok {
		return v, nil
	}
	a, err := d.registry.Get(s.exchange)
	if err != nil {
		return nil, err
	}
	where, ok := a.Info.Site(s.env, s.id)
	if !ok {
		return nil, &exchanges.Error{Exchange: s.exchange, Op: "open", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent,
			Code: exchanges.Clean(fmt.Sprintf("%s %s", s.env, s.id)), Hint: a.Info.Name + " has " + siteList(a.Info) + "."}
	}
	conf := d.store.Config().ExchangeConfig(store.Target{Exchange: s.exchange, Environment: s.env})
	v, err := d.registry.Open(s.exchange, exchanges.Connection{
		Site: where, Origin: conf.BaseURL, Proxy: conf.Proxy, Now: d.now, Log: d.log, UserAgent: d.agent, Sleep: d.sleep,
	})
	if err != nil {
		return nil, err
	}
	d.venues[s] = v
	return v, nil
}

// capabilities returns what a record's site promises to tell.
func (d *Desk) capabilities(s site) exchanges.Capabilities {
	a, err := d.registry.Get(s.exchange)
	if err != nil {
		return exchanges.Capabilities{}
	}
	where, _ := a.Info.Site(s.env, s.id)
	return where.Capabilities
}

func siteList(i exchanges.Info) string {
	text := ""
	for n, s := range i.Sites {
		if n > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s (%s)", s.Environment, s.ID)
	}
	return text
}
