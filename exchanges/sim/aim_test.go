package sim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// hits tells which of the requests a fault hits.
func hits(t *testing.T, fault string, requests ...*http.Request) string {
	t.Helper()
	f, err := ParseFault(fault)
	if err != nil {
		t.Fatal(err)
	}
	at := newFront(site{exchange: "deribit", environment: "live", build: newDeribit}, Options{Caller: DefaultCaller}, account{ID: "1"}, atNoon)
	at.setFaults([]Fault{f})
	var b strings.Builder
	for _, r := range requests {
		w := httptest.NewRecorder()
		at.ServeHTTP(w, r)
		if w.Code == http.StatusServiceUnavailable {
			b.WriteByte('X')
		} else {
			b.WriteByte('.')
		}
	}
	return b.String()
}

func TestAimedFaultsHitWhatTheyAreFor(t *testing.T) {
	ask := func(target, body string) *http.Request {
		method := http.MethodGet
		if body != "" {
			method = http.MethodPost
		}
		return httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	}
	rpc := func(method string) string { return `{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":{}}` }
	for fault, want := range map[string]string{
		"503":                          "XXXXX",
		"503@public/test":              "X.X..",
		"503@/api/v2":                  "XXXXX",
		"503@create_api_key":           "....X",
		"503@public#2":                 "XX...",
		"503#3":                        "XXX..",
		"503:0@public#2":               ".....",
		"deribit=503@private/create#9": "....X",
		"binance=503@public":           ".....",
		"503@nothing has this":         ".....",
	} {
		got := hits(t, fault,
			ask("/api/v2/public/test", ""), ask("/api/v2/public/get_time?hint=public/test", ""), ask("/api/v2", rpc("public/test")),
			ask("/api/v2", "public/test is no JSON"), ask("/api/v2", rpc("private/create_api_key")))
		if got != want {
			t.Errorf("%s: %s, want %s", fault, got, want)
		}
	}
}

func TestFaultsThatAreUsedUpMakeRoomForOthers(t *testing.T) {
	s := startAt(t, Options{World: "empty", Faults: []Fault{
		{Kind: FaultServerError, Rate: 1, Times: 1}, {Kind: FaultUnavailable, Rate: 1, Times: 2},
	}})
	address := s.Describe().venue(t, "binance", "live").BaseURL + "/api/v3/ping"
	for i, want := range []int{500, 503, 503, 200, 200} {
		if got := get(t, address).status; got != want {
			t.Errorf("request %d: %d, want %d", i+1, got, want)
		}
	}
	s.SetFaults(Fault{Kind: FaultServerError, Rate: 1, Times: 1})
	if got := get(t, address).status; got != 500 {
		t.Errorf("after SetFaults the count does not start again: %d", got)
	}
}

// A write whose reply is lost has taken effect once, and was not sent again.
func TestDroppedReplyOfAWrite(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	f := s.fronts[0]
	var writes atomic.Int64
	f.turn.Lock()
	f.venue = spy{f.venue, func(*http.Request) { writes.Add(1) }}
	f.turn.Unlock()
	fault, err := ParseFault("binance=drop-reply@order#1")
	if err != nil {
		t.Fatal(err)
	}
	s.SetFaults(fault)
	address := s.Describe().Venues[0].BaseURL + "/api/v3/order"
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for i := range 2 {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader("symbol=BTCUSDT"))
		if err != nil {
			t.Fatal(err)
		}
		res, err := client.Do(r)
		if err == nil {
			_ = res.Body.Close()
		}
		if answered := err == nil; answered != (i == 1) {
			t.Errorf("request %d answered: %v", i+1, answered)
		}
		if seen := writes.Load(); seen != int64(i+1) {
			t.Errorf("after request %d the exchange saw %d", i+1, seen)
		}
	}
}
