package store

import (
	"bytes"
	"context"
	"slices"
	"sync"
)

// memorySecrets keeps values in this process only.
type memorySecrets struct {
	mu     sync.Mutex
	values map[Slot][]byte
}

// NewMemorySecrets returns Secrets that end with the process: for the demo and
// for tests.
func NewMemorySecrets() Secrets {
	return &memorySecrets{values: map[Slot][]byte{}}
}

// Backend implements Secrets.
func (m *memorySecrets) Backend() string { return "memory" }

// begin takes the lock and returns how to give it back.
func (m *memorySecrets) begin(ctx context.Context, op string, s Slot) (func(), error) {
	err := ctx.Err()
	if err == nil {
		err = s.Check()
	}
	if err != nil {
		return nil, &KeyringError{Backend: m.Backend(), Op: op, Err: err}
	}
	m.mu.Lock()
	return m.mu.Unlock, nil
}

// Put implements Secrets.
func (m *memorySecrets) Put(ctx context.Context, s Slot, value []byte) error {
	unlock, err := m.begin(ctx, "store", s)
	if err != nil {
		return err
	}
	defer unlock()
	clear(m.values[s])
	m.values[s] = bytes.Clone(value)
	if value == nil {
		m.values[s] = []byte{}
	}
	return nil
}

// Get implements Secrets.
func (m *memorySecrets) Get(ctx context.Context, s Slot) ([]byte, error) {
	unlock, err := m.begin(ctx, "read", s)
	if err != nil {
		return nil, err
	}
	defer unlock()
	value, ok := m.values[s]
	if !ok {
		return nil, ErrNoSecret
	}
	return bytes.Clone(value), nil
}

// Delete implements Secrets.
func (m *memorySecrets) Delete(ctx context.Context, s Slot) error {
	unlock, err := m.begin(ctx, "remove", s)
	if err != nil {
		return err
	}
	defer unlock()
	clear(m.values[s])
	delete(m.values, s)
	return nil
}

// List implements Secrets.
func (m *memorySecrets) List(ctx context.Context) ([]Slot, error) {
	if err := ctx.Err(); err != nil {
		return nil, &KeyringError{Backend: m.Backend(), Op: "list", Err: err}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	slots := make([]Slot, 0, len(m.values))
	for s := range m.values {
		slots = append(slots, s)
	}
	slices.Sort(slots)
	return slots, nil
}
