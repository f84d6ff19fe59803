package bitget

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func said(status int, code, msg string) exchangetest.Reply {
	return exchangetest.Status(status, fmt.Sprintf(`{"code":%q,"msg":%q,"requestTime":1763880000000,"data":null}`, code, msg))
}

func refused(name string, status int, code, msg string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{Name: name, Reply: said(status, code, msg), Kind: kind, Outcome: exchanges.Refused}
}

// refusals are Bitget's answers to a signed read as its docs word them.
func refusals() []exchangetest.Refusal {
	return []exchangetest.Refusal{
		refused("invalid key", 400, "40006", "Invalid ACCESS_KEY", exchanges.Auth),
		refused("no such key", 400, "40037", "Apikey does not exist", exchanges.Auth),
		refused("signature", 400, "40009", "sign signature error", exchanges.Auth),
		refused("passphrase", 400, "40012", "apikey/password is incorrect", exchanges.Auth),
		refused("passphrase, again", 401, "40036", "passphrase is error", exchanges.Auth),
		refused("address", 400, "40018", "Invalid IP", exchanges.IPBlocked),
		refused("address, again", 403, "40038", "The current ip is not in the apikey ip whitelist", exchanges.IPBlocked),
		refused("right", 400, "40014", "Incorrect permissions, need {uta_trade} permissions", exchanges.Denied),
		refused("frozen", 400, "40013", "User status is abnormal", exchanges.Denied),
		refused("clock", 400, "40008", "Request timestamp expired", exchanges.ClockSkew),
		refused("header", 400, "40002", "ACCESS_SIGN can not be empty", exchanges.Protocol),
		refused("limit", 429, "429", "Too Many Requests", exchanges.RateLimited),
		{Name: "timeout inside", Reply: said(400, "40010", "Request timed out"), Kind: exchanges.Unavailable},
		{Name: "system", Reply: said(200, "45001", "Unknown error, or so"), Kind: exchanges.Unavailable},
		{Name: "country", Reply: exchangetest.Page(403), Kind: exchanges.Blocked, Outcome: exchanges.Refused},
		refused("new code with 401", 401, "49999", "Something that came later.", exchanges.Auth),
		refused("new code", 400, "49999", "Something that came later.", exchanges.Protocol),
	}
}

// refusedWith inspects a key that both calls refuse with a code.
func refusedWith(t *testing.T, code string) *exchanges.Error {
	t.Helper()
	_, _, err := inspect(t, said(400, code, "no"), said(400, code, "no"))
	return exchanges.AsError(err)
}

func TestHintsNameEveryCause(t *testing.T) {
	for code, words := range map[string][]string{
		"40006": {"deleted", "demo", "swapped"},
		"40037": {"deleted", "demo"},
		"40009": {"secret", "swapped", "private key"},
		"40012": {"passphrase", "deleted", "demo", "new key"},
		"40038": {"IP list", "address"},
		"40014": {"permission", "message"},
	} {
		e := refusedWith(t, code)
		exchangetest.Hints(t, e, words...)
		if e.Code != code+": no" {
			t.Errorf("code %q", e.Code)
		}
	}
}

// That a key is invalid is also said for other reasons, in other tables.
func TestUnknownKeyIsSaidByOneCodeOnly(t *testing.T) {
	for _, code := range verdicts.Codes() {
		if got := refusedWith(t, strconv.FormatInt(code, 10)).UnknownKey; got != (code == 40037) {
			t.Errorf("%d: unknown key %t", code, got)
		}
	}
}

func TestRateLimitLastsASecond(t *testing.T) {
	if got := refusedWith(t, "429").RetryAfter; got != time.Second {
		t.Errorf("%s", got)
	}
	_, _, err := inspect(t, said(429, "429", "slow").With("Retry-After", "45"), notUnified())
	if got := exchanges.AsError(err).RetryAfter; got != 45*time.Second {
		t.Errorf("%s", got)
	}
}

func TestCodesThatAreNoNumbers(t *testing.T) {
	for _, code := range []string{"x", "40037x", "99999999999999999999", "-1"} {
		if e := refusedWith(t, code); e.Kind != exchanges.Protocol || e.UnknownKey || e.Hint == "" {
			t.Errorf("%s: %+v", code, e)
		}
	}
}

// The table is compared with a list of its own, since a line that is lost
// would turn a verdict into a riddle.
func TestEveryDocumentedCodeHasAVerdict(t *testing.T) {
	documented := []int64{
		429, 40001, 40002, 40003, 40005, 40006, 40008, 40009, 40010, 40011, 40012, 40013, 40014, 40015, 40018, 40022, 40023, 40024,
		40025, 40026, 40032, 40036, 40037, 40038, 40040, 40041, 40048, 40061, 40063, 40065, 40066, 40068, 40069, 40070, 45001,
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
