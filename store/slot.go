package store

import (
	"crypto/rand"
	"errors"
	"strings"
)

// keySlots begins the name of every slot that holds a credential. After it
// come the ID of the record that the key was made for and, unless it was the
// record's first key, a dot and the key's own random end.
const keySlots = "key-"

// slotEnd is the length of the random end: 40 bits, of which a record needs a
// few in its life.
const slotEnd = 8

// slotFor returns the slot of a record's first key.
func slotFor(id RecordID) Slot { return Slot(keySlots + id) }

// NewSlot returns a fresh slot for a further key of a record.
func NewSlot(id RecordID) Slot {
	return slotFor(id) + "." + Slot(strings.ToLower(rand.Text()[:slotEnd]))
}

// recordOf returns the record that a slot was made for.
func recordOf(s Slot) (RecordID, bool) {
	id, ok := strings.CutPrefix(string(s), keySlots)
	if dot := len(id) - slotEnd - 1; dot >= 0 && id[dot] == '.' {
		id = id[:dot]
	}
	return RecordID(id), ok && id != ""
}

// SecretSlot returns where the secret of r lies.
func (r *Record) SecretSlot() Slot {
	if r.Slot != "" {
		return r.Slot
	}
	return slotFor(r.ID)
}

// checkSlot says whether a record may name s, or no slot of its own. It need
// not have been made for that record: a key may move to another one.
func checkSlot(s Slot) error {
	if s == "" {
		return nil
	}
	if _, ok := recordOf(s); !ok || s.Check() != nil {
		return errors.New("slot: not the place of a secret")
	}
	return nil
}
