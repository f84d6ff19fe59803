package sim

import (
	"encoding/json"
	"time"
)

// binanceSpotRoutes are the endpoints that every environment has.
func binanceSpotRoutes() map[string]binanceRoute {
	return map[string]binanceRoute{
		"GET /api/v3/ping":              {needNothing, 1, binancePing},
		"GET /api/v3/time":              {needNothing, 1, binanceTime},
		"GET /api/v3/exchangeInfo":      {needNothing, 20, binanceExchangeInfo},
		"GET /api/v3/depth":             {needNothing, 5, binanceDepth},
		"GET /api/v3/trades":            {needNothing, 25, binanceTrades},
		"GET /api/v3/aggTrades":         {needNothing, 4, binanceAggregates},
		"GET /api/v3/klines":            {needNothing, 2, binanceKlines},
		"GET /api/v3/avgPrice":          {needNothing, 2, binanceAveragePrice},
		"GET /api/v3/ticker/24hr":       {needNothing, 2, perSymbol(binanceTicker)},
		"GET /api/v3/ticker/price":      {needNothing, 2, perSymbol(binancePrice)},
		"GET /api/v3/ticker/bookTicker": {needNothing, 2, perSymbol(binanceBookTicker)},
		"GET /api/v3/account":           {"enableReading", 20, binanceAccount},
		"GET /api/v3/openOrders":        {"enableReading", 6, binanceNone},
		"GET /api/v3/allOrders":         {"enableReading", 20, binanceNoneOfSymbol},
		"GET /api/v3/myTrades":          {"enableReading", 20, binanceNoneOfSymbol},
		"POST /api/v3/order/test":       {"enableSpotAndMarginTrading", 1, binanceTestOrder},
	}
}

func binancePing(*binance, binanceCall) (any, *binanceError) { return object{}, nil }

func binanceTime(v *binance, _ binanceCall) (any, *binanceError) {
	return object{"serverTime": v.now().UnixMilli()}, nil
}

var errBinanceSymbol = &binanceError{400, -1121, "Invalid symbol."}

// binanceSelect returns the pairs that a request names with symbol or
// symbols, all of them when it names none, and whether it named a single one.
func binanceSelect(c binanceCall) (selected []pair, single bool, refusal *binanceError) {
	names := []string{}
	if list := c.params.Get("symbols"); list != "" {
		if json.Unmarshal([]byte(list), &names) != nil {
			return nil, false, &binanceError{400, -1100, "Illegal characters found in parameter 'symbols'."}
		}
	} else if one := c.params.Get("symbol"); one != "" {
		names, single = append(names, one), true
	}
	if len(names) == 0 {
		return pairs(), false, nil
	}
	for _, name := range names {
		p, ok := findPair(name)
		if !ok {
			return nil, false, errBinanceSymbol
		}
		selected = append(selected, p)
	}
	return selected, single, nil
}

// binanceOne returns the pair of an endpoint that must be told one.
func binanceOne(c binanceCall) (pair, *binanceError) {
	if c.params.Get("symbol") == "" {
		return pair{}, missing("symbol")
	}
	p, ok := findPair(c.params.Get("symbol"))
	if !ok {
		return pair{}, errBinanceSymbol
	}
	return p, nil
}

// perSymbol makes an endpoint that answers one object for one symbol and a
// list otherwise.
func perSymbol(one func(pair, time.Time) object) func(*binance, binanceCall) (any, *binanceError) {
	return func(v *binance, c binanceCall) (any, *binanceError) {
		selected, single, refusal := binanceSelect(c)
		if refusal != nil {
			return nil, refusal
		}
		list := make([]object, len(selected))
		for i, p := range selected {
			list[i] = one(p, v.now())
		}
		if single {
			return list[0], nil
		}
		return list, nil
	}
}

func binanceTicker(p pair, now time.Time) object {
	last, open := p.at(now), p.at(now.Add(-day))
	bids, asks := p.depth(now, 1)
	return object{
		"symbol": p.symbol(), "priceChange": p.price(last - open), "priceChangePercent": decimal((last/open-1)*100, 3),
		"weightedAvgPrice": p.price((last + open) / 2), "prevClosePrice": p.price(open), "lastPrice": p.price(last), "lastQty": p.size(1),
		"bidPrice": bids[0][0], "bidQty": bids[0][1], "askPrice": asks[0][0], "askQty": asks[0][1],
		"openPrice": p.price(open), "highPrice": p.price(p.Price * 1.01), "lowPrice": p.price(p.Price * 0.99),
		"volume": p.size(1000), "quoteVolume": decimal(1000*p.Price, 2),
		"openTime": now.Add(-day).UnixMilli(), "closeTime": now.UnixMilli(), "firstId": 1, "lastId": 1000, "count": 1000,
	}
}

func binancePrice(p pair, now time.Time) object {
	return object{"symbol": p.symbol(), "price": p.price(p.at(now))}
}

func binanceBookTicker(p pair, now time.Time) object {
	bids, asks := p.depth(now, 1)
	return object{"symbol": p.symbol(), "bidPrice": bids[0][0], "bidQty": bids[0][1], "askPrice": asks[0][0], "askQty": asks[0][1]}
}

func binanceAveragePrice(v *binance, c binanceCall) (any, *binanceError) {
	p, refusal := binanceOne(c)
	if refusal != nil {
		return nil, refusal
	}
	return object{"mins": 5, "price": p.price(p.at(v.now())), "closeTime": v.now().UnixMilli()}, nil
}

func binanceDepth(v *binance, c binanceCall) (any, *binanceError) {
	p, refusal := binanceOne(c)
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(c.params.Get("limit"), 100, 5000))
	return object{"lastUpdateId": v.now().UnixMilli(), "bids": bids, "asks": asks}, nil
}

func binanceTrades(v *binance, c binanceCall) (any, *binanceError) {
	return v.perSecond(c, func(p pair, at time.Time) object {
		return object{
			"id": at.Unix(), "price": p.price(p.at(at)), "qty": p.size(0.5), "quoteQty": p.price(p.at(at) / 2),
			"time": at.UnixMilli(), "isBuyerMaker": at.Unix()%2 == 0, "isBestMatch": true,
		}
	})
}

func binanceAggregates(v *binance, c binanceCall) (any, *binanceError) {
	return v.perSecond(c, func(p pair, at time.Time) object {
		return object{
			"a": at.Unix(), "p": p.price(p.at(at)), "q": p.size(0.5), "f": at.Unix(), "l": at.Unix(),
			"T": at.UnixMilli(), "m": at.Unix()%2 == 0, "M": true,
		}
	})
}

// perSecond lists trades, one a second, the newest last.
func (v *binance) perSecond(c binanceCall, trade func(pair, time.Time) object) (any, *binanceError) {
	p, refusal := binanceOne(c)
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, boundedInt(c.params.Get("limit"), 500, 1000))
	for i := range list {
		list[i] = trade(p, v.now().Add(-time.Duration(len(list)-1-i)*time.Second))
	}
	return list, nil
}

var binanceIntervals = map[string]time.Duration{
	"1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "1h": time.Hour, "4h": 4 * time.Hour, "1d": day,
}

func binanceKlines(v *binance, c binanceCall) (any, *binanceError) {
	p, refusal := binanceOne(c)
	if refusal != nil {
		return nil, refusal
	}
	width, ok := binanceIntervals[c.params.Get("interval")]
	if !ok {
		return nil, &binanceError{400, -1120, "Invalid interval."}
	}
	list := make([][]any, boundedInt(c.params.Get("limit"), 500, 1000))
	for i := range list {
		open := v.now().Truncate(width).Add(-time.Duration(len(list)-1-i) * width)
		first, last := p.at(open), p.at(open.Add(width))
		list[i] = []any{
			open.UnixMilli(), p.price(first), p.price(max(first, last)), p.price(min(first, last)), p.price(last), p.size(10),
			open.Add(width).UnixMilli() - 1, decimal(10*p.Price, 2), 100, p.size(5), decimal(5*p.Price, 2), "0",
		}
	}
	return list, nil
}

func binanceExchangeInfo(v *binance, c binanceCall) (any, *binanceError) {
	selected, _, refusal := binanceSelect(c)
	if refusal != nil {
		return nil, refusal
	}
	symbols := make([]object, len(selected))
	for i, p := range selected {
		symbols[i] = binanceSymbol(p)
	}
	return object{
		"timezone": "UTC", "serverTime": v.now().UnixMilli(), "exchangeFilters": []any{}, "symbols": symbols,
		"rateLimits": []object{
			{"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000},
			{"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 100},
			{"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 61000},
		},
	}, nil
}

func binanceSymbol(p pair) object {
	return object{
		"symbol": p.symbol(), "status": "TRADING", "baseAsset": p.Base, "quoteAsset": p.Quote,
		"baseAssetPrecision": 8, "quotePrecision": 8, "quoteAssetPrecision": 8, "baseCommissionPrecision": 8, "quoteCommissionPrecision": 8,
		"orderTypes":     []string{"LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"},
		"icebergAllowed": true, "ocoAllowed": true, "otoAllowed": true, "quoteOrderQtyMarketAllowed": true,
		"allowTrailingStop": true, "cancelReplaceAllowed": true, "amendAllowed": true,
		"isSpotTradingAllowed": true, "isMarginTradingAllowed": true, "permissions": []string{},
		"permissionSets":                 [][]string{{"SPOT", "MARGIN"}},
		"defaultSelfTradePreventionMode": "EXPIRE_MAKER", "allowedSelfTradePreventionModes": []string{"EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"},
		"filters": binanceFilters(p),
	}
}

func binanceFilters(p pair) []object {
	return []object{
		{"filterType": "PRICE_FILTER", "minPrice": p.tick(), "maxPrice": "1000000.00", "tickSize": p.tick()},
		{"filterType": "LOT_SIZE", "minQty": p.step(), "maxQty": "9000.00000", "stepSize": p.step()},
		{"filterType": "MARKET_LOT_SIZE", "minQty": "0.00000000", "maxQty": "100.00000000", "stepSize": "0.00000000"},
		{"filterType": "NOTIONAL", "minNotional": "5.00000000", "applyMinToMarket": true, "maxNotional": "9000000.00000000", "applyMaxToMarket": false, "avgPriceMins": 5},
		{"filterType": "MAX_NUM_ORDERS", "maxNumOrders": 200},
	}
}
