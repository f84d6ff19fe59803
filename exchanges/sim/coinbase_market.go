package sim

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// coinbaseDollars are the products in dollars.
var coinbaseDollars = []pair{
	{"BTC", "USD", 64_000, 2, 8},
	{"ETH", "USD", 3_200, 2, 8},
	{"SOL", "USD", 150, 2, 8},
	{"USDT", "USD", 1, 5, 2},
}

// coinbasePairs returns all products: those in dollars, and the simulated market.
func coinbasePairs() []pair { return slices.Concat(coinbaseDollars, traded) }

func coinbaseID(p pair) string { return p.Base + "-" + p.Quote }

func coinbaseFind(id string) (pair, *coinbaseError) {
	for _, p := range coinbasePairs() {
		if coinbaseID(p) == id {
			return p, nil
		}
	}
	return pair{}, errCoinbaseProduct
}

// coinbaseNames are what assets are called in full, and how many decimals
// they have.
var coinbaseNames = map[string]struct {
	name     string
	decimals int
}{
	"BTC": {"Bitcoin", 8}, "ETH": {"Ethereum", 8}, "SOL": {"Solana", 9},
	"USDT": {"Tether", 6}, "USDC": {"USDC", 6}, "USD": {"US Dollar", 2},
}

// coinbaseTime writes a moment as Coinbase does.
func coinbaseTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

func (v *coinbase) time(coinbaseCall) (any, *coinbaseError) {
	return moments(v.now()).json(`{"iso":"$rfc3339","epochSeconds":"$seconds","epochMillis":"$ms"}`), nil
}

func (v *coinbase) appTime(coinbaseCall) (any, *coinbaseError) {
	return moments(v.now()).json(`{"data":{"epoch":$seconds,"iso":"$rfc3339"}}`), nil
}

func (v *coinbase) describe(p pair) json.RawMessage {
	names := []string{"baseName", coinbaseNames[p.Base].name, "quoteName", coinbaseNames[p.Quote].name}
	return p.figures(v.now()).and(names...).json(`{"product_id":"$base-$quote","price":"$last","price_percentage_change_24h":"$percent",
		"volume_24h":"$volume","volume_percentage_change_24h":"-2.5","base_increment":"$step","quote_increment":"$tick","price_increment":"$tick",
		"quote_min_size":"1","quote_max_size":"150000000","base_min_size":"$step","base_max_size":"3400","base_name":"$baseName",
		"quote_name":"$quoteName","watched":false,"is_disabled":false,"new":false,"status":"online","cancel_only":false,"limit_only":false,
		"post_only":false,"trading_disabled":false,"auction_mode":false,"product_type":"SPOT","quote_currency_id":"$quote",
		"base_currency_id":"$base","fcm_trading_session_details":null,"mid_market_price":"","alias":"","alias_to":[],
		"base_display_symbol":"$base","quote_display_symbol":"$quote","view_only":false,"display_name":"$base-$quote","product_venue":"CBE"}`)
}

// products lists spot products; the account has no derivatives.
func (v *coinbase) products(c coinbaseCall) (any, *coinbaseError) {
	list, wanted := []json.RawMessage{}, c.params["product_ids"]
	for _, p := range coinbasePairs() {
		if len(wanted) == 0 || contains(wanted, coinbaseID(p)) {
			list = append(list, v.describe(p))
		}
	}
	switch kind := param(c.params, "product_type"); kind {
	case "", "UNKNOWN_PRODUCT_TYPE", "SPOT":
	case "FUTURE":
		list = []json.RawMessage{}
	default:
		return nil, coinbaseBad("parsing field \"product_type\": " + strconv.Quote(kind) + " is not a valid value")
	}
	return jsonOf(`{"products":?,"num_products":?}`, list, len(list)), nil
}

func (v *coinbase) product(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(segment(c.Request, "product"))
	if refusal != nil {
		return nil, refusal
	}
	return v.describe(p), nil
}

// pricebook gives one side's levels as objects.
func (v *coinbase) pricebook(p pair, n int) json.RawMessage {
	bids, asks := p.book(v.now(), n, `{"price":"$price","size":"$size"}`)
	return p.terms().and("time", coinbaseTime(v.now())).with("bids", bids).with("asks", asks).json(
		`{"product_id":"$base-$quote","bids":$bids,"asks":$asks,"time":"$time"}`)
}

func (v *coinbase) productBook(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(param(c.params, "product_id"))
	if refusal != nil {
		return nil, refusal
	}
	return jsonOf(`{"pricebook":?}`, v.pricebook(p, boundedInt(param(c.params, "limit"), 100, 500))), nil
}

func (v *coinbase) bestBidAsk(c coinbaseCall) (any, *coinbaseError) {
	list, wanted := []json.RawMessage{}, c.params["product_ids"]
	for _, p := range coinbasePairs() {
		if len(wanted) == 0 || contains(wanted, coinbaseID(p)) {
			list = append(list, v.pricebook(p, 1))
		}
	}
	return jsonOf(`{"pricebooks":?}`, list), nil
}

// trades are the last ones, the newest first, and the best prices.
func (v *coinbase) trades(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(segment(c.Request, "product"))
	if refusal != nil {
		return nil, refusal
	}
	list := p.trades(v.now(), boundedInt(param(c.params, "limit"), 100, 1000), `{"trade_id":"$seconds","product_id":"$base-$quote","price":"$price",
		"size":"$size","time":"$rfc3339","side":"$SIDE","bid":"","ask":"","exchange":"CBE"}`)
	return p.figures(v.now()).with("trades", list).json(`{"trades":$trades,"best_bid":"$bid","best_ask":"$ask"}`), nil
}

var coinbaseGranularities = table[time.Duration]{
	{"ONE_MINUTE", time.Minute}, {"FIVE_MINUTE", 5 * time.Minute}, {"FIFTEEN_MINUTE", 15 * time.Minute}, {"THIRTY_MINUTE", 30 * time.Minute},
	{"ONE_HOUR", time.Hour}, {"TWO_HOUR", 2 * time.Hour}, {"FOUR_HOUR", 4 * time.Hour}, {"SIX_HOUR", 6 * time.Hour}, {"ONE_DAY", day},
}

const coinbaseMostCandles = 350 // in an answer

// candles gives those of a span of time, the newest first.
func (v *coinbase) candles(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(segment(c.Request, "product"))
	if refusal != nil {
		return nil, refusal
	}
	width, known := coinbaseGranularities.of(param(c.params, "granularity"))
	from, badStart := strconv.ParseInt(param(c.params, "start"), 10, 64)
	until, badEnd := strconv.ParseInt(param(c.params, "end"), 10, 64)
	if !known || badStart != nil || badEnd != nil || from > until {
		return nil, coinbaseBad("start, end and granularity are required")
	}
	step := int64(width / time.Second)
	if (until-from)/step >= coinbaseMostCandles {
		return nil, coinbaseBad("number of candles requested should be less than 350")
	}
	last := time.Unix(min(until, v.now().Unix()), 0)
	return jsonOf(`{"candles":?}`,
		p.tell(p.barsBetween(time.Unix(from, 0), last, width, coinbaseMostCandles), width, v.now(),
			`{"start":"$seconds","low":"$low","high":"$high","open":"$open","close":"$close","volume":"$volume"}`)), nil
}

// currency describes an asset in the shape of the Coinbase App.
func (v *coinbase) currency(code string) json.RawMessage {
	known := coinbaseNames[code]
	return fill(`{"asset_id":"$id","code":"$code","name":"$name","color":"#0052FF","sort_index":100,"exponent":$exponent,"type":"crypto",
		"address_regex":"^[0-9A-Za-z]{26,64}$","slug":"$slug"}`,
		"id", uuid4(newMaterial("coinbase", "asset", code)), "code", code, "name", known.name, "exponent", strconv.Itoa(known.decimals),
		"slug", strings.ToLower(known.name))
}

func (v *coinbase) crypto(coinbaseCall) (any, *coinbaseError) {
	list := []json.RawMessage{}
	for _, code := range []string{"BTC", "ETH", "SOL", "USDC", "USDT"} {
		list = append(list, v.currency(code))
	}
	return jsonOf(`{"data":?}`, list), nil
}

// exchangeRates tells how much of each asset a dollar, or another asset, buys.
func (v *coinbase) exchangeRates(c coinbaseCall) (any, *coinbaseError) {
	base := cmp.Or(param(c.params, "currency"), "USD")
	if _, known := coinbaseNames[base]; !known {
		return nil, coinbaseBad("Invalid currency (" + base + ")")
	}
	rates := map[string]string{}
	for code := range coinbaseNames {
		rates[code] = decimal(dollars(base)/dollars(code), 10)
	}
	return jsonOf(`{"data":{"currency":?,"rates":?}}`, base, rates), nil
}

// appPrice tells what an asset costs: to buy, to sell or in the middle.
func (v *coinbase) appPrice(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(segment(c.Request, "pair"))
	if refusal != nil {
		return nil, refusal
	}
	figure, known := map[string]string{"spot": "$last", "buy": "$ask", "sell": "$bid"}[segment(c.Request, "side")]
	if !known {
		return nil, errCoinbasePath
	}
	return p.figures(v.now()).json(`{"data":{"amount":"` + figure + `","base":"$base","currency":"$quote"}}`), nil
}
