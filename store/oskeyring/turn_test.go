package oskeyring

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/keyrota/keyrota/store"
)

// These tests run in bubbles of testing/synctest: time passes only when
// everybody waits, so limits of a minute cost nothing.

// hang makes calls of one kind block until released.
func (f *fakeLibrary) hang(op string) (release func()) {
	gate := make(chan struct{})
	f.before = func(got, _ string) error {
		if got == op {
			<-gate
		}
		return nil
	}
	return func() { close(gate) }
}

func get(s store.Secrets, slot store.Slot) error {
	_, err := s.Get(context.Background(), slot)
	return err
}

func TestHungCallEndsAtItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{})
		defer f.hang("get")()
		began := time.Now()
		k := keyringError(t, get(s, "a"))
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("the call took %v, want 5 s", took)
		}
		if !k.Locked || k.Op != "read" || k.Hint != hintAnswer || !strings.Contains(k.Error(), "no answer within 5s") {
			t.Errorf("error %q, %+v", k, k)
		}
	})
}

func TestBackendsWithoutDialogsAreNotCalledLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{Backend: WinCred, Unlocking: func() { t.Error("told of a dialog") }})
		defer f.hang("get")()
		began := time.Now()
		if k := keyringError(t, get(s, "a")); k.Locked || k.Hint != hintSilent {
			t.Errorf("error %+v", k)
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("the call took %v, want 5 s", took)
		}
	})
}

func TestPersonIsToldOfUnlockDialogAndHasAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		began := time.Now()
		var told []time.Duration
		s := openFake(t, f, Config{Unlocking: func() { told = append(told, time.Since(began)) }})
		defer f.hang("get")()
		_ = keyringError(t, get(s, "a"))
		if took := time.Since(began); took != time.Minute {
			t.Errorf("the call took %v, want 1 minute", took)
		}
		if len(told) != 1 || told[0] != time.Second {
			t.Errorf("told after %v, want once after 1 s", told)
		}
	})
}

func TestUnlockedInTimeSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{Unlocking: func() {}})
		if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
			t.Fatal(err)
		}
		release := f.hang("get")
		time.AfterFunc(30*time.Second, release)
		if err := get(s, "a"); err != nil {
			t.Errorf("Get after unlocking: %v", err)
		}
	})
}

func TestQuickCallsAreNotAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{Unlocking: func() { t.Error("told of a dialog") }})
		f.before = func(string, string) error { time.Sleep(900 * time.Millisecond); return nil }
		// A Put makes several calls; each has its own second.
		if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
			t.Fatal(err)
		}
	})
}

func TestCallsFailAtOnceWhileOneHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{})
		release := f.hang("get")
		first := get(s, "a")

		began := time.Now()
		for range 3 {
			again := keyringError(t, get(s, "b"))
			if again.Error() != first.Error() || !again.Locked {
				t.Errorf("error %v, want the first one: %v", again, first)
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("the calls waited for %v", took)
		}

		release()
		synctest.Wait()
		if err := get(s, "b"); !errors.Is(err, store.ErrNoSecret) {
			t.Errorf("after the hung call returned: %v", err)
		}
	})
}

func TestWaitingCallsFailTogetherWithTheHungOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{})
		defer f.hang("get")()
		began := time.Now()
		failed := make(chan time.Duration)
		for range 5 {
			go func() {
				_ = get(s, "a")
				failed <- time.Since(began)
			}()
		}
		for range 5 {
			if took := <-failed; took != 5*time.Second {
				t.Errorf("a call failed after %v, want 5 s", took)
			}
		}
	})
}

func TestWaitingCallsFailWhenThePersonGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{Unlocking: func() {}})
		defer f.hang("get")()
		began := time.Now()
		ctx, giveUp := context.WithTimeout(t.Context(), 3*time.Second)
		defer giveUp()
		go func() { _, _ = s.Get(ctx, "a") }()
		synctest.Wait()
		if k := keyringError(t, get(s, "b")); time.Since(began) != 3*time.Second || !k.Locked {
			t.Errorf("the waiting call failed after %v: %v", time.Since(began), k)
		}
	})
}

func TestLongQueueIsNotTakenForAHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{})
		f.before = func(string, string) error { time.Sleep(time.Second); return nil }
		failed := make(chan error)
		for range 20 {
			go func() { failed <- get(s, "a") }()
		}
		for range 20 {
			if err := <-failed; !errors.Is(err, store.ErrNoSecret) {
				t.Errorf("a call that waited for its turn: %v", err)
			}
		}
	})
}

func TestCallsEndWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{Unlocking: func() {}})
		release := f.hang("get")
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		began := time.Now()
		_, err := s.Get(ctx, "a")
		if took := time.Since(began); took != 3*time.Second || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get returned after %v: %v", took, err)
		}
		// The person gave up on the dialog: the next call does not wait for
		// it again.
		if k := keyringError(t, get(s, "a")); time.Since(began) != 3*time.Second || !k.Locked {
			t.Errorf("the next call returned after %v: %v", time.Since(began), k)
		}
		release()
	})
}

func TestCancelledQuickCallHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{})
		f.before = func(string, string) error { time.Sleep(10 * time.Millisecond); return nil }
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := s.Get(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if err := get(s, "a"); !errors.Is(err, store.ErrNoSecret) {
			t.Errorf("the next call: %v", err)
		}
	})
}

func TestCallWaitingForItsTurnEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{Unlocking: func() {}})
		release := f.hang("get")
		go func() { _ = get(s, "a") }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := s.Get(ctx, "b"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get while another call runs: %v", err)
		}
		release()
	})
}

func TestHungOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate := make(chan struct{})
		turn := newTurn(time.Second, nil)
		err := turn.do(t.Context(), 5*time.Second, func(*operation) error { <-gate; return nil })
		if !errors.As(err, new(noAnswerError)) {
			t.Errorf("do = %v", err)
		}
		close(gate)
	})
}

func TestAbandonedPutIsUndone(t *testing.T) {
	for _, had := range []string{"", "old"} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			s := openFake(t, f, Config{})
			if had != "" {
				if err := s.Put(t.Context(), "a", []byte(had)); err != nil {
					t.Fatal(err)
				}
			}
			release := f.hang("set")
			_ = keyringError(t, s.Put(t.Context(), "a", []byte("new")))
			release() // the daemon wakes up and stores the value after all
			synctest.Wait()
			got, err := s.Get(t.Context(), "a")
			if had == "" && !errors.Is(err, store.ErrNoSecret) || had != "" && string(got) != had {
				t.Errorf("a Put that failed left %q, %v; the slot held %q", got, err, had)
			}
		})
	}
}

func TestAbandonedDeleteGoesNoFurther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{Backend: Pass})
		if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
			t.Fatal(err)
		}
		release := f.hang("remove")
		_ = keyringError(t, s.Delete(t.Context(), "a"))
		release()
		synctest.Wait()
		if err := get(s, "a"); err != nil {
			t.Errorf("a Delete that failed at its first step took the value: %v", err)
		}
	})
}

func TestPutSucceedsThoughTidyingHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		s := openFake(t, f, Config{Backend: Pass})
		release := f.hang("remove") // the copy is removed last
		if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
			t.Errorf("Put = %v, but the value is stored and was read back", err)
		}
		release()
		synctest.Wait()
		if got, err := s.Get(t.Context(), "a"); err != nil || string(got) != "v" {
			t.Errorf("Get = %q, %v", got, err)
		}
	})
}

func TestDismissedDialogIsAnErrorNotAPanic(t *testing.T) {
	f := newFake()
	s := openFake(t, f, Config{})
	f.before = func(op, _ string) error {
		if op == "set" {
			var dismissed any = ""
			_ = dismissed.(interface{ ObjectPath() }) // as the library does
		}
		return nil
	}
	k := keyringError(t, s.Put(t.Context(), "a", []byte("v")))
	if !k.Locked || k.Hint == "" || !strings.Contains(k.Error(), "dismissed") {
		t.Errorf("error %q, %+v", k, k)
	}
	f.before = nil
	if err := s.Put(t.Context(), "a", []byte("v")); err != nil {
		t.Errorf("the next call: %v", err)
	}
}

func TestOtherPanicsDoNotShowWhatTheyHold(t *testing.T) {
	f := newFake()
	s := openFake(t, f, Config{})
	f.before = func(string, string) error { panic("v4lue") }
	err := s.Put(t.Context(), "a", []byte("v"))
	if err == nil || strings.Contains(err.Error(), "v4lue") || !strings.Contains(err.Error(), "panicked") {
		t.Errorf("Put = %v", err)
	}
	f.before = func(string, string) error { return []error{}[len(f.items)] }
	if err := get(s, "a"); err == nil || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("Get = %v", err)
	}
}
