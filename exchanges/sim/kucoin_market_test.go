package sim

import (
	"strings"
	"testing"
)

// kucoinBase is where an empty world's API begins.
func kucoinBase(t *testing.T) string {
	t.Helper()
	return startAt(t, Options{World: "empty"}).Describe().venue(t, "kucoin", "live").BaseURL
}

func TestKucoinMarket(t *testing.T) {
	base := kucoinBase(t)
	if now := get(t, base+"/api/v1/timestamp").data(t); now != float64(noon.UnixMilli()) {
		t.Errorf("the time is %v", now)
	}
	for path, want := range map[string]int{
		"/api/v3/currencies": 5, "/api/v2/symbols": len(pairs()), "/api/v2/symbols?market=BTC": 1, "/api/v1/contracts/active": 3,
	} {
		if list, _ := get(t, base+path).data(t).([]any); len(list) != want {
			t.Errorf("%s: %v", path, list)
		}
	}
	for path, name := range map[string]string{
		"/api/v3/currencies/SOL": "currency SOL", "/api/v2/symbols/ETH-BTC": "symbol ETH-BTC", "/api/v1/contracts/XBTUSDTM": "baseCurrency XBT",
		"/api/v1/market/stats?symbol=BTC-USDT": "symbol BTC-USDT", "/api/v1/ticker?symbol=ETHUSDTM": "symbol ETHUSDTM", "/api/v1/status": "status open",
	} {
		field, value, _ := strings.Cut(name, " ")
		if got := get(t, base+path).about(t); got[field] != value {
			t.Errorf("%s: %v", path, got)
		}
	}
	for path, code := range map[string]string{
		"/api/v3/currencies/XXX": "900003", "/api/v2/symbols/BTCUSDT": "900001", "/api/v1/market/stats": "400100",
		"/api/v1/market/orderbook/level1?symbol=X": "900001", "/api/v1/market/orderbook/level2_20": "400100",
		"/api/v1/contracts/BTCUSDTM": "400100", "/api/v1/ticker": "400100", "/api/v1/level2/depth20?symbol=ETHBTCM": "400100",
	} {
		get(t, base+path).denied(t, path, 400, code)
	}
	get(t, base+"/api/v3/market/orderbook/level2?symbol=BTC-USDT").denied(t, "the whole book without a key", 401, "400001")
}

func TestKucoinOrderBooks(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	for path, depth := range map[string]int{
		"/api/v1/market/orderbook/level2_20": 20, "/api/v1/market/orderbook/level2_100": 100, "/api/v3/market/orderbook/level2": 500,
	} {
		book := c.get(t, path, "symbol", "BTC-USDT").about(t)
		fields(t, path, book, "time sequence bids asks")
		checkBook(t, side(t, book["bids"]), side(t, book["asks"]), depth)
	}
	prices := func(side any) (out []float64) { // numbers here, text there
		for _, row := range side.([]any) {
			out = append(out, row.([]any)[0].(float64))
		}
		return out
	}
	for path, depth := range map[string]int{"/api/v1/level2/depth20": 20, "/api/v1/level2/depth100": 100, "/api/v1/level2/snapshot": 500} {
		book := get(t, c.venue.BaseURL+path+"?symbol=XBTUSDTM").about(t)
		fields(t, path, book, "sequence symbol bids asks ts")
		checkBook(t, prices(book["bids"]), prices(book["asks"]), depth)
	}
}

func TestKucoinTickersAgreeWithTheMarket(t *testing.T) {
	base := kucoinBase(t)
	btc, _ := findPair("BTCUSDT")
	last := btc.price(btc.at(noon))
	stats := get(t, base+"/api/v1/market/stats?symbol=BTC-USDT").about(t)
	best := get(t, base+"/api/v1/market/orderbook/level1?symbol=BTC-USDT").about(t)
	if stats["last"] != last || best["price"] != last || number(t, best["bestBid"]) >= number(t, best["bestAsk"]) || stats["buy"] != best["bestBid"] {
		t.Errorf("%v %v", stats, best)
	}
	all := get(t, base+"/api/v1/market/allTickers").about(t)
	if list, _ := all["ticker"].([]any); len(list) != len(pairs()) || list[0].(object)["last"] != last {
		t.Errorf("%v", all)
	}
	if ticker := get(t, base+"/api/v1/ticker?symbol=XBTUSDTM").about(t); ticker["price"] != last {
		t.Errorf("%v", ticker)
	}
}

func TestKucoinBalances(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	for kind, want := range map[string]int{"": 2, "trade": 2, "trade_hf": 2, "main": 0} {
		list, _ := c.get(t, "/api/v1/accounts", "type", kind).data(t).([]any)
		if len(list) != want {
			t.Errorf("%q: %v", kind, list)
		}
		if want > 0 && (kind != "") && text(list[0].(object), "type") != kind {
			t.Errorf("%q: %v", kind, list[0])
		}
	}
	one := firstOf(t, c.get(t, "/api/v1/accounts", "currency", "BTC").data(t))
	fields(t, "account", one, "id currency type balance available holds")
	tells(t, "account", one.(object), object{"currency": "BTC", "balance": "1.00000000", "type": "trade"})
	c.get(t, "/api/v1/accounts", "type", "savings").denied(t, "savings", 400, "400100")
	if list, _ := c.named(t, "grid").get(t, "/api/v1/accounts").data(t).([]any); len(list) != 0 {
		t.Errorf("a sub-account holds %v", list)
	}
	tells(t, "futures", c.get(t, "/api/v1/account-overview", "currency", "USDT").about(t), object{"currency": "USDT", "accountEquity": 0.0})
	tells(t, "futures", c.get(t, "/api/v1/account-overview").about(t), object{"currency": "XBT"})
}

// What public clients ask before they show a balance.
func TestKucoinAccountIsAClassicOne(t *testing.T) {
	c := newKucoinCaller(t, "manager")
	tells(t, "mode", c.get(t, "/api/ua/v1/account/mode").about(t), object{"selfAccountMode": "CLASSIC"})
	tells(t, "user", c.get(t, "/api/v2/user-info").about(t), object{"subQuantity": 2.0})
	tells(t, "fee", c.get(t, "/api/v1/base-fee").about(t), object{"makerFeeRate": "0.001"})
	tells(t, "margin", c.get(t, "/api/v3/margin/accounts").about(t), object{"accounts": []any{}})
	tells(t, "margin symbols", c.get(t, "/api/v3/margin/symbols").about(t), object{"items": []any{}})
	tells(t, "orders", c.get(t, "/api/v1/orders").about(t), object{"items": []any{}})
	if high, isolated := c.get(t, "/api/v1/hf/accounts/opened").data(t), c.get(t, "/api/v1/isolated/symbols").data(t); high != true || len(isolated.([]any)) != 0 {
		t.Errorf("%v %v", high, isolated)
	}
}

func TestKucoinRights(t *testing.T) {
	for permissions, want := range map[string]string{
		"":                        "General",
		"read":                    "General",
		"spot read":               "General Spot",
		"futures margin transfer": "General Margin Futures InnerTransfer",
		"withdraw earn":           "General Transfer Earn",
		"options admin other":     "General",
	} {
		if got := strings.Join(kucoinWords(strings.Fields(permissions)), " "); got != want {
			t.Errorf("%q: %s, want %s", permissions, got, want)
		}
	}
	if got := strings.Join(kucoinNormal([]string{"Transfer", "InnerTransfer"}), " "); got != "read transfer withdraw" {
		t.Error(got)
	}
}
