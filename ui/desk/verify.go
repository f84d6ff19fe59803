package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

const (
	// perSite is how many keys of one site are asked at once; the adapter's
	// own rate limit paces them below that.
	perSite = 10
	// flushEvery bounds how long an answer waits to be written, and how often
	// a large file is.
	flushEvery = 500 * time.Millisecond
	// quietFor is how old the last look must be for an unchanged result to be
	// written to the audit log: an hourly sync should not drown what happened.
	quietFor = 20 * time.Hour
)

// answer is one key's result on its way into the store.
type answer struct {
	id    store.RecordID
	key   string // fingerprint of the key that was asked about
	trial Trial
}

// Verify asks the exchanges about the given keys, each exchange at its own
// pace, and writes down what they say. Where the person wants that, the echo
// services are asked for this machine's addresses meanwhile.
func (d *Desk) Verify(ctx context.Context, ids []store.RecordID, report func(Progress)) error {
	defer d.begin()()
	if report == nil {
		report = func(Progress) {}
	}
	defer d.watchMachine(ctx)()
	bySite := d.group(ids)
	if bySite = d.leaveStated(bySite, report); len(bySite) == 0 {
		return ctx.Err()
	}
	vault, err := d.ring.open(ctx)
	if err != nil {
		return err
	}
	answers := make(chan answer)
	var asking sync.WaitGroup
	for s, records := range bySite {
		asking.Go(func() { d.askSite(ctx, vault, s, records, answers, report) })
	}
	go func() { asking.Wait(); close(answers) }()
	return errors.Join(d.collect(ctx, answers, report), ctx.Err())
}

// group deals the given keys, all for none, to their sites.
func (d *Desk) group(ids []store.RecordID) map[site][]*store.Record {
	out := map[site][]*store.Record{}
	put := func(r *store.Record) { out[siteOf(r)] = append(out[siteOf(r)], r) }
	snap := d.Snapshot()
	for _, id := range ids {
		if r, ok := snap.ByID(id); ok {
			put(r)
		}
	}
	if len(ids) == 0 {
		for _, r := range snap.Records() {
			put(r)
		}
	}
	return out
}

// askSite works through the keys of one site with a few workers.
func (d *Desk) askSite(ctx context.Context, vault *vault, s site, records []*store.Record, answers chan<- answer, report func(Progress)) {
	venue, err := d.venue(s)
	todo := make(chan *store.Record)
	var workers sync.WaitGroup
	for range min(perSite, len(records)) {
		workers.Go(func() {
			for r := range todo {
				report(Progress{ID: r.ID, Phase: Asking})
				t := Trial{At: d.now()}
				if err != nil {
					t.Err = exchanges.AsError(err)
				} else {
					t = d.ask(ctx, vault, venue, r)
				}
				answers <- answer{r.ID, r.Fingerprint, t}
			}
		})
	}
	for _, r := range records {
		report(Progress{ID: r.ID, Phase: Waiting})
	}
	for _, r := range records {
		todo <- r
	}
	close(todo)
	workers.Wait()
}

// ask reads one credential and asks the exchange.
func (d *Desk) ask(ctx context.Context, vault *vault, venue exchanges.Exchange, r *store.Record) Trial {
	if ctx.Err() != nil {
		return Trial{At: d.now(), Err: &exchanges.Error{Exchange: r.Exchange, Op: "inspect", Kind: exchanges.Canceled, Outcome: exchanges.NotSent}}
	}
	c, err := vault.Credential(ctx, r)
	if err == nil {
		err = store.CheckFingerprint(r, c)
	}
	if err != nil {
		return Trial{At: d.now(), Err: keyringFailure(r, err)}
	}
	defer func() { c.Secret.Wipe(); c.PrivateKey.Wipe(); c.Passphrase.Wipe() }()
	c.Nonce = d.store.Config().NonceUnit(r)
	t := d.inspect(ctx, siteOf(r), venue, c)
	t.Source = c.Source()
	return t
}

// keyringFailure words a credential that could not be read: the exchange was
// not asked, so nothing is said about the key.
func keyringFailure(r *store.Record, err error) *exchanges.Error {
	e := &exchanges.Error{Exchange: r.Exchange, Op: "read the secret", Kind: Keyless, Outcome: exchanges.NotSent, Err: err,
		Hint: "Run keyrota doctor; if the secret is gone, forget this entry and add the key again."}
	if errors.Is(err, store.ErrNoSecret) {
		e.Kind = store.KindNoSecret
	}
	if hint := store.Hint(err); hint != "" {
		e.Hint = hint
	}
	return e
}

// Keyless is the kind of a key whose secret could not be read from the keyring.
const Keyless exchanges.Kind = "keyring"

// collect writes answers in batches and reports a key as done once its answer
// is in the record.
func (d *Desk) collect(ctx context.Context, answers <-chan answer, report func(Progress)) error {
	var failed error
	var batch []answer
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	flush := func() {
		if len(batch) > 0 {
			failed = errors.Join(failed, d.record(ctx, batch, report))
			batch = nil
		}
	}
	for {
		select {
		case a, more := <-answers:
			if !more {
				flush()
				return failed
			}
			batch = append(batch, a)
		case <-tick.C:
			flush()
		}
	}
}

// record writes a batch of answers into the store and the audit log. Where
// the store is read-only the answers are still reported.
func (d *Desk) record(ctx context.Context, batch []answer, report func(Progress)) error {
	learned := map[store.RecordID]*store.Record{}
	var events []store.Event
	learn := func(before store.Record, a answer) store.Record {
		after := before
		d.learn(&after, a.trial)
		learned[a.id] = &after
		if notable(&before, &after) {
			events = append(events, d.verified(&after, a.trial))
		}
		return after
	}
	err := d.save(batch, learn)
	if err == nil {
		err = d.audit(ctx, "the keys were verified", events...)
	}
	for _, a := range batch {
		report(Progress{ID: a.id, Phase: Done, Status: a.status(), Err: a.trial.Err, Record: learned[a.id]})
	}
	return err
}

// save applies learn to the record of each answer, in the store if it may be
// written and on the side if not. Keys forgotten meanwhile are left out, and
// so are those that nobody was asked about.
func (d *Desk) save(batch []answer, learn func(store.Record, answer) store.Record) error {
	batch = slices.DeleteFunc(slices.Clone(batch), answer.canceled)
	if d.ReadOnly() != "" {
		snap := d.Snapshot()
		for _, a := range batch {
			if r, ok := snap.ByID(a.id); ok && r.Fingerprint == a.key {
				learn(*r, a)
			}
		}
		return nil
	}
	if len(batch) == 0 {
		return nil
	}
	_, err := d.store.Update(func(s *store.Draft) error {
		for _, a := range batch {
			r, ok := s.Get(a.id)
			if !ok || r.Fingerprint != a.key {
				continue // forgotten, or rotated while the old key was asked about
			}
			if err := s.Replace(learn(r, a)); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

func (a answer) canceled() bool {
	return a.trial.Err != nil && a.trial.Err.Kind == exchanges.Canceled
}

func (a answer) status() store.Status {
	switch {
	case a.trial.Err == nil:
		return store.OK
	case a.trial.Err.Kind.Verdict():
		return store.Rejected
	}
	return store.Unreachable
}

// notable reports whether a result belongs in the audit log: something
// changed, or nobody had looked for most of a day.
func notable(before, after *store.Record) bool {
	return before.Status() != after.Status() ||
		before.Facts.Permissions != after.Facts.Permissions ||
		before.Facts.IPs.State != after.Facts.IPs.State ||
		!slices.Equal(before.Facts.IPs.Entries, after.Facts.IPs.Entries) ||
		after.Check.At.Sub(before.Check.At) > quietFor
}

func (d *Desk) verified(r *store.Record, t Trial) store.Event {
	if t.Err == nil {
		return d.event(r, store.ActionVerified, "ok", "")
	}
	return d.event(r, store.ActionVerifyFailed, string(t.Err.Kind), t.Err.Code)
}
