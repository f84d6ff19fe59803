package desk

import (
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// World returns what keys are judged by at a moment, as far as it is known
// without asking anybody. Of unmanaged keys it has those that Unmanaged last
// returned.
func (d *Desk) World(now time.Time) policy.World {
	flows := map[store.RecordID]*policy.Flow{}
	for _, s := range d.flows.Open() {
		if s.Record != "" && !s.Untouched {
			flows[s.Record] = &policy.Flow{Kind: string(s.Kind), Step: string(s.Step), Began: s.Began, Moved: s.Moved, Problem: s.Problem, Alive: s.Alive}
		}
	}
	d.mu.Lock()
	strays := d.strays
	d.mu.Unlock()
	return policy.World{
		Rules: d.RulesFor, Terms: d.termsOf, Machine: d.Machine(), Now: now,
		Flow:   func(id store.RecordID) *policy.Flow { return flows[id] },
		Strays: func(id store.RecordID) *policy.Strays { return strays[id] },
	}
}

// termsOf returns what is known of how a key's exchange does things. It is
// asked for each key, and constant.
func (d *Desk) termsOf(r *store.Record) policy.Terms {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := siteOf(r)
	t, known := d.terms[s]
	if known {
		return t
	}
	if a, err := d.registry.Get(s.exchange); err == nil {
		where, _ := a.Info.Site(s.env, s.id)
		guide := a.Info.Guide
		t = policy.Terms{
			Lifetimes: guide.Lifetimes, KeyPairs: where.Capabilities.KeyPair != "",
			NoIPLists: guide.IPs.None, TakesIPv6: guide.IPs.IPv6, Boxes: guide.Boxes,
			ByProxy: d.proxied(r),
		}
	}
	d.terms[s] = t
	return t
}

// noteStrays counts the keys that nobody ignores, by the key that listed them.
func (d *Desk) noteStrays(all []store.Unmanaged) {
	strays := map[store.RecordID]*policy.Strays{}
	for i := range all {
		u := &all[i]
		if !u.Ignored.At.IsZero() {
			continue
		}
		s := strays[u.By]
		if s == nil {
			s = &policy.Strays{Found: u.Found}
			strays[u.By] = s
		}
		s.Count++
		if u.Facts.Permissions.Has(exchanges.Withdraw) {
			s.Withdraw++
		}
		if u.Was.Revoked() {
			s.Revoked++
		}
		if u.Found.Before(s.Found) {
			s.Found = u.Found
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.strays = strays
}
