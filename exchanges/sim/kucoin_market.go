package sim

import (
	"slices"
	"strings"
)

var kucoinMarketRoutes = []kucoinRoute{
	{"GET /api/v1/timestamp", "", 3, (*kucoin).timestamp},
	{"GET /api/v1/status", "", 3, kucoinStatus},
	{"GET /api/v3/currencies", "", 3, kucoinCurrencies},
	{"GET /api/v3/currencies/{currency}", "", 3, kucoinCurrency},
	{"GET /api/v2/symbols", "", 4, (*kucoin).symbols},
	{"GET /api/v2/symbols/{symbol}", "", 4, (*kucoin).symbol},
	{"GET /api/v1/market/allTickers", "", 15, (*kucoin).allTickers},
	{"GET /api/v1/market/stats", "", 15, byKucoinPair(kucoinDay + `"time":$ms}`)},
	{"GET /api/v1/market/orderbook/level1", "", 2, byKucoinPair(kucoinBest)},
	{"GET /api/v1/market/orderbook/level2_20", "", 2, kucoinDepth(20)},
	{"GET /api/v1/market/orderbook/level2_100", "", 4, kucoinDepth(100)},
	{"GET /api/v3/market/orderbook/level2", "General", 3, kucoinDepth(500)},
}

func (v *kucoin) timestamp(kucoinCall) (any, *kucoinRefusal) { return inMillis(v.now()), nil }

func kucoinStatus(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return jsonOf(`{"status":"open","msg":""}`), nil
}

const kucoinCoin = `{"currency":"$asset","name":"$asset","fullName":"$asset","precision":8,"confirms":null,"contractAddress":null,
	"isMarginEnabled":true,"isDebitEnabled":true,"chains":[{"chainName":"ERC20","chainId":"eth","withdrawalMinSize":"0.002",
	"depositMinSize":"0.001","withdrawFeeRate":"0","withdrawalMinFee":"0.001","isWithdrawEnabled":true,"isDepositEnabled":true,
	"confirms":64,"preConfirms":64,"contractAddress":"","withdrawPrecision":8,"maxWithdraw":null,"maxDeposit":null,"needTag":false}]}`

func kucoinCurrencies(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return perAsset(tradedAssets, "", kucoinCoin), nil
}

func kucoinCurrency(_ *kucoin, c kucoinCall) (any, *kucoinRefusal) {
	list := perAsset(tradedAssets, segment(c.Request, "currency"), kucoinCoin)
	if len(list) == 0 {
		return nil, &kucoinRefusal{400, "900003", "Currency " + segment(c.Request, "currency") + " not exists"}
	}
	return list[0], nil
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

const (
	kucoinPair = `{"symbol":"$base-$quote","name":"$base-$quote","baseCurrency":"$base","quoteCurrency":"$quote","feeCurrency":"$quote",
		"market":"$quote","baseMinSize":"$step","quoteMinSize":"0.1","baseMaxSize":"10000000000","quoteMaxSize":"99999999",
		"baseIncrement":"$step","quoteIncrement":"$tick","priceIncrement":"$tick","priceLimitRate":"0.1","minFunds":"0.1",
		"isMarginEnabled":false,"enableTrading":true,"feeCategory":1,"makerFeeCoefficient":"1.00","takerFeeCoefficient":"1.00","st":false}`

	// kucoinDay begins a pair's last day, which ends differently in the list.
	kucoinDay = `{"symbol":"$base-$quote","buy":"$bid","sell":"$ask","changeRate":"$rise","changePrice":"$change","high":"$high","low":"$low",
		"vol":"$volume","volValue":"$turnover","last":"$last","averagePrice":"$mean","takerFeeRate":"0.001","makerFeeRate":"0.001",
		"takerCoefficient":"1","makerCoefficient":"1",`
	kucoinBest = `{"time":$ms,"sequence":"14610502970","price":"$last","size":"$half","bestBid":"$bid","bestBidSize":"$bidSize",
		"bestAsk":"$ask","bestAskSize":"$askSize"}`
)

func (v *kucoin) symbols(c kucoinCall) (any, *kucoinRefusal) {
	market := param(c.query(), "market")
	selected := slices.DeleteFunc(pairs(), func(p pair) bool { return market != "" && market != p.Quote })
	return describe(selected, v.now(), kucoinPair), nil
}

func (v *kucoin) symbol(c kucoinCall) (any, *kucoinRefusal) {
	p, refusal := kucoinFind(segment(c.Request, "symbol"))
	return p.figures(v.now()).json(kucoinPair), refusal
}

func (v *kucoin) allTickers(kucoinCall) (any, *kucoinRefusal) {
	return jsonOf(`{"time":?,"ticker":?}`, inMillis(v.now()), describe(pairs(), v.now(), kucoinDay+`"symbolName":"$base-$quote"}`)), nil
}

// byKucoinPair makes an endpoint that writes a text for the pair that a request
// names. Not inlined: each copy would have a closure of its own.
//
//go:noinline
func byKucoinPair(text string) func(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return func(v *kucoin, c kucoinCall) (any, *kucoinRefusal) {
		p, refusal := kucoinFind(param(c.query(), "symbol"))
		return p.figures(v.now()).json(text), refusal
	}
}

// kucoinDepth answers with n levels of a pair's order book. Not inlined: each
// copy would have a closure of its own.
//
//go:noinline
func kucoinDepth(n int) func(*kucoin, kucoinCall) (any, *kucoinRefusal) {
	return func(v *kucoin, c kucoinCall) (any, *kucoinRefusal) {
		p, refusal := kucoinFind(param(c.query(), "symbol"))
		if refusal != nil {
			return nil, refusal
		}
		bids, asks := p.depth(v.now(), n)
		return jsonOf(`{"time":?,"sequence":"14610502970","bids":?,"asks":?}`, inMillis(v.now()), bids, asks), nil
	}
}
