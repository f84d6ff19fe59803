package exchangetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
)

// goneLaws are about the end of keys: a key that counts as gone and is not goes
// on trading, unseen.
var goneLaws = []Law{
	{"a managing key is none of a sub-account's keys", managersAreNoKeys},
	{"an unknown managing key is not the key that is managed", managersUnknown},
	{"RevokeKey wants a key's own passphrase where that is declared", revokesWithoutPassphrase},
	{"RevokeKey believes the list of a sub-account, not a refusal", refusalsEndNothing},
}

func ofSubAccounts(c exchanges.Capabilities) bool { return c.Reach == exchanges.SubAccountKeys }

// refusalsEndNothing has a deletion refused in every way that is known, of a key
// that is there, and of one that is gone.
func refusalsEndNothing(s Subject) error {
	calls, err := s.routesOf(changing[2])
	if err != nil || len(calls) == 0 {
		return err
	}
	last := calls[len(calls)-1]
	var p problems
	for _, r := range slices.Concat(s.Refusals, s.Manage.Refusals) {
		p.in(r.Name, s.managing(func(c exchanges.Capabilities) bool { return revokes(c) && lists(c) && ofSubAccounts(c) }, func(d *desk) error {
			d.account.Make(keyOf(d.Manage.New))
			d.server.Handle(last, r.Reply.Handler())
			if d.revoke(context.Background(), 1) == nil {
				return fmt.Errorf("a key that is there counts as gone")
			}
			d.server.Handle(last, func(Request) Reply {
				d.account.Delete(d.key(1))
				return r.Reply
			})
			if err := d.revoke(context.Background(), 1); err != nil && !pressing(r.Kind) {
				return fmt.Errorf("a key that is gone does not count as gone: %w", err)
			}
			return nil
		}))
	}
	return p.err()
}

// revokesWithoutPassphrase deletes a key of which nothing but the ID is known.
func revokesWithoutPassphrase(s Subject) error {
	return s.managing(revokes, func(d *desk) error {
		d.account.Make(keyOf(d.Manage.New))
		r, ok := d.exchange.(exchanges.Revoker)
		if !ok {
			return errNotThere
		}
		m := d.manager
		m.KeyPassphrase = exchanges.Secret{}
		err := r.RevokeKey(context.Background(), m, d.key(1))
		if !d.site.Capabilities.RevokeWantsPassphrase {
			return err
		}
		if n := len(d.writes()); n > 0 {
			return fmt.Errorf("%d changes were sent", n)
		}
		return d.kind(err, exchanges.Invalid)
	})
}

// pressing reports whether an exchange that refuses so is best left alone, also
// with a look at a list.
func pressing(k exchanges.Kind) bool {
	return slices.Contains([]exchanges.Kind{exchanges.RateLimited, exchanges.Blocked, exchanges.ClockSkew}, k)
}

// managersAreNoKeys names the managing key, or none, where keys of sub-accounts
// are managed: their list does not have it, which would read as gone.
func managersAreNoKeys(s Subject) error {
	var p problems
	for _, id := range []string{"", s.managerID()} {
		p.in(fmt.Sprintf("%q", id), s.managing(ofSubAccounts, func(d *desk) error {
			d.manager.KeyPassphrase = d.Manage.Key(1).Passphrase
			var p problems
			if e, ok := d.exchange.(exchanges.Editor); ok {
				p.in("EditKey", d.kind(e.EditKey(context.Background(), d.manager, id, d.Manage.Changed), exchanges.Invalid))
			}
			if r, ok := d.exchange.(exchanges.Revoker); ok {
				p.in("RevokeKey", d.kind(r.RevokeKey(context.Background(), d.manager, id), exchanges.Invalid))
			}
			if n := len(d.server.Requests()); n > 0 {
				p.addf("%d requests were sent", n)
			}
			return p.err()
		}))
	}
	return p.err()
}

func (s Subject) managerID() string {
	if s.Manage == nil {
		return ""
	}
	return s.Manage.Manager.Credential.KeyID
}

// managersUnknown has every call about another key refused as one by a key that
// is not known, if the exchange has words for that.
func managersUnknown(s Subject) error {
	var p problems
	for _, r := range s.Refusals {
		if r.Kind != exchanges.Auth {
			continue
		}
		p.in(r.Name, s.each(abilities(), func(a ability, d *desk) error {
			for call := range d.Routes(d.site) {
				if call != d.ClockCall {
					d.server.Handle(call, r.Reply.Handler())
				}
			}
			err := d.patient(a)
			if err == nil || exchanges.AsError(err).UnknownKey {
				return fmt.Errorf("the key counts as gone: %w", err)
			}
			return d.lawful(err)
		}))
	}
	return p.err()
}
