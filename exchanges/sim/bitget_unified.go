package sim

import "strconv"

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

func bitgetInstruments(_ *bitget, c bitgetCall) (any, *bitgetError) {
	told, kind, refusal := c.category()
	if refusal != nil {
		return nil, refusal
	}
	return bitgetList(c, kind, func(p pair) object {
		o := object{
			"symbol": p.symbol(), "category": told, "baseCoin": p.Base, "quoteCoin": p.Quote, "buyLimitPriceRatio": "0.05", "sellLimitPriceRatio": "0.05",
			"feeRateUpRatio": "0.005", "minOrderQty": p.step(), "maxOrderQty": "1200", "maxMarketOrderQty": "220",
			"pricePrecision": strconv.Itoa(p.PriceDecimals), "quantityPrecision": strconv.Itoa(p.SizeDecimals), "quotePrecision": "8",
			"minOrderAmount": "5", "maxSymbolOrderNum": "400", "maxProductOrderNum": "400", "status": "online", "offTime": "", "limitOpenTime": "",
			"maintainTime": "", "symbolType": "crypto", "launchTime": "1532454360000", "makerFeeRate": "0.0002", "takerFeeRate": "0.0006",
		}
		switch told {
		case "SPOT":
			o["areaSymbol"] = "no"
		case "MARGIN":
			o["isIsolatedBaseBorrowable"], o["isIsolatedQuotedBorrowable"], o["maxCrossedLeverage"] = "YES", "YES", "3"
		default:
			o["type"], o["minLeverage"], o["maxLeverage"], o["fundInterval"] = "perpetual", "1", "125", "8"
			o["priceMultiplier"], o["quantityMultiplier"], o["maxPositionNum"] = p.tick(), p.step(), "150"
			o["deliveryTime"], o["deliveryStartTime"], o["deliveryPeriod"] = "", "", ""
		}
		return o
	})
}

func bitgetTickers(v *bitget, c bitgetCall) (any, *bitgetError) {
	told, kind, refusal := c.category()
	if refusal != nil {
		return nil, refusal
	}
	now := v.now()
	return bitgetList(c, kind, func(p pair) object {
		last, open, change, bid, ask := bitgetDay(p, now)
		t := object{
			"category": told, "symbol": p.symbol(), "ts": strconv.FormatInt(now.UnixMilli(), 10), "lastPrice": last, "openPrice24h": open,
			"highPrice24h": p.price(p.Price * 1.01), "lowPrice24h": p.price(p.Price * 0.99), "ask1Price": ask[0], "ask1Size": ask[1],
			"bid1Price": bid[0], "bid1Size": bid[1], "price24hPcnt": change, "volume24h": p.size(1000), "turnover24h": decimal(1000*p.Price, 2),
		}
		if kind != "SPOT" {
			t["indexPrice"], t["markPrice"], t["fundingRate"], t["openInterest"] = last, last, "0.0001", p.size(500)
		}
		return t
	})
}

func bitgetBook(v *bitget, c bitgetCall) (any, *bitgetError) {
	_, kind, refusal := c.category()
	if refusal != nil {
		return nil, refusal
	}
	return v.depthOf(c, kind, 5, 200, "b", "a")
}
