package exchangetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// desk is a bench at which keys are managed: one site of an adapter opened on
// a fake exchange with an account.
type desk struct {
	*bench
	account *Account
	manager exchanges.Manager
}

// laidOut is how many of the keys that the fake exchange hands out are watched
// for leaks.
const laidOut = 2

// ability is one of the optional acts, as the laws go through them.
type ability struct {
	name string
	can  func(exchanges.Capabilities) bool
	do   func(context.Context, *desk) error
}

// changing are the abilities that change something. They find one key in the
// account, which is like Manage.New.
var changing = []ability{
	{"CreateKey", creates, func(ctx context.Context, d *desk) error {
		_, err := d.create(ctx, d.Manage.New)
		return err
	}},
	{"EditKey", edits, func(ctx context.Context, d *desk) error { return d.edit(ctx, 1, d.Manage.Changed) }},
	{"RevokeKey", revokes, func(ctx context.Context, d *desk) error { return d.revoke(ctx, 1) }},
}

var listing = ability{"ListKeys", lists, func(ctx context.Context, d *desk) error {
	_, err := d.list(ctx)
	return err
}}

func creates(c exchanges.Capabilities) bool { return c.Create }
func lists(c exchanges.Capabilities) bool   { return c.List }
func edits(c exchanges.Capabilities) bool   { return c.Edit }
func revokes(c exchanges.Capabilities) bool { return c.Revoke && c.Reach != exchanges.NoKeys }

// abilities are all that a site declares, the harmless one first.
func abilities() []ability { return append([]ability{listing}, changing...) }

// each holds a law against every ability that is declared, on a fresh desk.
func (s Subject) each(all []ability, f func(ability, *desk) error) error {
	var p problems
	for _, a := range all {
		p.in(a.name, s.managing(a.can, func(d *desk) error {
			d.account.Make(keyOf(s.Manage.New))
			return f(a, d)
		}))
	}
	return p.err()
}

// managing runs f on a fresh desk of the first site that can; where none can,
// there is nothing to hold.
func (s Subject) managing(can func(exchanges.Capabilities) bool, f func(*desk) error) error {
	for _, site := range s.Adapter.Info.Sites {
		if can(site.Capabilities) {
			return s.atDesk(site, "", f)
		}
	}
	return nil
}

// atDesk runs f at a site, with an account that wants a code, or none.
func (s Subject) atDesk(site exchanges.Site, code string, f func(*desk) error) error {
	m := s.Manage
	if m == nil {
		return errors.New("keys are managed by API, and the subject does not say how: set Manage")
	}
	a := NewAccount(m.Key)
	a.Code = code
	s.Routes = func(site exchanges.Site) Routes { return m.Routes(site, a) }
	s.Verify = m.Verify
	s.MoreCredentials = append(slices.Clip(s.MoreCredentials), m.Manager.Credential)
	for n := 1; n <= laidOut; n++ {
		s.MoreCredentials = append(s.MoreCredentials, m.Key(n))
	}
	return s.on(site, func(b *bench) error {
		b.cred = m.Manager.Credential
		return f(&desk{bench: b, account: a, manager: m.Manager})
	})
}

// keyOf is a key that is as r asks.
func keyOf(r exchanges.KeyRequest) Key {
	return Key{Label: r.Label, Permissions: r.Permissions, IPs: r.IPs, PublicKey: r.PublicKey}
}

func (d *desk) key(n int) string { return d.Manage.Key(n).KeyID }

var errNotThere = errors.New("the ability is declared and not there")

func (d *desk) create(ctx context.Context, r exchanges.KeyRequest) (exchanges.Credential, error) {
	if c, ok := d.exchange.(exchanges.Creator); ok {
		return c.CreateKey(ctx, d.manager, r)
	}
	return exchanges.Credential{}, errNotThere
}

func (d *desk) list(ctx context.Context) ([]exchanges.KeyInfo, error) {
	if l, ok := d.exchange.(exchanges.Lister); ok {
		return l.ListKeys(ctx, d.manager)
	}
	return nil, errNotThere
}

// of is the manager with what it must know of the n-th key.
func (d *desk) of(n int) exchanges.Manager {
	m := d.manager
	m.KeyPassphrase = d.Manage.Key(n).Passphrase
	return m
}

func (d *desk) edit(ctx context.Context, n int, r exchanges.KeyRequest) error {
	if e, ok := d.exchange.(exchanges.Editor); ok {
		return e.EditKey(ctx, d.of(n), d.key(n), r)
	}
	return errNotThere
}

func (d *desk) revoke(ctx context.Context, n int) error {
	if r, ok := d.exchange.(exchanges.Revoker); ok {
		return r.RevokeKey(ctx, d.of(n), d.key(n))
	}
	return errNotThere
}

// patient runs an ability as a person would wait for it.
func (d *desk) patient(a ability) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return a.do(ctx, d)
}

// writes returns the requests so far that ask for a change.
func (d *desk) writes() []Request { return d.server.Requests(d.Manage.Writes...) }

// judged holds every request so far against what the exchange asks for.
func (d *desk) judged() error {
	var p problems
	for _, r := range d.server.Requests() {
		p.in(r.Call(), d.judge(r))
	}
	return p.err()
}

// routesOf returns the writes that a good run of an ability makes, in order.
func (s Subject) routesOf(a ability) ([]string, error) {
	var calls []string
	err := s.each([]ability{a}, func(a ability, d *desk) error {
		if err := d.patient(a); err != nil {
			return err
		}
		for _, r := range d.writes() {
			calls = append(calls, r.Call())
		}
		if len(calls) == 0 {
			return fmt.Errorf("none of %s was asked for", strings.Join(d.Manage.Writes, ", "))
		}
		return nil
	})
	return calls, err
}

// sameKey compares what an account has with what was asked for.
func sameKey(got Key, want exchanges.KeyRequest) error {
	var p problems
	if got.Label != want.Label {
		p.addf("the label is %q, not %q", got.Label, want.Label)
	}
	if got.Permissions != want.Permissions {
		p.addf("the permissions are %s, not %s", words(got.Permissions), words(want.Permissions))
	}
	if !sameIPs(got.IPs, want.IPs) {
		p.addf("the IP whitelist is %v, not %v", got.IPs, want.IPs)
	}
	if strings.TrimSpace(got.PublicKey) != strings.TrimSpace(want.PublicKey) {
		p.addf("the public key is another one")
	}
	return p.err()
}

func sameIPs(a, b exchanges.IPWhitelist) bool {
	return a.State == b.State && slices.Equal(slices.Sorted(slices.Values(a.Entries)), slices.Sorted(slices.Values(b.Entries)))
}

func words(p exchanges.PermissionSet) string {
	text, _ := p.MarshalText() // it cannot fail
	return string(text)
}
