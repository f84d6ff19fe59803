package sim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func bitgetTime(v *bitget, _ bitgetCall) (any, *bitgetError) {
	return jsonOf(`{"serverTime":?}`, strconv.FormatInt(inMillis(v.now()), 10)), nil
}

// bitgetKinds are the products that can be asked for. Of those that begin with
// S, for play money, there are none here.
var bitgetKinds = []string{"USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES"}

var errBitgetSymbol = &bitgetError{http.StatusBadRequest, "40034", "Parameter does not exist"}

// bitgetPairs returns what is traded as a product; contracts are named as the
// spot pairs are.
func bitgetPairs(kind string) []pair {
	var list []pair
	for _, p := range pairs() {
		switch {
		case kind == "SPOT", kind == "USDT-FUTURES" && p.Quote == "USDT":
			list = append(list, p)
		case kind == "COIN-FUTURES" && p.Quote == "USDT" && p.Base != "SOL":
			p.Quote = "USD"
			list = append(list, p)
		}
	}
	return list
}

// bitgetSelect returns the pairs of a product that a request wants.
func bitgetSelect(c bitgetCall, kind string) ([]pair, *bitgetError) {
	symbol, list := param(c.query, "symbol"), bitgetPairs(kind)
	if symbol == "" {
		return list, nil
	}
	i := slices.IndexFunc(list, func(p pair) bool { return p.symbol() == symbol })
	if i < 0 {
		return nil, errBitgetSymbol
	}
	return list[i : i+1], nil
}

// bitgetOne returns the pair of an endpoint that must be told one.
func bitgetOne(c bitgetCall, kind string) (pair, *bitgetError) {
	if param(c.query, "symbol") == "" {
		return pair{}, bitgetRefusal("40019", "Parameter symbol cannot be empty")
	}
	list, refusal := bitgetSelect(c, kind)
	if refusal != nil {
		return pair{}, refusal
	}
	return list[0], nil
}

// kind returns the product that a request names.
func (c bitgetCall) kind(name string, known []string) (string, *bitgetError) {
	kind := param(c.query, name)
	switch {
	case kind == "":
		return "", bitgetRefusal("40019", "Parameter "+name+" cannot be empty")
	case !contains(known, kind):
		return "", bitgetBad(name)
	}
	return kind, nil
}

// list answers with a text for each selected pair.
func (v *bitget) list(c bitgetCall, kind, text string) (any, *bitgetError) {
	selected, refusal := bitgetSelect(c, kind)
	return describe(selected, v.now(), text), refusal
}

// bitgetSpots makes an endpoint that answers with a text for each selected
// spot pair, bitgetMix one for contracts.
//
//go:noinline // it has many callers
func bitgetSpots(text string) func(*bitget, bitgetCall) (any, *bitgetError) {
	return func(v *bitget, c bitgetCall) (any, *bitgetError) { return v.list(c, "SPOT", text) }
}

//go:noinline // it has many callers
func bitgetMix(text string) func(*bitget, bitgetCall) (any, *bitgetError) {
	return func(v *bitget, c bitgetCall) (any, *bitgetError) {
		kind, refusal := c.kind("productType", bitgetKinds)
		if refusal != nil {
			return nil, refusal
		}
		return v.list(c, kind, strings.Replace(text, "$margin", bitgetMargin(kind), 1))
	}
}

// bitgetMargin returns the figure that the margin of contracts is in.
func bitgetMargin(kind string) string {
	if kind == "COIN-FUTURES" {
		return "$base"
	}
	return "$quote"
}

func bitgetCoins(v *bitget, _ bitgetCall) (any, *bitgetError) {
	return perAsset(v.account.assets(), "", `{"coinId":"$number","coin":"$asset","transfer":"true","areaCoin":"no","chains":[{"chain":"ERC20",
		"needTag":"false","withdrawable":"true","rechargeable":"true","withdrawFee":"0.001","extraWithdrawFee":"0","depositConfirm":"6",
		"withdrawConfirm":"64","minDepositAmount":"0.0001","minWithdrawAmount":"0.002","browserUrl":"","contractAddress":"",
		"withdrawStep":"0","withdrawMinScale":"8","congestion":"normal"}]}`), nil
}

// What v2 tells of pairs, of contracts, and of their last day. The tickers of
// contracts have more than those of spot, and call the first price otherwise.
const (
	bitgetSymbol = `{"symbol":"$symbol","baseCoin":"$base","quoteCoin":"$quote","minTradeAmount":"0","maxTradeAmount":"900000000000000000000",
		"takerFeeRate":"0.002","makerFeeRate":"0.002","pricePrecision":"$pricePlaces","quantityPrecision":"$sizePlaces","quotePrecision":"8",
		"status":"online","minTradeUSDT":"1","buyLimitPriceRatio":"0.05","sellLimitPriceRatio":"0.05","areaSymbol":"no","orderQuantity":"200",
		"openTime":"1532454360000","offTime":""}`
	bitgetMarginPair = `{"symbol":"$symbol","baseCoin":"$base","quoteCoin":"$quote","maxCrossedLeverage":"3","maxIsolatedLeverage":"10",
		"warningRiskRatio":"0.8","liquidationRiskRatio":"1","minTradeAmount":"0.0001","maxTradeAmount":"10000","takerFeeRate":"0.001",
		"makerFeeRate":"0.001","pricePrecision":"$pricePlaces","quantityPrecision":"$sizePlaces","minTradeUSDT":"5","isBorrowable":true,
		"userMinBorrow":"0.00000001","status":"1","isIsolatedBaseBorrowable":true,"isIsolatedQuoteBorrowable":true,"isCrossBorrowable":true}`
	bitgetContract = `{"symbol":"$symbol","baseCoin":"$base","quoteCoin":"$quote","buyLimitPriceRatio":"0.05","sellLimitPriceRatio":"0.05",
		"feeRateUpRatio":"0.005","makerFeeRate":"0.0002","takerFeeRate":"0.0006","openCostUpRatio":"0.01","supportMarginCoins":["$margin"],
		"minTradeNum":"$step","priceEndStep":"1","volumePlace":"$sizePlaces","pricePlace":"$pricePlaces","sizeMultiplier":"$step",
		"symbolType":"perpetual","minTradeUSDT":"5","maxSymbolOrderNum":"200","maxProductOrderNum":"1000","maxPositionNum":"150",
		"symbolStatus":"normal","offTime":"-1","limitOpenTime":"-1","deliveryTime":"","deliveryStartTime":"","deliveryPeriod":"",
		"launchTime":"","fundInterval":"8","minLever":"1","maxLever":"125","posLimit":"0.1","maintainTime":"","maxMarketOrderQty":"220",
		"maxOrderQty":"1200"}`
	bitgetDay = `{"symbol":"$symbol","high24h":"$high","low24h":"$low","lastPr":"$last","quoteVolume":"$turnover","baseVolume":"$volume",
		"usdtVolume":"$turnover","bidPr":"$bid","bidSz":"$bidSize","askPr":"$ask","askSz":"$askSize","openUtc":"$open","ts":"$ms",
		"changeUtc24h":"$rise","change24h":"$rise",`
	bitgetSpotDay = bitgetDay + `"open":"$open"}`
	bitgetMixDay  = bitgetDay + `"open24h":"$open","indexPrice":"$last","markPrice":"$last","fundingRate":"0.0001","holdingAmount":"$volume",
		"deliveryStartTime":null,"deliveryTime":null,"deliveryStatus":""}`
)

// bitgetMixTicker answers with the list of one contract.
func bitgetMixTicker(v *bitget, c bitgetCall) (any, *bitgetError) {
	kind, refusal := c.kind("productType", bitgetKinds)
	if refusal != nil {
		return nil, refusal
	}
	if _, refusal := bitgetOne(c, kind); refusal != nil {
		return nil, refusal
	}
	return v.list(c, kind, bitgetMixDay)
}

// depthOf answers with an order book whose sides have these names.
func (v *bitget) depthOf(c bitgetCall, kind string, usual, most int, bidsName, asksName string) (any, *bitgetError) {
	p, refusal := bitgetOne(c, kind)
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(param(c.query, "limit"), usual, most))
	return jsonOf(`{?:?,?:?,"ts":?}`, bidsName, bids, asksName, asks, strconv.FormatInt(inMillis(v.now()), 10)), nil
}

func bitgetSpotBook(v *bitget, c bitgetCall) (any, *bitgetError) {
	return v.depthOf(c, "SPOT", 150, 150, "bids", "asks")
}

func bitgetMixBook(v *bitget, c bitgetCall) (any, *bitgetError) {
	kind, refusal := c.kind("productType", bitgetKinds)
	if refusal != nil {
		return nil, refusal
	}
	return v.depthOf(c, kind, 100, 500, "bids", "asks")
}
