package busguard

import (
	"bufio"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// generous is a time limit for tests that must not depend on the limit.
const generous = 60_000_000

// bus is a stand-in for a session bus: it answers the lines in order and then
// keeps the connection open without a word.
func bus(t *testing.T, answers ...string) (address string) {
	t.Helper()
	path := filepath.Join(shortDir(t), "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		t.Cleanup(func() { _ = c.Close() })
		in := bufio.NewReader(c)
		for _, a := range answers {
			if _, err := in.ReadString('\n'); err != nil {
				return
			}
			_, _ = c.Write([]byte(a))
		}
	}()
	return "unix:path=" + path
}

// shortDir is a temporary folder whose path leaves room for a socket's name.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "bg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestProbe(t *testing.T) {
	missing := "unix:path=" + filepath.Join(shortDir(t), "bus")
	tests := []struct {
		name, address string
		left          int64
		problem       string
	}{
		{"answers", bus(t, "OK 1234\r\n", "l"), generous, ""},
		{"silent", bus(t), 20_000, "does not answer"},
		{"silent after authentication", bus(t, "OK 1234\r\n"), 20_000, "does not answer"},
		{"refuses", bus(t, "REJECTED EXTERNAL\r\n"), generous, "refused this user"},
		{"talks without end", bus(t, strings.Repeat("x", 4096)), generous, "does not answer"},
		{"missing socket", missing, generous, "cannot connect"},
		{"no time left", missing, 0, "cannot connect"},
		{"switched off", "disabled:", generous, "no unix socket"},
		{"network address", "tcp:host=localhost,port=1", generous, "no unix socket"},
		{"address without a name", "unix:runtime=yes", generous, "no unix socket"},
		{"path too long", "unix:path=/" + strings.Repeat("x", 200), generous, "cannot connect"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := probe(tt.address, countdown(tt.left))
			if tt.problem == "" && got != "" || !strings.Contains(got, tt.problem) {
				t.Errorf("probe(%q) = %q, want %q in it", tt.address, got, tt.problem)
			}
		})
	}
}

func TestChooseSkipsAddressesThatDoNotAnswer(t *testing.T) {
	good := bus(t, "OK 1\r\n", "l")
	got, reason := choose([]string{"tcp:host=nowhere", good}, countdown(generous))
	if got != good || reason != "" {
		t.Errorf("choose = %q, %q; want %q", got, reason, good)
	}
}

func TestChooseGivesTheFirstReason(t *testing.T) {
	got, reason := choose([]string{"unix:path=/nonexistent/bus", "tcp:x"}, countdown(generous))
	if got != nowhere || !strings.Contains(reason, "/nonexistent/bus") {
		t.Errorf("choose = %q, %q", got, reason)
	}
	if got, reason = choose(nil, countdown(generous)); got != nowhere || !strings.Contains(reason, "no session bus") {
		t.Errorf("choose without addresses = %q, %q", got, reason)
	}
}

func TestCandidatesFollowTheEnvironment(t *testing.T) {
	keep := original
	defer func() { original = keep }()
	original = "unix:path=/a;unix:abstract=b"
	if got := candidates(); len(got) != 2 || got[0] != "unix:path=/a" || got[1] != "unix:abstract=b" {
		t.Errorf("candidates = %q", got)
	}

	dir := shortDir(t)
	t.Setenv("XDG_RUNTIME_DIR", dir)
	if err := os.WriteFile(filepath.Join(dir, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, unset := range []string{"", "autolaunch:"} {
		original = unset
		if got := candidates(); len(got) == 0 || got[0] != "unix:path="+dir+"/bus" {
			t.Errorf("candidates with %q = %q", unset, got)
		}
	}
}

func TestSocketNames(t *testing.T) {
	for address, want := range map[string]string{
		"unix:path=/run/bus,guid=12":   "/run/bus",
		"unix:guid=12,abstract=/run/x": "@/run/x",
	} {
		if got, ok := socket(address); !ok || got != want {
			t.Errorf("socket(%q) = %q, %v", address, got, ok)
		}
	}
}

func TestHelloIsWellFormed(t *testing.T) {
	if len(hello) != 128 {
		t.Fatalf("the message has %d bytes, want 16 + 110 padded to 128", len(hello))
	}
	for at := 16; at < 112; at += 32 {
		if kind := hello[at+2]; kind != 'o' && kind != 's' {
			t.Errorf("no field begins at byte %d", at)
		}
	}
}

func TestHexAndDecimal(t *testing.T) {
	if got := hex(decimal(1000)) + " " + decimal(0); got != "31303030 0" {
		t.Errorf("got %q", got)
	}
}
