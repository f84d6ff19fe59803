package sim

import (
	"crypto"
	"maps"
	"net/netip"
	"slices"
	"time"
)

// entry is one key of an account. Only its use changes after newBook.
type entry struct {
	Label       string
	ID          string // the public half, what a client sends
	Secret      string // as the client holds it; empty where PublicKey is set
	PrivatePEM  string // what the client signs with instead of Secret
	PublicKey   crypto.PublicKey
	Algorithm   string
	Permissions []string
	Words       []string // rights in the exchange's words; see seed
	IPs         []string
	Created     time.Time
	Expires     time.Time // zero: never
	Disabled    bool
	Number      int // 1 for the first key of the account

	lastUsed time.Time
	spent    map[string]time.Time // single-use nonces and when they may be forgotten
}

// expired reports whether the key's own end has come.
func (e *entry) expired(now time.Time) bool { return !e.Expires.IsZero() && !now.Before(e.Expires) }

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

// book holds the keys of one account. It has no lock, since a venue gets one
// request at a time.
type book struct {
	byID    map[string]*entry
	ordered []*entry
}

// newBook makes the keys that an account is seeded with. Their values follow
// from the exchange, the environment, the account and the label alone.
func newBook(exchange, env string, a account, start time.Time, issue issuer) *book {
	b := &book{byID: make(map[string]*entry, len(a.Seeds)), ordered: make([]*entry, 0, len(a.Seeds))}
	for i, s := range a.Seeds {
		m := newMaterial(exchange, env, a.ID, s.Label)
		e := &entry{
			Label: s.Label, Algorithm: s.Algorithm, Permissions: s.Permissions, Words: s.Words, IPs: s.IPs,
			Created: start.Add(-s.Age), Disabled: s.Disabled, Number: i + 1,
		}
		if s.Expires != 0 {
			e.Expires = start.Add(s.Expires)
		}
		if s.LastUsed != 0 {
			e.lastUsed = start.Add(-s.LastUsed)
		}
		e.ID, e.Secret = issue(m, s.Algorithm)
		switch s.Algorithm {
		case algEd25519:
			e.PublicKey, e.PrivatePEM = m.ed25519()
		case algRSA:
			e.PublicKey, e.PrivatePEM = m.rsa()
		}
		if e.PublicKey != nil {
			e.Secret = ""
		}
		b.byID[e.ID] = e
		b.ordered = append(b.ordered, e)
	}
	return b
}

// find returns the key with the given public half.
func (b *book) find(id string) (*entry, bool) {
	e, ok := b.byID[id]
	return e, ok
}

// all returns the keys in the order of their seeds.
func (b *book) all() []*entry { return slices.Clone(b.ordered) }

// touch notes that a key was used.
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
		out[i] = Key{
			Label: e.Label, Key: e.ID, Secret: e.Secret, PrivateKey: e.PrivatePEM,
			Permissions: append([]string{}, e.Permissions...), // never nil: JSON wants []
			IPWhitelist: append([]string{}, e.IPs...),
		}
	}
	return out
}
