package all

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/sim"
)

// reads are the documented reads of each exchange that test runs may send: those
// for the clock, the account, balance, order book and ticker, and nothing else.
var reads = map[string][]string{
	"binance": {"GET /api/v3/time", "GET /api/v3/account", "GET /api/v3/depth", "GET /api/v3/ticker/bookTicker"},
	"bybit":   {"GET /v5/market/time", "GET /v5/account/wallet-balance", "GET /v5/market/orderbook", "GET /v5/market/tickers"},
	"okx":     {"GET /api/v5/public/time", "GET /api/v5/account/balance", "GET /api/v5/market/books", "GET /api/v5/market/ticker"},
	"coinbase": {
		"GET /api/v3/brokerage/time", "GET /api/v3/brokerage/accounts", "GET /api/v3/brokerage/market/product_book",
		"GET /api/v3/brokerage/market/products/BTC-USD/ticker",
	},
	"kraken": {"GET /0/public/Time", "POST /0/private/Balance", "GET /0/public/Depth", "GET /0/public/Ticker"},
	"kraken-futures": {
		"GET /derivatives/api/v3/accounts", "GET /derivatives/api/v3/orderbook", "GET /derivatives/api/v3/tickers/PF_XBTUSD",
	},
	"gate":   {"GET /api/v4/spot/time", "GET /api/v4/spot/accounts", "GET /api/v4/spot/order_book", "GET /api/v4/spot/tickers"},
	"kucoin": {"GET /api/v1/timestamp", "GET /api/v1/accounts", "GET /api/v1/market/orderbook/level2_20", "GET /api/v1/market/orderbook/level1"},
	"bitget": {
		"GET /api/v2/public/time", "GET /api/v3/account/assets", "GET /api/v2/spot/account/assets",
		"GET /api/v2/spot/market/orderbook", "GET /api/v2/spot/market/tickers",
	},
	"htx": {
		"GET /v1/common/timestamp", "GET /v1/account/accounts", "GET /v1/account/accounts/N/balance", "GET /market/depth", "GET /market/detail/merged",
	},
	"gemini":      {"POST /v1/balances", "GET /v1/book/btcusd", "GET /v1/book/no-such-market", "GET /v1/pubticker/btcusd"},
	"bitfinex":    {"GET /v2/platform/status", "POST /v2/auth/r/wallets", "GET /v2/book/tBTCUSD/P0", "GET /v2/ticker/tBTCUSD"},
	"mexc":        {"GET /api/v3/time", "GET /api/v3/account", "GET /api/v3/depth", "GET /api/v3/ticker/bookTicker"},
	"bingx":       {"GET /openApi/swap/v2/server/time", "GET /openApi/swap/v2/user/balance", "GET /openApi/swap/v2/quote/depth", "GET /openApi/swap/v2/quote/ticker"},
	"upbit":       {"GET /v1/accounts", "GET /v1/orderbook", "GET /v1/ticker"},
	"hyperliquid": {"POST /info"},
	"deribit": {
		"GET /api/v2/public/get_time", "POST /api/v2/public/auth",
		"GET /api/v2/private/get_account_summaries", "GET /api/v2/public/get_order_book", "GET /api/v2/public/ticker",
	},
}

// writes are words of which none occurs in the path of a read.
var writes = []string{"order/", "orders", "withdraw", "transfer", "create", "delete", "cancel", "edit", "/w/", "api_key", "apikey", "/exchange", "convert"}

// simulated starts the simulated exchanges of the demo.
func simulated(t *testing.T) *sim.Sim {
	t.Helper()
	s, err := sim.Start(t.Context(), sim.Options{World: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// reader returns a key of the main account that reads.
func reader(v sim.Venue) (sim.Key, bool) {
	i := slices.IndexFunc(v.Keys, func(k sim.Key) bool { return k.Account == "" && slices.Contains(k.Permissions, "read") })
	if i < 0 {
		return sim.Key{}, false
	}
	return v.Keys[i], true
}

// course returns the calls of a test run of a key. No time passes while it waits.
func course(t *testing.T, v sim.Venue, k sim.Key) []exchanges.TestCall {
	t.Helper()
	return courseWith(t, v, k, func(time.Duration) {})
}

// courseWith tells slept how long it would have waited.
func courseWith(t *testing.T, v sim.Venue, k sim.Key, slept func(time.Duration)) []exchanges.TestCall {
	t.Helper()
	id, env := exchanges.ID(v.Exchange), exchanges.Environment(v.Environment)
	a, err := Registry().Get(id)
	if err != nil {
		t.Fatal(err)
	}
	site, _ := a.Info.Site(env, "")
	x, err := Registry().Open(id, exchanges.Connection{
		Site: site, Origin: v.BaseURL, Sleep: func(ctx context.Context, d time.Duration) error { slept(d); return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	calls, err := x.(exchanges.Driller).Course(exchanges.Credential{
		KeyID: k.Key, Secret: exchanges.NewSecret(k.Secret), Passphrase: exchanges.NewSecret(k.Passphrase), PrivateKey: exchanges.NewSecret(k.PrivateKey),
	}, "")
	if err != nil {
		t.Fatalf("%s %s %s: %v", id, env, k.Label, err)
	}
	return calls
}

// verdicts are those of the calls that are not as one would expect everywhere.
var verdicts = map[string]exchanges.TestVerdict{
	"kraken-futures demo expired timestamp": exchanges.NotPossible,
	"hyperliquid testnet expired timestamp": exchanges.NotPossible,
	"hyperliquid testnet wrong signature":   exchanges.NotPossible,
}

// At every exchange a key that reads passes its test run, and drills come back as
// a bot should expect them.
func TestATestRunOfEveryExchange(t *testing.T) {
	for _, v := range simulated(t).Describe().Venues {
		k, found := reader(v)
		if !found {
			continue // one site of Bybit's has no key in the demo
		}
		calls := course(t, v, k)
		if drills := len(calls) > 3; drills != (v.Environment != "live") {
			t.Errorf("%s %s: %d calls", v.Exchange, v.Environment, len(calls))
		}
		for _, c := range calls {
			goesAsExpected(t, v.Exchange+" "+v.Environment+" "+c.Name, c)
		}
	}
}

// goesAsExpected makes a call.
func goesAsExpected(t *testing.T, name string, c exchanges.TestCall) {
	t.Helper()
	want := verdicts[name]
	switch {
	case want != "":
	case c.Drill == exchanges.Hurried:
		want = exchanges.NotProvoked
	default:
		want = exchanges.AsExpected
	}
	var r exchanges.TestReply
	if c.Do != nil {
		r = c.Do(t.Context())
		if r.Sent == 0 || r.Sent > c.Most || r.Status == 0 {
			t.Errorf("%s: %+v, %v", name, r, r.Err)
		}
	}
	if got := c.Judge(r); got != want {
		t.Errorf("%s is %s: %+v, %v", name, got, r, r.Err)
	}
}

// Nothing that a test run sends can change an account.
func TestATestRunSendsDocumentedReadsOnly(t *testing.T) {
	s := simulated(t)
	for _, v := range s.Describe().Venues {
		for _, k := range v.Keys {
			for _, c := range course(t, v, k) {
				if c.Do != nil {
					c.Do(t.Context())
				}
			}
		}
	}
	left := maps.Clone(reads)
	for r := range s.Requests() {
		call := r.Method + " " + strings.TrimRight(accountNumber.ReplaceAllString(r.Path, "/N/"), "/")
		if !slices.Contains(reads[r.Exchange], call) {
			t.Errorf("%s %s got %s, which is in no list", r.Exchange, r.Environment, call)
		}
		if slices.ContainsFunc(writes, func(w string) bool { return strings.Contains(strings.ToLower(call), w) }) {
			t.Errorf("%s got %s, which looks like a change", r.Exchange, call)
		}
		left[r.Exchange] = slices.DeleteFunc(slices.Clone(left[r.Exchange]), func(listed string) bool { return listed == call })
	}
	for exchange, calls := range left {
		if len(calls) > 0 {
			t.Errorf("%s: nobody sent %v", exchange, calls)
		}
	}
}

// accountNumber is in the path of HTX's balance.
var accountNumber = regexp.MustCompile(`/[1-9]\d+/`)

// Every exchange that can be asked can be test-run, at each of its sites.
func TestEverySiteHasATestRun(t *testing.T) {
	for _, a := range Registry().All() {
		for _, site := range a.Info.Sites {
			x, err := a.New(exchanges.Connection{Site: site, Origin: site.Origin})
			if err != nil {
				t.Fatal(err)
			}
			if _, can := x.(exchanges.Driller); can == a.Info.Manual {
				t.Errorf("%s %s: can be test-run is %v", a.Info.ID, site.Name, can)
			}
		}
	}
}

// A rate limit is recognised everywhere, and a pause that is short is kept before
// the call is made again.
func TestARateLimitIsKept(t *testing.T) {
	s := simulated(t)
	for _, v := range s.Describe().Venues {
		k, found := reader(v)
		if !found || v.Environment == "live" {
			continue
		}
		longest := time.Duration(0)
		calls := courseWith(t, v, k, func(d time.Duration) { longest = max(longest, d) })
		hurry := calls[len(calls)-1]
		path, _, _ := strings.Cut(hurry.Path, " ")
		s.SetFaults(sim.Fault{Exchange: v.Exchange, Kind: sim.FaultRateLimit, Rate: 1, Path: path, Times: 1})
		r := hurry.Do(t.Context())
		s.SetFaults()
		if !errors.Is(r.Err, exchanges.RateLimited) || hurry.Judge(r) != exchanges.AsExpected {
			t.Errorf("%s %s: %+v, %v", v.Exchange, v.Environment, r, r.Err)
			continue
		}
		want, sent := r.Err.RetryAfter, 2
		if want == 0 || want > 5*time.Second {
			want, sent = 0, 1
		}
		if r.Waited != want || r.Sent != sent || longest > want || longest < want/2 {
			t.Errorf("%s %s: told to wait %s, waited %s (%s) and sent %d", v.Exchange, v.Environment, r.Err.RetryAfter, r.Waited, longest, r.Sent)
		}
	}
}
