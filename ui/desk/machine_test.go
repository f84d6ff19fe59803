package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// echoes are services on one loopback host, by path. What is asked of a path
// that says nothing fails.
type echoes struct {
	*httptest.Server

	mu    sync.Mutex
	says  map[string]string
	asked int
	heard http.Header
}

func newEchoes(t *testing.T, says map[string]string) *echoes {
	t.Helper()
	e := &echoes{says: says}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.asked++
		e.heard = r.Header
		switch text, ok := e.says[r.URL.Path]; {
		case r.URL.Path == "/away":
			http.Redirect(w, r, "/v4", http.StatusFound)
		case !ok:
			http.Error(w, "busy", http.StatusServiceUnavailable)
		default:
			_, _ = w.Write([]byte(text))
		}
	}))
	t.Cleanup(e.Close)
	return e
}

func (e *echoes) say(path, text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.says, path)
	if text != "" {
		e.says[path] = text
	}
}

// at returns a desk whose config.toml names these paths, and more.
func (e *echoes) at(t *testing.T, config string, paths ...string) *bench {
	t.Helper()
	urls := make([]string, len(paths))
	for i, p := range paths {
		urls[i] = fmt.Sprintf("%q", e.URL+p)
	}
	b := &bench{secrets: store.NewMemorySecrets(), home: t.TempDir(), clock: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)}
	text := "ip_echo = [" + strings.Join(urls, ", ") + "]\n" + config
	if err := os.WriteFile(filepath.Join(b.home, "config.toml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return reopen(t, b, "")
}

func addresses(m store.Machine) string {
	var out []string
	for _, a := range m.Current() {
		out = append(out, a.Addr.String())
	}
	return strings.Join(out, " ")
}

func TestWhatAServiceAnswers(t *testing.T) {
	e := newEchoes(t, map[string]string{
		"/v4": " 203.0.113.7\n", "/v6": "2001:db8::1", "/mapped": "::ffff:203.0.113.7", "/page": "<html>" + strings.Repeat("x", 1<<16), "/empty": "",
		"/private": "192.168.1.7", "/loopback": "127.0.0.1", "/zone": "fe80::1%eth0", "/two": "203.0.113.7\n203.0.113.8",
	})
	d := &Desk{agent: "test"}
	for path, want := range map[string]string{
		"/v4": "203.0.113.7", "/v6": "2001:db8::1", "/mapped": "203.0.113.7", "/page": "", "/empty": "", "/away": "", "/nothing": "",
		"/private": "", "/loopback": "", "/zone": "", "/two": "",
	} {
		got, err := d.echo(t.Context(), "tcp4", e.URL+path+"?token=SECRET")
		if (err == nil) != (want != "") || err == nil && got.String() != want {
			t.Errorf("%s: %s %v", path, got, err)
		}
		if err != nil && strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v repeats the address of the service", path, err)
		}
	}
	if e.heard.Get("User-Agent") != "test" || e.heard.Get("Cookie") != "" || e.heard.Get("Authorization") != "" {
		t.Errorf("it heard %v", e.heard)
	}
	if _, err := d.echo(t.Context(), "tcp6", e.URL+"/v4"); err == nil || !lacksKind(err) {
		t.Errorf("IPv6 to a host of IPv4: %v", err)
	}
}

func TestNobodyIsAskedUntilItIsSaid(t *testing.T) {
	e := newEchoes(t, map[string]string{"/v4": "203.0.113.7"})
	b := e.at(t, "", "/v4")
	b.add(t, key("one", "id-1"))
	if err := b.Verify(t.Context(), nil, nil); err != nil {
		t.Fatal(err)
	}
	if m := b.Machine(); e.asked != 0 || len(m.Addresses) != 0 {
		t.Errorf("asked %d times, %+v", e.asked, m)
	}
	if m, err := b.AskMachine(t.Context()); err != nil || addresses(m) != "203.0.113.7" || e.asked != 1 {
		t.Errorf("asked %d times, %+v, %v", e.asked, m, err)
	}
	if got := b.EchoHosts(); len(got) != 1 || got[0] != strings.TrimPrefix(e.URL, "http://") {
		t.Errorf("hosts %v", got)
	}
	if got := addresses(reopen2(t, b).Machine()); got != "203.0.113.7" || e.asked != 1 {
		t.Errorf("the next start knows %s", got)
	}
}

// halfAway are two services, of which the one for IPv6 has failed since.
func halfAway(t *testing.T) (*echoes, *bench) {
	t.Helper()
	e := newEchoes(t, map[string]string{"/v4": "203.0.113.7", "/v6": "2001:db8::1"})
	b := e.at(t, "", "/v6", "/v4")
	if m, err := b.AskMachine(t.Context()); err != nil || addresses(m) != "203.0.113.7 2001:db8::1" {
		t.Fatalf("%+v, %v", m, err)
	}
	b.clock = b.clock.Add(time.Hour)
	e.say("/v6", "")
	return e, b
}

func TestOneServiceThatFailsHidesNoOther(t *testing.T) {
	_, b := halfAway(t)
	m, err := b.AskMachine(t.Context())
	if err != nil || addresses(m) != "203.0.113.7 2001:db8::1" || len(m.Changed()) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
	if now := m.Current(); now[0].Last.Sub(now[1].Last) != time.Hour {
		t.Errorf("the one that was not told has no age: %+v", now)
	}
	// A flow wants what was answered just now.
	if mine, err := b.myAddresses(t.Context()); err != nil || !slices.Equal(mine, []string{"203.0.113.7"}) {
		t.Errorf("%v, %v", mine, err)
	}
}

func TestWhatIsKnownStaysWhenNobodyAnswers(t *testing.T) {
	e, b := halfAway(t)
	e.say("/v4", "")
	m, err := b.AskMachine(t.Context())
	if err == nil || addresses(m) != "203.0.113.7 2001:db8::1" {
		t.Errorf("%+v, %v", m, err)
	}
	if what, hint := Explain(err); !strings.Contains(what, "status 503") || strings.Contains(what, "no suitable address") || hint == "" {
		t.Errorf("%s / %s", what, hint)
	}
	if mine, err := b.myAddresses(t.Context()); err == nil {
		t.Errorf("a flow is told %v", mine)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.AskMachine(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestWithoutServicesNobodyCanBeAsked(t *testing.T) {
	b := newEchoes(t, nil).at(t, "")
	if _, err := b.AskMachine(t.Context()); err == nil || !strings.Contains(err.Error(), "no echo service") {
		t.Error(err)
	}
}

func TestAChangeOfAddressIsOneEvent(t *testing.T) {
	e := newEchoes(t, map[string]string{"/v4": "203.0.113.7", "/v6": "2001:db8::1"})
	b := e.at(t, "", "/v4", "/v6")
	ask := func() {
		t.Helper()
		b.clock = b.clock.Add(time.Hour)
		if _, err := b.AskMachine(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	ask()
	if got := b.actions(t); len(got) != 0 || len(b.opened) != 0 {
		t.Errorf("%v before a change; the keyring was opened %v", got, b.opened)
	}
	e.say("/v4", "203.0.113.9")
	e.say("/v6", "2001:db8::9")
	ask()
	ask()
	var details []string
	for event, err := range b.store.ReadAudit() {
		if err != nil {
			t.Fatal(err)
		}
		details = append(details, string(event.Action)+" "+event.Detail)
	}
	if !slices.Equal(details, []string{"address-changed 203.0.113.9 2001:db8::9"}) {
		t.Errorf("%q", details)
	}
}

func TestAddressesAreWatchedNowAndThen(t *testing.T) {
	e := newEchoes(t, map[string]string{"/v4": "203.0.113.7"})
	b := e.at(t, "watch_addresses = true\n", "/v4")
	b.add(t, key("one", "id-1"))
	verify := func(want int) {
		t.Helper()
		if err := b.Verify(t.Context(), nil, nil); err != nil {
			t.Fatal(err)
		}
		if e.asked != want {
			t.Errorf("asked %d times, want %d", e.asked, want)
		}
	}
	verify(1)
	b.clock = b.clock.Add(watchEvery - time.Second)
	verify(1)
	b = reopen2(t, b) // another run of keyrota counts as well
	verify(1)
	b.clock = b.clock.Add(time.Second)
	verify(2)
	e.say("/v4", "") // that nobody answers fails no verification, and is no reason to ask on
	b.clock = b.clock.Add(watchEvery)
	verify(3)
	verify(3)
	if got := addresses(b.Machine()); got != "203.0.113.7" {
		t.Errorf("known: %s", got)
	}
}

func TestAReadOnlyDeskRemembersAddressesForItself(t *testing.T) {
	e := newEchoes(t, map[string]string{"/v4": "203.0.113.7"})
	b := e.at(t, "", "/v4")
	second := reopen(t, &bench{secrets: b.secrets, home: b.home, clock: b.clock}, "") // the first still holds the lock
	if _, err := second.AskMachine(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m, err := b.store.Machine(); addresses(second.Machine()) != "203.0.113.7" || len(m.Addresses) != 0 || err != nil {
		t.Errorf("it knows %s; in the file: %+v, %v", addresses(second.Machine()), m, err)
	}
}

func TestAMachineFileThatCannotBeReadIsNamedWhenAsked(t *testing.T) {
	e := newEchoes(t, map[string]string{"/v4": "203.0.113.7"})
	b := e.at(t, "", "/v4")
	if err := os.WriteFile(filepath.Join(b.home, "machine.toml"), []byte("schema = 9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b = reopen2(t, b)
	if m := b.Machine(); len(m.Addresses) != 0 {
		t.Errorf("%+v", m)
	}
	if _, err := b.AskMachine(t.Context()); !errors.Is(err, store.ErrNewer) {
		t.Error(err)
	}
	if mine, err := b.myAddresses(t.Context()); err != nil || len(mine) != 1 {
		t.Errorf("a flow is told %v, %v", mine, err)
	}
}

func TestStandingOfAKey(t *testing.T) {
	e := newEchoes(t, map[string]string{"/v4": "203.0.113.7"})
	b := e.at(t, "[exchange.toy.testnet]\nproxy = \"http://192.0.2.1:8080\"\n", "/v4")
	record := func(env exchanges.Environment, state exchanges.IPState, entries ...string) *store.Record {
		return &store.Record{Exchange: "toy", Environment: env, Facts: store.Facts{IPs: exchanges.IPWhitelist{State: state, Entries: entries}}}
	}
	listed := record(exchanges.Live, exchanges.IPList, "203.0.113.0/24")
	if got, _ := b.Standing(listed); got != store.StandingUnknown {
		t.Errorf("before anybody was asked: %s", got)
	}
	if _, err := b.AskMachine(t.Context()); err != nil {
		t.Fatal(err)
	}
	mine := netip.MustParseAddr("203.0.113.7")
	for _, c := range []struct {
		record *store.Record
		want   store.Standing
		by     netip.Addr
	}{
		{listed, store.OnList, mine},
		{record(exchanges.Live, exchanges.IPList, "203.0.113.8"), store.OffList, mine},
		{record(exchanges.Live, exchanges.IPRestricted), store.StandingUnknown, netip.Addr{}},
		{record(exchanges.Live, exchanges.IPAny), store.AnyAddress, netip.Addr{}},
		{record(exchanges.Testnet, exchanges.IPList, "203.0.113.8"), ThroughProxy, netip.Addr{}},
		{record(exchanges.Testnet, exchanges.IPAny), store.AnyAddress, netip.Addr{}},
	} {
		if got, by := b.Standing(c.record); got != c.want || by != c.by {
			t.Errorf("%s %v: %s by %s, want %s", c.record.Environment, c.record.Facts.IPs, got, by, c.want)
		}
	}
}
