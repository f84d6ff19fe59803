package rest

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

// skewed refuses every call for its timestamp, as long as refuse says so.
func skewed(refuse func() bool) func(Response) *exchanges.Error {
	return func(r Response) *exchanges.Error {
		if refuse() {
			return &exchanges.Error{Kind: exchanges.ClockSkew, Outcome: exchanges.Refused, Hint: "set the clock"}
		}
		return HTTPError(r)
	}
}

func newClockRig(t *testing.T, offset time.Duration) *rig {
	t.Helper()
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()}, withClock)
	r.server.Handle(timeCall, func(exchangetest.Request) exchangetest.Reply { return tells(r.time.now().Add(offset)) })
	return r
}

func TestCallsAreStampedWithTheExchangesTime(t *testing.T) {
	for _, offset := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute, 1500 * time.Millisecond} {
		r := newClockRig(t, offset)
		var stamp time.Time
		call := ask()
		call.Build = func(now time.Time) (Request, error) {
			stamp = now
			return Request{Method: "GET", Path: "/ask"}, nil
		}
		if e := r.do(t, call); e != nil {
			t.Fatal(e)
		}
		if want := r.time.now().Add(offset); !stamp.Equal(want) {
			t.Errorf("stamped %s, the exchange has %s", stamp, want)
		}
		if c := r.Clock(); !c.Known || c.Offset != offset {
			t.Errorf("clock %+v, want %s", c, offset)
		}
	}
}

func TestClockIsUnknownBeforeTheFirstCall(t *testing.T) {
	if c := newClockRig(t, time.Hour).Clock(); c.Known {
		t.Errorf("%+v", c)
	}
}

func TestClockIsMeasuredInTheMiddleOfTheRoundTrip(t *testing.T) {
	r := newClockRig(t, 0)
	r.server.Handle(timeCall, func(exchangetest.Request) exchangetest.Reply {
		reply := tells(r.time.now())
		_ = r.time.sleep(context.Background(), 400*time.Millisecond) // all of it on the way back
		return reply
	})
	if e := r.do(t, ask()); e != nil {
		t.Fatal(e)
	}
	if c := r.Clock(); c.Offset != -200*time.Millisecond {
		t.Errorf("offset %s", c.Offset)
	}
}

func TestClockIsMeasuredAgainWhenItIsOld(t *testing.T) {
	r := newClockRig(t, 0)
	for _, wait := range []time.Duration{0, clockTTL - time.Second, 2 * time.Second} {
		_ = r.time.sleep(t.Context(), wait)
		if e := r.do(t, ask()); e != nil {
			t.Fatal(e)
		}
	}
	if n := len(r.server.Requests(timeCall)); n != 2 {
		t.Errorf("measured %d times, want 2", n)
	}
}

func TestFortyCallsMeasureOnce(t *testing.T) {
	r := newClockRig(t, time.Second)
	together(40, func() { _, _ = r.Do(t.Context(), ask()) })
	if n := len(r.server.Requests(timeCall)); n != 1 {
		t.Errorf("measured %d times", n)
	}
	if n := len(r.server.Requests(askCall)); n != 40 {
		t.Errorf("%d calls got through", n)
	}
}

func together(n int, f func()) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(f)
	}
	wg.Wait()
}

func TestFortyCallsFailOnOneSilentClock(t *testing.T) {
	r := newClockRig(t, 0)
	r.server.Handle(timeCall, exchangetest.Page(503).Handler())
	var mu sync.Mutex
	kinds := map[exchanges.Kind]int{}
	together(40, func() {
		_, err := r.Do(t.Context(), ask())
		mu.Lock()
		defer mu.Unlock()
		kinds[exchanges.AsError(err).Kind]++
	})
	if kinds[exchanges.Unavailable] != 40 {
		t.Errorf("kinds %v", kinds)
	}
	if n := len(r.server.Requests(timeCall)); n != maxAttempt {
		t.Errorf("asked %d times", n)
	}
	if n := len(r.server.Requests(askCall)); n != 0 {
		t.Errorf("%d calls were made without a clock", n)
	}
}

func TestAFailedMeasurementIsForgottenSoon(t *testing.T) {
	r := newClockRig(t, 0)
	good := func(exchangetest.Request) exchangetest.Reply { return tells(r.time.now()) }
	r.server.Handle(timeCall, exchangetest.Page(403).Handler())
	wants(t, r.do(t, ask()), exchanges.Blocked, exchanges.NotSent)
	r.server.Handle(timeCall, good)
	wants(t, r.do(t, ask()), exchanges.Blocked, exchanges.NotSent)
	_ = r.time.sleep(t.Context(), failureTTL)
	if e := r.do(t, ask()); e != nil {
		t.Error(e)
	}
}

func TestAHostWithoutAClockIsAskedWithOurs(t *testing.T) {
	r := newClockRig(t, 0)
	r.server.Handle(timeCall, exchangetest.Status(404, "no such page").Handler())
	var stamp time.Time
	call := ask()
	call.Build = func(now time.Time) (Request, error) {
		stamp = now
		return Request{Method: "GET", Path: "/ask"}, nil
	}
	for range 2 {
		if e := r.do(t, call); e != nil {
			t.Fatal(e)
		}
	}
	if !stamp.Equal(r.time.now()) || r.Clock().Known {
		t.Errorf("stamped %s, our time is %s; clock %+v", stamp, r.time.now(), r.Clock())
	}
	if n := len(r.server.Requests(timeCall)); n != 1 {
		t.Errorf("the missing clock was looked for %d times", n)
	}
}

func TestAClockThatMakesNoSenseIsRefused(t *testing.T) {
	for _, body := range []string{"0", "1", "-1", `"soon"`, "null", "99999999999999", "<html>"} {
		r := newClockRig(t, 0)
		r.server.Handle(timeCall, exchangetest.JSON(body).Handler())
		wants(t, r.do(t, ask()), exchanges.Protocol, exchanges.NotSent)
		if n := len(r.server.Requests(askCall)); n != 0 {
			t.Errorf("%s: %d calls", body, n)
		}
	}
}

// The one who measures gives up; who waited for the result measures itself.
func TestAGivenUpMeasurementDoesNotFailTheNext(t *testing.T) {
	r := newClockRig(t, 0)
	ctx, cancel := context.WithCancel(t.Context())
	asked := make(chan struct{})
	hang, first := exchangetest.Hang(), true
	r.server.Handle(timeCall, func(exchangetest.Request) exchangetest.Reply {
		if first {
			first = false
			close(asked)
			return hang
		}
		return tells(r.time.now())
	})
	gaveUp := make(chan error)
	go func() {
		_, err := r.Do(ctx, ask())
		gaveUp <- err
	}()
	<-asked
	waiting := make(chan error)
	go func() {
		_, err := r.Do(t.Context(), ask())
		waiting <- err
	}()
	cancel()
	wants(t, exchanges.AsError(<-gaveUp), exchanges.Canceled, exchanges.NotSent)
	if err := <-waiting; err != nil {
		t.Error(err)
	}
}

// Waiting for somebody else's measurement ends with one's own context.
func TestWaitingForTheClockCanBeCanceled(t *testing.T) {
	r := newClockRig(t, 0)
	r.clock.measuring <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := r.clock.exchangeNow(ctx)
	wants(t, err, exchanges.Network, exchanges.NotSent)
	done := r.explain(ctx, ask(), err)
	wants(t, done, exchanges.Canceled, exchanges.NotSent)
}

func TestSkewIsAnsweredWithOneNewMeasurement(t *testing.T) {
	r := newClockRig(t, 0)
	refusals := 1
	call := ask()
	call.Classify = skewed(func() bool { refusals--; return refusals >= 0 })
	if e := r.do(t, call); e != nil {
		t.Fatal(e)
	}
	if n, m := len(r.server.Requests(timeCall)), len(r.server.Requests(askCall)); n != 2 || m != 2 {
		t.Errorf("%d measurements, %d calls, want 2 and 2", n, m)
	}
}

func TestSkewThatStaysIsToldWithItsSize(t *testing.T) {
	for offset, words := range map[time.Duration]string{10 * time.Minute: "10m0s behind", -90 * time.Second: "1m30s ahead"} {
		r := newClockRig(t, offset)
		call := ask()
		call.Classify = skewed(func() bool { return true })
		e := r.do(t, call)
		wants(t, e, exchanges.ClockSkew, exchanges.Refused)
		if !strings.Contains(e.Hint, words) {
			t.Errorf("hint %q does not say %q", e.Hint, words)
		}
		if n := len(r.server.Requests(askCall)); n != 2 {
			t.Errorf("%d calls", n)
		}
	}
	r := newClockRig(t, 0)
	call := ask()
	call.Classify = skewed(func() bool { return true })
	if e := r.do(t, call); e.Hint != "set the clock" {
		t.Errorf("a clock that is right is blamed: %q", e.Hint)
	}
}

// A skew on the last attempt must not start the count anew.
func TestSkewAfterOtherFailuresEnds(t *testing.T) {
	r := newClockRig(t, 0)
	r.server.Handle(askCall, exchangetest.Sequence(
		exchangetest.Page(503), exchangetest.Page(503), exchangetest.JSON("{}"), exchangetest.Page(503)))
	call := ask()
	call.Classify = func(resp Response) *exchanges.Error {
		if e := HTTPError(resp); e != nil {
			return e
		}
		return &exchanges.Error{Kind: exchanges.ClockSkew, Outcome: exchanges.Refused, Hint: "x"}
	}
	wants(t, r.do(t, call), exchanges.Unavailable, exchanges.OutcomeUnknown)
	if n := len(r.server.Requests(askCall)); n != 4 {
		t.Errorf("%d calls, want 4", n)
	}
}

func TestSkewOfAWriteIsLeftToTheCaller(t *testing.T) {
	r := newClockRig(t, 0)
	call := write()
	call.Classify = skewed(func() bool { return true })
	wants(t, r.do(t, call), exchanges.ClockSkew, exchanges.Refused)
	if n := len(r.server.Requests(askCall)); n != 1 {
		t.Errorf("sent %d times", n)
	}
	if e := r.do(t, ask()); e != nil {
		t.Fatal(e)
	}
	if n := len(r.server.Requests(timeCall)); n != 2 {
		t.Errorf("the next call measured %d times in all, want 2", n)
	}
}

func TestFortySkewsMeasureOnceMore(t *testing.T) {
	r := newClockRig(t, 0)
	if e := r.do(t, ask()); e != nil {
		t.Fatal(e)
	}
	_, old, _ := r.clock.exchangeNow(t.Context())
	_ = r.time.sleep(t.Context(), time.Second)
	together(40, func() {
		r.clock.forget(old)
		_, _, _ = r.clock.exchangeNow(t.Context())
	})
	if n := len(r.server.Requests(timeCall)); n != 2 {
		t.Errorf("measured %d times, want 2", n)
	}
}

// Where the time is not in the body, a header has it.
func TestClockOfAHeader(t *testing.T) {
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()}, func(cfg *Config) {
		cfg.ServerTime = &TimeCall{Path: "/time", Read: func(resp Response) (time.Time, error) {
			return time.Parse(time.RFC3339, resp.Header.Get("X-Time"))
		}}
	})
	r.server.Handle(timeCall, func(exchangetest.Request) exchangetest.Reply {
		return exchangetest.JSON("{}").With("X-Time", r.time.now().Add(time.Minute).Format(time.RFC3339Nano))
	})
	if e := r.do(t, ask()); e != nil {
		t.Fatal(e)
	}
	if c := r.Clock(); !c.Known || c.Offset != time.Minute {
		t.Errorf("clock %+v", c)
	}
}

func TestTheClockIsMeasuredOnDemand(t *testing.T) {
	r := newClockRig(t, 90*time.Second)
	c, err := r.MeasureClock(context.Background())
	if err != nil || !c.Known || c.Offset != 90*time.Second {
		t.Errorf("%+v, %v", c, err)
	}
	r = newRig(t, exchangetest.Routes{}, withClock)
	r.server.Handle(timeCall, func(exchangetest.Request) exchangetest.Reply { return exchangetest.Reply{Status: 503} })
	if c, err := r.MeasureClock(context.Background()); c.Known || exchanges.AsError(err).Kind != exchanges.Unavailable {
		t.Errorf("%+v, %v", c, err)
	}
}
