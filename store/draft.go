package store

import (
	"errors"
	"fmt"
	"maps"

	"github.com/keyrota/keyrota/exchanges"
)

// Draft is the next state of the records while Update's func works on it. It
// ends with the func.
type Draft struct {
	keyring string
	base    *Snapshot
	byID    map[RecordID]*Record
	names   map[string]RecordID // by folded name
	changed bool
}

func newDraft(s *Snapshot) *Draft {
	d := &Draft{keyring: s.keyring, base: s, byID: maps.Clone(s.byID), names: make(map[string]RecordID, s.Len())}
	for name, r := range s.byName {
		d.names[name] = r.ID
	}
	return d
}

// Get returns a copy of the record of that ID. Its lists are shared: to change
// one, put another in its place.
func (d *Draft) Get(id RecordID) (Record, bool) {
	if r, ok := d.byID[id]; ok {
		return *r, true
	}
	return Record{}, false
}

// ByName returns a copy of the record of that name, as Get does.
func (d *Draft) ByName(name string) (Record, bool) { return d.Get(d.names[fold(name)]) }

// Add puts a new record in. An empty ID is replaced by a fresh one. A name
// that is taken gives ErrExists.
func (d *Draft) Add(r Record) error {
	if r.ID == "" {
		r.ID = NewRecordID()
	}
	if _, taken := d.byID[r.ID]; taken {
		return &Error{Op: "add", Path: quoteName(r.Name), Err: fmt.Errorf("%w: the ID is in use", ErrExists)}
	}
	return d.put("add", r)
}

// Replace puts r in the place of the record of the same ID, ErrNotFound when
// there is none. It may have another name.
func (d *Draft) Replace(r Record) error {
	old, ok := d.byID[r.ID]
	if !ok {
		return &Error{Op: "change", Path: quoteName(r.Name), Err: ErrNotFound,
			Hint: "It was forgotten in the meantime."}
	}
	if err := d.put("change", r); err != nil {
		return err
	}
	if fold(old.Name) != fold(r.Name) {
		delete(d.names, fold(old.Name))
	}
	return nil
}

// Remove takes a record out, ErrNotFound when there is none.
func (d *Draft) Remove(id RecordID) error {
	r, ok := d.byID[id]
	if !ok {
		return &Error{Op: "forget", Path: "the key", Err: ErrNotFound}
	}
	delete(d.byID, id)
	delete(d.names, fold(r.Name))
	d.changed = true
	return nil
}

// put checks r and stores a normal copy.
func (d *Draft) put(op string, r Record) error {
	if err := checkRecord(&r); err != nil {
		if _, told := errors.AsType[*Error](err); told {
			return err
		}
		return &Error{Op: op, Path: quoteName(r.Name), Err: err}
	}
	if d.sharesSlot(&r) {
		return &Error{Op: op, Path: quoteName(r.Name), Err: ErrSlotTaken,
			Hint: "Two keys cannot share one secret. Add this key anew."}
	}
	if holder, taken := d.names[fold(r.Name)]; taken && holder != r.ID {
		return &Error{Op: op, Path: quoteName(r.Name), Err: ErrExists,
			Hint: "Choose another name; upper and lower case count as the same."}
	}
	normalise(&r)
	d.byID[r.ID], d.names[fold(r.Name)] = &r, r.ID
	d.changed = true
	return nil
}

// sharesSlot reports whether the secret of r would lie where another record's
// lies: forgetting one would take the other's. Only a slot that is new to the
// record is looked for.
func (d *Draft) sharesSlot(r *Record) bool {
	slot := r.SecretSlot()
	if old, ok := d.byID[r.ID]; ok && old.SecretSlot() == slot || !ok && r.Slot == "" {
		return false
	}
	for _, other := range d.byID {
		if other.ID != r.ID && other.SecretSlot() == slot {
			return true
		}
	}
	return false
}

// snapshot returns the draft's records as the successor of its base.
func (d *Draft) snapshot() *Snapshot {
	records := make([]*Record, 0, len(d.byID))
	for _, old := range d.base.records {
		if r, ok := d.byID[old.ID]; ok {
			records = append(records, r)
			delete(d.byID, old.ID)
		}
	}
	for _, r := range d.byID { // what is left is new; newSnapshot sorts
		records = append(records, r)
	}
	return newSnapshot(d.base.Revision+1, d.keyring, records)
}

// quoteName names a key in an error.
func quoteName(name string) string { return fmt.Sprintf("%q", exchanges.Clean(name)) }
