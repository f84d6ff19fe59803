package sim

import (
	"strings"
	"time"
)

func bybitTime(v *bybit, _ bybitCall) (any, *bybitError) {
	return moments(v.now()).json(`{"timeSecond":"$seconds","timeNano":"$ns"}`), nil
}

func bybitStatus(*bybit, bybitCall) (any, *bybitError) { return jsonOf(`{"list":[]}`), nil }

// bybitBad refuses a parameter.
//
//go:noinline
func bybitBad(msg string) *bybitError { return &bybitError{200, 10001, msg} }

// bybitSelect returns the pairs that a category has and a request asks for.
// The spot pairs with USDT as quote also exist as perpetual contracts.
func bybitSelect(c bybitCall) (category string, selected []pair, refusal *bybitError) {
	category = param(c.params, "category")
	symbol, base := param(c.params, "symbol"), param(c.params, "baseCoin")
	switch category {
	case "spot", "linear", "inverse", "option":
	default:
		return "", nil, bybitBad("params error: Category is invalid")
	}
	selected = []pair{}
	for _, p := range bybitPairs(category) {
		if (symbol == "" || symbol == p.symbol()) && (base == "" || base == p.Base) {
			selected = append(selected, p)
		}
	}
	if symbol != "" && len(selected) == 0 {
		return "", nil, bybitBad("Not supported symbols")
	}
	return category, selected, nil
}

func bybitPairs(category string) []pair {
	var list []pair
	for _, p := range pairs() {
		switch {
		case category == "spot", category == "linear" && p.Quote == "USDT":
			list = append(list, p)
		case category == "inverse" && p.Quote == "USDT" && p.Base != "SOL":
			p.Quote = "USD"
			list = append(list, p)
		}
	}
	return list
}

// bybitOne returns the pair of an endpoint that must be told one.
func bybitOne(c bybitCall) (category string, p pair, refusal *bybitError) {
	if param(c.params, "symbol") == "" {
		return "", pair{}, bybitBad("params error: symbol is missing")
	}
	category, selected, refusal := bybitSelect(c)
	if refusal != nil {
		return "", pair{}, refusal
	}
	return category, selected[0], nil
}

// What lists of pairs come in.
const (
	bybitListed = `{"category":"$category","list":$list}`
	bybitPaged  = `{"category":"$category","list":$list,"nextPageCursor":""}`
)

// bybitList makes an endpoint that answers with a text for each selected pair:
// one for spot pairs, one for contracts, which may ask for the kind of contract
// and for the coin that it settles in. Not inlined: each copy would have a
// closure of its own.
//
//go:noinline
func bybitList(answer, spot, contract string) func(*bybit, bybitCall) (any, *bybitError) {
	return func(v *bybit, c bybitCall) (any, *bybitError) {
		category, selected, refusal := bybitSelect(c)
		if refusal != nil {
			return nil, refusal
		}
		text := spot
		switch category {
		case "linear":
			text = strings.NewReplacer("${Kind}", "Linear", "$settle", "$quote").Replace(contract)
		case "inverse":
			text = strings.NewReplacer("${Kind}", "Inverse", "$settle", "$base").Replace(contract)
		}
		return figures{"category": category}.with("list", describe(selected, v.now(), text)).json(answer), nil
	}
}

const (
	bybitSpot = `{"symbol":"$symbol","baseCoin":"$base","quoteCoin":"$quote","innovation":"0","status":"Trading","marginTrading":"utaOnly","stTag":"0",
		"lotSizeFilter":{"basePrecision":"$step","quotePrecision":"0.0000001","minOrderQty":"$step","maxOrderQty":"1000","minOrderAmt":"5",
			"maxOrderAmt":"4000000","maxLimitOrderQty":"1000","maxMarketOrderQty":"500","postOnlyMaxLimitOrderSize":"1000"},
		"priceFilter":{"tickSize":"$tick"},"riskParameters":{"priceLimitRatioX":"0.05","priceLimitRatioY":"0.05"}}`
	bybitContract = `{"symbol":"$symbol","contractType":"${Kind}Perpetual","status":"Trading","baseCoin":"$base","quoteCoin":"$quote",
		"settleCoin":"$settle","symbolType":"","launchTime":"1585526400000","deliveryTime":"0","deliveryFeeRate":"","priceScale":"$pricePlaces",
		"leverageFilter":{"minLeverage":"1","maxLeverage":"100.00","leverageStep":"0.01"},
		"priceFilter":{"minPrice":"$tick","maxPrice":"1999999.80","tickSize":"$tick"},
		"lotSizeFilter":{"maxOrderQty":"1190.000","minOrderQty":"$step","qtyStep":"$step","postOnlyMaxOrderQty":"1190.000",
			"maxMktOrderQty":"500.000","minNotionalValue":"5"},
		"unifiedMarginTrade":true,"fundingInterval":480,"copyTrading":"both","upperFundingRate":"0.00375","lowerFundingRate":"-0.00375",
		"isPreListing":false,"preListingInfo":null}`
	bybitDay = `{"symbol":"$symbol","bid1Price":"$bid","bid1Size":"$bidSize","ask1Price":"$ask","ask1Size":"$askSize","lastPrice":"$last",
		"prevPrice24h":"$open","price24hPcnt":"$rise","highPrice24h":"$high","lowPrice24h":"$low","turnover24h":"$turnover","volume24h":"$volume",`
	bybitSpotDay     = bybitDay + `"usdIndexPrice":"$last"}`
	bybitContractDay = bybitDay + `"indexPrice":"$last","markPrice":"$last","prevPrice1h":"$last","openInterest":"$volume",
		"openInterestValue":"$turnover","fundingRate":"0.0001","fundingIntervalHour":"8","nextFundingTime":"$funding","deliveryTime":"0",
		"deliveryFeeRate":"","basis":"","basisRate":"","predictedDeliveryPrice":""}`
)

func bybitOrderBook(v *bybit, c bybitCall) (any, *bybitError) {
	category, p, refusal := bybitOne(c)
	if refusal != nil {
		return nil, refusal
	}
	usual, most := 25, 500
	if category == "spot" {
		usual, most = 1, 200
	}
	bids, asks := p.depth(v.now(), boundedInt(param(c.params, "limit"), usual, most))
	now := inMillis(v.now())
	return jsonOf(`{"s":?,"b":?,"a":?,"ts":?,"u":230704,"seq":1432604333,"cts":?}`, p.symbol(), bids, asks, now, now), nil
}

func bybitTrades(v *bybit, c bybitCall) (any, *bybitError) {
	category, p, refusal := bybitOne(c)
	if refusal != nil {
		return nil, refusal
	}
	list := p.trades(v.now(), boundedInt(param(c.params, "limit"), 60, 1000), `{"execId":"$seconds","symbol":"$symbol","price":"$price","size":"$size",
		"side":"$Side","time":"$ms","isBlockTrade":false,"isRPITrade":false}`)
	return jsonOf(`{"category":?,"list":?}`, category, list), nil
}

var bybitIntervals = table[time.Duration]{
	{"1", time.Minute}, {"5", 5 * time.Minute}, {"15", 15 * time.Minute}, {"60", time.Hour}, {"240", 4 * time.Hour}, {"D", day},
}

// bybitKlines lists candles, the newest first.
func bybitKlines(v *bybit, c bybitCall) (any, *bybitError) {
	category, p, refusal := bybitOne(c)
	if refusal != nil {
		return nil, refusal
	}
	width, ok := bybitIntervals.of(param(c.params, "interval"))
	if !ok {
		return nil, bybitBad("Invalid period!")
	}
	list := p.candles(v.now(), width, boundedInt(param(c.params, "limit"), 200, 1000), `["$ms","$open","$high","$low","$close","$volume","$turnover"]`)
	return jsonOf(`{"category":?,"symbol":?,"list":?}`, category, p.symbol(), list), nil
}
