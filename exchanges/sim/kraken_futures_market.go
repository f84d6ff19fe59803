package sim

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// krakenFuturesContract is an instrument: a pair of the simulated market as
// a perpetual contract.
type krakenFuturesContract struct {
	pair
	symbol, kind string
	tick         float64
}

// Linear contracts begin with PF, inverse ones, which settle in the coin, with PI.
var krakenFuturesContracts = []krakenFuturesContract{
	{pair{"BTC", "USD", 64_000, 0, 4}, "PF_XBTUSD", "flexible_futures", 1},
	{pair{"ETH", "USD", 3_200, 1, 3}, "PF_ETHUSD", "flexible_futures", 0.1},
	{pair{"SOL", "USD", 150, 2, 2}, "PF_SOLUSD", "flexible_futures", 0.01},
	{pair{"BTC", "USD", 64_000, 0, 0}, "PI_XBTUSD", "futures_inverse", 0.5},
	{pair{"ETH", "USD", 3_200, 1, 0}, "PI_ETHUSD", "futures_inverse", 0.05},
}

func krakenFuturesFind(symbol string) (krakenFuturesContract, krakenFuturesRefusal) {
	if symbol == "" {
		return krakenFuturesContract{}, krakenFuturesMissing
	}
	for _, c := range krakenFuturesContracts {
		if strings.EqualFold(c.symbol, symbol) {
			return c, ""
		}
	}
	return krakenFuturesContract{}, krakenFuturesNoContract
}

func (v *krakenFutures) instruments(krakenFuturesCall) (object, krakenFuturesRefusal) {
	list := []object{}
	for _, c := range krakenFuturesContracts {
		margins := []object{{"contracts": 0, "numNonContractUnits": 0, "initialMargin": 0.02, "maintenanceMargin": 0.01}}
		list = append(list, object{
			"symbol": c.symbol, "type": c.kind, "tradeable": true, "postOnly": false, "tickSize": c.tick, "contractSize": 1,
			"base": c.Base, "quote": c.Quote, "pair": c.pairName(), "tags": []string{}, "category": "Layer 1",
			"contractValueTradePrecision": c.SizeDecimals, "impactMidSize": 1, "maxPositionSize": 1_000_000, "openingDate": "2022-01-01T00:00:00.000Z",
			"marginLevels": margins, "retailMarginLevels": margins, "fundingRateCoefficient": 8, "maxRelativeFundingRate": 0.001,
			"feeScheduleUid": krakenFuturesFees, "mtf": false, "tradfi": false,
		})
	}
	return object{"instruments": list}, ""
}

func (v *krakenFutures) instrumentStatus(c krakenFuturesCall) (object, krakenFuturesRefusal) {
	status := func(symbol string) object {
		return object{"tradeable": symbol, "experiencingDislocation": false, "priceDislocationDirection": nil,
			"experiencingExtremeVolatility": false, "extremeVolatilityInitialMarginMultiplier": 1}
	}
	if symbol := c.PathValue("symbol"); symbol != "" {
		contract, refusal := krakenFuturesFind(symbol)
		return status(contract.symbol), refusal
	}
	list := []object{}
	for _, contract := range krakenFuturesContracts {
		list = append(list, status(contract.symbol))
	}
	return object{"instrumentStatus": list}, ""
}

// pairName is how Kraken writes what a contract is about.
func (c krakenFuturesContract) pairName() string { return krakenFuturesAsset(c.Base) + ":" + c.Quote }

// levels returns n levels on each side. Inverse contracts come by the dollar,
// of which a whole number changes hands.
func (c krakenFuturesContract) levels(now time.Time, n int) (bids, asks []level) {
	bids, asks = c.depth(now, n)
	if c.SizeDecimals == 0 {
		for i := range n {
			size := strconv.Itoa(5_000 * (i%5 + 1))
			bids[i][1], asks[i][1] = size, size
		}
	}
	return bids, asks
}

func (c krakenFuturesContract) ticker(now time.Time) object {
	bids, asks := c.levels(now, 1)
	middle := c.at(now)
	last := json.Number(c.price(middle))
	return object{
		"tag": "perpetual", "pair": c.pairName(), "symbol": c.symbol, "markPrice": last, "indexPrice": last, "last": last,
		"bid": json.Number(bids[0][0]), "bidSize": json.Number(bids[0][1]), "ask": json.Number(asks[0][0]), "askSize": json.Number(asks[0][1]),
		"lastTime": krakenFuturesTime(now), "lastSize": json.Number(c.size(1)), "vol24h": 8_309, "volumeQuote": 8_309 * c.Price,
		"openInterest": 1_950, "open24h": json.Number(c.price(middle * 0.995)), "high24h": json.Number(c.price(middle * 1.01)),
		"low24h": json.Number(c.price(middle * 0.99)), "change24h": 0.5, "fundingRate": 0.35, "fundingRatePrediction": 0.36,
		"suspended": false, "postOnly": false,
	}
}

func (v *krakenFutures) tickers(c krakenFuturesCall) (object, krakenFuturesRefusal) {
	if symbol := c.PathValue("symbol"); symbol != "" {
		contract, refusal := krakenFuturesFind(symbol)
		return object{"ticker": contract.ticker(v.now())}, refusal
	}
	list := []object{}
	for _, contract := range krakenFuturesContracts {
		list = append(list, contract.ticker(v.now()))
	}
	return object{"tickers": list}, ""
}

func (v *krakenFutures) orderBook(c krakenFuturesCall) (object, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(c.params.Get("symbol"))
	if refusal != "" {
		return nil, refusal
	}
	side := func(list []level) [][2]json.Number {
		out := make([][2]json.Number, len(list))
		for i, l := range list {
			out[i] = [2]json.Number{json.Number(l[0]), json.Number(l[1])}
		}
		return out
	}
	bids, asks := contract.levels(v.now(), 25)
	return object{"orderBook": object{"bids": side(bids), "asks": side(asks)}}, ""
}

func (v *krakenFutures) trades(c krakenFuturesCall) (object, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(c.params.Get("symbol"))
	if refusal != "" {
		return nil, refusal
	}
	list := make([]object, 20)
	for i := range list {
		at := v.now().Add(-time.Duration(i) * time.Second)
		list[i] = object{
			"time": krakenFuturesTime(at), "trade_id": len(list) - i, "price": json.Number(contract.price(contract.at(at))),
			"size": json.Number(contract.size(1)), "side": []string{"buy", "sell"}[i%2], "type": "fill",
			"uid": uuid4(newMaterial(contract.symbol, strconv.FormatInt(at.Unix(), 10))),
		}
	}
	return object{"history": list}, ""
}

// executions are the trades of a market in the shape of the history service.
func (v *krakenFutures) executions(c krakenFuturesCall) (object, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(c.PathValue("symbol"))
	if refusal != "" {
		return nil, refusal
	}
	list := make([]object, boundedInt(c.params.Get("count"), 100, 1000))
	for i := range list {
		at := v.now().Add(-time.Duration(i) * time.Second)
		price, size, stamp := contract.price(contract.at(at)), contract.size(1), strconv.FormatInt(at.UnixMilli(), 10)
		uid := uuid4(newMaterial(contract.symbol, strconv.FormatInt(at.Unix(), 10)))
		order := func(direction, kind string) object {
			return object{
				"uid": uuid4(newMaterial(uid, kind)), "tradeable": contract.symbol, "direction": direction, "quantity": size, "timestamp": stamp,
				"limitPrice": price, "orderType": kind, "reduceOnly": false, "lastUpdateTimestamp": stamp,
			}
		}
		list[i] = object{"uid": uuid4(newMaterial(uid)), "timestamp": stamp, "event": object{"Execution": object{
			"execution": object{
				"uid": uid, "makerOrder": order("Buy", "Post"), "takerOrder": order("Sell", "Market"), "timestamp": stamp, "quantity": size,
				"price": price, "markPrice": price, "limitFilled": false, "usdValue": price,
			},
			"takerReducedQuantity": "",
		}}}
	}
	return object{"elements": list, "len": strconv.Itoa(len(list))}, ""
}

// fundingRates are those of the last day, the oldest first.
func (v *krakenFutures) fundingRates(c krakenFuturesCall) (object, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(c.params.Get("symbol"))
	if refusal != "" {
		return nil, refusal
	}
	list := make([]object, 24)
	for i := range list {
		at := v.now().Truncate(time.Hour).Add(time.Duration(i-len(list)+1) * time.Hour)
		list[i] = object{"timestamp": krakenFuturesTime(at), "fundingRate": contract.at(at) / 100_000, "relativeFundingRate": 0.000_01}
	}
	return object{"rates": list}, ""
}

// krakenFuturesFees is the only schedule of fees there is.
const krakenFuturesFees = "5b755fea-c5b0-4307-a66e-b392cd5bd931"

func (v *krakenFutures) feeSchedules(krakenFuturesCall) (object, krakenFuturesRefusal) {
	return object{"feeSchedules": []object{{
		"uid": krakenFuturesFees, "name": "Futures schedule",
		"tiers": []object{{"makerFee": 0.02, "takerFee": 0.05, "usdVolume": 0}, {"makerFee": 0.015, "takerFee": 0.04, "usdVolume": 100_000}},
	}}}, ""
}

var krakenFuturesIntervals = map[string]time.Duration{
	"1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "30m": 30 * time.Minute, "1h": time.Hour, "4h": 4 * time.Hour,
	"12h": 12 * time.Hour, "1d": day, "1w": 7 * day,
}

const krakenFuturesMostCandles = 500 // in an answer; Kraken gives more

// candles gives those of a span of time, the oldest first.
func (v *krakenFutures) candles(c krakenFuturesCall) (object, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(c.PathValue("symbol"))
	width, known := krakenFuturesIntervals[c.PathValue("interval")]
	if refusal != "" || !known || !anyOf([]string{c.PathValue("kind")}, []string{"trade", "mark", "spot"}) {
		return nil, krakenFuturesBadArgument
	}
	step := int64(width / time.Second)
	until := v.now().Unix()
	if to, err := strconv.ParseInt(c.params.Get("to"), 10, 64); err == nil {
		until = min(until, to)
	}
	from := until - 60*step
	if start, err := strconv.ParseInt(c.params.Get("from"), 10, 64); err == nil {
		from = start
	}
	list := []object{}
	from = max(from, until-krakenFuturesMostCandles*step)
	for at := (from + step - 1) / step * step; at <= until; at += step {
		open, end := contract.at(time.Unix(at, 0)), contract.at(time.Unix(at+step, 0))
		list = append(list, object{
			"time": at * 1000, "open": contract.price(open), "high": contract.price(max(open, end)),
			"low": contract.price(min(open, end)), "close": contract.price(end), "volume": "12",
		})
	}
	return object{"candles": list, "more_candles": false}, ""
}
