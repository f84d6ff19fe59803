package rest

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// HTTPError classifies an answer by its status alone; nil for 2xx. Adapters
// call it after their own codes, for what came from an edge server.
func HTTPError(r Response) *exchanges.Error {
	e := &exchanges.Error{Outcome: exchanges.Refused, Code: fmt.Sprintf("HTTP %d", r.Status), RetryAfter: RetryAfter(r.Header)}
	switch s := r.Status; {
	case s >= 200 && s < 300:
		return nil
	case s == http.StatusTooManyRequests, s == http.StatusTeapot:
		e.Kind, e.Hint = exchanges.RateLimited, "Wait before trying again; other programs on this address share the limit."
	case s == http.StatusForbidden, s == http.StatusUnavailableForLegalReasons:
		e.Kind, e.Hint = exchanges.Blocked, "The exchange refuses this network or country, not the key. Check VPN, proxy and the exchange's list of countries."
	case s == http.StatusProxyAuthRequired:
		e.Kind, e.Outcome, e.Hint = exchanges.Network, exchanges.NotSent, proxyHint
	case s == http.StatusUnauthorized:
		e.Kind, e.Hint = exchanges.Auth, "Check key and secret, the environment, and whether the key still exists."
	case s >= 500:
		e.Kind, e.Outcome, e.Hint = exchanges.Unavailable, exchanges.OutcomeUnknown, "The exchange has trouble; try again later."
	default:
		e.Kind, e.Hint = exchanges.Protocol, "Check base_url in config.toml; the exchange does not answer like this."
	}
	return e
}

const (
	proxyHint = "The proxy refuses to connect: check proxy in config.toml, or HTTPS_PROXY, with its user name and password."
	certHint  = "The certificate is not the exchange's or this machine's clock is far off: check date, base_url and proxy, and whether something in between reads TLS."
)

// webPage is left open where a web page answers: that of a firewall, or one at
// which a network wants its users to log in.
var webPage = []exchanges.Cause{exchanges.CauseBlocked, exchanges.CauseNetwork, exchanges.CauseAnswer}

// NotJSON is the error for an answer that should have been JSON and is not.
func NotJSON(r Response) *exchanges.Error {
	if r.Status >= 300 {
		if s := HTTPError(r); s.Kind != exchanges.Protocol {
			return s
		}
	}
	what, causes := "not the documented JSON", []exchanges.Cause(nil)
	if bytes.HasPrefix(bytes.TrimSpace(r.Body), []byte("<")) {
		what, causes = "a web page instead of JSON", webPage
	}
	return &exchanges.Error{
		Kind: exchanges.Protocol, Causes: causes, Code: fmt.Sprintf("HTTP %d, %s", r.Status, what),
		Hint: "Something between here and the exchange answered: check base_url, proxy, VPN, or a network login page.",
	}
}

// Decode reads a JSON body into v; the error is NotJSON's.
func Decode(r Response, v any) *exchanges.Error {
	if err := json.Unmarshal(r.Body, v); err != nil {
		return NotJSON(r)
	}
	return nil
}

// RetryAfter reads the header in both of its forms, bounded to a week: the
// longest ban that an exchange documents is three days.
func RetryAfter(h http.Header) time.Duration {
	const most = 7 * 24 * time.Hour
	v := strings.TrimSpace(h.Get("Retry-After"))
	if s, err := strconv.ParseUint(v, 10, 32); err == nil {
		return min(time.Duration(s)*time.Second, most)
	}
	if t, err := http.ParseTime(v); err == nil {
		return min(max(time.Until(t), 0), most)
	}
	return 0
}

// transportError words a failure of the connection. net/http quotes URLs, with
// queries, and what the other side sent; neither is let through. connected
// says that a connection was there, so that the exchange may have acted.
func transportError(err error, connected bool) *exchanges.Error {
	e := &exchanges.Error{Kind: exchanges.Network, Hint: "Check the network, proxy and base_url, then verify again."}
	if !connected {
		e.Outcome = exchanges.NotSent
	}
	switch ne := net.Error(nil); {
	case asType[*net.DNSError](err):
		e.Err, e.Hint = errors.New("the host's name does not resolve"), "Check the network, DNS and base_url."
	case asType[proxyError](err):
		e.Err, e.Hint = errors.New("the proxy refused"), proxyHint
	case errors.As(err, &ne) && ne.Timeout(), errors.Is(err, context.DeadlineExceeded):
		e.Code, e.Hint = "timed out", "The exchange did not answer in time; check the network or try again."
	case asType[*tls.CertificateVerificationError](err):
		e.Err, e.Hint = errors.New("the certificate does not verify"), certHint
	case asType[tls.RecordHeaderError](err):
		e.Err, e.Hint = errors.New("the other side does not speak TLS"), "Check base_url and proxy in config.toml."
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum):
		e.Kind, e.Err = exchanges.Protocol, errors.New("the answer is not the gzip that it says it is")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e.Err = errors.New("the connection ended before the answer did")
	default:
		e.Err = errors.New("no usable answer")
		if op, ok := errors.AsType[*net.OpError](err); ok {
			e.Err = errors.New(exchanges.Clean(op.Error())) // our system's words
		}
	}
	return e
}

func asType[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func redirectError(res *http.Response) *exchanges.Error {
	where := "another address"
	if u, err := res.Location(); err == nil {
		where = u.Scheme + "://" + u.Host
	}
	return &exchanges.Error{
		Kind: exchanges.Protocol, Outcome: exchanges.Refused, Causes: Interfered,
		Code: exchanges.Clean(fmt.Sprintf("HTTP %d, redirect to %s", res.StatusCode, where)),
		Hint: "keyrota does not follow redirects, so that signatures stay with the exchange: check base_url, proxy, or a network login page.",
	}
}

// conceal takes the parts of a credential and further secrets out of an
// error's texts, where an exchange repeated what it was sent.
func conceal(e *exchanges.Error, c exchanges.Credential, more ...exchanges.Secret) {
	const least = 6 // shorter parts would tear holes into ordinary words
	var pairs []string
	for _, s := range slices.Concat(more, []exchanges.Secret{c.Secret, c.Passphrase, c.PrivateKey}) {
		for line := range strings.Lines(s.Reveal()) {
			if line = strings.TrimSpace(line); len(line) >= least && !strings.HasPrefix(line, "-----") {
				pairs = append(pairs, line, "[secret]")
			}
		}
	}
	if len(c.KeyID) >= least {
		pairs = append(pairs, c.KeyID, "[key]")
	}
	hide := strings.NewReplacer(pairs...)
	e.Code, e.Hint = hide.Replace(e.Code), hide.Replace(e.Hint)
	if e.Err != nil {
		if text := e.Err.Error(); hide.Replace(text) != text {
			e.Err = errors.New(hide.Replace(text))
		}
	}
}

// retryable reports whether a read may be tried again: the key is not judged
// and a moment may help. A rate limit is waited out only when told how long.
func retryable(e *exchanges.Error) bool {
	switch e.Kind {
	case exchanges.Network, exchanges.Unavailable:
		return true
	case exchanges.RateLimited:
		return e.RetryAfter > 0
	default:
		return false
	}
}

// backoff is 0.2 s, 0.4 s … with half of it at random, or what was asked for.
func backoff(attempt int, asked time.Duration) time.Duration {
	if asked > 0 {
		return asked
	}
	d := 100 * time.Millisecond << attempt
	return d/2 + rand.N(d/2)
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
