package flow

import (
	"errors"
	"fmt"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// killManager reads the key with which the old one is revoked.
func (e *Engine) killManager(c call) (exchanges.Manager, error) {
	k := c.s.Plan.Killer
	switch {
	case k.New:
		cred, err := e.newCredential(c)
		return c.manager(cred), err
	case k.Itself:
		cred, err := e.oldCredential(c)
		return exchanges.Manager{Credential: cred, Code: c.code}, missingSecret("the old key", err)
	}
	return e.manager(c, k.Record)
}

// revoke kills the old key by API.
func (e *Engine) revoke(c call) error {
	v, err := e.venue(c.s)
	if err != nil {
		return err
	}
	revoker, ok := v.(exchanges.Revoker)
	if !ok {
		return noAPI(c.s, "revoke")
	}
	m, err := e.killManager(c)
	if err != nil {
		return err
	}
	old, err := e.oldListed(c, v, m)
	if err != nil || old.KeyID == "" {
		return err // not in the list: it is gone
	}
	m.KeyPassphrase = old.Passphrase
	return revoker.RevokeKey(c.ctx, m, old.KeyID)
}

// oldListed returns the old key's credential, or at least its full ID; none
// when the exchange's list has no such key. The ID lies with the secret; without
// that, the list is held against the fingerprint.
func (e *Engine) oldListed(c call, v exchanges.Exchange, m exchanges.Manager) (exchanges.Credential, error) {
	cred, err := e.oldCredential(c)
	if !errors.Is(err, store.ErrNoSecret) {
		return cred, err
	}
	lister, ok := v.(exchanges.Lister)
	if !ok {
		return exchanges.Credential{}, missingSecret("the old key", err)
	}
	rows, err := lister.ListKeys(c.ctx, m)
	if err != nil {
		return exchanges.Credential{}, err
	}
	if row := find(rows, c.s.Old.Fingerprint); row != nil {
		return exchanges.Credential{KeyID: row.KeyID}, nil
	}
	return exchanges.Credential{}, nil
}

// probe tries the old key once, and looks for it in the exchange's list where
// another key may read that.
func (e *Engine) probe(c call) (Event, error) {
	v, err := e.venue(c.s)
	if err != nil {
		return Event{}, err
	}
	p := &Probe{For: e.ProveFor, Every: e.ProveEvery}
	if err := e.tryOld(c, v, p); err != nil {
		return Event{}, err
	}
	if p.Accepted || p.Unknown && c.s.wasKnown() {
		return Event{Probe: p}, nil
	}
	if err := e.lookInList(c, v, p); err != nil {
		return Event{}, err
	}
	if p.Verdict && !p.Unlisted {
		p.NewOK, p.Alone = e.otherWorks(c, v)
	}
	return Event{Probe: p}, nil
}

func (e *Engine) tryOld(c call, v exchanges.Exchange, p *Probe) error {
	cred, err := e.oldCredential(c)
	if errors.Is(err, store.ErrNoSecret) {
		return nil
	}
	if err != nil {
		return err
	}
	p.Asked = true
	_, err = v.Inspect(c.ctx, cred)
	x, refused := errors.AsType[*exchanges.Error](err)
	switch {
	case err == nil:
		p.Accepted = true
	case refused:
		p.Kind, p.Code, p.Unknown = string(x.Kind), x.Code, x.UnknownKey
		p.Every = max(p.Every, x.RetryAfter+time.Second)
		p.Verdict = deadly(x.Kind)
	default:
		p.Kind = "error"
	}
	return nil
}

// deadly reports whether a refusal may mean that the key is no more. An address
// that is not allowed and a missing right are refusals of a key that lives.
func deadly(k exchanges.Kind) bool {
	return k == exchanges.Auth || k == exchanges.Expired || k == exchanges.NotFound
}

// witness returns who can read the list that the old key is missing from once it
// is dead: not the old key itself. Without one, the evidence of refusals is left.
func (e *Engine) witness(c call) (exchanges.Manager, bool) {
	if m, public := c.anybody(); public {
		return m, true
	}
	if k := c.s.Plan.Killer; k.Itself || !k.New && k.Record == "" {
		return exchanges.Manager{}, false
	}
	m, err := e.killManager(c)
	return m, err == nil
}

// lookInList looks for the old key in the account's list.
func (e *Engine) lookInList(c call, v exchanges.Exchange, p *Probe) error {
	lister, ok := v.(exchanges.Lister)
	if !ok || c.s.Proof.NoList {
		return nil
	}
	m, ok := e.witness(c)
	if !ok {
		return nil
	}
	rows, err := lister.ListKeys(c.ctx, m)
	if errors.Is(err, exchanges.SecondFactor) {
		return err
	}
	if err != nil {
		return nil
	}
	if find(rows, c.s.Old.Fingerprint) != nil {
		p.Listed = true
	} else {
		p.Unlisted = true
	}
	return nil
}

// otherWorks reports whether the exchange accepts another key from here now:
// the new one, or that of another record of the site.
func (e *Engine) otherWorks(c call, v exchanges.Exchange) (works, alone bool) {
	none := errors.New("none")
	cred, err := exchanges.Credential{}, none
	if c.s.New.Masked != "" {
		cred, err = e.newCredential(c)
	} else {
		for _, r := range e.Records.Snapshot().Records() {
			if r.Exchange == c.s.Plan.Exchange && r.Environment == c.s.Plan.Environment && c.s.Plan.sameSite(r.Site) &&
				r.ID != c.s.Record && r.Status() == store.OK {
				if cred, err = e.credential(c.ctx, r.SecretSlot(), r); err == nil {
					break
				}
			}
		}
	}
	if err != nil { // a keyring that fails says nothing of other keys
		return false, errors.Is(err, none)
	}
	_, err = v.Inspect(c.ctx, cred)
	return err == nil, false
}

// ways returns how a flow can be abandoned where it is.
func (s *State) ways() []string {
	switch {
	case s.Kind == Rotate && !s.Watch.Since.IsZero():
		return []string{Back, KeepKey}
	case s.Kind != Revoke && s.undoesKey() && s.Watch.Since.IsZero():
		return []string{Back, UndoNew, KeepKey}
	}
	return []string{Back, End}
}

// whose names the key that revokes, for people.
func (e *Engine) whose(s *State) string {
	switch k := s.Plan.Killer; {
	case k.New:
		return "the new key"
	case k.Itself:
		return "the key itself"
	default:
		if r, ok := e.record(k.Record); ok {
			return fmt.Sprintf("the managing key %q", r.Name)
		}
	}
	return "a managing key"
}
