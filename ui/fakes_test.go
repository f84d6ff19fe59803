package ui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/themes"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// noon is the moment at which every test of this package takes place.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// fakeDesk is a desk.Service in memory. A func that is set takes the place of
// the method; the rest behave like a desk whose exchanges accept everything.
type fakeDesk struct {
	mu       sync.Mutex
	records  []*store.Record
	revision uint64
	calls    []string // "Add grid-bot", "Forget ID" …, in order

	rules    store.Rules
	infos    []exchanges.Info
	keyring  desk.Keyring
	link     desk.Link
	readOnly string
	events   []store.Event
	flows    *fakeFlows
	strays   fakeStrays
	machine  fakeMachine
	audit    fakeAudit
	narrow   desk.Restriction // of every key
	refuse   error            // of Accept and Object

	diagnosis fakeDiagnosis

	load      func() (*store.Snapshot, error)
	checkName func(string) error
	checkCred func(exchanges.ID, exchanges.Credential) (exchanges.Credential, error)
	try       func(context.Context, desk.NewKey) (desk.Trial, error)
	add       func(context.Context, desk.NewKey, *desk.Trial) (*store.Record, error)
	edit      func(context.Context, store.RecordID, string, desk.Details) (func(context.Context) error, error)
	forget    func(context.Context, store.RecordID) error
	verify    func(context.Context, []store.RecordID, func(desk.Progress)) error
	testRun   func(context.Context, desk.TestOptions, func(desk.TestStep)) (desk.TestReport, error)
}

var _ desk.Service = (*fakeDesk)(nil)

// newFakeDesk returns a desk that holds the given records.
func newFakeDesk(records ...*store.Record) *fakeDesk {
	return &fakeDesk{
		records: records,
		rules:   store.Rules{RotateEvery: 90 * day, WarnBefore: 14 * day, UnusedAfter: 30 * day},
		infos:   fixtureExchanges(),
		keyring: desk.Keyring{Backend: "secret-service"},
		flows:   newFakeFlows(),
	}
}

// testEnv returns an Env at noon, without colours, on a desk that holds the
// given records.
func testEnv(t testing.TB, records ...*store.Record) (*Env, *fakeDesk) {
	t.Helper()
	d := newFakeDesk(records...)
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	return newEnv(Env{
		Ctx: ctx, Desk: d, Now: func() time.Time { return noon },
		Styles: NewStyles(themes.Builtin(themes.Dark), termenv.Ascii),
	}), d
}

func (d *fakeDesk) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls = append(d.calls, fmt.Sprintf(format, args...))
}

func (d *fakeDesk) change(f func([]*store.Record) []*store.Record) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.records = f(slices.Clone(d.records))
	d.revision++
}

func (d *fakeDesk) Load() (*store.Snapshot, error) {
	if d.load != nil {
		return d.load()
	}
	return d.Snapshot(), nil
}

func (d *fakeDesk) Snapshot() *store.Snapshot {
	d.mu.Lock()
	defer d.mu.Unlock()
	return store.NewSnapshot(d.revision, d.records...)
}

func (d *fakeDesk) RulesFor(*store.Record) store.Rules { return d.rules }

func (d *fakeDesk) World(now time.Time) policy.World {
	return policy.World{Rules: d.RulesFor, Now: now}
}

func (d *fakeDesk) Exchanges() []exchanges.Info  { return d.infos }
func (d *fakeDesk) Keyring() desk.Keyring        { return d.keyring }
func (d *fakeDesk) Link(*store.Record) desk.Link { return d.link }
func (d *fakeDesk) ReadOnly() string             { return d.readOnly }

func (d *fakeDesk) CheckName(name string) error {
	if d.checkName != nil {
		return d.checkName(name)
	}
	if _, taken := d.Snapshot().ByName(name); taken {
		return fmt.Errorf("there is a key called %q already", name)
	}
	return nil
}

func (d *fakeDesk) CheckCredential(id exchanges.ID, c exchanges.Credential) (exchanges.Credential, error) {
	if d.checkCred != nil {
		return d.checkCred(id, c)
	}
	return c, nil
}

func (d *fakeDesk) Try(ctx context.Context, k desk.NewKey) (desk.Trial, error) {
	d.note("Try %s", k.Name)
	if d.try != nil {
		return d.try(ctx, k)
	}
	return desk.Trial{At: noon, Took: 120 * time.Millisecond, Info: exchanges.KeyInfo{
		Permissions: exchanges.NewPermissionSet(exchanges.Read), Seen: noon,
	}}, nil
}

func (d *fakeDesk) Add(ctx context.Context, k desk.NewKey, t *desk.Trial) (*store.Record, error) {
	d.note("Add %s", k.Name)
	if d.add != nil {
		return d.add(ctx, k, t)
	}
	r := fixtureKey(k.Name, k.Exchange, k.Environment)
	r.Account, r.Purpose, r.Consumers, r.Notes = k.Details.Account, k.Details.Purpose, k.Details.Consumers, k.Details.Notes
	setStated(r, k.Details)
	d.change(func(all []*store.Record) []*store.Record { return append(all, r) })
	return r, nil
}

func (d *fakeDesk) Edit(ctx context.Context, id store.RecordID, name string, det desk.Details) (func(context.Context) error, error) {
	d.note("Edit %s %s", id, name)
	if d.edit != nil {
		return d.edit(ctx, id, name, det)
	}
	before, ok := d.Snapshot().ByID(id)
	if !ok {
		return nil, errors.New("no such key")
	}
	after := *before
	after.Name, after.Account, after.Purpose, after.Consumers, after.Notes = name, det.Account, det.Purpose, det.Consumers, det.Notes
	after.SubAccount, after.Manager = det.SubAccount, det.Manager
	setStated(&after, det)
	d.replace(&after)
	return func(context.Context) error { d.note("Undo %s", id); d.replace(before); return nil }, nil
}

func (d *fakeDesk) replace(r *store.Record) {
	d.change(func(all []*store.Record) []*store.Record {
		for i := range all {
			if all[i].ID == r.ID {
				all[i] = r
			}
		}
		return all
	})
}

func (d *fakeDesk) Forget(ctx context.Context, id store.RecordID) error {
	d.note("Forget %s", id)
	if d.forget != nil {
		return d.forget(ctx, id)
	}
	d.change(func(all []*store.Record) []*store.Record {
		return slices.DeleteFunc(all, func(r *store.Record) bool { return r.ID == id })
	})
	return nil
}

// Verify accepts every key at once, unless verify is set.
func (d *fakeDesk) Verify(ctx context.Context, ids []store.RecordID, report func(desk.Progress)) error {
	d.note("Verify %d", len(ids))
	if d.verify != nil {
		return d.verify(ctx, ids, report)
	}
	for _, id := range ids {
		for _, p := range []desk.Phase{desk.Waiting, desk.Asking, desk.Done} {
			report(desk.Progress{ID: id, Phase: p, Status: store.OK})
		}
	}
	return ctx.Err()
}

func (d *fakeDesk) Flows() flow.Flows { return d.flows }

func (d *fakeDesk) History(store.RecordID, int) ([]store.Event, error) { return d.events, nil }

func fixtureExchanges() []exchanges.Info {
	hmac := exchanges.Form{Fields: []exchanges.Field{
		{Name: exchanges.FieldKey, Label: "API Key", Help: "64 letters and digits"},
		{Name: exchanges.FieldSecret, Label: "Secret Key", Help: "shown once, when the key is made", PEM: true},
	}}
	info := func(id exchanges.ID, name string, envs ...exchanges.Environment) exchanges.Info {
		i := exchanges.Info{ID: id, Name: name, Form: hmac}
		for _, e := range envs {
			i.Sites = append(i.Sites, exchanges.Site{
				ID: "global", Name: name, Environment: e, Origin: "https://" + string(e) + "." + string(id) + ".example",
				KeysPage: "https://" + string(id) + ".example/keys",
			})
		}
		return i
	}
	return []exchanges.Info{
		info("binance", "Binance", exchanges.Live, exchanges.Testnet, exchanges.Demo),
		info("bybit", "Bybit", exchanges.Live, exchanges.Testnet),
		info("kraken", "Kraken", exchanges.Live),
		info("deribit", "Deribit", exchanges.Live, exchanges.Testnet),
	}
}

// fixtureKey returns a key that was added 40 days before noon and was
// accepted two minutes ago.
func fixtureKey(name string, ex exchanges.ID, env exchanges.Environment) *store.Record {
	return &store.Record{
		ID: store.RecordID("id-" + exchanges.Clean(name)), Name: name, Exchange: ex, Environment: env,
		KeyID: "vmPU…uh8A", Fingerprint: store.Fingerprint(name), Added: noon.Add(-40 * day),
		Facts: store.Facts{
			Seen: noon.Add(-2 * time.Minute), Permissions: exchanges.NewPermissionSet(exchanges.Read),
			IPs:     exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}},
			Created: exchanges.At(noon.Add(-40 * day)), LastUsed: exchanges.At(noon.Add(-time.Hour)),
		},
		Check: store.Check{At: noon.Add(-2 * time.Minute)},
	}
}

// fixture returns a dozen keys that show every state there is.
func fixture() []*store.Record {
	key := func(name string, ex exchanges.ID, env exchanges.Environment, change func(*store.Record)) *store.Record {
		r := fixtureKey(name, ex, env)
		change(r)
		return r
	}
	created := func(days int) exchanges.Moment { return exchanges.At(noon.Add(-time.Duration(days) * day)) }
	set := exchanges.NewPermissionSet
	return []*store.Record{
		key("grid-bot", "binance", exchanges.Live, func(r *store.Record) { // overdue
			r.Facts.Created = created(97)
			r.Facts.Permissions = set(exchanges.Read, exchanges.Spot, exchanges.Futures)
			r.Facts.ExchangePermissions = []string{"enableFutures", "enableReading", "enableSpotAndMarginTrading"}
			r.Facts.IPs.Entries = []string{"203.0.113.7", "203.0.113.8"}
			r.Account, r.Purpose = "main account", "spot bot"
			r.Consumers = []store.Consumer{{Name: "grid-bot", OnRotate: "systemctl --user restart grid-bot"}}
		}),
		key("tax-export", "binance", exchanges.Live, func(r *store.Record) { // open to any address
			r.Facts.Created = created(12)
			r.Facts.IPs = exchanges.IPWhitelist{State: exchanges.IPAny}
			r.Purpose = "portfolio and tax"
		}),
		key("paper", "binance", exchanges.Testnet, func(r *store.Record) { // the exchange tells little
			r.Facts.Permissions = exchanges.PermissionSet{}.With(exchanges.Read, exchanges.Granted)
			r.Facts.IPs, r.Facts.Created, r.Facts.LastUsed = exchanges.IPWhitelist{}, exchanges.Moment{}, exchanges.Moment{}
		}),
		key("treasury", "kraken", exchanges.Live, func(r *store.Record) { // may withdraw, and expires in 12 days
			r.Facts.Created, r.Facts.Expires = created(61), exchanges.At(noon.Add(12*day))
			r.Facts.Permissions = set(exchanges.Read, exchanges.Withdraw)
			r.Facts.IPs.Entries = []string{"198.51.100.0/24"}
			r.Facts.LastUsed = created(9)
		}),
		key("old-bot", "kraken", exchanges.Live, func(r *store.Record) { // long overdue
			r.Facts.Created = created(400)
			r.Facts.LastUsed = exchanges.Never()
		}),
		key("due-soon", "bybit", exchanges.Live, func(r *store.Record) { // due in 5 days
			r.Facts.Created = created(85)
			r.Facts.Permissions = set(exchanges.Read, exchanges.Spot, exchanges.Transfer)
		}),
		key("hedge", "bybit", exchanges.Live, func(r *store.Record) { // restricted, entries not told
			r.Facts.IPs = exchanges.IPWhitelist{State: exchanges.IPRestricted}
			r.Facts.Expires = exchanges.Never()
		}),
		key("bybit-test", "bybit", exchanges.Testnet, func(r *store.Record) { r.Facts.Created = created(3) }),
		key("revoked-bot", "deribit", exchanges.Live, func(r *store.Record) { // rejected
			r.Check = store.Check{At: noon.Add(-time.Minute), Kind: exchanges.Auth, Code: "13004 invalid_credentials", Hint: "The key was deleted, or key and secret do not belong together."}
		}),
		key("offline", "deribit", exchanges.Testnet, func(r *store.Record) { // unreachable
			r.Check = store.Check{At: noon.Add(-time.Minute), Kind: exchanges.Network, Hint: "Check the connection and try again."}
			r.Facts.Created = created(20)
		}),
		key("fresh", "deribit", exchanges.Live, func(r *store.Record) { // unverified
			r.Added, r.Facts, r.Check = noon.Add(-time.Minute), store.Facts{}, store.Check{}
		}),
		key("binance-demo", "binance", exchanges.Demo, func(r *store.Record) { // what the exchange calls it is hostile
			r.Facts.Label = "evil\x1b]52;c;cm0gLXJm\x07\x1b[2J\u202egnp.exe"
			r.Account = "acc\x1b[31mount\r\nx"
			r.Purpose = "日本語の目的"
		}),
	}
}
