package sim

import (
	"encoding/json"
	"slices"
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

// describe writes a text for each contract.
func (v *krakenFutures) describe(text string) []json.RawMessage {
	list := []json.RawMessage{}
	for _, c := range krakenFuturesContracts {
		list = append(list, c.figures(v.now()).json(text))
	}
	return list
}

// figures add what the exchange calls a contract, the step of its prices, and
// how many decimals its sizes have. Inverse contracts come by the dollar, of
// which a whole number changes hands.
func (c krakenFuturesContract) figures(now time.Time) figures {
	f := c.pair.figures(now).and("symbol", c.symbol, "kind", c.kind, "coin", krakenFuturesAsset(c.Base), "tick", decimal(c.tick, 2))
	if c.SizeDecimals == 0 {
		f.and("bidSize", "5000", "askSize", "5000")
	}
	return f
}

func (v *krakenFutures) instruments(krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	return jsonOf(`{"instruments":?}`,
		v.describe(`{"symbol":"$symbol","type":"$kind","tradeable":true,"postOnly":false,"tickSize":$tick,"contractSize":1,
		"base":"$base","quote":"$quote","pair":"$coin:$quote","tags":[],"category":"Layer 1","contractValueTradePrecision":$sizePlaces,
		"impactMidSize":1,"maxPositionSize":1000000,"openingDate":"2022-01-01T00:00:00.000Z",
		"marginLevels":[{"contracts":0,"numNonContractUnits":0,"initialMargin":0.02,"maintenanceMargin":0.01}],
		"retailMarginLevels":[{"contracts":0,"numNonContractUnits":0,"initialMargin":0.02,"maintenanceMargin":0.01}],
		"fundingRateCoefficient":8,"maxRelativeFundingRate":0.001,"feeScheduleUid":"`+krakenFuturesFees+`","mtf":false,"tradfi":false}`)), ""
}

const krakenFuturesDay = `{"tag":"perpetual","pair":"$coin:$quote","symbol":"$symbol","markPrice":$last,"indexPrice":$last,"last":$last,
	"bid":$bid,"bidSize":$bidSize,"ask":$ask,"askSize":$askSize,"lastTime":"$iso","lastSize":$unit,"vol24h":1000,"volumeQuote":$turnover,
	"openInterest":1950,"open24h":$open,"high24h":$high,"low24h":$low,"change24h":$percent,"fundingRate":0.35,
	"fundingRatePrediction":0.36,"suspended":false,"postOnly":false}`

func (v *krakenFutures) instrumentStatus(c krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	status := func(symbol string) json.RawMessage {
		return jsonOf(`{"tradeable":?,"experiencingDislocation":false,"priceDislocationDirection":null,"experiencingExtremeVolatility":false,
			"extremeVolatilityInitialMarginMultiplier":1}`, symbol)
	}
	if symbol := segment(c.Request, "symbol"); symbol != "" {
		contract, refusal := krakenFuturesFind(symbol)
		return status(contract.symbol), refusal
	}
	list := []json.RawMessage{}
	for _, contract := range krakenFuturesContracts {
		list = append(list, status(contract.symbol))
	}
	return jsonOf(`{"instrumentStatus":?}`, list), ""
}

func (v *krakenFutures) tickers(c krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	if symbol := segment(c.Request, "symbol"); symbol != "" {
		contract, refusal := krakenFuturesFind(symbol)
		if refusal != "" {
			return nil, refusal
		}
		return jsonOf(`{"ticker":?}`, contract.figures(v.now()).json(krakenFuturesDay)), ""
	}
	return jsonOf(`{"tickers":?}`, v.describe(krakenFuturesDay)), ""
}

func (v *krakenFutures) orderBook(c krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(param(c.params, "symbol"))
	if refusal != "" {
		return nil, refusal
	}
	text := `[$price,$size]`
	if contract.SizeDecimals == 0 {
		text = `[$price,${lots}00]`
	}
	bids, asks := contract.book(v.now(), 25, text)
	return jsonOf(`{"orderBook":{"bids":?,"asks":?}}`, bids, asks), ""
}

func (v *krakenFutures) trades(c krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(param(c.params, "symbol"))
	if refusal != "" {
		return nil, refusal
	}
	return jsonOf(`{"history":?}`,
		contract.trades(v.now(), 20, `{"time":"$iso","trade_id":$seconds,"price":$price,"size":$unit,"side":"$side",
		"type":"fill","uid":"5b755fea-c5b0-4307-a66e-00$seconds"}`)), ""
}

// executions are the trades of a market in the shape of the history service.
func (v *krakenFutures) executions(c krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(segment(c.Request, "symbol"))
	if refusal != "" {
		return nil, refusal
	}
	const order = `"tradeable":"$market","quantity":"$unit","timestamp":"$ms","limitPrice":"$price","reduceOnly":false,"lastUpdateTimestamp":"$ms"`
	list := contract.trades(v.now(), boundedInt(param(c.params, "count"), 100, 1000), strings.ReplaceAll(`{"uid":"b392cd5b-c5b0-4307-a66e-00$seconds",
		"timestamp":"$ms","event":{"Execution":{"execution":{"uid":"5b755fea-c5b0-4307-a66e-00$seconds",
			"makerOrder":{"uid":"c5b0a66e-c5b0-4307-a66e-00$seconds","direction":"Buy","orderType":"Post",`+order+`},
			"takerOrder":{"uid":"a66ec5b0-c5b0-4307-a66e-00$seconds","direction":"Sell","orderType":"Market",`+order+`},
			"timestamp":"$ms","quantity":"$unit","price":"$price","markPrice":"$price","limitFilled":false,"usdValue":"$price"},
			"takerReducedQuantity":""}}}`, "$market", contract.symbol))
	return jsonOf(`{"elements":?,"len":?}`, list, strconv.Itoa(len(list))), ""
}

// fundingRates are those of the last day, the oldest first.
func (v *krakenFutures) fundingRates(c krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(param(c.params, "symbol"))
	if refusal != "" {
		return nil, refusal
	}
	list := contract.candles(v.now(), time.Hour, 24, `{"timestamp":"$iso","fundingRate":0.35,"relativeFundingRate":0.00001}`)
	slices.Reverse(list)
	return jsonOf(`{"rates":?}`, list), ""
}

// krakenFuturesFees is the only schedule of fees there is.
const krakenFuturesFees = "5b755fea-c5b0-4307-a66e-b392cd5bd931"

func (v *krakenFutures) feeSchedules(krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	return jsonOf(`{"feeSchedules":[{"uid":"` + krakenFuturesFees + `","name":"Futures schedule",
		"tiers":[{"makerFee":0.02,"takerFee":0.05,"usdVolume":0},{"makerFee":0.015,"takerFee":0.04,"usdVolume":100000}]}]}`), ""
}

var krakenFuturesIntervals = table[time.Duration]{
	{"1m", time.Minute}, {"5m", 5 * time.Minute}, {"15m", 15 * time.Minute}, {"30m", 30 * time.Minute}, {"1h", time.Hour}, {"4h", 4 * time.Hour},
	{"12h", 12 * time.Hour}, {"1d", day}, {"1w", 7 * day},
}

const krakenFuturesMostCandles = 500 // in an answer; Kraken gives more

// candles gives those of a span of time, the oldest first.
func (v *krakenFutures) candles(c krakenFuturesCall) (json.RawMessage, krakenFuturesRefusal) {
	contract, refusal := krakenFuturesFind(segment(c.Request, "symbol"))
	width, known := krakenFuturesIntervals.of(segment(c.Request, "interval"))
	if refusal != "" || !known || !anyOf([]string{segment(c.Request, "kind")}, []string{"trade", "mark", "spot"}) {
		return nil, krakenFuturesBadArgument
	}
	until := v.now().Unix()
	if to, err := strconv.ParseInt(param(c.params, "to"), 10, 64); err == nil {
		until = min(until, to)
	}
	from := until - 60*int64(width/time.Second)
	if start, err := strconv.ParseInt(param(c.params, "from"), 10, 64); err == nil {
		from = start
	}
	bars := contract.barsBetween(time.Unix(from, 0), time.Unix(until, 0), width, krakenFuturesMostCandles+1)
	list := contract.tell(bars, width, v.now(), `{"time":$ms,"open":"$open","high":"$high","low":"$low","close":"$close","volume":"12"}`)
	slices.Reverse(list)
	return jsonOf(`{"candles":?,"more_candles":false}`, list), ""
}
