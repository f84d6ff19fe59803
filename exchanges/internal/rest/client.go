// Package rest is how adapters speak HTTP: bounded, patient with reads, never
// with writes, and aware of the exchange's clock.
package rest

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/time/rate"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/cred"
)

// The bounds of every call.
const (
	MaxBody    = 1 << 20          // bytes of an answer that are read, after decompression
	MaxTime    = 15 * time.Second // from the first byte sent to the end of the last attempt
	maxAttempt = 3
	maxWait    = 5 * time.Second // longest Retry-After that is waited out in place
)

// Config describes one exchange to a Client.
type Config struct {
	Exchange   exchanges.ID
	Connection exchanges.Connection

	// Limit and Burst are the calls per second that keyrota allows itself,
	// below what the exchange allows, so that bots keep their budget.
	Limit rate.Limit
	Burst int

	// ServerTime builds the public call that tells the exchange's clock, and
	// reads its answer. Nil where signing needs no clock.
	ServerTime *TimeCall

	// DateIsClock is set where no call tells the clock: then it is read off the
	// date of every answer.
	DateIsClock bool
}

// TimeCall is how to ask an exchange for its time.
type TimeCall struct {
	Path string // with query, if any
	Read func(Response) (time.Time, error)
}

// Request is one HTTP request, built anew for each attempt since timestamps
// and nonces may not be used twice.
type Request struct {
	Method string
	Path   string // starts with a slash
	Shown  string // the path as logs have it, where Path names a key; empty: Path
	Query  string // already encoded, without the question mark
	Body   string
	Header http.Header

	// For a call that is shown and not sent: what serves as its nonce, if
	// anything, and what writes down how it is signed. See API.Signing.
	Nonce string
	Trace *cred.Trace
}

// Response is a bounded answer.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	Asked  time.Time // when it was asked for, by this machine's clock, in UTC
}

// Call is one logical call.
type Call struct {
	Op string // for errors: "GET /v5/user/query-api"

	// Write marks a call that changes something: it is sent once.
	Write bool

	// Credential is what the call is signed with. Its parts are taken out of
	// error texts, should the exchange repeat them.
	Credential exchanges.Credential

	// Secrets are further ones that the call carries, treated likewise.
	Secrets []exchanges.Secret

	// Build makes the request. now is the exchange's time as far as known.
	Build func(now time.Time) (Request, error)

	// Limiter is a limit that this kind of call has for itself, beside the
	// client's; nil: none. It is shared by all calls of the kind.
	Limiter *rate.Limiter

	// Classify turns an answer into an error, or nil for success. It sees any
	// status. Error.Exchange and Error.Op are filled in afterwards.
	Classify func(Response) *exchanges.Error
}

// Client calls one origin. It is safe for concurrent use.
type Client struct {
	cfg     Config
	origin  string
	reads   *http.Client
	writes  *http.Client
	limiter *rate.Limiter
	gate    gate
	clock   *clock
	log     *slog.Logger
	now     func() time.Time
	sleep   func(context.Context, time.Duration) error
}

// New returns a client for the origin in cfg.Connection, which must have passed
// exchanges.CheckOrigin.
func New(cfg Config) (*Client, error) {
	o := cfg.Connection
	if cfg.Limit == 0 {
		cfg.Limit = rate.Inf
	}
	c := &Client{
		cfg: cfg, origin: strings.TrimRight(o.Origin, "/"), log: o.Log, now: o.Now, sleep: o.Sleep,
		limiter: rate.NewLimiter(cfg.Limit, max(cfg.Burst, 1)),
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	proxy, err := proxyFunc(o.Proxy)
	if err != nil {
		return nil, &exchanges.Error{
			Exchange: cfg.Exchange, Op: "set proxy", Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Err: err,
			Hint: "Write proxy in config.toml as http://host:port, https://host:port or socks5://host:port.",
		}
	}
	c.reads = newHTTP(newTransport(proxy))
	c.writes = newHTTP(onceOnly(newTransport(proxy)))
	c.clock = newClock(c)
	return c, nil
}

// Do runs a call and returns its successful answer. Reads are tried up to
// three times; a clock error is answered with one new measurement of the clock.
// The error is always an *exchanges.Error.
func (c *Client) Do(parent context.Context, call Call) (Response, error) {
	// Waiting for our own rate limit is not the exchange's time.
	if err := c.turn(parent, call); err != nil {
		return Response{}, c.explain(parent, call, err)
	}
	ctx, cancel := context.WithTimeout(parent, MaxTime)
	defer cancel()
	resynced := false
	for attempt := 1; ; attempt++ {
		now, measured, err := c.clock.exchangeNow(ctx)
		if err != nil {
			return Response{}, c.explain(parent, call, err) // it was tried again in there
		}
		resp, err := c.once(ctx, call, now)
		if err == nil {
			return resp, nil
		}
		again := attempt < maxAttempt && retryable(err)
		if err.Kind == exchanges.ClockSkew && c.clock.usable() {
			c.clock.forget(measured)
			again, resynced = !resynced, true
		}
		if call.Write || !again || !c.pause(ctx, attempt, err) || c.turn(ctx, call) != nil {
			return resp, c.explain(parent, call, err)
		}
	}
}

// once makes one attempt.
func (c *Client) once(ctx context.Context, call Call, now time.Time) (Response, *exchanges.Error) {
	req, err := call.Build(now)
	if err != nil {
		if e, ok := errors.AsType[*exchanges.Error](err); ok {
			return Response{}, e
		}
		return Response{}, &exchanges.Error{
			Kind: exchanges.Invalid, Outcome: exchanges.NotSent, Err: err,
			Hint: "The stored key cannot be used to sign: add it again.",
		}
	}
	client := c.reads
	if call.Write {
		client = c.writes
	}
	asked := c.now().UTC()
	resp, e := c.send(ctx, client, req)
	resp.Asked = asked
	if c.cfg.DateIsClock {
		c.clock.readDate(resp, c.now())
	}
	if e == nil {
		e = call.Classify(resp)
	}
	if e != nil && e.Kind == exchanges.RateLimited {
		c.gate.hold(c.now(), e.RetryAfter)
	}
	return resp, e
}

// turn waits until keyrota may send: the exchange asked for no pause any more,
// and our own rate limits allow it.
func (c *Client) turn(ctx context.Context, call Call) *exchanges.Error {
	if left := c.gate.left(c.now()); left > maxWait {
		return &exchanges.Error{
			Kind: exchanges.RateLimited, Outcome: exchanges.NotSent, RetryAfter: left,
			Hint: "The exchange asked for a pause of " + left.Round(time.Second).String() + "; calling it sooner would make it longer.",
		}
	} else if left > 0 && c.sleep(ctx, left) != nil {
		return &exchanges.Error{Kind: exchanges.Canceled, Outcome: exchanges.NotSent}
	}
	if call.Limiter != nil {
		if err := c.pace(ctx, call.Limiter); err != nil {
			return err
		}
	}
	return c.pace(ctx, c.limiter)
}

// pace waits until a rate limit of our own allows a call. It does not begin to wait
// for a turn that comes after ctx's deadline.
func (c *Client) pace(ctx context.Context, limiter *rate.Limiter) *exchanges.Error {
	canceled := &exchanges.Error{Kind: exchanges.Canceled, Outcome: exchanges.NotSent}
	if ctx.Err() != nil {
		return canceled
	}
	asked := c.now()
	turn := limiter.ReserveN(asked, 1)
	wait := turn.DelayFrom(asked)
	if end, ok := ctx.Deadline(); ok && time.Until(end) < wait {
		turn.CancelAt(asked)
		return &exchanges.Error{
			Kind: exchanges.RateLimited, Outcome: exchanges.NotSent,
			Hint: "keyrota holds itself below the exchange's rate limit; try again with fewer keys or later.",
		}
	}
	if wait > 0 && c.sleep(ctx, wait) != nil {
		turn.CancelAt(c.now())
		return canceled
	}
	return nil
}

// pause sleeps between attempts; false means that there is no time for it. A
// pause that the exchange asked for is waited out by turn, for all callers.
func (c *Client) pause(ctx context.Context, attempt int, err *exchanges.Error) bool {
	switch {
	case err.Kind == exchanges.ClockSkew:
		return ctx.Err() == nil
	case err.RetryAfter > maxWait:
		return false
	case err.RetryAfter > 0 && err.Kind == exchanges.RateLimited:
		return true
	}
	return c.sleep(ctx, backoff(attempt, err.RetryAfter)) == nil
}

// Clock returns what is known of the difference to the exchange's clock.
func (c *Client) Clock() exchanges.Clock { return c.clock.get() }

// Now returns this machine's time.
func (c *Client) Now() time.Time { return c.now() }
