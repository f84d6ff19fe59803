package exchangetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

var changeLaws = []Law{
	{"what is declared of managing keys fits together", managementDeclared},
	{"EditKey replaces what it is told and keeps the rest", editsAsAsked},
	{"EditKey finds no key where there is none", editsNothing},
	{"RevokeKey ends with the key gone", revokesAsAsked},
	{"a key revokes itself where that is declared", revokesItself},
}

// belongs are the rules by which declarations fit together.
var belongs = []struct {
	name string
	hold func(c exchanges.Capabilities) bool
}{
	{"Reach says whose keys are managed", func(c exchanges.Capabilities) bool {
		return c.Reach != exchanges.NoKeys || !c.Create && !c.List && !c.Edit && (!c.Revoke || c.RevokesItself)
	}},
	{"Reach is one that there is, and of use", func(c exchanges.Capabilities) bool {
		return c.Reach == exchanges.NoKeys || manages(c) && (c.Reach == exchanges.OwnKeys || c.Reach == exchanges.SubAccountKeys)
	}},
	{"RevokesItself goes with Revoke", func(c exchanges.Capabilities) bool { return c.Revoke || !c.RevokesItself }},
	{"IPsByEdit goes with Create and Edit", func(c exchanges.Capabilities) bool { return c.Create && c.Edit || !c.IPsByEdit }},
	{"KeyPairByAPI goes with Create and KeyPair", func(c exchanges.Capabilities) bool { return c.Create && c.KeyPair != "" || !c.KeyPairByAPI }},
	{"ListIsPublic goes with List", func(c exchanges.Capabilities) bool { return c.List || !c.ListIsPublic }},
	{"KeyIsPublicHalf goes with KeyPair", func(c exchanges.Capabilities) bool { return c.KeyPair != "" || !c.KeyIsPublicHalf }},
	{"SecondFactor goes with an act", func(c exchanges.Capabilities) bool { return manages(c) || !c.SecondFactor }},
}

func manages(c exchanges.Capabilities) bool { return c.Create || c.List || c.Edit || c.Revoke }

func managementDeclared(s Subject) error {
	var p problems
	for _, site := range s.Adapter.Info.Sites {
		for _, rule := range belongs {
			if !rule.hold(site.Capabilities) {
				p.addf("%s/%s: %s: %+v", site.Environment, site.ID, rule.name, site.Capabilities)
			}
		}
	}
	return p.err()
}

func editsAsAsked(s Subject) error {
	m := s.Manage
	if m == nil {
		return s.managing(edits, func(*desk) error { return nil })
	}
	anywhere := exchanges.IPWhitelist{State: exchanges.IPAny}
	var p problems
	for name, c := range map[string]struct{ ask, want exchanges.KeyRequest }{
		"both":        {m.Changed, exchanges.KeyRequest{Permissions: m.Changed.Permissions, IPs: m.Changed.IPs}},
		"permissions": {exchanges.KeyRequest{Permissions: m.Changed.Permissions}, exchanges.KeyRequest{Permissions: m.Changed.Permissions, IPs: m.New.IPs}},
		"IPs":         {exchanges.KeyRequest{IPs: m.Changed.IPs}, exchanges.KeyRequest{Permissions: m.New.Permissions, IPs: m.Changed.IPs}},
		"any IP":      {exchanges.KeyRequest{IPs: anywhere}, exchanges.KeyRequest{Permissions: m.New.Permissions, IPs: anywhere}},
	} {
		c.want.Label = m.New.Label
		p.in(name, s.managing(edits, func(d *desk) error {
			d.account.Make(keyOf(m.New))
			d.account.Make(keyOf(m.New))
			if err := d.edit(context.Background(), 2, c.ask); err != nil {
				return err
			}
			first, _ := d.account.Key(d.key(1))
			second, _ := d.account.Key(d.key(2))
			var p problems
			p.in("another key", sameKey(first, m.New))
			p.in("the key", sameKey(second, c.want))
			p.in("requests", d.judged())
			return p.err()
		}))
	}
	return p.err()
}

func editsNothing(s Subject) error {
	return s.managing(edits, func(d *desk) error {
		d.account.Make(keyOf(d.Manage.New))
		before := d.account.Changes()
		err := d.edit(context.Background(), 2, d.Manage.Changed)
		if d.account.Changes() != before {
			return errors.New("another key was changed")
		}
		return d.kind(err, exchanges.NotFound)
	})
}

func revokesAsAsked(s Subject) error {
	calls, err := s.routesOf(changing[2])
	if err != nil || len(calls) == 0 {
		return err
	}
	return s.managing(revokes, func(d *desk) error {
		for range 3 {
			d.account.Make(keyOf(d.Manage.New))
		}
		var p problems
		for _, again := range []string{"once", "again"} {
			p.in(again, d.revoke(context.Background(), 1))
			p.in(again, d.left(2, 3))
		}
		// Somebody else is faster, after the adapter has looked.
		last := calls[len(calls)-1]
		good := d.Routes(d.site)[last]
		d.server.Handle(last, func(r Request) Reply {
			d.account.Delete(d.key(2))
			return good(r)
		})
		p.in("gone in between", d.revoke(context.Background(), 2))
		p.in("gone in between", d.left(3))
		p.in("requests", d.judged())
		return p.err()
	})
}

// left checks which keys the account still has.
func (d *desk) left(numbers ...int) error {
	var got []int
	for _, k := range d.account.Keys() {
		got = append(got, k.Number)
	}
	if !slices.Equal(got, numbers) {
		return fmt.Errorf("the account has the keys %v, not %v", got, numbers)
	}
	return nil
}

func revokesItself(s Subject) error {
	return s.managing(func(c exchanges.Capabilities) bool { return c.RevokesItself }, func(d *desk) error {
		d.account.Make(keyOf(d.Manage.New))
		d.account.Make(keyOf(d.Manage.New))
		d.manager = exchanges.Manager{Credential: d.Manage.Key(1)}
		if err := d.revoke(context.Background(), 1); err != nil {
			return err
		}
		return d.left(2)
	})
}
