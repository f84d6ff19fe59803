package oskeyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/keyring"

	"github.com/keyrota/keyrota/store"
)

func TestPutThatStoresSomethingElseIsUndone(t *testing.T) {
	for _, k := range kinds {
		for _, size := range []int{3, 9000} {
			t.Run(fmt.Sprint(k.name, "/", size), func(t *testing.T) {
				f := newFake()
				f.limit = k.limit
				s := openFake(t, f, Config{Backend: k.backend})
				if err := s.Put(t.Context(), "a", testValue("old", size)); err != nil {
					t.Fatal(err)
				}
				s.(*ring).lib = &lyingLibrary{fakeLibrary: f}
				if err := s.Put(t.Context(), "a", testValue("new", size)); !errors.Is(err, errReadBack) {
					t.Fatalf("Put = %v", err)
				}
				if got, err := s.Get(t.Context(), "a"); err != nil || !bytes.Equal(got, testValue("old", size)) {
					t.Errorf("Get = %d bytes, %v", len(got), err)
				}
			})
		}
	}
}

// lyingLibrary cuts the first item that it stores, copies apart, and says
// nothing of it.
type lyingLibrary struct {
	*fakeLibrary
	lied bool
}

func (l *lyingLibrary) Set(item keyring.Item) error {
	if !l.lied && !strings.HasSuffix(item.Key, kindCopy) {
		l.lied = true
		item.Data = item.Data[:len(item.Data)-1]
	}
	return l.fakeLibrary.Set(item)
}

func TestOldValueThatCannotBePutBackIsReported(t *testing.T) {
	f := newFake()
	s := openFake(t, f, Config{})
	if err := s.Put(t.Context(), "a", []byte("old")); err != nil {
		t.Fatal(err)
	}
	f.before = func(op, _ string) error {
		if op == "set" {
			delete(f.items, itemName("a", kindSecret)) // the backend lost it
			return errKilled
		}
		return nil
	}
	if err := s.Put(t.Context(), "a", []byte("new")); err == nil || !strings.Contains(err.Error(), "could not be put back") {
		t.Errorf("Put = %v", err)
	}
}

func TestDamagedItemIsAnErrorAndCanBeReplaced(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			f := newFake()
			s := openFake(t, f, Config{Backend: k.backend})
			name := itemName("a", kindSecret)
			for _, damage := range [][]byte{{}, []byte("kr"), []byte("not ours"), seal("b", contentValue, []byte("of another slot"))} {
				f.items[name] = [][]byte{damage}
				_, err := s.Get(t.Context(), "a")
				if k := keyringError(t, err); !errors.Is(err, store.ErrDamaged) || k.Hint == "" {
					t.Errorf("Get of %q = %v", damage, err)
				}
				f.before = func(op, _ string) error {
					if op == "set" {
						return errKilled
					}
					return nil
				}
				if err := s.Put(t.Context(), "a", []byte("v")); !errors.Is(err, errKilled) {
					t.Errorf("Put = %v", err)
				}
				if got := f.items[name]; len(got) != 1 || !bytes.Equal(got[0], damage) {
					t.Errorf("a Put that failed touched the damaged item: %q", got)
				}
				f.before = nil
				if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
					t.Errorf("Put over %q = %v", damage, err)
				}
			}
		})
	}
}

func TestItemOfNewerVersionIsNotOverwritten(t *testing.T) {
	f := newFake()
	s := openFake(t, f, Config{})
	newer := seal("a", contentValue, []byte("v"))
	newer[len(magic)] = version + 1
	f.items[itemName("a", kindSecret)] = [][]byte{newer}
	for _, err := range []error{get(s, "a"), s.Put(t.Context(), "a", []byte("v"))} {
		if k := keyringError(t, err); !errors.Is(err, errNewer) || k.Hint != "update keyrota" {
			t.Errorf("error %v", err)
		}
	}
	if got := f.items[itemName("a", kindSecret)]; !bytes.Equal(got[0], newer) {
		t.Error("the item was changed")
	}
}

func TestPartsThatDoNotBelongAreRefused(t *testing.T) {
	f := newFake()
	f.limit = winCredLimit
	s := openFake(t, f, Config{Backend: WinCred})
	value := testValue("abc", 9000)
	for name, spoil := range map[string]func(parts []string){
		"missing":  func(p []string) { delete(f.items, p[1]) },
		"swapped":  func(p []string) { f.items[p[0]], f.items[p[1]] = f.items[p[1]], f.items[p[0]] },
		"cut":      func(p []string) { f.items[p[0]][0] = f.items[p[0]][0][:100] },
		"repeated": func(p []string) { f.items[p[2]] = f.items[p[0]] },
		"a value":  func(p []string) { f.items[p[0]] = [][]byte{seal("a", contentValue, []byte("v"))} },
	} {
		if err := s.Put(t.Context(), "a", value); err != nil {
			t.Fatal(err)
		}
		spoil(slices.DeleteFunc(f.names(), func(n string) bool { return !strings.Contains(n, kindPart) }))
		if err := get(s, "a"); !errors.Is(err, errDamaged) {
			t.Errorf("Get with a part %s = %v", name, err)
		}
	}
}

func TestCopyCountsOnlyWithoutSecret(t *testing.T) {
	f := newFake()
	s := openFake(t, f, Config{Backend: File})
	if err := s.Put(t.Context(), "a", []byte("new")); err != nil {
		t.Fatal(err)
	}
	f.items[itemName("a", kindCopy)] = [][]byte{seal("a", contentValue, []byte("old"))}
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "new" {
		t.Errorf("with both: %q, %v", got, err)
	}
	f.items[itemName("a", kindSecret)] = [][]byte{{}}
	if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "old" {
		t.Errorf("with a secret of 0 bytes: %q, %v", got, err)
	}
	// Only a copy that can be read stands in: this one may be old.
	f.before = func(_, name string) error {
		if name == itemName("a", kindSecret) {
			return errKilled
		}
		return nil
	}
	if err := get(s, "a"); !errors.Is(err, errKilled) {
		t.Errorf("with a secret that cannot be read now: %v", err)
	}
}

func TestDeleteRemovesDuplicates(t *testing.T) {
	f := newFake()
	s := openFake(t, f, Config{})
	f.duplicate = true
	for range 3 {
		if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Delete(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	if left := f.names(); len(left) != 0 {
		t.Errorf("left: %q", left)
	}
}

func TestDeleteNoticesWhatStays(t *testing.T) {
	f := newFake()
	s := openFake(t, f, Config{})
	if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
		t.Fatal(err)
	}
	s.(*ring).lib = stubborn{f}
	if k := keyringError(t, s.Delete(t.Context(), "a")); k.Op != "remove" || !strings.Contains(k.Error(), "still there") {
		t.Errorf("Delete = %v", k)
	}
}

// stubborn removes nothing and says it did.
type stubborn struct{ *fakeLibrary }

func (stubborn) Remove(string) error { return nil }

func TestTooLongValueIsRefused(t *testing.T) {
	s := openFake(t, newFake(), Config{})
	if err := s.Put(context.Background(), "a", make([]byte, MaxValue+1)); err == nil {
		t.Error("Put accepts it")
	}
}
