package desk

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// watchEvery is the least time between two questions to the echo services that
// nobody asked for.
const watchEvery = 10 * time.Minute

// ThroughProxy is the standing of a key whose exchange is reached through a
// proxy of config.toml: the exchange sees that one's address.
const ThroughProxy store.Standing = "proxy"

// whereabouts are this machine's addresses as they are known now. mu is never
// held while something is written or asked: frames wait for it.
type whereabouts struct {
	noting sync.Mutex // held while answers are written down

	mu      sync.Mutex
	read    bool // machine.toml was
	machine store.Machine
	tried   time.Time // when the services were last asked, whatever came of it
}

// Machine returns what is known of this machine's public addresses, without
// asking anybody. machine.toml is read once; one that cannot be read counts as
// missing until AskMachine says what is wrong with it.
func (d *Desk) Machine() store.Machine {
	d.here.mu.Lock()
	defer d.here.mu.Unlock()
	if !d.here.read {
		m, err := d.store.Machine()
		if err != nil {
			d.log.Warn("machine.toml", "error", err)
		}
		d.here.read, d.here.machine = true, m
	}
	return d.here.machine
}

// EchoHosts names the services that AskMachine asks.
func (d *Desk) EchoHosts() []string {
	var out []string
	for _, text := range d.store.Config().IPEcho {
		if u, err := url.Parse(text); err == nil && !slices.Contains(out, u.Host) {
			out = append(out, exchanges.Clean(u.Host))
		}
	}
	return out
}

// Standing says how this machine stands to a key's IP whitelist, and by which
// of its addresses.
func (d *Desk) Standing(r *store.Record) (store.Standing, netip.Addr) {
	s, by := d.Machine().Standing(r.Facts.IPs, d.ipRule(r.Exchange).IPv6)
	if s != store.AnyAddress && d.proxied(r) {
		return ThroughProxy, netip.Addr{}
	}
	return s, by
}

//go:noinline // copied into its callers, it would take 3 kB
func (d *Desk) proxied(r *store.Record) bool {
	return d.store.Config().ExchangeConfig(store.Target{Exchange: r.Exchange, Environment: r.Environment}).Proxy != ""
}

func (d *Desk) ipRule(id exchanges.ID) exchanges.IPRule {
	a, err := d.registry.Get(id)
	if err != nil {
		return exchanges.IPRule{}
	}
	return a.Info.Guide.IPs
}

// AskMachine asks the configured services which public addresses this machine
// has and writes down what they say.
func (d *Desk) AskMachine(ctx context.Context) (store.Machine, error) {
	defer d.begin()()
	answers, err := d.askEchoes(ctx)
	if err != nil {
		return d.Machine(), err
	}
	return d.noteAddresses(ctx, answers)
}

// myAddresses is AskMachine for flows, which want what was answered just now.
// A flow does not fail because that could not be written down.
func (d *Desk) myAddresses(ctx context.Context) ([]string, error) {
	answers, err := d.askEchoes(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := d.noteAddresses(ctx, answers); err != nil {
		d.log.Warn("machine.toml", "error", err)
	}
	out := make([]string, len(answers))
	for i, a := range answers {
		out[i] = a.String()
	}
	return out, nil
}

// watchMachine asks the services beside a verification, where the person wants
// that and it is time. The func that it returns waits for the end. Where nobody
// answers, the age of the addresses says so.
func (d *Desk) watchMachine(ctx context.Context) (wait func()) {
	if !d.store.Config().WatchAddresses || !d.timeToWatch() {
		return func() {}
	}
	var asking sync.WaitGroup
	asking.Go(func() {
		answers, err := d.askEchoes(ctx)
		if err == nil {
			_, err = d.noteAddresses(ctx, answers)
		}
		if err != nil {
			d.log.Warn("this machine's addresses", "error", err)
		}
	})
	return asking.Wait
}

// timeToWatch reports whether the last question is long past. Other runs of
// keyrota asked too: what they learned counts.
func (d *Desk) timeToWatch() bool {
	last := d.Machine().Asked()
	d.here.mu.Lock()
	defer d.here.mu.Unlock()
	if d.here.tried.After(last) {
		last = d.here.tried
	}
	return d.now().Sub(last).Abs() >= watchEvery
}

// askEchoes asks every service over IPv4 and over IPv6, all at once. A service
// or a machine need not have both; it is an error when no answer came at all.
func (d *Desk) askEchoes(ctx context.Context) ([]netip.Addr, error) {
	urls := d.store.Config().IPEcho
	if len(urls) == 0 {
		return nil, Refuse("no echo service is configured", "Set ip_echo in config.toml, or write the addresses yourself.")
	}
	d.here.mu.Lock()
	d.here.tried = d.now()
	d.here.mu.Unlock()
	addrs, errs := make([]netip.Addr, 2*len(urls)), make([]error, 2*len(urls))
	var asking sync.WaitGroup
	for i, u := range urls {
		asking.Go(func() { addrs[2*i], errs[2*i] = d.echo(ctx, "tcp4", u) })
		asking.Go(func() { addrs[2*i+1], errs[2*i+1] = d.echo(ctx, "tcp6", u) })
	}
	asking.Wait()
	var out, v6 []netip.Addr
	for i, a := range addrs {
		switch {
		case errs[i] != nil || slices.Contains(out, a) || slices.Contains(v6, a):
		case a.Is4():
			out = append(out, a)
		default:
			v6 = append(v6, a)
		}
	}
	out = append(out, v6...)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case len(out) == 0:
		return nil, nobodyAnswered(d.EchoHosts(), errs)
	}
	return out, nil
}

// nobodyAnswered says why no service told an address, in a few words for each.
// A host that has no address of one kind is refused over that for this reason
// alone: the other one tells more.
func nobodyAnswered(hosts []string, errs []error) error {
	why := make([]string, 0, len(errs))
	for pair := range slices.Chunk(errs, 2) {
		err := pair[0]
		if lacksKind(err) {
			err = pair[1]
		}
		why = append(why, exchanges.Clean(err.Error()))
	}
	return Refuse(fmt.Sprintf("none of %s told this machine's address: %s", strings.Join(hosts, ", "), strings.Join(why, "; ")),
		"Check the connection, or set other services as ip_echo in config.toml. What was known before stays.")
}

// lacksKind reports whether a host has no address of the kind that was wanted.
func lacksKind(err error) bool {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return dns.IsNotFound
	}
	_, ok := errors.AsType[*net.AddrError](err)
	return ok
}

// noteAddresses writes down what services answered, in memory only where the
// store is read-only, and an event if an address changed.
func (d *Desk) noteAddresses(ctx context.Context, answers []netip.Addr) (store.Machine, error) {
	after, err := d.mergeAddresses(answers)
	if err != nil {
		return after, err
	}
	var moved []string
	for _, c := range after.Changed() {
		if c.Fresh() {
			moved = append(moved, c.To.Addr.String())
		}
	}
	if len(moved) == 0 {
		return after, nil
	}
	return after, d.audit(ctx, "this machine's addresses were written down", store.Event{
		At: d.now().UTC(), Action: store.ActionMoved, Result: "ok", Detail: strings.Join(moved, " "),
	})
}

func (d *Desk) mergeAddresses(answers []netip.Addr) (store.Machine, error) {
	d.here.noting.Lock()
	defer d.here.noting.Unlock()
	before, now := d.Machine(), d.now()
	merge := func(m store.Machine) store.Machine { return m.Seen(now, answers...) }
	var after store.Machine
	if d.ReadOnly() != "" {
		after = merge(before)
	} else {
		var err error
		if after, err = d.store.UpdateMachine(merge); err != nil {
			return before, err
		}
	}
	d.here.mu.Lock()
	defer d.here.mu.Unlock()
	d.here.machine = after
	return after, nil
}

// StandingText says a standing in words.
func StandingText(s store.Standing) string {
	switch s {
	case store.OnList:
		return "on the list"
	case store.OffList:
		return "not on the list"
	case store.AnyAddress:
		return "any address"
	case ThroughProxy:
		return "through a proxy"
	case store.StandingUnknown:
	}
	return "not known"
}
