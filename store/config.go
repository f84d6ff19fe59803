package store

import (
	"fmt"
	"slices"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// Config is config.toml: what the person set, defaults for the rest. It never
// changes after Open.
type Config struct {
	Theme     string        // "auto", "dark", "light", or a theme's name
	Animation bool          // whether anything may move on the screen
	SyncEvery time.Duration // how often the screen asks the exchanges by itself; 0: never
	Keyring   KeyringConfig

	// IPEcho are services that answer with this machine's public address: the
	// setting ip_echo, https everywhere, plain http for loopback addresses. An
	// empty list asks nobody. The default asks once for IPv4 and once for IPv6.
	IPEcho []string

	// WatchAddresses is whether they are asked with every verification too, at
	// most every ten minutes: watch_addresses, default false. Without it they
	// are asked when the person says so and never else. They get an ordinary web
	// request: no key, no name, nothing of an exchange.
	WatchAddresses bool

	// ProveFor is how long an exchange must go on refusing a revoked key where
	// its words may mean something else too: "for" in [prove], up to an hour,
	// default three minutes; 0: one refusal is enough. ProveEvery is how often
	// it is asked meanwhile: "every", a second to an hour, default a minute.
	ProveFor, ProveEvery time.Duration

	Rules Rules // what holds where nothing more special is said

	sites    map[exchanges.ID]*exchangeTable
	keys     map[string]keyTable // by folded name
	needs    needs
	warnings []Warning
}

// KeyringConfig is the [keyring] table.
type KeyringConfig struct {
	Backend string // "" : what is pinned in keys.toml, or the platform's own
}

// ExchangeConfig is a [exchange.ID.ENVIRONMENT] table of config.toml.
type ExchangeConfig struct {
	BaseURL string // origin in place of the site's own
	Proxy   string // http, https or socks5 URL
}

// Target names a [exchange.ID.ENVIRONMENT] table.
type Target struct {
	Exchange    exchanges.ID
	Environment exchanges.Environment
}

// Rules is the policy that holds for one key, all overrides applied. A rule of
// zero length is off.
type Rules struct {
	RotateEvery time.Duration // rotate_every, default 90 days
	WarnBefore  time.Duration // warn_before, default 14 days
	UnusedAfter time.Duration // unused_after, default 30 days

	StaleAfter     time.Duration // stale_after, default 7 days: how long a check stays fresh
	ChangedWithin  time.Duration // changed_within, default 30 days: how long a change is news
	UnrotatedAfter time.Duration // unrotated_after, default 180 days: an age at which a key should have been rotated at all

	// BroadIPv4 and BroadIPv6 are the lengths of the broadest address blocks that
	// are fine in an IP whitelist: broad_ipv4, default 24, and broad_ipv6, default
	// 64; 0: all are.
	BroadIPv4, BroadIPv6 int

	// Needs is what the key's purpose needs; nothing is known of most purposes.
	Needs exchanges.PermissionSet

	// Severities is nil where config.toml has no [findings].
	Severities *Severities
}

// DefaultRules holds where config.toml says nothing.
func DefaultRules() Rules {
	return Rules{
		RotateEvery: 90 * day, WarnBefore: 14 * day, UnusedAfter: 30 * day,
		StaleAfter: week, ChangedWithin: 30 * day, UnrotatedAfter: 180 * day, BroadIPv4: 24, BroadIPv6: 64,
	}
}

// Warning is something in a file that keyrota read over.
type Warning struct {
	File string
	Line int // 0: not known
	Text string
}

// String returns the warning with its place before it.
func (w Warning) String() string {
	if w.Line == 0 {
		return w.File + ": " + w.Text
	}
	return fmt.Sprintf("%s:%d: %s", w.File, w.Line, w.Text)
}

func defaultConfig() *Config {
	return &Config{
		Theme: "auto", Animation: true, SyncEvery: time.Hour, Rules: DefaultRules(),
		IPEcho:   []string{"https://api.ipify.org", "https://api6.ipify.org"},
		ProveFor: 3 * time.Minute, ProveEvery: time.Minute,
		needs: presetNeeds(),
	}
}

// ExchangeConfig returns what is set for a site; zero fields are not set.
func (c *Config) ExchangeConfig(t Target) ExchangeConfig {
	table, ok := c.sites[t.Exchange]
	if !ok {
		return ExchangeConfig{}
	}
	site := table.site(t.Environment)
	return ExchangeConfig{BaseURL: string(site.BaseURL), Proxy: string(site.Proxy)}
}

// Exchanges returns the exchanges that config.toml names, in order. A name
// that no adapter has is a slip of the pen that only the caller can see.
func (c *Config) Exchanges() []exchanges.ID {
	ids := make([]exchanges.ID, 0, len(c.sites))
	for id := range c.sites {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// Keys returns the names of the keys for which config.toml has a table, in
// order and as they are written there.
func (c *Config) Keys() []string {
	names := make([]string, 0, len(c.keys))
	for _, table := range c.keys {
		names = append(names, table.name)
	}
	slices.Sort(names)
	return names
}

// RulesFor returns the rules for a key. The most special word wins: the
// record's own override, then [key."NAME"], [exchange.ID.ENVIRONMENT],
// [exchange.ID], and the top of the file.
func (c *Config) RulesFor(r *Record) Rules {
	rules := c.Rules
	if e, ok := c.sites[r.Exchange]; ok {
		e.apply(&rules)
		e.site(r.Environment).apply(&rules)
	}
	if len(c.keys) > 0 {
		table := c.keys[fold(r.Name)]
		table.apply(&rules)
	}
	r.Rules.apply(&rules)
	if r.Purpose != "" {
		rules.Needs = c.needs[sameWords(r.Purpose)]
	}
	return rules
}

// NonceUnit returns the scale of the nonces for a key: [key."NAME"] nonce. The
// zero value, milliseconds, holds where the person said nothing.
//
//go:noinline // it has many callers
func (c *Config) NonceUnit(r *Record) exchanges.NonceUnit {
	return exchanges.NonceUnit(c.keys[fold(r.Name)].Nonce)
}

// apply puts an override over the rules.
func (o Overrides) apply(rules *Rules) {
	for _, f := range []struct {
		override time.Duration
		rule     *time.Duration
	}{
		{o.RotateEvery, &rules.RotateEvery}, {o.WarnBefore, &rules.WarnBefore}, {o.UnusedAfter, &rules.UnusedAfter},
	} {
		if f.override != 0 {
			*f.rule = max(f.override, 0)
		}
	}
}
