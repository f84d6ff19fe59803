package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// pair makes a key pair. The private half is in the keyring before anybody
// sees the public one. A half that is there already is used: the public half
// may have been shown before a crash.
func (e *Engine) pair(c call) (Event, error) {
	pairs := e.Pairs(c.s.Plan.Exchange, c.s.Plan.Can.KeyPair)
	have, err := e.Vault.Get(c.ctx, c.s.New.Slot)
	if err == nil && !have.PrivateKey.IsZero() {
		public, err := pairs.PublicHalf(have.PrivateKey)
		return Event{Public: public}, err
	}
	if err != nil && !errors.Is(err, store.ErrNoSecret) {
		return Event{}, err
	}
	private, public, err := pairs.New()
	if err != nil {
		return Event{}, err
	}
	defer private.Wipe()
	return Event{Public: public}, e.Vault.Put(c.ctx, c.s.New.Slot, exchanges.Credential{PrivateKey: private})
}

// publicIsKey reports whether the new key is a pair made here whose public half
// the exchange takes for the key itself: then nothing is pasted.
func (s *State) publicIsKey() bool {
	return s.Plan.Can.KeyIsPublicHalf && s.Plan.Source == exchanges.FromKeyPair && s.Plan.Public != ""
}

// request is what the plan asks the exchange for.
func (s *State) request() exchanges.KeyRequest {
	r := exchanges.KeyRequest{Label: s.Plan.Label, Permissions: s.asked(), PublicKey: s.Plan.Public, IPs: s.Plan.IPs}
	if s.Plan.Can.IPsByEdit || r.IPs.State == exchanges.IPRestricted {
		r.IPs = exchanges.IPWhitelist{}
	}
	return r
}

// asked returns the planned permissions; every other one is off.
func (s *State) asked() exchanges.PermissionSet {
	return exchanges.NewPermissionSet(s.permissions()...)
}

func (s *State) permissions() []exchanges.Permission {
	var out []exchanges.Permission
	for _, w := range s.Plan.Permissions {
		if p, err := exchanges.ParsePermission(w); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// create makes the key by API. A secret that the keyring does not take is
// given up: the key is found by its label and revoked.
func (e *Engine) create(c call) (Event, error) {
	v, err := e.venue(c.s)
	if err != nil {
		return Event{}, err
	}
	creator, ok := v.(exchanges.Creator)
	if !ok {
		return Event{}, noAPI(c.s, "make")
	}
	m, err := e.manager(c, c.s.Plan.Manager)
	if err != nil {
		return Event{}, err
	}
	cred, err := creator.CreateKey(c.ctx, m, c.s.request())
	if err != nil {
		return Event{}, err
	}
	if err := e.keepNew(context.WithoutCancel(c.ctx), c.s, &cred); err != nil {
		return Event{}, &exchanges.Error{Exchange: c.s.Plan.Exchange, Op: "store the new secret", Kind: exchanges.Canceled, Outcome: exchanges.OutcomeUnknown, Err: err,
			Hint: "The keyring did not keep the secret of the new key, so that key was given up. " + store.Hint(err)}
	}
	return Event{Key: keyOf(cred)}, nil
}

// keepNew stores the credential of a key that was just made. With a pair it is
// completed by the private half from the slot.
func (e *Engine) keepNew(ctx context.Context, s *State, cred *exchanges.Credential) error {
	if s.Plan.Source == exchanges.FromKeyPair && s.Plan.Public != "" {
		half, err := e.Vault.Get(ctx, s.New.Slot)
		if err != nil {
			return err
		}
		cred.PrivateKey, cred.Secret = half.PrivateKey, exchanges.Secret{}
	}
	return e.Vault.Put(ctx, s.New.Slot, *cred)
}

func keyOf(c exchanges.Credential) Key {
	return Key{Masked: store.MaskKeyID(c.KeyID), Fingerprint: store.Fingerprint(c.KeyID)}
}

//go:noinline // copied into its callers, it would take 2 kB
func noAPI(s *State, what string) error {
	return &exchanges.Error{Exchange: s.Plan.Exchange, Op: what + " a key", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent, Hint: "Go on by hand."}
}

// stage puts a pasted credential into the keyring.
func (e *Engine) stage(ctx context.Context, s *State, cred exchanges.Credential) (Event, error) {
	for _, slot := range s.Trash {
		if err := e.Vault.Delete(ctx, slot); err != nil {
			return Event{}, err
		}
	}
	if err := e.keepNew(ctx, s, &cred); err != nil {
		return Event{}, err
	}
	return Event{Key: keyOf(cred)}, nil
}

// recall looks whether a new secret made it into its slot before a crash or a
// failure.
func (e *Engine) recall(c call) (Event, error) {
	cred, err := e.Vault.Get(c.ctx, c.s.New.Slot)
	switch {
	case errors.Is(err, store.ErrNoSecret), err == nil && cred.KeyID == "":
		return Event{Found: FoundNone}, nil
	case err != nil:
		return Event{}, err
	}
	return Event{Found: FoundWhole, Key: keyOf(cred)}, nil
}

// reconcile looks for the key of an attempt that nobody heard the end of, by
// its label. With its secret, or our half of its pair, it is the new key;
// without, nobody can ever use it, so it is revoked.
func (e *Engine) reconcile(c call) (Event, error) {
	v, err := e.venue(c.s)
	if err != nil {
		return Event{}, err
	}
	lister, ok := v.(exchanges.Lister)
	if !ok {
		return Event{}, noAPI(c.s, "list")
	}
	m, err := e.manager(c, c.s.Plan.Manager)
	if err != nil {
		return Event{}, err
	}
	if id, found := e.strays.LoadAndDelete(c.s.ID); found { // by a list that took a one-time code
		return e.dropStray(c, v, m, id.(string))
	}
	rows, err := lister.ListKeys(c.ctx, m)
	if err != nil {
		return Event{}, err
	}
	for _, row := range rows {
		if row.Label == c.s.Plan.Label {
			return e.adopt(c, v, m, row)
		}
	}
	return Event{Found: FoundNone}, nil
}

func (e *Engine) adopt(c call, v exchanges.Exchange, m exchanges.Manager, row exchanges.KeyInfo) (Event, error) {
	have, err := e.Vault.Get(c.ctx, c.s.New.Slot)
	if err != nil && !errors.Is(err, store.ErrNoSecret) {
		return Event{}, err
	}
	switch {
	case err == nil && have.KeyID == row.KeyID:
		return Event{Found: FoundWhole, Key: keyOf(have)}, nil
	case err == nil && have.KeyID == "" && c.s.Plan.Public != "":
		have.KeyID = row.KeyID
		return Event{Found: FoundWhole, Key: keyOf(have)}, e.Vault.Put(c.ctx, c.s.New.Slot, have)
	}
	if owner := e.ownerOf(c.s, store.Fingerprint(row.KeyID)); owner != "" { // one label, two keys: it is not ours
		return Event{}, &exchanges.Error{Exchange: c.s.Plan.Exchange, Op: "look for the new key", Kind: exchanges.LabelTaken, Outcome: exchanges.Refused,
			Hint: fmt.Sprintf("The key labelled %s is that of %q: it stays, and the new key gets another label.", c.s.Plan.Label, owner)}
	}
	return e.dropStray(c, v, m, row.KeyID)
}

// dropStray revokes a key whose secret never arrived. Where finding it took a
// one-time code, revoking it takes the next: its ID is kept for that, in memory
// only, since finding it again would use that one up too, and so for ever.
func (e *Engine) dropStray(c call, v exchanges.Exchange, m exchanges.Manager, id string) (Event, error) {
	revoker, ok := v.(exchanges.Revoker)
	if !ok {
		return Event{}, noAPI(c.s, "revoke")
	}
	if err := revoker.RevokeKey(c.ctx, m, id); err != nil {
		if errors.Is(err, exchanges.SecondFactor) {
			e.strays.Store(c.s.ID, id)
		}
		return Event{}, err
	}
	return Event{Found: FoundStray, Notes: []string{fmt.Sprintf("A key labelled %s was made, but its secret never arrived: it was revoked.", c.s.Plan.Label)}}, nil
}

// restrict sets the new key's IP whitelist and permissions.
func (e *Engine) restrict(c call) error {
	v, err := e.venue(c.s)
	if err != nil {
		return err
	}
	editor, ok := v.(exchanges.Editor)
	if !ok {
		return noAPI(c.s, "change")
	}
	m, err := e.manager(c, c.s.Plan.Manager)
	if err != nil {
		return err
	}
	cred, err := e.newCredential(c)
	if err != nil {
		return err
	}
	m.KeyPassphrase = cred.Passphrase
	return editor.EditKey(c.ctx, m, cred.KeyID, exchanges.KeyRequest{Permissions: c.s.asked(), IPs: c.s.Plan.IPs})
}

// verify asks the exchange about the new key and holds it against the plan.
func (e *Engine) verify(c call) (Event, error) {
	v, err := e.venue(c.s)
	if err != nil {
		return Event{}, err
	}
	cred, err := e.newCredential(c)
	if err != nil {
		return Event{}, err
	}
	info, err := v.Inspect(c.ctx, cred)
	if err != nil {
		return Event{}, err
	}
	_, _, will, _ := e.info(c.s.Plan.Exchange).Guide.Plan(c.s.permissions())
	return Event{
		Review: c.s.compare(will, info),
		Facts:  store.MergeFacts(store.Facts{}, store.Check{}, info, c.s.Plan.Can, e.Now()),
	}, nil
}
