package exchangetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// crowd is how many keys are inspected at once in the law of concurrency.
const crowd = 8

var callLaws = []Law{
	{"a read is tried again after a short failure, or sent once", retries},
	{"a key that is refused is not tried again, or once where that is declared", refusalsAreFinal},
	{"a context that ends ends the call", cancels},
	{"a context that has ended sends nothing", canceledBefore},
	{"an exchange may be used by many at once", concurrent},
	{"a clock that does not answer is not blamed on the key", clockSilent},
}

func retries(s Subject) error {
	var p problems
	for name, c := range map[string]struct {
		bad   Reply
		pause time.Duration // at least; 0: net/http may repeat it by itself
	}{
		"dropped":     {bad: Drop()},
		"unavailable": {Status(http.StatusServiceUnavailable, ""), time.Millisecond},
		"slow down":   {Page(http.StatusTooManyRequests).With("Retry-After", "2"), 2 * time.Second},
	} {
		calls, err := s.inspectCalls(s.Adapter.Info.Sites[0])
		if err != nil {
			return err
		}
		p.in(name, s.onFirst(func(b *bench) error {
			good := b.Routes(b.site)[calls[0]]
			turn := Sequence(c.bad, Reply{})
			b.server.Handle(calls[0], func(r Request) Reply {
				if reply := turn(r); reply.Status != 0 || reply.misbehave != nil {
					return reply
				}
				return good(r)
			})
			began := b.time.now()
			_, err := b.inspect()
			if s.SentOnce {
				return b.sentOnce(calls[0], err)
			}
			if took := b.time.now().Sub(began); c.pause > 0 && (b.time.total() == 0 || took < c.pause) {
				return errors.Join(err, fmt.Errorf("tried again within %s", took))
			}
			return err
		}))
	}
	return p.err()
}

// sentOnce checks that a call was made once and its failure returned.
func (b *bench) sentOnce(call string, err error) error {
	var p problems
	p.in("error", b.lawful(err))
	if n := len(b.server.Requests(call)); n != 1 {
		p.addf("%s was sent %d times", call, n)
	}
	return p.err()
}

func refusalsAreFinal(s Subject) error {
	var p problems
	for _, r := range s.Refusals {
		if !r.Kind.Verdict() {
			continue
		}
		p.in(r.Name, s.answering(r.Reply.Handler(), func(b *bench, _ exchanges.KeyInfo, _ error) error {
			return b.askedOnce(s.RetriesRefusal && r.Kind == exchanges.Auth)
		}))
	}
	return p.err()
}

// askedOnce checks that no call was made again; where twice is set, that the
// first was, once, and signed anew.
func (b *bench) askedOnce(twice bool) error {
	calls := b.signed()
	if twice {
		if len(calls) < 2 || calls[0].Call() != calls[1].Call() || sameSignature(calls[0], calls[1]) {
			return errors.New("it was not asked once more, signed anew, as is declared")
		}
		calls = calls[1:]
	}
	seen := map[string]bool{}
	for _, r := range calls {
		if seen[r.Call()] {
			return fmt.Errorf("%s was sent again", r.Call())
		}
		seen[r.Call()] = true
	}
	return nil
}

func sameSignature(a, b Request) bool {
	return a.Query == b.Query && a.Body == b.Body && reflect.DeepEqual(a.Header, b.Header)
}

func cancels(s Subject) error {
	calls, err := s.inspectCalls(s.Adapter.Info.Sites[0])
	if err != nil {
		return err
	}
	return s.onFirst(func(b *bench) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		hang := Hang()
		b.server.Handle(calls[0], func(Request) Reply {
			cancel() // the person gives up while the exchange thinks
			return hang
		})
		_, err := b.exchange.Inspect(ctx, b.cred)
		return b.kind(err, exchanges.Canceled)
	})
}

func canceledBefore(s Subject) error {
	return s.onFirst(func(b *bench) error {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := b.exchange.Inspect(ctx, b.cred)
		if err := b.kind(err, exchanges.Canceled); err != nil {
			return err
		}
		if n := len(b.server.Requests()); n > 0 {
			return fmt.Errorf("%d requests were sent", n)
		}
		return nil
	})
}

func concurrent(s Subject) error {
	return s.onFirst(func(b *bench) error {
		errs := make([]error, crowd)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() { _, errs[i] = b.inspect() })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		if s.ClockCall != "" && len(b.server.Requests(s.ClockCall)) != 1 {
			return fmt.Errorf("%d inspections asked for the time %d times", crowd, len(b.server.Requests(s.ClockCall)))
		}
		var p problems
		for _, r := range b.server.Requests() {
			p.in(r.Call(), b.judge(r))
		}
		return p.err()
	})
}

func clockSilent(s Subject) error {
	if s.ClockCall == "" {
		return nil
	}
	var p problems
	for name, reply := range map[string]Reply{
		"a page": Page(http.StatusOK), "no JSON": JSON("{}"), "down": Page(http.StatusBadGateway), "dropped": Drop(),
	} {
		p.in(name, s.onFirst(func(b *bench) error {
			b.server.Handle(s.ClockCall, reply.Handler())
			_, err := b.inspect()
			if err := b.lawful(err); err != nil {
				return err
			}
			if e := exchanges.AsError(err); e.Kind.Verdict() || e.Outcome != exchanges.NotSent {
				return fmt.Errorf("kind %q, outcome %d: %w", string(e.Kind), e.Outcome, err)
			}
			if n := len(b.signed()); n > 0 {
				return fmt.Errorf("%d requests were signed without a clock", n)
			}
			return nil
		}))
	}
	return p.err()
}
