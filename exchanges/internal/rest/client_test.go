package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestReadsAreTriedThreeTimes(t *testing.T) {
	for name, c := range map[string]struct {
		reply   exchangetest.Reply
		kind    exchanges.Kind
		outcome exchanges.Outcome
		times   int
	}{
		"dropped":               {exchangetest.Drop(), exchanges.Network, exchanges.OutcomeUnknown, 3},
		"cut off":               {exchangetest.CutOff("{"), exchanges.Network, exchanges.OutcomeUnknown, 3},
		"500":                   {exchangetest.Page(500), exchanges.Unavailable, exchanges.OutcomeUnknown, 3},
		"503":                   {exchangetest.Page(503), exchanges.Unavailable, exchanges.OutcomeUnknown, 3},
		"429 with a short wait": {exchangetest.Page(429).With("Retry-After", "2"), exchanges.RateLimited, exchanges.Refused, 3},
		"429 with a long wait":  {exchangetest.Page(429).With("Retry-After", "6"), exchanges.RateLimited, exchanges.Refused, 1},
		"429 without a wait":    {exchangetest.Page(429), exchanges.RateLimited, exchanges.Refused, 1},
		"418":                   {exchangetest.Page(418).With("Retry-After", "7200"), exchanges.RateLimited, exchanges.Refused, 1},
		"401":                   {exchangetest.Page(401), exchanges.Auth, exchanges.Refused, 1},
		"403":                   {exchangetest.Page(403), exchanges.Blocked, exchanges.Refused, 1},
		"451":                   {exchangetest.Page(451), exchanges.Blocked, exchanges.Refused, 1},
		"404":                   {exchangetest.Page(404), exchanges.Protocol, exchanges.Refused, 1},
		"302":                   {exchangetest.Redirect("https://example.com"), exchanges.Protocol, exchanges.Refused, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, exchangetest.Routes{askCall: c.reply.Handler()})
			wants(t, r.do(t, ask()), c.kind, c.outcome)
			if got := len(r.server.Requests(askCall)); got != c.times {
				t.Errorf("sent %d times, want %d", got, c.times)
			}
		})
	}
}

func TestWritesAreSentOnce(t *testing.T) {
	for name, reply := range map[string]exchangetest.Reply{
		"dropped": exchangetest.Drop(), "cut off": exchangetest.CutOff("{"), "503": exchangetest.Page(503),
		"429": exchangetest.Page(429).With("Retry-After", "1"),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, exchangetest.Routes{askCall: reply.Handler()})
			if e := r.do(t, write()); e == nil {
				t.Error("no error")
			}
			if got := len(r.server.Requests()); got != 1 {
				t.Errorf("sent %d times", got)
			}
		})
	}
}

// net/http sends a GET again by itself when a connection that it had kept is
// closed under it; some exchanges change things with GET.
func TestWriteIsNotResentOnADeadConnection(t *testing.T) {
	for _, method := range []string{"GET", "POST", "DELETE"} {
		call := method + " /ask"
		r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()})
		if e := r.do(t, ask()); e != nil { // leaves an idle connection
			t.Fatal(e)
		}
		r.server.Handle(call, exchangetest.Drop().Handler())
		before := len(r.server.Requests(call))
		c := write()
		c.Build = func(time.Time) (Request, error) {
			body := ""
			if method != "GET" {
				body = "{}"
			}
			return Request{Method: method, Path: "/ask", Body: body}, nil
		}
		wants(t, r.do(t, c), exchanges.Network, exchanges.OutcomeUnknown)
		if got := len(r.server.Requests(call)) - before; got != 1 {
			t.Errorf("%s was sent %d times", method, got)
		}
	}
}

func TestReadSucceedsAfterAFailure(t *testing.T) {
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.Sequence(exchangetest.Page(503), exchangetest.JSON(`{"ok":1}`))})
	resp, err := r.Do(t.Context(), ask())
	if err != nil || string(resp.Body) != `{"ok":1}` || resp.Status != 200 {
		t.Errorf("%+v, %v", resp, err)
	}
	if slept := r.time.total(); slept < 100*time.Millisecond || slept > 200*time.Millisecond {
		t.Errorf("slept %s before the second attempt", slept)
	}
}

func TestEachAttemptIsBuiltAnew(t *testing.T) {
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.Sequence(exchangetest.Drop(), exchangetest.JSON("{}"))})
	var stamps []time.Time
	call := ask()
	call.Build = func(now time.Time) (Request, error) {
		stamps = append(stamps, now)
		return Request{Method: "GET", Path: "/ask"}, nil
	}
	if e := r.do(t, call); e != nil {
		t.Fatal(e)
	}
	if len(stamps) != 2 || !stamps[1].After(stamps[0]) {
		t.Errorf("timestamps %v", stamps)
	}
}

// Calling on during a ban makes it longer, so the next key does not either.
func TestAPauseHoldsForEveryCall(t *testing.T) {
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.Sequence(exchangetest.Page(418).With("Retry-After", "60"), exchangetest.JSON("{}"))})
	wants(t, r.do(t, ask()), exchanges.RateLimited, exchanges.Refused)
	e := r.do(t, ask())
	wants(t, e, exchanges.RateLimited, exchanges.NotSent)
	if e.RetryAfter != time.Minute || len(r.server.Requests()) != 1 {
		t.Errorf("retry after %s, %d requests", e.RetryAfter, len(r.server.Requests()))
	}
	_ = r.time.sleep(t.Context(), 57*time.Second)
	if e := r.do(t, ask()); e != nil { // the rest is short enough to wait
		t.Error(e)
	}
	if got := r.time.total(); got != time.Minute {
		t.Errorf("waited %s in all", got)
	}
}

func TestBuildErrors(t *testing.T) {
	r := newRig(t, nil)
	call := ask()
	call.Build = func(time.Time) (Request, error) { return Request{}, errors.New("no key") }
	wants(t, r.do(t, call), exchanges.Invalid, exchanges.NotSent)
	call.Build = func(time.Time) (Request, error) {
		return Request{}, &exchanges.Error{Kind: exchanges.Nonce, Outcome: exchanges.NotSent, Hint: "wait"}
	}
	wants(t, r.do(t, call), exchanges.Nonce, exchanges.NotSent)
	call.Build = func(time.Time) (Request, error) { return Request{Method: "BAD METHOD", Path: "/"}, nil }
	wants(t, r.do(t, call), exchanges.Invalid, exchanges.NotSent)
	if n := len(r.server.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestOwnRateLimit(t *testing.T) {
	slow := func(c *Config) { c.Limit, c.Burst = rate.Every(time.Hour), 1 }
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()}, slow)
	if e := r.do(t, ask()); e != nil {
		t.Fatal(e)
	}
	soon, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err := r.Do(soon, ask())
	wants(t, exchanges.AsError(err), exchanges.RateLimited, exchanges.NotSent)
	cancel()
	_, err = r.Do(soon, ask())
	wants(t, exchanges.AsError(err), exchanges.Canceled, exchanges.NotSent)
	if n := len(r.server.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

// Waiting for our own rate limit is not the exchange's time, so that a long
// queue does not time out.
func TestOwnRateLimitIsWaitedOut(t *testing.T) {
	slow := func(c *Config) { c.Limit, c.Burst = rate.Every(10*time.Second), 2 }
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()}, slow)
	for range 5 {
		if e := r.do(t, ask()); e != nil {
			t.Fatal(e)
		}
	}
	if got := r.time.total(); got != 30*time.Second {
		t.Errorf("5 calls waited %s, want two at once and 10 s before each other one", got)
	}
}

// A new key may cost a hundred times what a look at one does.
func TestACallMayHaveALimitOfItsOwn(t *testing.T) {
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()})
	dear := ask()
	dear.Limiter = rate.NewLimiter(rate.Every(20*time.Second), 1)
	for _, call := range []Call{dear, ask(), dear, ask(), dear} {
		if e := r.do(t, call); e != nil {
			t.Fatal(e)
		}
	}
	if got := r.time.total(); got != 40*time.Second {
		t.Errorf("waited %s, want 20 s before the second and the third of the dear calls alone", got)
	}
	soon, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := r.Do(soon, dear)
	wants(t, exchanges.AsError(err), exchanges.RateLimited, exchanges.NotSent)
}

func TestATurnThatIsGivenUpIsFree(t *testing.T) {
	slow := func(c *Config) { c.Limit, c.Burst = rate.Every(10*time.Second), 1 }
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()}, slow)
	if e := r.do(t, ask()); e != nil {
		t.Fatal(e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r.sleep = func(ctx context.Context, d time.Duration) error { cancel(); return ctx.Err() }
	_, err := r.Do(ctx, ask())
	wants(t, exchanges.AsError(err), exchanges.Canceled, exchanges.NotSent)
	r.sleep = r.time.sleep
	if e := r.do(t, ask()); e != nil || r.time.total() != 10*time.Second {
		t.Errorf("%v after %s, want the turn that was given up", e, r.time.total())
	}
}

func TestCancel(t *testing.T) {
	hang := exchangetest.Hang()
	for name, end := range map[string]func(context.Context) (context.Context, context.CancelFunc){
		"the person": context.WithCancel,
		"a deadline": func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 50*time.Millisecond)
		},
	} {
		ctx, cancel := end(t.Context())
		defer cancel()
		r := newRig(t, nil)
		r.server.Handle(askCall, func(exchangetest.Request) exchangetest.Reply {
			if name == "the person" {
				cancel()
			}
			return hang
		})
		_, err := r.Do(ctx, ask())
		wants(t, exchanges.AsError(err), exchanges.Canceled, exchanges.OutcomeUnknown)
		if n := len(r.server.Requests()); n != 1 {
			t.Errorf("%s: %d requests", name, n)
		}
	}
}

// What the exchange said counts, even if nobody waits for it any more.
func TestAVerdictIsNotCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()})
	call := ask()
	call.Classify = func(Response) *exchanges.Error {
		cancel()
		return &exchanges.Error{Kind: exchanges.Auth, Outcome: exchanges.Refused, Hint: "check the key"}
	}
	_, err := r.Do(ctx, call)
	wants(t, exchanges.AsError(err), exchanges.Auth, exchanges.Refused)
}

func TestPauseBetweenAttemptsEndsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := newRig(t, nil)
	r.server.Handle(askCall, exchangetest.Page(503).Handler())
	r.sleep = func(ctx context.Context, d time.Duration) error {
		cancel()
		return sleep(ctx, d)
	}
	_, err := r.Do(ctx, ask())
	wants(t, exchanges.AsError(err), exchanges.Canceled, exchanges.OutcomeUnknown)
	if n := len(r.server.Requests()); n != 1 {
		t.Errorf("%d requests", n)
	}
}

func TestOriginMayEndInASlash(t *testing.T) {
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()}, func(c *Config) { c.Connection.Origin += "/" })
	if e := r.do(t, ask()); e != nil {
		t.Error(e)
	}
}

// The canary is in query, body, header and credential; the exchange repeats
// it. It must come out nowhere.
func TestNoSecretInLogsAndErrors(t *testing.T) {
	const canary = "CANARY-5f2d8c71"
	call := Call{
		Op: "POST /ask", Credential: exchanges.Credential{KeyID: "KEYID-77", Secret: exchanges.NewSecret(canary)},
		Build: func(time.Time) (Request, error) {
			return Request{
				Method: "POST", Path: "/ask", Query: "s=" + canary, Body: canary,
				Header: http.Header{"X-Secret": {canary}},
			}, nil
		},
		Classify: func(r Response) *exchanges.Error {
			if e := HTTPError(r); e != nil {
				e.Code, e.Hint, e.Err = string(r.Body), "about "+string(r.Body), errors.New(string(r.Body))
				return e
			}
			return NotJSON(r)
		},
	}
	for name, reply := range map[string]exchangetest.Reply{
		"echo":     exchangetest.Status(400, "no: "+canary+" of KEYID-77"),
		"drop":     exchangetest.Drop(),
		"not HTTP": exchangetest.Raw(canary + "\r\n\r\n"),
		"status":   exchangetest.Raw("HTTP/1.1 " + canary + "\r\n\r\n"),
		"header":   exchangetest.Raw("HTTP/1.1 200 OK\r\n" + canary + "\r\n\r\n"),
		"redirect": exchangetest.Redirect("https://example.com/" + canary),
		"hang up":  exchangetest.CutOff(canary),
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, exchangetest.Routes{"POST /ask": reply.Handler()})
			e := r.do(t, call)
			for ; e != nil; e = nil {
				for _, text := range []string{e.Error(), e.Hint, e.Code} {
					if strings.Contains(text, canary) || strings.Contains(text, "KEYID-77") {
						t.Errorf("the error shows it: %s", text)
					}
				}
			}
			if log := r.log.String(); strings.Contains(log, canary) || !strings.Contains(log, "path=/ask") {
				t.Errorf("log: %s", log)
			}
		})
	}
}
