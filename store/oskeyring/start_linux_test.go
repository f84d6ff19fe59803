package oskeyring

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/store/oskeyring/busguard"
)

// startHelper starts this test program, with the library linked, in an
// environment without a session but for what is given.
func startHelper(t *testing.T, env ...string) (stdout, stderr string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasPrefix(name, "DBUS_") && !strings.HasPrefix(name, "XDG_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(append(cmd.Env, "KEYROTA_HELPER=why"), env...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Without the guard the process hangs for ever.
	hung := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	if err := cmd.Wait(); err != nil || !hung.Stop() {
		t.Fatalf("the process did not start: %v\n%s", err, errs.String())
	}
	return out.String(), errs.String()
}

func TestStartGuardComesBeforeTheLibrary(t *testing.T) {
	_, trace := startHelper(t, "GODEBUG=inittrace=1", busguard.Variable+"=disabled:")
	order := map[string]int{}
	for i, line := range strings.Split(trace, "\n") {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "init" {
			order[f[1]] = i + 1
		}
	}
	guard := order["github.com/keyrota/keyrota/store/oskeyring/busguard"]
	for _, later := range []string{"github.com/godbus/dbus", "github.com/99designs/keyring"} {
		if guard == 0 || order[later] == 0 || guard > order[later] {
			t.Errorf("the guard initialises at place %d, %s at place %d; want both, the guard first", guard, later, order[later])
		}
	}
}

func TestStartWithSilentBus(t *testing.T) {
	dir, err := os.MkdirTemp("", "kb") // short: it holds a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "bus")
	l, err := net.Listen("unix", path) // the kernel accepts, nobody answers
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	for name, env := range map[string]string{
		"in the environment": busguard.Variable + "=unix:path=" + path,
		"in its usual place": "XDG_RUNTIME_DIR=" + dir,
	} {
		if got, _ := startHelper(t, env); !strings.Contains(got, "does not answer") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestStartWithoutBusStartsNone(t *testing.T) {
	if _, err := os.Stat("/run/user"); err == nil {
		if buses, _ := filepath.Glob("/run/user/*/bus"); len(buses) > 0 {
			t.Skip("this machine has a session bus")
		}
	}
	dir := t.TempDir()
	marker := filepath.Join(dir, "was run")
	launcher := "#!/bin/sh\necho yes >'" + marker + "'\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte(launcher), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"", "autolaunch:"} {
		env := []string{"PATH=" + dir + ":" + os.Getenv("PATH")}
		if address != "" {
			env = append(env, busguard.Variable+"="+address)
		}
		if got, _ := startHelper(t, env...); !strings.Contains(got, "no session bus") {
			t.Errorf("with address %q: %q", address, got)
		}
	}
	if _, err := os.Stat(marker); err == nil {
		t.Error("dbus-launch was run")
	}
}
