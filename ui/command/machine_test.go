package command

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges/sim"
	"github.com/keyrota/keyrota/store"
)

// atHome is a trader with keys that have a list with this machine on it, one
// without, none at all, and hidden ones; nobody has asked for addresses yet.
func atHome(t *testing.T) *trader {
	t.Helper()
	tr := newTrader(t, sim.Options{})
	for _, k := range []struct{ name, exchange, env string }{
		{"lend-bot", "gate", "live"}, {"tax-export", "binance", "live"}, {"sub-admin", "binance", "live"}, {"phx-bot", "other", "live"},
	} {
		if k.exchange == "other" {
			r := tr.run(`{"key":"a-public-half-1234","secret":"some-secret-value-1234"}`, "add", "--exchange", "other", "--env", "live", "--name", k.name,
				"--venue", "Phemex", "--ips", "198.51.100.7", "--stdin")
			if r.code != 0 {
				t.Fatal(r.err)
			}
			continue
		}
		if r := tr.add(k.name, k.exchange, k.env, tr.seeded(k.exchange, k.env, func(s sim.Key) bool { return s.Label == k.name })); r.code != 0 {
			t.Fatal(r.err)
		}
	}
	return tr
}

// machine decodes the output of machine --json.
func (tr *trader) machine(args ...string) machineJSON {
	tr.t.Helper()
	var m machineJSON
	d := json.NewDecoder(strings.NewReader(tr.ok("", append([]string{"machine", "--json"}, args...)...)))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		tr.t.Fatal(err)
	}
	return m
}

func (m machineJSON) key(name string) *machineKeyJSON {
	for _, k := range m.Keys {
		if k.Name == name {
			return k
		}
	}
	return &machineKeyJSON{}
}

func wantWords(t *testing.T, out string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(out, w) {
			t.Errorf("no %q in\n%s", w, out)
		}
	}
}

func (tr *trader) echoHost() string {
	return strings.TrimSuffix(strings.TrimPrefix(tr.world.Describe().IPEcho, "http://"), "/ip")
}

func TestMachineUsesTheNetworkOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	tr := atHome(t)
	wantWords(t, tr.ok("", "machine"), "not known: nobody was asked yet", "--ask asks "+tr.echoHost(), "lend-bot")
	if m := tr.machine(); m.Asked != nil || len(m.Addresses) != 0 || m.key("lend-bot").Standing != store.StandingUnknown {
		t.Errorf("%+v", m)
	}
	if m := tr.machine("--ask"); m.Asked == nil || len(m.Addresses) != 1 || m.Addresses[0].Address != "203.0.113.7" {
		t.Errorf("%+v", m)
	}
}

func TestMachineSaysHowOldTheAnswerIs(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	tr.ok("", "machine", "--ask")
	tr.unplug()
	wantWords(t, tr.ok("", "machine"), "203.0.113.7  since ", "last told just now")
	if r := tr.run("", "machine", "--ask"); r.code != 1 || !strings.Contains(r.err, strings.TrimPrefix(nobody, "http://")) || strings.Count(strings.TrimSpace(r.err), "\n") != 1 {
		t.Errorf("%+v", r)
	}
}

func TestMachineHoldsItsAddressesAgainstEveryList(t *testing.T) {
	t.Parallel()
	tr := atHome(t)
	m := tr.machine("--ask")
	for name, want := range map[string]struct {
		standing store.Standing
		address  bool
		paste    string
	}{
		"lend-bot":   {store.OnList, true, "203.0.113.7,198.51.100.20"},
		"sub-admin":  {store.StandingUnknown, false, "203.0.113.7"},
		"tax-export": {store.AnyAddress, false, "203.0.113.7"},
		"phx-bot":    {store.OffList, true, "198.51.100.7,203.0.113.7"},
	} {
		if k := m.key(name); k.Standing != want.standing || (k.Address != nil) != want.address || k.Paste != want.paste {
			t.Errorf("%s: %+v, want %+v", name, k, want)
		}
	}
	out := tr.ok("", "machine")
	wantWords(t, out, "203.0.113.7 on the list", "203.0.113.7 not on the list", "any address", "Binance: 203.0.113.7\n  the list of sub-admin is not known:", "  phx-bot (Phemex): 198.51.100.7,203.0.113.7\n")
	if strings.Contains(out, "tax-export (") {
		t.Errorf("a key without a list has a line of its own:\n%s", out)
	}
}

// moved is a trader whose earlier run found other addresses.
func moved(t *testing.T) *trader {
	t.Helper()
	tr := atHome(t)
	yesterday := time.Now().Add(-30 * time.Hour).UTC().Format(time.RFC3339)
	text := "schema = 1\n"
	for _, ip := range []string{"198.51.100.20", "2001:db8::7"} {
		text += fmt.Sprintf("[[address]]\nip = %q\nfirst = %q\nlast = %q\n", ip, yesterday, yesterday)
	}
	if err := os.WriteFile(filepath.Join(tr.home, "machine.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return tr
}

func TestMachineTellsOfAChange(t *testing.T) {
	t.Parallel()
	tr := moved(t)
	m := tr.machine("--ask")
	if len(m.Changed) != 1 || m.Changed[0].From != "198.51.100.20" || m.Changed[0].To != "203.0.113.7" || !m.Changed[0].Fresh || len(m.Earlier) != 1 {
		t.Errorf("%+v", m)
	}
	out := tr.ok("", "machine")
	wantWords(t, out, "2001:db8::7  since ", "last told 1 day ago", "changed: it was 198.51.100.20 until ")
	wantWords(t, tr.ok("", "audit"), "address-changed", "203.0.113.7")
}

func TestMachineRemarksWhatThePasteLeavesOut(t *testing.T) {
	t.Parallel()
	tr := moved(t)
	wantWords(t, strings.Join(tr.machine("--ask").key("lend-bot").Remarks, " "), "2001:db8::7 is left out: Gate", "had 198.51.100.20 earlier")
	if out := tr.ok("", "machine"); strings.Count(out, "2001:db8::7 is left out: Gate") != 1 {
		t.Errorf("the same remark for each key:\n%s", out)
	}
}

func TestCheckWatchesWhereThatIsSet(t *testing.T) {
	t.Parallel()
	tr := newTrader(t, sim.Options{})
	if r := tr.add("a", "bybit", "live", tr.seeded("bybit", "live", plain), "--no-verify"); r.code != 0 {
		t.Fatal(r.err)
	}
	tr.run("", "check")
	if m := tr.machine(); m.Asked != nil {
		t.Error("check asked, and nobody wanted that")
	}
	tr.config("watch_addresses = true\n" + demoConfig(tr.world.Describe()))
	tr.run("", "check", "--offline")
	if m := tr.machine(); m.Asked != nil {
		t.Error("check --offline asked")
	}
	tr.run("", "check")
	if m := tr.machine(); m.Asked == nil || m.key("a").Standing == store.StandingUnknown {
		t.Errorf("%+v", m)
	}
}

func TestHowLongAgo(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for ago, want := range map[time.Duration]string{
		-time.Hour: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago", 59 * time.Minute: "59 minutes ago",
		time.Hour: "1 hour ago", 47 * time.Hour: "1 day ago", 48 * time.Hour: "2 days ago",
	} {
		if got := howLong(now.Add(-ago), now); got != want {
			t.Errorf("%v: %s", ago, got)
		}
	}
}
