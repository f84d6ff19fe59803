package oskeyring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/oskeyring/busguard"
)

func TestParseKnowsAllBackendsAndNoOther(t *testing.T) {
	for _, b := range Backends() {
		if got, err := Parse(string(b)); got != b || err != nil {
			t.Errorf("Parse(%q) = %q, %v", b, got, err)
		}
	}
	for _, name := range []string{"", "keyctl", "auto", "File", "gnome"} {
		if _, err := Parse(name); err == nil || !strings.Contains(err.Error(), "secret-service, keychain, wincred, kwallet, pass, file") {
			t.Errorf("Parse(%q) = %v", name, err)
		}
	}
	if len(Backends()) != 6 || !slices.Contains(Backends(), Default()) {
		t.Errorf("Backends = %q, Default = %q", Backends(), Default())
	}
}

func TestAvailableSaysWhyNot(t *testing.T) {
	for _, b := range append(Backends(), "nothing") {
		if ok, why := Available(b); ok != (why == "") {
			t.Errorf("Available(%s) = %v, %q", b, ok, why)
		}
	}
	if ok, why := Available(File); !ok {
		t.Errorf("the file backend works everywhere, but: %s", why)
	}
	if runtime.GOOS != "linux" {
		return
	}
	t.Setenv("PATH", t.TempDir())
	t.Setenv("DISABLE_KWALLET", "")
	t.Setenv("XDG_DATA_DIRS", t.TempDir())
	for b, want := range map[Backend]string{
		Keychain: "macOS", WinCred: "Windows", Pass: "pass is not installed", "nothing": "no keyring backend",
	} {
		if _, why := Available(b); !strings.Contains(why, want) {
			t.Errorf("Available(%s): %q, want %q in it", b, why, want)
		}
	}
	if busguard.Why() != "" {
		for _, b := range []Backend{SecretService, KWallet} {
			if _, why := Available(b); why != busguard.Why() {
				t.Errorf("Available(%s): %q, want the guard's reason", b, why)
			}
		}
	}
}

func TestPassNeedsGPG(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("pass does not run on Windows")
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	program(t, dir, "pass")
	if _, why := Available(Pass); !strings.Contains(why, "gpg") {
		t.Errorf("without gpg: %q", why)
	}
	program(t, dir, "gpg")
	if ok, why := Available(Pass); !ok {
		t.Errorf("with both: %q", why)
	}
}

func program(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestKWalletNeedsVersion5(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("KDE Wallet is used on Linux")
	}
	bin, data := t.TempDir(), t.TempDir()
	t.Setenv("PATH", bin)
	t.Setenv("XDG_DATA_DIRS", "/nonexistent:"+data)
	t.Setenv("DISABLE_KWALLET", "")
	program(t, bin, "kwalletd6")
	if why := noKWallet(); !strings.Contains(why, "kwalletd5") {
		t.Errorf("with version 6: %q", why)
	}
	services := filepath.Join(data, "dbus-1", "services")
	if err := errors.Join(os.MkdirAll(services, 0o700),
		os.WriteFile(filepath.Join(services, "org.kde.kwalletd5.service"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if why := noKWallet(); why != "" {
		t.Errorf("with its D-Bus service: %q", why)
	}
	t.Setenv("XDG_DATA_DIRS", "")
	program(t, bin, "kwalletd5")
	if why := noKWallet(); why != "" {
		t.Errorf("with its program: %q", why)
	}
	t.Setenv("DISABLE_KWALLET", "1")
	if why := noKWallet(); !strings.Contains(why, "DISABLE_KWALLET") {
		t.Errorf("switched off: %q", why)
	}
}

func TestOpenNeverFallsThrough(t *testing.T) {
	if busguard.Why() == "" {
		t.Skip("this machine has a session bus")
	}
	dir := t.TempDir()
	p := &person{answers: []string{"pw", "pw"}}
	s, err := Open(t.Context(), Config{Backend: SecretService, Dir: dir, Passphrase: p.answer})
	if s != nil || len(p.asked) != 0 {
		t.Fatalf("Open = %v, asked %d times", s, len(p.asked))
	}
	k := keyringError(t, err)
	if k.Backend != "secret-service" || k.Op != "open" || !strings.Contains(k.Error(), busguard.Why()) {
		t.Errorf("error %v", k)
	}
	if runtime.GOOS == "linux" && k.Hint != hintNoBus {
		t.Errorf("hint %q", k.Hint)
	}
	for _, b := range []Backend{"", "keyctl", "nothing"} {
		if _, err := Open(t.Context(), Config{Backend: b}); keyringError(t, err).Hint == "" {
			t.Errorf("Open(%q) = %v", b, err)
		}
	}
}

func TestMissingItemsOfEveryKind(t *testing.T) {
	for _, missing := range []error{nil, keyring.ErrKeyNotFound, &fs.PathError{Op: "remove", Path: "x", Err: syscall.ENOENT}} {
		f := newFake()
		f.missing = missing
		s := openFake(t, f, Config{})
		if err := s.Delete(t.Context(), "a"); err != nil {
			t.Errorf("Delete where the library says %v: %v", missing, err)
		}
		f.before = func(op, _ string) error {
			if op == "get" {
				return missing
			}
			return nil
		}
		if err := get(s, "a"); !errors.Is(err, store.ErrNoSecret) {
			t.Errorf("Get where the library says %v: %v", missing, err)
		}
	}
}

func TestErrorsHaveHints(t *testing.T) {
	for _, tt := range []struct {
		backend Backend
		err     error
		hint    string
		locked  bool
	}{
		{SecretService, errors.New("Cannot get secret of a locked object"), hintUnlock, true},
		{SecretService, errors.New("Cannot create an item in a locked collection"), hintUnlock, true},
		{SecretService, errors.New(`Object does not exist at path “/”`), hintCollection, true},
		{SecretService, errors.New("dbus: connection closed by user"), hintRestart, false},
		{SecretService, errors.New("EOF"), hintRestart, false},
		{SecretService, errors.New("The name org.freedesktop.secrets was not provided by any .service files"), hintNoService, false},
		{SecretService, errors.New("Did not receive a reply"), hintSilent, false},
		{KWallet, errors.New("dbus: connection closed by user"), hintRestart, false},
		{Pass, errors.New("gpg: decryption failed: No secret key"), hintGPG, true},
		{Pass, errors.New("/usr/bin/pass: line 386: gpg: command not found"), "gnupg", false},
		{WinCred, errors.New("The stub received bad data"), "2,560", false},
		{WinCred, errors.New("A specified logon session does not exist"), "password", true},
		{Keychain, errors.New("User interaction is not allowed. (-25308)"), "unlock-keychain", true},
		{Keychain, errors.New("User canceled the operation. (-128)"), "allow", true},
		{File, &fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, hintSpace, false},
		{File, &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, hintRights, false},
		{File, fmt.Errorf("reading: %w", errDamaged), hintDamaged, false},
		{SecretService, context.Canceled, "", false},
		{SecretService, errors.New("something else"), "", false},
		{File, errors.New("Cannot get secret of a locked object"), "", false},
	} {
		k := keyringError(t, explain(tt.backend, "read", tt.err))
		if !strings.Contains(k.Hint, tt.hint) || tt.hint == "" && k.Hint != "" || k.Locked != tt.locked {
			t.Errorf("%s, %q: hint %q, locked %v; want %q, %v", tt.backend, tt.err, k.Hint, k.Locked, tt.hint, tt.locked)
		}
		if !errors.Is(k, tt.err) || k.Backend != string(tt.backend) {
			t.Errorf("%s, %q became %v", tt.backend, tt.err, k)
		}
	}
}

func TestDecoderErrorsDoNotQuoteTheValue(t *testing.T) {
	f := newFake()
	s := openFake(t, f, Config{})
	var target struct{ Data []byte }
	for _, text := range []string{"~secret", `{"Data": 5}`, `{"Data": "~"}`} {
		quoting := jsonError(text, &target)
		f.before = func(string, string) error { return quoting }
		if err := get(s, "a"); !errors.Is(err, errDamaged) || strings.Contains(err.Error(), "~") {
			t.Errorf("the decoder says %q, Get says %v", quoting, err)
		}
	}
}

func TestProve(t *testing.T) {
	f := newFake()
	s := openFake(t, f, Config{})
	if err := Prove(t.Context(), s); err != nil || len(f.names()) != 0 {
		t.Errorf("Prove = %v, left %q", err, f.names())
	}
	for name, c := range map[string]changed{
		"loses the value":   {Secrets: s, get: func([]byte, error) ([]byte, error) { return nil, store.ErrNoSecret }},
		"changes the value": {Secrets: s, get: func(v []byte, err error) ([]byte, error) { return append(v, 'x'), err }},
		"cannot be read":    {Secrets: s, get: func([]byte, error) ([]byte, error) { return nil, errKilled }},
		"keeps the value":   {Secrets: s, get: func([]byte, error) ([]byte, error) { return []byte("v"), nil }},
		"cannot remove":     {Secrets: s, remove: errKilled},
	} {
		if err := Prove(t.Context(), c); err == nil {
			t.Errorf("a keyring that %s is proven", name)
		}
	}
	f.before = func(string, string) error { return errKilled }
	if err := Prove(t.Context(), s); !errors.Is(err, errKilled) {
		t.Errorf("Prove of a broken keyring = %v", err)
	}
}

// changed is a keyring that does not do what it is told.
type changed struct {
	store.Secrets
	get    func([]byte, error) ([]byte, error)
	remove error
}

func (c changed) Get(ctx context.Context, s store.Slot) ([]byte, error) {
	v, err := c.Secrets.Get(ctx, s)
	if c.get == nil {
		return v, err
	}
	return c.get(v, err)
}

func (c changed) Delete(ctx context.Context, s store.Slot) error {
	return errors.Join(c.Secrets.Delete(ctx, s), c.remove)
}
