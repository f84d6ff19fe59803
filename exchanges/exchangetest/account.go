package exchangetest

import (
	"slices"
	"sync"

	"github.com/keyrota/keyrota/exchanges"
)

// Manage is what the laws must know of an exchange at which keys are made,
// listed, changed or deleted by API. The laws own an Account, which is the
// truth; the subject's Routes put the exchange's dialect on top of it.
type Manage struct {
	// Manager may do everything that the sites declare. Its secret parts are
	// canaries, and it has no Code: the laws add it where they want one asked.
	Manager exchanges.Manager

	// Key returns the n-th key, from 1, that the fake exchange hands out: an ID
	// and a canary secret in the exchange's form, and a passphrase where changes
	// of a key want it. It must always return the same for an n, and never the
	// Manager.
	Key func(n int) exchanges.Credential

	// Routes is the exchange in good order: every call that an ability makes,
	// those on the way (time, sign-in) included. What a call creates, lists,
	// changes or deletes, it does to the account, by its methods. Where
	// Account.Code is set, what the exchange guards by a second factor takes
	// that code only. Where the site's keys revoke themselves, the account's
	// keys sign as well as the Manager.
	Routes func(exchanges.Site, *Account) Routes

	// Writes are the routes that change something.
	Writes []string

	// PassphraseInQuery is the write in whose address the exchange wants the
	// key's passphrase; empty: there is none.
	PassphraseInQuery string

	// New is a key that the exchange makes exactly as it is asked for: a label
	// within the rule, permissions that are all known, an IP list of at least
	// one address. Changed are other permissions and another list.
	New, Changed exchanges.KeyRequest

	// Verify judges a request as the exchange would: method, headers,
	// signature, the sub-account that is meant. It is not called for ClockCall.
	Verify func(Request) error

	// Refusals are answers to the write of CreateKey, each with what must be
	// made of it: KeyLimit, LabelTaken, Denied and so on.
	Refusals []Refusal

	// OwnKeys says that the Routes serve Account.Own where the exchange lists the
	// keys of the Manager's own account; it is set where a site declares Survey.
	OwnKeys bool

	// Refused are requests for a new key that the exchange cannot fulfil, by name:
	// rights that it does not give, addresses that it does not take. Those that no
	// exchange can are known.
	Refused map[string]exchanges.KeyRequest

	// NoNames are what no sub-account is called, beside nothing at all; for
	// exchanges at which the keys of sub-accounts are managed.
	NoNames []string

	// Otherwise are answers to the write of EditKey, by name, which tell that the
	// key has become something else than Changed.
	Otherwise map[string]Reply

	// Many is a number of keys that takes more than one page to list; 0 where
	// the exchange's list has no pages.
	Many int
}

// Key is a key of a fake exchange, in the normal form.
type Key struct {
	ID          string
	Number      int // 1 for the first key of the account, never used twice
	Label       string
	Permissions exchanges.PermissionSet
	IPs         exchanges.IPWhitelist // IPAny or IPList
	PublicKey   string                // PEM; empty: it has a secret
	Passphrase  string                // empty: that of Manage.Key, if it has one
}

// Account is what a fake exchange knows of an account. It is safe for
// concurrent use.
type Account struct {
	// Code is the one-time code of the account's second factor; empty: it has
	// none. It does not change while the exchange runs.
	Code string

	key func(int) exchanges.Credential

	mu      sync.Mutex
	own     []Key
	keys    []Key
	made    int
	changes int
}

// NewAccount returns an account without keys. key is a Manage.Key.
func NewAccount(key func(n int) exchanges.Credential) *Account { return &Account{key: key} }

// Make adds a key, with the next ID and number. It returns the credential that
// the exchange shows for it: without a secret if k has a public key.
func (a *Account) Make(k Key) exchanges.Credential {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.made++
	a.changes++
	c := a.key(a.made)
	k.ID, k.Number = c.KeyID, a.made
	if k.Passphrase == "" {
		k.Passphrase = c.Passphrase.Reveal()
	}
	if k.PublicKey != "" {
		c.Secret = exchanges.Secret{}
	}
	a.keys = append(a.keys, k)
	return c
}

// Keys returns the keys that there are, oldest first.
func (a *Account) Keys() []Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.keys)
}

// Own returns the keys of the managing key's own account.
func (a *Account) Own() []Key {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.own)
}

func (a *Account) setOwn(keys ...Key) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.own = keys
}

// Key returns the key with an ID.
func (a *Account) Key(id string) (Key, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if i := a.index(id); i >= 0 {
		return a.keys[i], true
	}
	return Key{}, false
}

// Change lets f change a key, except its ID and number; false: there is none.
func (a *Account) Change(id string, f func(*Key)) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := a.index(id)
	if i < 0 {
		return false
	}
	k := a.keys[i]
	f(&a.keys[i])
	a.keys[i].ID, a.keys[i].Number = k.ID, k.Number
	a.changes++
	return true
}

// Delete takes a key away; false: there is none.
func (a *Account) Delete(id string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	i := a.index(id)
	if i < 0 {
		return false
	}
	a.keys = slices.Delete(a.keys, i, i+1)
	a.changes++
	return true
}

// Changes counts what was made, changed and deleted.
func (a *Account) Changes() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.changes
}

func (a *Account) index(id string) int {
	return slices.IndexFunc(a.keys, func(k Key) bool { return k.ID == id })
}
