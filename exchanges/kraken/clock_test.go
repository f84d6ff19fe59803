package kraken

import (
	"net/http"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/exchanges/exchangetest"
	"github.com/keyrota/keyrota/exchanges/internal/nonce"
	"github.com/keyrota/keyrota/exchanges/internal/rest"
)

// A nonce from a clock that is ahead would lock the key's bot out until the
// time catches up; one from a clock that is behind would be refused.
func TestNonceComesFromTheClockThatIsRight(t *testing.T) {
	const fraction = 437 * time.Millisecond
	for name, c := range map[string]struct {
		ours  time.Duration // from the true time on
		nonce time.Duration // likewise
	}{
		"right":              {0, 0},
		"a second ahead":     {time.Second, time.Second},
		"a second behind":    {-time.Second, -time.Second},
		"3 seconds ahead":    {3 * time.Second, -fraction},
		"3 seconds behind":   {-3 * time.Second, -fraction},
		"10 minutes ahead":   {10 * time.Minute, -fraction},
		"10 minutes behind":  {-10 * time.Minute, -fraction},
		"years behind: 2021": {-5 * 365 * 24 * time.Hour, -fraction},
	} {
		t.Run(name, func(t *testing.T) {
			right := noon.Add(fraction)
			x, server := connectClocks(t, exchangetest.JSON(goodReply).Handler(), right.Add(c.ours), right)
			got, err := x.Inspect(t.Context(), keyOf(t))
			if err != nil {
				t.Fatal(err)
			}
			if n, want := nonceIn(t, server.Requests(inspectOp)[0]), right.Add(c.nonce).UnixMilli(); n != want {
				t.Errorf("nonce %d, want %d: it is %d ms off", n, want, n-want)
			}
			// Kraken names the second, its middle is taken for the time.
			want := exchanges.Clock{Known: true, Offset: -c.ours - fraction + timeGrain/2}
			if got.Clock != want || !got.Seen.Equal(right.Add(c.ours)) || !got.Asked.Equal(got.Seen) {
				t.Errorf("clock %+v, asked %s, seen %s, want %+v", got.Clock, got.Asked, got.Seen, want)
			}
		})
	}
}

func TestNonceTimeIsNeverAheadOfBothClocks(t *testing.T) {
	for off := -5 * time.Second; off <= 5*time.Second; off += 100 * time.Millisecond {
		own := noon.Add(off)
		got := nonce.Time(noon, own, timeGrain/2)
		switch trusted := off.Abs() <= 2*time.Second; {
		case trusted && !got.Equal(own):
			t.Errorf("%s off: %s, want this machine's time", off, got)
		case !trusted && (got.After(noon) || noon.Sub(got) > time.Second):
			t.Errorf("%s off: %s, want at most a second before Kraken's time", off, got)
		}
	}
}

func TestClockIsAskedOncePerConnection(t *testing.T) {
	x, server := connect(t, exchangetest.JSON(goodReply).Handler(), time.Time{})
	for range 3 {
		if _, err := x.Inspect(t.Context(), keyOf(t)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(server.Requests(clockCall)); n != 1 {
		t.Errorf("asked %d times", n)
	}
}

func TestWithoutAClockNothingIsSigned(t *testing.T) {
	for name, c := range map[string]struct {
		reply exchangetest.Reply
		kind  exchanges.Kind
	}{
		"maintenance":        {exchangetest.JSON(`{"error":["EService:Unavailable"]}`), exchanges.Unavailable},
		"a lockout":          {exchangetest.JSON(`{"error":["EGeneral:Temporary lockout"]}`), exchanges.RateLimited},
		"words about a key":  {exchangetest.JSON(`{"error":["EAPI:Invalid key"]}`), exchanges.Protocol},
		"no result":          {exchangetest.JSON(`{"error":[],"result":null}`), exchanges.Protocol},
		"no time":            {exchangetest.JSON(`{"error":[],"result":{"rfc1123":"now"}}`), exchanges.Protocol},
		"a time of long ago": {exchangetest.JSON(`{"error":[],"result":{"unixtime":0}}`), exchanges.Protocol},
		"a page":             {exchangetest.Page(http.StatusOK), exchanges.Protocol},
		"a firewall":         {exchangetest.Page(http.StatusForbidden), exchanges.Blocked},
		"a lost connection":  {exchangetest.Drop(), exchanges.Network},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := exchangetest.NewServer(t, exchangetest.Routes{clockCall: c.reply.Handler()})
			x := exchangetest.Opened(t, Adapter(), exchanges.Connection{Site: info().Sites[0], Origin: server.URL})
			_, err := x.Inspect(t.Context(), keyOf(t))
			if e := exchanges.AsError(err); e.Kind != c.kind || e.Outcome != exchanges.NotSent || e.Hint == "" {
				t.Errorf("kind %s, outcome %d: %v", e.Kind, e.Outcome, err)
			}
			if n := len(server.Requests(inspectOp)); n != 0 {
				t.Errorf("%d signed requests", n)
			}
		})
	}
}

// The time in numbers of other kinds is read as well.
func TestTimeInEverySpelling(t *testing.T) {
	x, _ := connect(t, exchangetest.JSON(goodReply).Handler(), noon)
	for _, body := range []string{
		`{"error":[],"result":{"unixtime":1780315200,"rfc1123":"Mon, 01 Jun 26 12:00:00 +0000"}}`,
		`{"result":{"unixtime":"1780315200"}}`, `{"error":["WGeneral:careful"],"result":{"unixtime":1780315200.0}}`,
	} {
		if got, err := x.(*venue).readTime(rest.Response{Status: 200, Body: []byte(body)}); err != nil || !got.Equal(noon.Add(timeGrain/2)) {
			t.Errorf("%s: %s, %v", body, got, err)
		}
	}
}

// Until when Kraken throttles is told by its clock, not by ours.
func TestThrottledUntilIsReadByKrakensClock(t *testing.T) {
	throttled := exchangetest.JSON(`{"error":["EService:Throttled: ` + unix(noon.Add(90*time.Second)) + `"]}`)
	x, _ := connectClocks(t, throttled.Handler(), noon.Add(10*time.Minute), noon)
	_, err := x.Inspect(t.Context(), keyOf(t))
	if e := exchanges.AsError(err); e.Kind != exchanges.RateLimited || e.RetryAfter != 90*time.Second {
		t.Errorf("wait %s: %v", e.RetryAfter, err)
	}
}
