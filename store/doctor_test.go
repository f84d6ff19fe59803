package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

// patient is a store with two keys and their secrets, in perfect health.
func patient(t *testing.T) (*Store, Secrets) {
	t.Helper()
	ctx := context.Background()
	home := t.TempDir()
	// Others may look into a folder made by the test framework.
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	s := openStore(t, home)
	secrets := NewMemorySecrets()
	for _, name := range []string{"a", "b"} {
		keyID := "key of " + name
		r := testRecord(name)
		r.KeyID, r.Fingerprint = MaskKeyID(keyID), Fingerprint(keyID)
		c := exchanges.Credential{KeyID: keyID, Secret: exchanges.NewSecret(canarySecret)}
		if err := NewVault(secrets).PutCredential(ctx, &r, c); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Update(func(d *Draft) error { return d.Add(r) }); err != nil {
			t.Fatal(err)
		}
		if err := s.Audit(ctx, VaultAnchor{secrets}, Event{Action: ActionAdded, Key: name}); err != nil {
			t.Fatal(err)
		}
	}
	return s, secrets
}

func TestDoctorFindsNothingWhereNothingIs(t *testing.T) {
	s, secrets := patient(t)
	subjects := map[string]bool{}
	for _, f := range Doctor(context.Background(), s, secrets, nil) {
		subjects[f.Subject] = true
		if f.Level != LevelOK || f.Text == "" {
			t.Errorf("%+v", f)
		}
	}
	for _, subject := range []string{"config.toml", "lock", "keys.toml", "keys.toml.bak", "keyring", "audit.log"} {
		if !subjects[subject] {
			t.Errorf("nothing is said of %s", subject)
		}
	}
}

func TestDoctorFindsWhatIsWrong(t *testing.T) {
	ctx := context.Background()
	record := func(s *Store, name string) *Record {
		r, _ := s.Snapshot().ByName(name)
		return r
	}
	for what, c := range map[string]struct {
		harm    func(*testing.T, *Store, Secrets)
		level   Level
		subject string
		text    string
	}{
		"a record without its secret": {func(t *testing.T, s *Store, k Secrets) {
			_ = NewVault(k).DeleteCredential(ctx, record(s, "a"))
		}, LevelProblem, `"a"`, "no secret"},
		"another key's secret": {func(t *testing.T, s *Store, k Secrets) {
			_ = NewVault(k).DeleteCredential(ctx, record(s, "b"))
			_ = NewVault(k).PutCredential(ctx, record(s, "b"), exchanges.Credential{KeyID: "other"})
		}, LevelProblem, `"b"`, "another key"},
		"a spoilt secret": {func(t *testing.T, s *Store, k Secrets) {
			_ = k.Put(ctx, record(s, "b").SecretSlot(), []byte("garbage"))
		}, LevelProblem, `"b"`, "not readable"},
		"a secret without its record": {func(t *testing.T, s *Store, k Secrets) {
			_ = k.Put(ctx, "key-orphan", []byte("x"))
		}, LevelWarning, "keyring", "key-orphan"},
		"keys.toml cannot be read": {func(t *testing.T, s *Store, k Secrets) {
			writeFile(t, s.Paths().Keys, "garbage")
		}, LevelProblem, "keys.toml", "not readable"},
		"the backup cannot be read": {func(t *testing.T, s *Store, k Secrets) {
			_ = os.Remove(s.Paths().Backup())
			writeFile(t, s.Paths().Backup(), "garbage")
		}, LevelWarning, "keys.toml.bak", "cannot be read"},
		"a save that did not end": {func(t *testing.T, s *Store, k Secrets) {
			writeFile(t, s.Paths().Keys+".ABC.tmp", "half")
		}, LevelWarning, "keys.toml.ABC.tmp", "did not end"},
		"the audit log was shortened": {func(t *testing.T, s *Store, k Secrets) {
			writeFile(t, s.Paths().Audit, "")
		}, LevelProblem, "audit.log", "remembers 2"},
		"the audit log is not anchored": {func(t *testing.T, s *Store, k Secrets) {
			_ = k.Delete(ctx, anchorSlot)
		}, LevelWarning, "audit.log", "cannot vouch"},
		"the anchor is spoilt": {func(t *testing.T, s *Store, k Secrets) {
			_ = k.Put(ctx, anchorSlot, []byte("garbage"))
		}, LevelProblem, "audit.log", "audit-head"},
		"an unfinished audit line": {func(t *testing.T, s *Store, k Secrets) {
			writeFile(t, s.Paths().Audit, readFile(t, s.Paths().Audit)+"half")
		}, LevelWarning, "audit.log", "unfinished"},
		"others may read": {func(t *testing.T, s *Store, k Secrets) {
			if runtime.GOOS == "windows" {
				t.Skip("no modes on Windows")
			}
			_ = os.Chmod(s.Paths().Keys, 0o644)
		}, LevelWarning, "/keys.toml", "mode 644"},
	} {
		t.Run(what, func(t *testing.T) {
			s, secrets := patient(t)
			c.harm(t, s, secrets)
			wantFinding(t, Doctor(ctx, s, secrets, nil), c.level, c.subject, c.text)
		})
	}
}

func wantFinding(t *testing.T, all []Finding, level Level, subject, text string) {
	t.Helper()
	found := false
	for _, f := range all {
		found = found || f.Level == level && strings.HasSuffix(f.Subject, subject) && strings.Contains(f.Text, text)
		if f.Level == LevelProblem && f.Hint == "" {
			t.Errorf("%+v does not say what to do", f)
		}
		if strings.Contains(f.Text+f.Hint, canarySecret) {
			t.Errorf("%+v shows a secret", f)
		}
	}
	if !found {
		t.Errorf("no %s of %s that says %q in %+v", level, subject, text, all)
	}
}

func TestDoctorOnSettings(t *testing.T) {
	s, err := openWithConfig(t, "colour = 1\n[key.grid]\nrotate_every = \"1d\"\n[key.Bot]\nnonce = \"us\"\n")
	if err != nil {
		t.Fatal(err)
	}
	addKeys(t, s, "bot")
	all := Doctor(context.Background(), s, NewMemorySecrets(), nil)
	wantFinding(t, all, LevelWarning, "config.toml:1", "colour")
	wantFinding(t, all, LevelWarning, "config.toml", `"grid"`)
	for _, f := range all {
		if strings.Contains(f.Text, `"Bot"`) {
			t.Errorf("%+v, but there is a key of that name", f)
		}
	}
}

func TestDoctorWithoutAKeyringSaysWhy(t *testing.T) {
	s, _ := patient(t)
	why := &KeyringError{Backend: "secret-service", Op: "open", Hint: "Start a desktop session.", Err: errors.New("no bus")}
	all := Doctor(context.Background(), s, nil, why)
	wantFinding(t, all, LevelProblem, "keyring", "no bus")
	wantFinding(t, all, LevelOK, "audit.log", "2 entries")
	for _, f := range Doctor(context.Background(), s, nil, nil) {
		if f.Subject == "keyring" && f.Level != LevelProblem {
			t.Errorf("%+v", f)
		}
	}
}

func TestDoctorStopsWhenAsked(t *testing.T) {
	s, secrets := patient(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	all := Doctor(ctx, s, secrets, nil)
	found := false
	for _, f := range all {
		found = found || f.Subject == "keyring" && f.Level != LevelOK
	}
	if !found {
		t.Errorf("a keyring that was not asked is called healthy: %+v", all)
	}
}

func TestDoctorOnAReadOnlyStore(t *testing.T) {
	s, secrets := patient(t)
	second := openStore(t, s.opts.Home)
	left := filepath.Join(s.opts.Home, "keys.toml.ABC.tmp")
	writeFile(t, left, "half")
	wantFinding(t, Doctor(context.Background(), second, secrets, nil), LevelWarning, "lock", "pid")
	if _, err := os.Stat(left); err != nil {
		t.Error("the doctor changed something")
	}
}
