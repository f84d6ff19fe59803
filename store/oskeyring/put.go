package oskeyring

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/keyrota/keyrota/store"
)

// A Put never leaves a moment in which the only whole value of the slot is
// being overwritten:
//
//  1. Where a Set can leave half an item, the value that the slot holds is
//     written to a copy first, and read back. (An empty slot gets a copy of
//     the new value, so that a crash leaves that or nothing.)
//  2. A value over the backend's limit is written in parts, under names that
//     no earlier value uses.
//  3. The secret item is written: the value itself, or the head of its parts.
//  4. Everything is read back and compared.
//  5. The operation decides on success; from here on its caller hears nil.
//  6. The copy and the parts of earlier values are removed.
//
// Readers take the secret item if it is whole, else the copy. When a step up
// to 5 fails, what was there before is put back.
func (k *ring) put(c *calls, s store.Slot, value []byte) error {
	old, err := k.current(c, s)
	if err != nil && !holdsNothing(err) {
		return err
	}
	old.damaged = errors.Is(err, errDamaged)
	defer clear(old.value)
	generation := newGeneration()
	err = k.write(c, s, old, value, generation)
	if err == nil {
		err = c.decide()
	}
	if err != nil {
		c.restoring = true
		if lost := k.restore(c, s, old); lost != nil {
			return fmt.Errorf("%w; then %w", err, lost)
		}
		return err
	}
	k.tidy(c, s, partsOf(s, generation))
	return nil
}

// write makes the slot hold value and reads it back.
func (k *ring) write(c *calls, s store.Slot, old stored, value []byte, generation uint32) error {
	// A copy that is the only whole value must not be touched.
	if !k.traits.atomic && old.item != itemName(s, kindCopy) {
		spare := value
		if old.item != "" {
			spare = old.value
		}
		if err := k.writeItem(c, s, kindCopy, seal(s, contentValue, spare), spare); err != nil {
			return err
		}
	}
	if k.traits.limit == 0 || overhead+len(value) <= k.traits.limit {
		return k.writeItem(c, s, kindSecret, seal(s, contentValue, value), value)
	}
	sealedHead, parts := split(s, value, k.traits.limit, generation)
	for i, p := range parts {
		if err := c.set(partName(s, generation, i), p); err != nil {
			return err
		}
	}
	return k.writeItem(c, s, kindSecret, sealedHead, value)
}

var errReadBack = errors.New("the value read back is not the one that was stored")

// writeItem writes an item and checks that the value can be read through it.
func (k *ring) writeItem(c *calls, s store.Slot, kind string, sealed, value []byte) error {
	if err := c.set(itemName(s, kind), sealed); err != nil {
		return err
	}
	found, err := k.read(c, s, kind)
	switch {
	case err != nil && holdsNothing(err):
		return errReadBack
	case err != nil:
		return err
	case !bytes.Equal(found.value, value):
		return errReadBack
	}
	return nil
}

// restore puts back what a failed Put may have changed. It returns an error
// only if it knows that the old value is gone; while the keyring does not
// answer nothing is known, and most likely nothing was changed.
func (k *ring) restore(c *calls, s store.Slot, old stored) error {
	found, err := k.read(c, s, kindSecret)
	if err != nil && !holdsNothing(err) {
		return nil
	}
	switch {
	case old.item == "":
		// A damaged item that is still there was damaged before.
		if !errors.Is(err, errDamaged) || !old.damaged {
			_ = c.remove(itemName(s, kindSecret))
		}
	case err != nil || !bytes.Equal(found.value, old.value):
		err := k.writeItem(c, s, kindSecret, old.sealed, old.value)
		if err != nil && k.traits.atomic {
			return fmt.Errorf("what was stored before could not be put back: %w", err)
		}
		if err != nil {
			return nil // the copy holds it
		}
	}
	k.tidy(c, s, old.parts)
	return nil
}

// tidy removes what a Put has left over. What cannot be removed now does no
// harm: readers ignore it, and the next Put or Delete removes it.
func (k *ring) tidy(c *calls, s store.Slot, keep string) {
	if !k.traits.atomic {
		_ = c.remove(itemName(s, kindCopy))
	}
	_ = k.sweep(c, s, keep)
}
