package exchangetest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// driven is a toy whose keys can be test-run, with places to break that.
type driven struct {
	*toyVenue

	spoil  func([]exchanges.TestCall) []exchanges.TestCall
	unread bool // what is asked about is not looked at first
}

func (v driven) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	course := rest.Course{Market: "TOY", Balance: "GET /balance", Book: "GET /book/{market}", Ticker: "GET /ticker"}
	by := rest.Venue{Trip: &course, Check: v.toy.check, API: rest.API{
		Client: v.client, Refusal: toyRefusal, Sign: func(c exchanges.Credential, r rest.Request, now time.Time) (rest.Request, error) {
			r.Header = http.Header{"X-Key": {c.KeyID}}
			return r, nil
		},
	}}
	if v.unread {
		by.Check, market = accept, ""
	}
	calls, err := by.Course(c, market)
	return v.spoil(calls), err
}

func withCourse(spoil func([]exchanges.TestCall) []exchanges.TestCall, unread bool) *toy {
	a := newToy()
	a.info.Sites = append(a.info.Sites, exchanges.Site{
		ID: "test", Name: "Toy Test", Environment: exchanges.Testnet, Origin: "https://test.toy.example", KeysPage: "https://toy.example/test",
	})
	a.wrap = func(v *toyVenue) exchanges.Exchange { return driven{v, spoil, unread} }
	return a
}

func lawful(calls []exchanges.TestCall) []exchanges.TestCall { return calls }

func TestALawfulTestRunPasses(t *testing.T) {
	a := withCourse(lawful, false)
	for _, law := range []string{"a test run sends", "a test run makes mistakes", "a test run of what", "a test run that"} {
		if err := lawOf(t, law).Hold(a.subject()); err != nil {
			t.Errorf("%s: %v", law, err)
		}
	}
}

func TestEachLawOfTestRunsCatchesItsBreach(t *testing.T) {
	lie := func(do func(context.Context) exchanges.TestReply) func([]exchanges.TestCall) []exchanges.TestCall {
		return func(calls []exchanges.TestCall) []exchanges.TestCall {
			calls[0].Do = do
			return calls
		}
	}
	drill := func(calls []exchanges.TestCall) []exchanges.TestCall {
		return append(calls, exchanges.TestCall{Name: "one more", Drill: exchanges.Forged})
	}
	for name, c := range map[string]struct {
		law string
		a   *toy
		see string
	}{
		"a call that is not made": {"a test run sends", withCourse(lie(func(context.Context) exchanges.TestReply {
			return exchanges.TestReply{Path: "/balance", Sent: 1, Status: 200}
		}), false), "was sent 0 times"},
		"a secret in the reply": {"a test run sends", withCourse(lie(func(context.Context) exchanges.TestReply {
			return exchanges.TestReply{Path: "/x", Status: 200, Usage: toySecret}
		}), false), "shows the secret"},
		"a call without answer":    {"a test run sends", withCourse(lie(func(context.Context) exchanges.TestReply { return exchanges.TestReply{} }), false), "no answer"},
		"a drill at the live site": {"a test run makes mistakes", withCourse(drill, false), "want []"},
		"a market unread":          {"a test run of what", withCourse(lawful, true), "../order"},
		"one that goes on":         {"a test run that", withCourse(lie(func(context.Context) exchanges.TestReply { return exchanges.TestReply{Sent: 1} }), false), "balance"},
	} {
		err := lawOf(t, c.law).Hold(c.a.subject())
		if err == nil || !strings.Contains(err.Error(), c.see) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
