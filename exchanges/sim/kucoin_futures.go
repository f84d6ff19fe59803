package sim

import (
	"encoding/json"
	"strings"
	"time"
)

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

// kucoinContractName is the name of a pair's perpetual contract, in which
// Bitcoin is XBT.
func kucoinContractName(p pair) string { return kucoinContractCoin(p) + p.Quote + "M" }

func kucoinContractCoin(p pair) string { return strings.ReplaceAll(p.Base, "BTC", "XBT") }

func kucoinFindContract(symbol string) (pair, *kucoinRefusal) {
	for _, p := range perpetuals() {
		if kucoinContractName(p) == symbol {
			return p, nil
		}
	}
	return pair{}, kucoinBad("The symbol of the contract does not exist")
}

func (v *kucoin) contractBody(p pair) object {
	last, before := p.at(v.now()), p.at(v.now().Add(-day))
	next := v.now().Truncate(8 * time.Hour).Add(8 * time.Hour).Sub(v.now())
	return object{
		"symbol": kucoinContractName(p), "rootSymbol": p.Quote, "type": "FFWCSX", "firstOpenDate": int64(1_585_555_200_000), "expireDate": nil, "settleDate": nil,
		"baseCurrency": kucoinContractCoin(p), "quoteCurrency": p.Quote, "settleCurrency": p.Quote, "maxOrderQty": 1_000_000, "maxPrice": 1_000_000,
		"lotSize": 1, "tickSize": 0.1, "indexPriceTickSize": 0.01, "multiplier": 0.001, "initialMargin": 0.008, "maintainMargin": 0.004,
		"maxRiskLimit": 100_000, "minRiskLimit": 100_000, "riskStep": 50_000, "makerFeeRate": 0.0002, "takerFeeRate": 0.0006, "isDeleverage": true,
		"isQuanto": true, "isInverse": false, "markMethod": "FairPrice", "fairMethod": "FundingRate", "status": "Open", "fundingFeeRate": 0.0001,
		"fundingRateGranularity": 28_800_000, "openInterest": "500", "turnoverOf24h": 1000 * p.Price, "volumeOf24h": 1000, "markPrice": last,
		"indexPrice": last, "lastTradePrice": last, "nextFundingRateTime": next.Milliseconds(), "maxLeverage": 125,
		"lowPrice": p.Price * 0.99, "highPrice": p.Price * 1.01, "priceChgPct": last/before - 1, "priceChg": last - before,
	}
}

func (v *kucoin) contracts(kucoinCall) (any, *kucoinRefusal) {
	list := []object{}
	for _, p := range perpetuals() {
		list = append(list, v.contractBody(p))
	}
	return list, nil
}

func (v *kucoin) contract(c kucoinCall) (any, *kucoinRefusal) {
	p, refusal := kucoinFindContract(c.PathValue("symbol"))
	if refusal != nil {
		return nil, refusal
	}
	return v.contractBody(p), nil
}

func (v *kucoin) contractTicker(c kucoinCall) (any, *kucoinRefusal) {
	p, refusal := kucoinFindContract(c.query().Get("symbol"))
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), 1)
	return object{
		"sequence": 1_638_444_978_558, "symbol": kucoinContractName(p), "side": "buy", "size": 4, "tradeId": "1", "price": p.price(p.at(v.now())),
		"bestBidPrice": bids[0][0], "bestBidSize": 10, "bestAskPrice": asks[0][0], "bestAskSize": 10, "ts": v.now().UnixNano(),
	}, nil
}

// kucoinContractDepth answers with n levels of a contract's order book, as
// numbers and in lots.
func kucoinContractDepth(n int) func(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return func(v *kucoin, c kucoinCall) (any, *kucoinRefusal) {
		p, refusal := kucoinFindContract(c.query().Get("symbol"))
		if refusal != nil {
			return nil, refusal
		}
		bids, asks := p.depth(v.now(), n)
		lots := func(side []level) []any {
			rows := make([]any, len(side))
			for i, l := range side {
				rows[i] = []any{json.Number(l[0]), 10 * (i%5 + 1)}
			}
			return rows
		}
		return object{
			"sequence": 1_638_444_978_558, "symbol": kucoinContractName(p), "bids": lots(bids), "asks": lots(asks), "ts": v.now().UnixNano(),
		}, nil
	}
}
