package htx

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// older and newer are refusals in HTX's two envelopes.
func older(code, words string) exchangetest.Reply {
	return exchangetest.JSON(fmt.Sprintf(`{"status":"error","err-code":%q,"err-msg":%q,"data":null}`, code, words))
}

func newer(code int, words string) exchangetest.Reply {
	return exchangetest.JSON(fmt.Sprintf(`{"code":%d,"message":%q}`, code, words))
}

const (
	notValid     = "api-signature-not-valid"
	saysAddress  = "Signature not valid: Incorrect IP address [IP地址错误]:198.51.100.9"
	saysExpired  = "Signature not valid: API key has expired [API Key已经过期]"
	saysUnknown  = "Signature not valid: Incorrect Access key [Access key错误]"
	saysMismatch = "Signature not valid: Verification failure [校验失败]"
)

// refusals are HTX's answers to a signed read. Those that are not documented
// are here with what must be made of them all the same.
func refusals() []exchangetest.Refusal {
	refused := func(name string, reply exchangetest.Reply, kind exchanges.Kind) exchangetest.Refusal {
		return exchangetest.Refusal{Name: name, Reply: reply, Kind: kind, Outcome: exchanges.Refused}
	}
	return []exchangetest.Refusal{
		refused("unknown key", older(notValid, saysUnknown), exchanges.Auth),
		refused("unknown key, newer", newer(1003, saysUnknown), exchanges.Auth),
		refused("signature", older(notValid, saysMismatch), exchanges.Auth),
		refused("signature, newer", newer(1003, "invalid signature"), exchanges.Auth),
		refused("signature check", older("api-signature-check-failed", "API signature verification failed."), exchanges.Auth),
		refused("address", older(notValid, saysAddress), exchanges.IPBlocked),
		refused("expired", older(notValid, saysExpired), exchanges.Expired),
		refused("right", older(notValid, "Signature not valid: API key has no permission [API Key没有权限]"), exchanges.Denied),
		refused("right, newer", newer(1002, "forbidden"), exchanges.Denied),
		refused("clock", older(notValid, "Signature not valid: Invalid timestamp [时间戳错误]"), exchanges.ClockSkew),
		refused("clock, in newer words", older(notValid, "Signature not valid: Invalid submission time or incorrect time format [无效的提交时间或时间格式错误]"), exchanges.ClockSkew),
		refused("nothing said", older(notValid, ""), exchanges.Auth),
		refused("value", newer(2002, "invalid field value in `uid`"), exchanges.Protocol),
		refused("locked", newer(2016, "locked"), exchanges.Denied),
		refused("new code", newer(7777, "Something that came later."), exchanges.Protocol),
		refused("new word", older("came-later", "Something that came later."), exchanges.Protocol),
		refused("limit", exchangetest.Status(429, `{"code":429,"message":"too many requests"}`), exchanges.RateLimited),
		{Name: "gateway", Reply: older("gateway-internal-error", "Failed to load data."), Kind: exchanges.Unavailable},
		{Name: "system", Reply: newer(500, "system error"), Kind: exchanges.Unavailable},
		refused("country", exchangetest.Page(403), exchanges.Blocked),
	}
}

func refusalOf(reply exchangetest.Reply) *exchanges.Error {
	return refusal(rest.Response{Status: max(reply.Status, 200), Body: []byte(reply.Body)})
}

func TestHintsNameEveryCause(t *testing.T) {
	for _, c := range []struct {
		reply exchangetest.Reply
		words []string
	}{
		{newer(1003, "invalid signature"), []string{"deleted", "expired", "swapped", "Ed25519", "address", "clock"}},
		{older(notValid, saysUnknown), []string{"deleted", "whole"}},
		{older(notValid, saysMismatch), []string{"secret", "swapped", "HMAC"}},
		{older(notValid, saysAddress), []string{"IP list"}},
		{older(notValid, saysExpired), []string{"new key", "90 days"}},
		{newer(2014, "exceeded"), []string{"20"}},
	} {
		exchangetest.Hints(t, refusalOf(c.reply), c.words...)
	}
}

func TestOnlyPlainWordsMeanAnUnknownKey(t *testing.T) {
	for _, r := range refusals() {
		e := refusalOf(r.Reply)
		if want := strings.HasPrefix(r.Name, "unknown key"); e.UnknownKey != want {
			t.Errorf("%s: %t", r.Name, e.UnknownKey)
		}
	}
	// The words count beside the codes that go with them.
	if e := refusalOf(newer(2002, saysUnknown)); e.UnknownKey || e.Kind != exchanges.Protocol {
		t.Errorf("%+v", e)
	}
}

func TestWordsOfTheExchangeAreKept(t *testing.T) {
	if e := refusalOf(older(notValid, saysAddress)); e.Code != notValid+": "+saysAddress {
		t.Errorf("%q", e.Code)
	}
	if e := refusalOf(exchangetest.JSON(`{"code":7777,"message":"a\u001b[2Jb"}`)); e.Code != "7777: a[2Jb" {
		t.Errorf("%q", e.Code)
	}
}

func TestSuccess(t *testing.T) {
	for _, body := range []string{`{"code":200,"data":1}`, `{"code":"200","message":"success","ok":true,"data":[]}`} {
		if e := refusal(rest.Response{Status: 200, Body: []byte(body)}); e != nil {
			t.Errorf("%s: %v", body, e)
		}
	}
	if e := refusal(rest.Response{Status: 503, Body: []byte(`{"code":200}`)}); e == nil || e.Kind != exchanges.Unavailable {
		t.Errorf("%v", e)
	}
}
