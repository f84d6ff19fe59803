package rest

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

type proxyFor = func(*http.Request) (*url.URL, error)

// proxyFunc returns the proxy of the configuration, or those of the
// environment. Its errors do not quote the address, which may hold a password.
func proxyFunc(proxy string) (proxyFor, error) {
	if proxy == "" {
		return http.ProxyFromEnvironment, nil
	}
	u, err := url.Parse(proxy)
	if err != nil || u.Host == "" {
		return nil, errors.New("the proxy is not an address")
	}
	switch u.Scheme {
	case "http", "https", "socks5", "socks5h":
		return http.ProxyURL(u), nil
	}
	return nil, errors.New("the proxy speaks neither http, https nor socks5")
}

func newTransport(proxy proxyFor) *http.Transport {
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: checkProxy,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    5 * time.Second,
		ResponseHeaderTimeout:  10 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
	}
}

// onceOnly takes away what makes net/http send a request a second time by
// itself: it does so when a reused connection turns out to be dead, and when
// an HTTP/2 server refuses a stream.
func onceOnly(t *http.Transport) *http.Transport {
	t.DisableKeepAlives = true
	t.ForceAttemptHTTP2 = false
	t.Protocols = new(http.Protocols)
	t.Protocols.SetHTTP1(true)
	return t
}

// newHTTP returns a client that follows no redirect, so that a signature stays
// with the host that it was made for.
func newHTTP(t *http.Transport) *http.Client {
	return &http.Client{
		Transport:     t,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// proxyError is a proxy that would not connect us.
type proxyError int

func (s proxyError) Error() string { return fmt.Sprintf("the proxy answered %d", int(s)) }

func checkProxy(_ context.Context, _ *url.URL, _ *http.Request, res *http.Response) error {
	if res.StatusCode != http.StatusOK {
		return proxyError(res.StatusCode)
	}
	return nil
}

// send is one HTTP round trip, without limiter and clock.
func (c *Client) send(ctx context.Context, client *http.Client, r Request) (Response, *exchanges.Error) {
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	req, err := c.request(httptrace.WithClientTrace(ctx, trace), r)
	if err != nil {
		return Response{}, &exchanges.Error{
			Kind: exchanges.Invalid, Outcome: exchanges.NotSent,
			Hint: "Check base_url in config.toml, and add the key again if that is in order.",
		}
	}
	log := c.log.With("exchange", c.cfg.Exchange, "method", r.Method, "path", cmp.Or(r.Shown, r.Path))
	began := c.now()
	res, err := client.Do(req)
	if err != nil {
		e := transportError(err, connected.Load())
		log.Info("http", "error", string(e.Kind))
		return Response{}, e
	}
	defer func() { _ = res.Body.Close() }()
	out := Response{Status: res.StatusCode, Header: res.Header}
	log.Info("http", "status", res.StatusCode, "took", c.now().Sub(began))
	if res.StatusCode >= 300 && res.StatusCode < 400 {
		return out, redirectError(res)
	}
	out.Body, err = io.ReadAll(io.LimitReader(res.Body, MaxBody+1))
	if err != nil {
		return out, transportError(err, true)
	}
	if len(out.Body) > MaxBody {
		return out, &exchanges.Error{
			Kind: exchanges.Protocol, Code: "answer larger than 1 MiB",
			Hint: "This is not how the exchange answers: check base_url and proxy, and whether a captive portal is in the way.",
		}
	}
	return out, nil
}

func (c *Client) request(ctx context.Context, r Request) (*http.Request, error) {
	var body io.Reader
	if r.Body != "" {
		body = strings.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, c.target(r), body)
	if err != nil {
		return nil, err
	}
	for k, v := range r.Header {
		req.Header[k] = v // not Set: some exchanges document exact spellings
	}
	req.Header.Set("Accept", "application/json")
	ua := c.cfg.Connection.UserAgent
	if ua == "" {
		ua = "keyrota"
	}
	req.Header.Set("User-Agent", ua)
	return req, nil
}

// target is the address of a request.
func (c *Client) target(r Request) string {
	if r.Query == "" {
		return c.origin + r.Path
	}
	return c.origin + r.Path + "?" + r.Query
}
