// Package sim runs simulated exchanges on loopback, for the demo, for tests
// and for traders who want to test their own bots.
//
// A simulated exchange is as strict as the real one: it verifies signatures,
// timestamps, nonces and IP lists by its own code and answers in that
// exchange's shapes and errors. It may not import an adapter, nor the signing
// helpers that adapters use: what both sides share, a test cannot find wrong.
//
// A world seeds the accounts: demo has a trader's keys, which show what the
// dashboard is for, empty has none, large has 10,000. Key ids and secrets are
// the same on every start, ages count back from the moment of the start.
// Each exchange has a small web page beside its API, on which a person makes,
// changes and deletes keys by the same rules as on the real one.
// Nothing can be traded or withdrawn, and rate limits are told but enforced
// by FaultRateLimit only.
package sim

import (
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"time"
)

// Options says what to simulate. Zero fields take the defaults named.
type Options struct {
	World   string           // demo, empty or large; default demo
	Listen  string           // a loopback address, default 127.0.0.1
	Faults  []Fault          // what goes wrong
	Latency time.Duration    // added to every answer
	Now     func() time.Time // the exchanges' clock, default time.Now
	Seed    uint64           // decides which requests a fault of a rate below 1 hits

	// Propagation is how long a new key needs until it works, and a deleted one
	// until it stops. Lists show either at once. Default 0.
	Propagation time.Duration

	// Caller is the public address that the exchanges see instead of the
	// loopback one, since IP whitelists hold public addresses. Default
	// 203.0.113.7 (RFC 5737).
	Caller netip.Addr
}

// Description is what `keyrota sim` prints: where each exchange listens and
// the keys that its accounts have.
type Description struct {
	Venues []Venue `json:"venues"`
	IPEcho string  `json:"ip_echo"`
}

// Venue is one simulated exchange in one environment.
type Venue struct {
	Exchange    string   `json:"exchange"`
	Environment string   `json:"environment"`
	BaseURL     string   `json:"base_url"`
	ConsoleURL  string   `json:"console_url"`            // the web page on which keys are managed by hand
	TOTPSecret  string   `json:"totp_secret,omitempty"`  // base32, of the account's authenticator; empty: it has none
	Account     string   `json:"account,omitempty"`      // the address of the wallet that owns the account, where one does
	MasterKey   string   `json:"master_key,omitempty"`   // that wallet's private key, for SDKs that approve keys by API; made up, it opens nothing
	SubAccounts []string `json:"sub_accounts,omitempty"` // their names
	Keys        []Key    `json:"keys"`
}

// Key is one seeded key with everything a client needs to use it. The values
// are made up for the simulation and open nothing anywhere else.
type Key struct {
	Label       string   `json:"label"`
	Account     string   `json:"account,omitempty"` // the sub-account it belongs to; empty: the main account
	Manages     bool     `json:"manages,omitempty"` // by API it may manage keys, its own account's or a sub-account's
	Key         string   `json:"key"`
	Secret      string   `json:"secret"`
	Passphrase  string   `json:"passphrase"`
	PrivateKey  string   `json:"private_key"`
	Permissions []string `json:"permissions"`
	IPWhitelist []string `json:"ip_whitelist"`

	Created time.Time `json:"created"`
}

// venue is what one exchange's file implements. The server in front of it has
// added latency and faults and read the body, so that r.Body cannot fail;
// ServeHTTP sees the request as the exchange would, and the caller's address
// through callerOf(r). It gets one request at a time.
type venue interface {
	http.Handler

	// page returns the rules of the web page on which keys are managed by hand.
	page(env string) page

	// fault writes one of the faults that are named after a status, with that
	// status, in the exchange's own shape and headers.
	fault(w http.ResponseWriter, kind FaultKind)
}

// owned is what a venue implements whose accounts belong to wallets.
type owned interface {
	// owner returns the wallet that owns the account.
	owner() wallet
}

// newVenue builds one exchange in one environment from a seeded account, and
// returns its keys too.
type newVenue func(env string, a account, now func() time.Time) (venue, *book)

// account is what a world seeds an exchange with, before the exchange's file
// gives it its own shapes.
type account struct {
	ID       string
	Balances map[string]float64
	Seeds    []seed
	Subs     []string // the names of its sub-accounts

	// Hyperliquid only: how many sub-accounts it has. They have no keys of their
	// own; each makes room for more of the main account's.
	SubWallets int

	// Propagation is that of Options.
	Propagation time.Duration

	// The base32 secret of the account's authenticator, which
	// key management then asks codes of. Empty: the account has none.
	Authenticator string
}

// owner returns the account that a key belongs to: the main one or, by the
// number that is its name, a sub-account, which holds nothing.
func (a account) owner(key *entry) account {
	if key.Sub == "" {
		return a
	}
	return account{ID: key.Sub}
}

// assets returns what the account holds, in order of the names.
func (a account) assets() []string { return slices.Sorted(maps.Keys(a.Balances)) }

// seed is one key to be made. Algorithm is "hmac", "ed25519" or "rsa"; Words,
// when set, are rights in the exchange's own vocabulary that replace those
// derived from Permissions. Ages count back from the start of the simulation;
// a zero Expires means that the key has no expiry.
type seed struct {
	Label       string
	Sub         string // the sub-account it belongs to; empty: the main account
	Algorithm   string
	Permissions []string
	Words       []string
	IPs         []string
	Age         time.Duration
	LastUsed    time.Duration // 0: never used
	Expires     time.Duration // from the start, may be negative
	Disabled    bool

	// Kraken only: the key wants its static second factor with each call, and
	// how far below its largest nonce it still takes one.
	SecondFactor bool
	NonceWindow  uint64

	// KuCoin only: the version of the key, 0 standing for the newest, and the
	// partner whose program it was made for, if any.
	Version int
	Partner string
}
