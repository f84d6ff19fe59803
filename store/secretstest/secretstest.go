// Package secretstest checks that an implementation of store.Secrets keeps
// every promise that the interface makes.
package secretstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/keyrota/keyrota/store"
)

// Run checks the implementation that open returns. open is called once per
// subtest; stores may share what lies beneath. Every slot that Run uses is
// deleted again.
func Run(t *testing.T, open func(t *testing.T) store.Secrets) { run(t, open, false) }

// RunSparingly checks, with few values, the promises that rest on what lies
// beneath the implementation, for a backend that takes processes for each call.
// The rest must have passed Run on another backend.
func RunSparingly(t *testing.T, open func(t *testing.T) store.Secrets) { run(t, open, true) }

func run(t *testing.T, open func(t *testing.T) store.Secrets, sparing bool) {
	t.Helper()
	for _, promise := range []struct {
		name    string
		beneath bool // rests on what lies beneath
		check   func(*testing.T, fixture)
	}{
		{"a backend has a name", false, checkBackend},
		{"what was put can be got", true, checkValues},
		{"a put replaces", true, checkReplace},
		{"an empty slot is ErrNoSecret", true, checkMissing},
		{"delete is idempotent", true, checkDelete},
		{"list holds our slots in order", true, checkList},
		{"slots are distinct", true, checkDistinct},
		{"values are copied", false, checkCopies},
		{"concurrent use is safe", false, checkConcurrent},
		{"invalid slots are refused", false, checkInvalidSlots},
		{"calls end with their context", false, checkContext},
		{"errors hold no value", false, checkErrors},
	} {
		if sparing && !promise.beneath {
			continue
		}
		t.Run(promise.name, func(t *testing.T) {
			promise.check(t, fixture{open(t), fmt.Sprintf("suite-%08x", rand.Uint32()), sparing})
		})
	}
}

// fixture is a store and the beginning of the slots that a test uses.
type fixture struct {
	store.Secrets
	prefix  string
	sparing bool
}

// few returns all of the cases, or the first n where time is short.
func few[T any](f fixture, n int, all ...T) []T {
	if f.sparing {
		return all[:n]
	}
	return all
}

// slot returns a slot of this test's own and empties it afterwards.
func (f fixture) slot(t *testing.T, name string) store.Slot {
	t.Helper()
	s := store.Slot(f.prefix + "." + name)
	t.Cleanup(func() {
		if err := f.Delete(context.Background(), s); err != nil {
			t.Errorf("cleaning up %s: %v", s, err)
		}
	})
	return s
}

func (f fixture) put(t *testing.T, s store.Slot, value []byte) {
	t.Helper()
	if err := f.Put(t.Context(), s, value); err != nil {
		t.Fatalf("Put(%s, %d bytes): %v", s, len(value), err)
	}
}

func (f fixture) wants(t *testing.T, s store.Slot, want []byte) {
	t.Helper()
	got, err := f.Get(t.Context(), s)
	if err != nil {
		t.Fatalf("Get(%s): %v", s, err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("Get(%s) returned %d bytes that differ from the %d stored", s, len(got), len(want))
	}
}

func (f fixture) wantsNothing(t *testing.T, s store.Slot) {
	t.Helper()
	if got, err := f.Get(t.Context(), s); !errors.Is(err, store.ErrNoSecret) || got != nil {
		t.Fatalf("Get(%s) = %d bytes, %v; want ErrNoSecret", s, len(got), err)
	}
}

func checkBackend(t *testing.T, f fixture) {
	if f.Backend() == "" {
		t.Error("Backend() is empty")
	}
}

func checkValues(t *testing.T, f fixture) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	pem := "-----BEGIN PRIVATE KEY-----\n" + strings.Repeat(strings.Repeat("A", 64)+"\n", 76) + "-----END PRIVATE KEY-----\n"
	type value struct {
		name  string
		bytes []byte
	}
	for _, v := range few(f, 3,
		value{"empty", nil},
		value{"every-byte", all},
		value{"64KiB", random(64 << 10)},
		value{"pem", []byte(pem)},
		value{"text", []byte(`s3cret "ünïcode" 鍵 '$(x)` + "`\\")},
		value{"invalid-utf8", []byte("\xff\xfe\x00\xc3(")},
		value{"line-ends", []byte("\r\n\n a \t\r\n")},
		value{"2560", random(2560)},
		value{"2561", random(2561)},
	) {
		t.Run(v.name, func(t *testing.T) {
			s := f.slot(t, v.name)
			f.put(t, s, v.bytes)
			f.wants(t, s, v.bytes)
		})
	}
}

func checkReplace(t *testing.T, f fixture) {
	s := f.slot(t, "replace")
	for _, size := range few(f, 2, 5000, 10, 0, 5001, 10) {
		value := random(size)
		f.put(t, s, value)
		f.wants(t, s, value)
		f.wants(t, s, value) // reading takes nothing away
	}
}

func checkMissing(t *testing.T, f fixture) {
	f.wantsNothing(t, f.slot(t, "missing"))
}

func checkDelete(t *testing.T, f fixture) {
	for _, size := range few(f, 1, 5, 5000) {
		s := f.slot(t, fmt.Sprint("delete-", size))
		f.put(t, s, random(size))
		for range 3 {
			if err := f.Delete(t.Context(), s); err != nil {
				t.Fatalf("Delete: %v", err)
			}
			f.wantsNothing(t, s)
		}
		value := random(size)
		f.put(t, s, value)
		f.wants(t, s, value)
	}
	if err := f.Delete(t.Context(), f.slot(t, "never-stored")); err != nil {
		t.Fatalf("Delete of a slot that was always empty: %v", err)
	}
}

// ours lists the slots of this test.
func (f fixture) ours(t *testing.T) []store.Slot {
	t.Helper()
	all, err := f.List(t.Context())
	if err != nil {
		t.Fatalf("List: %v", err)
	}
	if !slices.IsSorted(all) {
		t.Fatalf("List is not in order: %q", all)
	}
	return slices.DeleteFunc(all, func(s store.Slot) bool { return !strings.HasPrefix(string(s), f.prefix) })
}

func checkList(t *testing.T, f fixture) {
	if got := f.ours(t); len(got) != 0 {
		t.Fatalf("List before anything is stored: %q", got)
	}
	var want []store.Slot
	for _, name := range few(f, 2, "Z", "1", "a-", "a.b", "big") {
		s := f.slot(t, name)
		f.put(t, s, random(3000))
		want = append(want, s)
	}
	f.put(t, want[0], random(10)) // replacing adds nothing
	slices.Sort(want)
	if got := f.ours(t); !slices.Equal(got, want) {
		t.Fatalf("List = %q, want %q", got, want)
	}
	last := len(want) - 1
	if err := f.Delete(t.Context(), want[last]); err != nil {
		t.Fatalf("Delete: %v", err)
	}
	if got := f.ours(t); !slices.Equal(got, want[:last]) {
		t.Fatalf("List after Delete = %q, want %q", got, want[:last])
	}
}

func checkDistinct(t *testing.T, f fixture) {
	names := few(f, 2, "key", "Key", "key.copy", "_key", "KEY", "key.", "key.secret", "-", ".")
	for _, n := range names {
		f.put(t, f.slot(t, n), []byte(n))
	}
	for _, n := range names {
		f.wants(t, store.Slot(f.prefix+"."+n), []byte(n))
	}
	long := f.prefix + "." + strings.Repeat("Z", 64-len(f.prefix)-1)
	s := f.slot(t, long[len(f.prefix)+1:])
	f.put(t, s, []byte(long))
	f.wants(t, s, []byte(long))
}

func checkCopies(t *testing.T, f fixture) {
	s, value := f.slot(t, "copies"), []byte("abc")
	f.put(t, s, value)
	value[0] = 'X'
	got, err := f.Get(t.Context(), s)
	if err != nil {
		t.Fatalf("Get: %v", err)
	}
	got[1] = 'X'
	f.wants(t, s, []byte("abc"))
}

func checkConcurrent(t *testing.T, f fixture) {
	shared := f.slot(t, "shared")
	f.put(t, shared, []byte("0"))
	var wg sync.WaitGroup
	for i := range 3 {
		own := f.slot(t, fmt.Sprint("own-", i))
		wg.Go(func() {
			for j := range 2 {
				value := fmt.Appendf(nil, "%d-%d", i, j)
				if err := errors.Join(f.Put(t.Context(), own, value), f.Put(t.Context(), shared, value)); err != nil {
					t.Errorf("Put: %v", err)
				}
				if got, err := f.Get(t.Context(), own); err != nil || !bytes.Equal(got, value) {
					t.Errorf("Get of a slot that nobody else uses: %d bytes, %v", len(got), err)
				}
				if _, err := f.Get(t.Context(), shared); err != nil {
					t.Errorf("Get of a shared slot: %v", err)
				}
			}
			if err := f.Delete(t.Context(), own); err != nil {
				t.Errorf("Delete: %v", err)
			}
		})
	}
	wg.Wait()
}

func checkInvalidSlots(t *testing.T, f fixture) {
	for _, s := range []store.Slot{
		"", "a b", "a/b", "../a", `a\b`, "a\x00b", "a\nb", "ä", "a:b", "a%41", "a*", "~", "\xff",
		store.Slot(strings.Repeat("x", 65)),
	} {
		if err := f.Put(t.Context(), s, []byte("v")); err == nil {
			t.Errorf("Put accepts the slot %q", s)
		}
		if _, err := f.Get(t.Context(), s); err == nil || errors.Is(err, store.ErrNoSecret) {
			t.Errorf("Get of the slot %q: %v", s, err)
		}
		if err := f.Delete(t.Context(), s); err == nil {
			t.Errorf("Delete accepts the slot %q", s)
		}
	}
}

func checkContext(t *testing.T, f fixture) {
	s := f.slot(t, "context")
	f.put(t, s, []byte("before"))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	_, getErr := f.Get(ended, s)
	_, listErr := f.List(ended)
	for op, err := range map[string]error{
		"Put":    f.Put(ended, s, []byte("after")),
		"Get":    getErr,
		"Delete": f.Delete(ended, s),
		"List":   listErr,
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with an ended context: %v", op, err)
		}
	}
	f.wants(t, s, []byte("before"))
}

func checkErrors(t *testing.T, f fixture) {
	const canary = "c4n4ry-v4lue"
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	s := f.slot(t, "errors")
	for _, err := range []error{
		f.Put(ended, s, []byte(canary)),
		f.Put(t.Context(), "in valid", []byte(canary)),
		f.Put(t.Context(), store.Slot(strings.Repeat("x", 65)), []byte(canary)),
	} {
		if err == nil {
			t.Fatal("Put succeeded where it must fail")
		}
		if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, canary) {
			t.Errorf("the error holds the value: %s", text)
		}
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}
