package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// switchRecord makes the record name the new key: one replacement of
// keys.toml. Done twice it is as done once.
func (e *Engine) switchRecord(c call) (Event, error) {
	if c.s.Kind == Create {
		return e.addRecord(c.s)
	}
	s := c.s
	ev := Event{}
	_, err := e.Records.Update(func(d *store.Draft) error {
		r, ok := d.Get(s.Record)
		ev.Name, ev.Consumers = r.Name, r.Consumers
		if !ok {
			return &refusal{"store", fmt.Sprintf("%q was forgotten meanwhile", s.Name), "Abandon this flow and keep the new key as a record of its own, or delete it."}
		}
		if r.SecretSlot() == s.New.Slot {
			return nil
		}
		now := e.Now().UTC()
		r.Slot, r.KeyID, r.Fingerprint, r.Rotated = s.New.Slot, s.New.Masked, s.New.Fingerprint, now
		r.Facts, r.Check = s.New.Facts, store.Check{At: s.New.Accepted}
		r.Past, r.Source = nil, s.Plan.Source // another key: it never was anything else
		return d.Replace(r)
	})
	return ev, err
}

// addRecord stores a created key. A name that was given away meanwhile gets a
// number: the key exists, and a question would only be in the way.
func (e *Engine) addRecord(s *State) (Event, error) {
	ev := Event{}
	_, err := e.Records.Update(func(d *store.Draft) error {
		if _, there := d.Get(s.Record); there {
			return nil
		}
		r := s.newRecord()
		r.ID = s.Record
		r.Added = e.Now().UTC()
		r.Name = freeName(d, s.Name, "")
		if r.Name != s.Name {
			ev.Name = r.Name
			ev.Notes = []string{fmt.Sprintf("The name %q was given away meanwhile: the key is %q.", s.Name, r.Name)}
		}
		return d.Add(r)
	})
	return ev, err
}

// newRecord is the record of the new key, without ID and name.
func (s *State) newRecord() store.Record {
	r := store.Record{
		Exchange: s.Plan.Exchange, Environment: s.Plan.Environment, Site: s.Plan.Site, SubAccount: s.Plan.SubAccount,
		Account: s.New.Facts.Account, Purpose: s.Plan.Purpose, Venue: s.Plan.Venue, KeysPage: s.Plan.KeysPage, KeyID: s.New.Masked, Fingerprint: s.New.Fingerprint, Slot: s.New.Slot,
		Facts: s.New.Facts, Source: s.Plan.Source,
	}
	if !s.New.Accepted.IsZero() {
		r.Check = store.Check{At: s.New.Accepted}
	}
	r.Consumers = s.consumers()
	return r
}

// freeName returns name with an ending, and a number where that is taken.
func freeName(d *store.Draft, name, ending string) string {
	for n := 1; ; n++ {
		number := ""
		if n > 1 {
			number = fmt.Sprintf("-%d", n)
		}
		tail := ending + number
		base := []rune(name)
		try := string(base[:min(len(base), store.MaxName-len(tail))]) + tail
		if _, taken := d.ByName(try); !taken {
			return try
		}
	}
}

// keep makes a record of the key that the flow does not go on with: of the new
// one before the switch, of the old one after it.
func (e *Engine) keep(c call) (Event, error) {
	s := c.s
	r := s.newRecord()
	r.Consumers = nil // before the switch nobody has the new key, after it they move on from the old one
	ending := "-new"
	if !s.Watch.Since.IsZero() {
		ending = "-old"
		r.KeyID, r.Fingerprint, r.Slot, r.Facts = s.Old.Masked, s.Old.Fingerprint, s.Old.Slot, s.Old.Facts
		r.Check, r.Source = store.Check{At: s.Old.Accepted}, ""
	}
	ev := Event{}
	_, err := e.Records.Update(func(d *store.Draft) error {
		for _, other := range e.Records.Snapshot().Records() {
			if other.Is(r.Exchange, r.Venue, r.Fingerprint) {
				ev.Name = other.Name // done before a crash
				return nil
			}
		}
		r.ID, r.Added = store.NewRecordID(), e.Now().UTC()
		r.Name = freeName(d, s.Name, ending)
		ev.Name = r.Name
		return d.Add(r)
	})
	return ev, err
}

// forget deletes the old secret, and the record where the key was revoked for
// good: the record first, as everywhere.
func (e *Engine) forget(c call) error {
	s := c.s
	if s.Kind == Revoke {
		_, err := e.Records.Update(func(d *store.Draft) error {
			if r, ok := d.Get(s.Record); ok && r.Fingerprint == s.Old.Fingerprint {
				return d.Remove(s.Record)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return e.deleteSlots(c, append([]store.Slot{s.Old.Slot}, s.Trash...)...)
}

// deleteSlots deletes secrets that no record names.
func (e *Engine) deleteSlots(c call, slots ...store.Slot) error {
	for _, slot := range slots {
		for _, r := range e.Records.Snapshot().Records() {
			if r.SecretSlot() == slot {
				return &refusal{"store", fmt.Sprintf("%q uses the secret that was to be forgotten", r.Name), "Nothing was deleted. Run keyrota doctor."}
			}
		}
		if slot == "" {
			continue
		}
		if err := e.Vault.Delete(c.ctx, slot); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) runHook(c call) error { return e.handOver(c, e.Handler.RunHook) }

func (e *Engine) writeFile(c call) error { return e.handOver(c, e.Handler.WriteFile) }

// handOver gives the new credential to the consumer whose turn it is.
func (e *Engine) handOver(c call, give func(context.Context, store.Consumer, *store.Record, exchanges.Credential) error) error {
	cred, err := e.newCredential(c)
	if err != nil {
		return err
	}
	if err := give(c.ctx, c.s.Consumers[c.s.handover()].Consumer, e.subject(c.s), cred); err != nil {
		return &hookError{err}
	}
	return nil
}

// undo deletes the new key at the exchange and makes sure of it. When that is
// in the journal it is called once more and forgets the secret: without it,
// nobody could do or prove the first again after a crash.
func (e *Engine) undo(c call) error {
	s := c.s
	if s.undoesKey() {
		return e.undoKey(c)
	}
	return e.deleteSlots(c, append([]store.Slot{s.New.Slot}, s.Trash...)...)
}

func (e *Engine) undoKey(c call) error {
	if c.s.Plan.Manual {
		return nil // the person says so, and nobody else could
	}
	v, err := e.venue(c.s)
	if err != nil {
		return err
	}
	cred, err := e.newCredential(c)
	if err != nil {
		return err
	}
	if c.s.Plan.Route == ByAPI && !c.s.Deleted {
		revoker, ok := v.(exchanges.Revoker)
		if !ok {
			return noAPI(c.s, "revoke")
		}
		m, err := e.manager(c, c.s.Plan.Manager)
		if err != nil {
			return err
		}
		m.KeyPassphrase = cred.Passphrase
		if err := revoker.RevokeKey(c.ctx, m, cred.KeyID); err != nil {
			return err
		}
	}
	return e.newIsDead(c, v, cred)
}

// newIsDead makes sure that the exchange does not take the new key. One that
// was made a moment ago may not be known yet, neither to its list nor to its
// door: that is no death.
func (e *Engine) newIsDead(c call, v exchanges.Exchange, cred exchanges.Credential) error {
	k := c.s.New
	_, err := v.Inspect(c.ctx, cred)
	x, refused := errors.AsType[*exchanges.Error](err)
	switch {
	case err == nil:
		return &refusal{kindAlive, fmt.Sprintf("the exchange still accepts %s", k.Masked), "Delete it on the exchange's page, then try again: its secret is kept until then."}
	case !refused || !deadly(x.Kind):
		return err
	case k.Accepted.IsZero() && e.Now().Sub(k.Made).Abs() < freshFor:
		return &refusal{kindAlive, fmt.Sprintf("the exchange may not know %s yet", k.Masked), "keyrota looks again: a key may take some seconds to begin to work."}
	}
	return nil
}
