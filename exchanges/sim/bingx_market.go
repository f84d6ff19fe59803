package sim

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
)

var bingxMarketRoutes = []bingxRoute{
	{"GET /openApi/swap/v2/server/time", "", 0, (*bingx).serverTime},
	{"GET /openApi/spot/v1/server/time", "", 0, (*bingx).serverTime},
	{"GET /openApi/spot/v1/common/symbols", "", 0, byBingxSymbol(bingxSymbol, bingxSymbols)},
	{"GET /openApi/spot/v1/ticker/24hr", "", 0, byBingxSymbol(bingxSpotDay, bingxList)},
	{"GET /openApi/spot/v1/market/depth", "", 0, (*bingx).spotDepth},
	{"GET /openApi/spot/v1/market/kline", "", 0, bingxKlines(pairs, bingxSpotBar)},
	{"GET /openApi/spot/v2/market/kline", "", 0, bingxKlines(pairs, bingxSpotBar)},
	{"GET /openApi/swap/v2/quote/contracts", "", 0, (*bingx).contractList},
	{"GET /openApi/swap/v2/quote/ticker", "", 0, byBingxContract(bingxSwapDay)},
	{"GET /openApi/swap/v2/quote/depth", "", 0, (*bingx).swapDepth},
	{"GET /openApi/swap/v2/quote/premiumIndex", "", 0, byBingxContract(bingxPremium)},
	{"GET /openApi/swap/v3/quote/klines", "", 0, bingxKlines(perpetuals, bingxSwapBar)},
	{"GET /openApi/cswap/v1/market/contracts", "", 0, bingxNothing},
}

func (v *bingx) serverTime(bingxCall) (any, *bingxRefusal) {
	return jsonOf(`{"serverTime":?}`, inMillis(v.now())), nil
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

// byBingxSymbol makes an endpoint that writes a text for each spot pair, or for
// the one that a request names, and gives the list to wrap. Not inlined: each
// copy would have a closure of its own.
//
//go:noinline
func byBingxSymbol(text string, wrap func([]json.RawMessage) any) func(*bingx, bingxCall) (any, *bingxRefusal) {
	return func(v *bingx, c bingxCall) (any, *bingxRefusal) {
		selected := pairs()
		if c.params.get("symbol") != "" {
			p, refusal := c.pair(selected)
			if refusal != nil {
				return nil, refusal
			}
			selected = []pair{p}
		}
		return wrap(describe(selected, v.now(), text)), nil
	}
}

func bingxList(rows []json.RawMessage) any    { return rows }
func bingxSymbols(rows []json.RawMessage) any { return jsonOf(`{"symbols":?}`, rows) }

const (
	bingxSymbol = `{"symbol":"$base-$quote","tickSize":$tick,"stepSize":$step,"minQty":$step,"maxQty":10000,"minNotional":5,"maxNotional":1000000,
		"status":1,"apiStateBuy":true,"apiStateSell":true,"timeOnline":0,"offTime":0,"maintainTime":0,"displayName":"$base-$quote"}`

	// bingxDay is a pair's last day, as the tickers of spot and of contracts
	// have it in common.
	bingxDay = `"symbol":"$base-$quote","openPrice":"$open","highPrice":"$high","lowPrice":"$low","lastPrice":"$last","priceChange":"$change",
		"priceChangePercent":"$percent%","volume":"$volume","quoteVolume":"$turnover","openTime":$dayAgo,"closeTime":$ms`
	bingxSpotDay = "{" + bingxDay + `,"bidPrice":$bid,"bidQty":$bidSize,"askPrice":$ask,"askQty":$askSize}`
	bingxSwapDay = "{" + bingxDay + `,"lastQty":"$half","bidPrice":"$bid","bidQty":"$bidSize","askPrice":"$ask","askQty":"$askSize"}`
	bingxPremium = `{"symbol":"$base-$quote","markPrice":"$last","indexPrice":"$last","lastFundingRate":"0.00010000","nextFundingTime":$funding}`
)

func (v *bingx) spotDepth(c bingxCall) (any, *bingxRefusal) {
	p, refusal := c.pair(pairs())
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(c.params.get("limit"), 100, 1000))
	now := inMillis(v.now())
	return jsonOf(`{"bids":?,"asks":?,"ts":?,"lastUpdateId":?}`, bids, asks, now, now), nil
}

func (v *bingx) contractList(bingxCall) (any, *bingxRefusal) {
	list := []json.RawMessage{}
	for i, p := range perpetuals() {
		list = append(list, p.terms().and("id", strconv.Itoa(100+i)).json(`{"contractId":$id,"symbol":"$base-$quote","size":"$step",
			"quantityPrecision":$sizePlaces,"pricePrecision":$pricePlaces,"feeRate":0.0005,"makerFeeRate":0.0002,"takerFeeRate":0.0005,
			"tradeMinLimit":0,"tradeMinQuantity":$step,"tradeMinUSDT":2,"maxLongLeverage":125,"maxShortLeverage":125,"currency":"$quote",
			"asset":"$base","status":1,"apiStateOpen":"true","apiStateClose":"true","ensureTrigger":true,"triggerFeeRate":"0.00020000",
			"brokerState":false,"launchTime":1586275200000,"maintainTime":0,"offTime":0,"displayName":"$base-$quote"}`))
	}
	return list, nil
}

// byBingxContract makes an endpoint that writes a text for one contract and a
// list of them otherwise. Not inlined: each copy would have a closure of its
// own.
//
//go:noinline
func byBingxContract(text string) func(*bingx, bingxCall) (any, *bingxRefusal) {
	return func(v *bingx, c bingxCall) (any, *bingxRefusal) {
		if c.params.get("symbol") == "" {
			return describe(perpetuals(), v.now(), text), nil
		}
		p, refusal := c.pair(perpetuals())
		return p.figures(v.now()).json(text), refusal
	}
}

// swapDepth answers with a contract's order book, of which the worst offer
// comes first.
func (v *bingx) swapDepth(c bingxCall) (any, *bingxRefusal) {
	p, refusal := c.pair(perpetuals())
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(c.params.get("limit"), 20, 1000))
	slices.Reverse(asks)
	return jsonOf(`{"T":?,"bids":?,"asks":?,"bidsCoin":?,"asksCoin":?}`, inMillis(v.now()), bids, asks, bids, asks), nil
}

var bingxIntervals = table[time.Duration]{
	{"1m", time.Minute}, {"5m", 5 * time.Minute}, {"15m", 15 * time.Minute}, {"30m", 30 * time.Minute}, {"1h", time.Hour}, {"4h", 4 * time.Hour}, {"1d", day},
}

// bingxKlines makes an endpoint that writes a text for each span of time that a
// request asks for, the present one first. Not inlined: each copy would have a
// closure of its own.
//
//go:noinline
func bingxKlines(among func() []pair, text string) func(*bingx, bingxCall) (any, *bingxRefusal) {
	return func(v *bingx, c bingxCall) (any, *bingxRefusal) {
		p, refusal := c.pair(among())
		if refusal != nil {
			return nil, refusal
		}
		span, ok := bingxIntervals.of(c.params.get("interval"))
		if !ok {
			return nil, bingxBad("interval is invalid")
		}
		return p.candles(v.now(), span, boundedInt(c.params.get("limit"), 500, 1440), text), nil
	}
}

const (
	bingxSwapBar = `{"open":"$open","close":"$close","high":"$high","low":"$low","volume":"$volume","time":$ms}`
	bingxSpotBar = `[$ms,$open,$high,$low,$close,$volume,$end,$turnover]`
)
