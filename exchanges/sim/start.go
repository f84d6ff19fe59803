package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultCaller is the public address that exchanges see unless Options says
// otherwise. It is of a block reserved for documentation (RFC 5737).
var DefaultCaller = netip.AddrFrom4([4]byte{203, 0, 113, 7})

// goodbye is how long Close lets answers finish before it cuts them off.
const goodbye = time.Second

// Sim is a set of running simulated exchanges.
type Sim struct {
	description Description
	fronts      []*front
	servers     []*http.Server
	running     sync.WaitGroup // servers and their connections
	advanced    atomic.Int64   // nanoseconds
	cancel      context.CancelFunc
	unwatch     func() bool
	closeOnce   sync.Once
	closeErr    error

	clock    func() time.Time // of the exchanges, without faults
	codes    sync.Mutex       // guards lastStep
	lastStep map[int]uint64   // by venue: of the last one-time code that was shown
}

// Start runs the exchanges of a world, each on a port of its own, and returns
// when all of them answer. They stop at Close or when ctx ends.
//
// It refuses an unknown world, an address that is not a loopback one, and
// fails when a port cannot be had; then nothing is left running.
func Start(ctx context.Context, o Options) (*Sim, error) {
	if err := o.complete(); err != nil {
		return nil, err
	}
	seeds, err := world(o.World)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	base, cancel := context.WithCancel(ctx)
	s := &Sim{cancel: cancel, description: Description{Venues: []Venue{}}}
	clock := func() time.Time { return o.Now().Add(time.Duration(s.advanced.Load())) }
	s.clock, s.lastStep = clock, map[int]uint64{}
	for _, at := range sites() {
		f := newFront(at, o, seeds(at), clock)
		api, err := s.serve(base, o.Listen, f)
		if err != nil {
			return nil, errors.Join(err, s.shutdown())
		}
		web, err := s.serve(base, o.Listen, newConsole(f))
		if err != nil {
			return nil, errors.Join(err, s.shutdown())
		}
		s.fronts = append(s.fronts, f)
		s.description.Venues = append(s.description.Venues, f.describe(api, web))
	}
	url, err := s.serve(base, o.Listen, ipEcho(o.Caller))
	if err != nil {
		return nil, errors.Join(err, s.shutdown())
	}
	s.description.IPEcho = url + "/ip"
	s.unwatch = context.AfterFunc(ctx, func() { s.closeOnce.Do(s.close) })
	return s, nil
}

// complete fills in the defaults and refuses what cannot be served.
func (o *Options) complete() error {
	if o.World == "" {
		o.World = "demo"
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if !o.Caller.IsValid() {
		o.Caller = DefaultCaller
	}
	if o.Latency < 0 {
		return fmt.Errorf("a latency of %s cannot be simulated", o.Latency)
	}
	if o.Propagation < 0 {
		return fmt.Errorf("a propagation of %s cannot be simulated", o.Propagation)
	}
	if o.Listen == "localhost" { // not looked up: the answer is someone else's
		o.Listen = "127.0.0.1"
	}
	addr, err := netip.ParseAddr(o.Listen)
	if err != nil || !addr.IsLoopback() {
		return fmt.Errorf("%q is not a loopback address: simulated exchanges listen on addresses such as 127.0.0.1 or ::1 only", o.Listen)
	}
	return nil
}

// serve runs a handler on a free port and returns its origin. Since the port
// is open when it returns, a client may connect at once.
func (s *Sim) serve(ctx context.Context, host string, h http.Handler) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", fmt.Errorf("simulated exchange: %w", err)
	}
	server := &http.Server{
		Handler:           h,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		ConnState:         s.trackConnection,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          log.New(io.Discard, "", 0), // the terminal belongs to the dashboard
	}
	s.servers = append(s.servers, server)
	s.running.Go(func() { _ = server.Serve(listener) }) // until Close; a broken listener shows as refused connections
	return "http://" + listener.Addr().String(), nil
}

// trackConnection lets Close wait for the last connection. A new one is told
// by a server that is itself still counted.
func (s *Sim) trackConnection(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.running.Done()
	case http.StateActive, http.StateIdle:
	}
}

// Describe returns where the exchanges listen and which keys they know. The
// caller may not change it.
func (s *Sim) Describe() Description { return s.description }

// Close stops the exchanges, ends requests that hang, and returns when
// nothing of them is left. Only the first call does anything, the others wait
// for it.
func (s *Sim) Close() error {
	s.unwatch()
	s.closeOnce.Do(s.close)
	return s.closeErr
}

func (s *Sim) close() { s.closeErr = s.shutdown() }

func (s *Sim) shutdown() error {
	s.cancel()
	ctx, done := context.WithTimeout(context.Background(), goodbye)
	defer done()
	var failed error
	for _, server := range s.servers {
		if server.Shutdown(ctx) != nil {
			failed = errors.Join(failed, server.Close())
		}
	}
	s.running.Wait()
	return failed
}

// SetFaults replaces what goes wrong from the next request on.
func (s *Sim) SetFaults(faults ...Fault) {
	for _, f := range s.fronts {
		f.setFaults(faults)
	}
}

// Advance moves the clocks of all exchanges forward, on top of Options.Now.
func (s *Sim) Advance(d time.Duration) { s.advanced.Add(int64(d)) }

// Requests returns how many requests of each kind came so far, faulty ones
// included.
func (s *Sim) Requests() map[Request]int {
	all := map[Request]int{}
	for _, f := range s.fronts {
		f.mu.Lock()
		maps.Copy(all, f.counts)
		f.mu.Unlock()
	}
	return all
}

// ipEcho answers GET /ip with the caller's public address as plain text, as
// the services do that people ask what their address is.
func ipEcho(caller netip.Addr) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ip", func(w http.ResponseWriter, _ *http.Request) {
		setHeader(w, "Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, caller.String()+"\n")
	})
	return mux
}
