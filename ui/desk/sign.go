package desk

import (
	"context"
	"fmt"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Signed is a call as keyrota would sign it. What lets its reader make the call
// is behind a mask until it is revealed.
type Signed struct {
	// Leaked is set where what was compared holds a part of the secret.
	Leaked bool

	// Matches is what came of comparing; empty where nothing was compared.
	Matches []Match

	key     store.RecordID
	call    exchanges.Call
	signing *exchanges.Signing
}

// Masked returns the signing with mask in the place of every signature.
func (s *Signed) Masked(mask string) *exchanges.Signing { return s.signing.Masked(mask) }

// Sign shows how a call is signed with a key, and what differs from that in what
// a person's own program made; theirs is empty where nothing is compared. Nothing
// is sent.
func (d *Desk) Sign(ctx context.Context, id store.RecordID, call exchanges.Call, theirs string) (*Signed, error) {
	defer d.begin()()
	r, ok := d.Snapshot().ByID(id)
	if !ok {
		return nil, gone(id)
	}
	signer, adapter, err := d.signer(r)
	if err != nil {
		return nil, err
	}
	vault, err := d.ring.open(ctx)
	if err != nil {
		return nil, err
	}
	c, err := vault.Credential(ctx, r)
	if err == nil {
		err = store.CheckFingerprint(r, c)
	}
	if err != nil {
		return nil, keyringFailure(r, err)
	}
	defer func() { c.Secret.Wipe(); c.PrivateKey.Wipe(); c.Passphrase.Wipe() }()
	c.Nonce = d.store.Config().NonceUnit(r)
	checked, err := adapter.Check(c)
	if err != nil {
		return nil, err
	}
	defer func() { checked.Secret.Wipe(); checked.PrivateKey.Wipe(); checked.Passphrase.Wipe() }()
	signing, err := signer.Signing(checked, call)
	if err != nil {
		return nil, err
	}
	out := &Signed{key: id, call: call, signing: signing}
	if theirs != "" {
		concealed := checked.Conceal(theirs)
		out.Leaked = concealed != theirs
		out.Matches = compare(signing, call, concealed)
	}
	out.signing.Judge = nil // the secret that it needs ends here
	return out, nil
}

// RevealSigning returns the whole signing, once that is in the audit log.
func (d *Desk) RevealSigning(ctx context.Context, s *Signed) (*exchanges.Signing, error) {
	defer d.begin()()
	r, ok := d.Snapshot().ByID(s.key)
	if !ok {
		return nil, gone(s.key)
	}
	if why := d.ReadOnly(); why != "" {
		return nil, Refuse("the signature is not shown: it could not be noted in the audit log, since "+why, "Close the other keyrota, or leave --read-only out.")
	}
	detail := "signature of " + exchanges.Clean(s.call.Method+" "+s.call.Path)
	if err := d.audit(ctx, "the signature was to be shown", d.event(r, store.ActionRevealed, "ok", detail)); err != nil {
		return nil, err
	}
	return s.signing, nil
}

// signer opens the exchange of a key as one that shows how it signs.
func (d *Desk) signer(r *store.Record) (exchanges.Signer, exchanges.Adapter, error) {
	adapter, err := d.registry.Get(r.Exchange)
	if err != nil {
		return nil, adapter, err
	}
	venue, err := d.venue(siteOf(r))
	if err != nil {
		return nil, adapter, err
	}
	signer, ok := venue.(exchanges.Signer)
	if !ok {
		return nil, adapter, &exchanges.Error{
			Exchange: r.Exchange, Op: "sign a call", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent,
			Hint: fmt.Sprintf("keyrota does not know how calls of %s are signed.", adapter.Info.Name),
		}
	}
	return signer, adapter, nil
}
