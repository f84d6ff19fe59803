package store

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyrota/keyrota/exchanges"
)

// schemaZero is a schema that never was: it called an environment "network".
const schemaZero = `# old
schema = 0
keyring = "pass"
[[key]]
id = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
name = "grid-bot"
exchange = "binance"
network = "live"
key_id = "vmPU…uh8A"
fingerprint = "00"
added = "2026-08-18T22:30:00Z"
`

// withZero are the steps of this keyrota and the one from schema 0.
func withZero(step migration) map[int]migration {
	steps := maps.Clone(migrations)
	steps[0] = step
	return steps
}

// fromZero is the step from it to schema 1.
func fromZero(doc map[string]any) error {
	keys, ok := doc["key"].([]map[string]any)
	if !ok {
		return errors.New("no keys")
	}
	for _, k := range keys {
		k["environment"] = k["network"]
		delete(k, "network")
	}
	return nil
}

func TestAnOlderSchemaIsBackedUpAndMigrated(t *testing.T) {
	home := t.TempDir()
	s := openStore(t, home)
	s.steps = withZero(fromZero)
	writeFile(t, s.Paths().Keys, schemaZero)

	snapshot, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := snapshot.ByName("grid-bot"); !ok || r.Environment != exchanges.Live || s.Keyring() != "pass" {
		t.Errorf("record %+v, keyring %q", r, s.Keyring())
	}
	if got := readFile(t, s.Paths().Keys+".v0.bak"); got != schemaZero {
		t.Error("the old file is not kept as it was")
	}
	if got := readFile(t, s.Paths().Keys); !strings.HasPrefix(got, fileComment+"schema = 4\n") {
		t.Errorf("the new file is not saved:\n%s", got)
	}
	addKeys(t, s, "b") // the store knows what it wrote
	_ = s.Close()
	after, err := openStore(t, home).Load() // no step is needed any more
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, after, "b", "grid-bot")
}

func TestAReadOnlyInstanceMigratesInMemory(t *testing.T) {
	home := t.TempDir()
	openStore(t, home)
	s := openStore(t, home)
	s.steps = withZero(fromZero)
	writeFile(t, s.Paths().Keys, schemaZero)
	snapshot, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, snapshot, "grid-bot")
	if got := folder(t, home); strings.Contains(got, "bak") || readFile(t, s.Paths().Keys) != schemaZero {
		t.Errorf("something was written: %s", got)
	}
}

func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	for what, steps := range map[string]map[int]migration{
		"no step":     {},
		"step fails":  withZero(func(map[string]any) error { return errors.New("odd content") }),
		"step spoils": withZero(func(doc map[string]any) error { doc["surprise"] = 1; return nil }),
	} {
		t.Run(what, func(t *testing.T) {
			s := openStore(t, t.TempDir())
			s.steps = steps
			writeFile(t, s.Paths().Keys, schemaZero)
			_, err := s.Load()
			wantError(t, err, ErrCorrupt)
			if readFile(t, s.Paths().Keys) != schemaZero {
				t.Error("the file changed")
			}
		})
	}
	t.Run("backup fails", func(t *testing.T) {
		s := openStore(t, t.TempDir())
		s.steps = withZero(fromZero)
		s.disk = brokenDisk(s.disk, "create", os.ErrPermission)
		writeFile(t, s.Paths().Keys, schemaZero)
		_, err := s.Load()
		wantError(t, err, os.ErrPermission)
		if readFile(t, s.Paths().Keys) != schemaZero {
			t.Error("migrated without a backup")
		}
	})
}

func TestANewerSchemaIsRefused(t *testing.T) {
	s := openStore(t, t.TempDir())
	newer := "schema = 5\nfuture = true\n" + key("a", "a", `colour = "red"`)
	writeFile(t, s.Paths().Keys, newer)
	_, err := s.Load()
	wantError(t, err, ErrNewer)
	if _, err := s.Update(func(d *Draft) error { return d.Add(testRecord("b")) }); !errors.Is(err, ErrNewer) {
		t.Errorf("Update = %v", err)
	}
	if readFile(t, s.Paths().Keys) != newer {
		t.Error("the file changed")
	}
}

// TestEverySchemaThatThereWasIsRead: what keyrota once wrote it reads for ever,
// and says the same of it.
func TestEverySchemaThatThereWasIsRead(t *testing.T) {
	first := fullRecord()
	first.Source, first.Facts.Since, first.Check.Failing, first.Check.Clock, first.Past, first.Accepted = "", time.Time{}, time.Time{}, exchanges.Clock{}, nil, nil
	second := first
	first.Slot, first.SubAccount, first.Manager, first.Consumers = "", "", false, first.Consumers[:2]
	for version, want := range map[string]Record{"v1": first, "v2": second, "v3": second} {
		t.Run(version, func(t *testing.T) { readsOldSchema(t, version, want) })
	}
}

// readsOldSchema loads a file of testdata, wants it kept, and the same records
// from what was written in its place.
func readsOldSchema(t *testing.T, version string, want Record) {
	old := readFile(t, filepath.Join("testdata", "keys-"+version+".toml"))
	home := t.TempDir()
	s := openStore(t, home)
	writeFile(t, s.Paths().Keys, old)
	snapshot, err := s.Load()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, snapshot.Records()[0], sameRecord); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	if names := []string{"grid-bot", "paper", "phx-bot"}; version == "v3" {
		wantNames(t, snapshot, names...)
	} else {
		wantNames(t, snapshot, names[:2]...)
	}
	if r := snapshot.Records()[0]; want.Slot == "" && (r.SecretSlot() != Slot("key-"+r.ID) || r.Consumers[0].Handover() != HandHook) {
		t.Errorf("its secret is looked for in %s, its consumer is served by %s", r.SecretSlot(), r.Consumers[0].Handover())
	}
	if readFile(t, s.Paths().Keys+"."+version+".bak") != old {
		t.Error("the old file is not kept as it was")
	}
	_ = s.Close()
	again, err := openStore(t, home).Load()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(snapshot.Records(), again.Records(), sameRecord); diff != "" {
		t.Errorf("after the migration (-before +after):\n%s", diff)
	}
}
