package flow

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

const (
	// freshFor is how long an exchange may take to know a key that it has just
	// made, and freshLook how often it is asked meanwhile.
	freshFor  = time.Minute
	freshLook = 2 * time.Second

	firstWait = 5 * time.Second
	longWait  = 5 * time.Minute
)

// refusal is an effect that cannot be done, for a reason of ours.
type refusal struct{ kind, what, hint string }

func (r *refusal) Error() string { return r.what }

// kindAlive is the refusal to forget a key that may live.
const kindAlive = "alive"

// hookError is a consumer's own program or file that failed.
type hookError struct{ err error }

func (h *hookError) Error() string { return h.err.Error() }
func (h *hookError) Unwrap() error { return h.err }

// problemOf words an error for people. It never holds a secret, since no error
// of the exchanges, the store or the keyring does.
func problemOf(err error) Problem {
	p := Problem{Kind: "error", What: strings.ReplaceAll(err.Error(), "\n", "; "), Hint: store.Hint(err)}
	if e, ok := errors.AsType[*exchanges.Error](err); ok {
		p.Kind, p.Hint = string(e.Kind), e.Hint
	} else if _, ok := errors.AsType[*store.KeyringError](err); ok {
		p.Kind = "keyring"
	} else if e, ok := errors.AsType[interface {
		error
		Advice() string
	}](err); ok {
		p.Hint = e.Advice()
	} else if e, ok := errors.AsType[*refusal](err); ok {
		p.Kind, p.Hint = e.kind, e.hint
	} else if errors.Is(err, store.ErrNoSecret) {
		p.Kind, p.Hint = "keyring", "The secret is not in the keyring that is in use: keyrota doctor says what is."
	} else if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		p.Kind = string(exchanges.Canceled)
	} else if _, ok := errors.AsType[*store.Error](err); ok {
		p.Kind = "store"
	}
	return p
}

// failure turns an error of an effect into the event's part, with the time at
// which it is worth trying again.
func (e *Engine) failure(s *State, do Effect, err error) *Failure {
	f := &Failure{Problem: problemOf(err)}
	f.Effect, f.At = do, e.Now().UTC()
	if _, ok := errors.AsType[*hookError](err); ok {
		f.Hook, f.Kind = true, "hook"
		return f
	}
	if do == DoEcho {
		f.Ignored = true
		f.What = "This machine's addresses could not be asked for: " + f.What
		return f
	}
	if x, ok := errors.AsType[*exchanges.Error](err); ok {
		f.Unknown = x.Outcome == exchanges.OutcomeUnknown
		f.Taken = x.Kind == exchanges.LabelTaken
		f.Code = x.Kind == exchanges.SecondFactor
		f.Wait = wait(s, do, x)
		if f.Code {
			f.What = strings.TrimSpace(x.Code + " " + x.Hint)
		}
		return f
	}
	if r, ok := errors.AsType[*refusal](err); ok && r.kind == kindAlive && time.Duration(s.Tries)*settleLook < settles {
		f.Wait = settleLook
	}
	if k, ok := errors.AsType[*store.KeyringError](err); ok && !k.Locked {
		f.Wait = backoff(s.Tries)
	}
	return f
}

// wait says when an exchange is worth asking again without a word from the
// person; 0: when they say so.
func wait(s *State, do Effect, x *exchanges.Error) time.Duration {
	switch x.Kind {
	case exchanges.RateLimited, exchanges.Unavailable, exchanges.Network, exchanges.Protocol:
		if x.RetryAfter > 0 {
			return x.RetryAfter + time.Second
		}
		return backoff(s.Tries)
	case exchanges.Auth, exchanges.NotFound:
		if do == DoVerify && !s.New.Made.IsZero() && time.Duration(s.Tries)*freshLook < freshFor {
			return freshLook
		}
	default:
	}
	return 0
}

// backoff doubles from 5 s to 5 min.
func backoff(tries int) time.Duration {
	return min(longWait, firstWait<<min(tries, 10))
}

// missingSecret words a secret that should be there.
func missingSecret(whose string, err error) error {
	if errors.Is(err, store.ErrNoSecret) {
		return &refusal{"keyring", fmt.Sprintf("the secret of %s is not in the keyring", whose),
			"Choose the keyring that has it, or go on by hand."}
	}
	return err
}
