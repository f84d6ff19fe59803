package sim

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestMexcMarket(t *testing.T) {
	base := newMexcCaller(t, "trader").venue.BaseURL + "/api/v3"
	if now := get(t, base+"/time").object(t)["serverTime"]; now != float64(noon.UnixMilli()) {
		t.Errorf("the time is %v", now)
	}
	if got := get(t, base+"/ping").object(t); len(got) != 0 {
		t.Errorf("%v", got)
	}
	for _, path := range []string{"/ticker/24hr", "/ticker/price", "/ticker/bookTicker"} {
		if rows := get(t, base+path).rows(t); len(rows) != len(pairs()) {
			t.Errorf("%s: %d rows", path, len(rows))
		}
		if got := get(t, base+path+"?symbol=ETHBTC").object(t); got["symbol"] != "ETHBTC" {
			t.Errorf("%s: %v", path, got)
		}
	}
	btc, _ := findPair("BTCUSDT")
	ticker := get(t, base+"/ticker/24hr?symbol=BTCUSDT").object(t)
	fields(t, "ticker", ticker, `symbol priceChange priceChangePercent prevClosePrice lastPrice bidPrice bidQty askPrice askQty openPrice highPrice
		lowPrice volume quoteVolume openTime closeTime count`)
	if ticker["lastPrice"] != btc.price(btc.at(noon)) || number(t, ticker["bidPrice"]) >= number(t, ticker["askPrice"]) {
		t.Errorf("%v", ticker)
	}
	tells(t, "average", get(t, base+"/avgPrice?symbol=BTCUSDT").object(t), object{"mins": 5.0, "price": btc.price(btc.at(noon))})
	book := get(t, base+"/depth?symbol=BTCUSDT&limit=20").object(t)
	checkBook(t, side(t, book["bids"]), side(t, book["asks"]), 20)
	for path, code := range map[string]int{
		"/depth": 700004, "/depth?symbol=XXX": -1121, "/ticker/24hr?symbol=XXX": -1121, "/klines?symbol=BTCUSDT": -1121, "/klines": 700004,
		"/avgPrice?symbol=XXX": -1121, "/exchangeInfo?symbol=XXX": -1121, "/time?a=%zz": 700008,
	} {
		get(t, base+path).says(t, path, code)
	}
}

func TestMexcKlines(t *testing.T) {
	base := newMexcCaller(t, "trader").venue.BaseURL
	var rows [][]any
	if err := json.Unmarshal(get(t, base+"/api/v3/klines?symbol=BTCUSDT&interval=60m&limit=3").body, &rows); err != nil || len(rows) != 3 {
		t.Fatalf("%v %v", rows, err)
	}
	if rows[2][0] != float64(noon.UnixMilli()) || rows[0][0] != float64(noon.Add(-2*time.Hour).UnixMilli()) || rows[0][4] != rows[1][1] || len(rows[0]) != 8 {
		t.Errorf("%v", rows)
	}
}

func TestMexcExchangeInfoHasWhatClientsRound(t *testing.T) {
	base := newMexcCaller(t, "trader").venue.BaseURL
	info := get(t, base+"/api/v3/exchangeInfo?symbol=ETHBTC").object(t)
	if list, _ := info["symbols"].([]any); len(list) != 1 {
		t.Fatalf("%v", info)
	}
	tells(t, "symbol", firstOf(t, info["symbols"]).(object), object{
		"symbol": "ETHBTC", "status": "1", "baseAsset": "ETH", "quoteAsset": "BTC", "baseAssetPrecision": 4.0, "quoteAssetPrecision": 5.0,
		"baseSizePrecision": "0.0001", "isSpotTradingAllowed": true,
	})
	coins := newMexcCaller(t, "trader").get(t, "/api/v3/capital/config/getall").rows(t)
	if len(coins) != 5 || coins[0]["coin"] != "BTC" {
		t.Errorf("%v", coins)
	}
}

// futures makes a call to the futures API, signed as its documentation says.
func (c mexcCaller) futures(t *testing.T, method, path, query, body string, spoil func(http.Header)) object {
	t.Helper()
	stamp := strconv.FormatInt(c.clock.now().UnixMilli(), 10)
	h := http.Header{"Content-Type": {"application/json"}}
	h.Set("ApiKey", c.key.Key)
	h.Set("Request-Time", stamp)
	h.Set("Signature", sign(t, c.key, c.key.Key+stamp+query+body))
	if spoil != nil {
		spoil(h)
	}
	got := send(t, method, c.venue.BaseURL+"/api/v1/private"+path+"?"+query, body, h)
	if got.status != http.StatusOK {
		t.Errorf("%s: %d", path, got.status)
	}
	return got.object(t)
}

func TestMexcFuturesAuthentication(t *testing.T) {
	c := newMexcCaller(t, "trader")
	at := func(ms int64) func(http.Header) {
		return func(h http.Header) {
			stamp := strconv.FormatInt(noon.UnixMilli()+ms, 10)
			h.Set("Request-Time", stamp)
			h.Set("Signature", sign(t, c.key, c.key.Key+stamp))
		}
	}
	for name, test := range map[string]struct {
		label string
		spoil func(http.Header)
		code  float64
	}{
		"well":            {"trader", nil, 0},
		"10 s old":        {"trader", at(-10_000), 0},
		"10 s ahead":      {"trader", at(10_000), 0},
		"stale":           {"trader", at(-10_001), 10073},
		"future":          {"trader", at(10_001), 10073},
		"no time":         {"trader", func(h http.Header) { h.Del("Request-Time") }, 10073},
		"no key":          {"trader", func(h http.Header) { h.Del("ApiKey") }, 10072},
		"unknown key":     {"trader", func(h http.Header) { h.Set("ApiKey", "x") }, 10072},
		"wrong signature": {"trader", func(h http.Header) { h.Set("Signature", strings.Repeat("0", 64)) }, 602},
		"address":         {"elsewhere", nil, 406},
		"locked":          {"locked", nil, 10072},
		"right":           {"blind", nil, 701},
	} {
		got := c.named(t, test.label).futures(t, http.MethodGet, "/account/assets", "", "", test.spoil)
		if got["code"] != test.code || got["success"] != (test.code == 0) {
			t.Errorf("%s: %v", name, got)
		}
	}
	for label, code := range map[string]float64{"blind": 1002, "manager": 704} {
		if got := c.named(t, label).futures(t, http.MethodPost, "/order/submit", "", `{"symbol":"BTC_USDT"}`, nil); got["code"] != code {
			t.Errorf("%s: %v", label, got)
		}
	}
	if got := c.named(t, "blind").futures(t, http.MethodGet, "/position/open_positions", "symbol=BTC_USDT", "", nil); got["code"] != 703.0 {
		t.Errorf("%v", got)
	}
}

func TestMexcContracts(t *testing.T) {
	base := newMexcCaller(t, "trader").venue.BaseURL + "/api/v1/contract"
	if got := get(t, base+"/ping").object(t); got["data"] != float64(noon.UnixMilli()) || got["success"] != true {
		t.Errorf("%v", got)
	}
	for path, want := range map[string]int{"/detail": 3, "/ticker": 3} {
		if list, _ := get(t, base+path).object(t)["data"].([]any); len(list) != want {
			t.Errorf("%s: %v", path, list)
		}
	}
	one, _ := get(t, base+"/ticker?symbol=SOL_USDT").object(t)["data"].(object)
	if bid, ok := one["bid1"].(float64); !ok || bid >= one["ask1"].(float64) || one["symbol"] != "SOL_USDT" {
		t.Errorf("%v", one)
	}
	book, _ := get(t, base+"/depth/BTC_USDT?limit=4").object(t)["data"].(object)
	prices := func(side any) (out []float64) {
		for _, row := range side.([]any) {
			out = append(out, row.([]any)[0].(float64))
		}
		return out
	}
	checkBook(t, prices(book["bids"]), prices(book["asks"]), 4)
	for _, path := range []string{"/ticker?symbol=BTC_USDC", "/depth/BTCUSDT"} {
		if got := get(t, base+path).object(t); got["code"] != 1001.0 || got["success"] != false {
			t.Errorf("%s: %v", path, got)
		}
	}
}

func TestMexcRights(t *testing.T) {
	const reads = "SPOT_ACCOUNT_READ SPOT_DEAL_READ CONTRACT_ACCOUNT_READ CONTRACT_DEAL_READ SPOT_TRANSFER_READ SPOT_WITHDRAW_READ"
	for permissions, want := range map[string]string{
		"read": reads, "spot": "SPOT_DEAL_WRITE", "futures": "CONTRACT_DEAL_WRITE", "transfer": "SPOT_TRANSFER_WRITE",
		"withdraw": "SPOT_WITHDRAW_WRITE", "other": "SPOT_ACCOUNT_WRITE", "margin earn options admin": "",
	} {
		words := mexcWords(strings.Fields(permissions))
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s: %s, want %s", permissions, got, want)
		}
		if got := strings.Join(mexcNormal(words), " "); got != permissions && want != "" {
			t.Errorf("%s gives %s", want, got)
		}
	}
	if got := mexcNormal([]string{"CONTRACT_ACCOUNT_WRITE"}); strings.Join(got, " ") != "futures" {
		t.Errorf("%v", got)
	}
}
