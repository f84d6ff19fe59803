package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

func TestFactsOfAnExchangeCanBeOverridden(t *testing.T) {
	c := mustConfig(t, `
[exchange.okx.live]
keys_page = "https://www.okx.com/new/keys"

[exchange.okx.facts]
most_keys = 60
most_addresses = 0
longest_label = 40
label_chars = "-_"
ip_separator = " "
cidr = true
ipv6 = false
as_of = "2027-01-15"

[exchange.okx.facts.words]
"API and connections" = "Connections"

[[exchange.okx.facts.lifetime]]
after = "30d"
since = "used"
then = "deleted"
no_ips = true
grants = ["spot", "withdraw"]
environments = ["live"]
words = "Deleted after 30 days without use."

[[exchange.okx.facts.lifetime]]
after = "52w"
since = "created"
then = "loses-rights"
`)
	want := exchanges.Override{
		MostKeys: new(60), MostAddresses: new(0), LongestLabel: new(40), LabelChars: new("-_"), IPSeparator: new(" "),
		CIDR: new(true), IPv6: new(false), AsOf: "2027-01-15",
		Words:     map[string]string{"API and connections": "Connections"},
		KeysPages: map[exchanges.Environment]string{exchanges.Live: "https://www.okx.com/new/keys"},
		Lifetimes: []exchanges.Lifetime{
			{
				After: 30 * day, Since: exchanges.SinceUsed, Then: exchanges.EndsDeleted, NoIPs: true,
				Grants: []exchanges.Permission{exchanges.Spot, exchanges.Withdraw}, In: []exchanges.Environment{exchanges.Live},
				Words: "Deleted after 30 days without use.", Source: "config.toml", AsOf: "2027-01-15",
			},
			{
				After: 364 * day, Since: exchanges.SinceCreated, Then: exchanges.EndsLoseRights,
				Words: "config.toml: loses-rights 364d after it was created", Source: "config.toml", AsOf: "2027-01-15",
			},
		},
	}
	if diff := cmp.Diff(map[exchanges.ID]exchanges.Override{"okx": want}, c.Overrides()); diff != "" {
		t.Error(diff)
	}
}

func TestNoLifetimesIsSomethingElseThanNoneNamed(t *testing.T) {
	none := mustConfig(t, "[exchange.okx.facts]\nlifetime = []\n").Overrides()["okx"].Lifetimes
	unsaid := mustConfig(t, "[exchange.okx.facts]\nmost_keys = 5\n").Overrides()["okx"].Lifetimes
	if none == nil || len(none) > 0 || unsaid != nil {
		t.Errorf("%#v, %#v", none, unsaid)
	}
}

func TestWithoutFactsNothingIsOverridden(t *testing.T) {
	for text, want := range map[string]int{"": 0, "[exchange.okx]\nrotate_every = \"30d\"\n": 1} {
		all := mustConfig(t, text).Overrides()
		if len(all) != want {
			t.Errorf("%q: %+v", text, all)
		}
		before := exchanges.Info{ID: "okx", Guide: exchanges.Guide{MostKeys: 3, Lifetimes: []exchanges.Lifetime{{After: time.Hour}}}}
		if diff := cmp.Diff(before, before.With(all["okx"])); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestWrongFactsAreRefusedWithTheirLine(t *testing.T) {
	for line, word := range map[string]string{
		`most_keys = -1`:               "whole number",
		`most_keys = "many"`:           "whole number",
		`longest_label = 100000`:       "10000",
		`as_of = "15 January"`:         "2027-01-15",
		`cidr = "yes"`:                 "boolean",
		`lifetime = [{after = "90d"}]`: "since",
		`lifetime = [{after = "off", since = "used", then = "deleted"}]`:                      "after",
		`lifetime = [{after = "9d", since = "birth", then = "deleted"}]`:                      "created",
		`lifetime = [{after = "9d", since = "used", then = "sold"}]`:                          "loses-rights",
		`lifetime = [{after = "9d", since = "used", then = "deleted", grants = ["fly"]}]`:     "normal form",
		`lifetime = [{after = "9d", since = "used", then = "deleted", environments = ["x"]}]`: "testnet",
	} {
		_, err := openWithConfig(t, "[exchange.okx.facts]\n"+line+"\n")
		if err == nil || !strings.Contains(err.Error(), "config.toml:2") || !strings.Contains(err.Error(), word) || Hint(err) == "" {
			t.Errorf("%s: %v", line, err)
		}
	}
	_, err := openWithConfig(t, "[exchange.okx.live]\nkeys_page = \"javascript:alert(1)\"\n")
	if err == nil || !strings.Contains(err.Error(), "config.toml:2") {
		t.Error(err)
	}
}
