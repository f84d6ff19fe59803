package bingx

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func said(code int, msg string) exchangetest.Reply {
	return exchangetest.Encoded(map[string]any{"code": code, "msg": msg, "timestamp": 1764000000000})
}

func refused(code int, msg string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{Name: fmt.Sprintf("%d %s", code, msg), Reply: said(code, msg), Kind: kind, Outcome: exchanges.Refused}
}

// refusals are BingX's answers to a signed read.
func refusals() []exchangetest.Refusal {
	all := []exchangetest.Refusal{
		refused(100001, "Signature verification failed due to signature mismatch", exchanges.Auth),
		refused(100413, "Incorrect apiKey", exchanges.Auth),
		refused(100413, "Null apiKey", exchanges.Auth),
		refused(100419, "your current request IP does not match IP whitelist", exchanges.IPBlocked),
		refused(100421, "Null timestamp or timestamp mismatch", exchanges.ClockSkew),
		refused(80014, "timestamp is invalid", exchanges.ClockSkew),
		refused(100004, "Permission denied as the API key was created without the permission", exchanges.Denied),
		refused(100004, "Something else altogether.", exchanges.Protocol),
		refused(100414, "the account is abnormal", exchanges.Denied),
		refused(100410, "rate limited", exchanges.RateLimited),
		refused(199999, "Something that came later.", exchanges.Protocol),
		{Name: "busy", Reply: said(100500, "Internal system error"), Kind: exchanges.Unavailable},
		{Name: "busy again", Reply: said(100503, "Server busy, please try again"), Kind: exchanges.Unavailable},
		{Name: "limit of an edge", Reply: exchangetest.Page(429).With("Retry-After", "7"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "firewall", Reply: exchangetest.Page(403), Kind: exchanges.Blocked, Outcome: exchanges.Refused},
	}
	withStatus := refused(100413, "Incorrect apiKey", exchanges.Auth)
	withStatus.Name, withStatus.Reply.Status = "unknown key with 401", 401
	return append(all, withStatus)
}

func TestHintsNameEveryCause(t *testing.T) {
	for reply, causes := range map[string][]string{
		"100413 Incorrect apiKey": {"deleted", "swapped", "14 days"},
		"100413 Null apiKey":      {"proxy", "whole"},
		"100001 mismatch":         {"secret", "swapped"},
		"100419 no":               {"whitelist", "address"},
		"100004 no permission":    {"Read"},
		"199999 no":               {"demo"},
	} {
		var code int
		_, err := fmt.Sscan(reply, &code)
		if err != nil {
			t.Fatal(err)
		}
		msg := reply[7:]
		_, err = inspect(t, map[string]exchangetest.Reply{calls.uid: said(code, msg+"\x1b[2J")})
		e := exchanges.AsError(err)
		exchangetest.Hints(t, e, causes...)
		if e.UnknownKey != strings.HasPrefix(msg, "Incorrect") || e.Code != fmt.Sprintf("%d: %s[2J", code, msg) {
			t.Errorf("%s: %+v", reply, e)
		}
	}
}

// The message about a rate limit says when it ends.
func TestLocksAreWaitedFor(t *testing.T) {
	for name, c := range map[string]struct {
		msg         string
		least, most time.Duration
	}{
		"told":          {fmt.Sprintf("code:100410:The endpoint trigger frequency limit rule and will be unblocked after %d", time.Now().Add(2*time.Minute).UnixMilli()), 110 * time.Second, 130 * time.Second},
		"told too far":  {fmt.Sprintf("can retry after time: %d", time.Now().Add(48*time.Hour).UnixMilli()), 8 * time.Minute, 8 * time.Minute},
		"over already":  {"will be unblocked after 1727193814249", time.Second, time.Second},
		"not told":      {"rate limited", time.Second, time.Second},
		"other numbers": {"over 20 error code:100202 requests within 480000 ms for this api", time.Second, time.Second},
	} {
		_, err := inspect(t, map[string]exchangetest.Reply{calls.uid: said(100410, c.msg)})
		if e := exchanges.AsError(err); e.Kind != exchanges.RateLimited || e.RetryAfter < c.least || e.RetryAfter > c.most {
			t.Errorf("%s: %s, %v", name, e.RetryAfter, err)
		}
	}
}

func TestTheClockMayRefuseToo(t *testing.T) {
	_, err := inspect(t, map[string]exchangetest.Reply{calls.time: said(100410, "rate limited")})
	if e := exchanges.AsError(err); e.Kind != exchanges.RateLimited || e.Outcome != exchanges.NotSent {
		t.Errorf("%+v", e)
	}
}
