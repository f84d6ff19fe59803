package oskeyring

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store"
)

// fakeLibrary is a backend in memory with the habits of the real ones. A test
// decides through before what happens to each call; calls that change
// something say "set" or "remove".
type fakeLibrary struct {
	before func(op, name string) error // may block, panic or fail the call
	torn   func(name string) bool      // whether a failing set leaves half an item

	limit     int   // largest item; 0: none
	missing   error // what remove says of an item that is not there
	duplicate bool  // set adds an item of the same name, remove takes one away

	mu    sync.Mutex
	items map[string][][]byte
}

func newFake() *fakeLibrary { return &fakeLibrary{items: map[string][][]byte{}} }

// on calls the hook without the lock: a hanging call must not block the test.
func (f *fakeLibrary) on(op, name string) error {
	if f.before == nil {
		return nil
	}
	return f.before(op, name)
}

func (f *fakeLibrary) Get(name string) (keyring.Item, error) {
	if err := f.on("get", name); err != nil {
		return keyring.Item{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if all := f.items[name]; len(all) > 0 {
		return keyring.Item{Key: name, Data: slices.Clone(all[len(all)-1])}, nil
	}
	return keyring.Item{}, keyring.ErrKeyNotFound
}

func (f *fakeLibrary) Set(item keyring.Item) error {
	err := f.on("set", item.Key)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err != nil {
		if f.torn != nil && f.torn(item.Key) {
			f.items[item.Key] = [][]byte{slices.Clone(item.Data[:len(item.Data)/2])}
		}
		return err
	}
	if f.limit > 0 && len(item.Data) > f.limit {
		return errors.New("the stub received bad data")
	}
	data := slices.Clone(item.Data)
	if f.duplicate {
		f.items[item.Key] = append(f.items[item.Key], data)
	} else {
		f.items[item.Key] = [][]byte{data}
	}
	return nil
}

func (f *fakeLibrary) Remove(name string) error {
	if err := f.on("remove", name); err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.items[name]
	if len(all) == 0 {
		return f.missing
	}
	if f.items[name] = all[:len(all)-1]; len(all) == 1 {
		delete(f.items, name)
	}
	return nil
}

func (f *fakeLibrary) Keys() ([]string, error) {
	if err := f.on("keys", ""); err != nil {
		return nil, err
	}
	return f.names(), nil
}

func (f *fakeLibrary) names() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.items))
}

// openFake opens a ring on a fake library as if it were that backend.
func openFake(t *testing.T, f *fakeLibrary, cfg Config) store.Secrets {
	t.Helper()
	cfg.library = f
	if cfg.Backend == "" {
		cfg.Backend = SecretService
	}
	s, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// keyringError returns the KeyringError that err must be.
func keyringError(t *testing.T, err error) *store.KeyringError {
	t.Helper()
	var k *store.KeyringError
	if !errors.As(err, &k) {
		t.Fatalf("error %v is no KeyringError", err)
	}
	return k
}

// jsonError returns what a JSON decoder says of a text that it cannot decode.
func jsonError(text string, target any) error {
	if err := json.Unmarshal([]byte(text), target); err != nil {
		return err
	}
	panic("the text can be decoded")
}
