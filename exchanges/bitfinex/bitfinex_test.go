package bitfinex

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

const (
	testKey    = "bFx7qKeyZw9ZrB4nLsdT2mXw9ZrB4nLsdK0-_aBcDeF"
	testSecret = "bFxCanary8zQpYx5RtVbN1mKjLc7DsAe2UoIq9Xw-_0"

	permissionsCall = "POST " + permissionsPath
	userCall        = "POST " + userPath
	statusCall      = "GET " + statusPath
)

// goodScopes is the documented answer.
const goodScopes = `[["account",1,0],["history",1,0],["orders",1,1],["positions",1,1],["funding",1,0],["settings",0,0],
	["wallets",1,0],["withdraw",0,0],["ui_withdraw",0,0],["bfxpay",0,0]]`

// user is an answer about a user, with personal data that is nobody's business.
func user(master, paper string) string {
	row := make([]string, 46)
	for i := range row {
		row[i] = "null"
	}
	row[40] = `{"a":1}` // a place that is not documented; the law about unknown members wants an object
	row[0], row[1], row[2], row[16], row[21] = "1234567", `"jo@example.com"`, `"jo"`, master, paper
	return "[" + strings.Join(row, ",") + "]"
}

func testCredential() exchanges.Credential {
	return exchanges.Credential{KeyID: testKey, Secret: exchanges.NewSecret(testSecret)}
}

var keys atomic.Int64

// newKey returns a credential of its own for a test, since nonces are counted
// for the whole process.
func newKey() exchanges.Credential {
	c := testCredential()
	c.KeyID = fmt.Sprintf("%05d", keys.Add(1)) + testKey
	return c
}

// dated answers the public call, with a date in the place of the server's.
func dated(body string, at time.Time) exchangetest.Handler {
	return exchangetest.JSON(body).With("Date", at.UTC().Format(http.TimeFormat)).Handler()
}

func routes(exchanges.Site) exchangetest.Routes {
	return exchangetest.Routes{
		statusCall:      exchangetest.JSON(`[1]`).Handler(), // the test's server writes the date
		permissionsCall: exchangetest.JSON(goodScopes).Handler(),
		userCall:        exchangetest.JSON(user("null", "0")).Handler(),
	}
}

// verify judges a request as Bitfinex would.
func verify(r exchangetest.Request) error {
	if r.Method != http.MethodPost || r.Query != "" || r.Body != "{}" {
		return fmt.Errorf("%s?%s with body %q", r.Call(), r.Query, r.Body)
	}
	if got := r.Header.Get("Content-Type"); got != "application/json" {
		return fmt.Errorf("content type %q", got)
	}
	if got := r.Header.Get("bfx-apikey"); got != testKey {
		return fmt.Errorf("bfx-apikey %q", got)
	}
	nonce := r.Header.Get("bfx-nonce")
	if n, err := strconv.ParseInt(nonce, 10, 64); err != nil || r.At.Sub(time.UnixMilli(n)).Abs() > time.Hour {
		return fmt.Errorf("nonce %q is not the time in milliseconds", nonce)
	}
	mac := hmac.New(sha512.New384, []byte(testSecret))
	mac.Write([]byte("/api" + r.Path + nonce + r.Body))
	if got, want := r.Header.Get("bfx-signature"), hex.EncodeToString(mac.Sum(nil)); got != want {
		return fmt.Errorf("bfx-signature %q, want %q", got, want)
	}
	return nil
}

func TestLive(t *testing.T) { exchangetest.Live(t, Adapter()) }

func TestLaws(t *testing.T) {
	exchangetest.Run(t, exchangetest.Subject{
		Adapter: Adapter(), Credential: testCredential(), Routes: routes,
		ClockCall: statusCall, Called: called, Verify: verify, Refusals: refusals(),
	})
}

// vector is a signed request whose source is in testdata/vectors.json.
type vector = exchangetest.Vector

func TestSignedRequestMatchesVectors(t *testing.T) {
	all := exchangetest.Vectors[vector](t, 1)
	for _, v := range all {
		t.Run(v.Name, func(t *testing.T) {
			got := signed(exchanges.Credential{KeyID: v.Key, Secret: exchanges.NewSecret(v.Secret)}, rest.Request{Method: v.Method, Path: v.Path, Body: v.Body}, v.Nonce)
			want := http.Header{"Content-Type": {"application/json"}}
			for name, value := range v.Expected {
				want[name] = []string{value}
			}
			if !maps.EqualFunc(got.Header, want, slices.Equal[[]string]) {
				t.Errorf("headers %v, want %v", got.Header, want)
			}
		})
	}
}

// connect opens Bitfinex on a scripted server; ours is what this machine's clock
// shows, zero for the true time.
func connect(t *testing.T, script exchangetest.Routes, ours time.Time) (exchanges.Exchange, *exchangetest.Server) {
	t.Helper()
	all := routes(exchanges.Site{})
	for call, h := range script {
		all[call] = h
	}
	server := exchangetest.NewServer(t, all)
	c := exchanges.Connection{Site: info().Sites[0], Origin: server.URL}
	if !ours.IsZero() {
		c.Now = func() time.Time { return ours }
	}
	return exchangetest.Opened(t, Adapter(), c), server
}

func nonceIn(t *testing.T, r exchangetest.Request) int64 {
	t.Helper()
	n, err := strconv.ParseInt(r.Header.Get("bfx-nonce"), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// A nonce from a clock that is ahead would lock the key's bot out until the
// time catches up.
func TestNonceComesFromTheClockThatIsRight(t *testing.T) {
	const fraction = 437 * time.Millisecond
	for name, c := range map[string]struct{ ours, nonce time.Duration }{ // from the true time on
		"right":            {0, 0},
		"a second ahead":   {time.Second, time.Second},
		"10 minutes ahead": {10 * time.Minute, -fraction},
		"an hour behind":   {-time.Hour, -fraction},
	} {
		t.Run(name, func(t *testing.T) {
			right := noon.Add(fraction)
			x, server := connect(t, exchangetest.Routes{statusCall: dated(`[1]`, right)}, right.Add(c.ours))
			got, err := x.Inspect(t.Context(), newKey())
			if err != nil {
				t.Fatal(err)
			}
			if n, want := nonceIn(t, server.Requests(permissionsCall)[0]), right.Add(c.nonce).UnixMilli(); n != want {
				t.Errorf("nonce %d, want %d: it is %d ms off", n, want, n-want)
			}
			if want := -c.ours - fraction + time.Second/2; got.Clock.Offset != want || !got.Clock.Known {
				t.Errorf("clock %+v, want %s", got.Clock, want)
			}
		})
	}
}

func TestInspectKeepsTheConfiguredScale(t *testing.T) {
	refuse := exchangetest.Status(500, `["error",10114,"nonce: small"]`).Handler()
	x, server := connect(t, exchangetest.Routes{permissionsCall: refuse, statusCall: dated(`[1]`, noon)}, noon)
	c := newKey()
	for i, want := range []struct {
		unit  exchanges.NonceUnit
		nonce int64
	}{
		{"", noon.UnixMilli()}, {exchanges.NonceMilliseconds, noon.UnixMilli() + 1},
		{exchanges.NonceMicroseconds, noon.UnixMicro()}, {"", noon.UnixMilli() + 2},
	} {
		c.Nonce = want.unit
		_, err := x.Inspect(t.Context(), c)
		if e := exchanges.AsError(err); e.Kind != exchanges.Nonce || e.Outcome != exchanges.Refused {
			t.Fatalf("%v", err)
		}
		if n := nonceIn(t, server.Requests(permissionsCall)[i]); n != want.nonce {
			t.Errorf("call %d, configured %q: nonce %d, want %d", i, want.unit, n, want.nonce)
		}
	}
	c.Nonce = exchanges.NonceNanoseconds // beyond 2^53
	_, err := x.Inspect(t.Context(), c)
	if e := exchanges.AsError(err); e.Kind != exchanges.Invalid || !strings.Contains(e.Hint, `"us"`) || len(server.Requests(permissionsCall)) != 4 {
		t.Errorf("nanoseconds: %v", err)
	}
}

func TestNoncesGrowAcrossConnections(t *testing.T) {
	one, server := connect(t, nil, time.Time{})
	two := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: info().Sites[0], Origin: server.URL})
	c := newKey()
	var wg sync.WaitGroup
	for range 10 {
		for _, x := range []exchanges.Exchange{one, two} {
			wg.Go(func() {
				if _, err := x.Inspect(t.Context(), c); err != nil {
					t.Error(err)
				}
			})
		}
	}
	wg.Wait()
	var last int64
	for i, r := range server.Requests(permissionsCall, userCall) {
		n := nonceIn(t, r)
		if n <= last {
			t.Fatalf("request %d arrived with nonce %d after %d", i, n, last)
		}
		last = n
	}
}

func TestStatusIsReadBeforeAKeyIsSent(t *testing.T) {
	for name, c := range map[string]struct {
		reply exchangetest.Handler
		kind  exchanges.Kind
	}{
		"maintenance":     {exchangetest.JSON(`[0]`).Handler(), exchanges.Unavailable},
		"nothing":         {exchangetest.JSON(`[]`).Handler(), exchanges.Protocol},
		"no date":         {exchangetest.JSON(`[1]`).With("Date", "today").Handler(), exchanges.Protocol},
		"an ancient date": {dated(`[1]`, time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC)), exchanges.Protocol},
		"a firewall":      {exchangetest.Page(403).Handler(), exchanges.Blocked},
	} {
		x, server := connect(t, exchangetest.Routes{statusCall: c.reply}, time.Time{})
		_, err := x.Inspect(t.Context(), newKey())
		if e := exchanges.AsError(err); e.Kind != c.kind || e.Outcome != exchanges.NotSent || e.Hint == "" {
			t.Errorf("%s: %v", name, err)
		}
		if n := len(server.Requests(permissionsCall)); n != 0 {
			t.Errorf("%s: %d signed requests", name, n)
		}
	}
	x, _ := connect(t, exchangetest.Routes{statusCall: exchangetest.Page(404).Handler()}, time.Time{})
	if got, err := x.Inspect(t.Context(), newKey()); err != nil || got.Clock.Known {
		t.Errorf("without the call: %+v, %v", got.Clock, err)
	}
}

func TestCheckTellsAWholeKeyFromAPiece(t *testing.T) {
	for name, c := range map[string]struct{ key, secret, want string }{
		"as usual":        {testKey, " " + testSecret + "\r\n", ""},
		"a longer secret": {testKey, testSecret + testSecret, ""},
		"a piece":         {testKey[:10], testSecret, "about 43"},
		"a piece, secret": {testKey, testSecret[:19], "about 43"},
		"three in one":    {testKey, testSecret + testSecret + testSecret, "about 43"},
		"the key twice":   {testKey, testKey, "same"},
	} {
		_, err := check(exchanges.Credential{KeyID: c.key, Secret: exchanges.NewSecret(c.secret)})
		e := exchanges.AsError(err)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(e.Error()+e.Hint, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// called is the call that a recorded request was made for.
func called(r exchangetest.Request) (exchanges.Call, bool) {
	c := exchangetest.Asked(r, "")
	c.Nonce = r.Header.Get("Bfx-Nonce")
	return c, true
}
