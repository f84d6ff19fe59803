package sim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// siteRig is one site behind its front, with a clock that the test moves.
type siteRig struct {
	*front

	t     *testing.T
	clock atomic.Int64 // Unix milliseconds
	calls int          // that were signed, so that each can have another nonce
}

func newSiteRig(t *testing.T, at site, o Options, seeds ...seed) *siteRig {
	t.Helper()
	rig := &siteRig{t: t}
	rig.clock.Store(noon.UnixMilli())
	o.Caller = DefaultCaller
	a := account{ID: "7", Balances: map[string]float64{"BTC": 0.5, "USDC": 100}, Seeds: seeds}
	rig.front = newFront(at, o, a, rig.time)
	return rig
}

func (s *siteRig) time() time.Time      { return time.UnixMilli(s.clock.Load()).UTC() }
func (s *siteRig) pass(d time.Duration) { s.clock.Add(d.Milliseconds()) }

func (s *siteRig) key(label string) Key {
	s.t.Helper()
	return Venue{Exchange: s.site.exchange, Keys: s.desk.book.keys()}.key(s.t, label)
}

// do sends a request through the front.
func (s *siteRig) do(method, target, body string, header http.Header) reply {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), method, target, strings.NewReader(body))
	for name, values := range header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return reply{w.Code, w.Header(), w.Body.Bytes()}
}

// byHand does something at the page of the site and expects what it says; "" is that
// it was done.
func (s *siteRig) byHand(says string, do func(*desk) *Refusal) {
	s.t.Helper()
	refusal := do(s.desk)
	if got := refusal != nil; got != (says != "") || got && !strings.Contains(refusal.Text, says) {
		s.t.Errorf("the page says %v, not %q", refusal, says)
	}
}
