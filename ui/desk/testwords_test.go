package desk

import (
	"context"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

func TestAStepIsToldInOneLine(t *testing.T) {
	do := func(context.Context) exchanges.TestReply { return exchanges.TestReply{} }
	forged := exchanges.TestCall{Name: "wrong signature", Drill: exchanges.Forged, Method: "GET", Path: "/b", Want: []exchanges.Kind{exchanges.Auth}, Do: do}
	hurry := exchanges.TestCall{Name: "rate limit", Drill: exchanges.Hurried, Method: "GET", Path: "/t", Want: []exchanges.Kind{exchanges.RateLimited}, Limit: "20 a second", Do: do}
	limited := func(after, waited time.Duration, then *exchanges.Error) exchanges.TestReply {
		return exchanges.TestReply{Sent: 2, Status: 429, Took: 12 * time.Millisecond, Waited: waited, Then: then,
			Err: &exchanges.Error{Kind: exchanges.RateLimited, Code: "slow\x1b[2J", RetryAfter: after, Hint: "wait"}}
	}
	for name, c := range map[string]struct {
		call             exchanges.TestCall
		reply            exchanges.TestReply
		sent, said, hint string
	}{
		"accepted":          {exchanges.TestCall{Method: "GET", Path: "/b", Do: do}, exchanges.TestReply{Sent: 1, Status: 200, Took: 400 * time.Microsecond}, "GET /b  HTTP 200  0.4 ms", "", ""},
		"no such call":      {exchanges.TestCall{Method: "GET", Path: "/b", Unable: "no time in it"}, exchanges.TestReply{}, "GET /b", "no time in it", ""},
		"accepted mistake":  {forged, exchanges.TestReply{Sent: 1, Status: 200}, "GET /b  HTTP 200  0.0 ms", "accepted, expected auth", ""},
		"refused otherwise": {forged, limited(0, 0, nil), "GET /b  2 calls  HTTP 429  12 ms", "rate-limited, expected auth · slow[2J · not told how long to wait", "Wait"},
		"not provoked":      {hurry, exchanges.TestReply{Sent: 5, Status: 200, Took: time.Second}, "GET /t  5 calls  HTTP 200  1000 ms", "5 calls allowed; 20 a second", ""},
		"kept":              {hurry, limited(2*time.Second, 2*time.Second, nil), "GET /t  2 calls  HTTP 429  12 ms", "rate-limited · slow[2J · waited 2s as asked, and was accepted then", ""},
		"kept in vain": {hurry, limited(2*time.Second, 2*time.Second, &exchanges.Error{Kind: exchanges.RateLimited}), "GET /t  2 calls  HTTP 429  12 ms",
			"rate-limited · slow[2J · waited 2s as asked, and was refused again: rate-limited", "Wait"},
		"too long": {hurry, limited(time.Minute, 0, nil), "GET /t  2 calls  HTTP 429  12 ms", "rate-limited · slow[2J · Retry after 1m0s: nothing more is sent until then", ""},
		"a read that is refused": {exchanges.TestCall{Method: "GET", Path: "/b", Do: do}, exchanges.TestReply{Err: &exchanges.Error{Kind: exchanges.Denied, Hint: "tick Read"}, Path: "/other"},
			"GET /other", "denied, expected a yes", "Tick Read"},
	} {
		s := TestStep{Call: c.call, Done: true, Reply: c.reply, Verdict: c.call.Judge(c.reply)}
		if s.Sent() != c.sent || s.Said() != c.said || s.Hint() != c.hint {
			t.Errorf("%s:\n%q\n%q\n%q", name, s.Sent(), s.Said(), s.Hint())
		}
	}
}

func TestFactsThatWereNotTold(t *testing.T) {
	if got := (&TestReport{}).Facts(); got != "clock not measured" {
		t.Errorf("%q", got)
	}
}
