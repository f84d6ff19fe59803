package exchangetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/keyrota/keyrota/exchanges"
)

// refusedLaws are about what an adapter refuses, or doubts, by itself.
var refusedLaws = []Law{
	{"CreateKey refuses by itself what cannot be made", refusesRequests},
	{"a sub-account is called as the exchange calls it", refusesNames},
	{"EditKey keeps what it is not told to change, or does nothing", editsWhole},
	{"EditKey fails where the exchange tells of another change", editsOtherwise},
}

func refusesRequests(s Subject) error {
	return s.managing(creates, func(d *desk) error {
		m := d.Manage
		with := func(change func(*exchanges.KeyRequest)) exchanges.KeyRequest {
			r := m.New
			change(&r)
			return r
		}
		requests := map[string]exchanges.KeyRequest{"no label": with(func(r *exchanges.KeyRequest) { r.Label = "" })}
		if !d.site.Capabilities.IPsByEdit {
			for name, state := range map[string]exchanges.IPState{
				"addresses that are not known": exchanges.IPUnknown, "addresses that are not told": exchanges.IPRestricted, "a list of none": exchanges.IPList,
			} {
				requests[name] = with(func(r *exchanges.KeyRequest) { r.IPs = exchanges.IPWhitelist{State: state} })
			}
		}
		if !d.site.Capabilities.KeyPairByAPI {
			requests["a public key"] = with(func(r *exchanges.KeyRequest) { r.PublicKey = PublicPEM })
		}
		for name, r := range m.Refused {
			requests[name] = r
		}
		var p problems
		for name, r := range requests {
			_, err := d.create(context.Background(), r)
			p.in(name, d.kind(err, exchanges.Invalid, exchanges.Unsupported))
			if n := len(d.writes()); n > 0 || err != nil && exchanges.AsError(err).Outcome != exchanges.NotSent {
				p.addf("%s: %d writes, outcome %d", name, n, exchanges.AsError(err).Outcome)
			}
		}
		return p.err()
	})
}

func refusesNames(s Subject) error {
	return s.managing(ofSubAccounts, func(d *desk) error {
		var p problems
		for _, name := range append([]string{"", "  "}, d.Manage.NoNames...) {
			d.manager.SubAccount = name
			for _, a := range abilities() {
				if !a.can(d.site.Capabilities) || name == "" && d.site.Capabilities.RevokesItself {
					continue
				}
				p.in(fmt.Sprintf("%s of %q", a.name, name), d.kind(d.patient(a), exchanges.Invalid))
			}
		}
		if n := len(d.server.Requests()); n > 0 {
			p.addf("%d requests were sent", n)
		}
		return p.err()
	})
}

// unsure replaces every value with some that say nothing.
func unsure(node any) []any {
	switch node.(type) {
	case map[string]any, nil:
		return nil
	case bool: // true says something
		return []any{nil, map[string]any{}}
	}
	return []any{nil, true, map[string]any{}}
}

// editsWhole changes one half of a key, and has what is looked up before told in
// ways that say nothing.
func editsWhole(s Subject) error {
	if s.Manage == nil {
		return s.managing(edits, func(*desk) error { return nil })
	}
	var p problems
	for name, half := range map[string]exchanges.KeyRequest{
		"permissions": {Permissions: s.Manage.Changed.Permissions}, "IPs": {IPs: s.Manage.Changed.IPs},
	} {
		p.in(name, s.managing(edits, func(d *desk) error {
			id := d.account.Make(keyOf(d.Manage.New)).KeyID
			edit := func(d *desk) ([]exchanges.KeyInfo, error) {
				d.account.Change(id, func(k *Key) {
					k.Label, k.Permissions, k.IPs = d.Manage.New.Label, d.Manage.New.Permissions, d.Manage.New.IPs
				})
				return nil, d.edit(context.Background(), 1, half)
			}
			return d.eachVariant(edit, unsure, func(where string, _ []exchanges.KeyInfo, err error) error {
				want := d.Manage.New
				got, _ := d.account.Key(id)
				if half.Permissions.Known() {
					want.Permissions = got.Permissions
				} else {
					want.IPs = got.IPs
				}
				if lost := sameKey(got, want); lost != nil {
					return fmt.Errorf("%s: %w", where, lost)
				}
				if err != nil {
					return d.lawful(err)
				}
				return nil
			})
		}))
	}
	return p.err()
}

func editsOtherwise(s Subject) error {
	calls, err := s.routesOf(changing[1])
	if err != nil || len(calls) == 0 {
		return err
	}
	var p problems
	for name, reply := range s.Manage.Otherwise {
		p.in(name, s.managing(edits, func(d *desk) error {
			d.account.Make(keyOf(d.Manage.New))
			d.server.Handle(calls[len(calls)-1], reply.Handler())
			err := d.edit(context.Background(), 1, d.Manage.Changed)
			if err := d.kind(err, exchanges.Protocol); err != nil {
				return err
			}
			if exchanges.AsError(err).Outcome != exchanges.OutcomeUnknown {
				return errors.New("something was changed, and that is not said")
			}
			return nil
		}))
	}
	return p.err()
}

// Asks is a request for just these permissions.
func Asks(r exchanges.KeyRequest, granted ...exchanges.Permission) exchanges.KeyRequest {
	r.Permissions = exchanges.NewPermissionSet(granted...)
	return r
}

// From is a request for a key that may be used from these addresses.
func From(r exchanges.KeyRequest, entries ...string) exchanges.KeyRequest {
	r.IPs = IPs(entries...)
	return r
}

// IPs is a whitelist of the entries, and without any the one that lets everybody
// in.
func IPs(entries ...string) exchanges.IPWhitelist {
	if len(entries) == 0 {
		return exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	return exchanges.IPWhitelist{State: exchanges.IPList, Entries: entries}
}

// Encoded is a 200 with v as its JSON body.
func Encoded(v any) Reply {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err) // a test is wrong
	}
	return JSON(string(body))
}
