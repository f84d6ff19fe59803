package okx

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func said(status int, code, msg string) exchangetest.Reply {
	return exchangetest.Status(status, fmt.Sprintf(`{"code":%q,"msg":%q,"data":[]}`, code, msg))
}

func refused(name string, status int, code, msg string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{Name: name, Reply: said(status, code, msg), Kind: kind, Outcome: exchanges.Refused}
}

// refusals are OKX's answers to a signed read, with the statuses that are
// documented and those that were seen.
func refusals() []exchangetest.Refusal {
	return []exchangetest.Refusal{
		refused("unknown key", 401, "50119", "API key doesn't exist", exchanges.Auth),
		refused("unknown key with 200", 200, "50119", "API key doesn't exist", exchanges.Auth),
		refused("no key at all", 401, "50111", "Invalid OK-ACCESS-KEY value", exchanges.Auth),
		refused("signature", 401, "50113", "Invalid Sign value", exchanges.Auth),
		refused("passphrase", 401, "50105", "OK-ACCESS-PASSPHRASE is wrong", exchanges.Auth),
		refused("environment", 401, "50101", "APIKey does not match current environment.", exchanges.Auth),
		refused("frozen", 400, "50100", "API frozen, please contact customer service.", exchanges.Auth),
		refused("authorisation", 401, "50114", "Invalid authorization value", exchanges.Auth),
		refused("address", 401, "50110", "Your IP 198.51.100.4 is not in the trusted list of this key", exchanges.IPBlocked),
		refused("clock", 401, "50102", "Timestamp request expired", exchanges.ClockSkew),
		refused("timestamp", 401, "50112", "Invalid OK-ACCESS-TIMESTAMP value", exchanges.Protocol),
		refused("no passphrase", 401, "50104", "OK-ACCESS-PASSPHRASE header is required", exchanges.Protocol),
		refused("right", 200, "50120", "This API key has no permission for this", exchanges.Denied),
		refused("right with 401", 401, "50120", "This API key has no permission for this", exchanges.Denied),
		refused("endpoint", 200, "50030", "No permission to use this API endpoint", exchanges.Denied),
		refused("no IP list", 403, "50035", "This endpoint requires that APIKey must be bound to IP", exchanges.Denied),
		refused("demo", 200, "50038", "This feature is unavailable in demo trading", exchanges.Unsupported),
		refused("closed", 410, "50005", "API endpoint is offline or unavailable", exchanges.Unsupported),
		refused("limit", 429, "50011", "Rate limit reached. Please refer to the docs.", exchanges.RateLimited),
		refused("limit with 200", 200, "50011", "Rate limit reached. Please refer to the docs.", exchanges.RateLimited),
		refused("new code", 200, "77777", "Something that came later.", exchanges.Protocol),
		refused("new code with 401", 401, "77777", "Something that came later.", exchanges.Auth),
		refused("new code with 403", 403, "77777", "Something that came later.", exchanges.Protocol),
		{Name: "new code with 500", Reply: said(500, "77777", "Something that came later."), Kind: exchanges.Unavailable},
		{Name: "unavailable", Reply: said(503, "50001", "Service temporarily unavailable."), Kind: exchanges.Unavailable},
		{Name: "busy", Reply: said(429, "50013", "Systems are busy. Please try again later."), Kind: exchanges.Unavailable},
		{Name: "system error", Reply: said(500, "50026", "System error. Try again later"), Kind: exchanges.Unavailable},
		{Name: "country", Reply: exchangetest.Page(403), Kind: exchanges.Blocked, Outcome: exchanges.Refused},
	}
}

func TestHintsNameWhatToDo(t *testing.T) {
	for code, words := range map[string][]string{
		"50119": {"deleted", "site", "14 days"},
		"50111": {"API key", "swapped"},
		"50113": {"secret"},
		"50105": {"passphrase", "new key"},
		"50101": {"demo", "environment"},
		"50114": {"key", "secret", "passphrase", "environment", "deleted"},
		"50110": {"IP list", "address"},
		"50035": {"IP list"},
		"50120": {"permission"},
		"50102": {"time"},
	} {
		_, err := inspect(t, said(401, code, "no"))
		e := exchanges.AsError(err)
		exchangetest.Hints(t, e, words...)
		if e.Code != code+": no" {
			t.Errorf("code %q", e.Code)
		}
	}
}

// The address that OKX saw is what has to go onto the list.
func TestRefusedAddressIsTold(t *testing.T) {
	_, err := inspect(t, said(401, "50110", "Your IP 198.51.100.4 is not in the trusted list"))
	if !errors.Is(err, exchanges.IPBlocked) || !strings.Contains(err.Error(), "198.51.100.4") {
		t.Error(err)
	}
}

func TestUnknownKeyIsSaidByOneCodeOnly(t *testing.T) {
	for _, code := range verdicts.Codes() {
		_, err := inspect(t, said(401, code, "no"))
		if got := exchanges.AsError(err).UnknownKey; got != (code == "50119") {
			t.Errorf("%s: unknown key %t", code, got)
		}
	}
}

func TestRateLimitIsWaitedOut(t *testing.T) {
	x, server := at(t, exchanges.Live, said(429, "50011", "Rate limit reached."))
	_, err := x.Inspect(t.Context(), testCredential())
	if e := exchanges.AsError(err); e.Kind != exchanges.RateLimited || e.RetryAfter != 2*time.Second {
		t.Errorf("%v, again after %s", err, e.RetryAfter)
	}
	if n := len(server.Requests("GET " + inspectPath)); n != 3 {
		t.Errorf("sent %d times", n)
	}
	_, err = inspect(t, said(429, "50011", "Rate limit reached.").With("Retry-After", "60"))
	if e := exchanges.AsError(err); e.RetryAfter != time.Minute {
		t.Errorf("again after %s", e.RetryAfter)
	}
}

// Success is the text "0"; a body without a code is nobody's.
func TestOnlyZeroIsSuccess(t *testing.T) {
	for body, want := range map[string]exchanges.Kind{
		strings.Replace(goodKey, `"0"`, `"1"`, 1):    exchanges.Protocol,
		strings.Replace(goodKey, `"0"`, `"00"`, 1):   exchanges.Protocol,
		strings.Replace(goodKey, `"0"`, `false`, 1):  exchanges.Protocol,
		strings.Replace(goodKey, `"code"`, `"c"`, 1): exchanges.Protocol,
		strings.Replace(goodKey, `"0"`, `0`, 1):      "",
	} {
		_, err := inspect(t, exchangetest.JSON(body))
		if (err == nil) != (want == "") || err != nil && !errors.Is(err, want) {
			t.Errorf("%.20s: %v", body, err)
		}
	}
}

// The table is compared with a list of its own, since a line that is lost
// would turn a verdict into a riddle.
func TestEveryDocumentedCodeHasAVerdict(t *testing.T) {
	documented := strings.Fields(`50001 50005 50011 50013 50026 50030 50035 50038 50061 50100 50101 50102 50103 50104 50105 50106
		50107 50110 50111 50112 50113 50114 50119 50120 59500 59501 59502 59503 59504 59505 59506 59510 59518 59602 59604 59605`)
	if len(verdicts.Codes()) != len(documented) {
		t.Errorf("%d verdicts, %d codes", len(verdicts.Codes()), len(documented))
	}
	for _, code := range documented {
		if v, ok := verdicts.Of(code); !ok || v.Hint == "" || v.Kind == "" {
			t.Errorf("code %s: %+v", code, v)
		}
	}
}
