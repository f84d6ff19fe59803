package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// brokenDisk lets one operation of d fail.
func brokenDisk(d disk, op string, err error) disk {
	switch op {
	case "create":
		d.create = func(path string) (tempFile, error) {
			return nil, &fs.PathError{Op: "open", Path: path, Err: err}
		}
	case "write", "sync", "close":
		create, open := d.create, d.open
		d.create = func(path string) (tempFile, error) {
			f, createErr := create(path)
			return &brokenFile{tempFile: f, op: op, err: err}, createErr
		}
		d.open = func(path string) (logFile, error) {
			f, openErr := open(path)
			return &brokenLog{logFile: f, op: op, err: err}, openErr
		}
	case "rename":
		d.rename = func(from, to string) error {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
		}
	case "link":
		d.link = func(from, to string) error {
			return &os.LinkError{Op: "link", Old: from, New: to, Err: err}
		}
	case "syncDir":
		d.syncDir = func(string) error { return err }
	}
	return d
}

type brokenFile struct {
	tempFile
	op  string
	err error
}

// Write writes half, as a full disk does.
func (f *brokenFile) Write(p []byte) (int, error) {
	if f.op != "write" {
		return f.tempFile.Write(p)
	}
	n, _ := f.tempFile.Write(p[:len(p)/2])
	return n, &fs.PathError{Op: "write", Path: "temp", Err: f.err}
}

func (f *brokenFile) Sync() error {
	if f.op == "sync" {
		return f.err
	}
	return f.tempFile.Sync()
}

func (f *brokenFile) Close() error {
	err := f.tempFile.Close()
	if f.op == "close" {
		return f.err
	}
	return err
}

type brokenLog struct {
	logFile
	op  string
	err error
}

func (f *brokenLog) WriteAt(p []byte, off int64) (int, error) {
	if f.op != "write" {
		return f.logFile.WriteAt(p, off)
	}
	n, _ := f.logFile.WriteAt(p[:len(p)/2], off)
	return n, f.err
}

func (f *brokenLog) Sync() error {
	if f.op == "sync" {
		return f.err
	}
	return f.logFile.Sync()
}

// folder lists a folder's files, which tells what a failed save left behind.
func folder(t *testing.T, path string) string {
	t.Helper()
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return strings.Join(all, " ")
}

func TestAFailedSaveSaysWhyAndLosesNothing(t *testing.T) {
	for _, c := range []struct {
		op   string
		err  error
		hint string
	}{
		{"create", syscall.EROFS, "read-only"},
		{"create", syscall.EACCES, "owner and mode"},
		{"create", syscall.ENOENT, "missing"},
		{"write", syscall.ENOSPC, "full"},
		{"sync", syscall.ENOSPC, "full"},
		{"close", syscall.ENOSPC, "full"},
		{"rename", syscall.EACCES, "owner and mode"},
	} {
		if runtime.GOOS == "windows" {
			t.Skip("the numbers of these errors are those of unix")
		}
		t.Run(c.op+" "+c.err.Error(), func(t *testing.T) {
			s := openStore(t, t.TempDir())
			addKeys(t, s, "a")
			before := addKeys(t, s, "b")
			file, backup := readFile(t, s.Paths().Keys), readFile(t, s.Paths().Backup())
			files := folder(t, s.opts.Home)

			s.disk = brokenDisk(realDisk(), c.op, c.err)
			_, err := s.Update(func(d *Draft) error { return d.Add(testRecord("c")) })
			wantError(t, err, c.err)
			if !strings.Contains(Hint(err), c.hint) {
				t.Errorf("hint %q does not say %q", Hint(err), c.hint)
			}
			if !strings.Contains(err.Error(), s.Paths().Keys) || strings.Contains(err.Error(), tempSuffix) {
				t.Errorf("%q must name keys.toml and no temp file", err)
			}
			if s.Snapshot() != before || readFile(t, s.Paths().Keys) != file {
				t.Error("something changed")
			}
			if got := folder(t, s.opts.Home); got != files {
				t.Errorf("folder holds %s, before it was %s", got, files)
			}
			if got := readFile(t, s.Paths().Backup()); c.op != "rename" && got != backup {
				t.Error("the backup changed")
			}

			// When the trouble is over the same change goes through.
			s.disk = realDisk()
			wantNames(t, addKeys(t, s, "c"), "a", "b", "c")
		})
	}
}

func TestAFolderThatCannotBeFlushedIsNoFailure(t *testing.T) {
	s := openStore(t, t.TempDir())
	s.disk = brokenDisk(realDisk(), "syncDir", errors.New("not on this file system"))
	wantNames(t, addKeys(t, s, "a"), "a")
	wantNames(t, addKeys(t, s, "b"), "a", "b")
}

func TestTheBackupIsTheVersionBefore(t *testing.T) {
	for _, links := range []bool{true, false} {
		t.Run(fmt.Sprintf("hard links %v", links), func(t *testing.T) {
			s := openStore(t, t.TempDir())
			if !links {
				s.disk = brokenDisk(s.disk, "link", syscall.EPERM)
			}
			var last string
			for _, name := range []string{"a", "b", "c"} {
				addKeys(t, s, name)
				if last != "" && readFile(t, s.Paths().Backup()) != last {
					t.Errorf("after adding %s the backup is not the version before", name)
				}
				last = readFile(t, s.Paths().Keys)
			}
			if got, want := folder(t, s.opts.Home), "flows keys.toml keys.toml.bak lock"; got != want {
				t.Errorf("folder holds %s, want %s", got, want)
			}
		})
	}
}

func TestASaveFinishesWhatACrashBegan(t *testing.T) {
	// A crash after the backup's rename leaves both names on one file.
	s := openStore(t, t.TempDir())
	addKeys(t, s, "a")
	if err := os.Link(s.Paths().Keys, s.Paths().Backup()); err != nil {
		t.Skipf("no hard links here: %v", err)
	}
	first := readFile(t, s.Paths().Keys)
	addKeys(t, s, "b")
	if readFile(t, s.Paths().Backup()) != first || readFile(t, s.Paths().Keys) == first {
		t.Error("the backup must stay while the file changes")
	}
	if got, want := folder(t, s.opts.Home), "flows keys.toml keys.toml.bak lock"; got != want {
		t.Errorf("folder holds %s, want %s", got, want)
	}
}

func TestFilesAreForTheOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no modes on Windows")
	}
	home := filepath.Join(t.TempDir(), "home")
	s := openStore(t, home)
	addKeys(t, s, "a")
	addKeys(t, s, "b")
	if err := s.Audit(context.Background(), nil, Event{Action: ActionAdded}); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(home, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if e.IsDir() {
			want = 0o700
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestASymbolicLinkStaysOne(t *testing.T) {
	home, dotfiles := t.TempDir(), t.TempDir()
	target := filepath.Join(dotfiles, "keys")
	if err := os.Symlink(target, filepath.Join(home, "keys.toml")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	s := openStore(t, home)
	addKeys(t, s, "a") // the target does not exist yet
	addKeys(t, s, "b")
	if info, err := os.Lstat(s.Paths().Keys); err != nil || info.Mode()&fs.ModeSymlink == 0 {
		t.Errorf("keys.toml is no link any more: %v, %v", info, err)
	}
	if got, want := folder(t, dotfiles), "keys keys.bak"; got != want {
		t.Errorf("the target's folder holds %s, want %s", got, want)
	}
	if s, err := s.Load(); err != nil || s.Len() != 2 {
		t.Errorf("Load = %v, %v", s, err)
	}
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(testOptions(loop)); err == nil {
		t.Error("a link to itself is taken for a folder")
	}
}

func TestLeftoversAreRemovedUnderTheLockOnly(t *testing.T) {
	home := t.TempDir()
	first := openStore(t, home)
	addKeys(t, first, "a")
	left := filepath.Join(home, "keys.toml.ABCDEFGHIJ.tmp")
	writeFile(t, left, "half a fi")
	other := filepath.Join(home, "notes.tmp")
	writeFile(t, other, "not ours")

	openStore(t, home) // a second instance: the first may still be writing
	if _, err := os.Stat(left); err != nil {
		t.Error("removed without the lock")
	}
	_ = first.Close()
	openStore(t, home)
	if _, err := os.Stat(left); err == nil {
		t.Error("not removed")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("another program's file was removed")
	}
}

func TestAFolderThatMayNotBeWrittenOpensReadOnly(t *testing.T) {
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("modes do not stop this user; TestAFailedSaveSaysWhyAndLosesNothing covers the save")
	}
	home := t.TempDir()
	s := openStore(t, home)
	addKeys(t, s, "a")
	_ = s.Close()
	for _, path := range []string{s.Paths().Lock, home} {
		if err := os.Chmod(path, 0o500); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(home, 0o700) })
	s = openStore(t, home)
	if reason, ro := s.ReadOnly(); !ro || !strings.Contains(reason, home) {
		t.Errorf("ReadOnly = %q, %v", reason, ro)
	}
	if got, err := s.Load(); err != nil || got.Len() != 1 {
		t.Errorf("Load = %v, %v", got, err)
	}
}
