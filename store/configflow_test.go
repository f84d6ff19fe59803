package store

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestSettingsOfFlows(t *testing.T) {
	defaults := []string{"https://api.ipify.org", "https://api6.ipify.org"}
	for _, c := range []struct {
		config     string
		echo       []string
		long, each time.Duration
	}{
		{"", defaults, 3 * time.Minute, time.Minute},
		{"ip_echo = []\n[prove]\n", []string{}, 3 * time.Minute, time.Minute},
		{"ip_echo = [\"https://ip.example/me?format=text\", \"http://127.0.0.1:8080\", \"http://[::1]/\", \"http://localhost:1\"]\n",
			[]string{"https://ip.example/me?format=text", "http://127.0.0.1:8080", "http://[::1]/", "http://localhost:1"}, 3 * time.Minute, time.Minute},
		{"[prove]\nfor = \"off\"\n", defaults, 0, time.Minute},
		{"[prove]\nfor = \"1h\"\nevery = \"1s\"\n", defaults, time.Hour, time.Second},
		{"[prove]\nevery = \"60m\"\n", defaults, 3 * time.Minute, time.Hour},
	} {
		got := mustConfig(t, c.config)
		if diff := cmp.Diff(c.echo, got.IPEcho); diff != "" || got.ProveFor != c.long || got.ProveEvery != c.each {
			t.Errorf("%q: for %v, every %v, %s", c.config, got.ProveFor, got.ProveEvery, diff)
		}
	}
}

func TestAWrongSettingOfFlowsIsRefusedWithItsLine(t *testing.T) {
	const canary = "CANARY-8f3a-value"
	for what, c := range map[string]struct{ config, line, text string }{
		"echo in the clear":   {"theme = \"auto\"\nip_echo = [\"https://a.example\", \"http://a.example\"]\n", ":2", "https"},
		"echo with password":  {"ip_echo = [\"https://u:" + canary + "@a.example\"]\n", ":1", "password"},
		"echo of no host":     {"ip_echo = [\"https:///x\"]\n", ":1", "web pages"},
		"echo by file":        {"ip_echo = [\"file:///etc/passwd\"]\n", ":1", "web pages"},
		"echo with a spot":    {"ip_echo = [\"https://a.example/#x\"]\n", ":1", "web pages"},
		"echo is no list":     {"ip_echo = \"https://a.example\"\n", ":1", ""},
		"too many echoes":     {"\nip_echo = [" + strings.Repeat("\"https://a.example\", ", maxEcho+1) + "]\n", ":2", "at most 8"},
		"prove too long":      {"[prove]\nfor = \"61m\"\n", ":2", `prove.for: use "off" to "1h"`},
		"asked without pause": {"[prove]\nfor = \"1m\"\nevery = \"0\"\n", ":3", `prove.every: use "1s" to "1h"`},
		"asked too rarely":    {"[prove]\nevery = \"2h\"\n", ":2", `"1h"`},
		"prove in words":      {"[prove]\nfor = \"long\"\n", ":2", `"90d"`},
		"prove is no table":   {"prove = \"3m\"\n", ":1", ""},
	} {
		t.Run(what, func(t *testing.T) {
			_, err := openWithConfig(t, c.config)
			if err == nil {
				t.Fatal("it was read over")
			}
			if !strings.Contains(err.Error(), "config.toml"+c.line+": ") || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%q must name line %s and say %q", err, c.line, c.text)
			}
			if strings.Contains(err.Error()+Hint(err), canary) {
				t.Errorf("%q quotes the file", err)
			}
		})
	}
}

func TestAnUnknownSettingOfFlowsIsAWarning(t *testing.T) {
	s, err := openWithConfig(t, "ip_echoes = []\n[prove]\nfore = \"1m\"\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range s.Warnings() {
		got = append(got, strings.Fields(w.Text)[0])
	}
	if diff := cmp.Diff([]string{"ip_echoes", "prove.fore"}, got); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

func TestTheDefaultEchoesAreNotShared(t *testing.T) {
	mustConfig(t, "").IPEcho[0] = "changed"
	if got := mustConfig(t, "").IPEcho[0]; got == "changed" {
		t.Error("one store's settings are another's")
	}
}
