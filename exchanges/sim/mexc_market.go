package sim

import (
	"slices"
	"time"
)

var mexcMarketRoutes = []mexcRoute{
	{"GET /api/v3/ping", "", mexcPing},
	{"GET /api/v3/time", "", (*mexc).serverTime},
	{"GET /api/v3/defaultSymbols", "", mexcSelfSymbols},
	{"GET /api/v3/exchangeInfo", "", (*mexc).exchangeInfo},
	{"GET /api/v3/depth", "", (*mexc).depth},
	{"GET /api/v3/klines", "", (*mexc).klines},
	{"GET /api/v3/avgPrice", "", (*mexc).averagePrice},
	{"GET /api/v3/ticker/24hr", "", byMexcSymbol(mexcDay)},
	{"GET /api/v3/ticker/price", "", byMexcSymbol(binancePrice)}, // the two are the same there
	{"GET /api/v3/ticker/bookTicker", "", byMexcSymbol(binanceBookTicker)},
}

func mexcPing(*mexc, mexcCall) (any, *mexcRefusal) { return jsonOf(`{}`), nil }

func (v *mexc) serverTime(mexcCall) (any, *mexcRefusal) {
	return jsonOf(`{"serverTime":?}`, inMillis(v.now())), nil
}

// pair returns the pair that a request names.
func (c mexcCall) pair() (pair, *mexcRefusal) {
	name := param(c.params, "symbol")
	if name == "" {
		return pair{}, mexcMissing("symbol")
	}
	p, ok := findPair(name)
	if !ok {
		return pair{}, mexcSays(-1121, "Invalid symbol.")
	}
	return p, nil
}

// pairs returns the pair that a request names, or all of them, and whether it
// named one.
func (c mexcCall) pairs() (selected []pair, single bool, refusal *mexcRefusal) {
	if param(c.params, "symbol") == "" {
		return pairs(), false, nil
	}
	p, refusal := c.pair()
	return []pair{p}, true, refusal
}

// byMexcSymbol makes an endpoint that writes a text for one symbol, and a list
// of them otherwise. Not inlined: each copy would have a closure of its own.
//
//go:noinline
func byMexcSymbol(text string) func(*mexc, mexcCall) (any, *mexcRefusal) {
	return func(v *mexc, c mexcCall) (any, *mexcRefusal) {
		selected, single, refusal := c.pairs()
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

const mexcDay = `{"symbol":"$symbol","priceChange":"$change","priceChangePercent":"$rise","prevClosePrice":"$open","lastPrice":"$last",
	"bidPrice":"$bid","bidQty":"$bidSize","askPrice":"$ask","askQty":"$askSize","openPrice":"$open","highPrice":"$high","lowPrice":"$low",
	"volume":"$volume","quoteVolume":"$turnover","openTime":$dayAgo,"closeTime":$ms,"count":null}`

func (v *mexc) averagePrice(c mexcCall) (any, *mexcRefusal) {
	p, refusal := c.pair()
	if refusal != nil {
		return nil, refusal
	}
	return p.figures(v.now()).json(`{"mins":5,"price":"$last"}`), nil
}

func (v *mexc) depth(c mexcCall) (any, *mexcRefusal) {
	p, refusal := c.pair()
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(param(c.params, "limit"), 100, 5000))
	return jsonOf(`{"lastUpdateId":?,"bids":?,"asks":?,"timestamp":?}`, inMillis(v.now()), bids, asks, inMillis(v.now())), nil
}

var mexcIntervals = table[time.Duration]{
	{"1m", time.Minute}, {"5m", 5 * time.Minute}, {"15m", 15 * time.Minute}, {"30m", 30 * time.Minute}, {"60m", time.Hour}, {"4h", 4 * time.Hour}, {"1d", day},
}

func (v *mexc) klines(c mexcCall) (any, *mexcRefusal) {
	p, refusal := c.pair()
	if refusal != nil {
		return nil, refusal
	}
	span, ok := mexcIntervals.of(param(c.params, "interval"))
	if !ok {
		return nil, mexcSays(-1121, "Invalid interval.")
	}
	rows := p.candles(v.now(), span, boundedInt(param(c.params, "limit"), 500, 1000), `[$ms,"$open","$high","$low","$close","$volume",$next,"$turnover"]`)
	slices.Reverse(rows)
	return rows, nil
}

func (v *mexc) exchangeInfo(c mexcCall) (any, *mexcRefusal) {
	selected, _, refusal := c.pairs()
	if refusal != nil {
		return nil, refusal
	}
	return moments(v.now()).with("symbols", describe(selected, v.now(), mexcSymbol)).json(
		`{"timezone":"CST","serverTime":$ms,"rateLimits":[],"exchangeFilters":[],"symbols":$symbols}`), nil
}

const mexcSymbol = `{"symbol":"$symbol","status":"1","baseAsset":"$base","baseAssetPrecision":$sizePlaces,"quoteAsset":"$quote",
	"quotePrecision":$pricePlaces,"quoteAssetPrecision":$pricePlaces,"baseCommissionPrecision":$sizePlaces,
	"quoteCommissionPrecision":$pricePlaces,"orderTypes":["LIMIT","MARKET","LIMIT_MAKER","IMMEDIATE_OR_CANCEL","FILL_OR_KILL"],
	"isSpotTradingAllowed":true,"isMarginTradingAllowed":false,"quoteAmountPrecision":"1","baseSizePrecision":"$step",
	"permissions":["SPOT"],"filters":[],"maxQuoteAmount":"5000000","makerCommission":"0","takerCommission":"0.0005",
	"quoteAmountPrecisionMarket":"1","maxQuoteAmountMarket":"100000","fullName":"$base","tradeSideType":1}`

// What follows is the futures API, whose names have a line in them and whose
// prices are numbers.

var mexcFuturesRoutes = []mexcRoute{
	{"GET /api/v1/contract/ping", "", (*mexc).futuresTime},
	{"GET /api/v1/contract/detail", "", (*mexc).contracts},
	{"GET /api/v1/contract/ticker", "", (*mexc).contractTickers},
	{"GET /api/v1/contract/depth/{symbol}", "", (*mexc).contractDepth},
	{"GET /api/v1/private/account/assets", "CONTRACT_ACCOUNT_READ", mexcFuturesAssets},
	{"GET /api/v1/private/position/open_positions", "CONTRACT_DEAL_READ", mexcNothing},
	{"POST /api/v1/private/order/submit", "CONTRACT_DEAL_WRITE", mexcNever(1002, "Contract not allow place order!")},
}

func (v *mexc) futuresTime(mexcCall) (any, *mexcRefusal) { return inMillis(v.now()), nil }

// mexcContract returns the contract of a name.
func mexcContract(name string) (pair, *mexcRefusal) {
	p, ok := pairOf(perpetuals(), name, gateSymbol)
	if !ok {
		return pair{}, mexcSays(1001, "Contract does not exist")
	}
	return p, nil
}

func (v *mexc) contracts(mexcCall) (any, *mexcRefusal) {
	return describe(perpetuals(), v.now(), `{"symbol":"${base}_$quote","displayNameEn":"${base}_$quote SWAP","positionOpenType":3,"baseCoin":"$base",
		"quoteCoin":"$quote","settleCoin":"$quote","contractSize":0.0001,"minLeverage":1,"maxLeverage":125,"priceScale":$pricePlaces,"volScale":0,
		"amountScale":4,"priceUnit":$tick,"volUnit":1,"minVol":1,"maxVol":1000000,"takerFeeRate":0.0004,"makerFeeRate":0.0001,
		"maintenanceMarginRate":0.004,"initialMarginRate":0.008,"state":0,"isNew":false,"isHot":false,"isHidden":false}`), nil
}

func (v *mexc) contractTickers(c mexcCall) (any, *mexcRefusal) {
	const text = `{"symbol":"${base}_$quote","lastPrice":$last,"bid1":$bid,"ask1":$ask,"volume24":1000000,"amount24":$turnover,"holdVol":500000,
		"lower24Price":$low,"high24Price":$high,"riseFallRate":$rise,"riseFallValue":$change,"indexPrice":$last,"fairPrice":$last,
		"fundingRate":0.0001,"maxBidPrice":$high,"minAskPrice":$low,"timestamp":$ms}`
	name := param(c.params, "symbol")
	if name != "" {
		p, refusal := mexcContract(name)
		return p.figures(v.now()).json(text), refusal
	}
	return describe(perpetuals(), v.now(), text), nil
}

func (v *mexc) contractDepth(c mexcCall) (any, *mexcRefusal) {
	p, refusal := mexcContract(segment(c.Request, "symbol"))
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.book(v.now(), boundedInt(param(c.params, "limit"), 100, 1000), `[$price,${lots}00,1]`)
	return jsonOf(`{"bids":?,"asks":?,"version":?,"timestamp":?}`, bids, asks, v.now().Unix(), inMillis(v.now())), nil
}
