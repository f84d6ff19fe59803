package sim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// htxBase is where an empty world's API begins.
func htxBase(t *testing.T) string {
	t.Helper()
	return startAt(t, Options{World: "empty"}).Describe().venue(t, "htx", "live").BaseURL
}

func TestHTXMarketLists(t *testing.T) {
	base := htxBase(t)
	if now := get(t, base+"/v1/common/timestamp").object(t)["data"]; now != float64(noon.UnixMilli()) {
		t.Errorf("the time is %v", now)
	}
	if now := get(t, base+"/api/v1/timestamp").object(t)["ts"]; now != float64(noon.UnixMilli()) {
		t.Errorf("the time of contracts is %v", now)
	}
	for path, want := range map[string]int{
		"/v1/common/symbols": len(pairs()), "/v1/common/currencys": 5, "/v2/reference/currencies": 5, "/v2/reference/currencies?currency=sol": 1,
		"/v2/settings/common/symbols": len(pairs()), "/v2/settings/common/currencies": 5, "/market/tickers": len(pairs()),
		"/api/v1/contract_contract_info": 2, "/swap-api/v1/swap_contract_info": 2, "/linear-swap-api/v1/swap_contract_info?business_type=all": 3,
		"/market/history/trade?symbol=ethbtc": 1, "/market/history/trade?symbol=ethbtc&size=7": 7,
		"/market/history/kline?symbol=btcusdt&period=1day": 150, "/market/history/candles?symbol=btcusdt&period=1min&size=2": 2,
		"/linear-swap-ex/market/history/kline?contract_code=BTC-USDT&period=60min&size=2000": 2000,
	} {
		if rows := htxRows(t, get(t, base+path)); len(rows) != want {
			t.Errorf("%s: %d rows, want %d", path, len(rows), want)
		}
	}
	for path, want := range map[string]int{
		"/market/detail/batch_merged": 2, "/swap-ex/market/detail/batch_merged": 2, "/linear-swap-ex/market/detail/batch_merged?business_type=all": 3,
		"/swap-ex/market/detail/batch_merged?contract_code=ETH-USD": 1,
	} {
		if rows, _ := get(t, base+path).object(t)["ticks"].([]any); len(rows) != want {
			t.Errorf("%s: %d rows, want %d", path, len(rows), want)
		}
	}
	status := htxData(t, get(t, base+"/v2/market-status")).(object)
	heartbeat := htxData(t, get(t, base+"/heartbeat/")).(object)
	if status["marketStatus"] != 1.0 || heartbeat["linear_swap_heartbeat"] != 1.0 {
		t.Errorf("%v %v", status, heartbeat)
	}
}

func TestHTXMarketRefusals(t *testing.T) {
	base := htxBase(t)
	const spot, contract = "/market/depth?symbol=btcusdt", "/swap-ex/market/depth?contract_code=BTC-USD"
	for path, want := range map[string]string{
		"/market/detail/merged":                                   "invalid-parameter: invalid symbol",
		"/market/detail/merged?symbol=BTCUSDT":                    "invalid-parameter: invalid symbol",
		"/market/detail?symbol=BTC-USD":                           "invalid-parameter: invalid symbol",
		"/market/trade?symbol=":                                   "invalid-parameter: invalid symbol",
		"/market/history/trade?symbol=x":                          "invalid-parameter: invalid symbol",
		"/market/history/kline?period=1day":                       "invalid-parameter: invalid symbol",
		"/market/history/kline?symbol=btcusdt&period=1h":          "invalid-parameter: invalid period",
		"/market/history/trade?symbol=btcusdt&size=2001":          "invalid-parameter: invalid size,valid range: [1, 2000]",
		"/market/history/kline?symbol=btcusdt&period=1day&size=0": "invalid-parameter: invalid size,valid range: [1, 2000]",
		spot:                           "invalid-parameter: invalid type",
		spot + "&type=step6":           "invalid-parameter: invalid type",
		spot + "&type=step-1":          "invalid-parameter: invalid type",
		spot + "&type=step01":          "invalid-parameter: invalid type",
		spot + "&type=step0&depth=150": "invalid-parameter: invalid depth",
		contract:                       "1030: invalid type",
		contract + "&type=step16":      "1030: invalid type",
		"/linear-swap-ex/market/depth?contract_code=BTC-USD&type=step0": "1013: invalid symbol",
		"/v2/reference/currencies?currency=xxx":                         "2002: invalid field value in `currency`",
	} {
		if got := htxSays(t, get(t, base+path)); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// The market tells amounts as numbers, other than most exchanges.
func TestHTXOrderBooks(t *testing.T) {
	base := htxBase(t)
	future := "BTC" + noon.AddDate(0, 0, 2).Format("060102") // noon is on a Wednesday
	for path, depth := range map[string]int{
		"/market/depth?symbol=btcusdt&type=step0": 150, "/market/depth?symbol=ethbtc&type=step0&depth=5": 5, "/market/depth?symbol=btcusdt&type=step5": 20,
		"/market/depth?type=step0&symbol=" + future: 150, "/swap-ex/market/depth?contract_code=BTC-USD&type=step6": 20,
		"/linear-swap-ex/market/depth?contract_code=SOL-USDT&type=step0": 150,
	} {
		answer := get(t, base+path).object(t)
		tick, ok := answer["tick"].(object)
		if !ok || !strings.HasPrefix(text(answer, "ch"), "market.") {
			t.Fatalf("%s: %v", path, answer)
		}
		fields(t, "tick", tick, "ts version bids asks")
		prices := func(side any) (out []float64) {
			for _, row := range side.([]any) {
				out = append(out, row.([]any)[0].(float64))
			}
			return out
		}
		checkBook(t, prices(tick["bids"]), prices(tick["asks"]), depth)
	}
}

func TestHTXTickersAgreeWithTheMarket(t *testing.T) {
	base := htxBase(t)
	btc, _ := findPair("BTCUSDT")
	last := json.Number(btc.price(btc.at(noon)))
	want, _ := last.Float64()
	for path, at := range map[string]string{
		"/market/detail/merged?symbol=btcusdt": "tick", "/market/detail?symbol=btcusdt": "tick", "/market/trade?symbol=btcusdt": "tick",
		"/market/tickers": "data", "/market/history/trade?symbol=btcusdt": "data", "/swap-ex/market/detail/merged?contract_code=BTC-USD": "tick",
		"/linear-swap-ex/market/detail/batch_merged": "ticks",
	} {
		answer := get(t, base+path).object(t)
		row, ok := answer[at].(object)
		if list, many := answer[at].([]any); many {
			row, ok = list[0].(object)
		}
		if deals, traded := row["data"].([]any); traded {
			row = deals[0].(object)
		}
		price, isPrice := row["close"].(float64)
		if !isPrice {
			price, _ = row["price"].(float64)
		}
		if !ok || price != want {
			t.Errorf("%s: %v, want %v", path, row, last)
		}
		if bid, hasBid := row["bid"].([]any); hasBid && bid[0].(float64) >= row["ask"].([]any)[0].(float64) {
			t.Errorf("%s: %v", path, row)
		}
	}
	bars := htxRows(t, get(t, base+"/market/history/kline?symbol=btcusdt&period=60min&size=2"))
	for i, bar := range bars {
		fields(t, "bar", bar, "id open close high low amount vol count")
		if start := noon.Add(-time.Duration(i) * time.Hour).Unix(); bar.(object)["id"] != float64(start) {
			t.Errorf("bar %d begins at %v", i, bar)
		}
	}
	if bars[1].(object)["close"] != bars[0].(object)["open"] {
		t.Errorf("there is a gap in %v", bars)
	}
}

// Clients tell the kinds of contract apart by the fields that each has.
func TestHTXContracts(t *testing.T) {
	base := htxBase(t)
	const common = "symbol contract_code contract_size price_tick create_date delivery_time contract_status "
	for path, want := range map[string]struct{ fields, code, size string }{
		"/api/v1/contract_contract_info":         {common + "contract_type delivery_date settlement_time", "BTC261127", "100"},
		"/swap-api/v1/swap_contract_info":        {common + "settlement_date", "BTC-USD", "100"},
		"/linear-swap-api/v1/swap_contract_info": {common + "settlement_date delivery_date support_margin_mode business_type pair contract_type trade_partition", "BTC-USDT", "0.001"},
	} {
		first := htxRows(t, get(t, base+path))[0].(object)
		fields(t, path, first, want.fields)
		if first["contract_code"] != want.code || fmt.Sprint(first["contract_size"]) != want.size || len(text(first, "create_date")) != 8 {
			t.Errorf("%s: %v", path, first)
		}
	}
	for at, want := range map[string]string{
		"2026-11-25 12:00": "261127", "2026-11-27 07:59": "261127", "2026-11-27 08:00": "261204", "2026-11-28 00:00": "261204",
	} {
		now, err := time.Parse("2006-01-02 15:04", at)
		if err != nil {
			t.Fatal(err)
		}
		if got := htxFriday(now).Format("060102"); got != want {
			t.Errorf("at %s futures end on %s, want %s", at, got, want)
		}
	}
}

func TestHTXBalances(t *testing.T) {
	c := newHTXCaller(t, "reader")
	accounts := htxRows(t, c.get(t, htxAccountsPath))
	first := accounts[0].(object)
	fields(t, "account", first, "id type subtype state")
	path := fmt.Sprintf("%s/%.0f/balance", htxAccountsPath, first["id"])
	balance := htxData(t, c.get(t, path)).(object)
	fields(t, "balance", balance, "id type state list")
	var amounts []string
	for _, row := range balance["list"].([]any) {
		fields(t, "row", row, "currency type balance seq-num")
		amounts = append(amounts, fmt.Sprint(row.(object)["currency"], " ", row.(object)["type"], " ", row.(object)["balance"]))
	}
	if want := []string{
		"btc trade 1.000000000000000000", "btc frozen 0", "usdt trade 100.000000000000000000", "usdt frozen 0",
	}; !slices.Equal(amounts, want) {
		t.Errorf("%v", amounts)
	}
	spread := c.named(t, "spread")
	if got := htxSays(t, spread.get(t, path)); !strings.HasPrefix(got, "account-get-accounts-inexistent-error") {
		t.Errorf("another user's account: %s", got)
	}
	own := htxRows(t, spread.get(t, htxAccountsPath))[0].(object)
	if list := htxData(t, spread.get(t, fmt.Sprintf("%s/%.0f/balance", htxAccountsPath, own["id"]))).(object)["list"].([]any); len(list) != 0 {
		t.Errorf("a sub-user holds %v", list)
	}
}

func TestHTXValuationsAndFees(t *testing.T) {
	c := newHTXCaller(t, "reader")
	const valuation = "/v2/account/asset-valuation?accountType=spot"
	for query, want := range map[string]string{"": "1.00156250", "&valuationCurrency=BTC": "1.00156250", "&valuationCurrency=USD": "64100.00000000"} {
		tells(t, query, htxData(t, c.get(t, valuation+query)).(object), object{"balance": want, "timestamp": float64(noon.UnixMilli())})
	}
	tells(t, "total", htxData(t, c.get(t, "/v2/account/valuation")).(object), object{"totalBalance": "1.00156250"})
	fees := htxRows(t, c.get(t, "/v2/reference/transact-fee-rate?symbols=btcusdt,ethbtc"))
	fields(t, "fee", fees[1], "symbol makerFeeRate takerFeeRate actualMakerRate actualTakerRate")
	for path, field := range map[string]string{
		"/v2/account/asset-valuation": "accountType", valuation + "&valuationCurrency=usd": "valuationCurrency",
		"/v2/reference/transact-fee-rate": "symbols", "/v2/reference/transact-fee-rate?symbols=BTCUSDT": "symbols",
	} {
		if got := htxSays(t, c.get(t, path)); got != "2002: invalid field value in `"+field+"`" {
			t.Errorf("%s: %s", path, got)
		}
	}
	for _, path := range []string{"/v1/order/openOrders", "/v1/order/orders", "/v1/order/history", "/v1/query/deposit-withdraw"} {
		if rows := htxRows(t, c.get(t, path)); len(rows) != 0 {
			t.Errorf("%s: %v", path, rows)
		}
	}
	for _, path := range []string{"/api/v1/contract_account_info", "/swap-api/v1/swap_position_info", "/linear-swap-api/v1/swap_account_info"} {
		if rows := htxRows(t, c.call(t, "POST", path, nil)); len(rows) != 0 {
			t.Errorf("%s: %v", path, rows)
		}
	}
	if details := htxData(t, c.get(t, "/v5/account/balance")).(object)["details"].([]any); len(details) != 0 {
		t.Errorf("%v", details)
	}
}
