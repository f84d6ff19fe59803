package kraken

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// connect opens Kraken, in a hurry, on a scripted server whose inspections are
// answered by h, and whose clock is as right as this machine's. now is what
// both show; zero means the true time.
func connect(t *testing.T, h exchangetest.Handler, now time.Time) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	return connectClocks(t, h, now, now)
}

func connectClocks(t *testing.T, h exchangetest.Handler, ours, theirs time.Time) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	server := exchangetest.NewServer(t, exchangetest.Routes{inspectOp: h, clockCall: tells(clock(theirs))})
	return exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: info().Sites[0], Origin: server.URL, Now: clock(ours)}), server
}

// clock stands still at a time; zero means that it is the true one.
func clock(at time.Time) func() time.Time {
	if at.IsZero() {
		return time.Now
	}
	return func() time.Time { return at }
}

// keyOf returns a credential of its own for a test, since nonces are counted
// for the whole process.
func keyOf(t *testing.T) exchanges.Credential {
	t.Helper()
	c := testCredential()
	c.KeyID = (strings.NewReplacer("/", "", "_", "").Replace(t.Name()) + testKey)[:keyLen]
	return c
}

// nonceIn returns the nonce of a request.
func nonceIn(t *testing.T, r exchangetest.Request) int64 {
	t.Helper()
	form, err := url.ParseQuery(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.ParseInt(form.Get("nonce"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInspectSendsOnce(t *testing.T) {
	for name, reply := range map[string]exchangetest.Reply{
		"dropped":     exchangetest.Drop(),
		"unavailable": exchangetest.Status(http.StatusServiceUnavailable, ""),
		"busy":        exchangetest.JSON(`{"error":["EService:Busy"]}`),
		"slow down":   exchangetest.Status(http.StatusTooManyRequests, "").With("Retry-After", "1"),
		"old nonce":   exchangetest.JSON(`{"error":["EAPI:Invalid nonce"]}`),
		"bad key":     exchangetest.JSON(`{"error":["EAPI:Invalid key"]}`),
		"fine":        exchangetest.JSON(goodReply),
	} {
		t.Run(name, func(t *testing.T) {
			x, server := connect(t, reply.Handler(), time.Time{})
			_, err := x.Inspect(t.Context(), keyOf(t))
			if (err == nil) != (name == "fine") {
				t.Errorf("err = %v", err)
			}
			if n := len(server.Requests(inspectOp)); n != 1 {
				t.Errorf("%d requests", n)
			}
		})
	}
}

func TestInspectKeepsTheConfiguredScale(t *testing.T) {
	refuse := exchangetest.JSON(`{"error":["EAPI:Invalid nonce"]}`).Handler()
	x, server := connect(t, refuse, noon)
	c := keyOf(t)
	for i, unit := range []exchanges.NonceUnit{"", exchanges.NonceMilliseconds, exchanges.NonceMicroseconds, exchanges.NonceNanoseconds, ""} {
		c.Nonce = unit
		_, err := x.Inspect(t.Context(), c)
		if e := exchanges.AsError(err); e.Kind != exchanges.Nonce || e.Outcome != exchanges.Refused {
			t.Fatalf("%v", err)
		}
		if n := nonceIn(t, server.Requests(inspectOp)[i]); tickOf(n) != ticks[unit] {
			t.Errorf("call %d, configured %q: nonce %d", i, unit, n)
		}
	}
}

func TestNoncesGrowAcrossConnections(t *testing.T) {
	fine := exchangetest.JSON(goodReply).Handler()
	one, server := connect(t, fine, noon)
	two := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: info().Sites[0], Origin: server.URL, Now: func() time.Time { return noon.Add(-time.Hour) }})
	c := keyOf(t)
	const calls = 20
	errs := make([]error, 2*calls)
	var wg sync.WaitGroup
	for i := range calls {
		wg.Go(func() { _, errs[2*i] = one.Inspect(context.Background(), c) })
		wg.Go(func() { _, errs[2*i+1] = two.Inspect(context.Background(), c) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	var last int64
	for i, r := range server.Requests(inspectOp) {
		n := nonceIn(t, r)
		if n <= last {
			t.Fatalf("request %d arrived with nonce %d after %d", i, n, last)
		}
		last = n
	}
}

func TestSecondFactorGoesAlong(t *testing.T) {
	x, server := connect(t, exchangetest.JSON(`{"error":["EGeneral:Invalid arguments:otp=static&password"]}`).Handler(), time.Time{})
	c := keyOf(t)
	c.Passphrase = exchanges.NewSecret("static&password")
	_, err := x.Inspect(t.Context(), c)
	if got := server.Requests(inspectOp)[0].Params().Get("otp"); got != "static&password" {
		t.Errorf("otp = %q", got)
	}
	if e := exchanges.AsError(err); strings.Contains(e.Error()+e.Hint, "static&password") || !strings.Contains(e.Hint, "second factor") {
		t.Errorf("%v: %s", err, e.Hint)
	}
}

func TestInspectDescribesTheKeyItWasGiven(t *testing.T) {
	x, _ := connect(t, exchangetest.JSON(goodReply).Handler(), time.Time{})
	c := keyOf(t)
	got, err := x.Inspect(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if got.KeyID != c.KeyID || got.Label != "grid bot" || !got.Permissions.Has(exchanges.Margin) {
		t.Errorf("%+v", got)
	}
}

func TestSitesAreLiveOnly(t *testing.T) {
	if envs := info().Environments(); len(envs) != 1 || envs[0] != exchanges.Live {
		t.Errorf("environments %v", envs)
	}
	if !info().Sites[0].Capabilities.LastUsedCountsOwn {
		t.Error("an inspection moves lastUsed at Kraken")
	}
}

func FuzzReply(f *testing.F) {
	f.Add([]byte(goodReply))
	f.Add([]byte(`{"error":["EService:Throttled: 1764000000"],"result":{}}`))
	f.Add([]byte(`{"error":[],"result":{"api_key_name":"\u001b[2J","valid_until":1e400,"permissions":[null],"ip_allowlist":[[]]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := rest.Response{Status: http.StatusOK, Body: body}
		if e := refusal(r, noon); e != nil {
			if e.Kind == "" || e.Hint == "" || e.RetryAfter < 0 || e.Code != exchanges.Clean(e.Code) {
				t.Fatalf("%#v", e)
			}
			return
		}
		k, e := parseKeyInfo(r, time.Millisecond)
		if e != nil {
			return
		}
		fuzzFacts(t, k)
	})
}

func fuzzFacts(t *testing.T, got exchanges.KeyInfo) {
	texts := append([]string{got.Label, got.Account}, got.IPs.Entries...)
	for _, text := range slices.Concat(texts, got.Notes, got.ExchangePermissions) {
		if text != exchanges.Clean(text) {
			t.Fatalf("%q is not clean", text)
		}
	}
	for _, m := range []exchanges.Moment{got.Created, got.Expires, got.LastUsed} {
		if at, ok := m.Time(); ok && (at.Year() < 2010 || at.Year() > 2200) {
			t.Fatalf("a moment in the year %d", at.Year())
		}
	}
	if len(got.ExchangePermissions) > 0 && !got.Permissions.Known() {
		t.Fatal("rights are shown and not known")
	}
}
