package sim

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// deribitInstrument is what can be traded: a pair of the simulated market
// with the terms of a contract on it.
type deribitInstrument struct {
	pair
	name       string
	kind       string // spot, future, option
	settlement string // perpetual, month; empty for spot
	settled    string // the currency of profits; empty for spot
	counter    string // what the price is compared with
	tick       float64
	least      float64 // smallest amount
	contract   float64
	expires    time.Time
	strike     float64
	side       string // call, put
}

// deribitForever is the expiry of instruments that have none.
var deribitForever = time.UnixMilli(32_503_708_800_000)

// deribitContracts are what is traded. The names of the dated ones have DATE
// for the day on which they end.
var deribitContracts = []deribitInstrument{
	{pair: pair{"BTC", "USD", 64_000, 1, 1}, name: "BTC-PERPETUAL", kind: "future", settlement: "perpetual", settled: "BTC", counter: "USD",
		tick: 0.5, least: 10, contract: 10},
	{pair: pair{"ETH", "USD", 3_200, 2, 1}, name: "ETH-PERPETUAL", kind: "future", settlement: "perpetual", settled: "ETH", counter: "USD",
		tick: 0.05, least: 1, contract: 1},
	{pair: pair{"BTC", "USD", 64_000, 1, 1}, name: "BTC-DATE", kind: "future", settlement: "month", settled: "BTC", counter: "USD",
		tick: 2.5, least: 10, contract: 10},
	{pair: pair{"BTC", "BTC", 0.05, 4, 1}, name: "BTC-DATE-64000-C", kind: "option", settlement: "month", settled: "BTC", counter: "USD",
		tick: 0.0001, least: 0.1, contract: 1, strike: 64_000, side: "call"},
	{pair: pair{"BTC", "BTC", 0.05, 4, 1}, name: "BTC-DATE-64000-P", kind: "option", settlement: "month", settled: "BTC", counter: "USD",
		tick: 0.0001, least: 0.1, contract: 1, strike: 64_000, side: "put"},
	{pair: pair{"BTC", "USDC", 64_010, 0, 4}, name: "BTC_USDC", kind: "spot", counter: "USDC", tick: 1, least: 0.0001, contract: 0.0001},
	{pair: pair{"ETH", "USDC", 3_201, 1, 4}, name: "ETH_USDC", kind: "spot", counter: "USDC", tick: 0.1, least: 0.0001, contract: 0.0001},
}

// deribitInstruments returns what is traded on a day. The dated ones end on
// the last Friday of the year, or of the next one from December on.
func deribitInstruments(now time.Time) []deribitInstrument {
	end := lastFridayOfYear(now)
	list := slices.Clone(deribitContracts)
	for i := range list {
		one := &list[i]
		one.expires = deribitForever
		if one.settlement == "month" {
			one.name, one.expires = strings.Replace(one.name, "DATE", strings.ToUpper(end.Format("2Jan06")), 1), end
		}
	}
	return list
}

func lastFridayOfYear(now time.Time) time.Time {
	year := now.Year()
	if now.Month() == time.December {
		year++
	}
	end := time.Date(year, time.December, 31, 8, 0, 0, 0, time.UTC)
	return end.AddDate(0, 0, -int((end.Weekday()-time.Friday+7)%7))
}

func (v *deribit) getTime(*deribitCall) (any, *deribitError) { return inMillis(v.now()), nil }

func (v *deribit) test(*deribitCall) (any, *deribitError) {
	return json.RawMessage(`{"version":"1.2.26"}`), nil
}

func (v *deribit) status(*deribitCall) (any, *deribitError) {
	return json.RawMessage(`{"locked":"false","locked_currencies":[]}`), nil
}

func (v *deribit) getCurrencies(*deribitCall) (any, *deribitError) {
	names := map[string]string{"BTC": "Bitcoin", "ETH": "Ethereum", "USDC": "USD Coin", "USDT": "Tether USD"}
	rows := []json.RawMessage{}
	for _, currency := range deribitCurrencies {
		kind := "ETHER"
		if currency == "BTC" {
			kind = "BITCOIN"
		}
		rows = append(rows, fill(`{"currency":"$currency","currency_long":"$name","coin_type":"$kind","min_confirmations":1,
			"min_withdrawal_fee":0.0001,"withdrawal_fee":0.0001,"withdrawal_priorities":[],"decimals":8,"in_cross_collateral_pool":false,
			"network_fee":0.0001,"network_currency":"$currency","apr":0}`, "currency", currency, "name", names[currency], "kind", kind))
	}
	return rows, nil
}

// byDeribitInstrument makes a method that writes a text for the instrument that
// a call names. Not inlined: each copy would have a closure of its own.
//
//go:noinline
func byDeribitInstrument(text func(deribitInstrument) string) func(*deribit, *deribitCall) (any, *deribitError) {
	return func(v *deribit, c *deribitCall) (any, *deribitError) {
		i, failure := v.named(c)
		if failure != nil {
			return nil, failure
		}
		return v.figures(i).json(text(i)), nil
	}
}

func (v *deribit) getInstruments(c *deribitCall) (any, *deribitError) {
	chosen, failure := v.chosen(c, false)
	rows := []json.RawMessage{}
	for _, i := range chosen {
		rows = append(rows, v.figures(i).json(i.terms()))
	}
	return rows, failure
}

// figures add to those of the pair the terms of the contract, the best offers
// on its own tick, and what it is about.
func (v *deribit) figures(i deribitInstrument) figures {
	bids, asks := v.ladder(i, 1)
	return i.pair.figures(v.now()).and("name", i.name, "kind", i.kind, "counter", i.counter, "index", i.index(), "tick", shortest(i.tick),
		"least", shortest(i.least), "contract", shortest(i.contract), "expires", millis(i.expires), "number", strconv.Itoa(len(i.name)),
		"settled", i.settled, "period", i.settlement, "strike", shortest(i.strike), "side", i.side, "underlying", decimal(i.underlying(v.now()), 2),
		"bid", shortest(bids[0][0]), "bidSize", shortest(bids[0][1]), "ask", shortest(asks[0][0]), "askSize", shortest(asks[0][1]))
}

// shortest writes a number with as few digits as it takes.
func shortest(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// terms is the text that describes an instrument.
func (i deribitInstrument) terms() string {
	text := `{"instrument_name":"$name","kind":"$kind","base_currency":"$base","quote_currency":"$quote","counter_currency":"$counter",
		"tick_size":$tick,"tick_size_steps":[],"min_trade_amount":$least,"contract_size":$contract,"maker_commission":0,
		"taker_commission":0.0005,"is_active":true,"state":"open","creation_timestamp":1534242287000,"expiration_timestamp":$expires,
		"rfq":false,"price_index":"$index","instrument_id":$number`
	if i.kind != "spot" {
		text += `,"settlement_currency":"$settled","settlement_period":"$period","block_trade_commission":0.0001,"instrument_type":"reversed"`
	}
	switch i.kind {
	case "future":
		text += `,"future_type":"reversed","max_leverage":50,"max_liquidation_commission":0.0075`
	case "option":
		text += `,"strike":$strike,"option_type":"$side"`
	}
	return text + "}"
}

// index names the index that an instrument is compared with.
func (i deribitInstrument) index() string { return strings.ToLower(i.Base + "_" + i.counter) }

func (v *deribit) getIndexPrice(c *deribitCall) (any, *deribitError) {
	name, failure := c.needs("index_name")
	if failure != nil {
		return nil, failure
	}
	for _, i := range deribitInstruments(v.now()) {
		if i.index() == name && i.kind != "option" {
			return fill(`{"index_price":$price,"estimated_delivery_price":$price}`, "price", decimal(i.at(v.now()), 2)), nil
		}
	}
	return nil, deribitBadParams.with("unknown index", "index_name")
}

func (v *deribit) getOrderBook(c *deribitCall) (any, *deribitError) {
	i, failure := v.named(c)
	if failure != nil {
		return nil, failure
	}
	depth, failure := c.number("depth", 5, 10_000)
	if failure != nil {
		return nil, failure
	}
	bids, asks := v.ladder(i, depth)
	text := strings.TrimSuffix(i.day(), "}") + `,"bids":$bids,"asks":$asks,"change_id":$ms}`
	return v.figures(i).with("bids", bids).with("asks", asks).json(text), nil
}

// mostLevels keeps a book from being larger than any real one.
const mostLevels = 100

// ladder returns the two sides of a book on the instrument's own tick.
func (v *deribit) ladder(i deribitInstrument, n int) (bids, asks [][2]float64) {
	n = min(n, mostLevels)
	middle := math.Round(i.at(v.now())/i.tick) * i.tick
	bids, asks = make([][2]float64, n), make([][2]float64, n)
	for level := range n {
		away, amount := i.tick*float64(level+1), i.least*float64(level+1)
		bids[level] = [2]float64{i.rounded(middle - away), amount}
		asks[level] = [2]float64{i.rounded(middle + away), amount}
	}
	return bids, asks
}

// rounded cuts off what binary fractions add to a price.
func (i deribitInstrument) rounded(price float64) float64 {
	out, _ := strconv.ParseFloat(decimal(price, i.PriceDecimals), 64) // decimal writes numbers
	return out
}

// day is the text of a ticker.
func (i deribitInstrument) day() string {
	text := `{"instrument_name":"$name","timestamp":$ms,"state":"open","best_bid_price":$bid,"best_bid_amount":$bidSize,"best_ask_price":$ask,
		"best_ask_amount":$askSize,"last_price":$last,"mark_price":$last,"index_price":$underlying,"min_price":$low,"max_price":$high,
		"open_interest":111536690,"stats":{"high":$high,"low":$low,"volume":1954.1,"volume_usd":125062400,"price_change":0.5}`
	switch {
	case i.settlement == "perpetual":
		text += `,"current_funding":0,"funding_8h":0.0000031,"interest_value":0`
	case i.kind == "option":
		text += `,"mark_iv":52.3,"bid_iv":52.1,"ask_iv":52.5,"underlying_price":$underlying,"underlying_index":"BTC-PERPETUAL","interest_rate":0,
			"greeks":{"delta":0.5,"gamma":0.00002,"vega":90.1,"theta":-40.2,"rho":12.1}`
	}
	return text + "}"
}

// underlying is the price of what the instrument is about.
func (i deribitInstrument) underlying(now time.Time) float64 {
	if i.kind == "option" {
		return pair{"BTC", "USD", 64_000, 1, 1}.at(now)
	}
	return i.at(now)
}

func (v *deribit) summaryByCurrency(c *deribitCall) (any, *deribitError) {
	chosen, failure := v.chosen(c, true)
	if failure != nil {
		return nil, failure
	}
	rows := []json.RawMessage{}
	for _, i := range chosen {
		rows = append(rows, v.figures(i).json(deribitSummary))
	}
	return rows, nil
}

func (v *deribit) summaryByInstrument(c *deribitCall) (any, *deribitError) {
	i, failure := v.named(c)
	if failure != nil {
		return nil, failure
	}
	return []json.RawMessage{v.figures(i).json(deribitSummary)}, nil
}

const deribitSummary = `{"instrument_name":"$name","base_currency":"$base","quote_currency":"$quote","creation_timestamp":$ms,"bid_price":$bid,
	"ask_price":$ask,"mid_price":$last,"last":$last,"mark_price":$last,"high":$high,"low":$low,"volume":1954.1,"volume_usd":125062400,
	"price_change":0.5,"open_interest":111536690}`

// chosen returns the instruments of a currency, or of all for "any" and
// where the currency may be left out, and of a kind if one is named.
func (v *deribit) chosen(c *deribitCall, currencyNeeded bool) ([]deribitInstrument, *deribitError) {
	currency, kind := c.text("currency"), c.text("kind")
	if currency == "" && !currencyNeeded {
		currency = "any"
	}
	if currency != "any" {
		if _, failure := c.currency(); failure != nil {
			return nil, failure
		}
	}
	var out []deribitInstrument
	for _, i := range deribitInstruments(v.now()) {
		if (currency == "any" || i.Base == currency || i.Quote == currency) && (kind == "" || kind == i.kind) {
			out = append(out, i)
		}
	}
	return out, nil
}

// named returns the instrument that a call is about.
func (v *deribit) named(c *deribitCall) (deribitInstrument, *deribitError) {
	name, failure := c.needs("instrument_name")
	if failure != nil {
		return deribitInstrument{}, failure
	}
	for _, i := range deribitInstruments(v.now()) {
		if i.name == name {
			return i, nil
		}
	}
	return deribitInstrument{}, deribitBadParams.with("instrument not found", "instrument_name")
}
