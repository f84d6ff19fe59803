package sim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// coinbaseSide returns the prices of one side of a price book.
func coinbaseSide(t *testing.T, levels any) []float64 {
	t.Helper()
	list, _ := levels.([]any)
	prices := make([]float64, len(list))
	for i, l := range list {
		fields(t, "level", l, "price size")
		if prices[i] = number(t, l.(object)["price"]); number(t, l.(object)["size"]) <= 0 {
			t.Errorf("level %v", l)
		}
	}
	return prices
}

// docs.cdp.coinbase.com, Advanced Trade API, public endpoints; the private ones
// answer alike.
func TestCoinbaseMarketData(t *testing.T) {
	rig := coinbaseKeys(t)
	view := rig.key("view")
	for name, get := range map[string]func(path string) object{
		"public": func(path string) object {
			return rig.do(http.MethodGet, "/api/v3/brokerage/market/"+path, "", nil).object(t)
		},
		"private": func(path string) object {
			return rig.coinbaseCall(view, http.MethodGet, "/api/v3/brokerage/"+path, "").object(t)
		},
	} {
		list := get("products")
		fields(t, name+" products", list, "products num_products")
		if n := len(list["products"].([]any)); n != len(coinbasePairs()) || list["num_products"] != float64(n) {
			t.Errorf("%s: %d products", name, n)
		}
		for _, p := range coinbasePairs() {
			book := get("product_book?limit=7&product_id=" + coinbaseID(p))["pricebook"].(object)
			fields(t, name+" pricebook", book, "product_id bids asks time")
			checkBook(t, coinbaseSide(t, book["bids"]), coinbaseSide(t, book["asks"]), 7)
			trades := get("products/" + coinbaseID(p) + "/ticker?limit=2")
			fields(t, name+" ticker", trades, "trades best_bid best_ask")
			fields(t, name+" trade", firstOf(t, trades["trades"]), "trade_id product_id price size time side bid ask exchange")
			product := get("products/" + coinbaseID(p))
			if last := firstOf(t, trades["trades"]).(object)["price"]; product["price"] != last || len(trades["trades"].([]any)) != 2 {
				t.Errorf("%s: product at %v, last trade at %v", name, product["price"], last)
			}
		}
	}
	best := rig.coinbaseCall(view, http.MethodGet, "/api/v3/brokerage/best_bid_ask?product_ids=BTC-USD&product_ids=ETH-BTC", "").object(t)
	if books := best["pricebooks"].([]any); len(books) != 2 || len(books[0].(object)["bids"].([]any)) != 1 {
		t.Errorf("%v", best)
	}
}

func TestCoinbaseSelectsProducts(t *testing.T) {
	rig := newCoinbaseRig(t)
	for query, want := range map[string]int{
		"": len(coinbasePairs()), "?product_type=SPOT": len(coinbasePairs()), "?product_type=FUTURE": 0,
		"?product_ids=BTC-USD&product_ids=ETH-BTC": 2, "?product_ids=NOPE": 0,
	} {
		got := rig.do(http.MethodGet, "/api/v3/brokerage/market/products"+query, "", nil)
		if list := got.object(t)["products"].([]any); len(list) != want {
			t.Errorf("%s: %s", query, got.body)
		}
	}
	for path, want := range map[string]string{
		"products?product_type=BOND":               "400 INVALID_ARGUMENT",
		"products/NOPE-USD":                        "404 NOT_FOUND",
		"products/BTC-USD/bids":                    "404 NOT_FOUND",
		"products/NOPE/ticker":                     "404 NOT_FOUND",
		"product_book":                             "404 NOT_FOUND",
		"product_book?product_id=btc-usd":          "404 NOT_FOUND",
		"products/NOPE/candles":                    "404 NOT_FOUND",
		"products/BTC-USD/candles":                 "400 INVALID_ARGUMENT",
		"products/BTC-USD/candles?start=0&end=1":   "400 INVALID_ARGUMENT",
		"products/BTC-USD/candles?" + candles(351): "400 INVALID_ARGUMENT",
	} {
		got := rig.do(http.MethodGet, "/api/v3/brokerage/market/"+path, "", nil)
		if text := strconv.Itoa(got.status) + " " + got.object(t)["error"].(string); text != want {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
		fields(t, path, got.object(t), "error code message details")
	}
}

// candles is the query for so many hours up to noon.
func candles(n int) string {
	until := noon.Unix()
	return "granularity=ONE_HOUR&end=" + strconv.FormatInt(until, 10) + "&start=" + strconv.FormatInt(until-int64(n-1)*3600, 10)
}

func TestCoinbaseCandlesFollowEachOther(t *testing.T) {
	list := newCoinbaseRig(t).do(http.MethodGet, "/api/v3/brokerage/market/products/BTC-USD/candles?"+candles(3), "", nil).object(t)["candles"].([]any)
	if len(list) != 3 {
		t.Fatalf("%v", list)
	}
	for i := range 2 {
		newer, older := list[i].(object), list[i+1].(object)
		fields(t, "candle", newer, "start low high open close volume")
		if number(t, newer["start"])-number(t, older["start"]) != 3600 || newer["open"] != older["close"] {
			t.Errorf("%v does not follow %v", newer, older)
		}
	}
}

func TestCoinbaseAccounts(t *testing.T) {
	rig := newCoinbaseRig(t, seed{Label: "view", Algorithm: algEd25519, Permissions: []string{"read"}})
	get := func(path string) reply { return rig.coinbaseCall(rig.key("view"), http.MethodGet, path, "") }
	first := get("/api/v3/brokerage/accounts?limit=1").object(t)
	fields(t, "accounts", first, "accounts has_next cursor size")
	btc := firstOf(t, first["accounts"]).(object)
	if btc["currency"] != "BTC" || number(t, btc["available_balance"].(object)["value"]) != 0.5 || first["has_next"] != true {
		t.Errorf("%v", first)
	}
	last := get("/api/v3/brokerage/accounts?limit=1&cursor=" + first["cursor"].(string)).object(t)
	if usdc := firstOf(t, last["accounts"]).(object); usdc["currency"] != "USDC" || last["has_next"] != false {
		t.Errorf("%v", last)
	}
	if one := get("/api/v3/brokerage/accounts/" + btc["uuid"].(string)).object(t)["account"].(object); one["uuid"] != btc["uuid"] {
		t.Errorf("%v", one)
	}
	wallet := firstOf(t, get("/v2/accounts?limit=5").object(t)["data"]).(object)
	if wallet["id"] != btc["uuid"] || number(t, wallet["balance"].(object)["amount"]) != 0.5 || wallet["currency"].(object)["name"] != "Bitcoin" {
		t.Errorf("%v", wallet)
	}
	for path, status := range map[string]int{"accounts?limit=251": 400, "accounts?limit=x": 400, "accounts?cursor=9": 400, "accounts/x": 404, "portfolios/x": 404} {
		if got := get("/api/v3/brokerage/" + path); got.status != status {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

func TestCoinbasePortfoliosHoldTheirOwn(t *testing.T) {
	rig := newCoinbaseRig(t, seed{Label: "view", Algorithm: algEd25519, Permissions: []string{"read"}},
		seed{Label: "dca", Sub: "DCA", Algorithm: algEd25519, Permissions: []string{"read"}})
	get := func(label, path string) object {
		return rig.coinbaseCall(rig.key(label), http.MethodGet, path, "").object(t)
	}
	folio := get("view", coinbaseKeyCall)["portfolio_uuid"].(string)
	whole := get("view", "/api/v3/brokerage/portfolios/"+folio)["breakdown"].(object)
	if total := whole["portfolio_balances"].(object)["total_balance"].(object); number(t, total["value"]) != 32_100 {
		t.Errorf("%v", total)
	}
	if list := get("dca", "/api/v3/brokerage/accounts")["accounts"].([]any); len(list) != 0 {
		t.Errorf("the other portfolio holds %v", list)
	}
}

// The Coinbase App's calls that clients make before they do anything else.
func TestCoinbaseAppCalls(t *testing.T) {
	rig := newCoinbaseRig(t)
	data := func(path string) any { return rig.do(http.MethodGet, "/v2/"+path, "", nil).object(t)["data"] }
	fields(t, "time", data("time"), "epoch iso")
	fields(t, "fiat", firstOf(t, data("currencies")), "id name min_size")
	fields(t, "crypto", firstOf(t, data("currencies/crypto")), "asset_id code name color sort_index exponent type address_regex slug")
	rates := data("exchange-rates?currency=BTC").(object)
	if usd := number(t, rates["rates"].(object)["USD"]); rates["currency"] != "BTC" || usd != 64_000 {
		t.Errorf("%v", rates)
	}
	price := func(side string) float64 { return number(t, data("prices/BTC-USD/" + side).(object)["amount"]) }
	if sell, spot, buy := price("sell"), price("spot"), price("buy"); sell >= spot || spot >= buy {
		t.Errorf("sell %v, spot %v, buy %v", sell, spot, buy)
	}
	for path, want := range map[string]int{"exchange-rates?currency=XXX": 400, "prices/BTC-USD/mid": 404, "prices/NOPE/spot": 404, "nothing": 404} {
		if got := rig.do(http.MethodGet, "/v2/"+path, "", nil); got.status != want {
			t.Errorf("%s: %d %s", path, got.status, got.body)
		}
	}
}

// Every endpoint answers in JSON whatever it is asked, and those that need a
// key tell nothing without.
func TestCoinbaseRoutesAnswer(t *testing.T) {
	rig := newCoinbaseRig(t, seed{Label: "all", Algorithm: algEd25519, Words: []string{coinbaseView, coinbaseTrade, coinbaseTransfer}})
	fill := strings.NewReplacer("{uuid}", rig.venue.(*coinbase).id("portfolio", ""), "{product}", "BTC-USD", "{pair}", "BTC-USD", "{side}", "spot", "{account}", "1")
	for _, route := range coinbaseAll() {
		pattern := route.pattern
		method, path, _ := strings.Cut(fill.Replace(pattern), " ")
		without := rig.do(method, path, "{}", nil)
		if private := without.status == http.StatusUnauthorized; private != (route.right != "") {
			t.Errorf("%s without a key: %d %s", pattern, without.status, without.body)
		}
		got := rig.coinbaseCall(rig.key("all"), method, path, "{}")
		if !slices.Contains([]int{200, 400, 404}, got.status) || len(got.object(t)) == 0 {
			t.Errorf("%s: %d %s", pattern, got.status, got.body)
		}
	}
}
