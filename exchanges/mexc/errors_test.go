package mexc

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
)

func said(status, code int, msg string) exchangetest.Reply {
	body, _ := json.Marshal(map[string]any{"code": code, "msg": msg})
	return exchangetest.Status(status, string(body))
}

func refused(status, code int, msg string, kind exchanges.Kind) exchangetest.Refusal {
	return exchangetest.Refusal{
		Name: fmt.Sprintf("%d %d %s", status, code, msg), Reply: said(status, code, msg), Kind: kind, Outcome: exchanges.Refused,
	}
}

// refusals are MEXC's answers to a signed read.
func refusals() []exchangetest.Refusal {
	return []exchangetest.Refusal{
		refused(400, 10072, "Api key info invalid", exchanges.Auth),
		refused(401, 10072, "Invalid access key", exchanges.Auth),
		refused(400, 700001, "API-key format invalid.", exchanges.Auth),
		refused(400, 700002, "Signature for this request is not valid.", exchanges.Auth),
		refused(200, 602, "Signature verification failed", exchanges.Auth),
		refused(400, 700006, "IP [198.51.100.9] not in the ip white list", exchanges.IPBlocked),
		refused(403, 700006, "IP [198.51.100.9] not in the ip white list", exchanges.IPBlocked),
		refused(400, 700007, "No permission to access the endpoint.", exchanges.Denied),
		refused(400, 700003, "Timestamp for this request is outside of the recvWindow.", exchanges.ClockSkew),
		refused(400, 10073, "Invalid Request-Time", exchanges.ClockSkew),
		refused(400, 700005, "recvWindow must less than 60000", exchanges.Protocol),
		refused(400, 400, "api key required", exchanges.Protocol),
		refused(400, 777777, "Something that came later.", exchanges.Protocol),
		refused(401, 777777, "Something that came later.", exchanges.Auth),
		{Name: "limit", Reply: said(429, 429, "Too many requests").With("Retry-After", "9"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "ban", Reply: exchangetest.Status(418, `{}`).With("Retry-After", "60"), Kind: exchanges.RateLimited, Outcome: exchanges.Refused},
		{Name: "firewall", Reply: exchangetest.Page(403), Kind: exchanges.Blocked, Outcome: exchanges.Refused},
		{Name: "trouble", Reply: said(500, 500, "Internal error, try later."), Kind: exchanges.Unavailable},
	}
}

func TestHintsNameEveryCause(t *testing.T) {
	for code, causes := range map[int][]string{
		10072:  {"deleted", "90 days", "right", "swapped"},
		700001: {"whole", "swapped"},
		700002: {"secret", "swapped"},
		700006: {"whitelist", "address"},
		700007: {"SPOT_ACCOUNT_READ"},
	} {
		_, err := inspect(t, said(400, code, "no\u001b[2J"), exchangetest.JSON(`{}`))
		e := exchanges.AsError(err)
		exchangetest.Hints(t, e, causes...)
		// The words for an invalid key are met by others than unknown ones.
		if e.UnknownKey || e.Code != fmt.Sprintf("%d: no[2J", code) {
			t.Errorf("%d: %+v", code, e)
		}
	}
}

func TestACodeOfSuccessIsNoRefusal(t *testing.T) {
	for _, code := range []string{`0`, `200`, `"200"`, `null`} {
		body := strings.Replace(goodAccount, "{", `{"code":`+code+`,"msg":"success",`, 1)
		if _, err := inspect(t, exchangetest.JSON(body), exchangetest.JSON(`{}`)); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
}
