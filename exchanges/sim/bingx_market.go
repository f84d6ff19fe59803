package sim

import (
	"encoding/json"
	"math"
	"time"
)

var bingxMarketRoutes = []bingxRoute{
	{"GET /openApi/swap/v2/server/time", "", 0, (*bingx).serverTime},
	{"GET /openApi/spot/v1/server/time", "", 0, (*bingx).serverTime},
	{"GET /openApi/spot/v1/common/symbols", "", 0, bingxSymbols},
	{"GET /openApi/spot/v1/ticker/24hr", "", 0, (*bingx).spotTickers},
	{"GET /openApi/spot/v1/market/depth", "", 0, (*bingx).spotDepth},
	{"GET /openApi/spot/v1/market/kline", "", 0, (*bingx).spotKlines},
	{"GET /openApi/spot/v2/market/kline", "", 0, (*bingx).spotKlines},
	{"GET /openApi/swap/v2/quote/contracts", "", 0, bingxContracts},
	{"GET /openApi/swap/v2/quote/ticker", "", 0, (*bingx).swapTickers},
	{"GET /openApi/swap/v2/quote/depth", "", 0, (*bingx).swapDepth},
	{"GET /openApi/swap/v2/quote/premiumIndex", "", 0, (*bingx).premium},
	{"GET /openApi/swap/v3/quote/klines", "", 0, (*bingx).swapKlines},
	{"GET /openApi/cswap/v1/market/contracts", "", 0, bingxNothing},
}

func (v *bingx) serverTime(bingxCall) (any, *bingxRefusal) {
	return object{"serverTime": v.now().UnixMilli()}, nil
}

// pair returns the one of some pairs that a request names.
func (c bingxCall) pair(among []pair) (pair, *bingxRefusal) {
	name := c.params.get("symbol")
	if name == "" {
		return pair{}, bingxBad("symbol is required")
	}
	p, ok := pairOf(among, name, kucoinName)
	if !ok {
		return pair{}, &bingxRefusal{109425, name + " does not exist"}
	}
	return p, nil
}

func bingxSymbols(_ *bingx, c bingxCall) (any, *bingxRefusal) {
	selected := pairs()
	if c.params.get("symbol") != "" {
		p, refusal := c.pair(selected)
		if refusal != nil {
			return nil, refusal
		}
		selected = []pair{p}
	}
	list := []object{}
	for _, p := range selected {
		list = append(list, object{
			"symbol": kucoinName(p), "tickSize": json.Number(p.tick()), "stepSize": json.Number(p.step()), "minQty": json.Number(p.step()), "maxQty": 10_000,
			"minNotional": 5, "maxNotional": 1_000_000, "status": 1, "apiStateBuy": true, "apiStateSell": true, "timeOnline": 0, "offTime": 0, "maintainTime": 0,
			"displayName": kucoinName(p),
		})
	}
	return object{"symbols": list}, nil
}

// bingxDay is a pair's last day, as the tickers of spot and of contracts have
// it in common.
func bingxDay(p pair, now time.Time) object {
	last, open := p.at(now), p.at(now.Add(-day))
	return object{
		"symbol": kucoinName(p), "openPrice": p.price(open), "highPrice": p.price(p.Price * 1.01), "lowPrice": p.price(p.Price * 0.99),
		"lastPrice": p.price(last), "priceChange": p.price(last - open), "priceChangePercent": decimal(100*(last/open-1), 2) + "%",
		"volume": p.size(1000), "quoteVolume": decimal(1000*p.Price, 2), "openTime": now.Add(-day).UnixMilli(), "closeTime": now.UnixMilli(),
	}
}

func (v *bingx) spotTickers(c bingxCall) (any, *bingxRefusal) {
	selected := pairs()
	if c.params.get("symbol") != "" {
		p, refusal := c.pair(selected)
		if refusal != nil {
			return nil, refusal
		}
		selected = []pair{p}
	}
	list := []object{} // even for one
	for _, p := range selected {
		ticker, now := bingxDay(p, v.now()), v.now()
		bids, asks := p.depth(now, 1)
		for name, text := range map[string]string{"bidPrice": bids[0][0], "bidQty": bids[0][1], "askPrice": asks[0][0], "askQty": asks[0][1]} {
			ticker[name] = json.Number(text)
		}
		list = append(list, ticker)
	}
	return list, nil
}

func (v *bingx) spotDepth(c bingxCall) (any, *bingxRefusal) {
	p, refusal := c.pair(pairs())
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(c.params.get("limit"), 100, 1000))
	now := v.now().UnixMilli()
	return object{"bids": bids, "asks": asks, "ts": now, "lastUpdateId": now}, nil
}

func bingxContracts(*bingx, bingxCall) (any, *bingxRefusal) {
	list := []object{}
	for i, p := range perpetuals() {
		list = append(list, object{
			"contractId": 100 + i, "symbol": kucoinName(p), "size": p.step(), "quantityPrecision": p.SizeDecimals, "pricePrecision": p.PriceDecimals,
			"feeRate": 0.0005, "makerFeeRate": 0.0002, "takerFeeRate": 0.0005, "tradeMinLimit": 0, "tradeMinQuantity": math.Pow10(-p.SizeDecimals),
			"tradeMinUSDT": 2, "maxLongLeverage": 125, "maxShortLeverage": 125, "currency": p.Quote, "asset": p.Base, "status": 1,
			"apiStateOpen": "true", "apiStateClose": "true", "ensureTrigger": true, "triggerFeeRate": "0.00020000", "brokerState": false,
			"launchTime": 1_586_275_200_000, "maintainTime": 0, "offTime": 0, "displayName": kucoinName(p),
		})
	}
	return list, nil
}

func (v *bingx) swapTicker(p pair) object {
	ticker := bingxDay(p, v.now())
	bids, asks := p.depth(v.now(), 1)
	ticker["lastQty"] = p.size(0.5)
	ticker["bidPrice"], ticker["bidQty"], ticker["askPrice"], ticker["askQty"] = bids[0][0], bids[0][1], asks[0][0], asks[0][1]
	return ticker
}

func (v *bingx) swapTickers(c bingxCall) (any, *bingxRefusal) {
	return byBingxContract(c, v.swapTicker)
}

// byBingxContract answers one object for one contract and a list otherwise.
func byBingxContract(c bingxCall, one func(pair) object) (any, *bingxRefusal) {
	if c.params.get("symbol") != "" {
		p, refusal := c.pair(perpetuals())
		if refusal != nil {
			return nil, refusal
		}
		return one(p), nil
	}
	list := []object{}
	for _, p := range perpetuals() {
		list = append(list, one(p))
	}
	return list, nil
}

func (v *bingx) premium(c bingxCall) (any, *bingxRefusal) {
	return byBingxContract(c, func(p pair) object {
		price := p.price(p.at(v.now()))
		return object{
			"symbol": kucoinName(p), "markPrice": price, "indexPrice": price, "lastFundingRate": "0.00010000",
			"nextFundingTime": v.now().Truncate(8 * time.Hour).Add(8 * time.Hour).UnixMilli(),
		}
	})
}

// swapDepth answers with a contract's order book, of which the worst offer
// comes first.
func (v *bingx) swapDepth(c bingxCall) (any, *bingxRefusal) {
	p, refusal := c.pair(perpetuals())
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(c.params.get("limit"), 20, 1000))
	reversed := make([]level, len(asks))
	for i, l := range asks {
		reversed[len(asks)-1-i] = l
	}
	return object{"T": v.now().UnixMilli(), "bids": bids, "asks": reversed, "bidsCoin": bids, "asksCoin": reversed}, nil
}

var bingxIntervals = map[string]time.Duration{
	"1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "30m": 30 * time.Minute, "1h": time.Hour, "4h": 4 * time.Hour, "1d": day,
}

// bars returns the spans of time that a request asks for, the present one
// first.
func (v *bingx) bars(c bingxCall, among []pair) (pair, []bar, *bingxRefusal) {
	p, refusal := c.pair(among)
	if refusal != nil {
		return pair{}, nil, refusal
	}
	span, ok := bingxIntervals[c.params.get("interval")]
	if !ok {
		return pair{}, nil, bingxBad("interval is invalid")
	}
	return p, p.bars(v.now(), span, boundedInt(c.params.get("limit"), 500, 1440)), nil
}

func (v *bingx) swapKlines(c bingxCall) (any, *bingxRefusal) {
	p, bars, refusal := v.bars(c, perpetuals())
	list := make([]object, len(bars))
	for i, b := range bars {
		list[i] = object{
			"open": p.price(b.open), "close": p.price(b.close), "high": p.price(b.high), "low": p.price(b.low), "volume": p.size(10),
			"time": b.start.UnixMilli(),
		}
	}
	return list, refusal
}

func (v *bingx) spotKlines(c bingxCall) (any, *bingxRefusal) {
	p, bars, refusal := v.bars(c, pairs())
	list := make([][]any, len(bars))
	for i, b := range bars {
		next := b.start.Add(bingxIntervals[c.params.get("interval")])
		list[i] = []any{b.start.UnixMilli(), b.open, b.high, b.low, b.close, 10, next.UnixMilli() - 1, 10 * p.Price}
	}
	return list, refusal
}
