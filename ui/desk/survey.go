package desk

import (
	"cmp"
	"context"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Account is one account whose keys an exchange lists, as a survey found it.
type Account struct {
	Exchange    exchanges.ID
	Environment exchanges.Environment
	Site        string
	SubAccount  string           // empty: the account of the key that listed it
	By          string           // the name of that key
	Keys        int              // how many the list has
	Err         *exchanges.Error // why it could not be read; then what was known before stays
}

// scope is one list of keys, and the records whose keys may read it, the
// likeliest first.
type scope struct {
	site    site
	sub     string
	account string // of the exchange's own naming; empty: not told
	by      []*store.Record
}

// look is one list as it was read.
type look struct {
	scope scope
	found Account
	rows  []exchanges.KeyInfo
}

// Survey asks for the keys of every account that an exchange lists, holds them
// against the records, and writes down those that no record is about.
func (d *Desk) Survey(ctx context.Context) ([]Account, error) {
	defer d.begin()()
	scopes := d.scopes()
	if len(scopes) == 0 {
		d.remember(nil)
		return nil, nil
	}
	vault, err := d.ring.open(ctx)
	if err != nil {
		return nil, err
	}
	looks := make([]look, len(scopes))
	var asking sync.WaitGroup
	for i, s := range scopes {
		asking.Go(func() { looks[i] = d.survey(ctx, vault, s) })
	}
	asking.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	looks = merged(looks)
	return d.remember(looks), d.note(ctx, looks)
}

// merged joins the lists that are of one account: where an exchange does not
// tell which account a key is of, each key was asked for its own, and a list
// that has the key of another one is the same as that one's.
func merged(looks []look) []look {
	var out []look
	sort.SliceStable(looks, func(i, j int) bool { return surveyRank(looks[i].scope.by[0]) < surveyRank(looks[j].scope.by[0]) })
	for _, l := range looks {
		i := slices.IndexFunc(out, func(o look) bool { return o.has(l.scope) })
		if i < 0 {
			out = append(out, l)
			continue
		}
		out[i].scope.by = append(out[i].scope.by, l.scope.by...)
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].found.Exchange < out[j].found.Exchange })
	return out
}

// has reports whether a list has the keys by which another one was read.
func (l look) has(s scope) bool {
	if l.found.Err != nil || l.scope.site != s.site || l.scope.sub != "" || s.sub != "" {
		return false
	}
	return !slices.ContainsFunc(s.by, func(r *store.Record) bool {
		return !slices.ContainsFunc(l.rows, func(row exchanges.KeyInfo) bool { return store.Fingerprint(row.KeyID) == r.Fingerprint })
	})
}

// sightings are what surveys saw since the program started. Full key IDs are
// nowhere else: an account that wants a code for each call would want one more
// to show them again.
type sightings struct {
	at       time.Time
	accounts []Account
	ids      map[string]string // by fingerprint
	unsaved  []store.Unmanaged // what a desk found that may write nothing
}

// remember returns the accounts that were looked at.
func (d *Desk) remember(looks []look) []Account {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.seen.at, d.seen.accounts = d.now(), nil
	for _, l := range looks {
		d.seen.accounts = append(d.seen.accounts, l.found)
		for _, row := range l.rows {
			d.seen.ids[store.Fingerprint(row.KeyID)] = row.KeyID
		}
	}
	return slices.Clone(d.seen.accounts)
}

// Surveyed returns when the last survey of this program ended, and what it
// looked at; a zero time: there was none.
func (d *Desk) Surveyed() (time.Time, []Account) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen.at, slices.Clone(d.seen.accounts)
}

// scopes returns the lists that can be read: those of the accounts that the
// records' keys belong to, and those of the sub-accounts that records name.
func (d *Desk) scopes() []scope {
	var out []scope
	for _, r := range d.Snapshot().Records() {
		can := d.capabilities(siteOf(r))
		if r.SubAccount != "" && can.List && can.Reach == exchanges.SubAccountKeys {
			if s := (scope{site: siteOf(r), sub: r.SubAccount, by: d.managersOf(siteOf(r))}); len(s.by) > 0 {
				out = join(out, s)
			}
			continue // its own key need not see the list
		}
		if (can.Survey || can.List && can.Reach == exchanges.OwnKeys) && r.Status() != store.Rejected {
			out = join(out, scope{site: siteOf(r), account: r.Facts.Account, by: []*store.Record{r}})
		}
	}
	for i := range out {
		slices.SortStableFunc(out[i].by, func(a, b *store.Record) int { return cmp.Compare(surveyRank(a), surveyRank(b)) })
	}
	return out
}

// join adds a list, or one more key to read it with. Where an exchange does not
// tell the account, each key may belong to another one.
//
//go:noinline // copied into its callers, it would take 3 kB
func join(all []scope, s scope) []scope {
	for i := range all {
		if all[i].site == s.site && all[i].sub == s.sub && all[i].account == s.account && (s.sub != "" || s.account != "") {
			if s.sub == "" {
				all[i].by = append(all[i].by, s.by...)
			}
			return all
		}
	}
	return append(all, s)
}

func (d *Desk) managersOf(s site) []*store.Record {
	return slices.DeleteFunc(slices.Clone(d.Snapshot().Records()), func(r *store.Record) bool {
		return siteOf(r) != s || !r.Manager || r.SubAccount != ""
	})
}

// surveyRank prefers keys that work and may manage.
func surveyRank(r *store.Record) int {
	switch {
	case r.Status() == store.OK && r.Facts.Permissions.Has(exchanges.Admin):
		return 0
	case r.Status() == store.OK:
		return 1
	}
	return 2
}

// triesPerList bounds how many keys of an account are tried: where the first
// few may not read its list, none may.
const triesPerList = 3

// survey reads one list with the first key that may.
func (d *Desk) survey(ctx context.Context, vault *vault, s scope) look {
	l := look{scope: s, found: Account{Exchange: s.site.exchange, Environment: s.site.env, Site: s.site.id, SubAccount: s.sub}}
	for _, r := range s.by[:min(len(s.by), triesPerList)] {
		rows, err := d.list(ctx, vault, s, r)
		l.found.By, l.found.Keys, l.found.Err, l.rows = r.Name, len(rows), nil, rows
		if err == nil {
			return l
		}
		l.found.Err = unread(err)
	}
	l.rows = nil // of a list that broke off nothing can be said
	return l
}

// unread explains why a list was not read. The hint of an adapter is for whoever
// can enter a code; nobody is asked for one by a look.
func unread(err error) *exchanges.Error {
	e := *exchanges.AsError(err)
	if e.Kind == exchanges.SecondFactor {
		e.Hint = "The account wants a code for each look at its keys, and a survey asks nobody: compare the exchange's page with keyrota by eye."
	}
	return &e
}

func (d *Desk) list(ctx context.Context, vault *vault, s scope, r *store.Record) ([]exchanges.KeyInfo, error) {
	v, err := d.venue(s.site)
	if err != nil {
		return nil, err
	}
	c, err := vault.Credential(ctx, r)
	if err != nil {
		return nil, keyringFailure(r, err)
	}
	defer func() { c.Secret.Wipe(); c.PrivateKey.Wipe(); c.Passphrase.Wipe() }()
	c.Nonce = d.store.Config().NonceUnit(r)
	return listKeys(ctx, v, exchanges.Manager{Credential: c, SubAccount: s.sub})
}

func listKeys(ctx context.Context, v exchanges.Exchange, m exchanges.Manager) ([]exchanges.KeyInfo, error) {
	if surveyor, ok := v.(exchanges.Surveyor); ok && m.SubAccount == "" {
		return surveyor.SurveyKeys(ctx, m)
	}
	lister, ok := v.(exchanges.Lister)
	if !ok {
		return nil, &exchanges.Error{Exchange: v.Info().ID, Op: "list keys", Kind: exchanges.Unsupported, Outcome: exchanges.NotSent}
	}
	return lister.ListKeys(ctx, m)
}

// Unmanaged returns the keys that exchanges list and no record is about, as of
// the last survey, the ignored ones last.
func (d *Desk) Unmanaged() ([]store.Unmanaged, error) {
	all, err := d.surveyed()
	if err != nil {
		return nil, err
	}
	ours := d.ours()
	all = slices.DeleteFunc(all, func(u store.Unmanaged) bool { return ours.has(&u) })
	d.noteStrays(all)
	sort.SliceStable(all, func(i, j int) bool {
		a, b := &all[i], &all[j]
		return cmp.Or(cmp.Compare(ignoredRank(a), ignoredRank(b)), cmp.Compare(a.Exchange, b.Exchange), cmp.Compare(a.Name(), b.Name())) < 0
	})
	return all, nil
}

func (d *Desk) surveyed() ([]store.Unmanaged, error) {
	if d.ReadOnly() != "" {
		d.mu.Lock()
		defer d.mu.Unlock()
		if !d.seen.at.IsZero() {
			return slices.Clone(d.seen.unsaved), nil
		}
	}
	return d.store.Unmanaged()
}

func ignoredRank(u *store.Unmanaged) int {
	if u.Ignored.At.IsZero() {
		return 0
	}
	return 1
}

func (d *Desk) unmanagedEvent(u *store.Unmanaged, a store.Action, detail string) store.Event {
	return store.Event{
		At: d.now().UTC(), Action: a, Key: u.Name(), Exchange: u.Exchange, Environment: u.Environment, Result: "ok", KeyID: u.KeyID,
		Detail: strings.TrimSpace(u.KeyID + " " + detail),
	}
}
