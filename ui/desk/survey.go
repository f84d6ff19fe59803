package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"

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

// Survey asks for the keys of every account that an exchange lists, holds them
// against the records, and writes down those that no record is about.
func (d *Desk) Survey(ctx context.Context) ([]Account, error) {
	defer d.begin()()
	scopes := d.scopes()
	if len(scopes) == 0 {
		return nil, nil
	}
	vault, err := d.ring.open(ctx)
	if err != nil {
		return nil, err
	}
	found := make([]Account, len(scopes))
	lists := make([][]exchanges.KeyInfo, len(scopes))
	var asking sync.WaitGroup
	for i, s := range scopes {
		asking.Go(func() { found[i], lists[i] = d.survey(ctx, vault, s) })
	}
	asking.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return found, d.note(ctx, scopes, found, lists)
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
func (d *Desk) survey(ctx context.Context, vault *vault, s scope) (Account, []exchanges.KeyInfo) {
	a := Account{Exchange: s.site.exchange, Environment: s.site.env, Site: s.site.id, SubAccount: s.sub}
	for _, r := range s.by[:min(len(s.by), triesPerList)] {
		rows, err := d.list(ctx, vault, s, r)
		a.By, a.Keys, a.Err = r.Name, len(rows), nil
		if err == nil {
			return a, rows
		}
		a.Err = exchanges.AsError(err)
	}
	return a, nil
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

// note writes down what the lists have beyond the records. What a list that
// could not be read had before stays.
func (d *Desk) note(ctx context.Context, scopes []scope, found []Account, lists [][]exchanges.KeyInfo) error {
	if d.ReadOnly() != "" {
		return nil
	}
	ours := d.ours()
	var events []store.Event
	err := d.store.UpdateUnmanaged(func(before []store.Unmanaged) []store.Unmanaged {
		events = nil
		known := map[string]store.Unmanaged{}
		for _, u := range before {
			known[u.Fingerprint] = u
		}
		after := slices.DeleteFunc(slices.Clone(before), func(u store.Unmanaged) bool { return ours.has(&u) })
		for i, s := range scopes {
			if found[i].Err != nil {
				continue
			}
			after = slices.DeleteFunc(after, s.covers)
			for _, row := range lists[i] {
				u := d.unmanaged(s, found[i].By, row)
				if ours.has(&u) {
					continue
				}
				if old, again := known[u.Fingerprint]; again {
					u.Found, u.Ignored = old.Found, old.Ignored
				} else {
					events = append(events, d.unmanagedEvent(&u, store.ActionFound, ""))
				}
				after = append(after, u)
			}
		}
		return after
	})
	if err != nil {
		return err
	}
	return d.audit(ctx, "the accounts were looked at", events...)
}

// covers reports whether a list would have a key again, if it were still there.
func (s scope) covers(u store.Unmanaged) bool {
	if (site{u.Exchange, u.Environment, u.Site}) != s.site || u.SubAccount != s.sub {
		return false
	}
	return s.sub != "" || s.account != "" && u.Facts.Account == s.account ||
		slices.ContainsFunc(s.by, func(r *store.Record) bool { return r.ID == u.By })
}

func (d *Desk) unmanaged(s scope, by string, row exchanges.KeyInfo) store.Unmanaged {
	now := d.now().UTC()
	r, _ := d.Snapshot().ByName(by)
	u := store.Unmanaged{
		Exchange: s.site.exchange, Environment: s.site.env, Site: s.site.id, SubAccount: s.sub,
		KeyID: store.MaskKeyID(row.KeyID), Fingerprint: store.Fingerprint(row.KeyID), Found: now,
		Facts: store.Facts{
			Seen: now, Label: row.Label, Account: cmp.Or(row.Account, s.account), Permissions: row.Permissions,
			ExchangePermissions: row.ExchangePermissions, IPs: row.IPs, Created: row.Created, Expires: row.Expires, LastUsed: row.LastUsed,
		},
	}
	if strings.Contains(row.KeyID, "*") {
		u.KeyID = row.KeyID // the exchange hides a part of it already
	}
	if r != nil {
		u.By = r.ID
	}
	return u
}

// ours are the keys that keyrota manages: those of the records, and those that
// unfinished flows are about.
type ours struct {
	fingerprints map[string]bool
	records      []*store.Record
}

func (d *Desk) ours() ours {
	o := ours{d.flows.Fingerprints(), d.Snapshot().Records()}
	for _, r := range o.records {
		o.fingerprints[r.Fingerprint] = true
	}
	return o
}

// has reports whether a listed key is one of ours. One whose ID the exchange
// hides in part is ours where what it shows is that of a record.
func (o ours) has(u *store.Unmanaged) bool {
	if o.fingerprints[u.Fingerprint] {
		return true
	}
	return slices.ContainsFunc(o.records, func(r *store.Record) bool {
		return r.Exchange == u.Exchange && r.Environment == u.Environment && shows(u.KeyID, r.KeyID)
	})
}

// leastShown is how many characters of a hidden key ID say whose it is.
const leastShown = 4

// shows reports whether a key ID that the exchange hides in part, "ab12****",
// may be the masked one of a record, "ab12…cd34".
func shows(hidden, masked string) bool {
	start, rest, isHidden := strings.Cut(hidden, "*")
	if !isHidden {
		return false
	}
	end := strings.TrimLeft(rest, "*")
	if at := strings.LastIndex(end, "*"); at >= 0 {
		end = end[at+1:]
	}
	first, last, _ := strings.Cut(masked, "…")
	agree := func(a, b string, overlap func(string, string) bool) bool { return overlap(a, b) || overlap(b, a) }
	return min(len(start), len(first))+min(len(end), len(last)) >= leastShown &&
		agree(start, first, strings.HasPrefix) && agree(end, last, strings.HasSuffix)
}

// Unmanaged returns the keys that exchanges list and no record is about, as of
// the last survey, the ignored ones last.
func (d *Desk) Unmanaged() ([]store.Unmanaged, error) {
	all, err := d.store.Unmanaged()
	if err != nil {
		return nil, err
	}
	ours := d.ours()
	all = slices.DeleteFunc(all, func(u store.Unmanaged) bool { return ours.has(&u) })
	slices.SortStableFunc(all, func(a, b store.Unmanaged) int {
		return cmp.Or(cmp.Compare(ignoredRank(&a), ignoredRank(&b)), cmp.Compare(a.Exchange, b.Exchange), cmp.Compare(a.Name(), b.Name()))
	})
	return all, nil
}

func ignoredRank(u *store.Unmanaged) int {
	if u.Ignored.At.IsZero() {
		return 0
	}
	return 1
}

func (d *Desk) unmanagedEvent(u *store.Unmanaged, a store.Action, detail string) store.Event {
	return store.Event{
		At: d.now().UTC(), Action: a, Key: u.Name(), Exchange: u.Exchange, Environment: u.Environment, Result: "ok",
		Detail: strings.TrimSpace(u.KeyID + " " + detail),
	}
}
