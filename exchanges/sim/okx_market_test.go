package sim

import (
	"reflect"
	"testing"
)

// askOKX asks for market data.
func askOKX(t *testing.T, path string) reply {
	t.Helper()
	v := startAt(t, Options{World: "empty"}).Describe().venue(t, "okx", "live")
	return get(t, v.BaseURL+"/api/v5"+path)
}

func TestOKXInstruments(t *testing.T) {
	for kind, want := range map[string][]string{
		"SPOT":               {"BTC-USDT", "ETH-USDT", "SOL-USDT", "BTC-USDC", "ETH-USDC", "ETH-BTC"},
		"MARGIN":             {"BTC-USDT", "ETH-USDT", "SOL-USDT", "BTC-USDC", "ETH-USDC", "ETH-BTC"},
		"SWAP":               {"BTC-USDT-SWAP", "BTC-USD-SWAP", "ETH-USDT-SWAP", "ETH-USD-SWAP", "SOL-USDT-SWAP"},
		"FUTURES":            {},
		"OPTION&uly=BTC-USD": {},
	} {
		list := data(t, askOKX(t, "/public/instruments?instType="+kind))
		if got := names(t, list, "instId"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", kind, got)
		}
	}
	for id, want := range map[string]object{
		"instType=SPOT&instId=ETH-BTC":       {"instType": "SPOT", "baseCcy": "ETH", "quoteCcy": "BTC", "tickSz": "0.00001", "lotSz": "0.0001", "state": "live"},
		"instType=SWAP&instId=BTC-USDT-SWAP": {"ctType": "linear", "settleCcy": "USDT", "uly": "BTC-USDT", "ctValCcy": "BTC", "baseCcy": ""},
		"instType=SWAP&instId=BTC-USD-SWAP":  {"ctType": "inverse", "settleCcy": "BTC", "uly": "BTC-USD", "ctVal": "100"},
	} {
		tells(t, id, one(t, askOKX(t, "/public/instruments?"+id)), want)
	}
}

func TestOKXPrices(t *testing.T) {
	btc, _ := findPair("BTCUSDT")
	for _, id := range []string{"BTC-USDT", "BTC-USDT-SWAP"} {
		ticker := one(t, askOKX(t, "/market/ticker?instId="+id))
		fields(t, "ticker", ticker, `instType instId last lastSz bidPx bidSz askPx askSz open24h high24h low24h vol24h volCcy24h sodUtc0 sodUtc8 ts`)
		if ticker["last"] != btc.price(btc.at(noon)) || number(t, ticker["bidPx"]) >= number(t, ticker["askPx"]) {
			t.Errorf("%v", ticker)
		}
	}
	if all := names(t, data(t, askOKX(t, "/market/tickers?instType=SWAP")), "instId"); len(all) != 5 {
		t.Errorf("%v", all)
	}
	for query, depth := range map[string]int{"": 1, "&sz=3": 3, "&sz=5000": 400} {
		book := one(t, askOKX(t, "/market/books?instId=ETH-BTC"+query))
		checkBook(t, okxSide(t, book["bids"]), okxSide(t, book["asks"]), depth)
	}
	if trades := names(t, data(t, askOKX(t, "/market/trades?instId=BTC-USDT&limit=3")), "side"); !reflect.DeepEqual(trades, []string{"buy", "sell", "buy"}) {
		t.Errorf("%v", trades)
	}
	candles, _ := data(t, askOKX(t, "/market/candles?instId=BTC-USDT&bar=1H&limit=2")).([]any)
	if len(candles) != 2 || candles[0].([]any)[8] != "0" || candles[1].([]any)[8] != "1" {
		t.Errorf("the candle that is not over is not told: %v", candles)
	}
}

// okxSide returns the prices of a side of an order book, whose levels have
// four parts.
func okxSide(t *testing.T, levels any) []float64 {
	t.Helper()
	list, _ := levels.([]any)
	short := make([]any, len(list))
	for i, level := range list {
		parts, ok := level.([]any)
		if !ok || len(parts) != 4 {
			t.Fatalf("level %v", level)
		}
		short[i] = parts[:2]
	}
	return side(t, short)
}

func TestOKXTellsItsClock(t *testing.T) {
	if at := one(t, askOKX(t, "/public/time")); at["ts"] != "1795608000000" {
		t.Errorf("%v", at)
	}
}

func TestOKXMarketRefusals(t *testing.T) {
	for path, code := range map[string]string{
		"/public/instruments":                              "50014",
		"/public/instruments?instType=SHARES":              "51000",
		"/public/instruments?instType=OPTION":              "50015",
		"/public/instruments?instType=SPOT&instId=BTC-EUR": "51001",
		"/market/ticker":                                   "50014",
		"/market/ticker?instId=BTCUSDT":                    "51001",
		"/market/tickers":                                  "50014",
		"/market/books":                                    "50014",
		"/market/trades?instId=X":                          "51001",
		"/market/candles?instId=X":                         "51001",
		"/market/candles?instId=BTC-USDT&bar=7m":           "51000",
	} {
		wants(t, path, askOKX(t, path), 400, code)
	}
}
