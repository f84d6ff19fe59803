package store

import (
	"cmp"
	"slices"
	"strings"
)

// Snapshot is all records at one moment. It never changes, and its records
// are shared: read only.
type Snapshot struct {
	// Revision grows with every change in this process.
	Revision uint64

	keyring string
	records []*Record
	byID    map[RecordID]*Record
	byName  map[string]*Record // by folded name
}

// Len returns the number of records.
func (s *Snapshot) Len() int { return len(s.records) }

// Records returns all records, sorted by name. The slice is shared: read only.
func (s *Snapshot) Records() []*Record { return s.records }

// ByID returns the record of that ID.
func (s *Snapshot) ByID(id RecordID) (*Record, bool) {
	r, ok := s.byID[id]
	return r, ok
}

// ByName returns the record of that name, whatever the case of its letters.
func (s *Snapshot) ByName(name string) (*Record, bool) {
	r, ok := s.byName[fold(name)]
	return r, ok
}

// fold returns what two names share that differ in case only.
//
//go:noinline // it has many callers
func fold(name string) string { return strings.ToLower(name) }

// newSnapshot sorts and indexes records, and keeps the slice. IDs and names
// are unique already.
func newSnapshot(revision uint64, keyring string, records []*Record) *Snapshot {
	s := &Snapshot{
		Revision: revision,
		keyring:  keyring,
		records:  records,
		byID:     make(map[RecordID]*Record, len(records)),
		byName:   make(map[string]*Record, len(records)),
	}
	for _, r := range records {
		s.byID[r.ID] = r
		s.byName[fold(r.Name)] = r
	}
	if !slices.IsSortedFunc(records, byName) {
		slices.SortFunc(records, byName)
	}
	return s
}

// byName orders records as people look for them: case comes last.
func byName(a, b *Record) int {
	return cmp.Or(cmp.Compare(fold(a.Name), fold(b.Name)), cmp.Compare(a.Name, b.Name))
}

// NewSnapshot returns a snapshot of the given records, for tests of what is
// built on one. IDs and names must be unique.
func NewSnapshot(revision uint64, records ...*Record) *Snapshot {
	return newSnapshot(revision, "", slices.Clone(records))
}
