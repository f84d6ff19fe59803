package rest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

const (
	askCall  = "GET /ask"
	timeCall = "GET /time"
)

// fakeTime is a clock that only moves when somebody sleeps.
type fakeTime struct {
	mu    sync.Mutex
	at    time.Time
	slept []time.Duration
}

func (f *fakeTime) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

func (f *fakeTime) sleep(ctx context.Context, d time.Duration) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f.at = f.at.Add(d)
	f.slept = append(f.slept, d)
	return nil
}

func (f *fakeTime) total() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	var sum time.Duration
	for _, d := range f.slept {
		sum += d
	}
	return sum
}

// rig is a client on a scripted server, with time and log in the test's hands.
type rig struct {
	*Client
	server *exchangetest.Server
	time   *fakeTime
	log    *syncBuffer
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func newRig(t *testing.T, routes exchangetest.Routes, changes ...func(*Config)) *rig {
	t.Helper()
	r := &rig{
		server: exchangetest.NewServer(t, routes), log: &syncBuffer{},
		time: &fakeTime{at: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)},
	}
	cfg := Config{Exchange: "acme", Connection: exchanges.Connection{
		Origin: r.server.URL, Now: r.time.now, Sleep: r.time.sleep, Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}}
	for _, change := range changes {
		change(&cfg)
	}
	c, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.Client = c
	return r
}

// withClock gives the exchange a clock.
func withClock(cfg *Config) {
	cfg.ServerTime = Milliseconds("/time")
}

// tells answers with a moment in ms.
func tells(at time.Time) exchangetest.Reply {
	return exchangetest.JSON(strconv.FormatInt(at.UnixMilli(), 10))
}

// ask is an ordinary read; its answers are judged by their status.
func ask() Call {
	return Call{
		Op:       askCall,
		Build:    func(time.Time) (Request, error) { return Request{Method: "GET", Path: "/ask"}, nil },
		Classify: HTTPError,
	}
}

// write is the same call as one that changes something.
func write() Call {
	c := ask()
	c.Write = true
	return c
}

// do runs a call and returns its error, which must be nil or an *Error.
func (r *rig) do(t *testing.T, call Call) *exchanges.Error {
	t.Helper()
	_, err := r.Do(t.Context(), call)
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*exchanges.Error](err)
	if !ok {
		t.Fatalf("%T is no *exchanges.Error: %v", err, err)
	}
	if e.Exchange != "acme" || e.Op != call.Op {
		t.Errorf("the error is of %q, %q", e.Exchange, e.Op)
	}
	if e.Kind != exchanges.Canceled && e.Hint == "" {
		t.Errorf("no hint: %v", e)
	}
	return e
}

// wants fails unless e has the kind and the outcome.
func wants(t *testing.T, e *exchanges.Error, kind exchanges.Kind, outcome exchanges.Outcome) {
	t.Helper()
	if e == nil {
		t.Fatalf("no error, want %s", kind)
	}
	if e.Kind != kind || e.Outcome != outcome {
		t.Errorf("kind %s, outcome %d, want %s, %d: %v", e.Kind, e.Outcome, kind, outcome, e)
	}
}
