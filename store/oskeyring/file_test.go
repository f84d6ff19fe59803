package oskeyring

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/secretstest"
)

// person answers passphrase requests in order and notes what was asked.
type person struct {
	answers []string
	asked   []PassphraseRequest
}

func (p *person) answer(_ context.Context, r PassphraseRequest) ([]byte, error) {
	p.asked = append(p.asked, r)
	if len(p.answers) == 0 {
		return nil, errors.New("asked too often")
	}
	a := p.answers[0]
	p.answers = p.answers[1:]
	return []byte(a), nil
}

func openFileWith(t *testing.T, dir string, answers ...string) (store.Secrets, *person, error) {
	t.Helper()
	p := &person{answers: answers}
	s, err := Open(t.Context(), Config{Backend: File, Dir: dir, Passphrase: p.answer})
	return s, p, err
}

// writeQuickHeader makes dir a file backend that opens with a passphrase. It
// asks little of Argon2id: tests need not wait for what makes guessing slow.
func writeQuickHeader(t *testing.T, dir, passphrase string) {
	t.Helper()
	h := newHeader()
	h.Time, h.Memory, h.Threads = 1, 64, 1
	_, h.Sentinel = h.derive([]byte(passphrase))
	if err := errors.Join(os.MkdirAll(dir, 0o700), h.write(dir)); err != nil {
		t.Fatal(err)
	}
}

// newFiles returns an open file backend in a new folder.
func newFiles(t *testing.T) (s store.Secrets, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "secrets")
	writeQuickHeader(t, dir, "pw")
	s, _, err := openFileWith(t, dir, "pw")
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestFileConformance(t *testing.T) {
	s, dir := newFiles(t)
	secretstest.Run(t, func(*testing.T) store.Secrets { return s })
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != headerFile {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
}

func TestFileIsCreatedWithPassphraseAskedTwice(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "secrets")
	_, p, err := openFileWith(t, dir, "", "one", "two", "pw", "pw")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.asked) != 5 {
		t.Fatalf("asked %d times: %+v", len(p.asked), p.asked)
	}
	for i, want := range []PassphraseRequest{
		{New: true},
		{New: true, Problem: "an empty passphrase protects nothing"},
		{New: true, Confirm: true},
		{New: true, Problem: "the two passphrases differ"},
		{New: true, Confirm: true},
	} {
		want.Dir = dir
		if p.asked[i] != want {
			t.Errorf("request %d = %+v, want %+v", i, p.asked[i], want)
		}
	}
	if _, p, err = openFileWith(t, dir, "pw"); err != nil || len(p.asked) != 1 || p.asked[0].New {
		t.Errorf("opened again: %v, asked %+v", err, p.asked)
	}
}

func TestFileIsNotCreatedWithoutPassphrase(t *testing.T) {
	dir := t.TempDir()
	_, _, err := openFileWith(t, dir, "", "", "")
	if k := keyringError(t, err); !k.Locked || !errors.Is(err, errNoPassphrase) {
		t.Errorf("three empty answers: %v", err)
	}
	if _, err := Open(t.Context(), Config{Backend: File, Dir: dir}); !strings.Contains(keyringError(t, err).Hint, "--passphrase-file") {
		t.Errorf("nobody to ask: %v", err)
	}
	if _, err := Open(t.Context(), Config{Backend: File}); err == nil {
		t.Error("no folder: no error")
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
}

func TestFileWrongPassphraseIsAskedAgainAndChangesNothing(t *testing.T) {
	s, dir := newFiles(t)
	if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	_, p, err := openFileWith(t, dir, "wrong", "", "PW", "pw")
	if k := keyringError(t, err); !k.Locked || k.Op != "open" || k.Hint == "" || !errors.Is(err, errWrongPassphrase) {
		t.Errorf("three wrong answers: %v, %+v", err, k)
	}
	wrong := PassphraseRequest{Dir: dir, Problem: "that is not the passphrase"}
	if want := []PassphraseRequest{{Dir: dir}, wrong, wrong}; !slices.Equal(p.asked, want) {
		t.Errorf("asked %+v, want %+v", p.asked, want)
	}
	if after := snapshot(t, dir); after != before {
		t.Error("a wrong passphrase changed the folder")
	}
}

func TestFileRightPassphraseAfterWrongOne(t *testing.T) {
	s, dir := newFiles(t)
	if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
		t.Fatal(err)
	}
	again, _, err := openFileWith(t, dir, "wrong", "pw")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := again.Get(t.Context(), "a"); err != nil || string(got) != "v" {
		t.Errorf("Get = %q, %v", got, err)
	}
}

// snapshot returns the names and contents of a folder.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		text, readErr := os.ReadFile(filepath.Join(dir, e.Name()))
		err = errors.Join(err, readErr)
		b.WriteString(e.Name() + "\n" + string(text) + "\n")
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFileLibraryNeverSeesThePassphrase(t *testing.T) {
	s, dir := newFiles(t)
	if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
		t.Fatal(err)
	}
	lib, err := keyring.Open(keyring.Config{
		AllowedBackends: []keyring.BackendType{keyring.FileBackend}, FileDir: dir,
		FilePasswordFunc: keyring.FixedStringPrompt("pw"),
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := lib.Get(itemName("a", kindSecret)); err == nil {
		t.Error("the passphrase opens the item without Argon2id")
	}
}

func TestFileKDFIsWhatIsPromised(t *testing.T) {
	salts := map[string]bool{}
	for range 2 {
		dir := t.TempDir()
		if _, _, err := openFileWith(t, dir, "pw", "pw"); err != nil {
			t.Fatal(err)
		}
		h, err := readHeader(dir)
		if err != nil {
			t.Fatal(err)
		}
		if h.KDF != "argon2id" || h.Time != 3 || h.Memory != 64<<10 || h.Threads != 4 || len(h.Salt) != 16 {
			t.Errorf("header %+v", h)
		}
		salts[string(h.Salt)] = true
	}
	if len(salts) != 2 {
		t.Error("two folders have the same salt")
	}
}

func TestFileModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil { // a folder that was made by hand
		t.Fatal(err)
	}
	s, _, err := openFileWith(t, dir, "pw", "pw")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]fs.FileMode{dir: 0o700, filepath.Join(dir, headerFile): 0o600, filepath.Join(dir, itemName("a", kindSecret)): 0o600} {
			info, err := os.Stat(path)
			if err != nil || info.Mode().Perm() != want {
				t.Errorf("%s has mode %v, want %v (%v)", path, info.Mode().Perm(), want, err)
			}
		}
		if err := os.Chmod(filepath.Join(dir, itemName("a", kindSecret)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFileItemOfZeroBytesIsRecoveredFromCopy(t *testing.T) {
	s, dir := newFiles(t)
	secret, spare := filepath.Join(dir, itemName("a", kindSecret)), filepath.Join(dir, itemName("a", kindCopy))
	if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range []int{0, 1, len(text) / 2, len(text) - 1} {
		// The library keys an item by its file name alone, so the copy may
		// be made with a plain rename.
		if err := errors.Join(os.WriteFile(spare, text, 0o600), os.WriteFile(secret, text[:left], 0o600)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "v" {
			t.Errorf("%d of %d bytes: %q, %v", left, len(text), got, err)
		}
		if err := os.Remove(spare); err != nil {
			t.Fatal(err)
		}
		if err := get(s, "a"); !errors.Is(err, errDamaged) {
			t.Errorf("%d of %d bytes and no copy: %v", left, len(text), err)
		}
	}
	if err := s.Put(t.Context(), "a", []byte("w")); err != nil {
		t.Errorf("Put over a damaged item: %v", err)
	}
}

func TestFileIgnoresStrayFiles(t *testing.T) {
	s, dir := newFiles(t)
	for _, name := range []string{".DS_Store", "keyrota.a.secret.tmp", "notes", "keyrota.A.secret"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	if slots, err := s.List(t.Context()); err != nil || len(slots) != 0 {
		t.Errorf("List = %q, %v", slots, err)
	}
}

func TestFileUnreadableFolderIsNotEmpty(t *testing.T) {
	s, dir := newFiles(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if slots, err := s.List(t.Context()); err == nil {
		t.Errorf("List of a folder that is gone = %q", slots)
	}
}

func TestFileLostHeaderIsNeverReplaced(t *testing.T) {
	valid := newHeader()
	valid.Sentinel = make([]byte, 32)
	for name, spoil := range map[string]func(h *header) string{
		"missing":      nil,
		"empty":        func(*header) string { return "" },
		"no JSON":      func(*header) string { return "{" },
		"other KDF":    func(h *header) string { h.KDF = "md5"; return marshal(h) },
		"no salt":      func(h *header) string { h.Salt = nil; return marshal(h) },
		"no sentinel":  func(h *header) string { h.Sentinel = nil; return marshal(h) },
		"zero time":    func(h *header) string { h.Time = 0; return marshal(h) },
		"all memory":   func(h *header) string { h.Memory = 1 << 31; return marshal(h) },
		"zero threads": func(h *header) string { h.Threads = 0; return marshal(h) },
		"version 0":    func(h *header) string { h.Version = 0; return marshal(h) },
		"version 2":    func(h *header) string { h.Version = 2; return marshal(h) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			item := filepath.Join(dir, itemName("a", kindSecret))
			err := os.WriteFile(item, []byte("token"), 0o600)
			if h := valid; spoil != nil {
				err = errors.Join(err, os.WriteFile(filepath.Join(dir, headerFile), []byte(spoil(&h)), 0o600))
			}
			if err != nil {
				t.Fatal(err)
			}
			before := snapshot(t, dir)
			_, p, err := openFileWith(t, dir, "pw", "pw")
			if k := keyringError(t, err); !strings.Contains(k.Hint, "backup") || len(p.asked) != 0 {
				t.Errorf("with items: %v, hint %q, asked %d times", err, k.Hint, len(p.asked))
			}
			if snapshot(t, dir) != before {
				t.Error("the folder was changed")
			}
			if err := os.Remove(item); err != nil || spoil == nil {
				return
			}
			_, _, err = openFileWith(t, dir, "pw", "pw")
			if k := keyringError(t, err); !strings.Contains(k.Hint, "start over") {
				t.Errorf("without items: %v, hint %q", err, k.Hint)
			}
		})
	}
}

func marshal(h *header) string {
	text, err := json.Marshal(h)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestFileFasterInstanceWins(t *testing.T) {
	dir := t.TempDir()
	asked := 0
	slow := func(_ context.Context, r PassphraseRequest) ([]byte, error) {
		if asked++; asked == 2 { // meanwhile, another keyrota creates the header
			writeQuickHeader(t, dir, "theirs")
		}
		if r.New {
			return []byte("ours"), nil
		}
		return []byte("theirs"), nil
	}
	if _, err := Open(t.Context(), Config{Backend: File, Dir: dir, Passphrase: slow}); err != nil || asked != 3 {
		t.Errorf("Open = %v after %d questions, want the other's passphrase to be asked for", err, asked)
	}
}

func TestWriteExclusiveReplacesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), headerFile)
	if err := writeExclusive(path, []byte("one")); err != nil {
		t.Fatal(err)
	}
	if err := writeExclusive(path, []byte("two")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the second time: %v", err)
	}
}

func TestFileAnswersMayFail(t *testing.T) {
	_, dir := newFiles(t)
	gaveUp := errors.New("gave up")
	_, err := Open(t.Context(), Config{Backend: File, Dir: dir, Passphrase: func(context.Context, PassphraseRequest) ([]byte, error) {
		return nil, gaveUp
	}})
	if _ = keyringError(t, err); !errors.Is(err, gaveUp) {
		t.Errorf("Open = %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	p := &person{answers: []string{"pw"}}
	if _, err := Open(ended, Config{Backend: File, Dir: dir, Passphrase: p.answer}); !errors.Is(err, context.Canceled) || len(p.asked) > 0 {
		t.Errorf("Open with an ended context = %v, asked %d times", err, len(p.asked))
	}
}
