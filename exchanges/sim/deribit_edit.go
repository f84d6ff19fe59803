package sim

import (
	"net/netip"
	"slices"
	"strings"
)

// deribitChange is what is to become of a key. What is nil stays.
type deribitChange struct {
	scope    deribitScope
	name     *string
	enabled  *bool
	features *[]string
	ips      *[]string
}

// editAPIKey changes several things of a key at once, or none: all of it is
// read before any of it is done. The scope has to be given each time.
func (v *deribit) editAPIKey(c *deribitCall) (any, *deribitError) {
	e, failure := v.target(c)
	if failure != nil {
		return nil, failure
	}
	change, failure := c.readChange()
	if failure != nil {
		return nil, failure
	}
	v.apply(c, e, change)
	return v.withoutSecret(e), nil
}

// changeScope gives a key another scope. Areas that are not named are closed.
func (v *deribit) changeScope(c *deribitCall) (any, *deribitError) { return v.editAPIKey(c) }

// changeName gives a key another name.
func (v *deribit) changeName(c *deribitCall) (any, *deribitError) {
	e, failure := v.target(c)
	if failure != nil {
		return nil, failure
	}
	if _, failure := c.needs("name"); failure != nil {
		return nil, failure
	}
	name, failure := c.keyName()
	if failure != nil {
		return nil, failure
	}
	v.apply(c, e, deribitChange{name: &name})
	return v.withoutSecret(e), nil
}

// readChange reads the parameters of edit_api_key.
func (c *deribitCall) readChange() (change deribitChange, failure *deribitError) {
	if change.scope, failure = c.maxScope(); failure != nil {
		return change, failure
	}
	if !c.scope.covers(change.scope) {
		return change, &deribitScopeExceeded
	}
	change.name, failure = optional(c, "name", failure, c.keyName)
	change.enabled, failure = optional(c, "enabled", failure, func() (bool, *deribitError) { return c.boolean("enabled") })
	change.features, failure = optional(c, "enabled_features", failure, c.keyFeatures)
	change.ips, failure = optional(c, "ip_whitelist", failure, c.whitelist)
	return change, failure
}

// optional reads a parameter if it was given and nothing was wrong before it.
func optional[T any](c *deribitCall, name string, before *deribitError, read func() (T, *deribitError)) (*T, *deribitError) {
	if before != nil || !c.has(name) {
		return nil, before
	}
	value, failure := read()
	return &value, failure
}

// whitelist returns the addresses that a key may be used from. Only single
// IPv4 addresses are documented, so others are refused.
func (c *deribitCall) whitelist() ([]string, *deribitError) {
	addresses, failure := c.list("ip_whitelist")
	if failure != nil {
		return nil, failure
	}
	for _, text := range addresses {
		if addr, err := netip.ParseAddr(text); err != nil || !addr.Is4() {
			return nil, deribitBadParams.with("not an IPv4 address", "ip_whitelist")
		}
	}
	return addresses, nil
}

// apply makes a change and notes in the log what differs from before.
func (v *deribit) apply(c *deribitCall, e *entry, change deribitChange) {
	if change.scope != nil && change.scope.text() != deribitScopeOf(e).text() {
		e.Words, e.Permissions = strings.Fields(change.scope.text()), change.scope.normal()
		v.log.note(c, v.now(), "changed_scope", e)
	}
	if change.name != nil {
		e.Label = *change.name
	}
	if change.features != nil {
		v.features[e] = *change.features
	}
	if change.ips != nil && !slices.Equal(*change.ips, e.IPs) {
		e.IPs = *change.ips
		v.log.note(c, v.now(), "changed_whitelist", e)
	}
	if change.enabled != nil {
		v.setEnabled(c, e, *change.enabled)
	}
}
