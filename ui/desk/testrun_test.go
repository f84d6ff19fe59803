package desk

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// course is an exchange at which keys can be test-run.
type course struct {
	*toy

	given  exchanges.Credential
	market string
	calls  []exchanges.TestCall
	made   []string
}

func (x *course) Course(c exchanges.Credential, market string) ([]exchanges.TestCall, error) {
	if market == "nonsense" {
		return nil, &exchanges.Error{Exchange: "toy", Kind: exchanges.Invalid, Outcome: exchanges.NotSent}
	}
	x.given, x.market = c, market
	return x.calls, nil
}

// call adds a call with its reply.
func (x *course) call(name string, d exchanges.Drill, reply func() exchanges.TestReply) {
	c := exchanges.TestCall{Name: name, Drill: d, Method: "GET", Path: "/" + name}
	if d != exchanges.NoDrill {
		c.Want = []exchanges.Kind{exchanges.Auth}
	}
	if c.Unable = "there is none"; reply != nil {
		c.Unable = ""
		c.Do = func(context.Context) exchanges.TestReply { x.made = append(x.made, name); return reply() }
	}
	x.calls = append(x.calls, c)
}

func yes() exchanges.TestReply {
	return exchanges.TestReply{Sent: 1, Status: 200, Took: 41 * time.Millisecond, Clock: exchanges.Clock{Known: true, Offset: -3 * time.Millisecond}, Usage: "12/6000"}
}

func no() exchanges.TestReply {
	return exchanges.TestReply{Sent: 1, Status: 401, Took: time.Millisecond, Err: &exchanges.Error{Kind: exchanges.Auth, Code: "-2015: no"}}
}

// newCourse returns a desk at an exchange with two reads and two drills, and a
// key of each environment.
func newCourse(t *testing.T) (b *bench, x *course, live, test *store.Record) {
	t.Helper()
	x = &course{}
	b = newBenchOf(t, func(b *bench) exchanges.Exchange { x.toy = b.toy; return x }, exchanges.Capabilities{})
	x.call("balance", exchanges.NoDrill, yes)
	x.call("ticker", exchanges.NoDrill, yes)
	x.call("wrong signature", exchanges.Forged, no)
	x.call("expired timestamp", exchanges.Stale, nil)
	k := key("paper", "id-paper")
	k.Environment = exchanges.Testnet
	return b, x, b.add(t, key("real", "id-real")), b.add(t, k)
}

// tested returns the last event of the log.
func (b *bench) tested(t *testing.T, r *store.Record) store.Event {
	t.Helper()
	events, err := b.History(r.ID, 1)
	if err != nil || len(events) != 1 || events[0].Action != store.ActionTested {
		t.Fatalf("%+v, %v", events, err)
	}
	return events[0]
}

func TestATestRunReadsAndDrills(t *testing.T) {
	b, x, _, r := newCourse(t)
	var seen []string
	report, err := b.TestRun(t.Context(), r.ID, TestOptions{Market: "ETH", Drills: true}, func(s TestStep) {
		word := "begins"
		if s.Done {
			word = string(s.Verdict)
		}
		seen = append(seen, s.Call.Name+" "+word)
		if s.Of != 4 || s.Call.Name != x.calls[s.At].Name {
			t.Errorf("%+v", s)
		}
	})
	if err != nil || x.market != "ETH" || x.given.KeyID != "id-paper" {
		t.Fatalf("%v, %+v", err, x)
	}
	want := []string{
		"balance begins", "balance as-expected", "ticker begins", "ticker as-expected",
		"wrong signature begins", "wrong signature as-expected", "expired timestamp begins", "expired timestamp not-possible",
	}
	if !slices.Equal(seen, want) || len(report.Unexpected()) != 0 {
		t.Errorf("%q, %+v", seen, report.Unexpected())
	}
	if report.Counts() != "3 as expected, 1 not possible" || report.Facts() != "clock -3 ms · rate limit: 12/6000" {
		t.Errorf("%s, %s", report.Counts(), report.Facts())
	}
}

func TestATestRunLeavesATraceAndNoSecret(t *testing.T) {
	b, x, _, r := newCourse(t)
	if _, err := b.TestRun(t.Context(), r.ID, TestOptions{Drills: true}, func(TestStep) {}); err != nil {
		t.Fatal(err)
	}
	if e := b.tested(t, r); e.Result != "ok" || e.Detail != "4 calls" || e.Key != "paper" {
		t.Errorf("%+v", e)
	}
	if strings.Trim(x.given.Secret.Reveal(), "\x00") != "" {
		t.Error("the secret is still in memory")
	}
}

func TestATestRunOfALiveKeyOnlyReads(t *testing.T) {
	b, x, r, _ := newCourse(t)
	if _, err := b.TestRun(t.Context(), r.ID, TestOptions{Drills: true}, func(TestStep) {}); err == nil || len(x.made) != 0 {
		t.Errorf("drills with a live key: %v, %q", err, x.made)
	} else if what, hint := Explain(err); !strings.Contains(what, "real is a live key") || hint == "" {
		t.Errorf("%s, %s", what, hint)
	}
	_, err := b.TestRun(t.Context(), r.ID, TestOptions{}, func(TestStep) {})
	if err != nil || !slices.Equal(x.made, []string{"balance", "ticker"}) {
		t.Errorf("%v, %q", err, x.made)
	}
}

func TestATestRunSaysWhatWentOtherwise(t *testing.T) {
	b, x, _, r := newCourse(t)
	x.calls = nil
	x.call("balance", exchanges.NoDrill, no)
	x.call("wrong signature", exchanges.Forged, yes)
	report, err := b.TestRun(t.Context(), r.ID, TestOptions{Drills: true}, func(TestStep) {})
	if err != nil || len(report.Unexpected()) != 2 {
		t.Fatalf("%v, %+v", err, report)
	}
	if e := b.tested(t, r); e.Result != "unexpected" || e.Detail != "balance, wrong signature" {
		t.Errorf("%+v", e)
	}
}

func TestATestRunEndsWhenItIsCanceled(t *testing.T) {
	b, x, _, r := newCourse(t)
	ctx, cancel := context.WithCancel(t.Context())
	x.calls = nil
	x.call("balance", exchanges.NoDrill, yes)
	x.call("ticker", exchanges.NoDrill, func() exchanges.TestReply {
		cancel()
		return exchanges.TestReply{Err: &exchanges.Error{Kind: exchanges.Canceled}}
	})
	x.call("order book", exchanges.NoDrill, yes)
	report, err := b.TestRun(ctx, r.ID, TestOptions{}, func(TestStep) {})
	if err != nil || len(report.Steps) != 2 || len(report.Unexpected()) != 0 || len(x.made) != 2 {
		t.Errorf("%v, %+v, %q", err, report, x.made)
	}
	if e := b.tested(t, r); e.Result != "canceled" || e.Detail != "1 of 3 calls" {
		t.Errorf("%+v", e)
	}
}

func TestWhatCannotBeTestRun(t *testing.T) {
	b := newBench(t)
	r := b.add(t, key("one", "id-1"))
	if why := b.CanTest(r); why == "" {
		t.Error("an exchange without reads can be test-run")
	}
	if _, err := b.TestRun(t.Context(), r.ID, TestOptions{}, func(TestStep) {}); err == nil || !strings.Contains(err.Error(), "one cannot be test-run") {
		t.Errorf("%v", err)
	}
	b, x, _, r := newCourse(t)
	if why := b.CanTest(r); why != "" {
		t.Error(why)
	}
	if _, err := b.TestRun(t.Context(), "nobody", TestOptions{}, func(TestStep) {}); err == nil {
		t.Error("a key that is gone was test-run")
	}
	if _, err := b.TestRun(t.Context(), r.ID, TestOptions{Market: "nonsense"}, func(TestStep) {}); exchanges.AsError(err).Kind != exchanges.Invalid {
		t.Errorf("%v", err)
	}
	if len(x.made) != 0 || slices.Contains(b.actions(t), store.ActionTested) {
		t.Errorf("%q, %v", x.made, b.actions(t))
	}
}
