package sim

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestLargeBodiesAreRefused(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	address := s.Describe().venue(t, "bybit", "live").BaseURL + "/v5/order/pre-check"
	if got := send(t, http.MethodPost, address, strings.Repeat("x", maxBody), nil); got.status == http.StatusRequestEntityTooLarge {
		t.Error("a body of the largest size was refused")
	}
	got, err := try(t, http.MethodPost, address, strings.Repeat("x", maxBody+1), nil)
	if err == nil && got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("one byte more: %d", got.status)
	}
}

func TestCallerSeesItsPublicAddress(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	var seen string
	f := s.fronts[0]
	f.venue = spy{f.venue, func(r *http.Request) { seen = callerOf(r).String() }}
	f.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/v3/ping", nil))
	if seen != "203.0.113.7" {
		t.Errorf("saw %q", seen)
	}
}

// spy looks at the requests that reach a venue.
type spy struct {
	venue
	look func(*http.Request)
}

func (s spy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.look(r)
	s.venue.ServeHTTP(w, r)
}

func TestTimeoutFaultHangsUntilTheCallerGivesUp(t *testing.T) {
	s := startAt(t, Options{World: "empty", Faults: []Fault{{Kind: FaultTimeout, Rate: 1}}})
	ctx, giveUp := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.Describe().venue(t, "binance", "live").BaseURL+"/api/v3/ping", nil)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() {
		res, err := http.DefaultClient.Do(r)
		if err == nil {
			_ = res.Body.Close()
		}
		done <- err
	}()
	for len(s.Requests()) == 0 {
		runtime.Gosched()
	}
	select {
	case err := <-done:
		t.Fatalf("ended by itself: %v", err)
	default:
	}
	giveUp()
	if err := <-done; err == nil {
		t.Error("answered")
	}
}

func TestLatencyEndsWhenTheCallerIsGone(t *testing.T) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, latency := range []time.Duration{0, time.Hour} {
		if pause(gone, latency) {
			t.Errorf("%s: waited for nobody", latency)
		}
	}
	if !pause(t.Context(), time.Nanosecond) || !pause(t.Context(), 0) {
		t.Error("a caller that waits gets no answer")
	}
}

func TestCountersAreBounded(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	f := s.fronts[0]
	for i := range mostCounters + 10 {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/"+newMaterial(decimal(float64(i), 0)).text(alphanumeric, 8), nil)
		f.count(r)
	}
	all := s.Requests()
	if rest := all[Request{"binance", "live", "*", "*"}]; rest != 10 || len(all) != mostCounters+1 {
		t.Errorf("%d counters, %d in the rest", len(all), rest)
	}
}

func TestBearsCredential(t *testing.T) {
	for _, c := range []struct {
		header, target, body string
		want                 bool
	}{
		{"", "/api/v3/time", "", false},
		{"API-Key", "/0/private/Balance", "", true},
		{"X-MBX-APIKEY", "/api/v3/account", "", false}, // not this exchange's
		{"Authorization", "/api/v2/private/get_positions", "", true},
		{"", "/api/v2/public/auth?client_id=x", "", true},
		{"", "/api/v2", `{"method":"public/auth","params":{"client_id":"x"}}`, true},
		{"", "/api/v2", `{"method":"public/get_time"}`, false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, c.target, nil)
		if c.header != "" {
			r.Header.Set(c.header, "x")
		}
		if got := bearsCredential(r, []byte(c.body), krakenSites[0].bears); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
