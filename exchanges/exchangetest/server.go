package exchangetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"testing"
	"time"
)

// Request is what a fake exchange received.
type Request struct {
	Method string
	Path   string
	Query  string // as it came, still encoded
	Header http.Header
	Body   string
	At     time.Time

	detail string // see Subject.Detail
}

// Call names the route of a request: "GET /v5/user/query-api".
func (r Request) Call() string {
	if r.detail == "" {
		return r.Method + " " + r.Path
	}
	return r.Method + " " + r.Path + " " + r.detail
}

// Params returns the parameters of the query and, for a form, of the body.
func (r Request) Params() url.Values {
	v, _ := url.ParseQuery(r.Query)
	if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		form, _ := url.ParseQuery(r.Body)
		for k, vs := range form {
			v[k] = append(v[k], vs...)
		}
	}
	return v
}

// Handler answers a request.
type Handler func(Request) Reply

// Routes is a scripted exchange: a handler for every call it knows, the key
// being "METHOD /path", or "METHOD /path detail".
type Routes map[string]Handler

// Server is a scripted exchange on a loopback address. It keeps what it was
// asked, so that a test can judge the request as hard as the answer.
type Server struct {
	URL string

	http    *httptest.Server
	closing chan struct{}

	mu       sync.Mutex
	routes   Routes
	detail   func(Request) string
	requests []Request
}

// NewServer starts a server that lives as long as the test.
func NewServer(tb testing.TB, routes Routes) *Server {
	s := newServer(routes)
	tb.Cleanup(s.close)
	return s
}

func newServer(routes Routes) *Server {
	s := &Server{routes: Routes{}, closing: make(chan struct{})}
	for call, h := range routes {
		s.routes[call] = h
	}
	s.http = httptest.NewServer(s)
	s.URL = s.http.URL
	return s
}

// close ends open answers first, since httptest waits for them.
func (s *Server) close() {
	close(s.closing)
	s.http.CloseClientConnections()
	s.http.Close()
}

// Handle sets the answer to a call, also while the server runs.
func (s *Server) Handle(call string, h Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.routes[call] = h
}

// Tell sets what tells calls apart that share a method and a path: see
// Subject.Detail.
func (s *Server) Tell(detail func(Request) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.detail = detail
}

// Requests returns what came in, in order: all of it, or one call's.
func (s *Server) Requests(calls ...string) []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Request
	for _, r := range s.requests {
		if len(calls) == 0 || slices.Contains(calls, r.Call()) {
			out = append(out, r)
		}
	}
	return out
}

// ServeHTTP records the request and answers by the script; a call that is not
// in the script gets 404 with an empty JSON object.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	req := Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
		Header: r.Header.Clone(), Body: string(body), At: time.Now(),
	}
	s.mu.Lock()
	if s.detail != nil {
		req.detail = s.detail(req)
	}
	s.requests = append(s.requests, req)
	h := s.routes[req.Call()]
	s.mu.Unlock()
	reply := Status(http.StatusNotFound, "{}")
	if h != nil {
		reply = h(req)
	}
	reply.write(w, r, s.closing)
}
