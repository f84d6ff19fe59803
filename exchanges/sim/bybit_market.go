package sim

import (
	"strconv"
	"time"
)

func bybitTime(v *bybit, _ bybitCall) (any, *bybitError) {
	now := v.now()
	return object{"timeSecond": strconv.FormatInt(now.Unix(), 10), "timeNano": strconv.FormatInt(now.UnixNano(), 10)}, nil
}

func bybitStatus(*bybit, bybitCall) (any, *bybitError) { return object{"list": []any{}}, nil }

func bybitBad(msg string) *bybitError { return &bybitError{200, 10001, msg} }

// bybitSelect returns the pairs that a category has and a request asks for.
// The spot pairs with USDT as quote also exist as perpetual contracts.
func bybitSelect(c bybitCall) (category string, selected []pair, refusal *bybitError) {
	category = c.params.Get("category")
	symbol, base := c.params.Get("symbol"), c.params.Get("baseCoin")
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
	if c.params.Get("symbol") == "" {
		return "", pair{}, bybitBad("params error: symbol is missing")
	}
	category, selected, refusal := bybitSelect(c)
	if refusal != nil {
		return "", pair{}, refusal
	}
	return category, selected[0], nil
}

func bybitInstruments(_ *bybit, c bybitCall) (any, *bybitError) {
	category, selected, refusal := bybitSelect(c)
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, len(selected))
	for i, p := range selected {
		if category == "spot" {
			list[i] = bybitSpot(p)
		} else {
			list[i] = bybitContract(category, p)
		}
	}
	return object{"category": category, "list": list, "nextPageCursor": ""}, nil
}

func bybitSpot(p pair) object {
	return object{
		"symbol": p.symbol(), "baseCoin": p.Base, "quoteCoin": p.Quote, "innovation": "0", "status": "Trading", "marginTrading": "utaOnly", "stTag": "0",
		"lotSizeFilter": object{
			"basePrecision": p.step(), "quotePrecision": "0.0000001", "minOrderQty": p.step(), "maxOrderQty": "1000", "minOrderAmt": "5", "maxOrderAmt": "4000000",
			"maxLimitOrderQty": "1000", "maxMarketOrderQty": "500", "postOnlyMaxLimitOrderSize": "1000",
		},
		"priceFilter":    object{"tickSize": p.tick()},
		"riskParameters": object{"priceLimitRatioX": "0.05", "priceLimitRatioY": "0.05"},
	}
}

func bybitContract(category string, p pair) object {
	kind, settle := "LinearPerpetual", p.Quote
	if category == "inverse" {
		kind, settle = "InversePerpetual", p.Base
	}
	return object{
		"symbol": p.symbol(), "contractType": kind, "status": "Trading", "baseCoin": p.Base, "quoteCoin": p.Quote, "settleCoin": settle, "symbolType": "",
		"launchTime": "1585526400000", "deliveryTime": "0", "deliveryFeeRate": "", "priceScale": strconv.Itoa(p.PriceDecimals),
		"leverageFilter": object{"minLeverage": "1", "maxLeverage": "100.00", "leverageStep": "0.01"},
		"priceFilter":    object{"minPrice": p.tick(), "maxPrice": "1999999.80", "tickSize": p.tick()},
		"lotSizeFilter": object{
			"maxOrderQty": "1190.000", "minOrderQty": p.step(), "qtyStep": p.step(), "postOnlyMaxOrderQty": "1190.000",
			"maxMktOrderQty": "500.000", "minNotionalValue": "5",
		},
		"unifiedMarginTrade": true, "fundingInterval": 480, "copyTrading": "both", "upperFundingRate": "0.00375", "lowerFundingRate": "-0.00375",
		"isPreListing": false, "preListingInfo": nil,
	}
}

func bybitTickers(v *bybit, c bybitCall) (any, *bybitError) {
	category, selected, refusal := bybitSelect(c)
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, len(selected))
	for i, p := range selected {
		list[i] = bybitTicker(category, p, v.now())
	}
	return object{"category": category, "list": list}, nil
}

func bybitTicker(category string, p pair, now time.Time) object {
	last, before := p.at(now), p.at(now.Add(-day))
	bids, asks := p.depth(now, 1)
	t := object{
		"symbol": p.symbol(), "bid1Price": bids[0][0], "bid1Size": bids[0][1], "ask1Price": asks[0][0], "ask1Size": asks[0][1],
		"lastPrice": p.price(last), "prevPrice24h": p.price(before), "price24hPcnt": decimal(last/before-1, 4),
		"highPrice24h": p.price(p.Price * 1.01), "lowPrice24h": p.price(p.Price * 0.99),
		"turnover24h": decimal(1000*p.Price, 2), "volume24h": p.size(1000),
	}
	if category == "spot" {
		t["usdIndexPrice"] = p.price(last)
		return t
	}
	for _, name := range []string{"indexPrice", "markPrice", "prevPrice1h"} {
		t[name] = p.price(last)
	}
	t["openInterest"], t["openInterestValue"] = p.size(500), decimal(500*p.Price, 2)
	t["fundingRate"], t["fundingIntervalHour"] = "0.0001", "8"
	t["nextFundingTime"] = strconv.FormatInt(now.Truncate(8*time.Hour).Add(8*time.Hour).UnixMilli(), 10)
	t["deliveryTime"], t["deliveryFeeRate"], t["basis"], t["basisRate"], t["predictedDeliveryPrice"] = "0", "", "", "", ""
	return t
}

func bybitOrderBook(v *bybit, c bybitCall) (any, *bybitError) {
	category, p, refusal := bybitOne(c)
	if refusal != nil {
		return nil, refusal
	}
	usual, most := 25, 500
	if category == "spot" {
		usual, most = 1, 200
	}
	bids, asks := p.depth(v.now(), boundedInt(c.params.Get("limit"), usual, most))
	now := v.now().UnixMilli()
	return object{"s": p.symbol(), "b": bids, "a": asks, "ts": now, "u": 230704, "seq": 1432604333, "cts": now}, nil
}

func bybitTrades(v *bybit, c bybitCall) (any, *bybitError) {
	category, p, refusal := bybitOne(c)
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, boundedInt(c.params.Get("limit"), 60, 1000))
	for i := range list {
		at := v.now().Add(-time.Duration(i) * time.Second)
		list[i] = object{
			"execId": strconv.FormatInt(at.Unix(), 10), "symbol": p.symbol(), "price": p.price(p.at(at)), "size": p.size(0.5),
			"side": [...]string{"Buy", "Sell"}[i%2], "time": strconv.FormatInt(at.UnixMilli(), 10), "isBlockTrade": false, "isRPITrade": false,
		}
	}
	return object{"category": category, "list": list}, nil
}

var bybitIntervals = map[string]time.Duration{
	"1": time.Minute, "5": 5 * time.Minute, "15": 15 * time.Minute, "60": time.Hour, "240": 4 * time.Hour, "D": day,
}

// bybitKlines lists candles, the newest first.
func bybitKlines(v *bybit, c bybitCall) (any, *bybitError) {
	category, p, refusal := bybitOne(c)
	if refusal != nil {
		return nil, refusal
	}
	width, ok := bybitIntervals[c.params.Get("interval")]
	if !ok {
		return nil, bybitBad("Invalid period!")
	}
	list := make([][]string, boundedInt(c.params.Get("limit"), 200, 1000))
	for i := range list {
		open := v.now().Truncate(width).Add(-time.Duration(i) * width)
		first, last := p.at(open), p.at(open.Add(width))
		list[i] = []string{
			strconv.FormatInt(open.UnixMilli(), 10), p.price(first), p.price(max(first, last)), p.price(min(first, last)), p.price(last),
			p.size(10), decimal(10*p.Price, 2),
		}
	}
	return object{"category": category, "symbol": p.symbol(), "list": list}, nil
}
