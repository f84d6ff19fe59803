package sim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"time"
)

// Fields as @nktkas/hyperliquid 0.32 types them, which its tests compare with
// the exchange.
func TestHyperliquidShapes(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	master := rig.venue.master.address
	info := func(kind string) object { return rig.about(kind, master).object(t) }
	const summary = "accountValue totalNtlPos totalRawUsd totalMarginUsed"
	state := info("clearinghouseState")
	fields(t, "clearinghouseState", state, "marginSummary crossMarginSummary crossMaintenanceMarginUsed withdrawable assetPositions time")
	fields(t, "marginSummary", state["marginSummary"], summary)
	fields(t, "crossMarginSummary", state["crossMarginSummary"], summary)
	fields(t, "balance", firstOf(t, info("spotClearinghouseState")["balances"]), "coin token total hold entryNtl")
	fees := info("userFees")
	fields(t, "userFees", fees, `dailyUserVlm feeSchedule userCrossRate userAddRate userSpotCrossRate userSpotAddRate activeReferralDiscount trial
		feeTrialEscrow nextTrialAvailableTimestamp stakingLink activeStakingDiscount`)
	fields(t, "feeSchedule", fees["feeSchedule"], "cross add spotCross spotAdd tiers referralDiscount stakingDiscountTiers")
	fields(t, "webData2", info("webData2"), `clearinghouseState leadingVaults totalVaultEquity openOrders agentAddress agentValidUntil cumLedger meta
		assetCtxs serverTime isVault user twapStates spotState spotAssetCtxs perpsAtOpenInterestCap`)
	fields(t, "userRateLimit", info("userRateLimit"), "cumVlm nRequestsUsed nRequestsCap nRequestsSurplus")
	market := func(kind string) object { return rig.ask(`{"type":"` + kind + `"}`).object(t) }
	fields(t, "exchangeStatus", market("exchangeStatus"), "time specialStatuses")
	fields(t, "meta", market("meta"), "universe marginTables collateralToken")
	fields(t, "perpetual", firstOf(t, market("meta")["universe"]), "szDecimals name maxLeverage marginTableId")
	fields(t, "spotMeta", market("spotMeta"), "tokens universe")
	fields(t, "token", firstOf(t, market("spotMeta")["tokens"]),
		"name index szDecimals weiDecimals isCanonical tokenId evmContract fullName deployerTradingFeeShare")
	fields(t, "spot market", firstOf(t, market("spotMeta")["universe"]), "name index tokens isCanonical")
	const context = "prevDayPx dayNtlVlm dayBaseVlm markPx midPx "
	fields(t, "perpetual's context", firstOf(t, rig.contexts("metaAndAssetCtxs")), context+"funding openInterest premium oraclePx impactPxs")
	fields(t, "spot context", firstOf(t, rig.contexts("spotMetaAndAssetCtxs")), context+"coin circulatingSupply totalSupply")
	fields(t, "trade", firstOf(t, rig.list(`{"type":"recentTrades","coin":"BTC"}`)), "coin side px sz time hash tid users")
}

// list returns an answer that is a list.
func (r *walletRig) list(question string) []any {
	r.t.Helper()
	var list []any
	if got := r.ask(question); json.Unmarshal(got.body, &list) != nil {
		r.t.Fatalf("%s: %d %s", question, got.status, got.body)
	}
	return list
}

func (r *walletRig) contexts(kind string) any {
	r.t.Helper()
	both := r.list(`{"type":"` + kind + `"}`)
	if len(both) != 2 {
		r.t.Fatalf("%s: %v", kind, both)
	}
	return both[1]
}

// The account of an agent is not that of its master.
func TestHyperliquidBalances(t *testing.T) {
	rig := newWalletRig(t, "live", Options{}, agentSeed("bot"))
	for address, want := range map[string][2]string{
		rig.venue.master.address: {"100.0", `{"balances":[{"coin":"UBTC","entryNtl":"32000.0","hold":"0.0","token":2,"total":"0.5"}]}`},
		rig.key("bot").Key:       {"0.0", `{"balances":[]}`},
		noAddress:                {"0.0", `{"balances":[]}`},
	} {
		state := rig.about("clearinghouseState", address).object(t)
		spot := string(rig.about("spotClearinghouseState", address).body)
		if state["withdrawable"] != want[0] || spot != want[1] {
			t.Errorf("%s: %v and %s, want %v", address, state, spot, want)
		}
	}
	for _, kind := range []string{"openOrders", "frontendOpenOrders", "userFills", "historicalOrders"} {
		if got := string(rig.about(kind, rig.venue.master.address).body); got != "[]" {
			t.Errorf("%s: %s", kind, got)
		}
	}
}

// positive returns a price or a size.
func positive(t *testing.T, text any) float64 {
	t.Helper()
	word, _ := text.(string)
	n, err := strconv.ParseFloat(word, 64)
	if err != nil || n <= 0 {
		t.Errorf("%v is no price or size", text)
	}
	return n
}

// Every market has a price and a book around it.
func TestHyperliquidBooks(t *testing.T) {
	rig := newWalletRig(t, "testnet", Options{})
	mids := rig.ask(`{"type":"allMids"}`).object(t)
	if len(mids) != 8 || mids["PURR/USDC"] == nil || mids["@1"] == nil || mids["BTC"] == nil {
		t.Errorf("%v", mids)
	}
	for coin, mid := range mids {
		book := rig.ask(`{"type":"l2Book","coin":"` + coin + `"}`).object(t)
		levels := book["levels"].([]any)
		bid, ask := firstOf(t, levels[0]).(object), firstOf(t, levels[1]).(object)
		fields(t, coin, bid, "px sz n")
		positive(t, bid["sz"])
		if book["coin"] != coin || positive(t, bid["px"]) >= positive(t, mid) || positive(t, ask["px"]) <= positive(t, mid) {
			t.Errorf("%s: %v and %v around %v", coin, bid, ask, mid)
		}
	}
}

// Candles are those of the time that was asked for, the oldest first.
func TestHyperliquidCandles(t *testing.T) {
	rig := newWalletRig(t, "testnet", Options{})
	for _, coin := range []string{"BTC", "@2"} {
		candles := rig.list(fmt.Sprintf(`{"type":"candleSnapshot","req":{"coin":%q,"interval":"1h","startTime":%d,"endTime":%d}}`,
			coin, noon.Add(-3*time.Hour).UnixMilli(), noon.Add(-time.Hour).UnixMilli()))
		first := firstOf(t, candles).(object)
		fields(t, "candle of "+coin, first, "t T s i o c h l v n")
		if len(candles) != 3 || first["t"] != float64(noon.Add(-3*time.Hour).UnixMilli()) || positive(t, first["l"]) > positive(t, first["h"]) {
			t.Errorf("%s: %v", coin, candles)
		}
	}
}

func TestHyperliquidUnknownMarkets(t *testing.T) {
	rig := newWalletRig(t, "testnet", Options{})
	for question, want := range map[string]string{
		`{"type":"l2Book","coin":"DOGE"}`:       "null",
		`{"type":"l2Book"}`:                     "null",
		`{"type":"recentTrades","coin":"DOGE"}`: "null",
		`{"type":"candleSnapshot","req":{"coin":"DOGE","interval":"1h","startTime":0}}`: "[]",
		`{"type":"candleSnapshot","req":{"coin":"BTC","interval":"1y","startTime":0}}`:  "[]",
		`{"type":"candleSnapshot"}`: "[]",
		`{"type":"perpDexs"}`:       "[null]",
		`{"type":"userAbstraction","user":"0x0000000000000000000000000000000000000000"}`:        `"default"`,
		`{"type":"subAccounts","user":"0x0000000000000000000000000000000000000000","dex":null}`: "null",
	} {
		if got := rig.ask(question); got.status != 200 || string(got.body) != want {
			t.Errorf("%s: %d %s, want %s", question, got.status, got.body, want)
		}
	}
}

// Prices have at most 5 digits, and decimals that leave room for those of sizes.
func TestHyperliquidDecimals(t *testing.T) {
	for _, c := range []struct {
		price      float64
		size, most int
		want       int
	}{{64_000, 5, 6, 0}, {3_200, 4, 6, 1}, {150, 3, 6, 2}, {0.2, 0, 8, 5}, {0.2, 5, 6, 1}, {1, 2, 8, 4}, {250_000, 0, 6, 0}} {
		if got := hyperliquidPriced(pair{Price: c.price, SizeDecimals: c.size}, c.most).PriceDecimals; got != c.want {
			t.Errorf("%v: %d, want %d", c, got, c.want)
		}
	}
	for x, want := range map[float64]string{0: "0.0", 100: "100.0", 1.5: "1.5", 0.25: "0.25", 1200: "1200.0"} {
		if got := hyperliquidNumber(x, 4); got != want {
			t.Errorf("%g: %s, want %s", x, got, want)
		}
	}
}
