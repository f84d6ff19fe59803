package sim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	maxBody      = 1 << 20
	longestHang  = time.Minute // how long FaultTimeout waits for the caller to give up
	mostCounters = 4096        // distinct methods and paths that Requests tells apart
)

// front stands before one venue: it does what happens on the way to an
// exchange, so that the venue's own code is about the exchange only.
type front struct {
	site    site
	venue   venue
	desk    *desk
	latency time.Duration
	caller  netip.Addr

	mu     sync.Mutex // guards faults, dice, counts
	faults []activeFault
	dice   *rand.Rand
	counts map[Request]int

	// A venue serves one request at a time: its clock may be off for this
	// one and right for the next, and a ledger that is written in order is
	// the same after every run.
	turn    sync.Mutex
	skewed  bool
	baseNow func() time.Time
}

// Request is a kind of request that a simulated exchange got.
type Request struct {
	Exchange, Environment, Method, Path string
}

func newFront(s site, o Options, seed account, now func() time.Time) *front {
	chance := newMaterial("dice", s.exchange, s.environment, strconv.FormatUint(o.Seed, 10)).rng
	f := &front{
		site: s, latency: o.Latency, caller: o.Caller, baseNow: now, counts: map[Request]int{},
		dice: rand.New(chance),
	}
	seed.Propagation = o.Propagation
	f.setFaults(o.Faults)
	venue, keys := s.build(s.environment, seed, f.now)
	f.venue, f.desk = venue, newDesk(s, venue.page(s.environment), keys, seed, f.now)
	return f
}

// now is the venue's clock. The venue reads it during its turn only, and while
// it is built.
func (f *front) now() time.Time {
	if f.skewed {
		return f.baseNow().Add(clockSkew)
	}
	return f.baseNow()
}

func (f *front) setFaults(all []Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.faults = nil
	for _, fault := range all {
		if fault.Exchange == "" || fault.Exchange == f.site.exchange {
			f.faults = append(f.faults, activeFault{Fault: fault})
		}
	}
}

// activeFault is a fault in force and how many requests it has hit.
type activeFault struct {
	Fault
	hits int
}

// draw decides what goes wrong with a request: whether the clock is off, and
// at most one other fault, the first that hits.
func (f *front) draw(r *http.Request, body []byte) (kind FaultKind, skewed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.faults {
		fault := &f.faults[i]
		hit := f.dice.Float64() < fault.Rate // every fault throws, so that runs repeat
		over := fault.Times > 0 && fault.hits >= fault.Times
		skew := fault.Kind == FaultSkew
		if !hit || over || kind != "" && !skew || !fault.concerns(r, body, f.site.bears) {
			continue
		}
		fault.hits++
		if skew {
			skewed = true
		} else {
			kind = fault.Kind
		}
	}
	return kind, skewed
}

func (f *front) count(r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := Request{f.site.exchange, f.site.environment, r.Method, r.URL.Path}
	if _, known := f.counts[key]; !known && len(f.counts) >= mostCounters {
		key.Method, key.Path = "*", "*"
	}
	f.counts[key]++
}

// ServeHTTP lets a request through to the venue, or not.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.count(r)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		http.Error(w, "request entity too large", http.StatusRequestEntityTooLarge)
		return
	} else if err != nil {
		return // the caller went away
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r = r.WithContext(context.WithValue(r.Context(), callerKey{}, f.caller))

	kind, skewed := f.draw(r, body)
	if kind == FaultTimeout {
		pause(r.Context(), longestHang)
		panic(http.ErrAbortHandler)
	}
	if !pause(r.Context(), f.latency) {
		panic(http.ErrAbortHandler)
	}
	f.reply(w, f.answer(r, kind, skewed), kind)
}

// answer asks the venue, unless the fault keeps the request from it.
func (f *front) answer(r *http.Request, kind FaultKind, skewed bool) *answer {
	f.turn.Lock()
	defer f.turn.Unlock()
	f.skewed = skewed
	a := &answer{header: http.Header{}}
	switch kind {
	case FaultBadRequest, FaultUnauthorized, FaultRateLimit, FaultServerError, FaultUnavailable:
		f.venue.fault(a, kind)
	case FaultHTML:
		a.header.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(a, webPage)
	default:
		f.venue.ServeHTTP(a, r)
	}
	return a
}

func (f *front) reply(w http.ResponseWriter, a *answer, kind FaultKind) {
	body := a.body.Bytes()
	switch kind {
	case FaultDropReply:
		panic(http.ErrAbortHandler) // closes the connection without an answer
	case FaultMalformed:
		body = body[:len(body)/2]
	default:
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	setHeader(w, "Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.statusOrOK())
	_, _ = w.Write(body) // a caller that is gone needs no answer
}

const webPage = `<!DOCTYPE html>
<html><head><title>Just a moment</title></head>
<body><h1>Checking your browser</h1><p>This page stands in for a proxy, a captive portal or a firewall.</p></body></html>
`

// answer is a reply on its way out, kept back so that a fault may spoil it.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *answer) statusOrOK() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}

type callerKey struct{}

// callerOf returns the public address that a request seems to come from.
func callerOf(r *http.Request) netip.Addr {
	addr, _ := r.Context().Value(callerKey{}).(netip.Addr)
	return addr
}

// bearsCredential reports whether a request tries to act as a key, in the
// manner of any of the simulated exchanges.
func bearsCredential(r *http.Request, body []byte, headers []string) bool {
	for _, name := range append([]string{"Authorization"}, headers...) {
		if headerOf(r, name) != "" {
			return true
		}
	}
	return strings.Contains(r.URL.RawQuery, "client_id=") || strings.Contains(r.URL.RawQuery, "AccessKeyId=") ||
		bytes.Contains(body, []byte(`"client_id"`)) || bytes.Contains(body, []byte(`"signature"`))
}

// pause waits, and reports false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// describe returns what Description says of the site, given where its API and
// its web page are.
func (f *front) describe(api, web string) Venue {
	d := f.desk
	v := Venue{
		Exchange: f.site.exchange, Environment: f.site.environment, BaseURL: api, ConsoleURL: web + "/",
		TOTPSecret: d.account.Authenticator, SubAccounts: d.subs(), Keys: d.book.keys(),
	}
	if o, ok := f.venue.(owned); ok {
		v.Account, v.MasterKey = o.owner().address, o.owner().private
	}
	for i, e := range d.book.all() {
		v.Keys[i].Manages = d.manages != nil && d.manages(e)
	}
	return v
}
