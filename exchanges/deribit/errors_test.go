package deribit

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
	"github.com/keyrota/keyrota/exchanges/internal/wire"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// judged is what a call with id 1 to the live site makes of an answer.
func judged(t *testing.T, status int, body string) *exchanges.Error {
	t.Helper()
	r := rest.Response{Status: status, Body: []byte(body)}
	var got reply[grant]
	if err := rest.Decode(r, &got); err != nil {
		return err
	}
	return got.check(r, exchanges.Live, call{id: 1, method: authMethod})
}

func rpcBody(errorObject string) string {
	return `{"jsonrpc":"2.0","id":1,"testnet":false,"error":` + errorObject + `}`
}

func TestErrorTable(t *testing.T) {
	cases := map[exchanges.Kind][]int{
		exchanges.Auth:         {10000, 13004, 13007, 13009, 11098},
		exchanges.Denied:       {11042, 13012, 13021, 13031, 13403, 13904},
		exchanges.SecondFactor: {12998, 13668},
		exchanges.RateLimited:  {10028, 10047, 10066, 12003},
		exchanges.Blocked:      {12005},
		exchanges.Unavailable:  {10040, 10041, 10048, 11051, 11056, 11094, 13008, 13025, 13028, 13503, 13888},
		exchanges.Protocol:     {11029, 11043, 11049, 11050, 13010, 13011, 13016, 13018, -32000, -32600, -32601, -32602, -32700},
	}
	var tested []int
	for kind, codes := range cases {
		for _, code := range codes {
			tested = append(tested, code)
			// The code decides, whatever the status and the message.
			for _, status := range []int{200, 400, 401, 403, 429, 500} {
				for _, object := range []string{`{"code":%d,"message":"some words"}`, `{"code":"%d","message":"some words","data":null}`, `{"code":%d,"message":"some words","data":"more"}`} {
					e := judged(t, status, rpcBody(fmt.Sprintf(object, code)))
					if e == nil || e.Kind != kind || e.Hint == "" || e.Code != fmt.Sprintf("%d some words", code) {
						t.Errorf("HTTP %d %d: %#v, want %s", status, code, e, kind)
					}
				}
			}
		}
	}
	slices.Sort(tested)
	if all := slices.Sorted(slices.Values(verdicts.Codes())); !slices.Equal(all, tested) {
		t.Errorf("the table and this test differ:\n%v\n%v", all, tested)
	}
}

func TestReasonsRefineAVagueRefusal(t *testing.T) {
	for _, c := range []struct {
		code          int
		reason, param string
		want          exchanges.Kind
	}{
		{13004, "", "", exchanges.Auth},
		{13004, "ip not allowed", "", exchanges.IPBlocked},
		{13004, "ip_not_whitelisted", "", exchanges.IPBlocked},
		{13009, "Not in white_list", "", exchanges.IPBlocked},
		{13009, "IP", "", exchanges.IPBlocked},
		{13009, "timestamp too old", "", exchanges.ClockSkew},
		{13009, "invalid", "timestamp", exchanges.ClockSkew},
		{-32602, "wrong format", "timestamp", exchanges.ClockSkew},
		{13009, "zip of the script", "grip", exchanges.Auth},
		{13009, "bad signature", "signature", exchanges.Auth},
		{-32602, "wrong format", "ip", exchanges.Protocol},
		{13021, "timestamp", "ip", exchanges.Denied},
		{10028, "ip", "", exchanges.RateLimited},
	} {
		e := judged(t, 400, rpcBody(fmt.Sprintf(`{"code":%d,"message":"m","data":{"reason":%q,"param":%q}}`, c.code, c.reason, c.param)))
		if e.Kind != c.want || e.Outcome != exchanges.Refused || e.Hint == "" {
			t.Errorf("%d %q %q: %s, want %s", c.code, c.reason, c.param, e.Kind, c.want)
		}
		if c.reason != "" && !strings.Contains(e.Code, c.reason) {
			t.Errorf("the reason %q is not in %q", c.reason, e.Code)
		}
	}
}

func TestHintsNameEveryCause(t *testing.T) {
	for code, wants := range map[int][]string{
		13004: {"client ID", "secret", "disabled", "environment", "IP whitelist"},
		13009: {"secret", "clock", "IP whitelist"},
		13021: {"scope"},
		12003: {"dead key"},
	} {
		hint := judged(t, 400, rpcBody(fmt.Sprintf(`{"code":%d}`, code))).Hint
		for _, want := range wants {
			if !strings.Contains(hint, want) {
				t.Errorf("%d: the hint does not speak of %q: %s", code, want, hint)
			}
		}
	}
}

func TestReplyIsJudged(t *testing.T) {
	ok := `"result":{"access_token":"x","scope":""}`
	for name, c := range map[string]struct {
		status int
		body   string
		kind   exchanges.Kind
	}{
		"good":                             {200, `{"id":1,"testnet":false,` + ok + `}`, ""},
		"good, id in quotes":               {200, `{"id":"1",` + ok + `}`, ""},
		"another id":                       {200, `{"id":2,"testnet":false,` + ok + `}`, exchanges.Protocol},
		"no id":                            {200, `{"testnet":false,` + ok + `}`, exchanges.Protocol},
		"the other site":                   {200, `{"id":1,"testnet":true,` + ok + `}`, exchanges.Protocol},
		"a refusal of the other site":      {400, `{"id":1,"testnet":true,"error":{"code":13004}}`, exchanges.Protocol},
		"an error without id":              {400, `{"id":null,"error":{"code":13004}}`, exchanges.Auth},
		"an error beats a result":          {200, `{"id":1,` + ok + `,"error":{"code":13004}}`, exchanges.Auth},
		"an error that is null":            {200, `{"id":1,` + ok + `,"error":null}`, ""},
		"an error without a code":          {400, `{"id":1,"error":{}}`, exchanges.Protocol},
		"an error of another type":         {400, `{"id":1,"error":"no"}`, exchanges.Protocol},
		"a code that is no number":         {400, `{"id":1,"error":{"code":"x","message":[]}}`, exchanges.Protocol},
		"neither":                          {200, `{"id":1}`, exchanges.Protocol},
		"a result that is null":            {200, `{"id":1,"result":null}`, exchanges.Protocol},
		"a result of another type":         {200, `{"id":1,"result":"x"}`, exchanges.Protocol},
		"a status beats a missing error":   {503, `{"id":1,` + ok + `}`, exchanges.Unavailable},
		"a page instead of JSON":           {200, `<html>`, exchanges.Protocol},
		"a page of a server that is down":  {502, `<html>`, exchanges.Unavailable},
		"a page that refuses this country": {451, `<html>`, exchanges.Blocked},
	} {
		e := judged(t, c.status, c.body)
		if (e == nil) != (c.kind == "") || e != nil && (e.Kind != c.kind || e.Hint == "") {
			t.Errorf("%s: %#v, want kind %q", name, e, c.kind)
		}
	}
}

func TestWrongSiteSaysWhatToDo(t *testing.T) {
	for _, env := range []exchanges.Environment{exchanges.Live, exchanges.Testnet} {
		e := wrongSite(wire.Flag{Value: env == exchanges.Live, Known: true}, env)
		if e == nil || e.Kind != exchanges.Protocol || !strings.Contains(e.Hint, "base_url") || !strings.Contains(e.Hint, string(env)+" key") {
			t.Errorf("%s: %#v", env, e)
		}
		if e := wrongSite(wire.Flag{Value: env == exchanges.Testnet, Known: true}, env); e != nil {
			t.Errorf("%s: %v", env, e)
		}
		if e := wrongSite(wire.Flag{}, env); e != nil {
			t.Errorf("%s, not told: %v", env, e)
		}
	}
}

func TestHowLongDeribitWantsUsToWait(t *testing.T) {
	for data, want := range map[string]time.Duration{
		`{"wait":30}`:                   30 * time.Second,
		`{"wait":"30"}`:                 30 * time.Second,
		`{"wait":-1}`:                   0,
		`{"wait":"soon"}`:               0,
		`{"wait":92233720368547758070}`: 0,
		`{"wait":9223372036854775807}`:  24 * time.Hour,
		`[]`:                            0,
	} {
		if e := judged(t, 400, rpcBody(`{"code":12998,"data":`+data+`}`)); e.RetryAfter != want || e.Kind != exchanges.SecondFactor {
			t.Errorf("%s: %s after %s, want %s", data, e.Kind, e.RetryAfter, want)
		}
	}
	got := (&wireError{Code: "10028"}).classify(rest.Response{Status: 429, Header: http.Header{"Retry-After": {"7"}}}, listMethod)
	if got.RetryAfter != 7*time.Second {
		t.Errorf("Retry-After was read as %s", got.RetryAfter)
	}
}

func TestErrorTextIsCleaned(t *testing.T) {
	e := judged(t, 400, rpcBody(`{"code":13004,"message":"\u001b[2Jno","data":{"reason":"\u202eabc\n","param":"\u0007"}}`))
	if e.Code != exchanges.Clean(e.Code) || !strings.HasPrefix(e.Code, "13004 ") {
		t.Errorf("code %q", e.Code)
	}
}
