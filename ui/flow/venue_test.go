package flow

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// venue is a toy exchange with every ability. What it does passes the world's
// step, so that the process can die before the request and before the answer.
type venue struct {
	w   *world
	can exchanges.Capabilities

	mu     sync.Mutex
	keys   map[string]*venueKey // live ones, by id
	order  []string
	made   int
	second string        // the one-time code it wants; empty: none
	slow   time.Duration // how long a new key is unknown
	vague  bool          // a refusal does not say why, as Binance's

	// fault, when set, decides what a call answers instead, before or after it
	// took effect.
	fault func(op string) (err error, after bool)
	calls []string
	open  bool // wrong: makes keys without IP list, as a person may
	wide  bool // wrong: makes keys that may withdraw
	tight bool // wrong: makes keys that may only read
	deaf  bool // wrong: says yes to a revocation and does nothing
	once  bool // a one-time code works for one call, as everywhere
}

type venueKey struct {
	id, secret, label, account string
	permissions                exchanges.PermissionSet
	ips                        exchanges.IPWhitelist
	public                     string
	made                       time.Time
	used                       exchanges.Moment
	env                        exchanges.Environment
	hidden                     bool // not in the list that managing keys see
}

func (k *venueKey) credential() exchanges.Credential {
	return exchanges.Credential{KeyID: k.id, Secret: exchanges.NewSecret(k.secret)}
}

func newVenue(w *world, can exchanges.Capabilities) *venue {
	return &venue{w: w, can: can, keys: map[string]*venueKey{}}
}

// site is the venue as one environment shows it, with the abilities that it
// declares and no others.
type site struct {
	*venue
	env exchanges.Environment
}

type (
	bareSite struct{ exchanges.Exchange }
	listSite struct {
		exchanges.Exchange
		exchanges.Lister
	}
)

func (v *venue) at(env exchanges.Environment) exchanges.Exchange {
	s := &site{v, env}
	switch {
	case v.can.Create || v.can.Revoke:
		return s
	case v.can.List:
		return listSite{s, s}
	}
	return bareSite{s}
}

// make adds a live key, as the web page does.
func (v *venue) make(label string, p ...exchanges.Permission) *venueKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.add(label, exchanges.NewPermissionSet(p...), exchanges.IPWhitelist{State: exchanges.IPList, Entries: []string{"203.0.113.7"}})
}

func (v *venue) add(label string, p exchanges.PermissionSet, ips exchanges.IPWhitelist) *venueKey {
	v.made++
	k := &venueKey{id: fmt.Sprintf("key-%04d-toyexchange", v.made), secret: fmt.Sprintf("SECRET-CANARY-%04d", v.made), label: label,
		permissions: p, ips: ips, made: v.w.now(), account: "main", used: exchanges.Never(), env: exchanges.Live}
	if v.open {
		k.ips = exchanges.IPWhitelist{State: exchanges.IPAny}
	}
	if v.wide {
		k.permissions = k.permissions.With(exchanges.Withdraw, exchanges.Granted)
	}
	if v.tight {
		k.permissions = exchanges.NewPermissionSet(exchanges.Read)
	}
	v.keys[k.id] = k
	v.order = append(v.order, k.id)
	return k
}

// remove deletes a key, as the web page does.
func (v *venue) remove(id string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.keys, id)
}

// live returns the labels of all live keys in the order in which they were made.
func (v *venue) live() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []string
	for _, id := range v.order {
		if k := v.keys[id]; k != nil {
			out = append(out, k.label)
		}
	}
	return out
}

func (v *venue) key(id string) *venueKey {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.keys[id]
}

// failWith sets what calls answer instead from now on; nil: nothing else.
func (v *venue) failWith(fault func(op string) (error, bool)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.fault = fault
}

// call runs one request. A write passes the world's step, with the fault in
// front of it or behind it.
func (v *venue) call(op string, write bool, act func() error) error {
	v.mu.Lock()
	v.calls = append(v.calls, op)
	fault := v.fault
	v.mu.Unlock()
	var late error
	if fault != nil {
		err, after := fault(op)
		if err != nil && !after {
			return err
		}
		late = err
	}
	run := func() error {
		v.mu.Lock()
		defer v.mu.Unlock()
		return act()
	}
	var err error
	if write {
		err = v.w.step("exchange "+op, run)
	} else if err = v.w.tick("exchange " + op); err == nil {
		err = run()
	}
	if errors.Is(err, errDead) {
		return &exchanges.Error{Exchange: testExchange, Op: op, Kind: exchanges.Canceled, Outcome: exchanges.OutcomeUnknown, Err: err}
	}
	if err == nil {
		return late
	}
	return err
}

func refuse(op string, k exchanges.Kind) *exchanges.Error {
	return &exchanges.Error{Exchange: testExchange, Op: op, Kind: k, Outcome: exchanges.Refused, Code: "no: " + string(k), Hint: "A hint."}
}

func (v *venue) auth(op string, c exchanges.Credential, env exchanges.Environment) (*venueKey, error) {
	k := v.keys[c.KeyID]
	switch {
	case k == nil, k.env != env:
		e := refuse(op, exchanges.Auth)
		e.UnknownKey = !v.vague
		return nil, e
	case v.w.now().Sub(k.made) < v.slow:
		return nil, refuse(op, exchanges.Auth)
	case k.public == "" && c.Secret.Reveal() != k.secret:
		return nil, refuse(op, exchanges.Auth)
	case k.public != "":
		if half, err := v.pairs(v.can.KeyPair).PublicHalf(c.PrivateKey); err != nil || half != k.public {
			return nil, refuse(op, exchanges.Auth)
		}
	}
	return k, nil
}

func (v *venue) describe(k *venueKey) exchanges.KeyInfo {
	return exchanges.KeyInfo{KeyID: k.id, Label: k.label, Account: k.account, Permissions: k.permissions, IPs: k.ips,
		ExchangePermissions: words(k.permissions.All(exchanges.Granted)), Created: exchanges.At(k.made), LastUsed: k.used, Seen: v.w.now()}
}

func (s *site) Info() exchanges.Info { return s.w.info }

func (s *site) Inspect(_ context.Context, c exchanges.Credential) (info exchanges.KeyInfo, err error) {
	err = s.call("inspect", false, func() error {
		k, err := s.auth("inspect", c, s.env)
		if err == nil {
			info = s.describe(k)
		}
		return err
	})
	return info, err
}

func (s *site) admin(op string, m exchanges.Manager) error {
	k, err := s.auth(op, m.Credential, s.env)
	switch {
	case err != nil:
		return err
	case !k.permissions.Has(exchanges.Admin):
		return refuse(op, exchanges.Denied)
	case s.second != "" && m.Code.Reveal() != s.second:
		return refuse(op, exchanges.SecondFactor)
	}
	if s.once && s.second != "" {
		n, _ := strconv.Atoi(s.second)
		s.second = fmt.Sprintf("%06d", n+1)
	}
	return nil
}

func (s *site) CreateKey(_ context.Context, m exchanges.Manager, r exchanges.KeyRequest) (c exchanges.Credential, err error) {
	err = s.call("create", true, func() error {
		if err := s.admin("create", m); err != nil {
			return err
		}
		for _, k := range s.keys {
			if k.label == r.Label {
				return refuse("create", exchanges.LabelTaken)
			}
		}
		ips := r.IPs
		if s.can.IPsByEdit {
			ips = exchanges.IPWhitelist{State: exchanges.IPAny}
		}
		k := s.add(r.Label, r.Permissions, ips)
		k.public = r.PublicKey
		c = k.credential()
		if k.public != "" {
			c.Secret = exchanges.Secret{}
		}
		return nil
	})
	return c, err
}

func (s *site) ListKeys(_ context.Context, m exchanges.Manager) (out []exchanges.KeyInfo, err error) {
	err = s.call("list", false, func() error {
		anybody := s.can.ListIsPublic && m.Credential.KeyID == ""
		if err := s.admin("list", m); err != nil && !anybody {
			return err
		}
		for _, id := range s.order {
			if k := s.keys[id]; k != nil && !k.hidden && (!anybody || k.account == m.SubAccount) {
				out = append(out, s.describe(k))
			}
		}
		return nil
	})
	return out, err
}

func (s *site) EditKey(_ context.Context, m exchanges.Manager, id string, r exchanges.KeyRequest) error {
	return s.call("edit", true, func() error {
		if err := s.admin("edit", m); err != nil {
			return err
		}
		k := s.keys[id]
		if k == nil {
			return refuse("edit", exchanges.NotFound)
		}
		k.permissions, k.ips = r.Permissions, r.IPs
		return nil
	})
}

func (s *site) RevokeKey(_ context.Context, m exchanges.Manager, id string) error {
	return s.call("revoke", true, func() error {
		if s.can.RevokesItself && m.Credential.KeyID == id {
			delete(s.keys, id)
			return nil
		}
		if err := s.admin("revoke", m); err != nil {
			return err
		}
		if !s.deaf {
			delete(s.keys, id)
		}
		return nil
	})
}

// count returns how many calls of a kind were made.
func (v *venue) count(op string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	n := 0
	for _, c := range v.calls {
		if c == op {
			n++
		}
	}
	return n
}
