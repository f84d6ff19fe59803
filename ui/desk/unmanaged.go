package desk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/ui/flow"
)

// Ignore notes that an unmanaged key is well as it is, and why. An empty reason
// is refused: in a year nobody would know.
func (d *Desk) Ignore(ctx context.Context, fingerprint, reason string) error {
	defer d.begin()()
	if reason = strings.TrimSpace(exchanges.Clean(reason)); reason == "" {
		return Refuse("no reason is given", "Say in a few words why this key is well as it is, for yourself in a year.")
	}
	return d.markUnmanaged(ctx, fingerprint, store.Ignored{At: d.now().UTC(), Reason: reason, Actor: d.store.Actor()}, store.ActionIgnored)
}

// Heed takes back Ignore.
func (d *Desk) Heed(ctx context.Context, fingerprint string) error {
	defer d.begin()()
	return d.markUnmanaged(ctx, fingerprint, store.Ignored{}, store.ActionHeeded)
}

func (d *Desk) markUnmanaged(ctx context.Context, fingerprint string, mark store.Ignored, action store.Action) error {
	var marked *store.Unmanaged
	err := d.store.UpdateUnmanaged(func(all []store.Unmanaged) []store.Unmanaged {
		for i := range all {
			if all[i].Fingerprint == fingerprint {
				all[i].Ignored = mark
				marked = &all[i]
			}
		}
		return all
	})
	switch {
	case err != nil:
		return err
	case marked == nil:
		return noSuchUnmanaged()
	}
	return d.audit(ctx, fmt.Sprintf("%q was marked", marked.Name()), d.unmanagedEvent(marked, action, mark.Reason))
}

func noSuchUnmanaged() error {
	return Refuse("there is no such unmanaged key any more", "Look at the accounts again.")
}

// CanRevoke says whether keyrota can delete an unmanaged key by API; if not, it
// has to be deleted on the exchange's page.
func (d *Desk) CanRevoke(u *store.Unmanaged) bool {
	can := d.capabilities(site{u.Exchange, u.Environment, u.Site})
	reach := exchanges.OwnKeys
	if u.SubAccount != "" {
		reach = exchanges.SubAccountKeys
	}
	_, known := d.Snapshot().ByID(u.By)
	return known && can.Revoke && can.List && can.Reach == reach && !can.RevokeWantsPassphrase && !u.Hidden()
}

// ByHand is how a person deletes a key on an exchange's page.
type ByHand struct {
	Page  string
	Steps []flow.Line
	AsOf  string // when the steps were last held against the page; may be empty
}

// DeleteByHand returns how a person deletes an unmanaged key.
func (d *Desk) DeleteByHand(u *store.Unmanaged) ByHand {
	a, err := d.registry.Get(u.Exchange)
	if err != nil {
		return ByHand{}
	}
	out := ByHand{Page: d.pageOf(&a.Info, u.Environment, u.Site), AsOf: a.Info.Guide.AsOf}
	for _, step := range a.Info.Guide.Delete {
		l := flow.Line{Text: step.Text, Name: step.Put}
		if step.Put == exchanges.PutKey {
			l.Many = slices.DeleteFunc([]string{u.KeyID, u.Facts.Label}, func(s string) bool { return s == "" })
		}
		out.Steps = append(out.Steps, l)
	}
	return out
}

// pageOf returns the address of an exchange's page for keys.
func (d *Desk) pageOf(info *exchanges.Info, env exchanges.Environment, siteID string) string {
	where, _ := info.Site(env, siteID)
	if d.keysPage == nil {
		return where.KeysPage
	}
	return cmp.Or(d.keysPage(info.ID, env), where.KeysPage)
}

// RevokeUnmanaged deletes an unmanaged key at the exchange, with the key that
// listed it, and looks whether the list still has it. code is a one-time code,
// where the exchange wants one. It may be repeated: a key that is gone is what
// was wanted.
func (d *Desk) RevokeUnmanaged(ctx context.Context, fingerprint string, code exchanges.Secret) error {
	defer d.begin()()
	u, err := d.findUnmanaged(fingerprint)
	if err != nil {
		return err
	}
	by, ok := d.Snapshot().ByID(u.By)
	if !ok || !d.CanRevoke(&u) {
		return Refuse("this key cannot be deleted by API", "Delete it on the exchange's page for keys, then look at the accounts again.")
	}
	if why := d.ReadOnly(); why != "" {
		return &store.Error{Op: "revoke", Path: u.Name(), Err: fmt.Errorf("%w: %s", store.ErrReadOnly, why), Hint: "Close the other keyrota, or do it there."}
	}
	vault, err := d.ring.open(ctx)
	if err != nil {
		return err
	}
	c, err := vault.Credential(ctx, by)
	if err != nil {
		return keyringFailure(by, err)
	}
	defer func() { c.Secret.Wipe(); c.PrivateKey.Wipe(); c.Passphrase.Wipe() }()
	c.Nonce = d.store.Config().NonceUnit(by)
	if err := d.killUnmanaged(ctx, &u, exchanges.Manager{Credential: c, SubAccount: u.SubAccount, Code: code}); err != nil {
		return err
	}
	err = d.store.UpdateUnmanaged(func(all []store.Unmanaged) []store.Unmanaged {
		return slices.DeleteFunc(all, func(other store.Unmanaged) bool { return other.Fingerprint == u.Fingerprint })
	})
	return errors.Join(err, d.audit(ctx, fmt.Sprintf("%q was revoked", u.Name()), d.unmanagedEvent(&u, store.ActionRevoked, "unmanaged, by "+by.Name)))
}

// killUnmanaged revokes a key and believes the list only, but for a list that
// wants a code of its own: the code is spent by then.
func (d *Desk) killUnmanaged(ctx context.Context, u *store.Unmanaged, m exchanges.Manager) error {
	v, err := d.venue(site{u.Exchange, u.Environment, u.Site})
	if err != nil {
		return err
	}
	revoker, ok := v.(exchanges.Revoker)
	if !ok {
		return Refuse("this key cannot be deleted by API", "Delete it on the exchange's page for keys.")
	}
	id, err := d.fullID(ctx, v, m, u.Fingerprint)
	if err != nil || id == "" {
		return err
	}
	if err := revoker.RevokeKey(ctx, m, id); err != nil {
		return err
	}
	switch id, err = listedID(ctx, v, m, u.Fingerprint); {
	case errors.Is(err, exchanges.SecondFactor):
		return nil
	case err == nil && id != "":
		return &exchanges.Error{Exchange: u.Exchange, Op: "look for the revoked key", Kind: exchanges.Protocol, Outcome: exchanges.OutcomeUnknown,
			Code: "it is still listed", Hint: "The exchange took the call, but its list still has the key. Look at the accounts again in a minute."}
	}
	return err
}

// fullID returns the ID of a key, which is kept in no file: as a survey saw it,
// or else from the list; "": it is gone.
func (d *Desk) fullID(ctx context.Context, v exchanges.Exchange, m exchanges.Manager, fingerprint string) (string, error) {
	d.mu.Lock()
	id := d.seen.ids[fingerprint]
	d.mu.Unlock()
	if id != "" {
		return id, nil
	}
	id, err := listedID(ctx, v, m, fingerprint)
	if id != "" {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.seen.ids[fingerprint] = id
	}
	return id, err
}

func listedID(ctx context.Context, v exchanges.Exchange, m exchanges.Manager, fingerprint string) (string, error) {
	rows, err := listKeys(ctx, v, m)
	i := slices.IndexFunc(rows, func(row exchanges.KeyInfo) bool { return store.Fingerprint(row.KeyID) == fingerprint })
	if err != nil || i < 0 {
		return "", err
	}
	return rows[i].KeyID, nil
}

// findUnmanaged returns the key of a fingerprint.
func (d *Desk) findUnmanaged(fingerprint string) (store.Unmanaged, error) {
	all, err := d.Unmanaged()
	if err != nil {
		return store.Unmanaged{}, err
	}
	i := slices.IndexFunc(all, func(u store.Unmanaged) bool { return u.Fingerprint == fingerprint })
	if i < 0 {
		return store.Unmanaged{}, noSuchUnmanaged()
	}
	return all[i], nil
}
