package kucoin

import (
	"fmt"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func said(status, code int, msg string) exchangetest.Reply {
	return exchangetest.Status(status, fmt.Sprintf(`{"code":"%d","msg":%q}`, code, msg))
}

func refused(name string, status, code int, msg string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{Name: name, Reply: said(status, code, msg), Kind: kind, Outcome: exchanges.Refused}
}

// refusals are KuCoin's answers to a signed read as its docs word them.
func refusals() []exchangetest.Refusal {
	return []exchangetest.Refusal{
		refused("unknown key", 200, 400003, "KC-API-KEY not exists", exchanges.Auth),
		refused("unknown key with 401", 401, 400003, "KC-API-KEY not exists", exchanges.Auth),
		refused("passphrase", 401, 400004, "KC-API-PASSPHRASE error", exchanges.Auth),
		refused("signature", 401, 400005, "Invalid KC-API-SIGN", exchanges.Auth),
		refused("address", 400, 400006, "The requested ip address is not in the api whitelist", exchanges.IPBlocked),
		refused("right", 400, 400007, "Access Denied", exchanges.Denied),
		refused("clock", 400, 400002, "KC-API-TIMESTAMP Invalid", exchanges.ClockSkew),
		refused("header", 400, 400001, "Please check the header of your request", exchanges.Protocol),
		refused("parameter", 400, 400100, "Parameter Error", exchanges.Protocol),
		refused("frozen", 200, 411100, "User are frozen", exchanges.Denied),
		refused("region", 200, 400500, "Your located country or region is currently not supported", exchanges.Blocked),
		refused("unified only", 200, 112010, "not a unified account", exchanges.Unsupported),
		refused("new code", 200, 777777, "Something that came later.", exchanges.Protocol),
		refused("new code with 401", 401, 777777, "Something that came later.", exchanges.Auth),
		{
			Name: "limit", Kind: exchanges.RateLimited, Outcome: exchanges.Refused,
			Reply: said(429, 429000, "Too Many Requests").With("gw-ratelimit-limit", "2000").With("gw-ratelimit-reset", "20000"),
		},
		{Name: "overload", Reply: said(429, 429000, "Too Many Requests"), Kind: exchanges.Unavailable, Outcome: exchanges.Refused},
		{Name: "maintenance", Reply: said(503, 503000, "Service unavailable"), Kind: exchanges.Unavailable},
		{Name: "Cloudflare", Reply: exchangetest.Status(403, "<p>error code: 1015"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "country", Reply: exchangetest.Page(403), Kind: exchanges.Blocked, Outcome: exchanges.Refused},
	}
}

func TestHintsNameEveryCause(t *testing.T) {
	for code, words := range map[int][]string{
		400003: {"deleted", "expired", "site", "swapped", "30 days", "Turkey"},
		400004: {"trading password", "version 1", "new key"},
		400005: {"secret", "swapped"},
		400006: {"IP list", "address"},
		400007: {"permission"},
	} {
		_, err := inspect(t, said(200, code, "no"))
		e := exchanges.AsError(err)
		exchangetest.Hints(t, e, words...)
		if e.Code != fmt.Sprintf("%d: no", code) {
			t.Errorf("code %q", e.Code)
		}
	}
}

func TestOneCodeSaysThatAKeyIsUnknown(t *testing.T) {
	for _, code := range verdicts.Codes() {
		_, err := inspect(t, said(200, int(code), "no"))
		if unknown := exchanges.AsError(err).UnknownKey; unknown != (code == 400003) {
			t.Errorf("%d: unknown key %t", code, unknown)
		}
	}
}

func TestRateLimitTellsHowLong(t *testing.T) {
	limit := said(429, 429000, "slow").With("gw-ratelimit-limit", "2000")
	for name, c := range map[string]struct {
		reply exchangetest.Reply
		want  time.Duration
	}{
		"told":             {limit.With("gw-ratelimit-reset", "28500"), 28500 * time.Millisecond},
		"at least a bit":   {limit.With("gw-ratelimit-reset", "-5").With("Retry-After", "45"), 45 * time.Second},
		"at most a minute": {limit.With("gw-ratelimit-reset", "99999999999"), time.Minute},
		"Cloudflare":       {exchangetest.Status(429, "error code: 1015"), 30 * time.Second},
	} {
		_, err := inspect(t, c.reply)
		if got := exchanges.AsError(err).RetryAfter; got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// The table is compared with a list of its own, since a line that is lost
// would turn a verdict into a riddle.
func TestEveryDocumentedCodeHasAVerdict(t *testing.T) {
	documented := []int64{
		400001, 400002, 400003, 400004, 400005, 400006, 400007, 400100, 400500, 126047, 411100, 112010, 429000,
	}
	if len(verdicts.Codes()) != len(documented) {
		t.Errorf("%d verdicts, %d codes", len(verdicts.Codes()), len(documented))
	}
	for _, code := range documented {
		if v, ok := verdicts.Of(code); !ok || v.Hint == "" || v.Kind == "" {
			t.Errorf("code %d: %+v", code, v)
		}
	}
}
