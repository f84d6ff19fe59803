package rest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

func TestHTTPError(t *testing.T) {
	for status, want := range map[int]exchanges.Kind{
		429: exchanges.RateLimited, 418: exchanges.RateLimited, 403: exchanges.Blocked, 451: exchanges.Blocked, 401: exchanges.Auth,
		407: exchanges.Network, 500: exchanges.Unavailable, 502: exchanges.Unavailable, 599: exchanges.Unavailable,
		400: exchanges.Protocol, 404: exchanges.Protocol, 100: exchanges.Protocol, 304: exchanges.Protocol,
	} {
		e := HTTPError(Response{Status: status})
		if e == nil || e.Kind != want || e.Hint == "" || e.Code == "" {
			t.Errorf("%d: %v", status, e)
		}
	}
	for _, status := range []int{200, 201, 204} {
		if e := HTTPError(Response{Status: status}); e != nil {
			t.Errorf("%d: %v", status, e)
		}
	}
}

func TestNotJSONTellsAPageFromOtherThings(t *testing.T) {
	page := NotJSON(Response{Status: 200, Body: []byte("  <html>")})
	other := NotJSON(Response{Status: 200, Body: []byte("hello")})
	if page.Kind != exchanges.Protocol || !strings.Contains(page.Code, "web page") || strings.Contains(other.Code, "web page") {
		t.Errorf("%v, %v", page, other)
	}
	if e := NotJSON(Response{Status: 503}); e.Kind != exchanges.Unavailable {
		t.Errorf("%v", e)
	}
	if e := NotJSON(Response{Status: 400}); e.Kind != exchanges.Protocol || !strings.Contains(e.Code, "400") {
		t.Errorf("%v", e)
	}
}

func TestDecode(t *testing.T) {
	var v struct{ A int }
	if e := Decode(Response{Status: 200, Body: []byte(`{"a":7}`)}, &v); e != nil || v.A != 7 {
		t.Errorf("%v, %v", v, e)
	}
	if e := Decode(Response{Status: 200, Body: []byte(`{"a":`)}, &v); e == nil || e.Kind != exchanges.Protocol {
		t.Errorf("%v", e)
	}
}

func TestRetryAfter(t *testing.T) {
	for v, want := range map[string]time.Duration{
		"": 0, "0": 0, "7": 7 * time.Second, " 60 ": time.Minute, "-5": 0, "soon": 0, "1.5": 0, "259200": 72 * time.Hour,
		"99999999999999999999": 0, "4294967295": 7 * 24 * time.Hour, "Thu, 01 Jan 1970 00:00:00 GMT": 0,
		"Fri, 31 Dec 9999 23:59:59 GMT": 7 * 24 * time.Hour,
	} {
		if got := RetryAfter(http.Header{"Retry-After": {v}}); got != want {
			t.Errorf("%q: %s, want %s", v, got, want)
		}
	}
	at := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	if got := RetryAfter(http.Header{"Retry-After": {at}}); got < 59*time.Minute || got > time.Hour {
		t.Errorf("a date in an hour: %s", got)
	}
}

func TestConceal(t *testing.T) {
	c := exchanges.Credential{
		KeyID: "AKIA1234", Secret: exchanges.NewSecret("hunter2hunter2"), Passphrase: exchanges.NewSecret("abc"),
		PrivateKey: exchanges.NewSecret("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n"),
	}
	e := &exchanges.Error{Code: "key AKIA1234, abc", Hint: "hunter2hunter2 MC4CAQAwBQYDK2Vw -----BEGIN PRIVATE KEY-----"}
	conceal(e, c)
	if e.Code != "key [key], abc" || e.Hint != "[secret] [secret] -----BEGIN PRIVATE KEY-----" {
		t.Errorf("%q, %q", e.Code, e.Hint)
	}
	e.Code = "no: Kr7passphrase"
	if conceal(e, c, exchanges.NewSecret("Kr7passphrase")); e.Code != "no: [secret]" {
		t.Errorf("%q", e.Code)
	}
}

func TestBackoffGrowsAndIsRandom(t *testing.T) {
	for range 100 {
		for attempt, most := range map[int]time.Duration{1: 200 * time.Millisecond, 2: 400 * time.Millisecond} {
			if d := backoff(attempt, 0); d < most/2 || d > most {
				t.Fatalf("attempt %d waits %s", attempt, d)
			}
		}
	}
	if d := backoff(1, 3*time.Second); d != 3*time.Second {
		t.Errorf("asked for 3 s, waits %s", d)
	}
}

func TestGate(t *testing.T) {
	var g gate
	now := time.Unix(1000, 0)
	g.hold(now, 10*time.Second)
	g.hold(now, time.Second) // a shorter wish does not open it
	g.hold(now, -time.Second)
	for after, want := range map[time.Duration]time.Duration{0: 10 * time.Second, 4 * time.Second: 6 * time.Second, 11 * time.Second: 0} {
		if got := g.left(now.Add(after)); got != want {
			t.Errorf("after %s: %s, want %s", after, got, want)
		}
	}
}
