package sim

// What follows is the market data of the v3 API.

var bitgetCategories = append([]string{"SPOT", "MARGIN"}, bitgetKinds[:3]...)

// category returns the product that a v3 request names. Margin trading is
// that of the spot pairs.
func (c bitgetCall) category() (told, kind string, refusal *bitgetError) {
	told, refusal = c.kind("category", bitgetCategories)
	if kind = told; told == "MARGIN" {
		kind = "SPOT"
	}
	return told, kind, refusal
}

func bitgetInstruments(v *bitget, c bitgetCall) (any, *bitgetError) {
	told, kind, refusal := c.category()
	if refusal != nil {
		return nil, refusal
	}
	more := map[string]string{
		"SPOT":   `"areaSymbol":"no"`,
		"MARGIN": `"isIsolatedBaseBorrowable":"YES","isIsolatedQuotedBorrowable":"YES","maxCrossedLeverage":"3"`,
	}[told]
	if more == "" {
		more = `"type":"perpetual","minLeverage":"1","maxLeverage":"125","fundInterval":"8","priceMultiplier":"$tick","quantityMultiplier":"$step",
			"maxPositionNum":"150","deliveryTime":"","deliveryStartTime":"","deliveryPeriod":""`
	}
	return v.list(c, kind, `{"symbol":"$symbol","category":"`+told+`","baseCoin":"$base","quoteCoin":"$quote","buyLimitPriceRatio":"0.05",
		"sellLimitPriceRatio":"0.05","feeRateUpRatio":"0.005","minOrderQty":"$step","maxOrderQty":"1200","maxMarketOrderQty":"220",
		"pricePrecision":"$pricePlaces","quantityPrecision":"$sizePlaces","quotePrecision":"8","minOrderAmount":"5","maxSymbolOrderNum":"400",
		"maxProductOrderNum":"400","status":"online","offTime":"","limitOpenTime":"","maintainTime":"","symbolType":"crypto",
		"launchTime":"1532454360000","makerFeeRate":"0.0002","takerFeeRate":"0.0006",`+more+`}`)
}

func bitgetTickers(v *bitget, c bitgetCall) (any, *bitgetError) {
	told, kind, refusal := c.category()
	if refusal != nil {
		return nil, refusal
	}
	more := ""
	if kind != "SPOT" {
		more = `,"indexPrice":"$last","markPrice":"$last","fundingRate":"0.0001","openInterest":"$volume"`
	}
	return v.list(c, kind, `{"category":"`+told+`","symbol":"$symbol","ts":"$ms","lastPrice":"$last","openPrice24h":"$open","highPrice24h":"$high",
		"lowPrice24h":"$low","ask1Price":"$ask","ask1Size":"$askSize","bid1Price":"$bid","bid1Size":"$bidSize","price24hPcnt":"$rise",
		"volume24h":"$volume","turnover24h":"$turnover"`+more+`}`)
}

func bitgetBook(v *bitget, c bitgetCall) (any, *bitgetError) {
	_, kind, refusal := c.category()
	if refusal != nil {
		return nil, refusal
	}
	return v.depthOf(c, kind, 5, 200, "b", "a")
}
