package sim

import (
	"cmp"
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"time"
)

// entry is one key of an account.
type entry struct {
	Label       string
	Sub         string // the sub-account it belongs to; empty: the main account
	ID          string // the public half, what a client sends
	Secret      string // as the client holds it; empty where PublicKey is set
	PrivatePEM  string // what the client signs with instead of Secret, see writePairs; empty where only the client has it
	Passphrase  string // a third part, chosen by the owner; empty where there is none
	PublicKey   crypto.PublicKey
	PublicPEM   string // PublicKey as the exchange shows it
	Algorithm   string
	Permissions []string
	Words       []string // rights in the exchange's words; see seed
	IPs         []string
	Created     time.Time
	ValidFrom   time.Time // before that it is listed, but does not work yet
	Expires     time.Time // zero: never
	Disabled    bool
	Number      int // 1 for the first key of the account, never given to a second one

	// Kraken only; see seed.
	SecondFactor bool
	NonceWindow  uint64

	// KuCoin only; see seed.
	Version int
	Partner string

	goneAt   time.Time // zero: not removed; else it works until then
	lastUsed time.Time
	spent    map[string]time.Time // single-use nonces and when they may be forgotten
}

// expired reports whether the key's own end has come.
//
//go:noinline
func (e *entry) expired(now time.Time) bool { return !e.Expires.IsZero() && !now.Before(e.Expires) }

// idle returns how long nobody has used the key, which counts from its creation
// where nobody ever did.
func (e *entry) idle(now time.Time) time.Duration {
	if e.lastUsed.Before(e.Created) {
		return now.Sub(e.Created)
	}
	return now.Sub(e.lastUsed)
}

// endOfOpen returns when a key ends that has these addresses from now on, and
// ended at before until now, where one without any lives that long. Nothing
// says that an edit would give an open key another life.
func endOfOpen(ips []string, before, now time.Time, life time.Duration) time.Time {
	switch {
	case len(ips) > 0:
		return time.Time{}
	case before.IsZero():
		return now.Add(life)
	}
	return before
}

// allows reports whether the key may be used from addr: always without a list.
func (e *entry) allows(addr netip.Addr) bool {
	if len(e.IPs) == 0 {
		return true
	}
	for _, text := range e.IPs {
		if one, err := netip.ParseAddr(text); err == nil && one == addr {
			return true
		}
		if block, err := netip.ParsePrefix(text); err == nil && block.Contains(addr) {
			return true
		}
	}
	return false
}

// issuer makes the public half and the secret of a key in an exchange's
// format. The secret is unused where the algorithm has a key pair.
type issuer func(m *material, algorithm string) (id, secret string)

// book holds the keys of one account and its sub-accounts. It has no lock,
// since a venue gets one request at a time.
type book struct {
	names       []string // the exchange, the environment and the account
	issue       issuer
	now         func() time.Time
	propagation time.Duration                      // what a new key needs to work and a removed one to stop
	privateForm func(pem string) string            // how the exchange writes private halves; nil: as PEM
	lapses      func(e *entry, now time.Time) bool // whether the exchange removes a key by itself; nil: it never does
	byID        map[string]*entry
	ordered     []*entry // without removed ones
	last        int      // the Number given last

	prefix func(*entry) string // see prefixIDs

	// tells changes what Description shows of a key to what it really has, where
	// the exchange's rights are coarser than the normal form; nil: they are not.
	tells func(*entry, *Key)
}

// newBook makes the keys that an account is seeded with. Their values follow
// from the exchange, the environment, the account and the label alone.
func newBook(exchange, env string, a account, now func() time.Time, issue issuer) *book {
	b := &book{
		names: []string{exchange, env, a.ID}, issue: issue, now: now, propagation: a.Propagation,
		byID: make(map[string]*entry, len(a.Seeds)), ordered: make([]*entry, 0, len(a.Seeds)),
	}
	start := now()
	for _, s := range a.Seeds {
		e := &entry{
			Label: s.Label, Sub: s.Sub, Algorithm: s.Algorithm, Permissions: s.Permissions, Words: s.Words, IPs: s.IPs,
			Created: start.Add(-s.Age), ValidFrom: start.Add(-s.Age), Disabled: s.Disabled,
			SecondFactor: s.SecondFactor, NonceWindow: s.NonceWindow, Version: s.Version, Partner: s.Partner,
		}
		if s.Expires != 0 {
			e.Expires = start.Add(s.Expires)
		}
		if s.LastUsed != 0 {
			e.lastUsed = start.Add(-s.LastUsed)
		}
		m := b.material(s.Label)
		e.ID, e.Secret = issue(m, s.Algorithm)
		e.makePair(m)
		b.add(e)
	}
	return b
}

// makePair gives a key of an algorithm that has them a pair in place of the
// secret.
func (e *entry) makePair(m *material) {
	switch e.Algorithm {
	case algEd25519:
		e.PublicKey, e.PrivatePEM = m.ed25519()
	case algRSA:
		e.PublicKey, e.PrivatePEM = m.rsa()
	case algES256:
		e.PublicKey, e.PrivatePEM = m.es256()
	case algWallet: // the pair was issued: its public half is the ID
		e.PrivatePEM, e.Secret = e.Secret, ""
	}
	if e.PublicKey != nil {
		e.Secret, e.PublicPEM = "", publicPEM(e.PublicKey)
	}
}

// writePairs sets how the exchange writes the private half of a pair that it
// makes, where that is not PEM.
func (b *book) writePairs(form func(pem string) string) {
	b.privateForm = form
	for _, e := range b.ordered {
		b.rewritePair(e)
	}
}

func (b *book) rewritePair(e *entry) {
	if b.privateForm != nil && e.PrivatePEM != "" {
		e.PrivatePEM = b.privateForm(e.PrivatePEM)
	}
}

// choosePassphrases gives every seeded key the passphrase that its owner chose.
func (b *book) choosePassphrases() {
	for _, e := range b.ordered {
		e.Passphrase = b.material("passphrase", e.Label).passphrase()
	}
}

// material returns the source of a key's values.
func (b *book) material(names ...string) *material {
	return newMaterial(slices.Concat(b.names, names)...)
}

// prefixIDs puts something before the public half of every key, later ones
// included, where an exchange tells the kind of a key by it.
func (b *book) prefixIDs(prefix func(*entry) string) {
	b.prefix = prefix
	for _, e := range b.ordered {
		delete(b.byID, e.ID)
		e.ID = prefix(e) + e.ID
		b.byID[e.ID] = e
	}
}

func (b *book) add(e *entry) {
	b.last++
	e.Number = b.last
	if b.prefix != nil {
		e.ID = b.prefix(e) + e.ID
	}
	b.byID[e.ID] = e
	b.ordered = append(b.ordered, e)
}

// wanted is a key that somebody asks for. With a public key the client has
// the private half, and no secret is made.
type wanted struct {
	Label        string
	ID           string // the public half, where the client made it and it is the ID; else the exchange makes one
	Sub          string
	Permissions  []string // of the normal form
	Words        []string // in the exchange's words, in place of those that follow from Permissions; see seed
	IPs          []string
	PublicKey    crypto.PublicKey
	PublicPEM    string // as it was sent; empty: made of PublicKey
	Algorithm    string // of a pair that the exchange makes; empty: a secret, or what PublicKey is
	Passphrase   string // chosen by the owner
	Expires      time.Time
	SecondFactor bool   // Kraken only, as is NonceWindow; see seed
	NonceWindow  uint64 // see seed
}

// issueNew makes a key. Its values follow from the account and from how many
// keys the account had before, so that none comes twice.
func (b *book) issueNew(w wanted, now time.Time) *entry {
	e := &entry{
		Label: w.Label, Sub: w.Sub, Algorithm: cmp.Or(w.Algorithm, algHMAC), IPs: slices.Clone(w.IPs), Passphrase: w.Passphrase,
		Permissions: slices.Clone(w.Permissions), Words: slices.Clone(w.Words),
		Created: now, ValidFrom: now.Add(b.propagation), Expires: w.Expires,
		SecondFactor: w.SecondFactor, NonceWindow: w.NonceWindow,
		PublicKey: w.PublicKey, PublicPEM: w.PublicPEM,
	}
	switch w.PublicKey.(type) {
	case ed25519.PublicKey:
		e.Algorithm = algEd25519
	case *rsa.PublicKey:
		e.Algorithm = algRSA
	}
	m := b.material("issued", strconv.Itoa(b.last+1))
	e.ID, e.Secret = b.issue(m, e.Algorithm)
	switch {
	case w.ID != "":
		e.ID, e.Secret = w.ID, ""
	case e.PublicKey != nil:
		e.Secret, e.PublicPEM = "", cmp.Or(e.PublicPEM, publicPEM(e.PublicKey))
	default:
		e.makePair(m)
		b.rewritePair(e)
	}
	b.add(e)
	return e
}

// remove deletes a key: it is listed no more, and stops working once the news
// has got around. It reports whether there was such a key.
func (b *book) remove(id string, now time.Time) bool {
	e, ok := b.byID[id]
	if !ok || !e.goneAt.IsZero() {
		return false
	}
	e.goneAt = now.Add(b.propagation)
	b.ordered = slices.DeleteFunc(b.ordered, func(other *entry) bool { return other == e })
	return true
}

// sweep removes the keys that the exchange removes by itself.
func (b *book) sweep() {
	if b.lapses == nil {
		return
	}
	now := b.now()
	b.ordered = slices.DeleteFunc(b.ordered, func(e *entry) bool {
		over := b.lapses(e, now)
		if over {
			e.goneAt = now
		}
		return over
	})
}

// find returns the key with the given public half, if it works now: not one
// that is too new or gone.
func (b *book) find(id string) (*entry, bool) {
	b.sweep()
	e, ok := b.byID[id]
	if !ok {
		return nil, false
	}
	now := b.now()
	if now.Before(e.ValidFrom) || !e.goneAt.IsZero() && !now.Before(e.goneAt) {
		return nil, false
	}
	return e, true
}

// listed returns the key with the given public half, if the account's list
// shows it: from the moment it is made until it is removed.
func (b *book) listed(id string) (*entry, bool) {
	b.sweep()
	e, ok := b.byID[id]
	if !ok || !e.goneAt.IsZero() {
		return nil, false
	}
	return e, true
}

// all returns the listed keys in the order in which they were made.
//
//go:noinline
func (b *book) all() []*entry {
	b.sweep()
	return slices.Clone(b.ordered)
}

// ofSub returns the listed keys of a sub-account, "" being the main account.
func (b *book) ofSub(sub string) []*entry {
	return slices.DeleteFunc(b.all(), func(e *entry) bool { return e.Sub != sub })
}

// byLabel returns the first listed key of a sub-account with a label.
func (b *book) byLabel(sub, label string) (*entry, bool) {
	return b.first(func(e *entry) bool { return e.Sub == sub && e.Label == label })
}

// byNumber returns the listed key with a number.
func (b *book) byNumber(n int) (*entry, bool) {
	return b.first(func(e *entry) bool { return e.Number == n })
}

func (b *book) first(is func(*entry) bool) (*entry, bool) {
	b.sweep()
	i := slices.IndexFunc(b.ordered, is)
	if i < 0 {
		return nil, false
	}
	return b.ordered[i], true
}

// touch notes that a key was used.
//
//go:noinline
func (b *book) touch(e *entry, now time.Time) { e.lastUsed = now }

// lastUsed returns when a key was last used; zero for never.
func (b *book) lastUsed(e *entry) time.Time {
	return e.lastUsed
}

// spendOnce takes a nonce that may come in any order but only once, and
// reports whether it is new. It is remembered for as long as a request that
// bears it could be accepted.
func (b *book) spendOnce(e *entry, nonce string, now time.Time, window time.Duration) bool {
	maps.DeleteFunc(e.spent, func(_ string, until time.Time) bool { return now.After(until) })
	if _, seen := e.spent[nonce]; seen {
		return false
	}
	if e.spent == nil {
		e.spent = map[string]time.Time{}
	}
	e.spent[nonce] = now.Add(window)
	return true
}

// keys returns what Description shows of the book.
func (b *book) keys() []Key {
	out := make([]Key, len(b.ordered))
	for i, e := range b.ordered {
		out[i] = e.key()
		if b.tells != nil {
			b.tells(e, &out[i])
		}
	}
	return out
}

// key returns everything that the owner of a key has to know of it.
func (e *entry) key() Key {
	return Key{
		Label: e.Label, Account: e.Sub, Key: e.ID, Secret: e.Secret, Passphrase: e.Passphrase, PrivateKey: e.PrivatePEM,
		Permissions: append([]string{}, e.Permissions...), // never nil: JSON wants []
		IPWhitelist: append([]string{}, e.IPs...), Created: e.Created.UTC(),
	}
}
