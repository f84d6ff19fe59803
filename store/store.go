package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Options says where a store lies and who uses it.
type Options struct {
	Home     string              // one folder for everything; empty: the system's folders, see FindPaths
	ReadOnly bool                // take no lock, refuse every write
	Wait     time.Duration       // how long to wait for another instance's lock before opening read-only
	Stays    bool                // it is open for as long as a person looks at it: nobody should wait for it
	Now      func() time.Time    // default time.Now
	Getenv   func(string) string // for the folders; default os.Getenv
	Actor    string              // who: login name
	Host     string              // where: host name
}

// Store is the open store. It is safe for concurrent use.
//
// One instance at a time holds the lock and may write; every other one is
// read-only for its whole life and says whose lock it is.
type Store struct {
	opts     Options
	paths    Paths
	config   *Config
	lock     *lock
	readOnly string // why, empty when writes are allowed
	closed   atomic.Bool
	disk     disk
	steps    map[int]migration

	snapshot atomic.Pointer[Snapshot]

	mu     sync.Mutex // serialises loads and saves
	loaded bool
	seen   keysFile // keys.toml as it was last read or written

	audit auditLog
	flows sync.Mutex // held while a journal changes
}

// Open makes the folders, reads config.toml and takes the lock. It does not
// read keys.toml, see Load, and never touches keyring or network. The error is
// an *Error: a folder that cannot be made, or a config.toml whose rules cannot
// be understood, since a policy that is silently not applied is dangerous.
func Open(o Options) (*Store, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Getenv == nil {
		o.Getenv = os.Getenv
	}
	paths, err := FindPaths(o.Home, o.Getenv)
	if err != nil {
		return nil, err
	}
	s := &Store{opts: o, paths: paths, disk: realDisk(), steps: migrations}
	s.snapshot.Store(newSnapshot(0, "", nil))
	if s.config, err = readConfig(paths.Config); err != nil {
		return nil, err
	}
	if o.ReadOnly {
		s.readOnly = "it was opened read-only"
		return s, nil
	}
	if err := s.claim(); err != nil {
		return nil, err
	}
	return s, nil
}

// claim makes the folders and takes the lock, or makes the store read-only.
func (s *Store) claim() error {
	for _, dir := range s.paths.folders() {
		if err := os.MkdirAll(dir, folderMode); err != nil {
			if _, statErr := os.Stat(filepath.Dir(s.paths.Keys)); statErr == nil && readOnlyFolder(err) {
				s.readOnly = fmt.Sprintf("%s may not be written", dir)
				return nil
			}
			return fileError("make", dir, err)
		}
	}
	l, holder, err := takeLock(s.paths.Lock, ownerText(s.opts), s.opts.Wait)
	switch {
	case err != nil && readOnlyFolder(err):
		s.readOnly = fmt.Sprintf("%s may not be written", filepath.Dir(s.paths.Lock))
	case err != nil:
		return fileError("lock", s.paths.Lock, err)
	case l == nil && holder == "":
		s.readOnly = "another keyrota is open"
	case l == nil:
		s.readOnly = fmt.Sprintf("another keyrota is open (%s)", holder)
	case !s.folderTakesFiles():
		s.readOnly = fmt.Sprintf("%s may not be written", filepath.Dir(s.paths.Keys))
		return l.release()
	default:
		s.lock = l
		s.removeLeftovers()
	}
	return nil
}

// folderTakesFiles tries, since a lock file that is there already says nothing
// of the folder, and modes do not tell of read-only mounts and access lists.
func (s *Store) folderTakesFiles() bool {
	path := tempName(followLink(s.paths.Keys))
	f, err := s.disk.create(path)
	if err != nil {
		return !readOnlyFolder(err) // a full disk is told by the save
	}
	_ = f.Close()
	_ = s.disk.remove(path)
	return true
}

// removeLeftovers deletes what crashes left of unfinished saves. Only under
// the lock is it certain that nobody is still writing them.
func (s *Store) removeLeftovers() {
	for _, path := range leftovers(s.paths.Keys) {
		_ = os.Remove(path)
	}
	s.removeUnbegunFlows()
}

// Close gives the lock back. Audit lines and records are on the disk already.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flows.Lock() // no journal may change once the lock is given back
	defer s.flows.Unlock()
	if s.closed.Swap(true) {
		return nil
	}
	return s.lock.release()
}

// ReadOnly reports whether writes are refused, and why: "another keyrota is
// open (pid 4242, andrea on box, since …)".
func (s *Store) ReadOnly() (reason string, ro bool) {
	if s.closed.Load() {
		return "it is closed", true
	}
	return s.readOnly, s.readOnly != ""
}

// Paths says where everything lies.
func (s *Store) Paths() Paths { return s.paths }

// Config returns the person's settings.
func (s *Store) Config() *Config { return s.config }

// Actor returns who changes things here, as the audit log names them.
func (s *Store) Actor() string { return s.opts.Actor }

// Warnings returns what config.toml says that keyrota does not understand.
func (s *Store) Warnings() []Warning { return s.config.warnings }

// Snapshot returns the records as they are now; none before Load. It costs
// nothing.
func (s *Store) Snapshot() *Snapshot { return s.snapshot.Load() }

// Keyring returns the name of the pinned keyring backend, "" when none was
// chosen yet or keys.toml is not loaded.
func (s *Store) Keyring() string { return s.Snapshot().keyring }

// writable returns nil or an *Error with ErrReadOnly that says why not.
func (s *Store) writable(op string) error {
	reason, ro := s.ReadOnly()
	if !ro {
		return nil
	}
	hint := "Close the other keyrota, or make the folder writable, then start this one again."
	if s.opts.ReadOnly {
		hint = "Start keyrota without --read-only."
	}
	return &Error{Op: op, Path: s.paths.Keys, Err: fmt.Errorf("%w: %s", ErrReadOnly, reason), Hint: hint}
}

func readOnlyFolder(err error) bool {
	return errors.Is(err, fs.ErrPermission) || readOnlyFileSystem(err)
}
