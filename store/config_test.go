package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

func openWithConfig(t *testing.T, config string) (*Store, error) {
	t.Helper()
	home := t.TempDir()
	writeFile(t, filepath.Join(home, "config.toml"), config)
	s, err := Open(testOptions(home))
	if err == nil {
		t.Cleanup(func() { _ = s.Close() })
		if got := readFile(t, s.Paths().Config); got != config {
			t.Error("config.toml was written")
		}
	}
	return s, err
}

func mustConfig(t *testing.T, config string) *Config {
	t.Helper()
	s, err := openWithConfig(t, config)
	if err != nil {
		t.Fatalf("%v (%s)", err, Hint(err))
	}
	if w := s.Warnings(); len(w) > 0 {
		t.Fatalf("warnings: %+v", w)
	}
	return s.Config()
}

func TestWithoutAConfigTheDefaultsHold(t *testing.T) {
	for what, c := range map[string]*Config{"missing": openStore(t, t.TempDir()).Config(), "empty": mustConfig(t, "")} {
		if c.Theme != "auto" || !c.Animation || c.SyncEvery != time.Hour || c.Keyring.Backend != "" {
			t.Errorf("%s: %+v", what, c)
		}
		r := testRecord("a")
		if got := c.RulesFor(&r); got != (DefaultRules()) {
			t.Errorf("%s: rules %+v", what, got)
		}
		if c.ExchangeConfig(Target{"binance", exchanges.Live}) != (ExchangeConfig{}) || c.NonceUnit(&r) != "" {
			t.Errorf("%s: something is set", what)
		}
	}
}

func TestSettings(t *testing.T) {
	c := mustConfig(t, `
theme = "light"
animation = false
sync_every = "off"
[keyring]
backend = "pass"
[exchange.binance.live]
base_url = "https://proxy.example:8443/"
proxy = "socks5://user:pw@127.0.0.1:1080"
[exchange.kraken.demo]
base_url = "http://127.0.0.1:9000"
[key."My Bot"]
nonce = "us"
`)
	if c.Theme != "light" || c.Animation || c.SyncEvery != 0 || c.Keyring.Backend != "pass" {
		t.Errorf("%+v", c)
	}
	want := ExchangeConfig{BaseURL: "https://proxy.example:8443", Proxy: "socks5://user:pw@127.0.0.1:1080"}
	if got := c.ExchangeConfig(Target{"binance", exchanges.Live}); got != want {
		t.Errorf("binance live: %+v", got)
	}
	if got := c.ExchangeConfig(Target{"binance", exchanges.Testnet}); got != (ExchangeConfig{}) {
		t.Errorf("binance testnet: %+v: a live address must not reach it", got)
	}
	if got := c.ExchangeConfig(Target{"kraken", exchanges.Demo}).BaseURL; got != "http://127.0.0.1:9000" {
		t.Errorf("kraken demo: %q", got)
	}
	bot := testRecord("my bot")
	if got := c.NonceUnit(&bot); got != exchanges.NonceMicroseconds {
		t.Errorf("nonce = %q", got)
	}
	if diff := cmp.Diff([]exchanges.ID{"binance", "kraken"}, c.Exchanges()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"My Bot"}, c.Keys()); diff != "" {
		t.Error(diff)
	}
}

func TestTheMostSpecialRuleWins(t *testing.T) {
	c := mustConfig(t, `
rotate_every = "100d"
warn_before = "10d"
[exchange.kraken]
rotate_every = "80d"
unused_after = "8w"
[exchange.kraken.testnet]
rotate_every = "off"
[key.grid]
rotate_every = "12h"
unused_after = "0"
`)
	rules := func(rotate, warn, unused time.Duration) Rules {
		r := DefaultRules()
		r.RotateEvery, r.WarnBefore, r.UnusedAfter = rotate, warn, unused
		return r
	}
	for _, step := range []struct {
		what string
		r    Record
		want Rules
	}{
		{"the top", Record{Exchange: "binance", Environment: exchanges.Live}, rules(100*day, 10*day, 30*day)},
		{"the exchange", Record{Exchange: "kraken", Environment: exchanges.Live}, rules(80*day, 10*day, 56*day)},
		{"the environment", Record{Exchange: "kraken", Environment: exchanges.Testnet}, rules(0, 10*day, 56*day)},
		{"the key", Record{Name: "Grid", Exchange: "kraken", Environment: exchanges.Testnet}, rules(12*time.Hour, 10*day, 0)},
		{"the record", Record{Name: "grid", Exchange: "kraken", Environment: exchanges.Live,
			Rules: Overrides{RotateEvery: 5 * day, WarnBefore: Off}}, rules(5*day, 0, 0)},
		{"an unknown environment", Record{Exchange: "kraken", Environment: "paper"}, rules(80*day, 10*day, 56*day)},
	} {
		if got := c.RulesFor(&step.r); got != step.want {
			t.Errorf("%s: %+v, want %+v", step.what, got, step.want)
		}
	}
}

// TestAWrongRuleIsNotSkipped: a policy that is silently not applied would let
// a key grow old.
func TestAWrongRuleIsNotSkipped(t *testing.T) {
	const canary = "CANARY-8f3a-value"
	for what, c := range map[string]struct{ config, line, text string }{
		"bad period":        {"theme = \"auto\"\nrotate_every = \"90 days\"\n", ":2", `"90d"`},
		"number":            {"rotate_every = 90\n", ":1", `"90d"`},
		"negative":          {"warn_before = \"-1d\"\n", ":1", `"90d"`},
		"fraction":          {"warn_before = \"1.5d\"\n", ":1", `"90d"`},
		"too long":          {"warn_before = \"40000d\"\n", ":1", "hundred years"},
		"in a table":        {"[exchange.kraken]\n\nrotate_every = \"soon\"\n", ":3", `"90d"`},
		"in a key's table":  {"[key.\"a b\"]\nrotate_every = \"" + canary + "\"\n", ":2", `"90d"`},
		"wrong type":        {"\ntheme = 5\n", ":2", "string"},
		"table for a value": {"[theme]\nx = 1\n", ":1", "string"},
		"value for a table": {"\nkey = \"x\"\n", ":2", "[key.NAME]"},
		"array for a table": {"[[exchange]]\nid = 1\n", ":1", "[exchange.NAME]"},
		"value in a table":  {"[exchange]\nokx = 1\n", ":2", "table"},
		"fast sync":         {"sync_every = \"5s\"\n", ":1", `"1m"`},
		"plain http":        {"[exchange.okx.live]\nbase_url = \"http://okx.example\"\n", ":2", "https"},
		"base_url + path":   {"[exchange.okx.live]\nbase_url = \"https://okx.example/api?x=" + canary + "\"\n", ":2", "https"},
		"proxy":             {"[exchange.okx.live]\nproxy = \"" + canary + "\"\n", ":2", "proxy"},
		"nonce":             {"[key.a]\nnonce = \"s\"\n", ":2", `"ms"`},
		"keyring":           {"[keyring]\nbackend = \"Secret Service\"\n", ":2", "secret-service"},
		"one key twice":     {"[key.Bot]\nnonce = \"us\"\n[key.bot]\nnonce = \"ms\"\n", ":3", "two [key] tables"},
		"defined twice":     {"theme = \"dark\"\ntheme = \"light\"\n", ":2", "already"},
		"unquoted":          {"theme = " + canary + "\n", ":1", "expected value"},
		"syntax":            {"theme = \"dark\"\nrotate_every = \"" + canary + "\n", ":2", ""},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := openWithConfig(t, c.config)
			if err == nil {
				t.Fatal("it was read over")
			}
			if !strings.Contains(err.Error(), "config.toml"+c.line+": ") || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%q must name line %s and say %q", err, c.line, c.text)
			}
			if Hint(err) == "" || strings.Contains(err.Error()+Hint(err), canary) {
				t.Errorf("%q, hint %q: want a hint and no quotation", err, Hint(err))
			}
		})
	}
}

func TestAnUnknownSettingIsAWarningWithItsLine(t *testing.T) {
	const canary = "CANARY8f3a0123456789abcdef0123456789abcdef"
	s, err := openWithConfig(t, `rotate_evry = "1d"
theme = "dark"
[colours]
red = 1
[exchange.okx.live]
base_uri = "https://okx.example"
[exchange.okx.prod]
base_url = "https://okx.example"
[key."a b"]
api_secret = "`+canary+`"
[creds]
Private-Key = "`+canary+`"
`)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range s.Warnings() {
		if w.File != s.Paths().Config {
			t.Errorf("file = %s", w.File)
		}
		got = append(got, fmt.Sprintf("%d %s", w.Line, strings.SplitAfter(w.Text, ":")[0]))
	}
	want := []string{
		"1 rotate_evry is not a setting of keyrota:",
		"3 colours is not a setting of keyrota:",
		"6 exchange.okx.live.base_uri is not a setting of keyrota:",
		"7 exchange.okx.prod is not a setting of keyrota:",
		`10 key."a b".api_secret looks like a secret:`,
		"11 creds is not a setting of keyrota:",
		"12 creds.Private-Key looks like a secret:",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
	if strings.Contains(fmt.Sprint(s.Warnings()), canary) {
		t.Error("a warning quotes the secret")
	}
	if s.Config().Theme != "dark" {
		t.Error("the rest was not read")
	}
}

func TestAConfigThatCannotBeReadIsAnError(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "config.toml"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(testOptions(home)); err == nil || !strings.Contains(err.Error(), "config.toml") {
		t.Errorf("Open = %v", err)
	}
}

func TestPeriods(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90d": 90 * day, "2w": 14 * day, "12h": 12 * time.Hour, "15m": 15 * time.Minute, "30s": 30 * time.Second,
		"0": 0, "off": 0, "0d": 0, "1d": day, "36525d": 36525 * day,
	} {
		if got, err := ParsePeriod(text); err != nil || got != want {
			t.Errorf("ParsePeriod(%q) = %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "d", "90", "-1d", "+1d", "1.5d", " 1d", "1d ", "1y", "1D", "1d2h", "1_0d", "99999999999999999999d", "٣d"} {
		if got, err := ParsePeriod(text); err == nil {
			t.Errorf("ParsePeriod(%q) = %v, want an error", text, got)
		}
	}
}

func FuzzPeriod(f *testing.F) {
	f.Add("90d")
	f.Add("off")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParsePeriod(text)
		if err != nil {
			return
		}
		if d < 0 || d > maxPeriod {
			t.Errorf("ParsePeriod(%q) = %v", text, d)
		}
		if again, err := ParsePeriod(FormatPeriod(d)); err != nil || again != d {
			t.Errorf("%v is written as %q, which is read as %v, %v", d, FormatPeriod(d), again, err)
		}
	})
}

func FuzzConfig(f *testing.F) {
	f.Add("theme = \"dark\"\nx = 1\n[exchange.okx.live]\nbase_url = \"https://a.example\"\n")
	f.Add("[key.\"a b\"]\nnonce = \"us\"\nsecret = 1\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseConfig("config.toml", text)
		if err != nil {
			return
		}
		r := testRecord("a")
		if rules := c.RulesFor(&r); rules.RotateEvery < 0 || rules.WarnBefore < 0 || rules.UnusedAfter < 0 {
			t.Errorf("rules %+v", rules)
		}
	})
}
