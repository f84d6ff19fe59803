package store

import (
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"
)

func TestAddressesAreKept(t *testing.T) {
	s := openStore(t, t.TempDir())
	saved, err := s.UpdateMachine(func(Machine) Machine { return told(v4+" "+v6, other4) })
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Machine()
	if err != nil || texts(got.Addresses) != texts(saved.Addresses) || texts(got.Current()) != other4+" 1-1, "+v6+" 0-0" {
		t.Errorf("%s, %v", texts(got.Addresses), err)
	}
	if _, err := s.UpdateMachine(func(m Machine) Machine { return m.Seen(hours(5), netip.MustParseAddr(other4)) }); err != nil {
		t.Fatal(err)
	}
	got, _ = s.Machine()
	if texts(got.Current()) != other4+" 1-5, "+v6+" 0-0" || len(got.Changed()) != 1 || got.Changed()[0].Fresh() {
		t.Errorf("%s, %v", texts(got.Addresses), got.Changed())
	}
	if info, err := os.Stat(s.Paths().Machine); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestOfANewMachineNothingIsKnown(t *testing.T) {
	if m, err := openStore(t, t.TempDir()).Machine(); err != nil || len(m.Addresses) != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestAWrongMachineFileIsNamed(t *testing.T) {
	s := openStore(t, t.TempDir())
	if _, err := s.UpdateMachine(func(Machine) Machine { return told(v4, other4) }); err != nil {
		t.Fatal(err)
	}
	good := readFile(t, s.Paths().Machine)
	for name, c := range map[string]struct{ old, now, line string }{
		"not TOML": {"schema = 1", "schema = ", ":2"},
		"newer":    {"schema = 1", "schema = 9", ":1"},
		"unknown":  {"first = ", "fist = ", ":6"},
		"address":  {`"` + v4 + `"`, `"home"`, ":9"},
		"time":     {"2026-11-20T09:00:00Z", "yesterday", ":4"},
	} {
		bad := strings.Replace(good, c.old, c.now, 1)
		writeFile(t, s.Paths().Machine, bad)
		_, err := s.Machine()
		if err == nil || !strings.Contains(err.Error(), "machine.toml"+c.line) || Hint(err) == "" {
			t.Errorf("%s: %v in\n%s", name, err, bad)
		}
		if _, err := s.UpdateMachine(func(m Machine) Machine { return m }); err == nil || readFile(t, s.Paths().Machine) != bad {
			t.Errorf("%s: it was written over: %v", name, err)
		}
	}
}

func TestAReadOnlyStoreKeepsAddressesAsTheyAre(t *testing.T) {
	home := t.TempDir()
	openStore(t, home)
	o := testOptions(home)
	o.ReadOnly = true
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.UpdateMachine(func(m Machine) Machine { return m }); !errors.Is(err, ErrReadOnly) {
		t.Error(err)
	}
}

func TestAddressesAreWatchedOnlyWhenThatIsSaid(t *testing.T) {
	for config, want := range map[string]bool{"": false, "watch_addresses = true\n": true, "watch_addresses = false\n": false} {
		if got := mustConfig(t, config).WatchAddresses; got != want {
			t.Errorf("%q: %t", config, got)
		}
	}
	if _, err := openWithConfig(t, "watch_addresses = \"yes\"\n"); err == nil || !strings.Contains(err.Error(), "config.toml:1") {
		t.Errorf("a word for a switch: %v", err)
	}
}
