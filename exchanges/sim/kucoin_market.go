package sim

import (
	"strings"
	"time"
)

var kucoinMarketRoutes = []kucoinRoute{
	{"GET /api/v1/timestamp", "", 3, (*kucoin).timestamp},
	{"GET /api/v1/status", "", 3, kucoinStatus},
	{"GET /api/v3/currencies", "", 3, kucoinCurrencies},
	{"GET /api/v3/currencies/{currency}", "", 3, kucoinCurrency},
	{"GET /api/v2/symbols", "", 4, kucoinSymbols},
	{"GET /api/v2/symbols/{symbol}", "", 4, kucoinSymbol},
	{"GET /api/v1/market/allTickers", "", 15, (*kucoin).allTickers},
	{"GET /api/v1/market/stats", "", 15, (*kucoin).stats},
	{"GET /api/v1/market/orderbook/level1", "", 2, (*kucoin).bestPrices},
	{"GET /api/v1/market/orderbook/level2_20", "", 2, kucoinDepth(20)},
	{"GET /api/v1/market/orderbook/level2_100", "", 4, kucoinDepth(100)},
	{"GET /api/v3/market/orderbook/level2", "General", 3, kucoinDepth(500)},
}

func (v *kucoin) timestamp(kucoinCall) (any, *kucoinRefusal) { return v.now().UnixMilli(), nil }

func kucoinStatus(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return object{"status": "open", "msg": ""}, nil
}

func kucoinCoin(asset string) object {
	return object{
		"currency": asset, "name": asset, "fullName": asset, "precision": 8, "confirms": nil, "contractAddress": nil,
		"isMarginEnabled": true, "isDebitEnabled": true, "chains": []object{{
			"chainName": "ERC20", "chainId": "eth", "withdrawalMinSize": "0.002", "depositMinSize": "0.001", "withdrawFeeRate": "0",
			"withdrawalMinFee": "0.001", "isWithdrawEnabled": true, "isDepositEnabled": true, "confirms": 64, "preConfirms": 64,
			"contractAddress": "", "withdrawPrecision": 8, "maxWithdraw": nil, "maxDeposit": nil, "needTag": false,
		}},
	}
}

func kucoinCurrencies(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	list := []object{}
	for _, name := range tradedAssets() {
		list = append(list, kucoinCoin(name))
	}
	return list, nil
}

func kucoinCurrency(_ *kucoin, c kucoinCall) (any, *kucoinRefusal) {
	for _, name := range tradedAssets() {
		if name == c.PathValue("currency") {
			return kucoinCoin(name), nil
		}
	}
	return nil, &kucoinRefusal{400, "900003", "Currency " + c.PathValue("currency") + " not exists"}
}

// kucoinName is a pair's name here.
func kucoinName(p pair) string { return p.Base + "-" + p.Quote }

// kucoinFind returns the pair that a request names.
func kucoinFind(name string) (pair, *kucoinRefusal) {
	if name == "" {
		return pair{}, kucoinBad("symbol is required")
	}
	p, ok := findPair(strings.ReplaceAll(name, "-", ""))
	if !ok || kucoinName(p) != name {
		return pair{}, &kucoinRefusal{400, "900001", "symbol not exists"}
	}
	return p, nil
}

func kucoinInstrument(p pair) object {
	return object{
		"symbol": kucoinName(p), "name": kucoinName(p), "baseCurrency": p.Base, "quoteCurrency": p.Quote, "feeCurrency": p.Quote, "market": p.Quote,
		"baseMinSize": p.step(), "quoteMinSize": "0.1", "baseMaxSize": "10000000000", "quoteMaxSize": "99999999", "baseIncrement": p.step(),
		"quoteIncrement": p.tick(), "priceIncrement": p.tick(), "priceLimitRate": "0.1", "minFunds": "0.1", "isMarginEnabled": false,
		"enableTrading": true, "feeCategory": 1, "makerFeeCoefficient": "1.00", "takerFeeCoefficient": "1.00", "st": false,
	}
}

func kucoinSymbols(_ *kucoin, c kucoinCall) (any, *kucoinRefusal) {
	list, market := []object{}, c.query().Get("market")
	for _, p := range pairs() {
		if market == "" || market == p.Quote {
			list = append(list, kucoinInstrument(p))
		}
	}
	return list, nil
}

func kucoinSymbol(_ *kucoin, c kucoinCall) (any, *kucoinRefusal) {
	p, refusal := kucoinFind(c.PathValue("symbol"))
	if refusal != nil {
		return nil, refusal
	}
	return kucoinInstrument(p), nil
}

// kucoinTicker is a pair's last day.
func kucoinTicker(p pair, now time.Time) object {
	last, before := p.at(now), p.at(now.Add(-day))
	bids, asks := p.depth(now, 1)
	return object{
		"symbol": kucoinName(p), "buy": bids[0][0], "sell": asks[0][0], "changeRate": decimal(last/before-1, 4), "changePrice": p.price(last - before),
		"high": p.price(p.Price * 1.01), "low": p.price(p.Price * 0.99), "vol": p.size(1000), "volValue": decimal(1000*p.Price, 2), "last": p.price(last),
		"averagePrice": p.price(p.Price), "takerFeeRate": "0.001", "makerFeeRate": "0.001", "takerCoefficient": "1", "makerCoefficient": "1",
	}
}

func (v *kucoin) allTickers(kucoinCall) (any, *kucoinRefusal) {
	list := []object{}
	for _, p := range pairs() {
		ticker := kucoinTicker(p, v.now())
		ticker["symbolName"] = kucoinName(p)
		list = append(list, ticker)
	}
	return object{"time": v.now().UnixMilli(), "ticker": list}, nil
}

func (v *kucoin) stats(c kucoinCall) (any, *kucoinRefusal) {
	p, refusal := kucoinFind(c.query().Get("symbol"))
	if refusal != nil {
		return nil, refusal
	}
	ticker := kucoinTicker(p, v.now())
	ticker["time"] = v.now().UnixMilli()
	return ticker, nil
}

func (v *kucoin) bestPrices(c kucoinCall) (any, *kucoinRefusal) {
	p, refusal := kucoinFind(c.query().Get("symbol"))
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), 1)
	return object{
		"time": v.now().UnixMilli(), "sequence": "14610502970", "price": p.price(p.at(v.now())), "size": p.size(0.5),
		"bestBid": bids[0][0], "bestBidSize": bids[0][1], "bestAsk": asks[0][0], "bestAskSize": asks[0][1],
	}, nil
}

// kucoinDepth answers with n levels of a pair's order book.
func kucoinDepth(n int) func(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return func(v *kucoin, c kucoinCall) (any, *kucoinRefusal) {
		p, refusal := kucoinFind(c.query().Get("symbol"))
		if refusal != nil {
			return nil, refusal
		}
		bids, asks := p.depth(v.now(), n)
		return object{"time": v.now().UnixMilli(), "sequence": "14610502970", "bids": bids, "asks": asks}, nil
	}
}
