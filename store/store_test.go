package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

var testNow = time.Date(2026, 11, 25, 20, 40, 0, 0, time.UTC)

func testOptions(home string) Options {
	return Options{Home: home, Actor: "andrea", Host: "box", Now: func() time.Time { return testNow }}
}

func openStore(t *testing.T, home string) *Store {
	t.Helper()
	s, err := Open(testOptions(home))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// testRecord returns a record with as little as is needed.
func testRecord(name string) Record {
	keyID := "vmPU-" + name + "-public-half-uh8A"
	return Record{
		ID: NewRecordID(), Name: name, Exchange: "binance", Environment: exchanges.Live,
		KeyID: MaskKeyID(keyID), Fingerprint: Fingerprint(keyID), Added: testNow,
	}
}

func addKeys(t *testing.T, s *Store, names ...string) *Snapshot {
	t.Helper()
	snapshot, err := s.Update(func(d *Draft) error {
		for _, name := range names {
			if err := d.Add(testRecord(name)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return snapshot
}

func names(s *Snapshot) []string {
	var all []string
	for _, r := range s.Records() {
		all = append(all, r.Name)
	}
	return all
}

func wantNames(t *testing.T, s *Snapshot, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, names(s)); diff != "" {
		t.Errorf("names (-want +got):\n%s", diff)
	}
}

// wantError checks the sentinel, and that the person is told what to do.
func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("error = %v, want %v", err, want)
	}
	if Hint(err) == "" {
		t.Errorf("%v has no hint", err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestKeysSurviveARestart(t *testing.T) {
	home := filepath.Join(t.TempDir(), "new", "home")
	s := openStore(t, home)
	if n := s.Snapshot().Len(); n != 0 {
		t.Errorf("%d records before Load", n)
	}
	addKeys(t, s, "tax-export", "Grid-bot")
	before, err := s.Update(func(d *Draft) error {
		r, ok := d.ByName("GRID-BOT")
		if !ok {
			return ErrNotFound
		}
		r.Purpose = "spot bot"
		return d.Replace(r)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = openStore(t, home)
	if n := s.Snapshot().Len(); n != 0 {
		t.Errorf("Open read %d records, that is for Load", n)
	}
	after, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, after, "Grid-bot", "tax-export")
	if diff := cmp.Diff(before.Records(), after.Records(), sameRecord); diff != "" {
		t.Errorf("records (-before +after):\n%s", diff)
	}
}

func TestSnapshotNeverChanges(t *testing.T) {
	s := openStore(t, t.TempDir())
	first := addKeys(t, s, "a", "b")
	id := first.Records()[0].ID
	second, err := s.Update(func(d *Draft) error {
		r, _ := d.Get(id)
		r.Name, r.Notes = "c", "changed"
		if err := d.Replace(r); err != nil {
			return err
		}
		gone, _ := d.ByName("b")
		return d.Remove(gone.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, first, "a", "b")
	wantNames(t, second, "c")
	if second.Revision <= first.Revision || s.Snapshot() != second {
		t.Errorf("revisions %d, %d; the second must be newer and the present one", first.Revision, second.Revision)
	}
	if _, ok := second.ByName("a"); ok {
		t.Error("the old name is still found")
	}
	if r, ok := second.ByID(id); !ok || r.Notes != "changed" {
		t.Error("the record is not found by its ID")
	}
}

func TestAFailedUpdateChangesNothing(t *testing.T) {
	s := openStore(t, t.TempDir())
	before := addKeys(t, s, "a")
	file := readFile(t, s.Paths().Keys)
	mine := errors.New("thought better of it")
	for what, change := range map[string]func(*Draft) error{
		"own error":        func(d *Draft) error { _ = d.Add(testRecord("b")); return mine },
		"same name":        func(d *Draft) error { return d.Add(testRecord("A")) },
		"same id":          func(d *Draft) error { r := testRecord("b"); r.ID = before.Records()[0].ID; return d.Add(r) },
		"replace a ghost":  func(d *Draft) error { return d.Replace(testRecord("b")) },
		"remove a ghost":   func(d *Draft) error { return d.Remove(NewRecordID()) },
		"unknown exchange": func(d *Draft) error { r := testRecord("b"); r.Exchange = "Binance!"; return d.Add(r) },
		"no environment":   func(d *Draft) error { r := testRecord("b"); r.Environment = ""; return d.Add(r) },
		"bad id":           func(d *Draft) error { r := testRecord("b"); r.ID = "../x"; return d.Add(r) },
		"long notes":       func(d *Draft) error { r := testRecord("b"); r.Notes = strings.Repeat("x", MaxNotes+1); return d.Add(r) },
		"long command": func(d *Draft) error {
			r := testRecord("b")
			r.Consumers = []Consumer{{Name: "bot", OnRotate: strings.Repeat("x", exchanges.MaxText+1)}}
			return d.Add(r)
		},
		"long list": func(d *Draft) error {
			r := testRecord("b")
			r.Facts.IPs.Entries = make([]string, maxList+1)
			return d.Add(r)
		},
	} {
		t.Run(what, func(t *testing.T) {
			got, err := s.Update(change)
			if err == nil || got != nil {
				t.Fatalf("Update = %v, %v; want an error", got, err)
			}
			if s.Snapshot() != before || readFile(t, s.Paths().Keys) != file {
				t.Error("something changed")
			}
		})
	}
	if _, err := s.Update(func(*Draft) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("the caller's error became %v", err)
	}
}

func TestATakenNameIsToldApart(t *testing.T) {
	s := openStore(t, t.TempDir())
	addKeys(t, s, "a", "b")
	_, err := s.Update(func(d *Draft) error { return d.Add(testRecord("A")) })
	wantError(t, err, ErrExists)
	_, err = s.Update(func(d *Draft) error { r, _ := d.ByName("a"); r.Name = "B"; return d.Replace(r) })
	wantError(t, err, ErrExists)
	// A change of case only is no clash with oneself.
	after, err := s.Update(func(d *Draft) error { r, _ := d.ByName("a"); r.Name = "A"; return d.Replace(r) })
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, after, "A", "b")
}

func TestNamesCanBeSwappedAndReused(t *testing.T) {
	s := openStore(t, t.TempDir())
	addKeys(t, s, "old", "other")
	after, err := s.Update(func(d *Draft) error {
		r, _ := d.ByName("old")
		if err := d.Remove(r.ID); err != nil {
			return err
		}
		return d.Add(r) // the same ID and name again
	})
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, after, "old", "other")
}

func TestUpdateWithoutAChangeSavesNothing(t *testing.T) {
	s := openStore(t, t.TempDir())
	before := addKeys(t, s, "a")
	s.disk = brokenDisk(realDisk(), "create", errors.New("no save expected"))
	got, err := s.Update(func(*Draft) error { return nil })
	if err != nil || got != before {
		t.Errorf("Update = %p, %v; want the present snapshot %p", got, err, before)
	}
}

func TestNames(t *testing.T) {
	for _, good := range []string{"a", "grid-bot", "Grid bot (2)", "日本語", "é", strings.Repeat("x", MaxName)} {
		if err := CheckName(good); err != nil {
			t.Errorf("%q is refused: %v", good, err)
		}
	}
	for what, bad := range map[string]string{
		"empty": "", "space before": " a", "space after": "a ", "too long": strings.Repeat("x", MaxName+1),
		"escape": "a\x1b[31m", "newline": "a\nb", "tab": "a\tb", "bidi": "a\u202eb", "zero width": "a\u200bb", "not UTF-8": "a\xff",
	} {
		err := CheckName(bad)
		if err == nil || Hint(err) == "" {
			t.Errorf("%s: error %v, hint %q; want both", what, err, Hint(err))
		} else if strings.ContainsAny(err.Error(), "\x1b\u202e\n") {
			t.Errorf("%s: the error carries the characters on: %q", what, err)
		}
	}
}

func TestAnotherProgramsWriteIsNotLost(t *testing.T) {
	s := openStore(t, t.TempDir())
	before := addKeys(t, s, "a")
	theirs := readFile(t, s.Paths().Keys) + "\n# a person's edit\n"
	writeFile(t, s.Paths().Keys, theirs)

	_, err := s.Update(func(d *Draft) error { return d.Add(testRecord("b")) })
	wantError(t, err, ErrChanged)
	if readFile(t, s.Paths().Keys) != theirs || s.Snapshot() != before {
		t.Error("something changed")
	}
	// After reading the file again the change goes through.
	if _, err := s.Load(); err != nil {
		t.Fatal(err)
	}
	wantNames(t, addKeys(t, s, "b"), "a", "b")

	// A file that was only touched is still the same.
	if err := os.Chtimes(s.Paths().Keys, testNow, testNow); err != nil {
		t.Fatal(err)
	}
	wantNames(t, addKeys(t, s, "c"), "a", "b", "c")

	// A file that was removed is not put back silently either.
	if err := os.Remove(s.Paths().Keys); err != nil {
		t.Fatal(err)
	}
	_, err = s.Update(func(d *Draft) error { return d.Add(testRecord("d")) })
	wantError(t, err, ErrChanged)
}

func TestALostKeysFileIsNotStartedOver(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, home)
	addKeys(t, s, "a")
	addKeys(t, s, "b")
	_ = s.Close()
	if err := os.Remove(s.Paths().Keys); err != nil {
		t.Fatal(err)
	}
	_, err := openStore(t, home).Load()
	wantError(t, err, os.ErrNotExist)
	if !strings.Contains(Hint(err), s.Paths().Backup()) {
		t.Errorf("hint %q does not name the backup", Hint(err))
	}
}

func TestUpdatesComeOneAfterTheOther(t *testing.T) {
	s := openStore(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if _, err := s.Update(func(d *Draft) error { return d.Add(testRecord(fmt.Sprintf("key-%02d", i))) }); err != nil {
				t.Error(err)
			}
			for _, r := range s.Snapshot().Records() {
				_ = r.Status()
			}
		})
	}
	wg.Wait()
	if n := s.Snapshot().Len(); n != 20 {
		t.Errorf("%d records, want 20", n)
	}
}

func TestThePinnedKeyringIsRemembered(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, home)
	if err := s.PinKeyring("secret-service"); err != nil {
		t.Fatal(err)
	}
	if err := s.PinKeyring("no such\nname"); err == nil {
		t.Error("a bad name is taken")
	}
	addKeys(t, s, "a")
	_ = s.Close()
	s = openStore(t, home)
	if _, err := s.Load(); err != nil {
		t.Fatal(err)
	}
	if got := s.Keyring(); got != "secret-service" {
		t.Errorf("Keyring = %q", got)
	}
}

// sameRecord compares records by what they say.
var sameRecord = cmp.Options{
	cmp.Comparer(func(a, b exchanges.PermissionSet) bool { return a == b }),
	cmp.Comparer(func(a, b exchanges.Moment) bool {
		ta, _ := a.Time()
		tb, _ := b.Time()
		return a.Known() == b.Known() && a.IsNever() == b.IsNever() && ta.Equal(tb)
	}),
}
