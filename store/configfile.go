package store

import (
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/keyrota/keyrota/exchanges"
)

// minSync keeps a background sync from eating a person's rate limits.
const minSync = time.Minute

// configFile is config.toml.
type configFile struct {
	ruleTable
	Theme     string                   `toml:"theme"`
	Animation bool                     `toml:"animation"`
	SyncEvery period                   `toml:"sync_every"`
	IPEcho    []echoURL                `toml:"ip_echo"`
	Watch     bool                     `toml:"watch_addresses"`
	Prove     proveTable               `toml:"prove"`
	Keyring   keyringTable             `toml:"keyring"`
	Exchange  map[string]exchangeTable `toml:"exchange"`
	Key       map[string]keyTable      `toml:"key"`
	Findings  map[string]severityWord  `toml:"findings"`
	Purpose   map[string]purposeTable  `toml:"purpose"`
	BroadIPv4 prefix                   `toml:"broad_ipv4"`
	BroadIPv6 prefix                   `toml:"broad_ipv6"`
}

type keyringTable struct {
	Backend keyringName `toml:"backend"`
}

// ruleTable is the part that may stand on every level.
type ruleTable struct {
	RotateEvery    period `toml:"rotate_every"`
	WarnBefore     period `toml:"warn_before"`
	UnusedAfter    period `toml:"unused_after"`
	StaleAfter     period `toml:"stale_after"`
	ChangedWithin  period `toml:"changed_within"`
	UnrotatedAfter period `toml:"unrotated_after"`
}

// exchangeTable is [exchange.ID].
type exchangeTable struct {
	ruleTable
	Live    siteTable  `toml:"live"`
	Testnet siteTable  `toml:"testnet"`
	Demo    siteTable  `toml:"demo"`
	Facts   factsTable `toml:"facts"`
}

// siteTable is [exchange.ID.ENVIRONMENT].
type siteTable struct {
	ruleTable
	BaseURL  origin   `toml:"base_url"`
	Proxy    proxyURL `toml:"proxy"`
	KeysPage pageURL  `toml:"keys_page"`
}

// keyTable is [key."NAME"].
type keyTable struct {
	ruleTable
	Nonce nonceUnit `toml:"nonce"`

	name string // as it is written
}

//go:noinline // copied into its callers, it would take 2 kB
func (t *ruleTable) apply(rules *Rules) {
	for _, f := range []struct {
		set  period
		rule *time.Duration
	}{
		{t.RotateEvery, &rules.RotateEvery}, {t.WarnBefore, &rules.WarnBefore}, {t.UnusedAfter, &rules.UnusedAfter},
		{t.StaleAfter, &rules.StaleAfter}, {t.ChangedWithin, &rules.ChangedWithin}, {t.UnrotatedAfter, &rules.UnrotatedAfter},
	} {
		if f.set.set {
			*f.rule = f.set.length
		}
	}
}

func (t *exchangeTable) site(env exchanges.Environment) *siteTable {
	switch env {
	case exchanges.Live:
		return &t.Live
	case exchanges.Testnet:
		return &t.Testnet
	case exchanges.Demo:
		return &t.Demo
	}
	return &siteTable{}
}

// settingError is a wrong value that the types below found. Its text is ours:
// it quotes nothing of the file and is shown whole.
type settingError struct{ error }

func settingf(format string, args ...any) error {
	return &settingError{fmt.Errorf(format, args...)}
}

type (
	origin      string
	proxyURL    string
	nonceUnit   string
	keyringName string
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (o *origin) UnmarshalText(text []byte) error {
	if exchanges.CheckOrigin(string(text)) != nil {
		return settingf("use scheme, host and port only: https anywhere, plain http for loopback addresses")
	}
	*o = origin(strings.TrimRight(string(text), "/"))
	return nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *proxyURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err == nil && u.Host != "" {
		switch u.Scheme {
		case "http", "https", "socks5", "socks5h":
			*p = proxyURL(text)
			return nil
		}
	}
	return settingf("use the URL of a proxy: http, https or socks5, a host and a port")
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *nonceUnit) UnmarshalText(text []byte) error {
	switch u := exchanges.NonceUnit(text); u {
	case exchanges.NonceMilliseconds, exchanges.NonceMicroseconds, exchanges.NonceNanoseconds:
		*n = nonceUnit(u)
		return nil
	}
	return settingf(`use "ms", "us" or "ns"`)
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *keyringName) UnmarshalText(text []byte) error {
	if !isWord(string(text), maxKeyringName) {
		return settingf("use the name of a keyring, for example secret-service, keychain, wincred, kwallet, pass or file")
	}
	*n = keyringName(text)
	return nil
}

// readConfig reads config.toml; a missing one gives the defaults.
func readConfig(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return defaultConfig(), nil
	}
	if err != nil {
		return nil, fileError("read", path, err)
	}
	c, err := parseConfig(path, string(data))
	if err != nil {
		return nil, &Error{Op: "read", Path: at(path, err), Err: err,
			Hint: "Mend that line of config.toml, or put a # before it. keyrota does not start with rules that it cannot read."}
	}
	return c, nil
}

func parseConfig(path, text string) (*Config, error) {
	c := defaultConfig()
	f := configFile{Theme: c.Theme, Animation: c.Animation, SyncEvery: period{c.SyncEvery, true}}
	md, err := toml.Decode(text, &f)
	if err != nil {
		line, cause := tomlError(err)
		return nil, &lineError{line, cause}
	}
	if err := checkTables(md, text); err != nil {
		return nil, err
	}
	if d := f.SyncEvery.length; d > 0 && d < minSync {
		return nil, &lineError{positionOf(text, toml.Key{"sync_every"}), errors.New(`sync_every: use "1m" or more, or "off"`)}
	}
	if err := f.checkFacts(text); err != nil {
		return nil, err
	}
	if err := f.applyFlows(c, text); err != nil {
		return nil, err
	}
	c.Theme, c.Animation, c.SyncEvery = exchanges.Clean(f.Theme), f.Animation, f.SyncEvery.length
	c.Keyring.Backend = string(f.Keyring.Backend)
	f.apply(&c.Rules)
	f.applyPolicy(c)
	c.sites = make(map[exchanges.ID]*exchangeTable, len(f.Exchange))
	for id, table := range f.Exchange {
		c.sites[exchanges.ID(id)] = &table
	}
	c.keys = make(map[string]keyTable, len(f.Key))
	for name, table := range f.Key {
		if other, twice := c.keys[fold(name)]; twice {
			return nil, &lineError{positionOf(text, toml.Key{"key", max(name, other.name)}), errors.New("two [key] tables are for the same key: upper and lower case count as the same")}
		}
		table.name = name
		c.keys[fold(name)] = table
	}
	c.warnings = unknownSettings(path, text, md)
	return c, nil
}

// checkTables refuses values where tables belong: the library reads over them
// when a map is wanted.
func checkTables(md toml.MetaData, text string) error {
	for name, use := range map[string]string{
		"exchange": "tables, [exchange.NAME]", "key": "tables, [key.NAME]", "purpose": "tables, [purpose.NAME]", "findings": "one table, [findings]",
	} {
		switch md.Type(name) {
		case "", "Hash":
		default:
			return &lineError{positionOf(text, toml.Key{name}), fmt.Errorf("%s: use %s", name, use)}
		}
	}
	return nil
}

// unknownSettings warns of the keys that nothing was read from. Of a table
// that is unknown as a whole it names the table only.
func unknownSettings(path, text string, md toml.MetaData) []Warning {
	var warnings []Warning
	var table string
	for _, k := range md.Undecoded() {
		name := k.String()
		secret := secretName(k[len(k)-1])
		if table != "" && strings.HasPrefix(name, table+".") && !secret {
			continue
		}
		table = name
		w := Warning{File: path, Line: positionOf(text, k),
			Text: fmt.Sprintf("%s is not a setting of keyrota: it has no effect", exchanges.Clean(name))}
		if secret {
			w.Text = fmt.Sprintf("%s looks like a secret: secrets belong in the keyring, never in this file. Remove the line, and rotate that key", exchanges.Clean(name))
		}
		warnings = append(warnings, w)
	}
	return warnings
}

// secretName reports whether people put secrets under such a name. No setting
// of keyrota has one.
func secretName(name string) bool {
	name = strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
	for _, word := range []string{"secret", "apikey", "token", "privatekey", "passphrase", "password", "passwd"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}
