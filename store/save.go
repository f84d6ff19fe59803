package store

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxKeysFile is more than a hundred thousand keys; what is larger is no
// keys.toml.
const maxKeysFile = 64 << 20

// Load reads keys.toml and returns its records. Called again it reads again,
// so that a read-only instance sees what the other one wrote. A missing file
// has no records. On failure the present snapshot stays.
func (s *Store) Load() (*Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load()
}

func (s *Store) load() (*Snapshot, error) {
	file, err := readKeys(s.paths.Keys)
	if err != nil {
		return nil, err
	}
	if s.loaded && file.sum == s.seen.sum {
		return s.Snapshot(), nil
	}
	var keyring string
	var records []*Record
	if file.data == nil {
		err = s.checkFirstRun()
	} else {
		keyring, records, file, err = s.decode(file)
	}
	if err != nil {
		return nil, err
	}
	next := newSnapshot(s.Snapshot().Revision+1, keyring, records)
	file.data = nil
	s.loaded, s.seen = true, file
	s.snapshot.Store(next)
	return next, nil
}

// checkFirstRun tells a new store from one whose keys.toml was lost: starting
// empty would overwrite the backup with the second save.
func (s *Store) checkFirstRun() error {
	backup := followLink(s.paths.Keys) + ".bak"
	if _, err := os.Stat(backup); err != nil {
		return nil
	}
	return &Error{Op: "read", Path: s.paths.Keys, Err: fmt.Errorf("%w, but its backup is there", fs.ErrNotExist),
		Hint: fmt.Sprintf("Copy %s back to keys.toml, or move it away to start with no keys.", backup)}
}

// decode reads a file of the present schema or of an older one. It returns the
// file as it is afterwards.
func (s *Store) decode(file keysFile) (string, []*Record, keysFile, error) {
	version, err := readSchema(file.data)
	if err == nil && version > schema {
		return "", nil, file, &Error{Op: "read", Path: s.paths.Keys,
			Err:  fmt.Errorf("%w: schema %d, this one knows %d", ErrNewer, version, schema),
			Hint: "Install the newest keyrota. Nothing was changed."}
	}
	data := file.data
	if err == nil && version < schema {
		data, err = migrate(data, version, s.steps)
	}
	var keyring string
	var records []*Record
	if err == nil {
		keyring, records, err = decode(data)
	}
	if err != nil {
		return "", nil, file, s.unreadable(err)
	}
	if version < schema {
		file, err = s.saveMigrated(file, version, keyring, records)
	}
	return keyring, records, file, err
}

// saveMigrated keeps the file as it was and writes it in the present schema.
// A read-only instance leaves that to the other one.
func (s *Store) saveMigrated(old keysFile, version int, keyring string, records []*Record) (keysFile, error) {
	if _, ro := s.ReadOnly(); ro {
		return old, nil
	}
	data, err := encode(keyring, records)
	if err != nil {
		return old, s.unreadable(err)
	}
	backup := oldBackup(followLink(s.paths.Keys), version)
	if err := s.disk.replace(backup, old.data, false); err != nil {
		return old, fileError("save", backup, err)
	}
	if err := s.disk.replace(s.paths.Keys, data, true); err != nil {
		return old, fileError("save", s.paths.Keys, err)
	}
	return written(s.paths.Keys, data), nil
}

// unreadable says where keys.toml is wrong and where a good one lies.
func (s *Store) unreadable(err error) error {
	if !errors.Is(err, ErrCorrupt) {
		err = &lineError{lineOf(err), fmt.Errorf("%w: %w", ErrCorrupt, err)}
	}
	return &Error{Op: "read", Path: at(s.paths.Keys, err), Err: err,
		Hint: fmt.Sprintf("Nothing was changed. Mend that line, or copy %s over it: that is the version before the last save.", s.paths.Backup())}
}

// Update lets change work on a draft and saves the result. Updates come one
// after the other. The new snapshot is published only when it is on the disk;
// on any failure, in memory and on the disk everything is as it was. An error
// of change is returned as it is.
func (s *Store) Update(change func(*Draft) error) (*Snapshot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.writable("change"); err != nil {
		return nil, err
	}
	if !s.loaded {
		if _, err := s.load(); err != nil {
			return nil, err
		}
	}
	d := newDraft(s.Snapshot())
	if err := change(d); err != nil {
		return nil, err
	}
	if !d.changed {
		return s.Snapshot(), nil
	}
	next := d.snapshot()
	if err := s.save(next); err != nil {
		return nil, err
	}
	s.snapshot.Store(next)
	return next, nil
}

// PinKeyring writes down which keyring backend holds the secrets, so that a
// later start never looks for them in another one.
func (s *Store) PinKeyring(name string) error {
	if !isWord(name, maxKeyringName) {
		return &Error{Op: "pin", Path: "the keyring", Err: errors.New("not the name of a keyring")}
	}
	_, err := s.Update(func(d *Draft) error {
		d.changed = d.changed || d.keyring != name
		d.keyring = name
		return nil
	})
	return err
}

// save writes a snapshot over the keys.toml that was last seen, and over no
// other one.
func (s *Store) save(next *Snapshot) error {
	data, err := encode(next.keyring, next.records)
	if err != nil {
		return &Error{Op: "save", Path: s.paths.Keys, Err: err}
	}
	same, err := s.seen.still(s.paths.Keys)
	if err != nil {
		return err
	}
	if !same {
		return &Error{Op: "save", Path: s.paths.Keys, Err: ErrChanged,
			Hint: "Nothing was saved. Start keyrota again to read the file as it is now, then repeat the change."}
	}
	if err := s.disk.replace(s.paths.Keys, data, true); err != nil {
		return fileError("save", s.paths.Keys, err)
	}
	s.seen = written(s.paths.Keys, data)
	return nil
}

// keysFile is a keys.toml as it was at some moment. The zero value: there was
// none.
type keysFile struct {
	data []byte // nil unless just read
	sum  [sha256.Size]byte
	info fs.FileInfo // nil: not known
}

// readKeys reads a keys.toml. A missing one is no error.
func readKeys(path string) (keysFile, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return keysFile{}, nil
	}
	if err != nil {
		return keysFile{}, fileError("read", path, err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return keysFile{}, fileError("read", path, err)
	}
	data, err := readAll(f, info)
	if err != nil {
		return keysFile{}, fileError("read", path, err)
	}
	return keysFile{data, sha256.Sum256(data), info}, nil
}

// written returns the keys.toml that was just saved.
func written(path string, data []byte) keysFile {
	info, err := os.Stat(path)
	if err != nil {
		info = nil // then the content decides
	}
	return keysFile{sum: sha256.Sum256(data), info: info}
}

// still reports whether path is the same file with the same content. When
// identity, size and time agree the content is not read again.
func (k keysFile) still(path string) (bool, error) {
	info, err := os.Stat(path)
	if err == nil && k.info != nil && os.SameFile(info, k.info) &&
		info.Size() == k.info.Size() && info.ModTime().Equal(k.info.ModTime()) {
		return true, nil
	}
	now, err := readKeys(path)
	return now.sum == k.sum, err
}

// readAll reads a file of a known size in one piece. The result is not nil.
func readAll(f *os.File, info fs.FileInfo) ([]byte, error) {
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a file")
	}
	if info.Size() > maxKeysFile {
		return nil, errors.New("too large")
	}
	data := make([]byte, info.Size())
	n, err := io.ReadFull(f, data)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data[:n], nil
}
