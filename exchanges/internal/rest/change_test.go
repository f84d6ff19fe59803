package rest

import (
	"testing"

	"github.com/keyrota/keyrota/exchanges"
)

func TestAFailedLookSendsNoChange(t *testing.T) {
	if BeforeChange(nil) != nil {
		t.Error("an error out of nothing")
	}
	err := BeforeChange(&exchanges.Error{Kind: exchanges.Network, Hint: "check"})
	if e := exchanges.AsError(err); e.Outcome != exchanges.NotSent || e.Kind != exchanges.Network || e.Hint != "check" {
		t.Errorf("%+v", e)
	}
}

func TestLooksAfterAChange(t *testing.T) {
	for _, c := range []struct {
		kind    exchanges.Kind
		outcome exchanges.Outcome
		want    bool
	}{
		{exchanges.Network, exchanges.OutcomeUnknown, true},
		{exchanges.Network, exchanges.NotSent, false},
		{exchanges.Unavailable, exchanges.OutcomeUnknown, true},
		{exchanges.Protocol, exchanges.Refused, true},
		{exchanges.Auth, exchanges.Refused, true}, // of the managing key, or of the one that is gone
		{exchanges.Invalid, exchanges.NotSent, false},
		{exchanges.RateLimited, exchanges.Refused, false},
		{exchanges.Blocked, exchanges.Refused, false},
		{exchanges.ClockSkew, exchanges.Refused, false},
		{exchanges.Canceled, exchanges.OutcomeUnknown, false},
	} {
		if got := WorthLooking(&exchanges.Error{Kind: c.kind, Outcome: c.outcome}); got != c.want {
			t.Errorf("%s, outcome %d: %t", string(c.kind), c.outcome, got)
		}
	}
}
