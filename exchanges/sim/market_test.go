package sim

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"
)

func number(t *testing.T, x any) float64 {
	t.Helper()
	text, ok := x.(string)
	if !ok {
		t.Fatalf("%v is no string: exchanges write amounts as text", x)
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// side returns the prices of one side of an order book.
func side(t *testing.T, levels any) []float64 {
	t.Helper()
	list, ok := levels.([]any)
	if !ok {
		t.Fatalf("%v is no list", levels)
	}
	prices := make([]float64, len(list))
	for i, level := range list {
		pair, ok := level.([]any)
		if !ok || len(pair) != 2 || number(t, pair[1]) <= 0 {
			t.Fatalf("level %v", level)
		}
		prices[i] = number(t, pair[0])
	}
	return prices
}

func checkBook(t *testing.T, bids, asks []float64, depth int) {
	t.Helper()
	if len(bids) != depth || len(asks) != depth {
		t.Fatalf("%d bids and %d asks, want %d", len(bids), len(asks), depth)
	}
	for i := range depth {
		if bids[i] >= asks[i] || (i > 0 && (bids[i] >= bids[i-1] || asks[i] <= asks[i-1])) {
			t.Errorf("level %d: bid %v, ask %v", i, bids[i], asks[i])
		}
	}
}

func TestOrderBooks(t *testing.T) {
	d := startAt(t, Options{World: "empty"}).Describe()
	for _, p := range pairs() {
		book := get(t, d.venue(t, "binance", "live").BaseURL+"/api/v3/depth?limit=20&symbol="+p.symbol()).object(t)
		checkBook(t, side(t, book["bids"]), side(t, book["asks"]), 20)
	}
	book := result(t, get(t, d.venue(t, "bybit", "live").BaseURL+"/v5/market/orderbook?category=linear&symbol=BTCUSDT&limit=3"))
	checkBook(t, side(t, book["b"]), side(t, book["a"]), 3)
	book = result(t, get(t, d.venue(t, "bybit", "demo").BaseURL+"/v5/market/orderbook?category=spot&symbol=BTCUSDT"))
	checkBook(t, side(t, book["b"]), side(t, book["a"]), 1)
}

func TestTickersAgreeWithTheBook(t *testing.T) {
	d := startAt(t, Options{World: "empty"}).Describe()
	btc, _ := findPair("BTCUSDT")
	last := btc.price(btc.at(noon))
	base := d.venue(t, "binance", "testnet").BaseURL
	ticker := get(t, base+"/api/v3/ticker/24hr?symbol=BTCUSDT").object(t)
	if ticker["lastPrice"] != last || number(t, ticker["bidPrice"]) >= number(t, ticker["askPrice"]) {
		t.Errorf("binance %v", ticker)
	}
	if price := get(t, base+"/api/v3/ticker/price?symbol=BTCUSDT").object(t); price["price"] != last {
		t.Errorf("binance %v", price)
	}
	for _, category := range []string{"spot", "linear"} {
		r := result(t, get(t, d.venue(t, "bybit", "live").BaseURL+"/v5/market/tickers?symbol=BTCUSDT&category="+category))
		list, _ := r["list"].([]any)
		if len(list) != 1 || list[0].(object)["lastPrice"] != last {
			t.Errorf("bybit %s: %v", category, r)
		}
	}
}

func TestBinanceSelectsSymbols(t *testing.T) {
	base := startAt(t, Options{World: "empty"}).Describe().venue(t, "binance", "live").BaseURL
	for query, want := range map[string]int{
		"": len(pairs()), "?symbols=%5B%22BTCUSDT%22,%22ETHBTC%22%5D": 2, "?symbols=%5B%22ETHBTC%22%5D": 1,
	} {
		var list []object
		got := get(t, base+"/api/v3/ticker/bookTicker"+query)
		if err := json.Unmarshal(got.body, &list); err != nil || len(list) != want {
			t.Errorf("%q: %s", query, got.body)
		}
	}
	for query, code := range map[string]int{
		"/ticker/price?symbol=NOPE": -1121, "/ticker/price?symbols=BTCUSDT": -1100, "/depth": -1102, "/depth?symbol=btcusdt": -1121,
		"/klines?symbol=BTCUSDT&interval=2h7": -1120, "/trades?symbol=": -1102, "/exchangeInfo?symbol=NOPE": -1121, "/avgPrice": -1102,
		"/ticker/price?symbol=%zz": -1100,
	} {
		if got := get(t, base+"/api/v3"+query); got.code(t) != code || got.status != 400 {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
}

func TestBybitSelectsInstruments(t *testing.T) {
	base := startAt(t, Options{World: "empty"}).Describe().venue(t, "bybit", "live").BaseURL + "/v5/market/"
	for category, want := range map[string]int{"spot": len(pairs()), "linear": 3, "inverse": 2, "option": 0} {
		list, ok := result(t, get(t, base+"instruments-info?category="+category))["list"].([]any)
		if !ok || len(list) != want {
			t.Errorf("%s: %v", category, list)
		}
	}
	for _, query := range []string{
		"instruments-info", "instruments-info?category=bonds", "tickers?category=spot&symbol=NOPE", "orderbook?category=spot",
		"kline?category=spot&symbol=BTCUSDT&interval=7", "recent-trade?category=option&symbol=BTCUSDT",
	} {
		if got := get(t, base+query); got.code(t) != 10001 {
			t.Errorf("%s: %s", query, got.body)
		}
	}
}

func TestCandlesFollowEachOther(t *testing.T) {
	d := startAt(t, Options{World: "empty"}).Describe()
	var rows [][]any
	got := get(t, d.venue(t, "binance", "live").BaseURL+"/api/v3/klines?symbol=BTCUSDT&interval=1h&limit=3")
	if err := json.Unmarshal(got.body, &rows); err != nil || len(rows) != 3 {
		t.Fatalf("%s", got.body)
	}
	for i := 1; i < 3; i++ {
		if rows[i][0].(float64)-rows[i-1][0].(float64) != float64(time.Hour.Milliseconds()) || rows[i][1] != rows[i-1][4] {
			t.Errorf("%v does not follow %v", rows[i], rows[i-1])
		}
	}
	list := result(t, get(t, d.venue(t, "bybit", "live").BaseURL+"/v5/market/kline?category=spot&symbol=BTCUSDT&interval=60&limit=3"))["list"].([]any)
	newest, before := list[0].([]any), list[1].([]any)
	if newest[0] != strconv.FormatInt(noon.UnixMilli(), 10) || newest[1] != before[4] {
		t.Errorf("%v does not follow %v", newest, before)
	}
}

// The accounts hold what their worlds say, in both exchanges' shapes.
func TestBalances(t *testing.T) {
	d := startAt(t, Options{}).Describe()
	v := d.venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	account := send(t, "GET", signBinance(v, k, "/api/v3/account", stamp(0)), "", header(k)).object(t)
	first := account["balances"].([]any)[0].(object)
	if first["asset"] != "BTC" || number(t, first["free"]) != 0.5 || account["uid"].(float64) < 1 {
		t.Errorf("%v", account)
	}
	w := d.venue(t, "bybit", "live")
	call := newBybitCaller(w, w.key(t, "perp-bot"))
	wallet := result(t, call.get(t, "/v5/account/wallet-balance", "accountType=UNIFIED"))["list"].([]any)[0].(object)
	coin := wallet["coin"].([]any)[0].(object)
	if coin["coin"] != "BTC" || number(t, coin["walletBalance"]) != 0.5 || number(t, wallet["totalEquity"]) < 14_500 {
		t.Errorf("%v", wallet)
	}
	if got := call.get(t, "/v5/account/wallet-balance", "accountType=SPOT"); got.code(t) != 10001 {
		t.Errorf("%s", got.body)
	}
}

// Every route of both exchanges but those that manage keys answers JSON
// without a server error, whatever it is asked: a client library may call any
// of them first.
func TestRoutesAnswer(t *testing.T) {
	d := startAt(t, Options{}).Describe()
	bin, by := d.venue(t, "binance", "live"), d.venue(t, "bybit", "live")
	k, call := bin.key(t, "grid-bot"), newBybitCaller(by, by.key(t, "perp-bot"))
	params := stamp(0)
	params.Set("symbol", "BTCUSDT")
	params.Set("interval", "1h")
	params.Set("side", "BUY")
	params.Set("type", "MARKET")
	for _, routes := range [][]binanceRoute{binanceSpotRoutes, binanceLiveRoutes} {
		for _, route := range routes {
			name := route.pattern
			method, path, _ := strings.Cut(name, " ")
			got := send(t, method, signBinance(bin, k, path, params), "", header(k))
			if got.status != 200 || !json.Valid(got.body) || !strings.HasPrefix(got.header.Get("Content-Type"), "application/json") {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
		}
	}
	for _, route := range bybitRoutes {
		if route.method == "GET" {
			result(t, call.get(t, route.path, "category=spot&symbol=BTCUSDT&interval=60&accountType=UNIFIED"))
		}
	}
}
