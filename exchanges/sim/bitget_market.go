package sim

import (
	"slices"
	"strconv"
	"time"
)

func bitgetTime(v *bitget, _ bitgetCall) (any, *bitgetError) {
	return object{"serverTime": strconv.FormatInt(v.now().UnixMilli(), 10)}, nil
}

// bitgetKinds are the products that can be asked for. Of those that begin with
// S, for play money, there are none here.
var bitgetKinds = []string{"USDT-FUTURES", "COIN-FUTURES", "USDC-FUTURES", "SUSDT-FUTURES", "SCOIN-FUTURES", "SUSDC-FUTURES"}

var errBitgetSymbol = bitgetRefusal("40034", "Parameter does not exist")

// bitgetPairs returns what is traded as a product; contracts are named as the
// spot pairs are.
func bitgetPairs(kind string) []pair {
	var list []pair
	for _, p := range pairs() {
		switch {
		case kind == "SPOT", kind == "USDT-FUTURES" && p.Quote == "USDT":
			list = append(list, p)
		case kind == "COIN-FUTURES" && p.Quote == "USDT" && p.Base != "SOL":
			p.Quote = "USD"
			list = append(list, p)
		}
	}
	return list
}

// bitgetSelect returns the pairs of a product that a request wants.
func bitgetSelect(c bitgetCall, kind string) ([]pair, *bitgetError) {
	symbol, list := c.query.Get("symbol"), bitgetPairs(kind)
	if symbol == "" {
		return list, nil
	}
	i := slices.IndexFunc(list, func(p pair) bool { return p.symbol() == symbol })
	if i < 0 {
		return nil, errBitgetSymbol
	}
	return list[i : i+1], nil
}

// bitgetOne returns the pair of an endpoint that must be told one.
func bitgetOne(c bitgetCall, kind string) (pair, *bitgetError) {
	if c.query.Get("symbol") == "" {
		return pair{}, bitgetRefusal("40019", "Parameter symbol cannot be empty")
	}
	list, refusal := bitgetSelect(c, kind)
	if refusal != nil {
		return pair{}, refusal
	}
	return list[0], nil
}

// kind returns the product that a request names.
func (c bitgetCall) kind(name string, known []string) (string, *bitgetError) {
	kind := c.query.Get(name)
	switch {
	case kind == "":
		return "", bitgetRefusal("40019", "Parameter "+name+" cannot be empty")
	case !slices.Contains(known, kind):
		return "", bitgetBad(name)
	}
	return kind, nil
}

// bitgetList answers with one object for each selected pair.
func bitgetList(c bitgetCall, kind string, describe func(pair) object) (any, *bitgetError) {
	selected, refusal := bitgetSelect(c, kind)
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, len(selected))
	for i, p := range selected {
		list[i] = describe(p)
	}
	return list, nil
}

func bitgetCoins(v *bitget, _ bitgetCall) (any, *bitgetError) {
	list := []object{}
	for i, asset := range v.account.assets() {
		list = append(list, object{"coinId": strconv.Itoa(i + 1), "coin": asset, "transfer": "true", "areaCoin": "no", "chains": []object{{
			"chain": "ERC20", "needTag": "false", "withdrawable": "true", "rechargeable": "true", "withdrawFee": "0.001", "extraWithdrawFee": "0",
			"depositConfirm": "6", "withdrawConfirm": "64", "minDepositAmount": "0.0001", "minWithdrawAmount": "0.002", "browserUrl": "",
			"contractAddress": "", "withdrawStep": "0", "withdrawMinScale": "8", "congestion": "normal",
		}}})
	}
	return list, nil
}

func bitgetSymbols(_ *bitget, c bitgetCall) (any, *bitgetError) {
	return bitgetList(c, "SPOT", func(p pair) object {
		return object{
			"symbol": p.symbol(), "baseCoin": p.Base, "quoteCoin": p.Quote, "minTradeAmount": "0", "maxTradeAmount": "900000000000000000000",
			"takerFeeRate": "0.002", "makerFeeRate": "0.002", "pricePrecision": strconv.Itoa(p.PriceDecimals),
			"quantityPrecision": strconv.Itoa(p.SizeDecimals), "quotePrecision": "8", "status": "online", "minTradeUSDT": "1",
			"buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05", "areaSymbol": "no", "orderQuantity": "200", "openTime": "1532454360000", "offTime": "",
		}
	})
}

func bitgetMarginPairs(_ *bitget, c bitgetCall) (any, *bitgetError) {
	return bitgetList(c, "SPOT", func(p pair) object {
		return object{
			"symbol": p.symbol(), "baseCoin": p.Base, "quoteCoin": p.Quote, "maxCrossedLeverage": "3", "maxIsolatedLeverage": "10",
			"warningRiskRatio": "0.8", "liquidationRiskRatio": "1", "minTradeAmount": "0.0001", "maxTradeAmount": "10000", "takerFeeRate": "0.001",
			"makerFeeRate": "0.001", "pricePrecision": strconv.Itoa(p.PriceDecimals), "quantityPrecision": strconv.Itoa(p.SizeDecimals),
			"minTradeUSDT": "5", "isBorrowable": true, "userMinBorrow": "0.00000001", "status": "1",
			"isIsolatedBaseBorrowable": true, "isIsolatedQuoteBorrowable": true, "isCrossBorrowable": true,
		}
	})
}

func bitgetContracts(_ *bitget, c bitgetCall) (any, *bitgetError) {
	kind, refusal := c.kind("productType", bitgetKinds)
	if refusal != nil {
		return nil, refusal
	}
	return bitgetList(c, kind, func(p pair) object {
		margin := p.Quote
		if kind == "COIN-FUTURES" {
			margin = p.Base
		}
		return object{
			"symbol": p.symbol(), "baseCoin": p.Base, "quoteCoin": p.Quote, "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05",
			"feeRateUpRatio": "0.005", "makerFeeRate": "0.0002", "takerFeeRate": "0.0006", "openCostUpRatio": "0.01",
			"supportMarginCoins": []string{margin}, "minTradeNum": p.step(), "priceEndStep": "1", "volumePlace": strconv.Itoa(p.SizeDecimals),
			"pricePlace": strconv.Itoa(p.PriceDecimals), "sizeMultiplier": p.step(), "symbolType": "perpetual", "minTradeUSDT": "5",
			"maxSymbolOrderNum": "200", "maxProductOrderNum": "1000", "maxPositionNum": "150", "symbolStatus": "normal", "offTime": "-1",
			"limitOpenTime": "-1", "deliveryTime": "", "deliveryStartTime": "", "deliveryPeriod": "", "launchTime": "", "fundInterval": "8",
			"minLever": "1", "maxLever": "125", "posLimit": "0.1", "maintainTime": "", "maxMarketOrderQty": "220", "maxOrderQty": "1200",
		}
	})
}

// bitgetDay returns what the tickers of both generations tell under different
// names.
func bitgetDay(p pair, now time.Time) (last, open, change string, bid, ask level) {
	bids, asks := p.depth(now, 1)
	before := p.at(now.Add(-day))
	return p.price(p.at(now)), p.price(before), decimal(p.at(now)/before-1, 5), bids[0], asks[0]
}

// bitgetSpotTicker is a ticker as v2 tells it.
func bitgetSpotTicker(p pair, now time.Time) object {
	last, open, change, bid, ask := bitgetDay(p, now)
	return object{
		"symbol": p.symbol(), "high24h": p.price(p.Price * 1.01), "open": open, "low24h": p.price(p.Price * 0.99), "lastPr": last,
		"quoteVolume": decimal(1000*p.Price, 2), "baseVolume": p.size(1000), "usdtVolume": decimal(1000*p.Price, 2), "bidPr": bid[0], "bidSz": bid[1],
		"askPr": ask[0], "askSz": ask[1], "openUtc": open, "ts": strconv.FormatInt(now.UnixMilli(), 10), "changeUtc24h": change, "change24h": change,
	}
}

func bitgetSpotTickers(v *bitget, c bitgetCall) (any, *bitgetError) {
	return bitgetList(c, "SPOT", func(p pair) object { return bitgetSpotTicker(p, v.now()) })
}

// bitgetContractTicker adds what only contracts have.
func bitgetContractTicker(p pair, now time.Time) object {
	t := bitgetSpotTicker(p, now)
	t["open24h"], t["indexPrice"], t["markPrice"] = t["open"], t["lastPr"], t["lastPr"]
	t["fundingRate"], t["holdingAmount"] = "0.0001", p.size(500)
	t["deliveryStartTime"], t["deliveryTime"], t["deliveryStatus"] = nil, nil, ""
	delete(t, "open")
	return t
}

func bitgetMixTickers(v *bitget, c bitgetCall) (any, *bitgetError) {
	kind, refusal := c.kind("productType", bitgetKinds)
	if refusal != nil {
		return nil, refusal
	}
	return bitgetList(c, kind, func(p pair) object { return bitgetContractTicker(p, v.now()) })
}

func bitgetMixTicker(v *bitget, c bitgetCall) (any, *bitgetError) {
	kind, refusal := c.kind("productType", bitgetKinds)
	if refusal != nil {
		return nil, refusal
	}
	if _, refusal := bitgetOne(c, kind); refusal != nil {
		return nil, refusal
	}
	return bitgetMixTickers(v, c)
}

// depthOf answers with an order book whose sides have these names.
func (v *bitget) depthOf(c bitgetCall, kind string, usual, most int, bidsName, asksName string) (any, *bitgetError) {
	p, refusal := bitgetOne(c, kind)
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), boundedInt(c.query.Get("limit"), usual, most))
	return object{bidsName: bids, asksName: asks, "ts": strconv.FormatInt(v.now().UnixMilli(), 10)}, nil
}

func bitgetSpotBook(v *bitget, c bitgetCall) (any, *bitgetError) {
	return v.depthOf(c, "SPOT", 150, 150, "bids", "asks")
}

func bitgetMixBook(v *bitget, c bitgetCall) (any, *bitgetError) {
	kind, refusal := c.kind("productType", bitgetKinds)
	if refusal != nil {
		return nil, refusal
	}
	return v.depthOf(c, kind, 100, 500, "bids", "asks")
}
