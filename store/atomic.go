package store

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// fileMode and folderMode keep other users of the machine out.
const (
	fileMode   = 0o600
	folderMode = 0o700
)

// tempSuffix ends the name of every file that is not finished. What a crash
// leaves of them is removed at the next start.
const tempSuffix = ".tmp"

// disk is the part of the file system that a save needs. Tests put faults
// into it.
type disk struct {
	create  func(path string) (tempFile, error)
	rename  func(from, to string) error
	link    func(from, to string) error
	remove  func(path string) error
	syncDir func(path string) error
	open    func(path string) (logFile, error) // for reading and writing, made when missing
}

type tempFile interface {
	io.WriteCloser
	Sync() error
}

type logFile interface {
	tempFile
	io.WriterAt
	Truncate(size int64) error
}

func realDisk() disk {
	return disk{
		create: func(path string) (tempFile, error) {
			return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, fileMode)
		},
		open: func(path string) (logFile, error) {
			return os.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
		},
		rename: rename, link: os.Link, remove: os.Remove, syncDir: syncDir,
	}
}

// replace gives path a new content, at once or not at all: after a crash the
// file holds the old content or the new. With backup, what path held before
// is kept as path + ".bak". A symbolic link stays a link, its target changes.
func (d disk) replace(path string, data []byte, backup bool) error {
	path = followLink(path)
	temp := tempName(path)
	if err := d.writeNew(temp, data); err != nil {
		return err
	}
	if backup {
		if err := d.keepBackup(path); err != nil {
			_ = d.remove(temp)
			return err
		}
	}
	if err := d.rename(temp, path); err != nil {
		_ = d.remove(temp)
		return err
	}
	// The new content is in place. If the folder cannot be flushed, a power
	// cut may bring the old content back, whole: no reason to call it a failure.
	_ = d.syncDir(filepath.Dir(path))
	return nil
}

// writeNew makes a file and has its content on the disk when it returns nil.
// On failure nothing is left.
func (d disk) writeNew(path string, data []byte) error {
	f, err := d.create(path)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		_ = d.remove(path)
	}
	return err
}

// extend makes data the end of a file, from offset size on, and has it on the
// disk when it returns nil. On failure the file ends at size again.
func (d disk) extend(path string, size int64, data []byte) error {
	f, err := d.open(path)
	if err != nil {
		return err
	}
	// What lies beyond size is an unfinished line.
	err = f.Truncate(size)
	if err == nil {
		_, err = f.WriteAt(data, size)
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		_ = f.Truncate(size)
	}
	_ = f.Close() // what Sync has confirmed is on the disk already
	if err == nil && size == 0 {
		_ = d.syncDir(filepath.Dir(path))
	}
	return err
}

// keepBackup makes path.bak a second name of path's present content. Where the
// file system has no hard links it is a copy. A missing path is fine.
func (d disk) keepBackup(path string) error {
	temp := tempName(path + ".bak")
	err := d.link(path, temp)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		data, readErr := os.ReadFile(path)
		if errors.Is(readErr, fs.ErrNotExist) {
			return nil
		}
		if readErr != nil {
			return readErr
		}
		if err := d.writeNew(temp, data); err != nil {
			return err
		}
	}
	err = d.rename(temp, path+".bak")
	// Renaming one name of a file to another of its names leaves both.
	_ = d.remove(temp)
	return err
}

// tempName returns a free name in the same folder, since a rename is atomic
// only inside a file system.
func tempName(path string) string { return path + "." + rand.Text()[:10] + tempSuffix }

// leftovers lists what crashes left of earlier saves of path.
func leftovers(path string) []string {
	path = followLink(path)
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	var found []string
	for _, e := range entries {
		name, base := e.Name(), filepath.Base(path)+"."
		if len(name) > len(base) && name[:len(base)] == base && filepath.Ext(name) == tempSuffix {
			found = append(found, filepath.Join(filepath.Dir(path), name))
		}
	}
	return found
}

// followLink returns what a symbolic link finally points to, even if that is
// missing, and any other path unchanged.
func followLink(path string) string {
	for range 40 { // as many as Linux follows
		to, err := os.Readlink(path)
		if err != nil {
			return path
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(path), to)
		}
		path = to
	}
	return path
}
