package sim

import (
	"encoding/json"
	"math"
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
	{"GET /api/v3/ticker/24hr", "", byMexcSymbol(mexcTicker)},
	{"GET /api/v3/ticker/price", "", byMexcSymbol(binancePrice)}, // the two are the same there
	{"GET /api/v3/ticker/bookTicker", "", byMexcSymbol(binanceBookTicker)},
}

func mexcPing(*mexc, mexcCall) (any, *mexcRefusal) { return object{}, nil }

func (v *mexc) serverTime(mexcCall) (any, *mexcRefusal) {
	return object{"serverTime": v.now().UnixMilli()}, nil
}

// pair returns the pair that a request names.
func (c mexcCall) pair() (pair, *mexcRefusal) {
	name := c.params.Get("symbol")
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
	if c.params.Get("symbol") == "" {
		return pairs(), false, nil
	}
	p, refusal := c.pair()
	return []pair{p}, true, refusal
}

// byMexcSymbol makes an endpoint that answers one object for one symbol and a
// list otherwise.
func byMexcSymbol(one func(pair, time.Time) object) func(*mexc, mexcCall) (any, *mexcRefusal) {
	return func(v *mexc, c mexcCall) (any, *mexcRefusal) {
		selected, single, refusal := c.pairs()
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

func mexcTicker(p pair, now time.Time) object {
	last, open := p.at(now), p.at(now.Add(-day))
	bids, asks := p.depth(now, 1)
	return object{
		"symbol": p.symbol(), "priceChange": p.price(last - open), "priceChangePercent": decimal(last/open-1, 6), "prevClosePrice": p.price(open),
		"lastPrice": p.price(last), "bidPrice": bids[0][0], "bidQty": bids[0][1], "askPrice": asks[0][0], "askQty": asks[0][1],
		"openPrice": p.price(open), "highPrice": p.price(p.Price * 1.01), "lowPrice": p.price(p.Price * 0.99),
		"volume": p.size(1000), "quoteVolume": decimal(1000*p.Price, 2), "openTime": now.Add(-day).UnixMilli(), "closeTime": now.UnixMilli(), "count": nil,
	}
}

func (v *mexc) averagePrice(c mexcCall) (any, *mexcRefusal) {
	p, refusal := c.pair()
	if refusal != nil {
		return nil, refusal
	}
	return object{"mins": 5, "price": p.price(p.at(v.now()))}, nil
}

func (v *mexc) depth(c mexcCall) (any, *mexcRefusal) {
	p, refusal := c.pair()
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(c.params.Get("limit"), 100, 5000))
	return object{"lastUpdateId": v.now().UnixMilli(), "bids": bids, "asks": asks, "timestamp": v.now().UnixMilli()}, nil
}

var mexcIntervals = map[string]time.Duration{
	"1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "30m": 30 * time.Minute, "60m": time.Hour, "4h": 4 * time.Hour, "1d": day,
}

func (v *mexc) klines(c mexcCall) (any, *mexcRefusal) {
	p, refusal := c.pair()
	if refusal != nil {
		return nil, refusal
	}
	span, ok := mexcIntervals[c.params.Get("interval")]
	if !ok {
		return nil, mexcSays(-1121, "Invalid interval.")
	}
	rows := [][]any{}
	for _, b := range slices.Backward(p.bars(v.now(), span, boundedInt(c.params.Get("limit"), 500, 1000))) {
		rows = append(rows, []any{
			b.start.UnixMilli(), p.price(b.open), p.price(b.high), p.price(b.low), p.price(b.close), p.size(10), b.start.Add(span).UnixMilli(),
			decimal(10*p.Price, 2),
		})
	}
	return rows, nil
}

func (v *mexc) exchangeInfo(c mexcCall) (any, *mexcRefusal) {
	selected, _, refusal := c.pairs()
	if refusal != nil {
		return nil, refusal
	}
	symbols := make([]object, len(selected))
	for i, p := range selected {
		symbols[i] = object{
			"symbol": p.symbol(), "status": "1", "baseAsset": p.Base, "baseAssetPrecision": p.SizeDecimals, "quoteAsset": p.Quote,
			"quotePrecision": p.PriceDecimals, "quoteAssetPrecision": p.PriceDecimals, "baseCommissionPrecision": p.SizeDecimals,
			"quoteCommissionPrecision": p.PriceDecimals, "orderTypes": []string{"LIMIT", "MARKET", "LIMIT_MAKER", "IMMEDIATE_OR_CANCEL", "FILL_OR_KILL"},
			"isSpotTradingAllowed": true, "isMarginTradingAllowed": false, "quoteAmountPrecision": "1", "baseSizePrecision": p.step(),
			"permissions": []string{"SPOT"}, "filters": []any{}, "maxQuoteAmount": "5000000", "makerCommission": "0", "takerCommission": "0.0005",
			"quoteAmountPrecisionMarket": "1", "maxQuoteAmountMarket": "100000", "fullName": p.Base, "tradeSideType": 1,
		}
	}
	return object{"timezone": "CST", "serverTime": v.now().UnixMilli(), "rateLimits": []any{}, "exchangeFilters": []any{}, "symbols": symbols}, nil
}

// What follows is the futures API, whose names have a line in them and whose
// prices are numbers.

var mexcFuturesRoutes = []mexcRoute{
	{"GET /api/v1/contract/ping", "", (*mexc).futuresTime},
	{"GET /api/v1/contract/detail", "", mexcContracts},
	{"GET /api/v1/contract/ticker", "", (*mexc).contractTickers},
	{"GET /api/v1/contract/depth/{symbol}", "", (*mexc).contractDepth},
	{"GET /api/v1/private/account/assets", "CONTRACT_ACCOUNT_READ", mexcFuturesAssets},
	{"GET /api/v1/private/position/open_positions", "CONTRACT_DEAL_READ", mexcNothing},
	{"POST /api/v1/private/order/submit", "CONTRACT_DEAL_WRITE", mexcNever(1002, "Contract not allow place order!")},
}

func (v *mexc) futuresTime(mexcCall) (any, *mexcRefusal) { return v.now().UnixMilli(), nil }

// mexcContract returns the contract of a name.
func mexcContract(name string) (pair, *mexcRefusal) {
	p, ok := pairOf(perpetuals(), name, gateSymbol)
	if !ok {
		return pair{}, mexcSays(1001, "Contract does not exist")
	}
	return p, nil
}

func mexcContracts(*mexc, mexcCall) (any, *mexcRefusal) {
	list := []object{}
	for _, p := range perpetuals() {
		list = append(list, object{
			"symbol": gateSymbol(p), "displayNameEn": gateSymbol(p) + " SWAP", "positionOpenType": 3, "baseCoin": p.Base, "quoteCoin": p.Quote,
			"settleCoin": p.Quote, "contractSize": 0.0001, "minLeverage": 1, "maxLeverage": 125, "priceScale": p.PriceDecimals, "volScale": 0,
			"amountScale": 4, "priceUnit": math.Pow10(-p.PriceDecimals), "volUnit": 1, "minVol": 1, "maxVol": 1_000_000, "takerFeeRate": 0.0004,
			"makerFeeRate": 0.0001, "maintenanceMarginRate": 0.004, "initialMarginRate": 0.008, "state": 0, "isNew": false, "isHot": false, "isHidden": false,
		})
	}
	return list, nil
}

func (v *mexc) contractTickers(c mexcCall) (any, *mexcRefusal) {
	name := c.params.Get("symbol")
	if name != "" {
		p, refusal := mexcContract(name)
		if refusal != nil {
			return nil, refusal
		}
		return mexcContractTicker(p, v.now()), nil
	}
	list := []object{}
	for _, p := range perpetuals() {
		list = append(list, mexcContractTicker(p, v.now()))
	}
	return list, nil
}

func mexcContractTicker(p pair, now time.Time) object {
	last, open := p.at(now), p.at(now.Add(-day))
	bids, asks := p.depth(now, 1)
	number := func(x float64) json.Number { return json.Number(p.price(x)) }
	return object{
		"symbol": gateSymbol(p), "lastPrice": number(last), "bid1": json.Number(bids[0][0]), "ask1": json.Number(asks[0][0]), "volume24": 1_000_000,
		"amount24": 1000 * p.Price, "holdVol": 500_000, "lower24Price": number(p.Price * 0.99), "high24Price": number(p.Price * 1.01),
		"riseFallRate": json.Number(decimal(last/open-1, 4)), "riseFallValue": number(last - open), "indexPrice": number(last), "fairPrice": number(last),
		"fundingRate": 0.0001, "maxBidPrice": number(p.Price * 1.1), "minAskPrice": number(p.Price * 0.9), "timestamp": now.UnixMilli(),
	}
}

func (v *mexc) contractDepth(c mexcCall) (any, *mexcRefusal) {
	p, refusal := mexcContract(c.PathValue("symbol"))
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(c.params.Get("limit"), 100, 1000))
	lots := func(side []level) [][]any {
		rows := make([][]any, len(side))
		for i, l := range side {
			rows[i] = []any{json.Number(l[0]), 1000 * (i%5 + 1), 1}
		}
		return rows
	}
	return object{"bids": lots(bids), "asks": lots(asks), "version": v.now().Unix(), "timestamp": v.now().UnixMilli()}, nil
}
