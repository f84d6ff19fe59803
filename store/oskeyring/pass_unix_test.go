//go:build !windows

package oskeyring

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/secretstest"
)

// passHome makes a password store and a GPG key of its own for this test.
func passHome(t *testing.T, passphrase string) (dir string) {
	t.Helper()
	need(t, "pass", "gpg", "gpgconf")
	home, err := os.MkdirTemp("", "kp") // short: gpg puts sockets there
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	dir = filepath.Join(home, "store")
	t.Setenv("GNUPGHOME", home)
	t.Setenv("PASSWORD_STORE_DIR", dir)
	t.Setenv("PASSWORD_STORE_GPG_OPTS", "")
	t.Setenv("DISPLAY", "")
	t.Setenv("WAYLAND_DISPLAY", "")
	t.Cleanup(func() { forgetKey(t) })
	// Or the agent measures for seconds how much hashing this machine can bear.
	if err := os.WriteFile(filepath.Join(home, "gpg-agent.conf"), []byte("s2k-count 65536\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	shell(t, "gpg", "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", passphrase,
		"--quick-generate-key", "keyrota test <test@example.org>", "future-default", "default", "never")
	shell(t, "pass", "init", "test@example.org")
	return dir
}

// forgetKey ends the agent, and with it what it knows of passphrases.
func forgetKey(t *testing.T) {
	t.Helper()
	shell(t, "gpgconf", "--kill", "gpg-agent")
}

func shell(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

func openPassStore(t *testing.T) store.Secrets {
	t.Helper()
	s, err := Open(t.Context(), Config{Backend: Pass, CallTimeout: generousLimit})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestConformance runs the whole suite on what drives pass.
func TestPassConformance(t *testing.T) {
	passHome(t, "")
	s := openPassStore(t)
	secretstest.RunSparingly(t, func(*testing.T) store.Secrets { return s })
}

// captureStderr returns what this process and its children write to file
// descriptor 2 by way of os.Stderr.
func captureStderr(t *testing.T, f func()) string {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	keep := os.Stderr
	os.Stderr = file
	f()
	os.Stderr = keep
	text, err := os.ReadFile(file.Name())
	if err := errors.Join(err, file.Close()); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestPassWritesNothingToTheTerminal(t *testing.T) {
	dir := passHome(t, "")
	s := openPassStore(t)
	if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, service, itemName("a", kindSecret)+".gpg")
	if err := os.WriteFile(broken, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	lib, err := keyring.Open(keyring.Config{AllowedBackends: []keyring.BackendType{keyring.PassBackend}, PassPrefix: service})
	if err != nil {
		t.Fatal(err)
	}
	if said := captureStderr(t, func() { _, _ = lib.Get(itemName("a", kindSecret)) }); said == "" {
		t.Fatal("the library alone is quiet now; is the script still needed?")
	}
	said := captureStderr(t, func() {
		if err := get(s, "a"); !errors.Is(err, errDamaged) {
			t.Errorf("Get = %v", err)
		}
	})
	if said != "" {
		t.Errorf("on the terminal: %q", said)
	}
}

func TestPassLockedKeyIsAnErrorWithAHint(t *testing.T) {
	dir := passHome(t, "sesame")
	forgetKey(t)
	s := openPassStore(t)
	// Storing needs no unlocked key, reading back does.
	k := keyringError(t, s.Put(t.Context(), "a", []byte("v")))
	if !k.Locked || k.Hint != hintGPG {
		t.Errorf("Put = %v, hint %q", k, k.Hint)
	}
	if left, err := filepath.Glob(filepath.Join(dir, service, "*")); err != nil || len(left) > 0 {
		t.Errorf("a Put that failed left %q, %v", left, err)
	}
	if err := Prove(t.Context(), s); !keyringError(t, err).Locked {
		t.Errorf("Prove = %v", err)
	}
}

func TestPassGPGDoesNotAskOnTheTerminal(t *testing.T) {
	passHome(t, "")
	fake := t.TempDir()
	record := filepath.Join(fake, "record")
	// A stand-in for pass that notes what gpg would get to know.
	text := "#!/bin/sh\necho \"tty=$GPG_TTY opts=$PASSWORD_STORE_GPG_OPTS\" >" + record + "\n"
	if err := os.WriteFile(filepath.Join(fake, "pass"), []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", fake+":"+os.Getenv("PATH"))
	t.Setenv("GPG_TTY", "/dev/pts/0")
	for display, want := range map[string]string{
		"":   "tty= opts= --pinentry-mode=error",
		":0": "tty= opts=",
	} {
		t.Setenv("DISPLAY", display)
		_ = openPassStore(t) // runs it once, to see that scripts can be executed
		got, err := os.ReadFile(record)
		if err != nil || strings.TrimSpace(string(got)) != want {
			t.Errorf("with DISPLAY=%q: %q, %v; want %q", display, got, err, want)
		}
	}
}

func TestPassItemThatIsCutOffIsRecoveredFromCopy(t *testing.T) {
	dir := passHome(t, "")
	s := openPassStore(t)
	if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
		t.Fatal(err)
	}
	path := func(kind string) string { return filepath.Join(dir, service, itemName("a", kind)+".gpg") }
	text, err := os.ReadFile(path(kindSecret))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path(kindCopy), text, 0o600); err != nil {
		t.Fatal(err)
	}
	read := func(kind string) error {
		k := s.(*ring)
		return k.do(t.Context(), "read", k.limit, func(c *calls) error {
			_, err := c.get(itemName("a", kind))
			return err
		})
	}
	// gpg has other words for each place at which a message ends.
	for _, left := range []int{0, 1, 2, 10, 50, 90, 100, 110, 150, 200, 300, len(text) / 2, len(text) - 40, len(text) - 20, len(text) - 1} {
		if err := os.WriteFile(path(kindSecret), text[:left], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := read(kindSecret); !errors.Is(err, errDamaged) {
			t.Errorf("%d of %d bytes: %v, want that it is damaged", left, len(text), err)
		}
	}
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "v" {
		t.Errorf("beside a whole copy: %q, %v", got, err)
	}
}

func TestPassSetUpProblemsHaveHints(t *testing.T) {
	dir := passHome(t, "")
	s := openPassStore(t)
	if err := os.WriteFile(filepath.Join(dir, ".gpg-id"), []byte("nobody@example.org\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if k := keyringError(t, s.Put(t.Context(), "a", []byte("v"))); !strings.Contains(k.Hint, "pass init") {
		t.Errorf("a key that nobody has: %v, hint %q", k, k.Hint)
	}
	if err := os.Remove(filepath.Join(dir, ".gpg-id")); err != nil {
		t.Fatal(err)
	}
	if k := keyringError(t, s.Put(t.Context(), "a", []byte("v"))); !strings.Contains(k.Hint, "pass init") {
		t.Errorf("not set up: %v, hint %q", k, k.Hint)
	}
}

func TestPassOthersEntriesStay(t *testing.T) {
	passHome(t, "")
	s := openPassStore(t)
	insert := exec.Command("pass", "insert", "-m", "-f", service+"/own-note")
	insert.Stdin = strings.NewReader("mine")
	if out, err := insert.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if slots, err := s.List(t.Context()); err != nil || len(slots) != 0 {
		t.Errorf("List = %q, %v", slots, err)
	}
}

func TestPassScriptsNeedAFolderThatAllowsThem(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(cache, "missing"))
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", cache)
	p := passLibrary{program: "/bin/true"}
	if found, err := p.findFolder(t.Context()); err != nil {
		t.Errorf("with a cache folder: %v", err)
	} else if folder := found.(passLibrary).folder; !strings.HasPrefix(folder, cache) {
		t.Errorf("scripts go to %q", folder)
	}
	p.program = "/bin/false"
	if _, err := p.findFolder(t.Context()); !errors.As(err, new(passError)) {
		t.Errorf("with a program that fails: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(cache, "*", "keyrota-pass-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

func TestPassErrorsAreNotTakenForMissingItems(t *testing.T) {
	p := passLibrary{folder: filepath.Join(t.TempDir(), "missing")}
	if err := p.run(func(string) error { return nil }); isMissing(err) || err == nil {
		t.Errorf("run without a folder = %v", err)
	}
	p.folder = t.TempDir()
	if err := p.run(func(string) error { return os.ErrNotExist }); isMissing(err) || err == nil {
		t.Errorf("a program that is gone = %v", err)
	}
	if err := p.run(func(string) error { return keyring.ErrKeyNotFound }); !isMissing(err) {
		t.Errorf("an item that is not there = %v", err)
	}
}

func TestLastWordsAreCleanAndShort(t *testing.T) {
	said := "1\n2\r\n3\n\x1b[31mred\x07\n" + strings.Repeat("x", 9000) + "\n"
	got := lastWords(said)
	if len(got) > 2000 || strings.ContainsAny(got, "\x1b\x07\n") || strings.Contains(got, "1") && !strings.Contains(got, "31") {
		t.Errorf("lastWords = %q", got)
	}
	if lastWords("") != "" {
		t.Error("nothing said is something")
	}
}

func TestShellQuote(t *testing.T) {
	for _, s := range []string{"", "a b", `it's "$HOME"`, "`id`", "\\"} {
		out, err := exec.Command("/bin/sh", "-c", "printf %s "+shellQuote(s)).Output()
		if err != nil || string(out) != s {
			t.Errorf("the shell makes %q of %q (%v)", out, s, err)
		}
	}
}
