package flow

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// call is one effect under way.
type call struct {
	ctx  context.Context
	s    *State
	code exchanges.Secret
}

// effects are what the engine can do. DoStage is not among them: it comes with
// an answer, see (run).stage.
var effects map[Effect]func(*Engine, call) (Event, error)

func init() { // not a literal: see answers
	effects = map[Effect]func(*Engine, call) (Event, error){
		DoEcho:      (*Engine).echo,
		DoPreflight: (*Engine).preflight,
		DoPair:      (*Engine).pair,
		DoCreate:    (*Engine).create,
		DoReconcile: (*Engine).reconcile,
		DoRecall:    (*Engine).recall,
		DoRestrict:  plain((*Engine).restrict),
		DoVerify:    (*Engine).verify,
		DoSwitch:    (*Engine).switchRecord,
		DoHook:      plain((*Engine).runHook),
		DoFile:      plain((*Engine).writeFile),
		DoLook:      (*Engine).look,
		DoRevoke:    plain((*Engine).revoke),
		DoProve:     (*Engine).probe,
		DoForget:    plain((*Engine).forget),
		DoUndo:      plain((*Engine).undo),
		DoKeep:      (*Engine).keep,
		DoAudit:     (*Engine).audit,
	}
}

// plain makes an effect of a deed that finds nothing.
func plain(deed func(*Engine, call) error) func(*Engine, call) (Event, error) {
	return func(e *Engine, c call) (Event, error) { return Event{}, deed(e, c) }
}

func (e *Engine) echo(c call) (Event, error) {
	mine, err := e.Echo(c.ctx)
	return Event{Mine: mine}, err
}

// supply gives an event what Apply may need and cannot make.
func (e *Engine) supply(s *State, ev *Event) {
	plan := s.Plan
	name := s.Name
	if a := ev.Answer; a != nil && a.Prompt == AskWhere {
		plan.Exchange, plan.Environment, plan.Site = exchanges.ID(a.Values["exchange"]), exchanges.Environment(a.Values["environment"]), a.Values["site"]
		site, _ := e.site(plan.Exchange, plan.Environment, plan.Site)
		ev.Can, ev.Usual = site.Capabilities, e.usualSite(plan.Exchange, plan.Environment)
		ev.Manual = e.info(plan.Exchange).Manual
		return
	}
	ev.Slot = store.NewSlot(s.Record)
	ev.Label = e.info(plan.Exchange).Guide.Label.Make(name, fresh(4))
}

//go:noinline // it has many callers
func (e *Engine) venue(s *State) (exchanges.Exchange, error) {
	return e.Venue(s.Plan.Exchange, s.Plan.Environment, s.Plan.Site)
}

// record returns the record of the flow, as it is now.
func (e *Engine) record(id store.RecordID) (*store.Record, bool) {
	return e.Records.Snapshot().ByID(id)
}

// credential reads a secret and gives it its record's nonce scale.
func (e *Engine) credential(ctx context.Context, slot store.Slot, r *store.Record) (exchanges.Credential, error) {
	c, err := e.Vault.Get(ctx, slot)
	if err == nil && r != nil {
		c.Nonce = e.Nonce(r)
	}
	return c, err
}

// subject is the flow's record as it is now, or one that stands for it while
// there is none.
func (e *Engine) subject(s *State) *store.Record {
	if r, ok := e.record(s.Record); ok {
		return r
	}
	return &store.Record{ID: s.Record, Name: s.Name, Exchange: s.Plan.Exchange, Environment: s.Plan.Environment, Site: s.Plan.Site}
}

//go:noinline // copied into its callers, it would take 2 kB
func (e *Engine) oldCredential(c call) (exchanges.Credential, error) {
	return e.credentialOf(c, c.s.Old)
}

func (e *Engine) newCredential(c call) (exchanges.Credential, error) {
	got, err := e.credentialOf(c, c.s.New)
	return got, missingSecret("the new key", err)
}

// credentialOf reads the secret of one of the flow's keys. Another key in its
// place would be judged, or revoked, instead of it.
func (e *Engine) credentialOf(c call, k Key) (exchanges.Credential, error) {
	got, err := e.credential(c.ctx, k.Slot, e.subject(c.s))
	if err == nil && store.Fingerprint(got.KeyID) != k.Fingerprint {
		return exchanges.Credential{}, &store.Error{Op: "use", Path: "the secret of " + k.Masked, Err: store.ErrMismatch,
			Hint: "The keyring that is in use is not the one with which this flow began: keyrota doctor says which it is."}
	}
	return got, err
}

// manager returns what keys are managed with. The sub-account is told where keys
// of sub-accounts are managed, and is only a word of the trader's elsewhere.
func (c call) manager(cred exchanges.Credential) exchanges.Manager {
	m := exchanges.Manager{Credential: cred, Code: c.code}
	if c.s.Plan.Can.Reach == exchanges.SubAccountKeys {
		m.SubAccount = c.s.Plan.SubAccount
	}
	return m
}

// anybody returns the manager for the list of the old key's account where that
// takes no key, but the account's name.
func (c call) anybody() (m exchanges.Manager, public bool) {
	m.SubAccount = c.s.Old.Facts.Account
	return m, c.s.Plan.Can.ListIsPublic && m.SubAccount != ""
}

// manager reads the key with which the plan's keys are managed.
func (e *Engine) manager(c call, id store.RecordID) (exchanges.Manager, error) {
	if id == c.s.Record && c.s.Old.Slot != "" && c.s.Watch.Since.IsZero() {
		cred, err := e.oldCredential(c)
		return c.manager(cred), missingSecret(c.s.Name, err)
	}
	r, ok := e.record(id)
	if !ok {
		return exchanges.Manager{}, &refusal{"store", "the managing key of this flow was forgotten", "Go on by hand, or add the key again and begin anew."}
	}
	cred, err := e.credential(c.ctx, r.SecretSlot(), r)
	if err == nil {
		err = store.CheckFingerprint(r, cred)
	}
	return c.manager(cred), missingSecret(r.Name, err)
}

// preflight finds out what would go wrong later, and changes nothing.
func (e *Engine) preflight(c call) (Event, error) {
	s := c.s
	if err := e.Vault.Prove(c.ctx); err != nil {
		return Event{}, err
	}
	if s.Plan.Manual { // there is nobody to look with
		return Event{Kill: ByHand}, e.stillThere(s)
	}
	v, err := e.venue(s)
	if err != nil {
		return Event{}, err
	}
	var ev Event
	var rows []exchanges.KeyInfo
	if s.Plan.Route == ByAPI && s.Kind != Revoke {
		rows, err = e.room(c, v)
	} else {
		rows, err = e.publicRows(c, v)
	}
	if err != nil {
		return Event{}, err
	}
	if s.Kind == Create {
		return ev, nil
	}
	if ev.Key, err = e.oldNow(c, v, rows); err != nil {
		return Event{}, err
	}
	ev.Key.Listed = find(rows, s.Old.Fingerprint) != nil
	return ev, e.planKill(c, v, &ev)
}

// stillThere refuses to go on with a record that was forgotten since the flow
// began; a key that is yet to be made has none.
func (e *Engine) stillThere(s *State) error {
	if _, ok := e.record(s.Record); ok || s.Kind == Create {
		return nil
	}
	return &refusal{"store", fmt.Sprintf("%q was forgotten meanwhile", s.Name), "Abandon this flow; the key lives on at the exchange."}
}

// planKill decides by whom the old key will be revoked. A managing key must see
// it: one of another account would find nothing to revoke, and say so.
func (e *Engine) planKill(c call, v exchanges.Exchange, ev *Event) error {
	s := *c.s
	s.Old.Blind = ev.Key.Blind
	if !ev.Key.Accepted.IsZero() || ev.Key.Listed {
		s.Old.Facts = ev.Key.Facts
	}
	if err := e.stillThere(&s); err != nil {
		return err
	}
	old, _ := e.record(s.Record)
	ev.Kill, ev.Killer = killer(e.Records.Snapshot().Records(), &s, old)
	if ev.Killer.Record == "" || ev.Key.Listed && ev.Killer.Record == s.Plan.Manager {
		return nil
	}
	seen, err := e.sees(c, v, ev.Killer.Record)
	switch x, ok := errors.AsType[*exchanges.Error](err); {
	case err == nil && seen, errors.Is(err, exchanges.SecondFactor): // not worth a code
		ev.Key.Listed = seen
		return nil
	case ok && !x.Kind.Verdict():
		return err
	case err == nil:
		ev.Notes = append(ev.Notes, "The managing key does not see the old key: it belongs to another account, or the key is deleted already. It is revoked by hand.")
	default:
		ev.Notes = append(ev.Notes, "The managing key cannot be used, so the old key is revoked by hand: "+problemOf(err).What+".")
	}
	ev.Kill, ev.Killer = ByHand, Killer{}
	return nil
}

// sees reports whether the list that a managing key reads has the old key.
func (e *Engine) sees(c call, v exchanges.Exchange, manager store.RecordID) (bool, error) {
	lister, ok := v.(exchanges.Lister)
	if !ok {
		return true, nil // nobody can tell; the proof will
	}
	m, err := e.manager(c, manager)
	if err != nil {
		return false, err
	}
	rows, err := lister.ListKeys(c.ctx, m)
	return find(rows, c.s.Old.Fingerprint) != nil, err
}

// room lists the account's keys with the managing key: it may manage, the old
// key is among them, and there is room for one more. A second factor is not
// worth a code for that.
func (e *Engine) room(c call, v exchanges.Exchange) ([]exchanges.KeyInfo, error) {
	lister, ok := v.(exchanges.Lister)
	if !ok {
		return nil, nil
	}
	m, err := e.manager(c, c.s.Plan.Manager)
	if err != nil {
		return nil, err
	}
	rows, err := lister.ListKeys(c.ctx, m)
	if errors.Is(err, exchanges.SecondFactor) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	info := e.info(c.s.Plan.Exchange)
	if most := info.Guide.MostKeys; most > 0 && len(rows) >= most {
		return nil, &exchanges.Error{Exchange: info.ID, Op: "look for room", Kind: exchanges.KeyLimit, Outcome: exchanges.Refused,
			Code: fmt.Sprintf("%d of %d keys", len(rows), most), Hint: "Delete a key that nobody needs on " + info.Name + "'s page for API keys, then try again."}
	}
	if c.s.Kind == Rotate && find(rows, c.s.Old.Fingerprint) == nil {
		return nil, &refusal{string(exchanges.NotFound), fmt.Sprintf("the managing key does not see %s: it belongs to another account, or the key is deleted already", c.s.Old.Masked),
			"Go on by hand, or abandon and choose another managing key."}
	}
	return rows, nil
}

// publicRows reads the list of the old key's account where anybody may. One that
// is refused says nothing: the key itself is asked, too.
func (e *Engine) publicRows(c call, v exchanges.Exchange) ([]exchanges.KeyInfo, error) {
	lister, ok := v.(exchanges.Lister)
	m, public := c.anybody()
	if !ok || !public {
		return nil, nil
	}
	rows, err := lister.ListKeys(c.ctx, m)
	if x, ok := errors.AsType[*exchanges.Error](err); ok && x.Kind.Verdict() {
		return nil, nil
	}
	return rows, err
}

//go:noinline // copied into its callers, it would take 3 kB
func find(rows []exchanges.KeyInfo, fingerprint string) *exchanges.KeyInfo {
	i := slices.IndexFunc(rows, func(k exchanges.KeyInfo) bool { return store.Fingerprint(k.KeyID) == fingerprint })
	if i < 0 {
		return nil
	}
	return &rows[i]
}

// oldNow asks what the exchange says of the old key. Where the key itself has
// just listed the account's keys, it is accepted and in the list.
func (e *Engine) oldNow(c call, v exchanges.Exchange, rows []exchanges.KeyInfo) (Key, error) {
	s := c.s
	r := e.subject(s)
	row := find(rows, s.Old.Fingerprint)
	listed := Key{}
	if row != nil {
		listed.Facts = store.MergeFacts(s.Old.Facts, r.Check, *row, s.Plan.Can, e.Now())
	}
	if row != nil && s.Plan.Manager == s.Record {
		listed.Accepted = e.Now().UTC()
		return listed, nil
	}
	cred, err := e.oldCredential(c)
	if errors.Is(err, store.ErrNoSecret) {
		listed.Blind = true
		return listed, nil
	}
	if err != nil {
		return Key{}, err
	}
	if row != nil && s.Plan.Can.Reach == exchanges.OwnKeys {
		// The account's own list tells as much as the key would, and later tells
		// of its death: asking the key as well would be two calls for nothing.
		return listed, nil
	}
	info, err := v.Inspect(c.ctx, cred)
	if x, ok := errors.AsType[*exchanges.Error](err); ok && x.Kind.Verdict() {
		return Key{Refused: x.Error(), Lives: !deadly(x.Kind)}, nil
	}
	if err != nil {
		return Key{}, err
	}
	return Key{Accepted: e.Now().UTC(), Facts: store.MergeFacts(s.Old.Facts, r.Check, info, s.Plan.Can, e.Now())}, nil
}

// look asks for the last use of the old key by others.
func (e *Engine) look(c call) (Event, error) {
	v, err := e.venue(c.s)
	if err != nil {
		return Event{}, err
	}
	cred, err := e.oldCredential(c)
	if err != nil {
		return Event{}, missingSecret("the old key", err)
	}
	info, err := v.Inspect(c.ctx, cred)
	if err != nil {
		return Event{}, err
	}
	check := store.Check{At: c.s.Old.Accepted}
	if c.s.Watch.Asked.After(check.At) {
		check.At = c.s.Watch.Asked
	}
	facts := store.MergeFacts(c.s.Old.Facts, check, info, c.s.Plan.Can, e.Now())
	return Event{Used: facts.LastUsed, Facts: facts}, nil
}

// audit writes what the log does not have yet. After a crash or a failure some
// of it may be there.
func (e *Engine) audit(c call) (Event, error) {
	var missing []store.Event
	for _, ev := range c.s.Audit {
		there, err := e.Log.Logged(ev)
		if err != nil {
			return Event{}, err
		}
		if !there {
			missing = append(missing, ev)
		}
	}
	err := e.Log.Audit(c.ctx, missing...)
	if errors.Is(err, store.ErrTampered) { // it is written; that the log was changed is doctor's and audit's matter
		return Event{Notes: []string{"The audit log was changed by someone else: run keyrota audit --verify."}}, nil
	}
	return Event{}, err
}
