package desk

import (
	"context"
	"fmt"
	"slices"

	"github.com/keyrota/keyrota/store"
)

// Edit changes name and details of a key and returns how to undo it.
func (d *Desk) Edit(ctx context.Context, id store.RecordID, name string, det Details) (func(context.Context) error, error) {
	defer d.begin()()
	var before store.Record
	snap, err := d.store.Update(func(s *store.Draft) error {
		r, ok := s.Get(id)
		if !ok {
			return gone(id)
		}
		before = r
		if err := d.checkStated(r.Exchange, det); err != nil {
			return err
		}
		r.Name, r.Account, r.Purpose, r.Consumers, r.Notes = name, det.Account, det.Purpose, slices.Clone(det.Consumers), det.Notes
		r.SubAccount, r.Manager, r.Venue, r.KeysPage = det.SubAccount, det.Manager, det.Venue, det.KeysPage
		if det.Stated != nil {
			d.state(&r, det.Stated)
		}
		return s.Replace(r)
	})
	if err != nil {
		return nil, err
	}
	after, _ := snap.ByID(id)
	undo := func(ctx context.Context) error {
		_, err := d.Edit(ctx, id, before.Name, detailsOf(&before))
		return err
	}
	what := ""
	if before.Name != name {
		what = fmt.Sprintf("was %q", before.Name)
	}
	return undo, d.audit(ctx, fmt.Sprintf("%q was changed", name), d.event(after, store.ActionEdited, "ok", what))
}

func detailsOf(r *store.Record) Details {
	return Details{
		Account: r.Account, Purpose: r.Purpose, Consumers: r.Consumers, Notes: r.Notes,
		SubAccount: r.SubAccount, Manager: r.Manager, Venue: r.Venue, KeysPage: r.KeysPage, Stated: statedOf(r),
	}
}

// Forget removes the record, then the secret. The key lives on at the exchange.
func (d *Desk) Forget(ctx context.Context, id store.RecordID) error {
	defer d.begin()()
	if err := d.unfinished(id); err != nil {
		return err
	}
	// The keyring first: a record whose secret cannot be reached stays, so
	// that the person does not lose sight of a secret that still exists.
	vault, err := d.ring.open(ctx)
	if err != nil {
		return err
	}
	var was store.Record
	if _, err := d.store.Update(func(s *store.Draft) error {
		was, _ = s.Get(id)
		return s.Remove(id)
	}); err != nil {
		return err
	}
	deed := fmt.Sprintf("%q was forgotten", was.Name)
	if err := vault.DeleteCredential(context.WithoutCancel(ctx), &was); err != nil {
		return fmt.Errorf("%s, but its secret is still in the keyring (keyrota doctor lists it): %w", deed, err)
	}
	return d.audit(ctx, deed, d.event(&was, store.ActionForgotten, "ok", ""))
}

// unfinished refuses to forget a key that a flow is about: the flow holds more
// secrets of it than the record's.
func (d *Desk) unfinished(id store.RecordID) error {
	_ = d.flows.Load() // a journal that cannot be read is doctor's to tell
	for _, f := range d.flows.Open() {
		if f.Record == id && !f.Untouched {
			return Refuse(fmt.Sprintf("the %s of %q is unfinished", f.Kind, f.Name), "Finish or abandon it first: keyrota resume "+string(f.ID)+".")
		}
	}
	return nil
}

// gone is the error for a record that somebody removed meanwhile.
func gone(id store.RecordID) error {
	return &store.Error{Op: "change", Path: string(id), Err: store.ErrNotFound, Hint: "It was forgotten in the meantime."}
}

// event describes a deed on a key for the audit log, with what tells later who
// had the key, and for what.
func (d *Desk) event(r *store.Record, a store.Action, result, detail string) store.Event {
	return store.Event{
		At: d.now().UTC(), Action: a, Key: r.Name, Record: r.ID,
		Exchange: r.Exchange, Environment: r.Environment, Result: result, Detail: detail,
		KeyID: r.KeyID, Purpose: r.Purpose, Consumers: store.ConsumerNames(r.Consumers),
	}
}

// audit appends events. It does not stop when ctx ends: the deed is done.
func (d *Desk) audit(ctx context.Context, deed string, events ...store.Event) error {
	if len(events) == 0 || d.ReadOnly() != "" {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	vault, err := d.ring.open(ctx)
	if err == nil {
		err = d.store.Audit(ctx, vault.anchor, events...)
	}
	if err != nil {
		return &AuditError{Deed: deed, Err: err}
	}
	return nil
}
