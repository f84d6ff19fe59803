package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"os"
	"strings"
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

const (
	echoTime = 5 * time.Second
	echoBody = 1 << 10
)

// myAddresses asks the configured services which public addresses this machine
// has. One of them may fail: a machine need not have both kinds.
func (d *Desk) myAddresses(ctx context.Context) ([]string, error) {
	urls := d.store.Config().IPEcho
	if len(urls) == 0 {
		return nil, Refuse("no echo service is configured", "Set ip_echo in config.toml, or write the addresses yourself.")
	}
	var out []string
	var errs []error
	for _, u := range urls {
		addr, err := d.echo(ctx, u)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		out = append(out, addr)
	}
	if len(out) == 0 {
		return nil, errors.Join(errs...)
	}
	return out, nil
}

// echo asks one service. It gets no key and no name, as any web page would.
func (d *Desk) echo(ctx context.Context, url string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, echoTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	r.Header.Set("User-Agent", d.agent)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, echoBody))
	if err != nil {
		return "", err
	}
	addr, err := netip.ParseAddr(strings.TrimSpace(string(body)))
	if resp.StatusCode != http.StatusOK || err != nil {
		return "", fmt.Errorf("%s answered no address (status %d)", r.URL.Host, resp.StatusCode)
	}
	return addr.String(), nil
}

// pairs returns what makes key pairs for an exchange.
func (d *Desk) pairs(id exchanges.ID, kind exchanges.KeyAlgorithm) exchanges.PairMaker {
	a, err := d.registry.Get(id)
	if err != nil {
		return exchanges.Adapter{}.PairMaker(kind)
	}
	return a.PairMaker(kind)
}
