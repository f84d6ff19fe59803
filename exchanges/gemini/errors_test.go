package gemini

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

func TestReasons(t *testing.T) {
	kinds := map[string]exchanges.Kind{
		"InvalidSignature": exchanges.Auth, "InvalidApiKey": exchanges.Auth, "MissingApikeyHeader": exchanges.Protocol,
		"RemoteAddressForbidden": exchanges.IPBlocked, "ApiKeyIpFilteringFailure": exchanges.IPBlocked,
		"InvalidNonce": exchanges.Nonce, "MissingRole": exchanges.Denied,
		"MissingAccountName": exchanges.Unsupported, "MissingAccounts": exchanges.Unsupported,
		"RateLimit": exchanges.RateLimited, "Maintenance": exchanges.Unavailable,
	}
	if len(kinds) != len(verdicts.Codes()) {
		t.Errorf("%d reasons, %d tested", len(verdicts.Codes()), len(kinds))
	}
	for reason, kind := range kinds {
		// The status may be another one than the documented.
		for _, status := range []int{200, 400, 401, 403, 503} {
			e := refusal(rest.Response{Status: status, Body: fmt.Appendf(nil, `{"result":"error","reason":%q,"message":"words"}`, reason)})
			if e == nil || e.Kind != kind || e.Outcome != exchanges.Refused || e.Code != reason+": words" || e.Hint == "" || e.UnknownKey {
				t.Errorf("HTTP %d %s: %+v", status, reason, e)
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	for body, want := range map[string]struct {
		status int
		kind   exchanges.Kind
		code   string
	}{
		`{"reason":"NeverHeardOf"}`:              {403, exchanges.Protocol, "NeverHeardOf"},
		`{"reason":"TooManyThings"}`:             {429, exchanges.RateLimited, "TooManyThings"},
		`{"reason":"System","message":"broken"}`: {500, exchanges.Unavailable, "System: broken"},
		`{"reason":7}`:                           {400, exchanges.Protocol, "7"},
		`{"reason":["RateLimit"]}`:               {429, exchanges.RateLimited, "HTTP 429"},
		`{"message":"no reason"}`:                {401, exchanges.Auth, "HTTP 401"},
		`<html>no</html>`:                        {403, exchanges.Blocked, "HTTP 403"},
		`{"reason":"\u001b[2JBad\u202e"}`:        {400, exchanges.Protocol, "[2JBad"},
	} {
		e := refusal(rest.Response{Status: want.status, Body: []byte(body)})
		if e == nil || e.Kind != want.kind || e.Code != want.code || e.Hint == "" {
			t.Errorf("HTTP %d %s: %+v", want.status, body, e)
		}
	}
	if e := refusal(rest.Response{Status: 200, Body: []byte(goodRoles)}); e != nil {
		t.Errorf("%+v", e)
	}
}

func TestHowLongToWait(t *testing.T) {
	for header, want := range map[string]time.Duration{"": time.Second, "7": 7 * time.Second} {
		e := refusal(rest.Response{Status: 429, Header: http.Header{"Retry-After": {header}}, Body: []byte(`{"reason":"RateLimit"}`)})
		if e == nil || e.RetryAfter != want {
			t.Errorf("%q: %+v", header, e)
		}
	}
}

func TestHintsNameEveryCause(t *testing.T) {
	for reason, wants := range map[string][]string{
		"InvalidSignature":       {"another key", "cut", "sandbox"},
		"InvalidApiKey":          {"deleted", "sandbox"},
		"RemoteAddressForbidden": {"trusted IPs"},
		"InvalidNonce":           {"upwards", "unasked", `nonce = "ms"`, `[key."NAME"]`},
		"MissingAccountName":     {"group", "one account"},
	} {
		v, _ := verdicts.Of(reason)
		for _, want := range wants {
			if !strings.Contains(v.Hint, want) {
				t.Errorf("%s: the hint does not speak of %q: %s", reason, want, v.Hint)
			}
		}
	}
}

func TestWhyANonceIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		unit  exchanges.NonceUnit
		off   time.Duration
		known bool
		kind  exchanges.Kind
		hint  string
	}{
		"the time is right":    {"", time.Second, true, exchanges.Nonce, hintNonce},
		"the clock is behind":  {"", -time.Minute, true, exchanges.ClockSkew, hintClock},
		"the clock is ahead":   {"", time.Minute, true, exchanges.ClockSkew, hintClock},
		"nobody told the time": {"", time.Minute, false, exchanges.Nonce, hintNonce},
		"a scale was chosen":   {exchanges.NonceMilliseconds, time.Minute, true, exchanges.Nonce, hintScale},
	} {
		e := &exchanges.Error{Kind: exchanges.Nonce, Hint: hintNonce}
		whyNonce(e, c.unit, c.off, exchanges.Clock{Known: c.known})
		if e.Kind != c.kind || e.Hint != c.hint {
			t.Errorf("%s: %+v", name, e)
		}
	}
}
