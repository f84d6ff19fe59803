package command

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
)

// drilled is a trader with a live key and one of a testnet at Binance.
func drilled(t *testing.T) *trader {
	t.Helper()
	tr := newTrader(t, sim.Options{})
	for name, env := range map[string]string{"real": "live", "paper": "testnet"} {
		if r := tr.add(name, "binance", env, tr.seeded("binance", env, plain)); r.code != 0 {
			t.Fatal(r.err)
		}
	}
	return tr
}

func TestTestrunTellsWhatWasSentAndWhatCameBack(t *testing.T) {
	t.Parallel()
	tr := drilled(t)
	out := tr.ok("", "testrun", "paper", "--drills", "--market", "ETHUSDT")
	for _, line := range []string{
		"balance            as-expected", "order book", "ticker", "expired timestamp  as expected    GET /api/v3/account  HTTP 400",
		"clock-skew · -1021: Timestamp for this request is outside of the recvWindow.", "protocol · -1121", "auth · -1022", "5 calls allowed; a weight of 6000",
		"6 as expected, 1 not provoked", "rate limit: ",
	} {
		if line = strings.Replace(line, "as-expected", "as expected", 1); !strings.Contains(out, line) {
			t.Errorf("no %q in\n%s", line, out)
		}
	}
	if strings.Contains(out, "signature=") || strings.Contains(out, "ETHUSDT") {
		t.Errorf("a query is shown:\n%s", out)
	}
	if log := tr.ok("", "audit", "--last", "1"); !strings.Contains(log, "tested") || !strings.Contains(log, "paper") {
		t.Errorf("the audit log says %s", log)
	}
}

func TestTestrunOfALiveKeyReadsOnly(t *testing.T) {
	t.Parallel()
	tr := drilled(t)
	if r := tr.run("", "testrun", "real", "--drills"); r.code != 2 || !strings.Contains(r.err, "testnet and demo keys only") || !strings.Contains(r.err, "Leave the drills out") {
		t.Errorf("%+v", r)
	}
	if out := tr.ok("", "testrun", "real"); !strings.Contains(out, "3 as expected\n") {
		t.Errorf("%s", out)
	}
	for _, args := range [][]string{{"testrun", "nobody"}, {"testrun"}, {"testrun", "real", "--market", "../order"}} {
		if r := tr.run("", args...); r.code != 2 || r.err == "" {
			t.Errorf("%v: %+v", args, r)
		}
	}
}

// A rate limit with Retry-After is waited out, and shown.
func TestTestrunKeepsARetryAfter(t *testing.T) {
	t.Parallel()
	tr := drilled(t)
	// The ticker is read once before the drill, which is refused too.
	tr.world.SetFaults(sim.Fault{Exchange: "binance", Kind: sim.FaultRateLimit, Rate: 1, Path: "bookTicker", Times: 2})
	r := tr.run("", "testrun", "paper", "--drills", "--json")
	var got testrunJSON
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || r.code != 1 || got.Unexpected != 1 || got.ClockMS == nil || got.Name != "paper" {
		t.Fatalf("%v, %+v", err, r)
	}
	want := map[int]testCallJSON{
		0: {Name: "balance", Method: http.MethodGet, Path: "/api/v3/account", Signed: true, Sent: 1, Status: 200, Verdict: exchanges.AsExpected},
		2: {
			Name: "ticker", Method: http.MethodGet, Path: "/api/v3/ticker/bookTicker", Sent: 1, Status: 429, Kind: exchanges.RateLimited,
			Verdict: exchanges.Unexpected, RetryAfter: 2,
		},
		6: {
			Name: "rate limit", Drill: exchanges.Hurried, Method: http.MethodGet, Path: "/api/v3/ticker/bookTicker", Sent: 2, Status: 429,
			Kind: exchanges.RateLimited, Want: []exchanges.Kind{exchanges.RateLimited}, Verdict: exchanges.AsExpected, RetryAfter: 2, Waited: 2, Then: "accepted",
		},
	}
	for i, c := range want {
		is := got.Calls[i]
		if is.TookMS == nil || *is.TookMS <= 0 || (is.Kind == "") != (is.Code == "") {
			t.Errorf("%+v", is)
		}
		is.TookMS, is.Code, is.Hint, is.Limit = nil, "", "", "" // in words and figures of the moment
		if !reflect.DeepEqual(is, c) {
			t.Errorf("\n%+v, want\n%+v", is, c)
		}
	}
}
