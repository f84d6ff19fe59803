package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

const (
	clockTTL   = 10 * time.Minute
	failureTTL = 2 * time.Second
	skewWarns  = time.Second
)

// clock keeps the offset to one host. It is measured before the first signed
// call and again when it is old, by one caller for all.
type clock struct {
	c         *Client
	measuring chan struct{} // holds one token: who has it measures

	mu       sync.Mutex
	known    bool
	absent   bool // the host has no such call: our own clock has to do
	offset   time.Duration
	measured time.Time
	failure  *exchanges.Error
	failed   time.Time
}

func newClock(c *Client) *clock { return &clock{c: c, measuring: make(chan struct{}, 1)} }

func (k *clock) usable() bool { return k.c.cfg.ServerTime != nil || k.c.cfg.DateIsClock }

// forget drops the measurement made at that time. A newer one stays: forty
// keys that fail on one bad offset need one new measurement.
func (k *clock) forget(measured time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.measured.Equal(measured) {
		k.known, k.absent = false, false
	}
}

func (k *clock) get() exchanges.Clock {
	k.mu.Lock()
	defer k.mu.Unlock()
	return exchanges.Clock{Known: k.known, Offset: k.offset}
}

// exchangeNow returns the exchange's present time, and when the offset that it
// rests on was measured.
func (k *clock) exchangeNow(ctx context.Context) (now, measured time.Time, err *exchanges.Error) {
	if now, measured, ok := k.fresh(); ok || k.c.cfg.ServerTime == nil {
		return now, measured, nil
	}
	select {
	case k.measuring <- struct{}{}:
		defer func() { <-k.measuring }()
	case <-ctx.Done():
		return time.Time{}, time.Time{}, &exchanges.Error{
			Kind: exchanges.Network, Outcome: exchanges.NotSent, Code: "timed out",
			Hint: "The exchange did not tell its time; try again.",
		}
	}
	// Whoever had the token before us may have measured, or failed to.
	if now, measured, ok := k.fresh(); ok {
		return now, measured, nil
	}
	if err := k.recentFailure(); err != nil {
		return time.Time{}, time.Time{}, err
	}
	if err := k.measure(ctx); err != nil {
		return time.Time{}, time.Time{}, err
	}
	now, measured, _ = k.fresh()
	return now, measured, nil
}

// fresh applies a measurement that is there and fresh.
func (k *clock) fresh() (now, measured time.Time, ok bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now = k.c.now()
	return now.Add(k.offset), k.measured, (k.known || k.absent) && now.Sub(k.measured).Abs() < clockTTL
}

// recentFailure spares a host that is down the same question from every key.
func (k *clock) recentFailure() *exchanges.Error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.failure == nil || k.c.now().Sub(k.failed).Abs() >= failureTTL {
		return nil
	}
	e := *k.failure
	return &e
}

// measure asks for the time, as patiently as a read. The caller has the token.
func (k *clock) measure(ctx context.Context) *exchanges.Error {
	for attempt := 1; ; attempt++ {
		err := k.ask(ctx)
		if err == nil {
			return nil
		}
		// Whatever happened, the call itself was not sent.
		err.Outcome = exchanges.NotSent
		if err.Kind == exchanges.RateLimited {
			k.c.gate.hold(k.c.now(), err.RetryAfter)
		}
		if attempt < maxAttempt && retryable(err) && err.RetryAfter <= maxWait &&
			k.c.sleep(ctx, backoff(attempt, err.RetryAfter)) == nil {
			continue
		}
		if ctx.Err() == nil {
			k.fail(*err)
		}
		return err
	}
}

// MeasureClock asks the exchange for its time, by a call without a credential,
// unless it told a moment ago. Where no call tells it, the clock is what the date
// of the last answer said.
func (c *Client) MeasureClock(ctx context.Context) (exchanges.Clock, error) {
	if _, _, err := c.clock.exchangeNow(ctx); err != nil {
		return exchanges.Clock{}, c.explain(ctx, Call{Op: "measure the clock"}, err)
	}
	return c.Clock(), nil
}

func (k *clock) fail(err exchanges.Error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.failure, k.failed = &err, k.c.now()
}

// ask measures once and puts the answer in the middle of the round trip.
func (k *clock) ask(ctx context.Context) *exchanges.Error {
	call := k.c.cfg.ServerTime
	path, query, _ := strings.Cut(call.Path, "?")
	before := k.c.now()
	resp, err := k.c.send(ctx, k.c.reads, Request{Method: "GET", Path: path, Query: query})
	after := k.c.now()
	if err != nil {
		return err
	}
	if resp.Status == http.StatusNotFound {
		k.settle(after, 0, true)
		return nil
	}
	if err := HTTPError(resp); err != nil {
		return err
	}
	at, perr := call.Read(resp)
	if e, ok := errors.AsType[*exchanges.Error](perr); ok {
		return e // the adapter knows better: another site answered
	}
	if perr != nil || at.Year() < 2020 || at.Year() > 2100 {
		return NotJSON(resp)
	}
	k.settle(after, at.Sub(before.Add(after.Sub(before)/2)), false)
	return nil
}

// DateGrain is what the date of an answer can be read to.
const DateGrain = time.Second

// readDate measures by the date of an answer, which has lost the fraction of its
// second: the middle of that is the best guess.
func (k *clock) readDate(r Response, now time.Time) {
	if date, err := http.ParseTime(r.Header.Get("Date")); err == nil {
		k.settle(now, date.Add(DateGrain/2).Sub(r.Asked.Add(now.Sub(r.Asked)/2)), false)
	}
}

// settle keeps the result of a measurement. A host that has no clock to read,
// such as a gateway of one's own, is no reason not to ask it.
func (k *clock) settle(measured time.Time, offset time.Duration, absent bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known, k.absent, k.offset, k.measured, k.failure = !absent, absent, offset, measured, nil
}

// explain finishes an error for the person: whose call it was, whether they
// ended it, how far the clock is off, and nothing that they must not see.
func (c *Client) explain(parent context.Context, call Call, e *exchanges.Error) *exchanges.Error {
	e.Exchange, e.Op = c.cfg.Exchange, call.Op
	if parent.Err() != nil && !e.Kind.Verdict() {
		e = &exchanges.Error{Exchange: e.Exchange, Op: e.Op, Kind: exchanges.Canceled, Outcome: e.Outcome}
		if errors.Is(parent.Err(), context.DeadlineExceeded) {
			e.Code, e.Hint = "timed out", "The exchange did not answer in time; try again."
		}
	}
	if k := c.clock.lastOffset(); e.Kind == exchanges.ClockSkew && k.Abs() > skewWarns {
		e.Hint = fmt.Sprintf("This machine's clock is %s. Switch on time synchronisation (timedatectl set-ntp true; on WSL: wsl --shutdown).", describeOffset(k))
	}
	conceal(e, call.Credential, call.Secrets...)
	return e
}

// lastOffset is the offset that was measured last, also after forget: it is
// what the person can act on.
func (k *clock) lastOffset() time.Duration {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.offset
}

// describeOffset words an offset from this machine's point of view.
func describeOffset(d time.Duration) string {
	word := "behind"
	if d < 0 {
		word = "ahead"
	}
	return fmt.Sprintf("%s %s", d.Abs().Round(time.Millisecond), word)
}
