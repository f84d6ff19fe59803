package sim

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// coinbasePairs are the products: the simulated market, and dollars.
func coinbasePairs() []pair {
	return append([]pair{
		{"BTC", "USD", 64_000, 2, 8},
		{"ETH", "USD", 3_200, 2, 8},
		{"SOL", "USD", 150, 2, 8},
		{"USDT", "USD", 1, 5, 2},
	}, pairs()...)
}

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
	now := v.now()
	return object{
		"iso": now.UTC().Format(time.RFC3339), "epochSeconds": unixText(now), "epochMillis": strconv.FormatInt(now.UnixMilli(), 10),
	}, nil
}

func (v *coinbase) appTime(coinbaseCall) (any, *coinbaseError) {
	now := v.now()
	return object{"data": object{"epoch": now.Unix(), "iso": now.UTC().Format(time.RFC3339)}}, nil
}

func (v *coinbase) describe(p pair) object {
	base, quote := coinbaseNames[p.Base], coinbaseNames[p.Quote]
	return object{
		"product_id": coinbaseID(p), "price": p.price(p.at(v.now())), "price_percentage_change_24h": "0.5", "volume_24h": p.size(1_954.1),
		"volume_percentage_change_24h": "-2.5", "base_increment": p.step(), "quote_increment": p.tick(), "price_increment": p.tick(),
		"quote_min_size": "1", "quote_max_size": "150000000", "base_min_size": p.step(), "base_max_size": "3400",
		"base_name": base.name, "quote_name": quote.name, "watched": false, "is_disabled": false, "new": false, "status": "online",
		"cancel_only": false, "limit_only": false, "post_only": false, "trading_disabled": false, "auction_mode": false,
		"product_type": "SPOT", "quote_currency_id": p.Quote, "base_currency_id": p.Base, "fcm_trading_session_details": nil,
		"mid_market_price": "", "alias": "", "alias_to": []string{}, "base_display_symbol": p.Base, "quote_display_symbol": p.Quote,
		"view_only": false, "display_name": coinbaseID(p), "product_venue": "CBE",
	}
}

// products lists spot products; the account has no derivatives.
func (v *coinbase) products(c coinbaseCall) (any, *coinbaseError) {
	list, wanted := []object{}, c.params["product_ids"]
	for _, p := range coinbasePairs() {
		if len(wanted) == 0 || slices.Contains(wanted, coinbaseID(p)) {
			list = append(list, v.describe(p))
		}
	}
	switch kind := c.params.Get("product_type"); kind {
	case "", "UNKNOWN_PRODUCT_TYPE", "SPOT":
	case "FUTURE":
		list = []object{}
	default:
		return nil, coinbaseBad("parsing field \"product_type\": " + strconv.Quote(kind) + " is not a valid value")
	}
	return object{"products": list, "num_products": len(list)}, nil
}

func (v *coinbase) product(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(c.PathValue("product"))
	if refusal != nil {
		return nil, refusal
	}
	return v.describe(p), nil
}

// pricebook gives one side's levels as objects.
func (v *coinbase) pricebook(p pair, n int) object {
	side := func(levels []level) []object {
		out := make([]object, len(levels))
		for i, l := range levels {
			out[i] = object{"price": l[0], "size": l[1]}
		}
		return out
	}
	bids, asks := p.depth(v.now(), n)
	return object{"product_id": coinbaseID(p), "bids": side(bids), "asks": side(asks), "time": coinbaseTime(v.now())}
}

func (v *coinbase) productBook(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(c.params.Get("product_id"))
	if refusal != nil {
		return nil, refusal
	}
	return object{"pricebook": v.pricebook(p, boundedInt(c.params.Get("limit"), 100, 500))}, nil
}

func (v *coinbase) bestBidAsk(c coinbaseCall) (any, *coinbaseError) {
	list, wanted := []object{}, c.params["product_ids"]
	for _, p := range coinbasePairs() {
		if len(wanted) == 0 || slices.Contains(wanted, coinbaseID(p)) {
			list = append(list, v.pricebook(p, 1))
		}
	}
	return object{"pricebooks": list}, nil
}

// trades are the last ones, the newest first, and the best prices.
func (v *coinbase) trades(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(c.PathValue("product"))
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, boundedInt(c.params.Get("limit"), 100, 1000))
	for i := range list {
		at := v.now().Add(-time.Duration(i) * time.Second)
		list[i] = object{
			"trade_id": strconv.FormatInt(at.Unix(), 10), "product_id": coinbaseID(p), "price": p.price(p.at(at)), "size": p.size(0.05),
			"time": coinbaseTime(at), "side": []string{"BUY", "SELL"}[at.Unix()%2], "bid": "", "ask": "", "exchange": "CBE",
		}
	}
	bids, asks := p.depth(v.now(), 1)
	return object{"trades": list, "best_bid": bids[0][0], "best_ask": asks[0][0]}, nil
}

var coinbaseGranularities = map[string]time.Duration{
	"ONE_MINUTE": time.Minute, "FIVE_MINUTE": 5 * time.Minute, "FIFTEEN_MINUTE": 15 * time.Minute, "THIRTY_MINUTE": 30 * time.Minute,
	"ONE_HOUR": time.Hour, "TWO_HOUR": 2 * time.Hour, "FOUR_HOUR": 4 * time.Hour, "SIX_HOUR": 6 * time.Hour, "ONE_DAY": day,
}

const coinbaseMostCandles = 350 // in an answer

// candles gives those of a span of time, the newest first.
func (v *coinbase) candles(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(c.PathValue("product"))
	if refusal != nil {
		return nil, refusal
	}
	width, known := coinbaseGranularities[c.params.Get("granularity")]
	from, badStart := strconv.ParseInt(c.params.Get("start"), 10, 64)
	until, badEnd := strconv.ParseInt(c.params.Get("end"), 10, 64)
	if !known || badStart != nil || badEnd != nil || from > until {
		return nil, coinbaseBad("start, end and granularity are required")
	}
	step := int64(width / time.Second)
	if (until-from)/step >= coinbaseMostCandles {
		return nil, coinbaseBad("number of candles requested should be less than 350")
	}
	list := []object{}
	for at := min(until, v.now().Unix()) / step * step; at >= from; at -= step {
		open, end := p.at(time.Unix(at, 0)), p.at(time.Unix(at+step, 0))
		list = append(list, object{
			"start": strconv.FormatInt(at, 10), "low": p.price(min(open, end)), "high": p.price(max(open, end)),
			"open": p.price(open), "close": p.price(end), "volume": p.size(12.5),
		})
	}
	return object{"candles": list}, nil
}

// currency describes an asset in the shape of the Coinbase App.
func (v *coinbase) currency(code string) object {
	known := coinbaseNames[code]
	return object{
		"asset_id": uuid4(newMaterial("coinbase", "asset", code)), "code": code, "name": known.name, "color": "#0052FF", "sort_index": 100,
		"exponent": known.decimals, "type": "crypto", "address_regex": "^[0-9A-Za-z]{26,64}$", "slug": strings.ToLower(known.name),
	}
}

func (v *coinbase) fiat(coinbaseCall) (any, *coinbaseError) {
	return object{"data": []object{
		{"id": "USD", "name": "US Dollar", "min_size": "0.01"},
	}}, nil
}

func (v *coinbase) crypto(coinbaseCall) (any, *coinbaseError) {
	list := []object{}
	for _, code := range []string{"BTC", "ETH", "SOL", "USDC", "USDT"} {
		list = append(list, v.currency(code))
	}
	return object{"data": list}, nil
}

// exchangeRates tells how much of each asset a dollar, or another asset, buys.
func (v *coinbase) exchangeRates(c coinbaseCall) (any, *coinbaseError) {
	base := cmp.Or(c.params.Get("currency"), "USD")
	if _, known := coinbaseNames[base]; !known {
		return nil, coinbaseBad("Invalid currency (" + base + ")")
	}
	rates := object{}
	for code := range coinbaseNames {
		rates[code] = decimal(dollars(base)/dollars(code), 10)
	}
	return object{"data": object{"currency": base, "rates": rates}}, nil
}

// appPrice tells what an asset costs: to buy, to sell or in the middle.
func (v *coinbase) appPrice(c coinbaseCall) (any, *coinbaseError) {
	p, refusal := coinbaseFind(c.PathValue("pair"))
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), 1)
	amount, known := map[string]string{"spot": p.price(p.at(v.now())), "buy": asks[0][0], "sell": bids[0][0]}[c.PathValue("side")]
	if !known {
		return nil, errCoinbasePath
	}
	return object{"data": object{"amount": amount, "base": p.Base, "currency": p.Quote}}, nil
}
