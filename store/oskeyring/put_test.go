package oskeyring

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/secretstest"
)

// kinds are the backends that differ in how a value is written.
var kinds = []struct {
	name    string
	backend Backend
	limit   int
	torn    bool // a set that is killed leaves half an item
}{
	{"atomic", SecretService, 0, false},
	{"atomic, 2560 bytes", WinCred, winCredLimit, false},
	{"not atomic", Pass, 0, true},
}

func TestConformance(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			f := newFake()
			f.limit = k.limit
			secretstest.Run(t, func(t *testing.T) store.Secrets {
				return openFake(t, f, Config{Backend: k.backend})
			})
			if left := f.names(); len(left) > 0 {
				t.Errorf("items left behind: %q", left)
			}
		})
	}
}

// values of several lengths: one item, and several parts on capped backends.
func testValue(word string, size int) []byte {
	return bytes.Repeat([]byte(word), size/len(word)+1)[:size]
}

var errKilled = errors.New("killed")

// killAt makes the nth change fail, and with it everything that follows, as
// if the process had been killed there.
func (f *fakeLibrary) killAt(n int) (reached func() bool) {
	dead := false
	f.before = func(op, _ string) error {
		if op == "set" || op == "remove" {
			n--
		}
		if dead = dead || n < 0; dead {
			return errKilled
		}
		return nil
	}
	return func() bool { return dead }
}

// tearFirst makes only the first failing set leave half an item.
func (f *fakeLibrary) tearFirst() {
	done := false
	f.torn = func(string) bool {
		defer func() { done = true }()
		return !done
	}
}

func TestCrashAtEveryWriteOfPut(t *testing.T) {
	sizes := []int{0, 10, 2524, 2525, 9000}
	for _, k := range kinds {
		for _, before := range sizes {
			for _, after := range sizes {
				t.Run(fmt.Sprintf("%s/%d→%d", k.name, before, after), func(t *testing.T) {
					crashAtEveryWrite(t, k.backend, k.limit, k.torn, testValue("old", before), testValue("new!", after))
				})
			}
		}
	}
}

func crashAtEveryWrite(t *testing.T, b Backend, limit int, torn bool, old, value []byte) {
	for n := 0; ; n++ {
		f := newFake()
		f.limit = limit
		s := openFake(t, f, Config{Backend: b})
		if err := s.Put(t.Context(), "a", old); err != nil {
			t.Fatal(err)
		}
		reached := f.killAt(n)
		if torn {
			f.tearFirst()
		}
		err := s.Put(t.Context(), "a", value)
		f.before = nil

		again := openFake(t, f, Config{Backend: b})
		got, getErr := again.Get(t.Context(), "a")
		switch {
		case getErr != nil:
			t.Fatalf("killed at write %d: Get = %v; items %q", n, getErr, f.names())
		case err == nil && !bytes.Equal(got, value):
			t.Fatalf("killed at write %d: Put succeeded, but the value is not there", n)
		case !bytes.Equal(got, old) && !bytes.Equal(got, value):
			t.Fatalf("killed at write %d: the value is neither the old nor the new one", n)
		}
		if err := again.Put(t.Context(), "a", old); err != nil {
			t.Fatalf("killed at write %d: the next Put: %v", n, err)
		}
		wantOnlyItems(t, again, f, "a", limit, len(old))
		if !reached() {
			return
		}
	}
}

// TestCrashAfterCrash kills a Put that finds only the copy in order.
func TestCrashAfterCrash(t *testing.T) {
	old, reached := testValue("old", 100), true
	for n := 0; reached; n++ {
		f := newFake()
		f.items[itemName("a", kindSecret)] = [][]byte{{}}
		f.items[itemName("a", kindCopy)] = [][]byte{seal("a", contentValue, old)}
		s := openFake(t, f, Config{Backend: File})
		dead := f.killAt(n)
		f.tearFirst()
		_ = s.Put(t.Context(), "a", []byte("new"))
		reached = dead()
		f.before = nil
		if got, err := s.Get(t.Context(), "a"); err != nil || !bytes.Equal(got, old) && string(got) != "new" {
			t.Fatalf("killed at write %d: Get = %d bytes, %v", n, len(got), err)
		}
	}
}

// wantOnlyItems checks that a slot takes no more items than its value needs,
// and none once it is deleted.
func wantOnlyItems(t *testing.T, s store.Secrets, f *fakeLibrary, slot store.Slot, limit, size int) {
	t.Helper()
	want := 1
	if limit > 0 && size+overhead > limit {
		_, parts := split(slot, make([]byte, size), limit, 0)
		want += len(parts)
	}
	if got := f.names(); len(got) != want {
		t.Fatalf("%d items, want %d: %q", len(got), want, got)
	}
	if err := s.Delete(t.Context(), slot); err != nil {
		t.Fatal(err)
	}
	if got := f.names(); len(got) != 0 {
		t.Fatalf("items after Delete: %q", got)
	}
}

func TestCrashAtEveryWriteOfFirstPut(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			value, reached := testValue("new", 9000), true
			for n := 0; reached; n++ {
				f := newFake()
				f.limit = k.limit
				s := openFake(t, f, Config{Backend: k.backend})
				dead := f.killAt(n)
				if k.torn {
					f.tearFirst()
				}
				_ = s.Put(t.Context(), "a", value)
				reached = dead()
				wantValueOrNothing(t, s, f, n, value)
			}
		})
	}
}

func TestCrashAtEveryWriteOfDelete(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			older, value, reached := testValue("older", 9000), testValue("v", 9000), true
			for n := 0; reached; n++ {
				f := newFake()
				f.limit = k.limit
				s := openFake(t, f, Config{Backend: k.backend})
				for _, v := range [][]byte{older, value} {
					if err := s.Put(t.Context(), "a", v); err != nil {
						t.Fatal(err)
					}
				}
				dead := f.killAt(n)
				_ = s.Delete(t.Context(), "a")
				reached = dead()
				wantValueOrNothing(t, s, f, n, value)
			}
		})
	}
}

// wantValueOrNothing checks what was left by an operation that was killed at
// change n: a whole value or none, a List that tells of every leftover, and
// nothing that Delete does not remove.
func wantValueOrNothing(t *testing.T, s store.Secrets, f *fakeLibrary, n int, value []byte) {
	t.Helper()
	f.before = nil
	got, err := s.Get(t.Context(), "a")
	if !errors.Is(err, store.ErrNoSecret) && (err != nil || !bytes.Equal(got, value)) {
		t.Fatalf("killed at write %d: Get = %d bytes, %v", n, len(got), err)
	}
	if slots, err := s.List(t.Context()); err != nil || len(f.names()) > 0 && !slices.Equal(slots, []store.Slot{"a"}) {
		t.Fatalf("killed at write %d: List = %q, %v; items %q", n, slots, err, f.names())
	}
	if err := s.Delete(t.Context(), "a"); err != nil || len(f.names()) > 0 {
		t.Fatalf("killed at write %d: Delete = %v; items left: %q", n, err, f.names())
	}
}

// TestFailedPutLeavesOldValue lets one call fail and the next ones succeed.
func TestFailedPutLeavesOldValue(t *testing.T) {
	for _, k := range kinds {
		for _, had := range []int{-1, 10, 9000} {
			t.Run(fmt.Sprintf("%s/%d", k.name, had), func(t *testing.T) {
				n := 0
				for failOnce(t, k.backend, k.limit, k.torn, had, n) {
					n++
				}
			})
		}
	}
}

// failOnce lets call number n of a Put fail, and reports whether there was
// such a call.
func failOnce(t *testing.T, b Backend, limit int, torn bool, had, n int) bool {
	f := newFake()
	f.limit = limit
	s := openFake(t, f, Config{Backend: b})
	if had >= 0 {
		if err := s.Put(t.Context(), "a", testValue("old", had)); err != nil {
			t.Fatal(err)
		}
	}
	before := maps.Clone(f.items)
	if torn {
		f.tearFirst()
	}
	calls := 0
	f.before = func(string, string) error {
		if calls++; calls == n+1 {
			return errKilled
		}
		return nil
	}
	err := s.Put(t.Context(), "a", testValue("new", 9000))
	f.before = nil
	if err == nil {
		return calls > n // it was only tidying, or there is no such call
	}
	if !errors.Is(err, errKilled) {
		t.Fatalf("call %d: Put = %v", n, err)
	}
	got, err := s.Get(t.Context(), "a")
	if had < 0 && !errors.Is(err, store.ErrNoSecret) || had >= 0 && !bytes.Equal(got, testValue("old", had)) {
		t.Fatalf("call %d failed: Get = %d bytes, %v", n, len(got), err)
	}
	if after := f.names(); !slices.Equal(after, slices.Sorted(maps.Keys(before))) {
		t.Fatalf("call %d failed: items %q, before %q", n, after, slices.Sorted(maps.Keys(before)))
	}
	return true
}
