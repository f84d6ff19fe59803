//go:build linux

package command

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
)

// The libraries below keyrota dial D-Bus and question the terminal while they
// initialise, before main runs. These tests run the real program where that
// once cost five seconds, or forever.

// silentBus is a session bus that takes connections and never says a word.
func silentBus(tb testing.TB) (address string, calls *atomic.Int32) {
	tb.Helper()
	dir, err := os.MkdirTemp("", "bus") // not tb.TempDir: the name of a socket is short
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	bus, err := net.Listen("unix", filepath.Join(dir, "bus"))
	if err != nil {
		tb.Fatal(err)
	}
	calls = new(atomic.Int32)
	var open []net.Conn
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := bus.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			open = append(open, c)
		}
	}()
	tb.Cleanup(func() {
		_ = bus.Close()
		<-done
		for _, c := range open {
			_ = c.Close()
		}
	})
	return "unix:path=" + bus.Addr().String(), calls
}

func TestASilentBusHoldsNothingUp(t *testing.T) {
	p := newPerson(t)
	address, calls := silentBus(t)
	p.env["DBUS_SESSION_BUS_ADDRESS"] = address
	if out := p.ok("", "--version"); out != "keyrota test\n" {
		t.Errorf("--version says %q", out)
	}
	if calls.Load() == 0 {
		t.Fatal("nobody called the bus, so that this shows nothing")
	}
	if out := p.ok("", "list"); !strings.Contains(out, "No keys yet") {
		t.Errorf("list says %q", out)
	}
	if r := p.run("", "doctor", "--keyring", "secret-service"); !strings.Contains(r.out, "does not answer") {
		t.Errorf("doctor does not say that the bus is silent:\n%s%s", r.out, r.err)
	}
}

func TestWithoutABusNoneIsStarted(t *testing.T) {
	p := newPerson(t)
	bin := t.TempDir()
	marker := filepath.Join(bin, "was-run")
	script := "#!/bin/sh\necho \"$0\" >>" + marker + "\n"
	for _, name := range []string{"dbus-launch", "dbus-daemon", "gnome-keyring-daemon", "kwalletd5"} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	p.env["PATH"] = bin + ":" + p.env["PATH"]
	p.env["DISPLAY"] = ":0" // with a display the libraries try harder
	for _, address := range []string{"", "autolaunch:"} {
		delete(p.env, "DBUS_SESSION_BUS_ADDRESS")
		if address != "" {
			p.env["DBUS_SESSION_BUS_ADDRESS"] = address
		}
		for _, args := range [][]string{{"--version"}, {"list"}, {"doctor"}} {
			if r := p.run("", args...); r.code != 0 {
				t.Errorf("keyrota %v with the bus %q: %+v", args, address, r)
			}
		}
	}
	if ran, err := os.ReadFile(marker); err == nil {
		t.Errorf("these were started:\n%s", ran)
	}
}

func TestPlainCommandsAskTheTerminalNothing(t *testing.T) {
	p := newPerson(t)
	for _, args := range [][]string{{"--version"}, {"version"}, {"list"}, {"--help"}, {"check", "--offline"}, {"doctor"}} {
		x := p.open("xterm-256color", args...)
		if code := x.ends(); code != 0 {
			t.Errorf("keyrota %v exited %d\n%s", args, code, x.text())
		}
		out := x.stream()
		if len(out) == 0 || strings.ContainsRune(out, '\x1b') {
			t.Errorf("keyrota %v prints %q", args, out)
		}
	}
}

// TestGuardsInitialiseFirst reads the order off the runtime. Go sorts packages
// by import path among those whose own imports are ready, so that an import
// added to a guard can quietly put it behind what it guards.
func TestGuardsInitialiseFirst(t *testing.T) {
	p := newPerson(t)
	p.env["GODEBUG"] = "inittrace=1"
	trace := p.run("", "--version").err
	at := map[string]int{}
	for i, line := range strings.Split(trace, "\n") {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "init" {
			at[words[1]] = i + 1
		}
	}
	for _, order := range []struct{ guard, guarded string }{
		{module + "/store/oskeyring/busguard", "github.com/godbus/dbus"},
		{module + "/store/oskeyring/busguard", "github.com/99designs/keyring"},
		{module + "/ui/termguard", "github.com/charmbracelet/bubbletea"},
	} {
		guard, guarded := at[order.guard], at[order.guarded]
		if guard == 0 || guarded == 0 || guard > guarded {
			t.Errorf("%s initialises as number %d, %s as number %d; 0: not at all\n%s", order.guard, guard, order.guarded, guarded, trace)
		}
	}
}
