package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// note writes down what the lists have beyond the records. A desk that may
// write nothing keeps it in mind.
func (d *Desk) note(ctx context.Context, looks []look) error {
	ours := d.ours()
	var events []store.Event
	sift := func(before []store.Unmanaged) (after []store.Unmanaged) {
		after, events = d.sift(before, ours, looks)
		return after
	}
	if d.ReadOnly() == "" {
		if err := d.store.UpdateUnmanaged(sift); err != nil {
			return err
		}
		return d.audit(ctx, "the accounts were looked at", events...)
	}
	before, err := d.store.Unmanaged()
	if err != nil {
		return err
	}
	after := sift(before)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen.unsaved = after
	return nil
}

// sift returns what is unmanaged by the lists, and the events of what is new.
// What a list that could not be read had before stays. A key that two lists
// have is noted once.
func (d *Desk) sift(before []store.Unmanaged, ours ours, looks []look) (after []store.Unmanaged, events []store.Event) {
	known := map[string]store.Unmanaged{}
	for _, u := range before {
		known[u.Fingerprint] = u
	}
	once := sync.OnceValue(d.partings) // read where there is something new
	after = slices.DeleteFunc(slices.Clone(before), func(u store.Unmanaged) bool { return ours.has(&u) })
	for _, l := range looks {
		if l.found.Err != nil {
			continue
		}
		after = slices.DeleteFunc(after, l.scope.covers)
		for _, row := range l.rows {
			u := d.unmanaged(l.scope, l.found.By, row)
			if ours.has(&u) {
				continue
			}
			if old, again := known[u.Fingerprint]; again {
				u.Found, u.Was, u.Ignored = old.Found, old.Was, old.Ignored
			} else {
				u.Was = once().with(&u)
				events = append(events, d.unmanagedEvent(&u, store.ActionFound, string(u.Was.Action)))
			}
			known[u.Fingerprint] = u
			after = append(slices.DeleteFunc(after, func(o store.Unmanaged) bool { return o.Fingerprint == u.Fingerprint }), u)
		}
	}
	return after, events
}

// parted is a key that keyrota had, by what the audit log knows of it.
type parted struct {
	exchange exchanges.ID
	env      exchanges.Environment
	keyID    string // masked
}

// partings say how keyrota parted from keys.
type partings map[parted]store.Was

// with returns how it parted from a listed key. One whose ID the exchange hides in
// part is the last of those that it may be.
func (all partings) with(u *store.Unmanaged) (last store.Was) {
	if !u.Hidden() {
		return all[parted{u.Exchange, u.Environment, u.KeyID}]
	}
	for k, was := range all {
		if k.exchange == u.Exchange && k.env == u.Environment && shows(u.KeyID, k.keyID) && was.At.After(last.At) {
			last = was
		}
	}
	return last
}

// letGo are the deeds after which keyrota has a key no more.
var letGo = []store.Action{store.ActionForgotten, store.ActionRevoked, store.ActionProvenDead, store.ActionFoundRefused}

// partings are the last words of the audit log about the keys that keyrota let go
// of. A log that cannot be read says nothing here: others say that.
func (d *Desk) partings() partings {
	out := partings{}
	for e, err := range d.store.ReadAudit() {
		if err != nil || e.KeyID == "" {
			continue
		}
		k := parted{e.Exchange, e.Environment, e.KeyID}
		now := store.Was{Action: e.Action, At: e.At, Name: e.Key}
		switch {
		case e.Action == store.ActionAdded || e.Action == store.ActionKept:
			delete(out, k)
		case slices.Contains(letGo, e.Action) && (now.Revoked() || !out[k].Revoked()): // what is revoked is forgotten afterwards
			out[k] = now
		}
	}
	return out
}

// covers reports whether a list would have a key again, if it were still there.
func (s scope) covers(u store.Unmanaged) bool {
	if (site{u.Exchange, u.Environment, u.Site}) != s.site || u.SubAccount != s.sub {
		return false
	}
	return s.sub != "" || s.account != "" && u.Facts.Account == s.account ||
		slices.ContainsFunc(s.by, func(r *store.Record) bool { return r.ID == u.By })
}

func (d *Desk) unmanaged(s scope, by string, row exchanges.KeyInfo) store.Unmanaged {
	now := d.now().UTC()
	r, _ := d.Snapshot().ByName(by)
	u := store.Unmanaged{
		Exchange: s.site.exchange, Environment: s.site.env, Site: s.site.id, SubAccount: s.sub,
		Fingerprint: store.Fingerprint(row.KeyID), Found: now,
		Facts: store.Facts{
			Seen: now, Label: row.Label, Account: cmp.Or(row.Account, s.account), Permissions: row.Permissions,
			ExchangePermissions: row.ExchangePermissions, IPs: row.IPs, Created: row.Created, Expires: row.Expires, LastUsed: row.LastUsed,
		},
	}
	if u.KeyID = row.KeyID; !u.Hidden() { // else the exchange hides a part of it already
		u.KeyID = store.MaskKeyID(row.KeyID)
	}
	if r != nil {
		u.By = r.ID
	}
	return u
}

// ours are the keys that keyrota manages: those of the records, and those that
// unfinished flows are about.
type ours struct {
	fingerprints map[string]bool
	records      []*store.Record
}

func (d *Desk) ours() ours {
	o := ours{d.flows.Fingerprints(), d.Snapshot().Records()}
	for _, r := range o.records {
		o.fingerprints[r.Fingerprint] = true
	}
	return o
}

// has reports whether a listed key is one of ours. One whose ID the exchange
// hides in part is ours where what it shows is that of a record.
func (o ours) has(u *store.Unmanaged) bool {
	if o.fingerprints[u.Fingerprint] {
		return true
	}
	return slices.ContainsFunc(o.records, func(r *store.Record) bool {
		return r.Exchange == u.Exchange && r.Environment == u.Environment && shows(u.KeyID, r.KeyID)
	})
}

// leastShown is how many characters of a hidden key ID say whose it is.
const leastShown = 4

// shows reports whether a key ID that the exchange hides in part, "ab12****",
// may be the masked one of a record, "ab12…cd34".
func shows(hidden, masked string) bool {
	start, rest, isHidden := strings.Cut(hidden, "*")
	if !isHidden {
		return false
	}
	end := strings.TrimLeft(rest, "*")
	if at := strings.LastIndex(end, "*"); at >= 0 {
		end = end[at+1:]
	}
	first, last, _ := strings.Cut(masked, "…")
	agree := func(a, b string, overlap func(string, string) bool) bool { return overlap(a, b) || overlap(b, a) }
	return min(len(start), len(first))+min(len(end), len(last)) >= leastShown &&
		agree(start, first, strings.HasPrefix) && agree(end, last, strings.HasSuffix)
}
