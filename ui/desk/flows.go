package desk

import (
	"context"
	"os"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// newFlows builds the engine of create, rotate and revoke on the desk.
func newFlows(d *Desk, deps Deps) *flow.Engine {
	env := deps.Environ
	if env == nil {
		env = os.Environ
	}
	return flow.New(flow.Deps{
		Journal: d.store, Vault: flowVault{d}, Records: d.store, Log: flowLog{d}, Handler: handler{env},
		Infos: d.Exchanges, Pairs: d.pairs,
		Venue: func(id exchanges.ID, e exchanges.Environment, s string) (exchanges.Exchange, error) {
			return d.venue(site{id, e, s})
		},
		Check: d.CheckCredential, Nonce: d.store.Config().NonceUnit, KeysPage: deps.KeysPage,
		Echo: d.myAddresses, ReadOnly: d.ReadOnly,
		ProveFor: first(deps.ProveFor, d.store.Config().ProveFor), ProveEvery: first(deps.ProveEvery, d.store.Config().ProveEvery),
		Now: d.now, After: time.After, Begin: d.begin,
	})
}

func first(a, b time.Duration) time.Duration {
	if a != 0 {
		return a
	}
	return b
}

// flowVault opens the keyring at its first use.
type flowVault struct{ d *Desk }

func (f flowVault) Put(ctx context.Context, s store.Slot, c exchanges.Credential) error {
	v, err := f.d.ring.open(ctx)
	if err != nil {
		return err
	}
	return v.Put(ctx, s, c)
}

func (f flowVault) Get(ctx context.Context, s store.Slot) (exchanges.Credential, error) {
	v, err := f.d.ring.open(ctx)
	if err != nil {
		return exchanges.Credential{}, err
	}
	return v.Get(ctx, s)
}

func (f flowVault) Delete(ctx context.Context, s store.Slot) error {
	v, err := f.d.ring.open(ctx)
	if err != nil {
		return err
	}
	return v.Delete(ctx, s)
}

func (f flowVault) Prove(ctx context.Context) error {
	v, err := f.d.ring.open(ctx)
	if err != nil {
		return err
	}
	return f.d.ring.deps.ProveKeyring(ctx, v.secrets)
}

// flowLog is the audit log with the keyring as its anchor.
type flowLog struct{ d *Desk }

func (f flowLog) Audit(ctx context.Context, events ...store.Event) error {
	v, err := f.d.ring.open(ctx)
	if err != nil {
		return err
	}
	return f.d.store.Audit(ctx, v.anchor, events...)
}

// Logged looks for an entry of the same flow, action and moment; the log keeps
// moments a little less exactly.
func (f flowLog) Logged(want store.Event) (bool, error) {
	detail := exchanges.Clean(want.Detail) // as it was written
	for e, err := range f.d.store.ReadAudit() {
		if err != nil {
			return false, err
		}
		if e.Flow == want.Flow && e.Action == want.Action && e.Detail == detail && e.At.Sub(want.At).Abs() < time.Second {
			return true, nil
		}
	}
	return false, nil
}

// pairs returns what makes key pairs for an exchange.
func (d *Desk) pairs(id exchanges.ID, kind exchanges.KeyAlgorithm) exchanges.PairMaker {
	a, err := d.registry.Get(id)
	if err != nil {
		return exchanges.Adapter{}.PairMaker(kind)
	}
	return a.PairMaker(kind)
}
