package rest

import (
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

func TestJudgePrefersTheTable(t *testing.T) {
	table := Verdicts[int]{{
		Kind: exchanges.IPBlocked, Hint: "mend the list",
		Causes: []exchanges.Cause{exchanges.CauseIP, exchanges.CauseBlocked}, Codes: []int{7},
	}}
	for name, c := range map[string]struct {
		status, code int
		kind         exchanges.Kind
		outcome      exchanges.Outcome
		hint         string
	}{
		"in the table":                  {200, 7, exchanges.IPBlocked, exchanges.Refused, "mend the list"},
		"in the table, with a status":   {503, 7, exchanges.IPBlocked, exchanges.Refused, "mend the list"},
		"new":                           {200, 8, exchanges.Protocol, exchanges.Refused, "look it up"},
		"new, with a status of its own": {400, 8, exchanges.Protocol, exchanges.Refused, "look it up"},
		"new, and the server is down":   {502, 8, exchanges.Unavailable, exchanges.OutcomeUnknown, ""},
		"new, and not let in":           {401, 8, exchanges.Auth, exchanges.Refused, ""},
		"new, and no firewall":          {403, 8, exchanges.Protocol, exchanges.Refused, "look it up"},
	} {
		e := Judge(Response{Status: c.status}, table, c.code, "code\x1b[2J", "look it up")
		if e.Kind != c.kind || e.Outcome != c.outcome || e.Hint == "" || c.hint != "" && e.Hint != c.hint || e.Code != "code[2J" {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if e := Judge(Response{}, table, 7, "", ""); len(e.Possible()) != 2 {
		t.Errorf("the code leaves open %v", e.Possible())
	}
	slow := Response{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"9"}}}
	if e := Judge(slow, table, 8, "", ""); e.Kind != exchanges.RateLimited || e.RetryAfter != 9*time.Second {
		t.Errorf("%+v", e)
	}
}

func TestVerdictsByTheirNames(t *testing.T) {
	if v := Refused(exchanges.Auth, "mend it", NoSuchKey...); v.Kind != exchanges.Auth || v.Outcome != exchanges.Refused || v.Hint != "mend it" || len(v.Causes) != len(NoSuchKey) {
		t.Errorf("%+v", v)
	}
	if v := Trouble("wait"); v.Kind != exchanges.Unavailable || v.Outcome != exchanges.OutcomeUnknown || v.Hint != "wait" || v.Causes != nil {
		t.Errorf("%+v", v)
	}
}

func TestVerdictsOnCodes(t *testing.T) {
	table := Verdicts[string]{
		{Kind: exchanges.Auth, Hint: "mend it", Causes: NoSuchKey, Codes: []string{"dead", "gone"}},
		{Kind: exchanges.Unavailable, Hint: "wait", MayHaveActed: true, Codes: []string{"slow"}},
	}
	for code, want := range map[string]Verdict{
		"dead": Refused(exchanges.Auth, "mend it", NoSuchKey...),
		"gone": Refused(exchanges.Auth, "mend it", NoSuchKey...),
		"slow": Trouble("wait"),
		"new":  {},
	} {
		if v, known := table.Of(code); known != (code != "new") || !reflect.DeepEqual(v, want) {
			t.Errorf("%s: %+v", code, v)
		}
	}
	if got := table.Codes(); !slices.Equal(got, []string{"dead", "gone", "slow"}) {
		t.Error(got)
	}
}
