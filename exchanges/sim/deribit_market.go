package sim

import (
	"math"
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

// deribitInstruments returns what is traded on a day. The dated ones end on
// the last Friday of the year, or of the next one from December on.
func deribitInstruments(now time.Time) []deribitInstrument {
	end := lastFridayOfYear(now)
	day := strings.ToUpper(end.Format("2Jan06"))
	btc, eth := pair{"BTC", "USD", 64_000, 1, 1}, pair{"ETH", "USD", 3_200, 2, 1}
	option := func(name, side string, strike float64) deribitInstrument {
		return deribitInstrument{
			pair: pair{"BTC", "BTC", 0.05, 4, 1}, name: "BTC-" + day + name, kind: "option", settlement: "month",
			settled: "BTC", counter: "USD", tick: 0.0001, least: 0.1, contract: 1, expires: end, strike: strike, side: side,
		}
	}
	return []deribitInstrument{
		{pair: btc, name: "BTC-PERPETUAL", kind: "future", settlement: "perpetual", settled: "BTC", counter: "USD",
			tick: 0.5, least: 10, contract: 10, expires: deribitForever},
		{pair: eth, name: "ETH-PERPETUAL", kind: "future", settlement: "perpetual", settled: "ETH", counter: "USD",
			tick: 0.05, least: 1, contract: 1, expires: deribitForever},
		{pair: btc, name: "BTC-" + day, kind: "future", settlement: "month", settled: "BTC", counter: "USD",
			tick: 2.5, least: 10, contract: 10, expires: end},
		option("-64000-C", "call", 64_000),
		option("-64000-P", "put", 64_000),
		{pair: pair{"BTC", "USDC", 64_010, 0, 4}, name: "BTC_USDC", kind: "spot", counter: "USDC",
			tick: 1, least: 0.0001, contract: 0.0001, expires: deribitForever},
		{pair: pair{"ETH", "USDC", 3_201, 1, 4}, name: "ETH_USDC", kind: "spot", counter: "USDC",
			tick: 0.1, least: 0.0001, contract: 0.0001, expires: deribitForever},
	}
}

func lastFridayOfYear(now time.Time) time.Time {
	year := now.Year()
	if now.Month() == time.December {
		year++
	}
	end := time.Date(year, time.December, 31, 8, 0, 0, 0, time.UTC)
	return end.AddDate(0, 0, -int((end.Weekday()-time.Friday+7)%7))
}

func (v *deribit) getTime(*deribitCall) (any, *deribitError) { return v.now().UnixMilli(), nil }

func (v *deribit) test(*deribitCall) (any, *deribitError) { return object{"version": "1.2.26"}, nil }

func (v *deribit) status(*deribitCall) (any, *deribitError) {
	return object{"locked": "false", "locked_currencies": []string{}}, nil
}

func (v *deribit) getCurrencies(*deribitCall) (any, *deribitError) {
	names := map[string]string{"BTC": "Bitcoin", "ETH": "Ethereum", "USDC": "USD Coin", "USDT": "Tether USD"}
	kinds := map[string]string{"BTC": "BITCOIN"}
	rows := []object{}
	for _, currency := range deribitCurrencies {
		kind := kinds[currency]
		if kind == "" {
			kind = "ETHER"
		}
		rows = append(rows, object{
			"currency": currency, "currency_long": names[currency], "coin_type": kind, "min_confirmations": 1,
			"min_withdrawal_fee": 0.0001, "withdrawal_fee": 0.0001, "withdrawal_priorities": []object{}, "decimals": 8,
			"in_cross_collateral_pool": false, "network_fee": 0.0001, "network_currency": currency, "apr": 0,
		})
	}
	return rows, nil
}

func (v *deribit) getInstruments(c *deribitCall) (any, *deribitError) {
	chosen, failure := v.chosen(c, false)
	if failure != nil {
		return nil, failure
	}
	rows := []object{}
	for _, i := range chosen {
		rows = append(rows, i.row())
	}
	return rows, nil
}

func (v *deribit) getInstrument(c *deribitCall) (any, *deribitError) {
	i, failure := v.named(c)
	if failure != nil {
		return nil, failure
	}
	return i.row(), nil
}

// row describes an instrument.
func (i deribitInstrument) row() object {
	quote := i.Quote
	row := object{
		"instrument_name": i.name, "kind": i.kind, "base_currency": i.Base, "quote_currency": quote,
		"counter_currency": i.counter, "tick_size": i.tick, "tick_size_steps": []object{}, "min_trade_amount": i.least,
		"contract_size": i.contract, "maker_commission": 0, "taker_commission": 0.0005, "is_active": true, "state": "open",
		"creation_timestamp": int64(1_534_242_287_000), "expiration_timestamp": i.expires.UnixMilli(), "rfq": false,
		"price_index": i.index(), "instrument_id": len(i.name),
	}
	if i.kind != "spot" {
		row["settlement_currency"], row["settlement_period"] = i.settled, i.settlement
		row["block_trade_commission"], row["instrument_type"] = 0.0001, "reversed"
	}
	switch i.kind {
	case "future":
		row["future_type"], row["max_leverage"], row["max_liquidation_commission"] = "reversed", 50, 0.0075
	case "option":
		row["strike"], row["option_type"] = i.strike, i.side
	}
	return row
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
			price := i.at(v.now())
			return object{"index_price": cents(price), "estimated_delivery_price": cents(price)}, nil
		}
	}
	return nil, deribitBadParams.with("unknown index", "index_name")
}

func (v *deribit) ticker(c *deribitCall) (any, *deribitError) {
	i, failure := v.named(c)
	if failure != nil {
		return nil, failure
	}
	return v.quote(i), nil
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
	book := v.quote(i)
	book["bids"], book["asks"], book["change_id"] = bids, asks, v.now().UnixMilli()
	return book, nil
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

func cents(price float64) float64 { return math.Round(price*100) / 100 }

// quote is what ticker and the order book have in common.
func (v *deribit) quote(i deribitInstrument) object {
	price := i.at(v.now())
	bids, asks := v.ladder(i, 1)
	q := object{
		"instrument_name": i.name, "timestamp": v.now().UnixMilli(), "state": "open",
		"best_bid_price": bids[0][0], "best_bid_amount": bids[0][1],
		"best_ask_price": asks[0][0], "best_ask_amount": asks[0][1],
		"last_price": i.rounded(price), "mark_price": i.rounded(price), "index_price": cents(i.underlying(v.now())),
		"min_price": i.rounded(price * 0.98), "max_price": i.rounded(price * 1.02), "open_interest": 111_536_690,
		"stats": object{"high": i.rounded(price * 1.01), "low": i.rounded(price * 0.99), "volume": 1_954.1,
			"volume_usd": 125_062_400, "price_change": 0.5},
	}
	switch {
	case i.settlement == "perpetual":
		q["current_funding"], q["funding_8h"], q["interest_value"] = 0, 0.0000031, 0
	case i.kind == "option":
		q["mark_iv"], q["bid_iv"], q["ask_iv"], q["underlying_price"] = 52.3, 52.1, 52.5, cents(i.underlying(v.now()))
		q["underlying_index"], q["interest_rate"] = "BTC-PERPETUAL", 0
		q["greeks"] = object{"delta": 0.5, "gamma": 0.00002, "vega": 90.1, "theta": -40.2, "rho": 12.1}
	}
	return q
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
	rows := []object{}
	for _, i := range chosen {
		rows = append(rows, v.summaryOf(i))
	}
	return rows, nil
}

func (v *deribit) summaryByInstrument(c *deribitCall) (any, *deribitError) {
	i, failure := v.named(c)
	if failure != nil {
		return nil, failure
	}
	return []object{v.summaryOf(i)}, nil
}

func (v *deribit) summaryOf(i deribitInstrument) object {
	price := i.at(v.now())
	bids, asks := v.ladder(i, 1)
	return object{
		"instrument_name": i.name, "base_currency": i.Base, "quote_currency": i.Quote, "creation_timestamp": v.now().UnixMilli(),
		"bid_price": bids[0][0], "ask_price": asks[0][0], "mid_price": i.rounded(price), "last": i.rounded(price),
		"mark_price": i.rounded(price), "high": i.rounded(price * 1.01), "low": i.rounded(price * 0.99), "volume": 1_954.1,
		"volume_usd": 125_062_400, "price_change": 0.5, "open_interest": 111_536_690,
	}
}

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
