package store

import (
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

func TestWhatPurposesNeed(t *testing.T) {
	c := mustConfig(t, `
[purpose."Market maker"]
permissions = ["read", "spot", "margin"]
[purpose.portfolio]
permissions = ["read", "earn"]
`)
	set := exchanges.NewPermissionSet
	for purpose, want := range map[string]exchanges.PermissionSet{
		"":                {},
		"something else":  {},
		"own":             {},
		"spot-bot":        set(exchanges.Read, exchanges.Spot),
		"Spot bot":        set(exchanges.Read, exchanges.Spot),
		" SPOT  bot":      set(exchanges.Read, exchanges.Spot),
		"market_maker":    set(exchanges.Read, exchanges.Spot, exchanges.Margin),
		"portfolio":       set(exchanges.Read, exchanges.Earn),
		"portfolio & tax": {},
	} {
		if got := c.RulesFor(&Record{Purpose: purpose}).Needs; got != want {
			t.Errorf("%q needs %v, want %v", purpose, got.All(exchanges.Granted), want.All(exchanges.Granted))
		}
	}
}

func TestNoPresetMayWithdraw(t *testing.T) {
	for _, p := range Purposes() {
		if exchanges.NewPermissionSet(p.Permissions...).Has(exchanges.Withdraw) {
			t.Errorf("%s", p.ID)
		}
	}
}

func TestSeveritiesAndThresholds(t *testing.T) {
	c := mustConfig(t, `
stale_after = "3d"
changed_within = "10d"
unrotated_after = "off"
broad_ipv4 = 28
broad_ipv6 = 0
[findings]
withdraw-enabled = "critical"
unused = "off"
`)
	want := DefaultRules()
	want.StaleAfter, want.ChangedWithin, want.UnrotatedAfter, want.BroadIPv4, want.BroadIPv6 = 3*day, 10*day, 0, 28, 0
	r := c.RulesFor(&Record{})
	if want.Severities = r.Severities; r != want {
		t.Errorf("%+v", r)
	}
	if s := r.Severities; s.Of("withdraw-enabled") != "critical" || s.Of("unused") != "off" || s.Of("overdue") != "" || strings.Join(s.Codes(), " ") != "unused withdraw-enabled" {
		t.Errorf("%+v", s)
	}
	if s := DefaultRules().Severities; s.Of("unused") != "" || s.Codes() != nil {
		t.Error("something is set by default")
	}
	one := mustConfig(t, "[exchange.okx]\nstale_after = \"12h\"").RulesFor(&Record{Exchange: "okx"})
	if one.StaleAfter != 12*time.Hour || one.BroadIPv4 != DefaultRules().BroadIPv4 {
		t.Errorf("an exchange's own: %+v", one)
	}
}

func TestPolicySettingsThatAreNone(t *testing.T) {
	for what, c := range map[string]struct{ config, line, text string }{
		"severity":    {"[findings]\nunused = \"loud\"\n", ":2", "off, info, warning, critical"},
		"permission":  {"\n[purpose.x]\npermissions = [\"fly\"]\n", ":3", "permissions of the normal form"},
		"breadth":     {"broad_ipv4 = \"/24\"\n", ":1", "length"},
		"too long":    {"broad_ipv6 = 129\n", ":1", "128"},
		"not a table": {"findings = \"x\"\n", ":1", "one table"},
		"a list":      {"[[purpose]]\nx = 1\n", ":1", "[purpose.NAME]"},
	} {
		_, err := openWithConfig(t, c.config)
		if err == nil || !strings.Contains(err.Error(), "config.toml"+c.line+": ") || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v, must name line %s and say %q", what, err, c.line, c.text)
		}
	}
}
