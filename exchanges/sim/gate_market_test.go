package sim

import (
	"slices"
	"strings"
	"testing"
)

// gateBase is where an empty world's API begins.
func gateBase(t *testing.T) string {
	t.Helper()
	return startAt(t, Options{World: "empty"}).Describe().venue(t, "gate", "live").BaseURL + "/api/v4"
}

func TestGateMarket(t *testing.T) {
	base := gateBase(t)
	if now := get(t, base+"/spot/time").object(t)["server_time"]; now != float64(noon.UnixMilli()) {
		t.Errorf("the time is %v", now)
	}
	for path, want := range map[string]int{
		"/spot/currencies": 5, "/spot/currency_pairs": len(pairs()), "/spot/tickers": len(pairs()), "/spot/tickers?currency_pair=ETH_BTC": 1,
		"/margin/currency_pairs": 0, "/futures/usdt/contracts": 3, "/futures/btc/contracts": 0, "/futures/usdt/tickers": 3,
		"/futures/usdt/tickers?contract=SOL_USDT": 1, "/delivery/usdt/contracts": 0, "/options/underlyings": 0,
	} {
		if rows := get(t, base+path).rows(t); len(rows) != want {
			t.Errorf("%s: %d rows, want %d", path, len(rows), want)
		}
	}
	for path, name := range map[string]string{
		"/spot/currencies/SOL": "currency SOL", "/spot/currency_pairs/ETH_USDC": "id ETH_USDC", "/futures/usdt/contracts/BTC_USDT": "name BTC_USDT",
	} {
		field, value, _ := strings.Cut(name, " ")
		if got := get(t, base+path).object(t); got[field] != value {
			t.Errorf("%s: %v", path, got)
		}
	}
	for path, label := range map[string]string{
		"/spot/currencies/XXX": "INVALID_CURRENCY", "/spot/currency_pairs/BTCUSDT": "INVALID_CURRENCY_PAIR",
		"/spot/tickers?currency_pair=BTC_XXX": "INVALID_CURRENCY_PAIR", "/spot/order_book": "INVALID_CURRENCY_PAIR",
		"/futures/usdt/contracts/ETH_BTC": "CONTRACT_NOT_FOUND", "/futures/btc/tickers?contract=BTC_USDT": "CONTRACT_NOT_FOUND",
		"/futures/usdt/order_book": "MISSING_REQUIRED_PARAM", "/futures/usdt/order_book?contract=X": "CONTRACT_NOT_FOUND",
	} {
		get(t, base+path).refused(t, path, 400, label)
	}
}

func TestGateOrderBooks(t *testing.T) {
	base := gateBase(t)
	book := get(t, base+"/spot/order_book?currency_pair=BTC_USDT&limit=20&with_id=true").object(t)
	fields(t, "book", book, "id current update bids asks")
	checkBook(t, side(t, book["bids"]), side(t, book["asks"]), 20)
	if _, has := get(t, base+"/spot/order_book?currency_pair=BTC_USDT").object(t)["id"]; has {
		t.Error("the number of the book comes unasked")
	}
	book = get(t, base+"/futures/usdt/order_book?contract=BTC_USDT&limit=3").object(t)
	prices := func(side any) (out []float64) {
		for _, row := range side.([]any) {
			fields(t, "lot", row, "p s")
			out = append(out, number(t, row.(object)["p"]))
		}
		return out
	}
	checkBook(t, prices(book["bids"]), prices(book["asks"]), 3)
	if book["current"] != float64(noon.Unix()) { // seconds here, milliseconds there
		t.Errorf("current %v", book["current"])
	}
}

func TestGateTickersAgreeWithTheMarket(t *testing.T) {
	base := gateBase(t)
	btc, _ := findPair("BTCUSDT")
	for _, path := range []string{"/spot/tickers?currency_pair=BTC_USDT", "/futures/usdt/tickers?contract=BTC_USDT"} {
		row := get(t, base+path).rows(t)[0]
		if row["last"] != btc.price(btc.at(noon)) || number(t, row["highest_bid"]) >= number(t, row["lowest_ask"]) {
			t.Errorf("%s: %v", path, row)
		}
	}
}

func TestGateBalances(t *testing.T) {
	c := newGateCaller(t, "trader")
	rows := c.get(t, "/spot/accounts").rows(t)
	if len(rows) != 2 || rows[0]["currency"] != "BTC" || rows[0]["available"] != "1.00000000" {
		t.Errorf("%v", rows)
	}
	fields(t, "balance", rows[0], "currency available locked update_id")
	if rows = c.get(t, "/spot/accounts?currency=USDT").rows(t); len(rows) != 1 {
		t.Errorf("%v", rows)
	}
	total := c.get(t, "/wallet/total_balance").object(t)
	if sum, _ := total["total"].(object); sum["amount"] != "64100.00" {
		t.Errorf("%v", total)
	}
	tells(t, "futures", c.get(t, "/futures/usdt/accounts").object(t), object{"currency": "USDT", "total": "0", "user": 987654321.0})
	blind := c.named(t, "blind")
	tells(t, "options", blind.get(t, "/options/accounts").object(t), object{"currency": "USDT", "available": "0"})
	if rows := c.get(t, "/spot/open_orders").rows(t); len(rows) != 0 {
		t.Errorf("%v", rows)
	}
}

func TestGateRights(t *testing.T) {
	for permissions, want := range map[string]string{
		"read": "account:read spot:read wallet:read", "read spot": "account:read wallet:read spot:write",
		"read earn": "account:read spot:read wallet:read earn:write", "read transfer withdraw": "account:read spot:read wallet:write withdraw:write",
		"read admin": "spot:read wallet:read account:write", "futures margin options other": "futures:write margin:write options:write loan:write",
	} {
		words := gateWords(strings.Fields(permissions))
		if got := strings.Join(words, " "); got != want {
			t.Errorf("%s: %s, want %s", permissions, got, want)
		}
		given := gateNormal(words)
		for _, p := range strings.Fields(permissions) {
			if !slices.Contains(given, p) {
				t.Errorf("%s gives %v", want, given)
			}
		}
	}
	if got := gateNormal([]string{"withdraw:read", "unified:write", "delivery:write", "copy:write"}); strings.Join(got, " ") != "read margin futures other" {
		t.Errorf("%v", got)
	}
}
