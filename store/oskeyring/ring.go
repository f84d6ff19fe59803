package oskeyring

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/store"
)

// MaxValue is the longest value in bytes that can be stored.
const MaxValue = 64 << 10

// ring implements store.Secrets on one backend of the library.
type ring struct {
	backend Backend
	traits  traits
	lib     library
	turn    *turn

	limit     time.Duration // for one library call
	listLimit time.Duration // for listing everything
}

var _ store.Secrets = (*ring)(nil)

// Backend returns the name of the backend.
func (k *ring) Backend() string { return string(k.backend) }

// do runs f inside the turn and explains what went wrong.
func (k *ring) do(ctx context.Context, op string, limit time.Duration, f func(*calls) error) error {
	err := k.turn.do(ctx, limit, func(o *operation) error {
		return f(&calls{operation: o, lib: k.lib})
	})
	if err == nil || errors.Is(err, store.ErrNoSecret) {
		return err
	}
	return explain(k.backend, op, err)
}

// refuse is the error for arguments that never reach the library.
func (k *ring) refuse(op string, err error) error {
	return &store.KeyringError{Backend: k.Backend(), Op: op, Err: err}
}

// Put stores a value. What it does in which order is told in put.go.
func (k *ring) Put(ctx context.Context, s store.Slot, value []byte) error {
	if err := validSlot(s); err != nil {
		return k.refuse("store", err)
	}
	if len(value) > MaxValue {
		return k.refuse("store", fmt.Errorf("the value has %d bytes, more than %d", len(value), MaxValue))
	}
	own := bytes.Clone(value) // the operation may outlive this call
	return k.do(ctx, "store", k.limit, func(c *calls) error {
		defer clear(own)
		return k.put(c, s, own)
	})
}

// Get returns a copy of the value.
func (k *ring) Get(ctx context.Context, s store.Slot) ([]byte, error) {
	if err := validSlot(s); err != nil {
		return nil, k.refuse("read", err)
	}
	var found stored
	err := k.do(ctx, "read", k.limit, func(c *calls) (err error) {
		found, err = k.current(c, s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return found.value, nil
}

// Delete removes what the slot holds. The copy goes first: without the
// original it would be taken for the value.
func (k *ring) Delete(ctx context.Context, s store.Slot) error {
	if err := validSlot(s); err != nil {
		return k.refuse("remove", err)
	}
	return k.do(ctx, "remove", k.limit, func(c *calls) error {
		if !k.traits.atomic {
			if err := c.remove(itemName(s, kindCopy)); err != nil {
				return err
			}
		}
		if err := c.remove(itemName(s, kindSecret)); err != nil {
			return err
		}
		return k.sweep(c, s, "")
	})
}

// List returns the slots of which anything is stored, even if a crash left
// only a part: whoever cleans up wants to know.
func (k *ring) List(ctx context.Context) ([]store.Slot, error) {
	var slots []store.Slot
	err := k.do(ctx, "list", k.listLimit, func(c *calls) error {
		names, err := c.keys()
		if err != nil {
			return err
		}
		for _, name := range names {
			if s, _, ok := slotOf(name); ok {
				slots = append(slots, s)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(slots)
	return slices.Compact(slots), nil
}

// stored is a value as it lies in the keyring.
type stored struct {
	value   []byte
	item    string // where it was found; empty if nowhere
	sealed  []byte // what the item holds
	parts   string // what the names of its parts begin with; empty if it has none
	damaged bool   // there is an item, but no value
}

// current returns the value of a slot: the secret, or the copy if a crash
// left no readable secret. It fails with ErrNoSecret or errDamaged when
// neither holds one, and with other errors when it could not find out.
func (k *ring) current(c *calls, s store.Slot) (stored, error) {
	found, err := k.read(c, s, kindSecret)
	if k.traits.atomic || !holdsNothing(err) {
		return found, err
	}
	spare, spareErr := k.read(c, s, kindCopy)
	if holdsNothing(spareErr) {
		return found, err
	}
	return spare, spareErr
}

// holdsNothing reports whether err means that an item is not there or not
// whole, as opposed to: could not be read now.
func holdsNothing(err error) bool {
	return errors.Is(err, store.ErrNoSecret) || errors.Is(err, errDamaged)
}

// read returns the value that an item holds or is the head of.
func (k *ring) read(c *calls, s store.Slot, kind string) (stored, error) {
	name := itemName(s, kind)
	data, err := c.get(name)
	if err != nil {
		return stored{}, err
	}
	content, body, err := unseal(s, data)
	if err != nil {
		return stored{}, err
	}
	switch content {
	case contentValue:
		return stored{value: bytes.Clone(body), item: name, sealed: data}, nil
	case contentHead:
		h, err := parseHead(body)
		if err != nil {
			return stored{}, err
		}
		value, err := readParts(c, s, h)
		if err != nil {
			return stored{}, err
		}
		return stored{value: value, item: name, sealed: data, parts: partsOf(s, h.Generation)}, nil
	}
	return stored{}, errDamaged
}

func readParts(c *calls, s store.Slot, h head) ([]byte, error) {
	value := make([]byte, 0, h.Size)
	for i := range h.Parts {
		data, err := c.get(partName(s, h.Generation, int(i)))
		if errors.Is(err, store.ErrNoSecret) {
			return nil, fmt.Errorf("part %d of %d is missing: %w", i+1, h.Parts, errDamaged)
		}
		if err != nil {
			return nil, err
		}
		if value, err = h.join(s, value, i, data); err != nil {
			return nil, err
		}
	}
	return value, h.check(value)
}

// sweep removes the parts of a slot but those whose names begin with keep.
func (k *ring) sweep(c *calls, s store.Slot, keep string) error {
	if k.traits.limit == 0 {
		return nil // nothing is ever split
	}
	names, err := c.keys()
	if err != nil {
		return err
	}
	for _, name := range names {
		owner, kind, ok := slotOf(name)
		if !ok || owner != s || !strings.HasPrefix(kind, kindPart) {
			continue
		}
		if keep != "" && strings.HasPrefix(name, keep) {
			continue
		}
		if err := c.remove(name); err != nil {
			return err
		}
	}
	return nil
}

// newGeneration returns a number that tells the parts of one Put from those
// of another.
func newGeneration() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return binary.BigEndian.Uint32(b[:])
}
