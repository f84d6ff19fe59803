package sim

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestParseFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"400":                    {Kind: FaultBadRequest, Rate: 1},
		"401":                    {Kind: FaultUnauthorized, Rate: 1},
		"429:0.25":               {Kind: FaultRateLimit, Rate: 0.25},
		"500:1":                  {Kind: FaultServerError, Rate: 1},
		"503:0":                  {Kind: FaultUnavailable, Rate: 0},
		"html":                   {Kind: FaultHTML, Rate: 1},
		"timeout":                {Kind: FaultTimeout, Rate: 1},
		"bybit=skew":             {Exchange: "bybit", Kind: FaultSkew, Rate: 1},
		"binance=malformed:1e-3": {Exchange: "binance", Kind: FaultMalformed, Rate: 0.001},
		"kraken=drop-reply:.5":   {Exchange: "kraken", Kind: FaultDropReply, Rate: 0.5},
		"500@/v5/user":           {Kind: FaultServerError, Rate: 1, Path: "/v5/user"},
		"timeout@a=b:c@d":        {Kind: FaultTimeout, Rate: 1, Path: "a=b:c@d"},
		"429#3":                  {Kind: FaultRateLimit, Rate: 1, Times: 3},

		"deribit=drop-reply:1@create_api_key":    {Exchange: "deribit", Kind: FaultDropReply, Rate: 1, Path: "create_api_key"},
		"bybit=drop-reply@create-sub-api#1":      {Exchange: "bybit", Kind: FaultDropReply, Rate: 1, Path: "create-sub-api", Times: 1},
		"binance=503:0.5@subAccountApi/ipRes#12": {Exchange: "binance", Kind: FaultUnavailable, Rate: 0.5, Path: "subAccountApi/ipRes", Times: 12},
	} {
		got, err := ParseFault(text)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
		if again, err := ParseFault(got.String()); err != nil || again != got {
			t.Errorf("%s: String gives %q, which reads as %+v, %v", text, got, again, err)
		}
	}
}

func TestParseFaultNamesWhatIsWrong(t *testing.T) {
	for text, says := range map[string]string{
		"":                "drop-reply", // lists the kinds
		"418":             `"418"`,
		"ftx=timeout":     `"ftx"`,
		"=timeout":        "binance, bybit", // lists the exchanges
		"timeout:":        `""`,
		"timeout:2":       `"2"`,
		"timeout:-0.1":    `"-0.1"`,
		"timeout:NaN":     `"NaN"`,
		"timeout:often":   `"often"`,
		"timeout:0.5:0.5": `"0.5:0.5"`,
		"Timeout":         `"Timeout"`,
		"timeout@":        "@",
		"timeout@#1":      "@",
		"timeout#":        `""`,
		"timeout#0":       `"0"`,
		"timeout#-1":      `"-1"`,
		"timeout#once":    `"once"`,
		"timeout@a#b#1":   `"b#1"`,
		"timeout#1@a":     `"1@a"`,
	} {
		if f, err := ParseFault(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %+v, error %v does not say %s", text, f, err, says)
		}
	}
}

// Each exchange answers a fault in its own words.
func TestFaultsInTheExchangesShapes(t *testing.T) {
	for _, c := range []struct {
		exchange, path string
		kind           FaultKind
		status, code   int
		header         string
	}{
		{"binance", "/api/v3/time", FaultBadRequest, 400, -1100, ""},
		{"binance", "/api/v3/account", FaultUnauthorized, 401, -2015, ""},
		{"binance", "/api/v3/time", FaultRateLimit, 429, -1003, "Retry-After"},
		{"binance", "/api/v3/time", FaultRateLimit, 429, -1003, "X-Mbx-Used-Weight-1m"},
		{"binance", "/api/v3/time", FaultServerError, 500, -1000, ""},
		{"binance", "/api/v3/time", FaultUnavailable, 503, -1008, ""},
		{"bybit", "/v5/market/time", FaultBadRequest, 400, 10001, ""},
		{"bybit", "/v5/user/query-api", FaultUnauthorized, 401, 10007, ""},
		{"bybit", "/v5/market/time", FaultRateLimit, 429, 10006, "X-Bapi-Limit-Reset-Timestamp"},
		{"bybit", "/v5/market/time", FaultServerError, 500, 10016, ""},
		{"bybit", "/v5/market/time", FaultUnavailable, 503, 10016, ""},
	} {
		s := startAt(t, Options{World: "empty", Faults: []Fault{{Exchange: c.exchange, Kind: c.kind, Rate: 1}}})
		credential := http.Header{"X-Mbx-Apikey": {"k"}, "X-Bapi-Api-Key": {"k"}}
		got := send(t, http.MethodGet, s.Describe().venue(t, c.exchange, "live").BaseURL+c.path, "", credential)
		if got.status != c.status || got.code(t) != c.code {
			t.Errorf("%s %s: %d %s", c.exchange, c.kind, got.status, got.body)
		}
		if c.header != "" && got.header.Get(c.header) == "" {
			t.Errorf("%s %s: no %s in %v", c.exchange, c.kind, c.header, got.header)
		}
	}
}

func TestUnauthorizedFaultSparesPublicCalls(t *testing.T) {
	s := startAt(t, Options{World: "empty", Faults: []Fault{{Kind: FaultUnauthorized, Rate: 1}}})
	if got := get(t, s.Describe().venue(t, "binance", "live").BaseURL+"/api/v3/time"); got.status != http.StatusOK {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestFaultOfOneExchangeSparesTheOthers(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	d := s.Describe()
	binance, bybit := d.venue(t, "binance", "live").BaseURL+"/api/v3/time", d.venue(t, "bybit", "live").BaseURL+"/v5/market/time"
	s.SetFaults(Fault{Exchange: "binance", Kind: FaultServerError, Rate: 1})
	if a, b := get(t, binance).status, get(t, bybit).status; a != 500 || b != 200 {
		t.Errorf("binance %d, bybit %d", a, b)
	}
	s.SetFaults()
	if a := get(t, binance).status; a != 200 {
		t.Errorf("after the fault was lifted: %d", a)
	}
}

func TestHTMLFault(t *testing.T) {
	s := startAt(t, Options{World: "empty", Faults: []Fault{{Kind: FaultHTML, Rate: 1}}})
	for _, v := range s.Describe().Venues {
		got := get(t, v.BaseURL+"/anything")
		if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || !strings.Contains(string(got.body), "<html>") {
			t.Errorf("%s: %d %s", v.Exchange, got.status, got.body)
		}
	}
}

func TestMalformedFaultCutsTheAnswer(t *testing.T) {
	s := startAt(t, Options{World: "empty"})
	address := s.Describe().venue(t, "binance", "live").BaseURL + "/api/v3/depth?symbol=BTCUSDT"
	whole := get(t, address)
	s.SetFaults(Fault{Kind: FaultMalformed, Rate: 1})
	if cut := get(t, address); cut.status != 200 || string(cut.body) != string(whole.body[:len(whole.body)/2]) {
		t.Errorf("%d %s", cut.status, cut.body)
	}
}

func TestDroppedReplyStillTakesEffect(t *testing.T) {
	s := startAt(t, Options{World: "demo"})
	v := s.Describe().venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	s.SetFaults(Fault{Exchange: "binance", Kind: FaultDropReply, Rate: 1})
	got, err := try(t, http.MethodGet, signBinance(v, k, "/api/v3/account", stamp(0)), "", header(k))
	if err == nil {
		t.Fatalf("answered %d", got.status)
	}
	s.entryOf(t, k.Key, func(e *entry) {
		if !e.lastUsed.Equal(noon) {
			t.Errorf("the key was last used %s", e.lastUsed)
		}
	})
}

func TestOtherFaultsKeepTheRequestFromTheExchange(t *testing.T) {
	for _, kind := range []FaultKind{FaultBadRequest, FaultUnauthorized, FaultRateLimit, FaultServerError, FaultUnavailable, FaultHTML} {
		s := startAt(t, Options{World: "demo", Faults: []Fault{{Kind: kind, Rate: 1}}})
		v := s.Describe().venue(t, "binance", "live")
		k := v.key(t, "grid-bot")
		send(t, http.MethodGet, signBinance(v, k, "/api/v3/account", stamp(0)), "", header(k))
		s.entryOf(t, k.Key, func(e *entry) {
			if e.lastUsed.Equal(noon) {
				t.Errorf("%s: the key was used", kind)
			}
		})
	}
}

// A client that measures the exchange's clock gets through; one that trusts
// its own does not.
func TestSkewFault(t *testing.T) {
	s := startAt(t, Options{World: "demo", Faults: []Fault{{Kind: FaultSkew, Rate: 1}}})
	v := s.Describe().venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	if late := send(t, http.MethodGet, signBinance(v, k, "/api/v3/account", stamp(0)), "", header(k)); late.code(t) != -1021 {
		t.Errorf("own clock: %d %s", late.status, late.body)
	}
	told, _ := get(t, v.BaseURL+"/api/v3/time").object(t)["serverTime"].(float64)
	params := url.Values{"timestamp": {decimal(told, 0)}}
	if timely := send(t, http.MethodGet, signBinance(v, k, "/api/v3/account", params), "", header(k)); timely.status != 200 {
		t.Errorf("exchange's clock: %d %s", timely.status, timely.body)
	}
}

// statuses returns what 40 requests in a row come to.
func statuses(t *testing.T, o Options) string {
	t.Helper()
	s := startAt(t, o)
	address := s.Describe().venue(t, "binance", "live").BaseURL + "/api/v3/ping"
	var b strings.Builder
	for range 40 {
		if get(t, address).status == 200 {
			b.WriteByte('.')
		} else {
			b.WriteByte('X')
		}
	}
	return b.String()
}

func TestFaultRateFollowsFromTheSeed(t *testing.T) {
	half := []Fault{{Kind: FaultServerError, Rate: 0.5}}
	first := statuses(t, Options{World: "empty", Faults: half, Seed: 1})
	if again := statuses(t, Options{World: "empty", Faults: half, Seed: 1}); again != first {
		t.Errorf("same seed:\n%s\n%s", first, again)
	}
	if other := statuses(t, Options{World: "empty", Faults: half, Seed: 2}); other == first {
		t.Errorf("another seed gives the same: %s", other)
	}
	if n := strings.Count(first, "X"); n < 10 || n > 30 {
		t.Errorf("%d of 40 requests failed at a rate of a half", n)
	}
	if never := statuses(t, Options{World: "empty", Faults: []Fault{{Kind: FaultServerError, Rate: 0}}}); strings.Contains(never, "X") {
		t.Errorf("rate 0: %s", never)
	}
}

func TestSkewOfSomeRequestsLeavesTheOthersAlone(t *testing.T) {
	s := startAt(t, Options{World: "empty", Faults: []Fault{{Kind: FaultSkew, Rate: 0.5}}})
	address := s.Describe().venue(t, "binance", "live").BaseURL + "/api/v3/time"
	seen := map[float64]int{}
	for range 40 {
		at, _ := get(t, address).object(t)["serverTime"].(float64)
		seen[at]++
	}
	right, ahead := float64(noon.UnixMilli()), float64(noon.Add(clockSkew).UnixMilli())
	if seen[right] == 0 || seen[ahead] == 0 || seen[right]+seen[ahead] != 40 {
		t.Errorf("%v", seen)
	}
}
