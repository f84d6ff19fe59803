package sim

import (
	"encoding/json"
	"slices"
	"time"
)

// binanceSpotRoutes are the endpoints that every environment has.
var binanceSpotRoutes = []binanceRoute{
	{"GET /api/v3/ping", needNothing, 1, binancePing},
	{"GET /api/v3/time", needNothing, 1, binanceTime},
	{"GET /api/v3/exchangeInfo", needNothing, 20, binanceExchangeInfo},
	{"GET /api/v3/depth", needNothing, 5, binanceDepth},
	{"GET /api/v3/trades", needNothing, 25, binanceTrades(binanceDeal)},
	{"GET /api/v3/aggTrades", needNothing, 4, binanceTrades(binanceSum)},
	{"GET /api/v3/klines", needNothing, 2, binanceKlines},
	{"GET /api/v3/avgPrice", needNothing, 2, binanceAveragePrice},
	{"GET /api/v3/ticker/24hr", needNothing, 2, perSymbol(binanceDay)},
	{"GET /api/v3/ticker/price", needNothing, 2, perSymbol(binancePrice)},
	{"GET /api/v3/ticker/bookTicker", needNothing, 2, perSymbol(binanceBookTicker)},
	{"GET /api/v3/account", binanceRead, 20, binanceAccount},
	{"GET /api/v3/openOrders", binanceRead, 6, binanceNone},
	{"GET /api/v3/allOrders", binanceRead, 20, binanceNoneOfSymbol},
	{"GET /api/v3/myTrades", binanceRead, 20, binanceNoneOfSymbol},
	{"POST /api/v3/order/test", binanceTrade, 1, binanceTestOrder},
}

func binancePing(*binance, binanceCall) (any, *binanceError) { return jsonOf(`{}`), nil }

func binanceTime(v *binance, _ binanceCall) (any, *binanceError) {
	return jsonOf(`{"serverTime":?}`, inMillis(v.now())), nil
}

var errBinanceSymbol = &binanceError{400, -1121, "Invalid symbol."}

// binanceSelect returns the pairs that a request names with symbol or
// symbols, all of them when it names none, and whether it named a single one.
func binanceSelect(c binanceCall) (selected []pair, single bool, refusal *binanceError) {
	names := []string{}
	if list := param(c.params, "symbols"); list != "" {
		if json.Unmarshal([]byte(list), &names) != nil {
			return nil, false, &binanceError{400, -1100, "Illegal characters found in parameter 'symbols'."}
		}
	} else if one := param(c.params, "symbol"); one != "" {
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
	if param(c.params, "symbol") == "" {
		return pair{}, missing("symbol")
	}
	p, ok := findPair(param(c.params, "symbol"))
	if !ok {
		return pair{}, errBinanceSymbol
	}
	return p, nil
}

// perSymbol makes an endpoint that writes a text for one symbol, and a list of
// them otherwise. Not inlined: each copy would have a closure of its own.
//
//go:noinline
func perSymbol(text string) func(*binance, binanceCall) (any, *binanceError) {
	return func(v *binance, c binanceCall) (any, *binanceError) {
		selected, single, refusal := binanceSelect(c)
		if refusal != nil {
			return nil, refusal
		}
		list := describe(selected, v.now(), text)
		if single {
			return list[0], nil
		}
		return list, nil
	}
}

const (
	binanceDay = `{"symbol":"$symbol","priceChange":"$change","priceChangePercent":"$percent","weightedAvgPrice":"$mean","prevClosePrice":"$open",
		"lastPrice":"$last","lastQty":"$unit","bidPrice":"$bid","bidQty":"$bidSize","askPrice":"$ask","askQty":"$askSize",
		"openPrice":"$open","highPrice":"$high","lowPrice":"$low","volume":"$volume","quoteVolume":"$turnover",
		"openTime":$dayAgo,"closeTime":$ms,"firstId":1,"lastId":1000,"count":1000}`
	binancePrice      = `{"symbol":"$symbol","price":"$last"}`
	binanceBookTicker = `{"symbol":"$symbol","bidPrice":"$bid","bidQty":"$bidSize","askPrice":"$ask","askQty":"$askSize"}`
)

func binanceAveragePrice(v *binance, c binanceCall) (any, *binanceError) {
	p, refusal := binanceOne(c)
	if refusal != nil {
		return nil, refusal
	}
	return p.figures(v.now()).json(`{"mins":5,"price":"$last","closeTime":$ms}`), nil
}

func binanceDepth(v *binance, c binanceCall) (any, *binanceError) {
	p, refusal := binanceOne(c)
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(param(c.params, "limit"), 100, 5000))
	return jsonOf(`{"lastUpdateId":?,"bids":?,"asks":?}`, inMillis(v.now()), bids, asks), nil
}

// binanceTrades makes an endpoint that writes a text for each trade, the newest
// last. Not inlined: each copy would have a closure of its own.
//
//go:noinline
func binanceTrades(text string) func(*binance, binanceCall) (any, *binanceError) {
	return func(v *binance, c binanceCall) (any, *binanceError) {
		p, refusal := binanceOne(c)
		if refusal != nil {
			return nil, refusal
		}
		list := p.trades(v.now(), boundedInt(param(c.params, "limit"), 500, 1000), text)
		slices.Reverse(list)
		return list, nil
	}
}

const (
	binanceDeal = `{"id":$seconds,"price":"$price","qty":"$size","quoteQty":"$worth","time":$ms,"isBuyerMaker":$selling,"isBestMatch":true}`
	binanceSum  = `{"a":$seconds,"p":"$price","q":"$size","f":$seconds,"l":$seconds,"T":$ms,"m":$selling,"M":true}`
)

var binanceIntervals = table[time.Duration]{
	{"1m", time.Minute}, {"5m", 5 * time.Minute}, {"15m", 15 * time.Minute}, {"1h", time.Hour}, {"4h", 4 * time.Hour}, {"1d", day},
}

func binanceKlines(v *binance, c binanceCall) (any, *binanceError) {
	p, refusal := binanceOne(c)
	if refusal != nil {
		return nil, refusal
	}
	width, ok := binanceIntervals.of(param(c.params, "interval"))
	if !ok {
		return nil, &binanceError{400, -1120, "Invalid interval."}
	}
	list := p.candles(v.now(), width, boundedInt(param(c.params, "limit"), 500, 1000),
		`[$ms,"$open","$high","$low","$close","$volume",$end,"$turnover",100,"$half","$worth","0"]`)
	slices.Reverse(list)
	return list, nil
}

func binanceExchangeInfo(v *binance, c binanceCall) (any, *binanceError) {
	selected, _, refusal := binanceSelect(c)
	if refusal != nil {
		return nil, refusal
	}
	return jsonOf(`{"timezone":"UTC","serverTime":?,"exchangeFilters":[],"rateLimits":[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE",
		"intervalNum":1,"limit":6000},{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100},{"rateLimitType":"RAW_REQUESTS",
		"interval":"MINUTE","intervalNum":5,"limit":61000}],"symbols":?}`, inMillis(v.now()), describe(selected, v.now(), binanceSymbol)), nil
}

const (
	binanceLimits = `[{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":6000},
		{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100},
		{"rateLimitType":"RAW_REQUESTS","interval":"MINUTE","intervalNum":5,"limit":61000}]`
	binanceSymbol = `{"symbol":"$symbol","status":"TRADING","baseAsset":"$base","quoteAsset":"$quote","baseAssetPrecision":8,"quotePrecision":8,
		"quoteAssetPrecision":8,"baseCommissionPrecision":8,"quoteCommissionPrecision":8,
		"orderTypes":["LIMIT","LIMIT_MAKER","MARKET","STOP_LOSS_LIMIT","TAKE_PROFIT_LIMIT"],
		"icebergAllowed":true,"ocoAllowed":true,"otoAllowed":true,"quoteOrderQtyMarketAllowed":true,"allowTrailingStop":true,
		"cancelReplaceAllowed":true,"amendAllowed":true,"isSpotTradingAllowed":true,"isMarginTradingAllowed":true,
		"permissions":[],"permissionSets":[["SPOT","MARGIN"]],
		"defaultSelfTradePreventionMode":"EXPIRE_MAKER","allowedSelfTradePreventionModes":["EXPIRE_TAKER","EXPIRE_MAKER","EXPIRE_BOTH"],
		"filters":[{"filterType":"PRICE_FILTER","minPrice":"$tick","maxPrice":"1000000.00","tickSize":"$tick"},
			{"filterType":"LOT_SIZE","minQty":"$step","maxQty":"9000.00000","stepSize":"$step"},
			{"filterType":"MARKET_LOT_SIZE","minQty":"0.00000000","maxQty":"100.00000000","stepSize":"0.00000000"},
			{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,"maxNotional":"9000000.00000000",
				"applyMaxToMarket":false,"avgPriceMins":5},
			{"filterType":"MAX_NUM_ORDERS","maxNumOrders":200}]}`
)
