package store

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/keyrota/keyrota/exchanges"
)

// factsTable is [exchange.ID.facts]: what the person knows better of an
// exchange than keyrota does. A pointer tells a setting from a missing one.
type factsTable struct {
	MostKeys      *limit            `toml:"most_keys"`
	MostAddresses *limit            `toml:"most_addresses"`
	LongestLabel  *limit            `toml:"longest_label"`
	LabelChars    *string           `toml:"label_chars"`
	IPSeparator   *string           `toml:"ip_separator"`
	CIDR          *bool             `toml:"cidr"`
	IPv6          *bool             `toml:"ipv6"`
	AsOf          dateText          `toml:"as_of"`
	Words         map[string]string `toml:"words"`
	Lifetimes     []lifetimeTable   `toml:"lifetime"`
}

// lifetimeTable is [[exchange.ID.facts.lifetime]].
type lifetimeTable struct {
	After  period        `toml:"after"`
	Since  lifeStart     `toml:"since"`
	Then   lifeEnd       `toml:"then"`
	NoIPs  bool          `toml:"no_ips"`
	Grants []permission  `toml:"grants"`
	In     []environment `toml:"environments"`
	Words  string        `toml:"words"`
}

type (
	limit       int
	dateText    string
	pageURL     string
	lifeStart   string
	lifeEnd     string
	permission  struct{ exchanges.Permission }
	environment string
)

// maxLimit is more than any exchange grants.
const maxLimit = 10_000

// UnmarshalTOML implements toml.Unmarshaler.
func (l *limit) UnmarshalTOML(v any) error {
	n, ok := v.(int64)
	if !ok || n < 0 || n > maxLimit {
		return settingf("use a whole number up to %d; 0 for no limit that is known", maxLimit)
	}
	*l = limit(n)
	return nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *dateText) UnmarshalText(text []byte) error {
	if _, err := time.Parse(time.DateOnly, string(text)); err != nil {
		return settingf("use a day in quotes, year first, such as 2027-01-15")
	}
	*d = dateText(text)
	return nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *pageURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Hostname() == "" || u.User != nil || !safeScheme(u) {
		return settingf("use the https address of a web page")
	}
	*p = pageURL(text)
	return nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *lifeStart) UnmarshalText(text []byte) error {
	return oneOf((*string)(s), text, string(exchanges.SinceCreated), string(exchanges.SinceUsed))
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (e *lifeEnd) UnmarshalText(text []byte) error {
	return oneOf((*string)(e), text, string(exchanges.EndsDeleted), string(exchanges.EndsExpired), string(exchanges.EndsLoseRights))
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (e *environment) UnmarshalText(text []byte) error {
	return oneOf((*string)(e), text, string(exchanges.Live), string(exchanges.Testnet), string(exchanges.Demo))
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *permission) UnmarshalText(text []byte) (err error) {
	if p.Permission, err = exchanges.ParsePermission(string(text)); err != nil {
		return settingf("use permissions of the normal form: %s", words(permissions))
	}
	return nil
}

func words(all []exchanges.Permission) string {
	text := ""
	for _, p := range all {
		text += " " + p.String()
	}
	return text[1:]
}

func oneOf(into *string, text []byte, allowed ...string) error {
	if !slices.Contains(allowed, string(text)) {
		return settingf("use one of %s", strings.Join(allowed, ", "))
	}
	*into = string(text)
	return nil
}

// checkFacts refuses lifetimes that say too little.
func (f *configFile) checkFacts(text string) error {
	for id, table := range f.Exchange {
		for _, l := range table.Facts.Lifetimes {
			if l.After.length <= 0 || l.Since == "" || l.Then == "" {
				return &lineError{
					positionOf(text, toml.Key{"exchange", id, "facts", "lifetime"}),
					errors.New("lifetime: after, since and then are needed"),
				}
			}
		}
	}
	return nil
}

// Overrides returns what config.toml says of the exchanges themselves, by
// exchange: [exchange.ID.facts], and keys_page in [exchange.ID.ENVIRONMENT].
//
//go:noinline // copied into its callers, it would take 2 kB
func (c *Config) Overrides() map[exchanges.ID]exchanges.Override {
	out := map[exchanges.ID]exchanges.Override{}
	for id, table := range c.sites {
		out[id] = table.override()
	}
	return out
}

func (t *exchangeTable) override() exchanges.Override {
	f := t.Facts
	o := exchanges.Override{
		MostKeys: (*int)(f.MostKeys), MostAddresses: (*int)(f.MostAddresses), LongestLabel: (*int)(f.LongestLabel),
		LabelChars: f.LabelChars, IPSeparator: f.IPSeparator, CIDR: f.CIDR, IPv6: f.IPv6,
		AsOf: string(f.AsOf), KeysPages: map[exchanges.Environment]string{},
	}
	for _, env := range []exchanges.Environment{exchanges.Live, exchanges.Testnet, exchanges.Demo} {
		if page := t.site(env).KeysPage; page != "" {
			o.KeysPages[env] = string(page)
		}
	}
	if len(f.Words) > 0 {
		o.Words = map[string]string{}
	}
	for old, now := range f.Words {
		if old != "" {
			o.Words[old] = exchanges.Clean(now)
		}
	}
	if f.Lifetimes != nil {
		o.Lifetimes = make([]exchanges.Lifetime, len(f.Lifetimes))
	}
	for i, l := range f.Lifetimes {
		o.Lifetimes[i] = l.lifetime(string(f.AsOf))
	}
	return o
}

func (t lifetimeTable) lifetime(asOf string) exchanges.Lifetime {
	l := exchanges.Lifetime{
		After: t.After.length, Since: exchanges.LifeStart(t.Since), Then: exchanges.LifeEnd(t.Then), NoIPs: t.NoIPs,
		Words: exchanges.Clean(t.Words), Source: "config.toml", AsOf: asOf,
	}
	for _, p := range t.Grants {
		l.Grants = append(l.Grants, p.Permission)
	}
	for _, env := range t.In {
		l.In = append(l.In, exchanges.Environment(env))
	}
	if l.Words == "" {
		l.Words = fmt.Sprintf("config.toml: %s %s after it was %s", l.Then, FormatPeriod(l.After), l.Since)
	}
	return l
}
