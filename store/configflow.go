package store

import (
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"github.com/BurntSushi/toml"
)

// The bounds of what create, rotate and revoke can be told.
const (
	maxEcho       = 8
	maxProve      = time.Hour
	minProveEvery = time.Second
)

// proveTable is [prove].
type proveTable struct {
	For   period `toml:"for"`
	Every period `toml:"every"`
}

// echoURL is the address of a service that answers with the caller's own.
type echoURL string

// UnmarshalText implements encoding.TextUnmarshaler.
func (e *echoURL) UnmarshalText(text []byte) error {
	u, err := url.Parse(string(text))
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || !safeScheme(u) {
		return settingf("use addresses of web pages: https anywhere, plain http for loopback addresses, no password")
	}
	*e = echoURL(text)
	return nil
}

// safeScheme reports whether nobody on the way can change what u answers.
func safeScheme(u *url.URL) bool {
	ip, err := netip.ParseAddr(u.Hostname())
	loopback := err == nil && ip.IsLoopback() || u.Hostname() == "localhost"
	return u.Scheme == "https" || u.Scheme == "http" && loopback
}

// applyFlows takes over ip_echo, watch_addresses and [prove].
func (f *configFile) applyFlows(c *Config, text string) error {
	c.WatchAddresses = f.Watch
	if len(f.IPEcho) > maxEcho {
		return &lineError{positionOf(text, toml.Key{"ip_echo"}), fmt.Errorf("ip_echo: use at most %d addresses", maxEcho)}
	}
	if f.IPEcho != nil {
		c.IPEcho = make([]string, len(f.IPEcho))
		for i, e := range f.IPEcho {
			c.IPEcho[i] = string(e)
		}
	}
	for _, s := range []struct {
		name string
		set  period
		min  time.Duration
		into *time.Duration
	}{{"for", f.Prove.For, 0, &c.ProveFor}, {"every", f.Prove.Every, minProveEvery, &c.ProveEvery}} {
		if !s.set.set {
			continue
		}
		if s.set.length < s.min || s.set.length > maxProve {
			return &lineError{positionOf(text, toml.Key{"prove", s.name}),
				fmt.Errorf(`prove.%s: use %q to %q`, s.name, FormatPeriod(s.min), FormatPeriod(maxProve))}
		}
		*s.into = s.set.length
	}
	return nil
}
