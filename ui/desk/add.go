package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// AuditError says that a deed was done but could not be written to the audit
// log.
type AuditError struct {
	Deed string
	Err  error
}

// Error says what was done and what was not.
func (e *AuditError) Error() string {
	return e.Deed + ", but the audit log could not be written: " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *AuditError) Unwrap() error { return e.Err }

// CheckName says whether a name can be given to a new key.
func (d *Desk) CheckName(name string) error {
	if err := store.CheckName(name); err != nil {
		return err
	}
	if _, taken := d.Snapshot().ByName(name); taken {
		return &store.Error{Op: "name", Path: fmt.Sprintf("the key %q", name), Err: store.ErrExists,
			Hint: "Choose another name; upper and lower case count as the same."}
	}
	return nil
}

// CheckCredential brings a pasted credential into form, without network.
func (d *Desk) CheckCredential(id exchanges.ID, c exchanges.Credential) (exchanges.Credential, error) {
	a, err := d.registry.Get(id)
	if err != nil {
		return c, err
	}
	return a.Check(c)
}

// Try asks the exchange about a key that is not saved.
func (d *Desk) Try(ctx context.Context, k NewKey) (Trial, error) {
	c, err := d.CheckCredential(k.Exchange, k.Credential)
	if err != nil {
		return Trial{}, err
	}
	where := site{k.Exchange, k.Environment, k.Site}
	v, err := d.venue(where)
	if err != nil {
		return Trial{}, err
	}
	c.Nonce = d.store.Config().NonceUnit(&store.Record{Name: k.Name, Exchange: k.Exchange, Environment: k.Environment})
	return d.inspect(ctx, where, v, c), nil
}

// inspect asks and takes the time.
func (d *Desk) inspect(ctx context.Context, where site, v exchanges.Exchange, c exchanges.Credential) Trial {
	began := d.now()
	info, err := v.Inspect(ctx, c)
	t := Trial{Info: info, At: d.now()}
	t.Took = t.At.Sub(began)
	if err != nil {
		t.Info, t.Err = exchanges.KeyInfo{}, exchanges.AsError(err)
		return t
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.links[where] = Link{At: t.At, Clock: info.Clock, Usage: info.Usage}
	return t
}

// Add saves a key: the secret in the keyring, then the record.
func (d *Desk) Add(ctx context.Context, k NewKey, t *Trial) (*store.Record, error) {
	defer d.begin()()
	r, c, err := d.draft(k)
	if err != nil {
		return nil, err
	}
	if t != nil && !r.Facts.Stated {
		d.learn(&r, *t)
	}
	saved, err := d.keep(ctx, []addition{{r, c}})
	if len(saved) == 0 {
		return nil, err
	}
	return saved[0], err
}

// AddAll saves keys that nobody was asked about, all of them or none.
func (d *Desk) AddAll(ctx context.Context, keys []NewKey) ([]*store.Record, error) {
	defer d.begin()()
	all := make([]addition, len(keys))
	for i, k := range keys {
		var err error
		if all[i].record, all[i].secret, err = d.draft(k); err != nil {
			return nil, fmt.Errorf("%q: %w", exchanges.Clean(k.Name), err)
		}
	}
	return d.keep(ctx, all)
}

// addition is a new record with its secret.
type addition struct {
	record store.Record
	secret exchanges.Credential
}

// keep saves new records with their secrets.
func (d *Desk) keep(ctx context.Context, all []addition) ([]*store.Record, error) {
	vault, err := d.ring.open(ctx)
	if err != nil {
		return nil, err
	}
	for i, a := range all {
		if err := vault.PutCredential(ctx, &a.record, a.secret); err != nil {
			return nil, takeBack(ctx, vault, all[:i], err)
		}
	}
	snap, err := d.store.Update(func(s *store.Draft) error {
		for _, a := range all {
			if err := s.Add(a.record); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, takeBack(ctx, vault, all, err)
	}
	saved := make([]*store.Record, len(all))
	events := make([]store.Event, len(all))
	for i, a := range all {
		saved[i], _ = snap.ByID(a.record.ID)
		events[i] = d.event(saved[i], store.ActionAdded, string(saved[i].Status()), "")
	}
	deed := "the keys were added"
	if len(saved) == 1 {
		deed = fmt.Sprintf("%q was added", saved[0].Name)
	}
	return saved, d.audit(ctx, deed, events...)
}

// takeBack deletes the secrets of additions that failed: without its record
// nothing would ever name a secret again.
func takeBack(ctx context.Context, v *vault, all []addition, err error) error {
	for i := range all {
		err = errors.Join(err, v.DeleteCredential(context.WithoutCancel(ctx), &all[i].record))
	}
	return err
}

// draft turns the person's input into a record, without saving it.
func (d *Desk) draft(k NewKey) (store.Record, exchanges.Credential, error) {
	if why := d.ReadOnly(); why != "" {
		return store.Record{}, k.Credential, &store.Error{Op: "add", Path: k.Name, Err: fmt.Errorf("%w: %s", store.ErrReadOnly, why),
			Hint: "Close the other keyrota or add the key there; if the folder is what cannot be written, mend that."}
	}
	if err := d.CheckName(k.Name); err != nil {
		return store.Record{}, k.Credential, err
	}
	c, err := d.CheckCredential(k.Exchange, k.Credential)
	if err != nil {
		return store.Record{}, c, err
	}
	if err := d.checkStated(k.Exchange, k.Details); err != nil {
		return store.Record{}, c, err
	}
	r := store.Record{
		ID: store.NewRecordID(), Name: k.Name, Exchange: k.Exchange, Environment: k.Environment, Site: k.Site,
		Account: k.Details.Account, Purpose: k.Details.Purpose, Consumers: k.Details.Consumers, Notes: k.Details.Notes,
		SubAccount: k.Details.SubAccount, Manager: k.Details.Manager, Venue: k.Details.Venue, KeysPage: k.Details.KeysPage,
		KeyID: store.MaskKeyID(c.KeyID), Fingerprint: store.Fingerprint(c.KeyID), Source: c.Source(), Added: cmp.Or(k.Since, d.now()).UTC(),
	}
	if d.manual(k.Exchange) {
		d.state(&r, k.Details.Stated)
	}
	for _, other := range d.Snapshot().Records() {
		if other.Is(r.Exchange, r.Venue, r.Fingerprint) {
			return r, c, &Refusal{What: fmt.Sprintf("this key is already stored as %q", other.Name), Hint: "One record per key: edit that one, or forget it first."}
		}
	}
	return r, c, nil
}

// learn writes what an inspection said into a record.
func (d *Desk) learn(r *store.Record, t Trial) {
	if t.Source != "" { // records of before do not have it
		r.Source = t.Source
	}
	if t.Err == nil {
		r.Learn(store.MergeFacts(r.Facts, r.Check, t.Info, d.capabilities(siteOf(r)), t.At), store.Check{At: t.At.UTC()}.Heard(t.Info.Clock))
		if r.Account == "" {
			r.Account = t.Info.Account
		}
		return
	}
	r.Check = r.Check.Failed(store.Check{At: t.At.UTC(), Kind: t.Err.Kind, Code: t.Err.Code, Hint: t.Err.Hint})
}
