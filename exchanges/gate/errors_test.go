package gate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func said(status int, label, message string) exchangetest.Reply {
	return exchangetest.Status(status, fmt.Sprintf(`{"label":%q,"message":%q}`, label, message))
}

func refused(name string, status int, label, message string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{Name: name, Reply: said(status, label, message), Kind: kind, Outcome: exchanges.Refused}
}

// refusals are Gate's answers to a signed read, as far as they are known.
func refusals() []exchangetest.Refusal {
	return []exchangetest.Refusal{
		refused("unknown key", 401, "INVALID_KEY", "Invalid key provided", exchanges.Auth),
		refused("credentials", 401, "INVALID_CREDENTIALS", "Invalid credentials provided", exchanges.Auth),
		refused("signature", 401, "INVALID_SIGNATURE", "Signature mismatch", exchanges.Auth),
		refused("address", 403, "IP_FORBIDDEN", "Request IP not in whitelist: 198.51.100.9", exchanges.IPBlocked),
		refused("address, without words", 403, "IP_FORBIDDEN", "", exchanges.IPBlocked),
		refused("country", 403, "IP_FORBIDDEN", "Request forbidden from this location", exchanges.Blocked),
		refused("right", 403, "FORBIDDEN", "Request API key does not have account permission", exchanges.Denied),
		refused("read only", 403, "READ_ONLY", "Request API key is read only", exchanges.Denied),
		refused("clock", 403, "REQUEST_EXPIRED", "gap between request Timestamp and server time exceeds 60", exchanges.ClockSkew),
		refused("header", 400, "MISSING_REQUIRED_HEADER", "Missing required header: SIGN", exchanges.Protocol),
		refused("account", 403, "ACCOUNT_LOCKED", "the account is locked", exchanges.Denied),
		refused("new label", 400, "CAME_LATER", "something that came later", exchanges.Protocol),
		refused("new label with 401", 401, "CAME_LATER", "something that came later", exchanges.Auth),
		refused("new label with 403", 403, "CAME_LATER", "something that came later", exchanges.Protocol),
		refused("new label with 429", 429, "CAME_LATER", "something that came later", exchanges.RateLimited),
		refused("limit", 429, "TOO_MANY_REQUESTS", "too many requests", exchanges.RateLimited),
		{Name: "server error", Reply: said(500, "SERVER_ERROR", "an internal error"), Kind: exchanges.Unavailable},
		{Name: "new label with 503", Reply: said(503, "CAME_LATER", "an overload"), Kind: exchanges.Unavailable},
		{Name: "detail", Reply: exchangetest.Status(401, `{"label":"INVALID_SIGNATURE","detail":"Signature mismatch"}`), Kind: exchanges.Auth, Outcome: exchanges.Refused},
	}
}

func TestHintsNameEveryCause(t *testing.T) {
	for _, c := range []struct {
		label, message string
		words          []string
	}{
		{"INVALID_KEY", "Invalid key provided", []string{"deleted", "90 days", "TestNet", "v4", "5 minutes"}},
		{"INVALID_CREDENTIALS", "no", []string{"deleted", "secret", "swapped", "TestNet"}},
		{"INVALID_SIGNATURE", "no", []string{"secret", "swapped"}},
		{"IP_FORBIDDEN", "no", []string{"whitelist", "country"}},
		{"IP_FORBIDDEN", "Request IP not in whitelist: 198.51.100.9", []string{"whitelist", "address"}},
		{"IP_FORBIDDEN", "Request forbidden from this location", []string{"place", "VPN"}},
		{"FORBIDDEN", "no", []string{"Account", "Read-only", "sub-account"}},
		{"ACCOUNT_LOCKED", "no", []string{"locked"}},
	} {
		_, err := inspect(t, said(403, c.label, c.message), exchangetest.Status(404, ""))
		e := exchanges.AsError(err)
		exchangetest.Hints(t, e, c.words...)
		if e.Code != c.label+": "+c.message {
			t.Errorf("code %q", e.Code)
		}
	}
}

// A key counts as unknown by one label with its usual words and by nothing
// else: what Gate says to a locked key is not documented.
func TestUnknownKeyIsSaidInOneWayOnly(t *testing.T) {
	for _, label := range verdicts.Codes() {
		for _, words := range []string{"Invalid key provided", "the key is frozen", ""} {
			_, err := inspect(t, said(401, label, words), exchangetest.Status(404, ""))
			if got := exchanges.AsError(err).UnknownKey; got != (label == "INVALID_KEY" && words == "Invalid key provided") {
				t.Errorf("%s, %q: unknown key %t", label, words, got)
			}
		}
	}
}

func TestRateLimitTellsHowLong(t *testing.T) {
	limited := said(429, "TOO_MANY_REQUESTS", "slow down")
	for name, c := range map[string]struct {
		reply exchangetest.Reply
		want  time.Duration
	}{
		"by its own clock": {limited.With("X-Gate-RateLimit-Reset-Timestamp", "1764000009").With("X-Out-Time", "1764000000500000"), 8500 * time.Millisecond},
		"at most a minute": {limited.With("X-Gate-RateLimit-Reset-Timestamp", "9999999999").With("X-Out-Time", "1764000000500000"), time.Minute},
		"already over":     {limited.With("X-Gate-RateLimit-Reset-Timestamp", "1764000000").With("X-Out-Time", "1764000000500000"), time.Second},
		"no clock":         {limited.With("X-Gate-RateLimit-Reset-Timestamp", "1764000009"), time.Second},
		"header":           {limited.With("Retry-After", "45"), 45 * time.Second},
	} {
		_, err := inspect(t, c.reply, exchangetest.Reply{})
		if got := exchanges.AsError(err).RetryAfter; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// The table is compared with a list of its own, since a line that is lost
// would turn a verdict into a riddle.
func TestEveryDocumentedLabelHasAVerdict(t *testing.T) {
	documented := strings.Fields("INVALID_KEY INVALID_CREDENTIALS INVALID_SIGNATURE IP_FORBIDDEN FORBIDDEN READ_ONLY ACCOUNT_LOCKED SUB_ACCOUNT_LOCKED " +
		"SUB_ACCOUNT_NOT_FOUND REQUEST_EXPIRED MISSING_REQUIRED_HEADER INVALID_PARAM_VALUE TOO_MANY_REQUESTS INTERNAL SERVER_ERROR")
	if len(verdicts.Codes()) != len(documented) {
		t.Errorf("%d verdicts, %d labels", len(verdicts.Codes()), len(documented))
	}
	for _, label := range documented {
		if v, ok := verdicts.Of(label); !ok || v.Hint == "" || v.Kind == "" {
			t.Errorf("%s: %+v", label, v)
		}
	}
}
