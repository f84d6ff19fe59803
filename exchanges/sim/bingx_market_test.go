package sim

import (
	"strings"
	"testing"
	"time"
)

// list returns the list that a call that succeeded answers.
func (r reply) list(t *testing.T) []any {
	t.Helper()
	l, ok := r.content(t).([]any)
	if !ok {
		t.Fatalf("%s", r.body)
	}
	return l
}

func TestBingxMarket(t *testing.T) {
	base := newBingxCaller(t, "live", "trader").venue.BaseURL + "/openApi"
	for _, path := range []string{"/swap/v2/server/time", "/spot/v1/server/time"} {
		if got := get(t, base+path).part(t); got["serverTime"] != float64(noon.UnixMilli()) {
			t.Errorf("%s: %v", path, got)
		}
	}
	for path, want := range map[string]int{
		"/spot/v1/ticker/24hr": len(pairs()), "/spot/v1/ticker/24hr?symbol=ETH-BTC": 1, "/swap/v2/quote/contracts": 3, "/swap/v2/quote/ticker": 3,
		"/swap/v2/quote/premiumIndex": 3, "/cswap/v1/market/contracts": 0,
	} {
		if rows := get(t, base+path).list(t); len(rows) != want {
			t.Errorf("%s: %d rows, want %d", path, len(rows), want)
		}
	}
	for path, want := range map[string]int{"/spot/v1/common/symbols": len(pairs()), "/spot/v1/common/symbols?symbol=ETH-BTC": 1} {
		if rows, _ := get(t, base+path).part(t)["symbols"].([]any); len(rows) != want {
			t.Errorf("%s: %v", path, rows)
		}
	}
	for path, code := range map[string]int{
		"/spot/v1/market/depth": 100400, "/spot/v1/market/depth?symbol=BTCUSDT": 109425, "/spot/v1/ticker/24hr?symbol=X": 109425,
		"/spot/v1/common/symbols?symbol=X": 109425, "/swap/v2/quote/depth?symbol=BTC-USDC": 109425, "/swap/v2/quote/ticker?symbol=ETH-BTC": 109425,
		"/swap/v3/quote/klines?symbol=BTC-USDT": 100400, "/swap/v3/quote/klines": 100400, "/spot/v1/market/kline?symbol=X&interval=1h": 109425,
	} {
		get(t, base+path).turnedDown(t, path, code)
	}
}

func TestBingxPricesAgreeWithTheMarket(t *testing.T) {
	base := newBingxCaller(t, "live", "trader").venue.BaseURL + "/openApi"
	btc, _ := findPair("BTCUSDT")
	last := btc.price(btc.at(noon))
	spot := get(t, base+"/spot/v1/ticker/24hr?symbol=BTC-USDT").list(t)[0].(object)
	if bid, ok := spot["bidPrice"].(float64); spot["lastPrice"] != last || !ok || bid >= spot["askPrice"].(float64) {
		t.Errorf("%v", spot)
	}
	if _, has := spot["lastQty"]; has {
		t.Error("clients tell contracts from spot by the size of the last trade")
	}
	swap := get(t, base+"/swap/v2/quote/ticker?symbol=BTC-USDT").part(t)
	if swap["lastPrice"] != last || number(t, swap["bidPrice"]) >= number(t, swap["askPrice"]) || swap["lastQty"] == nil ||
		!strings.HasSuffix(text(swap, "priceChangePercent"), "%") {
		t.Errorf("%v", swap)
	}
	tells(t, "premium", get(t, base+"/swap/v2/quote/premiumIndex?symbol=BTC-USDT").part(t), object{
		"markPrice": last, "nextFundingTime": float64(noon.Truncate(8 * time.Hour).Add(8 * time.Hour).UnixMilli()),
	})
}

func TestBingxOrderBooks(t *testing.T) {
	base := newBingxCaller(t, "live", "trader").venue.BaseURL + "/openApi"
	book := get(t, base+"/spot/v1/market/depth?symbol=BTC-USDT&limit=20").part(t)
	fields(t, "book", book, "bids asks ts lastUpdateId")
	checkBook(t, side(t, book["bids"]), side(t, book["asks"]), 20)
	book = get(t, base+"/swap/v2/quote/depth?symbol=BTC-USDT&limit=3").part(t)
	fields(t, "book", book, "T bids asks bidsCoin asksCoin")
	asks := side(t, book["asks"])
	asks[0], asks[2] = asks[2], asks[0] // the best one comes last
	checkBook(t, side(t, book["bids"]), asks, 3)
}

func TestBingxKlines(t *testing.T) {
	base := newBingxCaller(t, "live", "trader").venue.BaseURL + "/openApi"
	rows := get(t, base+"/swap/v3/quote/klines?symbol=BTC-USDT&interval=1h&limit=3").list(t)
	if len(rows) != 3 || rows[0].(object)["time"] != float64(noon.UnixMilli()) || rows[1].(object)["close"] != rows[0].(object)["open"] {
		t.Errorf("%v", rows)
	}
	rows = get(t, base+"/spot/v2/market/kline?symbol=ETH-BTC&interval=1d&limit=2").list(t)
	if len(rows) != 2 || len(rows[0].([]any)) != 8 || rows[0].([]any)[0] != float64(noon.Truncate(day).UnixMilli()) {
		t.Errorf("%v", rows)
	}
}

func TestBingxBalances(t *testing.T) {
	live, demo := newBingxCaller(t, "live", "trader"), newBingxCaller(t, "demo", "trader")
	balances := func(c bingxCaller) []any {
		list, _ := c.get(t, "/openApi/spot/v1/account/balance").part(t)["balances"].([]any)
		return list
	}
	if rows := balances(live); len(rows) != 2 || rows[0].(object)["asset"] != "BTC" || rows[0].(object)["free"] != "1.00000000" {
		t.Errorf("%v", rows)
	}
	if rows := balances(demo); len(rows) != 0 {
		t.Errorf("%v", rows)
	}
	tells(t, "live", live.get(t, "/openApi/swap/v3/user/balance").list(t)[0].(object), object{"asset": "USDT", "balance": "0.0000"})
	virtual, _ := demo.get(t, "/openApi/swap/v2/user/balance").part(t)["balance"].(object)
	tells(t, "demo", virtual, object{"asset": "VST", "balance": "100000.0000"})
	if rows := live.get(t, "/openApi/swap/v2/user/positions").list(t); len(rows) != 0 {
		t.Errorf("%v", rows)
	}
	tells(t, "orders", live.get(t, "/openApi/spot/v1/trade/openOrders").part(t), object{"orders": []any{}})
	tells(t, "fund", live.get(t, "/openApi/fund/v1/account/balance").part(t), object{"assets": []any{}})
	if coins := live.get(t, "/openApi/wallets/v1/capital/config/getall").list(t); len(coins) != 5 {
		t.Errorf("%v", coins)
	}
}

func TestBingxRights(t *testing.T) {
	for permissions, want := range map[string]string{
		"read": "Read", "spot margin": "Spot Trading", "futures": "Perpetual Futures Trading", "transfer": "Universal Transfer",
		"withdraw": "Withdraw", "admin": "Manage Subaccounts", "options earn other": "",
	} {
		words := bingxWords(strings.Fields(permissions))
		if got := strings.Join(words, ","); got != want {
			t.Errorf("%s: %s, want %s", permissions, got, want)
		}
		if got := strings.Join(bingxNormal(words), " "); got != permissions && want != "" {
			t.Errorf("%s gives %s", want, got)
		}
	}
	if got := bingxNormal([]string{bingxInternal}); strings.Join(got, " ") != "transfer" {
		t.Errorf("%v", got)
	}
}
