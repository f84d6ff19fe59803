package sim

import "strings"

// The contracts have a host of their own at KuCoin; none of their paths means
// something else on that of spot.
var kucoinFuturesRoutes = []kucoinRoute{
	{"GET /api/v1/contracts/active", "", 3, (*kucoin).contracts},
	{"GET /api/v1/contracts/{symbol}", "", 3, (*kucoin).contract},
	{"GET /api/v1/ticker", "", 2, (*kucoin).contractTicker},
	{"GET /api/v1/level2/snapshot", "", 3, kucoinContractDepth(500)},
	{"GET /api/v1/level2/depth20", "", 5, kucoinContractDepth(20)},
	{"GET /api/v1/level2/depth100", "", 10, kucoinContractDepth(100)},
}

// kucoinContracts returns the pairs that exist as perpetual contracts, under
// the names that they have there.
func kucoinContracts() []pair {
	list := perpetuals()
	for i := range list {
		list[i].Base = strings.ReplaceAll(list[i].Base, "BTC", "XBT")
	}
	return list
}

func kucoinFindContract(symbol string) (pair, *kucoinRefusal) {
	p, ok := pairOf(kucoinContracts(), symbol, func(p pair) string { return p.symbol() + "M" })
	if !ok {
		return pair{}, kucoinBad("The symbol of the contract does not exist")
	}
	return p, nil
}

const (
	kucoinContract = `{"symbol":"${symbol}M","rootSymbol":"$quote","type":"FFWCSX","firstOpenDate":1585555200000,"expireDate":null,
		"settleDate":null,"baseCurrency":"$base","quoteCurrency":"$quote","settleCurrency":"$quote","maxOrderQty":1000000,"maxPrice":1000000,
		"lotSize":1,"tickSize":0.1,"indexPriceTickSize":0.01,"multiplier":0.001,"initialMargin":0.008,"maintainMargin":0.004,
		"maxRiskLimit":100000,"minRiskLimit":100000,"riskStep":50000,"makerFeeRate":0.0002,"takerFeeRate":0.0006,"isDeleverage":true,
		"isQuanto":true,"isInverse":false,"markMethod":"FairPrice","fairMethod":"FundingRate","status":"Open","fundingFeeRate":0.0001,
		"fundingRateGranularity":28800000,"openInterest":"500","turnoverOf24h":$turnover,"volumeOf24h":1000,"markPrice":$last,
		"indexPrice":$last,"lastTradePrice":$last,"nextFundingRateTime":$untilFunding,"maxLeverage":125,"lowPrice":$low,"highPrice":$high,
		"priceChgPct":$rise,"priceChg":$change}`
	kucoinContractBest = `{"sequence":1638444978558,"symbol":"${symbol}M","side":"buy","size":4,"tradeId":"1","price":"$last",
		"bestBidPrice":"$bid","bestBidSize":10,"bestAskPrice":"$ask","bestAskSize":10,"ts":$ns}`
)

func (v *kucoin) contracts(kucoinCall) (any, *kucoinRefusal) {
	return describe(kucoinContracts(), v.now(), kucoinContract), nil
}

func (v *kucoin) contract(c kucoinCall) (any, *kucoinRefusal) {
	p, refusal := kucoinFindContract(segment(c.Request, "symbol"))
	return p.figures(v.now()).json(kucoinContract), refusal
}

func (v *kucoin) contractTicker(c kucoinCall) (any, *kucoinRefusal) {
	p, refusal := kucoinFindContract(param(c.query(), "symbol"))
	return p.figures(v.now()).json(kucoinContractBest), refusal
}

// kucoinContractDepth answers with n levels of a contract's order book, as
// numbers and in lots. Not inlined: each copy would have a closure of its own.
//
//go:noinline
func kucoinContractDepth(n int) func(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return func(v *kucoin, c kucoinCall) (any, *kucoinRefusal) {
		p, refusal := kucoinFindContract(param(c.query(), "symbol"))
		if refusal != nil {
			return nil, refusal
		}
		bids, asks := p.book(v.now(), n, `[$price,$lots]`)
		return p.figures(v.now()).with("bids", bids).with("asks", asks).json(
			`{"sequence":1638444978558,"symbol":"${symbol}M","bids":$bids,"asks":$asks,"ts":$ns}`), nil
	}
}
