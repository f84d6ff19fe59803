package store

import (
	"context"
	"errors"
	"fmt"
)

// Slot names one secret. It is made of A-Z a-z 0-9 . _ - and at most 64 long,
// since backends disagree on anything else.
type Slot string

// MaxSlot is the longest name of a slot, in bytes.
const MaxSlot = 64

// Check says whether every backend can keep a slot of this name.
func (s Slot) Check() error {
	if s == "" || len(s) > MaxSlot {
		return fmt.Errorf("the slot name %q has not 1 to %d characters", string(s), MaxSlot)
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_', c == '-':
		default:
			return fmt.Errorf("the slot name %q has other characters than A-Z a-z 0-9 . _ -", string(s))
		}
	}
	return nil
}

// ErrNoSecret is returned by Get for a slot that holds nothing.
var ErrNoSecret = errors.New("no secret is stored for this key")

// ErrDamaged is returned by Get for a slot whose item is there but not whole,
// as a write that was cut off may leave it. Nothing can be read from it.
var ErrDamaged = errors.New("the stored item is damaged")

// Secrets keeps values outside keyrota's files. Implementations are safe for
// concurrent use and return before or soon after ctx ends. Errors never hold
// a value. secretstest checks all of this.
type Secrets interface {
	// Backend names where the values lie: "secret-service", "file", "memory" …
	Backend() string

	// Put stores a value and has read it back when it returns nil. When it
	// fails, what the slot held before is still there.
	Put(ctx context.Context, s Slot, value []byte) error

	// Get returns a copy of the value, or ErrNoSecret, or ErrDamaged.
	Get(ctx context.Context, s Slot) ([]byte, error)

	// Delete is idempotent: nil if the slot is empty when it returns.
	Delete(ctx context.Context, s Slot) error

	// List returns the slots that keyrota stored, in order; other programs'
	// items are not among them. It may be slow: for doctor only.
	List(ctx context.Context) ([]Slot, error)
}

// KeyringError says that the keyring could not do something, and what the
// person can do about it.
type KeyringError struct {
	Backend string
	Op      string // "open", "store", "read", "remove", "list"
	Hint    string
	Locked  bool // the keyring waits to be unlocked, or was refused
	Err     error
}

// Error says what failed on what.
func (e *KeyringError) Error() string {
	return e.Backend + " keyring: cannot " + e.Op + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *KeyringError) Unwrap() error { return e.Err }
