package rest

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func TestBodyIsBounded(t *testing.T) {
	for size, fits := range map[int]bool{MaxBody: true, MaxBody + 1: false} {
		r := newRig(t, exchangetest.Routes{askCall: exchangetest.JSON(strings.Repeat("x", size)).Handler()})
		e := r.do(t, ask())
		if fits && e != nil {
			t.Errorf("%d bytes: %v", size, e)
		}
		if !fits {
			wants(t, e, exchanges.Protocol, exchanges.OutcomeUnknown)
		}
	}
}

func TestReadingAnEndlessBodyStops(t *testing.T) {
	var sent atomic.Int64
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.Endless(&sent).Handler()})
	wants(t, r.do(t, ask()), exchanges.Protocol, exchanges.OutcomeUnknown)
	if n := sent.Load(); n > 32<<20 { // MaxBody and what sockets buffer
		t.Errorf("%d bytes were taken", n)
	}
}

func TestGzipIsBoundedByItsContent(t *testing.T) {
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.Bomb().Handler()})
	wants(t, r.do(t, ask()), exchanges.Protocol, exchanges.OutcomeUnknown)
	r = newRig(t, exchangetest.Routes{askCall: exchangetest.JSON("this is not gzip at all").With("Content-Encoding", "gzip").Handler()})
	wants(t, r.do(t, ask()), exchanges.Protocol, exchanges.OutcomeUnknown)
}

func TestHeadersAreBounded(t *testing.T) {
	big := exchangetest.Raw("HTTP/1.1 200 OK\r\nX-Big: " + strings.Repeat("x", 128<<10) + "\r\nContent-Length: 2\r\n\r\n{}")
	r := newRig(t, exchangetest.Routes{askCall: big.Handler()})
	if e := r.do(t, ask()); e == nil || e.Kind != exchanges.Network {
		t.Errorf("%v", e)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	other := exchangetest.NewServer(t, nil)
	for _, status := range []int{301, 302, 303, 307, 308} {
		reply := exchangetest.Redirect(other.URL + "/secret-path?q=1")
		reply.Status = status
		r := newRig(t, exchangetest.Routes{askCall: reply.Handler()})
		e := r.do(t, ask())
		wants(t, e, exchanges.Protocol, exchanges.Refused)
		if !strings.Contains(e.Code, other.URL) || strings.Contains(e.Error(), "secret-path") {
			t.Errorf("%d: %v", status, e)
		}
	}
	if n := len(other.Requests()); n != 0 {
		t.Errorf("the other host got %d requests", n)
	}
}

func TestASilentExchangeTimesOut(t *testing.T) {
	r := newRig(t, exchangetest.Routes{askCall: exchangetest.Hang().Handler()})
	r.reads.Transport.(*http.Transport).ResponseHeaderTimeout = 5 * time.Millisecond
	e := r.do(t, ask())
	wants(t, e, exchanges.Network, exchanges.OutcomeUnknown)
	if e.Code != "timed out" {
		t.Errorf("code %q", e.Code)
	}
}

func TestTheBoundsOfTheTransport(t *testing.T) {
	for name, c := range map[string]*http.Client{"reads": newRig(t, nil).reads, "writes": newRig(t, nil).writes} {
		tr := c.Transport.(*http.Transport)
		if tr.TLSClientConfig.MinVersion != tls.VersionTLS12 || tr.TLSClientConfig.InsecureSkipVerify {
			t.Errorf("%s: TLS %+v", name, tr.TLSClientConfig)
		}
		if tr.TLSHandshakeTimeout == 0 || tr.ResponseHeaderTimeout == 0 || tr.ResponseHeaderTimeout >= MaxTime || tr.MaxResponseHeaderBytes == 0 {
			t.Errorf("%s has no bounds", name)
		}
	}
}

// What never got a connection was never sent.
func TestOutcomeWithoutAConnection(t *testing.T) {
	const closed = "http://127.0.0.1:1" // a port that was merely freed may be another server's by now
	plain := exchangetest.NewServer(t, nil)
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	for name, origin := range map[string]string{
		"nobody listens":      closed,
		"no TLS there":        strings.Replace(plain.URL, "http", "https", 1),
		"unknown certificate": secure.URL,
		"no such host":        "https://exchange.invalid",
	} {
		for _, call := range []Call{ask(), write()} {
			r := newRig(t, nil, func(c *Config) { c.Connection.Origin = origin })
			e := r.do(t, call)
			wants(t, e, exchanges.Network, exchanges.NotSent)
			if e.Err == nil {
				t.Errorf("%s: no cause", name)
			}
		}
	}
}

func TestTLS(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("{}")) }))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	for _, call := range []Call{ask(), write()} {
		r := newRig(t, nil, func(c *Config) { c.Connection.Origin = server.URL })
		for _, c := range []*http.Client{r.reads, r.writes} {
			c.Transport.(*http.Transport).TLSClientConfig.RootCAs = roots
		}
		if e := r.do(t, call); e != nil {
			t.Errorf("write %t: %v", call.Write, e)
		}
	}
}

func TestProxy(t *testing.T) {
	proxy := exchangetest.NewServer(t, exchangetest.Routes{askCall: exchangetest.JSON("{}").Handler()})
	r := newRig(t, nil, func(c *Config) {
		c.Connection.Origin, c.Connection.Proxy = "http://exchange.invalid", proxy.URL
	})
	for _, call := range []Call{ask(), write()} {
		if e := r.do(t, call); e != nil {
			t.Errorf("write %t: %v", call.Write, e)
		}
	}
	if n := len(proxy.Requests()); n != 2 {
		t.Errorf("the proxy got %d requests", n)
	}
}

func TestProxyThatRefuses(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	t.Cleanup(proxy.Close)
	for _, origin := range []string{"https://exchange.invalid", "http://exchange.invalid"} {
		r := newRig(t, nil, func(c *Config) {
			c.Connection.Origin, c.Connection.Proxy = origin, strings.Replace(proxy.URL, "://", "://me:CANARY@", 1)
		})
		e := r.do(t, ask())
		wants(t, e, exchanges.Network, exchanges.NotSent)
		if !strings.Contains(e.Hint, "proxy") || strings.Contains(e.Error()+e.Hint, "CANARY") {
			t.Errorf("%v: %s", e, e.Hint)
		}
	}
}

func TestProxyOfTheConfigurationIsChecked(t *testing.T) {
	for _, bad := range []string{"squid", "ftp://h:1", "http://", "http://me:CANARY@h:port/%zz", "://"} {
		_, err := New(Config{Exchange: "acme", Connection: exchanges.Connection{Origin: "https://example.com", Proxy: bad}})
		if err == nil || exchanges.AsError(err).Kind != exchanges.Invalid || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"http://h:3128", "https://me:pw@h", "socks5://h:1080", "socks5h://h:1080"} {
		if _, err := New(Config{Connection: exchanges.Connection{Origin: "https://example.com", Proxy: good}}); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// Exchanges document the spelling of their headers; net/http would change it.
func TestHeadersKeepTheirSpelling(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	lines := make(chan []string, 1)
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		var got []string
		for s := bufio.NewScanner(conn); s.Scan() && s.Text() != ""; {
			got = append(got, s.Text())
		}
		_, _ = conn.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"))
		lines <- got
	}()
	r := newRig(t, nil, func(c *Config) {
		c.Connection.Origin, c.Connection.UserAgent = "http://"+l.Addr().String(), "keyrota/1"
	})
	call := ask()
	call.Build = func(time.Time) (Request, error) {
		return Request{Method: "GET", Path: "/a%2Fb", Query: "x=%40&y=", Header: http.Header{"X-MBX-APIKEY": {"k"}}}, nil
	}
	if e := r.do(t, call); e != nil {
		t.Fatal(e)
	}
	got := strings.Join(<-lines, "\n") + "\n"
	for _, want := range []string{"GET /a%2Fb?x=%40&y= HTTP/1.1\n", "\nX-MBX-APIKEY: k\n", "\nUser-Agent: keyrota/1\n", "\nAccept: application/json\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if strings.Contains(got, "Content-Length") {
		t.Errorf("a GET speaks of a body:\n%s", got)
	}
}

// A path may have a key in it, and a log has no keys.
func TestLogHasThePathAsItIsShown(t *testing.T) {
	r := newRig(t, exchangetest.Routes{"GET /keys/KEYID-77": exchangetest.JSON("{}").Handler()})
	call := ask()
	call.Build = func(time.Time) (Request, error) {
		return Request{Method: "GET", Path: "/keys/KEYID-77", Shown: "/keys/{key}"}, nil
	}
	if e := r.do(t, call); e != nil {
		t.Fatal(e)
	}
	if log := r.log.String(); strings.Contains(log, "KEYID-77") || !strings.Contains(log, "path=/keys/{key}") {
		t.Errorf("log: %s", log)
	}
}
