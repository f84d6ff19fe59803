package bybit

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func said(status, code int, msg string) exchangetest.Reply {
	return exchangetest.Status(status, fmt.Sprintf(`{"retCode":%d,"retMsg":%q,"result":{},"retExtInfo":{},"time":1764000000000}`, code, msg))
}

func refused(name string, status, code int, msg string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{Name: name, Reply: said(status, code, msg), Kind: kind, Outcome: exchanges.Refused}
}

// refusals are Bybit's answers to a signed read as its docs word them.
func refusals() []exchangetest.Refusal {
	return []exchangetest.Refusal{
		refused("unknown key", 200, 10003, "API key is invalid. Check whether the key and domain are matched", exchanges.Auth),
		refused("unknown key with 401", 401, 10003, "API key is invalid.", exchanges.Auth),
		refused("signature", 200, 10004, "Error sign, please check your signature generation algorithm.", exchanges.Auth),
		refused("authentication", 401, 10007, "User authentication failed.", exchanges.Auth),
		refused("address", 200, 10010, "Unmatched IP, please check your API key's bound IP addresses.", exchanges.IPBlocked),
		refused("right", 200, 10005, "Permission denied, please check your API key permissions.", exchanges.Denied),
		refused("expired", 200, 33004, "Your api key has expired.", exchanges.Expired),
		refused("expired, spot", 200, -2015, "Your api key has expired.", exchanges.Expired),
		refused("clock", 200, 10002, "The request time exceeds the time window range.", exchanges.ClockSkew),
		refused("account banned", 200, 10008, "Common banned, please check your account mode.", exchanges.Denied),
		refused("address banned", 200, 10009, "IP has been banned.", exchanges.Blocked),
		refused("compliance", 200, 10024, "Compliance rules triggered", exchanges.Blocked),
		refused("trading banned", 200, 10027, "Transactions are banned.", exchanges.Denied),
		refused("not at this site", 200, 81007, "The function is not available here.", exchanges.Unsupported),
		refused("parameter", 200, 10001, "Request parameter error.", exchanges.Protocol),
		refused("new code", 200, 77777, "Something that came later.", exchanges.Protocol),
		refused("new code with 401", 401, 77777, "Something that came later.", exchanges.Auth),
		{Name: "limit", Reply: said(200, 10006, "Too many visits. Exceeded the API Rate Limit.").With("X-Bapi-Limit-Reset-Timestamp", "1764000030000"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "overload", Reply: said(429, 429, "The trading service is experiencing a high server load.").With("Retry-After", "30"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "server error", Reply: said(200, 10016, "Server error."), Kind: exchanges.Unavailable},
		{Name: "timeout inside", Reply: said(504, 10000, "Server Timeout"), Kind: exchanges.Unavailable},
		{Name: "too frequent", Reply: exchangetest.Status(403, "403, access too frequent"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "country", Reply: exchangetest.Page(403), Kind: exchanges.Blocked, Outcome: exchanges.Refused},
	}
}

func TestHintsNameWhatToDo(t *testing.T) {
	for code, words := range map[int][]string{
		10003: {"deleted", "testnet", "site", "swapped"},
		10004: {"secret", "swapped"},
		10010: {"IP list", "address"},
		33004: {"new key", "90 days"},
		10005: {"permissions"},
	} {
		_, err := inspect(t, said(200, code, "no"))
		e := exchanges.AsError(err)
		exchangetest.Hints(t, e, words...)
		if e.Code != fmt.Sprintf("%d: no", code) {
			t.Errorf("code %q", e.Code)
		}
	}
}

func TestRateLimitTellsHowLong(t *testing.T) {
	for name, c := range map[string]struct {
		reply exchangetest.Reply
		want  time.Duration
	}{
		"by its own clock": {said(200, 10006, "slow").With("X-Bapi-Limit-Reset-Timestamp", "1764000030000"), 30 * time.Second},
		"at most a minute": {said(200, 10006, "slow").With("X-Bapi-Limit-Reset-Timestamp", "9999999999999"), time.Minute},
		"a ban":            {exchangetest.Status(http.StatusForbidden, "access too frequent"), 10 * time.Minute},
		"header":           {said(429, 429, "busy").With("Retry-After", "45"), 45 * time.Second},
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
		429, -2015, 10000, 10001, 10002, 10003, 10004, 10005, 10006, 10007, 10008, 10009, 10010, 10014, 10016, 10017, 10018,
		10024, 10027, 10028, 20096, 33004, 81007,
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
