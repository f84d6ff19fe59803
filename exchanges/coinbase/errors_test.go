package coinbase

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

var unauthorized = exchangetest.Status(http.StatusUnauthorized, "Unauthorized")

// A refusal of the key is asked for once more with a new token, and no more
// often than that, whatever comes of it.
func TestARefusedKeyIsAskedForOnceMore(t *testing.T) {
	good := exchangetest.JSON(goodReply)
	for name, c := range map[string]struct {
		replies []exchangetest.Reply
		sent    int
		kind    exchanges.Kind
	}{
		"a dead key":           {[]exchangetest.Reply{unauthorized}, 2, exchanges.Auth},
		"refused by mistake":   {[]exchangetest.Reply{unauthorized, good}, 2, ""},
		"fine":                 {[]exchangetest.Reply{good}, 1, ""},
		"no right":             {[]exchangetest.Reply{exchangetest.Status(403, "Missing required scopes")}, 1, exchanges.Denied},
		"refused, then busy":   {[]exchangetest.Reply{unauthorized, exchangetest.Status(429, "slow down")}, 2, exchanges.RateLimited},
		"refused, then no way": {[]exchangetest.Reply{unauthorized, exchangetest.Page(403)}, 2, exchanges.Blocked},
	} {
		t.Run(name, func(t *testing.T) {
			x, server := connect(t, exchangetest.Routes{clockCall: tells(time.Now), inspectCall: exchangetest.Sequence(c.replies...)})
			_, err := x.Inspect(t.Context(), credential(testKey, testSecret()))
			if (err == nil) != (c.kind == "") || err != nil && exchanges.AsError(err).Kind != c.kind {
				t.Errorf("%v, want %q", err, c.kind)
			}
			sent := server.Requests(inspectCall)
			if len(sent) != c.sent {
				t.Fatalf("%d requests, want %d", len(sent), c.sent)
			}
			for _, r := range sent {
				if err := verify(r); err != nil {
					t.Error(err)
				}
			}
			if c.sent == 2 && sent[0].Header.Get("Authorization") == sent[1].Header.Get("Authorization") {
				t.Error("the second request has the token of the first")
			}
		})
	}
}

// The one word "Unauthorized" proves nothing: least of all that the key is gone.
func TestUnauthorizedNamesEveryCause(t *testing.T) {
	ec := vectors(t)[3].credential()
	for name, c := range map[string]struct {
		cred  exchanges.Credential
		clock exchangetest.Handler
		says  []string
		not   []string
	}{
		"Ed25519":            {credential(testKey, testSecret()), tells(time.Now), []string{"deleted", "allowlist", "new", "same key", "ECDSA"}, []string{"clock"}},
		"ECDSA":              {ec, tells(time.Now), []string{"deleted", "allowlist", "new", "same key"}, []string{"clock", "ECDSA"}},
		"without the time":   {ec, exchangetest.Status(404, "{}").Handler(), []string{"deleted", "clock"}, nil},
		"in the PKCS#8 form": {vectors(t)[2].credential(), tells(time.Now), []string{"ECDSA"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			x, _ := connect(t, exchangetest.Routes{clockCall: c.clock, inspectCall: unauthorized.Handler()})
			_, err := x.Inspect(t.Context(), c.cred)
			e := exchanges.AsError(err)
			if e.Kind != exchanges.Auth || e.Outcome != exchanges.Refused || e.UnknownKey || e.Exchange != ID || e.Op != inspectCall {
				t.Fatalf("%+v", e)
			}
			exchangetest.Hints(t, e, c.says...)
			for _, never := range c.not {
				if strings.Contains(e.Hint, never) {
					t.Errorf("the hint speaks of %q: %s", never, e.Hint)
				}
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	for body, want := range map[string]struct {
		status int
		kind   exchanges.Kind
		code   string
	}{
		`Unauthorized`:            {401, exchanges.Auth, "HTTP 401"},
		`{"message":"token old"}`: {401, exchanges.Auth, "HTTP 401: token old"},
		`{"error":"PERMISSION_DENIED","error_details":"scope","message":"no"}`: {403, exchanges.Denied, "HTTP 403: PERMISSION_DENIED: no: scope"},
		`missing required SCOPES`:                            {403, exchanges.Denied, "HTTP 403"},
		`{"message":"Missing required scopes"}`:              {403, exchanges.Denied, "HTTP 403: Missing required scopes"},
		`<html>no</html>`:                                    {403, exchanges.Blocked, "HTTP 403"},
		`rate limit`:                                         {429, exchanges.RateLimited, "HTTP 429"},
		`{"errors":[{"id":"rate_limit_exceeded"}]}`:          {429, exchanges.RateLimited, "HTTP 429: rate_limit_exceeded"},
		`{"error":"NOT_FOUND","code":5,"message":"no such"}`: {404, exchanges.Protocol, "HTTP 404: NOT_FOUND: no such"},
		`{"error":"INTERNAL"}`:                               {500, exchanges.Unavailable, "HTTP 500: INTERNAL"},
		`{"error":{"a":1},"errors":7,"message":"hm"}`:        {400, exchanges.Protocol, "HTTP 400: hm"},
		`{"error":"\u001b[2Jx\u202e"}`:                       {400, exchanges.Protocol, "HTTP 400: [2Jx"},
		``:                                                   {503, exchanges.Unavailable, "HTTP 503"},
	} {
		e := refusal(rest.Response{Status: want.status, Body: []byte(body)})
		if e == nil || e.Kind != want.kind || e.Code != want.code || e.Hint == "" || e.UnknownKey {
			t.Errorf("HTTP %d %s: %+v, want %s, %q", want.status, body, e, want.kind, want.code)
		}
	}
	if e := refusal(rest.Response{Status: 200, Body: []byte(goodReply)}); e != nil {
		t.Errorf("%+v", e)
	}
}

// What the exchange repeats of the key is not shown.
func TestARefusalDoesNotRepeatTheKey(t *testing.T) {
	for _, reply := range []exchangetest.Reply{
		exchangetest.Status(401, testSecret()),
		exchangetest.Status(401, `{"message":"bad key `+testSecret()+` of `+testKey+`"}`),
	} {
		x, _ := connect(t, exchangetest.Routes{clockCall: tells(time.Now), inspectCall: reply.Handler()})
		_, err := x.Inspect(t.Context(), credential(testKey, testSecret()))
		if e := exchanges.AsError(err); strings.Contains(e.Error()+e.Hint, testSecret()) || strings.Contains(e.Error(), testKey) {
			t.Errorf("%v: %s", err, e.Hint)
		}
	}
}
