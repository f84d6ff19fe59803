package rest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
)

// drillSite is an exchange whose balance wants a signature and a time, and whose
// public calls answer by script.
type drillSite struct {
	*httptest.Server

	mu     sync.Mutex
	calls  []string // method, path, and market or body
	limits int      // so many calls are refused with a Retry-After of after
	after  string
	closed bool // the balance is closed to this account
}

const drillKey, drillSecret = "key-0001", "secret-0001"

func newDrillSite(t *testing.T) *drillSite {
	s := &drillSite{after: "2"}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *drillSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, strings.TrimSpace(r.Method+" "+r.URL.Path+" "+r.URL.Query().Get("m")+string(body)))
	sent, _ := strconv.ParseInt(r.Header.Get("T"), 10, 64)
	say := func(status int, text string) { w.WriteHeader(status); _, _ = io.WriteString(w, text) }
	switch {
	case s.limits > 0 && r.URL.Path == "/ticker":
		s.limits--
		w.Header().Set("Retry-After", s.after)
		say(429, `{"code":"slow"}`)
	case r.URL.Query().Get("m") == noMarket:
		say(400, `{"code":"market"}`)
	case r.URL.Path == "/web":
		say(200, `<html>`)
	case !strings.HasPrefix(r.URL.Path, "/balance") && r.URL.Path != "/who":
		say(200, `{}`)
	case time.Since(time.UnixMilli(sent)).Abs() > time.Minute:
		say(400, `{"code":"time"}`)
	case r.Header.Get("Sig") != drillKey+drillSecret:
		say(401, `{"code":"sig secret-0001"}`)
	case s.closed && r.URL.Path == "/balance":
		say(400, `{"code":"other account"}`)
	default:
		say(200, `{"account":"main-7"}`)
	}
}

// asked returns the calls so far.
func (s *drillSite) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// toyCourse is what the tests run.
var toyCourse = Course{
	Market: "BTC", Balance: "GET /balance", Book: "GET /book?m={market}", Ticker: "GET /ticker?m={market}",
	Usage: func(r Response) string { return strconv.Itoa(r.Status) + " used" },
}

// run returns the calls of a course at the site.
func (s *drillSite) run(t *testing.T, c Course, env exchanges.Environment, sleep func(time.Duration), market string) []exchanges.TestCall {
	t.Helper()
	client, err := New(Config{Exchange: "toy", Connection: exchanges.Connection{
		Site: exchanges.Site{Environment: env}, Origin: s.URL,
		Sleep: func(ctx context.Context, d time.Duration) error { sleep(d); return ctx.Err() },
	}})
	if err != nil {
		t.Fatal(err)
	}
	by := Venue{
		Trip:  &c,
		Check: func(c exchanges.Credential) (exchanges.Credential, error) { return c, nil },
		API: API{Client: client, Refusal: toyRefusal, Sign: func(c exchanges.Credential, r Request, now time.Time) (Request, error) {
			r.Header = http.Header{"T": {millis(now)}, "Sig": {c.KeyID + c.Secret.Reveal()}}
			return r, nil
		}},
	}
	all, err := by.Course(exchanges.Credential{KeyID: drillKey, Secret: exchanges.NewSecret(drillSecret)}, market)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func toyRefusal(r Response) *exchanges.Error {
	kinds := map[string]exchanges.Kind{"slow": exchanges.RateLimited, "market": exchanges.Protocol, "time": exchanges.ClockSkew, "other account": exchanges.Unsupported}
	e := HTTPError(r)
	if e == nil {
		return nil
	}
	_, code, _ := strings.Cut(string(r.Body), `"code":"`)
	e.Code = strings.TrimRight(code, `"}`)
	if k, known := kinds[e.Code]; known {
		e.Kind = k
	}
	return e
}

func atOnce(time.Duration) {}

func last(s *drillSite) string { return s.asked()[len(s.asked())-1] }

func TestACourseIsReadsAndDrills(t *testing.T) {
	s := newDrillSite(t)
	var got []string
	for _, c := range s.run(t, toyCourse, exchanges.Testnet, atOnce, "ETH") {
		r := c.Do(t.Context())
		kind := exchanges.Kind("none")
		if e := r.Err; e != nil {
			kind = e.Kind
			explained(t, c, e)
		}
		got = append(got, fmt.Sprintf("%s %s %d %s", c.Name, c.Judge(r), r.Status, kind))
		if r.Took <= 0 || r.Usage != strconv.Itoa(r.Status)+" used" || r.Path != c.Path {
			t.Errorf("%s: %+v", c.Name, r)
		}
	}
	want := []string{
		"balance as-expected 200 none", "order book as-expected 200 none", "ticker as-expected 200 none",
		"expired timestamp as-expected 400 clock-skew", "malformed request as-expected 400 protocol", "wrong signature as-expected 401 auth",
		"rate limit not-provoked 200 none",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if asked := s.asked(); len(asked) != 6+hurried || asked[1] != "GET /book ETH" || asked[4] != "GET /book "+noMarket {
		t.Errorf("%q", asked)
	}
}

// explained fails for an error that does not say whose call it was, or that shows
// the secret which the exchange repeats.
func explained(t *testing.T, c exchanges.TestCall, e *exchanges.Error) {
	t.Helper()
	if strings.Contains(e.Code, drillSecret) || e.Exchange != "toy" || e.Op != c.Method+" "+c.Path {
		t.Errorf("%+v", e)
	}
}

func TestALiveSiteHasNoDrills(t *testing.T) {
	s := newDrillSite(t)
	for _, c := range s.run(t, toyCourse, exchanges.Live, atOnce, "") {
		if c.Drill != exchanges.NoDrill {
			t.Errorf("%+v", c)
		}
	}
}

func TestAPauseThatIsAskedForIsKept(t *testing.T) {
	for name, c := range map[string]struct {
		limits  int
		after   string
		sent    int
		waited  time.Duration
		verdict exchanges.TestVerdict
	}{
		"a short pause":            {1, "2", 2, 2 * time.Second, exchanges.AsExpected},
		"which did not help":       {2, "2", 2, 2 * time.Second, exchanges.Unexpected},
		"a long one":               {1, "60", 1, 0, exchanges.AsExpected},
		"one that nobody asks for": {1, "", 1, 0, exchanges.AsExpected},
	} {
		s := newDrillSite(t)
		s.limits, s.after = c.limits, c.after
		var slept time.Duration
		all := s.run(t, toyCourse, exchanges.Demo, func(d time.Duration) { slept += d }, "")
		hurry := all[len(all)-1]
		r := hurry.Do(t.Context())
		if r.Sent != c.sent || r.Waited != c.waited || hurry.Judge(r) != c.verdict || r.Status != 429 || len(s.asked()) != c.sent {
			t.Errorf("%s: %+v, %v", name, r, r.Err)
		}
		if slept < c.waited/2 || slept > c.waited {
			t.Errorf("%s: slept %s", name, slept)
		}
	}
}

func TestAfterALongPauseIsAskedForNothingIsSent(t *testing.T) {
	s := newDrillSite(t)
	s.limits, s.after = 1, "60"
	all := s.run(t, toyCourse, exchanges.Demo, atOnce, "")
	hurry := all[len(all)-1]
	hurry.Do(t.Context())
	if again := hurry.Do(t.Context()); again.Sent != 0 || again.Err.Outcome != exchanges.NotSent || len(s.asked()) != 1 {
		t.Errorf("%+v, %v", again, again.Err)
	}
}

func TestABalanceThatIsClosedIsAskedForInAnotherWay(t *testing.T) {
	s := newDrillSite(t)
	s.closed = true
	c := toyCourse
	c.BalanceElse = "GET /balance/classic"
	all := s.run(t, c, exchanges.Testnet, atOnce, "")
	if r := all[0].Do(t.Context()); r.Err != nil || r.Sent != 2 || r.Path != "/balance/classic" || all[0].Most != 2 {
		t.Errorf("%+v, %v", r, r.Err)
	}
	if r := all[3].Do(t.Context()); r.Path != "/balance/classic" {
		t.Errorf("the drills spoil a balance that is closed: %+v", r)
	}
}

func TestTheAccountOfABalanceIsFound(t *testing.T) {
	s := newDrillSite(t)
	c := toyCourse
	c.Account, c.ReadAccount = "GET /who", func(r Response) (string, *exchanges.Error) { return toyAccount(r), nil }
	c.Balance = "GET /balance/{account}"
	if r := s.run(t, c, exchanges.Testnet, atOnce, "")[0].Do(t.Context()); r.Err != nil || r.Sent != 2 || r.Path != "/balance/…" || last(s) != "GET /balance/main-7" {
		t.Errorf("%+v, %v, %q", r, r.Err, s.asked())
	}
	c.ReadAccount = func(Response) (string, *exchanges.Error) { return "../order", nil }
	if r := s.run(t, c, exchanges.Testnet, atOnce, "")[0].Do(t.Context()); r.Err == nil || r.Err.Kind != exchanges.Protocol || last(s) != "GET /who" {
		t.Errorf("%+v, %q", r, s.asked())
	}
}

// toyAccount is what the toy calls its account.
func toyAccount(r Response) string {
	_, after, _ := strings.Cut(string(r.Body), `"account":"`)
	return strings.TrimRight(after, `"}`)
}

func TestWhatIsNoJSONIsNoAnswer(t *testing.T) {
	s := newDrillSite(t)
	c := toyCourse
	c.Book = "GET /web"
	if r := s.run(t, c, exchanges.Testnet, atOnce, "")[1].Do(t.Context()); r.Err == nil || r.Err.Kind != exchanges.Protocol || r.Status != 200 {
		t.Errorf("%+v", r)
	}
}

func TestAMarketLeadsNowhereElse(t *testing.T) {
	for _, bad := range []string{"..", "../order", "a/b", "a?b", "a&b=c", "a b", "a%2fb", ":a", strings.Repeat("a", 65), `a"b`, "ä"} {
		if isMarket(bad) {
			t.Errorf("%q is a market", bad)
		}
	}
	for _, good := range []string{"BTCUSDT", "BTC-USD", "BTC_USDT", "tBTC:USD", "PF_XBTUSD", "btcusd", "1INCHUSDT"} {
		if !isMarket(good) || url.QueryEscape(good) != strings.ReplaceAll(good, ":", "%3A") {
			t.Errorf("%q is no market", good)
		}
	}
}
