package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSecondInstanceIsReadOnlyAndNamesTheFirst(t *testing.T) {
	home := t.TempDir()
	first := openStore(t, home)
	addKeys(t, first, "a")

	second := openStore(t, home)
	reason, ro := second.ReadOnly()
	if !ro || !strings.Contains(reason, fmt.Sprintf("pid %d, andrea on box, since 2026-11-25", os.Getpid())) {
		t.Errorf("ReadOnly = %q, %v; want the first one's pid, user, host and start", reason, ro)
	}
	if s, err := second.Load(); err != nil || s.Len() != 1 {
		t.Fatalf("Load = %v, %v", s, err)
	}
	_, err := second.Update(func(d *Draft) error { return d.Add(testRecord("b")) })
	wantError(t, err, ErrReadOnly)
	if !strings.Contains(err.Error(), "pid") {
		t.Errorf("%q does not name the owner of the lock", err)
	}
	wantError(t, second.Audit(context.Background(), nil, Event{Action: ActionAdded}), ErrReadOnly)
	wantError(t, second.PinKeyring("file"), ErrReadOnly)

	// It sees what the first one writes.
	addKeys(t, first, "b")
	s, err := second.Load()
	if err != nil {
		t.Fatal(err)
	}
	wantNames(t, s, "a", "b")

	// The lock is free when its owner closes.
	if err := errors.Join(first.Close(), first.Close(), second.Close()); err != nil {
		t.Fatal(err)
	}
	third := openStore(t, home)
	if reason, ro := third.ReadOnly(); ro {
		t.Errorf("still read-only: %s", reason)
	}
	_, err = first.Update(func(d *Draft) error { return d.Add(testRecord("c")) })
	wantError(t, err, ErrReadOnly)
}

func TestOpenWaitsForTheLock(t *testing.T) {
	home := t.TempDir()
	first := openStore(t, home)
	opened := make(chan *Store)
	go func() {
		o := testOptions(home)
		o.Wait = time.Minute
		s, err := Open(o)
		if err != nil {
			t.Error(err)
		}
		opened <- s
	}()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	second := <-opened
	defer func() { _ = second.Close() }()
	if reason, ro := second.ReadOnly(); ro {
		t.Errorf("read-only after the wait: %s", reason)
	}
}

func TestNobodyWaitsForADashboard(t *testing.T) {
	home := t.TempDir()
	first, err := Open(Options{Home: home, Stays: true, Actor: "ann", Host: "box"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = first.Close() }()
	second, err := Open(Options{Home: home, Wait: time.Hour}) // the test would run into its limit
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = second.Close() }()
	if why, ro := second.ReadOnly(); !ro || !strings.Contains(why, "dashboard, pid ") || !strings.Contains(why, "ann on box") {
		t.Errorf("read-only %v: %s", ro, why)
	}
}

func TestWaitingForTheLockEnds(t *testing.T) {
	home := t.TempDir()
	openStore(t, home)
	o := testOptions(home)
	o.Wait = 2 * pollLock
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if reason, ro := s.ReadOnly(); !ro || !strings.Contains(reason, "pid") {
		t.Errorf("ReadOnly = %q, %v", reason, ro)
	}
}

func TestALockThatCannotBeMadeIsAnError(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(testOptions(home)); err == nil || !strings.Contains(err.Error(), filepath.Join(home, "lock")) {
		t.Errorf("Open = %v", err)
	}
	// Neither is a file where the folder should be.
	if _, err := Open(testOptions(filepath.Join(writeTemp(t), "home"))); err == nil {
		t.Error("a folder inside a file")
	}
}

func writeTemp(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	writeFile(t, path, "")
	return path
}

func TestReadOnlyByChoiceWritesNothing(t *testing.T) {
	home := filepath.Join(t.TempDir(), "none")
	o := testOptions(home)
	o.ReadOnly = true
	s, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Load(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(home); err == nil {
		t.Error("a folder was made")
	}
	_, err = s.Update(func(d *Draft) error { return d.Add(testRecord("a")) })
	wantError(t, err, ErrReadOnly)
	if !strings.Contains(Hint(err), "--read-only") {
		t.Errorf("hint %q", Hint(err))
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
