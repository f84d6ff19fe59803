package exchanges

import (
	"context"
	"testing"
)

func TestJudgeHoldsAReplyAgainstWhatABotShouldExpect(t *testing.T) {
	do := func(context.Context) TestReply { return TestReply{} }
	err := func(k Kind, code string) *Error { return &Error{Kind: k, Code: code} }
	read := TestCall{Name: "balance", Do: do}
	forged := TestCall{Name: "wrong signature", Drill: Forged, Want: []Kind{Auth, IPBlocked}, Do: do}
	hurry := TestCall{Name: "rate limit", Drill: Hurried, Want: []Kind{RateLimited}, Do: do}
	for name, c := range map[string]struct {
		call  TestCall
		reply TestReply
		want  TestVerdict
	}{
		"a read that is accepted":            {read, TestReply{}, AsExpected},
		"a read that is refused":             {read, TestReply{Err: err(Denied, "")}, Unexpected},
		"a mistake that is refused":          {forged, TestReply{Err: err(Auth, "")}, AsExpected},
		"in another expected way":            {forged, TestReply{Err: err(IPBlocked, "")}, AsExpected},
		"in a way that is not":               {forged, TestReply{Err: err(Protocol, "")}, Unexpected},
		"a mistake that is accepted":         {forged, TestReply{}, Unexpected},
		"no rate limit":                      {hurry, TestReply{}, NotProvoked},
		"a rate limit":                       {hurry, TestReply{Err: err(RateLimited, "")}, AsExpected},
		"one that stays after the pause":     {hurry, TestReply{Err: err(RateLimited, ""), Waited: 1, Then: err(RateLimited, "")}, Unexpected},
		"a call that there is not":           {TestCall{Name: "x", Unable: "why"}, TestReply{}, NotPossible},
		"a call that the person gave up":     {forged, TestReply{Err: err(Canceled, "")}, Interrupted},
		"a call that took longer than a day": {read, TestReply{Err: err(Canceled, "timed out")}, Unexpected},
	} {
		if got := c.call.Judge(c.reply); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
