package sim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// fields fails unless an object has exactly the documented fields.
func fields(t *testing.T, what string, got any, documented string) {
	t.Helper()
	o, ok := got.(object)
	if !ok {
		t.Fatalf("%s: %v is no object", what, got)
	}
	want := strings.Fields(documented)
	slices.Sort(want)
	if names := slices.Sorted(maps.Keys(o)); !slices.Equal(names, want) {
		t.Errorf("%s has\n%v, documented are\n%v", what, names, want)
	}
}

func firstOf(t *testing.T, list any) any {
	t.Helper()
	l, ok := list.([]any)
	if !ok || len(l) == 0 {
		t.Fatalf("%v is no list with anything in it", list)
	}
	return l[0]
}

// developers.binance.com, binance-spot-api-docs/rest-api.md
func TestBinanceShapes(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	signed := func(path string) object {
		return send(t, http.MethodGet, signBinance(v, k, path, stamp(0)), "", header(k)).object(t)
	}
	fields(t, "apiRestrictions", signed("/sapi/v1/account/apiRestrictions"), `ipRestrict createTime enableReading enableSpotAndMarginTrading
		enableWithdrawals enableInternalTransfer permitsUniversalTransfer enableMargin enableFutures enableVanillaOptions
		enablePortfolioMarginTrading enableFixApiTrade enableFixReadOnly`)
	account := signed("/api/v3/account")
	fields(t, "account", account, `makerCommission takerCommission buyerCommission sellerCommission commissionRates canTrade canWithdraw
		canDeposit brokered requireSelfTradePrevention preventSor updateTime accountType balances permissions uid`)
	fields(t, "balance", firstOf(t, account["balances"]), "asset free locked")
	fields(t, "refusal", get(t, v.BaseURL+"/api/v3/depth").object(t), "code msg")
	fields(t, "time", get(t, v.BaseURL+"/api/v3/time").object(t), "serverTime")
	fields(t, "depth", get(t, v.BaseURL+"/api/v3/depth?symbol=BTCUSDT").object(t), "lastUpdateId bids asks")
	fields(t, "24hr", get(t, v.BaseURL+"/api/v3/ticker/24hr?symbol=BTCUSDT").object(t), `symbol priceChange priceChangePercent weightedAvgPrice
		prevClosePrice lastPrice lastQty bidPrice bidQty askPrice askQty openPrice highPrice lowPrice volume quoteVolume openTime closeTime
		firstId lastId count`)
	fields(t, "system status", get(t, v.BaseURL+"/sapi/v1/system/status").object(t), "status msg")
}

func TestBinanceExchangeInfoHasWhatClientsRound(t *testing.T) {
	base := startAt(t, Options{World: "empty"}).Describe().venue(t, "binance", "live").BaseURL
	info := get(t, base+"/api/v3/exchangeInfo?symbol=ETHBTC").object(t)
	symbol := firstOf(t, info["symbols"]).(object)
	if symbol["status"] != "TRADING" || symbol["baseAsset"] != "ETH" || symbol["quoteAsset"] != "BTC" {
		t.Errorf("%v", symbol)
	}
	filters := map[any]object{}
	for _, f := range symbol["filters"].([]any) {
		filters[f.(object)["filterType"]] = f.(object)
	}
	if filters["PRICE_FILTER"]["tickSize"] != "0.00001" || filters["LOT_SIZE"]["stepSize"] != "0.0001" || filters["NOTIONAL"] == nil {
		t.Errorf("%v", filters)
	}
	if sets := firstOf(t, symbol["permissionSets"]).([]any); !slices.Contains(sets, any("SPOT")) {
		t.Errorf("permissionSets %v", sets)
	}
}

func TestBinanceUserAssetsCanBeFiltered(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "binance", "live")
	k := v.key(t, "grid-bot")
	for asset, want := range map[string]int{"": 4, "ETH": 1, "XXX": 0} {
		params := stamp(0)
		params.Set("asset", asset)
		got := send(t, http.MethodPost, signBinance(v, k, "/sapi/v3/asset/getUserAsset", params), "", header(k))
		if n := strings.Count(string(got.body), `"asset"`); n != want {
			t.Errorf("%q: %s", asset, got.body)
		}
	}
}

// bybit-exchange/docs, v5
func TestBybitShapes(t *testing.T) {
	v := startAt(t, Options{}).Describe().venue(t, "bybit", "live")
	call := newBybitCaller(v, v.key(t, "perp-bot"))
	const envelope = "retCode retMsg result retExtInfo time"
	fields(t, "envelope", call.get(t, queryAPI, "").object(t), envelope)
	fields(t, "refusal", get(t, v.BaseURL+queryAPI).object(t), envelope)
	key := result(t, call.get(t, queryAPI, ""))
	fields(t, "query-api", key, `id note apiKey readOnly secret permissions ips type deadlineDay expiredAt createdAt unified uta userID
		inviterID vipLevel mktMakerLevel affiliateID rsaPublicKey isMaster parentUid kycLevel kycRegion userIDInt64 inviterIDInt64
		affiliateIDInt64`)
	fields(t, "permissions", key["permissions"], `ContractTrade Spot Wallet Options Derivatives Exchange Earn FiatP2P FiatBitPay
		FiatConvertBroker FiatGlobalPay BitCard ByXPost Affiliate BlockTrade CopyTrading NFT`)
	public := func(path string) object { return result(t, get(t, v.BaseURL+path)) }
	fields(t, "time", public("/v5/market/time"), "timeSecond timeNano")
	fields(t, "orderbook", public("/v5/market/orderbook?category=spot&symbol=BTCUSDT"), "s b a ts u seq cts")
	fields(t, "spot ticker", firstOf(t, public("/v5/market/tickers?category=spot")["list"]), `symbol bid1Price bid1Size ask1Price ask1Size
		lastPrice prevPrice24h price24hPcnt highPrice24h lowPrice24h turnover24h volume24h usdIndexPrice`)
	coins := result(t, call.get(t, "/v5/asset/coin/query-info", "coin=ETH"))
	fields(t, "coin", firstOf(t, coins["rows"]), "name coin remainAmount chains")
	if n := len(coins["rows"].([]any)); n != 1 {
		t.Errorf("coin=ETH gives %d coins", n)
	}
}

func TestBybitContractsSettleInTheRightCoin(t *testing.T) {
	base := startAt(t, Options{World: "empty"}).Describe().venue(t, "bybit", "testnet").BaseURL
	for category, want := range map[string][3]string{
		"linear":  {"BTCUSDT", "LinearPerpetual", "USDT"},
		"inverse": {"BTCUSD", "InversePerpetual", "BTC"},
	} {
		list := result(t, get(t, base+"/v5/market/instruments-info?baseCoin=BTC&category="+category))["list"]
		o := firstOf(t, list).(object)
		if got := [3]string{o["symbol"].(string), o["contractType"].(string), o["settleCoin"].(string)}; got != want {
			t.Errorf("%s: %v, want %v", category, got, want)
		}
	}
}

// Many bots at once: every call is answered, and for the key that made it.
func TestManyClientsAtOnce(t *testing.T) {
	s := startAt(t, Options{World: "large"})
	v := s.Describe().venue(t, "bybit", "live")
	var all sync.WaitGroup
	for i := range 40 {
		if i%3 == 0 {
			s.SetFaults() // while requests are under way
		}
		all.Go(func() {
			k := v.Keys[i]
			if got := newBybitCaller(v, k).get(t, queryAPI, "").object(t); got["result"].(object)["note"] != k.Label {
				t.Errorf("%s: %v", k.Label, got)
			}
		})
	}
	all.Wait()
	if n := s.Requests()[Request{"bybit", "live", "GET", queryAPI}]; n != 40 {
		t.Errorf("%d requests counted", n)
	}
}
