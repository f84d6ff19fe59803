package flow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// advised is an error of another package that knows what to do.
type advised struct{}

func (advised) Error() string  { return "the program is missing" }
func (advised) Advice() string { return "Install it." }

func TestProblemsAreWorded(t *testing.T) {
	for _, c := range []struct {
		err              error
		kind, what, hint string
	}{
		{refuse("create", exchanges.Denied), "denied", "toy: create: the key lacks a permission (no: denied)", "A hint."},
		{fmt.Errorf("so: %w", refuse("create", exchanges.Network)), "network", "so: toy: create", "A hint."},
		{&store.KeyringError{Backend: "kwallet", Op: "read", Hint: "Unlock it.", Locked: true, Err: errors.New("locked")}, "keyring", "kwallet keyring: cannot read: locked", "Unlock it."},
		{&store.Error{Op: "save", Path: "keys.toml", Hint: "Make room.", Err: errors.New("no space left")}, "store", "cannot save keys.toml: no space left", "Make room."},
		{advised{}, "error", "the program is missing", "Install it."},
		{&refusal{"alive", "it lives", "Try again."}, "alive", "it lives", "Try again."},
		{store.ErrNoSecret, "keyring", store.ErrNoSecret.Error(), "doctor"},
		{context.DeadlineExceeded, "canceled", "deadline", ""},
		{errors.New("one\ntwo"), "error", "one; two", ""},
	} {
		p := problemOf(c.err)
		if p.Kind != c.kind || !strings.Contains(p.What, c.what) || !strings.Contains(p.Hint, c.hint) {
			t.Errorf("%v: %+v", c.err, p)
		}
	}
}

var lost = &exchanges.Error{Kind: exchanges.Network, Outcome: exchanges.OutcomeUnknown}

var failedEffects = []struct {
	name string
	do   Effect
	err  error
	ok   func(*Failure) bool
}{
	{"what was lost may have happened", DoCreate, lost, func(f *Failure) bool { return f.Unknown }},
	{"what was refused has not", DoCreate, refuse("create", exchanges.Denied), func(f *Failure) bool { return !f.Unknown && f.Wait == 0 }},
	{"a label in use", DoCreate, refuse("create", exchanges.LabelTaken), func(f *Failure) bool { return f.Taken && f.Wait == 0 }},
	{"a code", DoCreate, refuse("create", exchanges.SecondFactor), func(f *Failure) bool { return f.Code && f.What == "no: second-factor A hint." }},
	{"a hook", DoHook, &hookError{errors.New("exit status 1")}, func(f *Failure) bool { return f.Hook && f.Kind == "hook" && f.What == "exit status 1" }},
	{"a courtesy", DoEcho, errors.New("timeout"), func(f *Failure) bool { return f.Ignored && strings.Contains(f.What, "addresses") }},
	{"a keyring that is gone comes back", DoVerify, &store.KeyringError{Err: errors.New("gone")}, func(f *Failure) bool { return f.Wait == firstWait }},
	{"a keyring that is locked waits for the person", DoVerify, &store.KeyringError{Locked: true, Err: errors.New("locked")}, func(f *Failure) bool { return f.Wait == 0 }},
	{"a disk waits for the person", DoSwitch, &store.Error{Op: "save", Err: errors.New("full")}, func(f *Failure) bool { return f.Wait == 0 }},
}

func TestFailuresOfEffects(t *testing.T) {
	w := newWorld(t, full)
	s := stateAt(Create, StepMake, byAPI)
	for _, c := range failedEffects {
		f := w.engine.failure(&s, c.do, c.err)
		if !c.ok(f) || f.Effect != c.do || !f.At.Equal(w.now()) || f.What == "" {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
	if err := error(&hookError{lost}); !errors.Is(err, exchanges.Network) {
		t.Error("a hook's error hides its cause")
	}
}

func TestWhenAnExchangeIsAskedAgain(t *testing.T) {
	s := stateAt(Rotate, StepVerify)
	for _, k := range []exchanges.Kind{exchanges.RateLimited, exchanges.Unavailable, exchanges.Network, exchanges.Protocol} {
		if got := wait(&s, DoVerify, &exchanges.Error{Kind: k}); got != firstWait {
			t.Errorf("%s: after %s", k, got)
		}
		if got := wait(&s, DoVerify, &exchanges.Error{Kind: k, RetryAfter: 30 * time.Second}); got <= 30*time.Second || got > 32*time.Second {
			t.Errorf("%s: after %s, asked for 30 s", k, got)
		}
	}
	for _, k := range []exchanges.Kind{exchanges.Denied, exchanges.IPBlocked, exchanges.Expired, exchanges.ClockSkew, exchanges.Nonce, exchanges.Blocked, exchanges.Invalid,
		exchanges.Unsupported, exchanges.Canceled, exchanges.SecondFactor, exchanges.LabelTaken, exchanges.KeyLimit} {
		if got := wait(&s, DoVerify, &exchanges.Error{Kind: k}); got != 0 {
			t.Errorf("%s: by itself after %s", k, got)
		}
	}
}

func TestAFreshKeyMayBeUnknownForAMinute(t *testing.T) {
	s := stateAt(Rotate, StepVerify)
	refused := &exchanges.Error{Kind: exchanges.Auth}
	var waited time.Duration
	for ; ; s.Tries++ {
		d := wait(&s, DoVerify, refused)
		if d == 0 {
			break
		}
		waited += d
	}
	if waited != freshFor {
		t.Errorf("waited for %s", waited)
	}
	s.Tries = 0
	if got := wait(&s, DoLook, refused); got != 0 {
		t.Errorf("another question waits for %s", got)
	}
	s.New.Made = noTime
	if got := wait(&s, DoVerify, refused); got != 0 {
		t.Errorf("a key that was never made is waited for: %s", got)
	}
}

func TestBackoff(t *testing.T) {
	last := time.Duration(0)
	for tries := range 100 {
		d := backoff(tries)
		if d < last || d < firstWait || d > longWait {
			t.Fatalf("try %d: %s after %s", tries, d, last)
		}
		last = d
	}
	if last != longWait || backoff(1) != 2*firstWait {
		t.Errorf("ends at %s, the second is %s", last, backoff(1))
	}
}

func TestASecretThatIsMissingIsNamed(t *testing.T) {
	err := missingSecret("grid", store.ErrNoSecret)
	if p := problemOf(err); p.Kind != "keyring" || !strings.Contains(p.What, "grid") || p.Hint == "" {
		t.Errorf("%+v", p)
	}
	if other := errors.New("other"); !errors.Is(missingSecret("grid", other), other) || missingSecret("grid", nil) != nil {
		t.Error("other errors are changed")
	}
}
