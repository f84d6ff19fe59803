package desk

import (
	"context"
	"net/netip"
	"slices"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/desk/diagnose"
)

// DiagnoseOptions says whom a diagnosis may ask beside the key's own exchange.
// Each asks somebody who would not be asked otherwise, so that a person has to
// say so.
type DiagnoseOptions struct {
	Offline      bool // ask nobody at all: judge the last refusal
	Addresses    bool // echo services, for this machine's public addresses
	Sites        bool // the exchange's other sites of the same environment, with this key
	Environments bool // its other environments, with this key
}

// Diagnosis is why an exchange refuses a key, as far as can be told.
type Diagnosis struct {
	diagnose.Diagnosis

	Record   *store.Record // with the answer, even if it could not be saved
	Evidence *diagnose.Evidence
}

// examination is a diagnosis in the making.
type examination struct {
	desk   *Desk
	o      DiagnoseOptions
	record *store.Record // as it was before
	vault  *vault
	secret exchanges.Credential
	e      diagnose.Evidence
	places []place       // that can be asked apart
	trials []store.Event // what was tried elsewhere
}

// Diagnose asks the exchange about a key, writes down what it says as Verify
// does, and takes a refusal apart. The error is for what kept it from looking;
// what it found is in the Diagnosis.
func (d *Desk) Diagnose(ctx context.Context, id store.RecordID, o DiagnoseOptions) (Diagnosis, error) {
	defer d.begin()()
	r, ok := d.Snapshot().ByID(id)
	if !ok {
		return Diagnosis{}, Refuse("there is no such key", "It may have been forgotten meanwhile.")
	}
	if r.Facts.Stated {
		return Diagnosis{}, Refuse("nobody can be asked about "+r.Name, "keyrota has no adapter for this exchange: what is known of the key is your word.")
	}
	x := &examination{desk: d, o: o, record: r}
	x.recall()
	var err error
	if x.vault, err = d.ring.open(ctx); err != nil {
		return Diagnosis{}, err
	}
	defer func() { x.secret.Secret.Wipe(); x.secret.PrivateKey.Wipe(); x.secret.Passphrase.Wipe() }()
	after, err := x.examine(ctx)
	if ctx.Err() != nil {
		return Diagnosis{}, ctx.Err()
	}
	return Diagnosis{diagnose.Diagnose(&x.e), after, &x.e}, err
}

// recall is what is known without asking anybody.
func (x *examination) recall() {
	r := x.record
	a, _ := x.desk.registry.Get(r.Exchange) // of no adapter nothing is known
	x.e = diagnose.Evidence{
		Now: x.desk.now(), Exchange: a.Info.Name, Environment: r.Environment, KeyID: r.KeyID, Name: r.Name,
		Accepted: r.Facts.Seen, Permissions: r.Facts.Permissions, IPs: r.Facts.IPs, Expires: r.Facts.Expires,
		Endings: policy.Endings(r, a.Info.Guide.Lifetimes), Clock: x.desk.Link(r).Clock,
	}
	if own := x.ownSite(a.Info.Sites); own != nil {
		x.e.Site = own.Name
	}
	x.findPlaces(a.Info.Sites)
}

// examine reads the credential and asks whom it may. It returns the record with
// the answer.
func (x *examination) examine(ctx context.Context) (*store.Record, error) {
	r, d := x.record, x.desk
	c, err := x.vault.Credential(ctx, r)
	if err == nil {
		err = store.CheckFingerprint(r, c)
	}
	if err != nil {
		x.e.Keyless = keyringFailure(r, err)
		return r, x.write(ctx, Trial{At: d.now(), Err: x.e.Keyless}, &r)
	}
	c.Nonce = d.store.Config().NonceUnit(r)
	x.secret, x.e.Read = c, true
	x.e.Shape = d.shape(r.Exchange, c)
	if x.o.Offline {
		x.remember()
		return r, nil
	}
	v, err := d.venue(siteOf(r))
	if err != nil {
		return r, err
	}
	t := d.inspect(ctx, siteOf(r), v, c)
	x.e.Asked, x.e.Err = true, t.Err
	if err := x.write(ctx, t, &r); err != nil {
		return r, err
	}
	x.measure(ctx, v, t)
	if t.Err != nil {
		x.e.Seen = diagnose.SeenAddress(t.Err.Code)
	}
	x.addresses(ctx)
	x.list(ctx)
	x.tryElsewhere(ctx)
	return r, d.audit(ctx, "other places were asked", x.trials...)
}

// remember makes the last refusal the one that is judged.
func (x *examination) remember() {
	k := x.record.Check
	if k.Kind == "" || k.Kind == Keyless || k.Kind == store.KindNoSecret { // the keyring's, and it was read just now
		return
	}
	x.e.Last = k.At
	x.e.Err = &exchanges.Error{Exchange: x.record.Exchange, Kind: k.Kind, Outcome: exchanges.Refused, Code: k.Code, Hint: k.Hint}
	x.e.Seen = diagnose.SeenAddress(k.Code)
}

// write keeps an answer as a verification does.
func (x *examination) write(ctx context.Context, t Trial, after **store.Record) error {
	if x.o.Offline {
		return nil
	}
	return x.desk.record(ctx, []answer{{x.record.ID, x.record.Fingerprint, t}}, func(p Progress) {
		if p.Record != nil {
			*after = p.Record
		}
	})
}

// measure finds out how far the clocks are apart. Where there is no way to the
// exchange it does not ask once more.
func (x *examination) measure(ctx context.Context, v exchanges.Exchange, t Trial) {
	if t.Err == nil {
		x.e.Clock, x.e.Permissions = t.Info.Clock, t.Info.Permissions
	}
	if t.Err != nil && !t.Err.Kind.Verdict() && t.Err.Kind != exchanges.ClockSkew && t.Err.Kind != exchanges.Nonce {
		return
	}
	keeper, ok := v.(exchanges.Timekeeper)
	if !ok {
		return
	}
	if clock, err := keeper.MeasureClock(ctx); err == nil && clock.Known {
		x.e.Clock = clock
	}
}

// addresses finds out which public addresses this machine has: by asking where
// the person said so, else from what was told a moment ago.
func (x *examination) addresses(ctx context.Context) {
	if x.desk.proxied(x.record) {
		x.e.NotMine = "the exchange is reached by a proxy, and sees that one's"
		return
	}
	if !x.o.Addresses {
		for _, a := range x.desk.Machine().Current() {
			if x.e.Now.Sub(a.Last).Abs() < watchEvery {
				x.e.Mine = append(x.e.Mine, a.Addr)
			}
		}
		return
	}
	all, err := x.desk.myAddresses(ctx)
	if err != nil {
		what, _ := Explain(err)
		x.e.NotMine = exchanges.Clean(what)
	}
	for _, text := range all {
		if a, err := netip.ParseAddr(text); err == nil && !slices.Contains(x.e.Mine, a) {
			x.e.Mine = append(x.e.Mine, a)
		}
	}
}

// list looks whether the key is on the list of its account, where another key
// that works can read that.
func (x *examination) list(ctx context.Context) {
	if !x.open(exchanges.CauseDeleted) {
		return
	}
	r := x.record
	for _, s := range x.desk.scopes() {
		s.by = slices.DeleteFunc(slices.Clone(s.by), func(o *store.Record) bool { return o.ID == r.ID || o.Status() != store.OK })
		same := s.sub != "" || s.account != "" && s.account == r.Facts.Account
		if s.site != siteOf(r) || s.sub != r.SubAccount || !same || len(s.by) == 0 {
			continue
		}
		if l := x.desk.survey(ctx, x.vault, s); l.found.Err == nil {
			x.e.Listing = diagnose.Listing{State: onList(l.rows, r), By: l.found.By}
		}
		return
	}
}

// onList looks for a key. A list that hides parts of key IDs can say that a key
// is there, and not that it is gone.
func onList(rows []exchanges.KeyInfo, r *store.Record) diagnose.ListState {
	state := diagnose.Absent
	for _, row := range rows {
		switch u := (store.Unmanaged{KeyID: row.KeyID}); {
		case store.Fingerprint(row.KeyID) == r.Fingerprint || shows(row.KeyID, r.KeyID):
			return diagnose.Present
		case u.Hidden():
			state = diagnose.Unlisted
		}
	}
	return state
}

// open reports whether the refusal leaves a cause open.
func (x *examination) open(c exchanges.Cause) bool {
	return x.e.Err != nil && slices.Contains(x.e.Err.Possible(), c)
}
