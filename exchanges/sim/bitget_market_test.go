package sim

import (
	"reflect"
	"slices"
	"testing"
)

// askBitget asks for market data.
func askBitget(t *testing.T, path string) reply {
	t.Helper()
	v := startAt(t, Options{}).Describe().venue(t, "bitget", "live")
	return get(t, v.BaseURL+"/api"+path)
}

func TestBitgetInstruments(t *testing.T) {
	spot := []string{"BTCUSDT", "ETHUSDT", "SOLUSDT", "BTCUSDC", "ETHUSDC", "ETHBTC"}
	for path, want := range map[string][]string{
		"/v2/spot/public/symbols":                            spot,
		"/v2/margin/currencies":                              spot,
		"/v3/market/instruments?category=SPOT":               spot,
		"/v3/market/instruments?category=MARGIN":             spot,
		"/v3/market/instruments?category=USDT-FUTURES":       spot[:3],
		"/v3/market/instruments?category=COIN-FUTURES":       {"BTCUSD", "ETHUSD"},
		"/v2/mix/market/contracts?productType=USDT-FUTURES":  spot[:3],
		"/v2/mix/market/contracts?productType=COIN-FUTURES":  {"BTCUSD", "ETHUSD"},
		"/v2/mix/market/contracts?productType=USDC-FUTURES":  {},
		"/v2/mix/market/contracts?productType=SUSDT-FUTURES": {},
	} {
		if got := names(t, data(t, askBitget(t, path)), "symbol"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v", path, got)
		}
	}
	for path, want := range map[string]object{
		"/v2/spot/public/symbols?symbol=ETHBTC":                            {"baseCoin": "ETH", "quoteCoin": "BTC", "pricePrecision": "5", "quantityPrecision": "4"},
		"/v2/mix/market/contracts?productType=COIN-FUTURES&symbol=BTCUSD":  {"supportMarginCoins": []any{"BTC"}, "symbolType": "perpetual"},
		"/v2/mix/market/contracts?productType=USDT-FUTURES&symbol=BTCUSDT": {"supportMarginCoins": []any{"USDT"}, "sizeMultiplier": "0.00001"},
		"/v3/market/instruments?category=MARGIN&symbol=BTCUSDT":            {"category": "MARGIN", "isIsolatedBaseBorrowable": "YES"},
		"/v3/market/instruments?category=USDT-FUTURES&symbol=BTCUSDT":      {"type": "perpetual", "maxLeverage": "125"},
	} {
		tells(t, path, one(t, askBitget(t, path)), want)
	}
	if coins := names(t, data(t, askBitget(t, "/v2/spot/public/coins")), "coin"); !slices.Contains(coins, "BTC") {
		t.Errorf("%v", coins)
	}
}

func TestBitgetPrices(t *testing.T) {
	btc, _ := findPair("BTCUSDT")
	const classic = `symbol high24h low24h lastPr quoteVolume baseVolume usdtVolume bidPr bidSz askPr askSz openUtc ts changeUtc24h change24h`
	const unified = `category symbol ts lastPrice openPrice24h highPrice24h lowPrice24h ask1Price ask1Size bid1Price bid1Size price24hPcnt
		volume24h turnover24h`
	for path, c := range map[string]struct{ last, bid, ask, fields string }{
		"/v2/spot/market/tickers?symbol=BTCUSDT": {"lastPr", "bidPr", "askPr", classic + " open"},
		"/v2/mix/market/ticker?productType=USDT-FUTURES&symbol=BTCUSDT": {"lastPr", "bidPr", "askPr", classic +
			" open24h indexPrice markPrice fundingRate holdingAmount deliveryStartTime deliveryTime deliveryStatus"},
		"/v3/market/tickers?category=SPOT&symbol=BTCUSDT": {"lastPrice", "bid1Price", "ask1Price", unified},
		"/v3/market/tickers?category=USDT-FUTURES&symbol=BTCUSDT": {"lastPrice", "bid1Price", "ask1Price", unified +
			" indexPrice markPrice fundingRate openInterest"},
	} {
		ticker := one(t, askBitget(t, path))
		fields(t, path, ticker, c.fields)
		if ticker[c.last] != btc.price(btc.at(noon)) || number(t, ticker[c.bid]) >= number(t, ticker[c.ask]) {
			t.Errorf("%s: %v", path, ticker)
		}
	}
	if all := names(t, data(t, askBitget(t, "/v2/mix/market/tickers?productType=USDT-FUTURES")), "symbol"); len(all) != 3 {
		t.Errorf("%v", all)
	}
}

func TestBitgetOrderBooks(t *testing.T) {
	for path, c := range map[string]struct {
		bids, asks string
		depth      int
	}{
		"/v2/spot/market/orderbook?symbol=BTCUSDT":                                   {"bids", "asks", 150},
		"/v2/spot/market/orderbook?symbol=BTCUSDT&limit=7":                           {"bids", "asks", 7},
		"/v2/mix/market/merge-depth?productType=COIN-FUTURES&symbol=ETHUSD&limit=50": {"bids", "asks", 50},
		"/v3/market/orderbook?category=SPOT&symbol=ETHBTC":                           {"b", "a", 5},
		"/v3/market/orderbook?category=USDT-FUTURES&symbol=BTCUSDT&limit=900":        {"b", "a", 200},
	} {
		book := one(t, askBitget(t, path))
		checkBook(t, side(t, book[c.bids]), side(t, book[c.asks]), c.depth)
	}
}

func TestBitgetTellsItsClock(t *testing.T) {
	for _, path := range []string{"/v2/public/time", "/v3/public/time"} {
		if at := one(t, askBitget(t, path)); at["serverTime"] != "1795608000000" {
			t.Errorf("%s: %v", path, at)
		}
	}
}

func TestBitgetMarketRefusals(t *testing.T) {
	for path, code := range map[string]string{
		"/v2/spot/market/orderbook":                                 "40019",
		"/v2/spot/market/orderbook?symbol=BTCEUR":                   "40034",
		"/v2/spot/market/tickers?symbol=BTCEUR":                     "40034",
		"/v2/mix/market/contracts":                                  "40019",
		"/v2/mix/market/contracts?productType=SHARES":               "40020",
		"/v2/mix/market/tickers":                                    "40019",
		"/v2/mix/market/ticker":                                     "40019",
		"/v2/mix/market/ticker?productType=USDT-FUTURES":            "40019",
		"/v2/mix/market/merge-depth?symbol=BTCUSDT":                 "40019",
		"/v3/market/instruments":                                    "40019",
		"/v3/market/instruments?category=SUSDT-FUTURES":             "40020",
		"/v3/market/tickers?category=SPOT&symbol=X":                 "40034",
		"/v3/market/tickers":                                        "40019",
		"/v3/market/orderbook?category=SPOT":                        "40019",
		"/v3/market/orderbook?symbol=BTCUSDT":                       "40019",
		"/v3/market/orderbook?category=COIN-FUTURES&symbol=BTCUSDT": "40034",
	} {
		wants(t, path, askBitget(t, path), 400, code)
	}
}
