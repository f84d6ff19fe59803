package sim

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// futuresPublic makes a call that needs no key and returns its answer.
func (s *siteRig) futuresPublic(path string) object {
	s.t.Helper()
	got := s.do(http.MethodGet, path, "", nil)
	if got.status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, got.status, got.body)
	}
	return got.object(s.t)
}

// numbers reads one side of a book, where amounts are JSON numbers.
func numbers(t *testing.T, levels any) []float64 {
	t.Helper()
	list, _ := levels.([]any)
	prices := make([]float64, len(list))
	for i, l := range list {
		pair, ok := l.([]any)
		if !ok || len(pair) != 2 || pair[1].(float64) <= 0 {
			t.Fatalf("level %v", l)
		}
		prices[i] = pair[0].(float64)
	}
	return prices
}

// docs.kraken.com, Futures REST, market data
func TestKrakenFuturesMarketData(t *testing.T) {
	const v3 = "/derivatives/api/v3/"
	rig := newKrakenFuturesRig(t)
	instruments := rig.futuresPublic(v3 + "instruments")["instruments"].([]any)
	tickers := rig.futuresPublic(v3 + "tickers")["tickers"].([]any)
	if n := len(krakenFuturesContracts); len(instruments) != n || len(tickers) != n {
		t.Errorf("%d instruments, %d tickers", len(instruments), len(tickers))
	}
	fields(t, "ticker", tickers[0], `tag pair symbol markPrice bid bidSize ask askSize vol24h volumeQuote openInterest open24h high24h low24h
		last lastTime lastSize change24h fundingRate fundingRatePrediction indexPrice suspended postOnly`)
	for i, c := range krakenFuturesContracts {
		ticker := rig.futuresPublic(v3 + "tickers/" + strings.ToLower(c.symbol))["ticker"].(object)
		if !maps.Equal(ticker, tickers[i].(object)) || ticker["bid"].(float64) >= ticker["ask"].(float64) || instruments[i].(object)["symbol"] != c.symbol {
			t.Errorf("%v", ticker)
		}
		book := rig.futuresPublic(v3 + "orderbook?symbol=" + c.symbol)["orderBook"].(object)
		checkBook(t, numbers(t, book["bids"]), numbers(t, book["asks"]), 25)
	}
}

func TestKrakenFuturesTellsOfContracts(t *testing.T) {
	const v3 = "/derivatives/api/v3/"
	rig := newKrakenFuturesRig(t)
	for _, c := range krakenFuturesContracts {
		trade := firstOf(t, rig.futuresPublic(v3 + "history?symbol=" + c.symbol)["history"]).(object)
		fields(t, "trade", trade, "time trade_id price size side type uid")
		done := firstOf(t, rig.futuresPublic("/api/history/v3/market/" + c.symbol + "/executions?count=1")["elements"]).(object)
		execution := done["event"].(object)["Execution"].(object)["execution"].(object)
		if execution["uid"] != trade["uid"] || number(t, execution["price"]) != trade["price"] || len(execution) != 9 {
			t.Errorf("%v, %v", trade, execution)
		}
		rates := rig.futuresPublic(v3 + "historical-funding-rates?symbol=" + c.symbol)["rates"].([]any)
		fields(t, "rate", rates[0], "timestamp fundingRate relativeFundingRate")
		if newest := rates[len(rates)-1].(object); newest["timestamp"] != krakenFuturesTime(noon) {
			t.Errorf("%v", newest)
		}
		status := rig.futuresPublic(v3 + "instruments/" + c.symbol + "/status")
		if status["tradeable"] != c.symbol || status["result"] != "success" {
			t.Errorf("%v", status)
		}
	}
	if list := rig.futuresPublic(v3 + "instruments/status")["instrumentStatus"].([]any); len(list) != len(krakenFuturesContracts) {
		t.Errorf("%v", list)
	}
	schedule := firstOf(t, rig.futuresPublic(v3 + "feeschedules")["feeSchedules"]).(object)
	if first := firstOf(t, rig.futuresPublic(v3 + "instruments")["instruments"]).(object); schedule["uid"] != first["feeScheduleUid"] {
		t.Errorf("%v", schedule)
	}
}

func TestKrakenFuturesRefusesBadQuestions(t *testing.T) {
	const v3 = "/derivatives/api/v3/"
	rig := newKrakenFuturesRig(t)
	for path, want := range map[string]krakenFuturesRefusal{
		v3 + "tickers/PF_NOPE":            krakenFuturesNoContract,
		v3 + "orderbook":                  krakenFuturesMissing,
		v3 + "orderbook?symbol=PF_NOPE":   krakenFuturesNoContract,
		v3 + "history":                    krakenFuturesMissing,
		v3 + "historical-funding-rates":   krakenFuturesMissing,
		v3 + "instruments/PF_NOPE/status": krakenFuturesNoContract,

		"/api/history/v2/market/PF_NOPE/executions": krakenFuturesNoContract,
		"/api/charts/v1/trade/PF_NOPE/1h":           krakenFuturesBadArgument,
		"/api/charts/v1/trade/PF_XBTUSD/2h":         krakenFuturesBadArgument,
		"/api/charts/v1/last/PF_XBTUSD/1h":          krakenFuturesBadArgument,
	} {
		rig.expectFutures(path, rig.do(http.MethodGet, path, "", nil), want)
	}
	for _, target := range []string{"GET /derivatives/api/v3/nothing", "POST /derivatives/api/v3/tickers", "GET /0/public/Time"} {
		method, path, _ := strings.Cut(target, " ")
		if got := rig.do(method, path, "", nil); got.status != http.StatusNotFound || got.object(t)["error"] != string(krakenFuturesNotFound) {
			t.Errorf("%s: %d %s", target, got.status, got.body)
		}
	}
}

func TestKrakenFuturesCandlesFollowEachOther(t *testing.T) {
	rig := newKrakenFuturesRig(t)
	until := noon.Unix()
	span := func(hours int64) string {
		return "?from=" + strconv.FormatInt(until-hours*3600, 10) + "&to=" + strconv.FormatInt(until, 10)
	}
	for query, want := range map[string]int{"": 61, span(2): 3, span(100_000): krakenFuturesMostCandles + 1, span(-2): 0} {
		got := rig.futuresPublic("/api/charts/v1/trade/PF_ETHUSD/1h" + query)
		fields(t, "chart", got, "candles more_candles")
		list := got["candles"].([]any)
		if len(list) != want {
			t.Errorf("%s: %d candles", query, len(list))
		}
		for i := 1; i < len(list); i++ {
			before, after := list[i-1].(object), list[i].(object)
			if after["time"].(float64)-before["time"].(float64) != 3_600_000 || after["open"] != before["close"] {
				t.Fatalf("%v does not follow %v", after, before)
			}
		}
	}
}

func TestKrakenFuturesBalances(t *testing.T) {
	rig := newKrakenFuturesRig(t, seed{Label: "k", Permissions: []string{"read"}})
	all := rig.futures(rig.key("k"), "GET", krakenFuturesAccounts, "", "").object(t)["accounts"].(object)
	flex, cash := all["flex"].(object), all["cash"].(object)
	btc := flex["currencies"].(object)["XBT"].(object)
	if btc["quantity"] != 0.5 || flex["portfolioValue"] != 32_100.0 || flex["type"] != "multiCollateralMarginAccount" {
		t.Errorf("%v", flex)
	}
	if names := slices.Sorted(maps.Keys(cash["balances"].(object))); !slices.Equal(names, []string{"usdc", "xbt"}) || cash["type"] != "cashAccount" {
		t.Errorf("%v", cash)
	}
}

// Every endpoint answers in JSON, and those that need a key tell nothing
// without one.
func TestKrakenFuturesRoutesAnswer(t *testing.T) {
	rig := newKrakenFuturesRig(t, seed{Label: "all", Words: []string{krakenFuturesTrade, krakenFuturesTransfer}})
	fill := strings.NewReplacer("{symbol}", "PF_XBTUSD", "{kind}", "mark", "{interval}", "1d")
	for _, route := range krakenFuturesRoutes {
		pattern := route.pattern
		method, path, _ := strings.Cut(fill.Replace(pattern), " ")
		target := path + "?symbol=PI_XBTUSD"
		without := rig.do(method, target, "", nil)
		if private := without.object(t)["error"] == string(krakenFuturesAuth); private != (route.right != "") {
			t.Errorf("%s without a key: %s", pattern, without.body)
		}
		got := rig.futures(rig.key("all"), method, target, "", "").object(t)
		if moved := got["error"] == nil; moved != (route.right == krakenFuturesRead || route.right == "") {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}
