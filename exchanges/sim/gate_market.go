package sim

import (
	"strings"
	"time"
)

var gateMarketRoutes = []gateRoute{
	{"GET /spot/time", gateOpen, (*gate).serverTime},
	{"GET /spot/currencies", gateOpen, gateCurrencies},
	{"GET /spot/currencies/{currency}", gateOpen, gateCurrency},
	{"GET /spot/currency_pairs", gateOpen, gatePairs},
	{"GET /spot/currency_pairs/{pair}", gateOpen, gateOnePair},
	{"GET /spot/tickers", gateOpen, (*gate).tickers},
	{"GET /spot/order_book", gateOpen, (*gate).orderBook},
	{"GET /margin/currency_pairs", gateOpen, gateNothing},
	{"GET /futures/{settle}/contracts", gateOpen, (*gate).futures},
	{"GET /futures/{settle}/contracts/{contract}", gateOpen, (*gate).future},
	{"GET /futures/{settle}/tickers", gateOpen, (*gate).futureTickers},
	{"GET /futures/{settle}/order_book", gateOpen, (*gate).futureBook},
	{"GET /delivery/{settle}/contracts", gateOpen, gateNothing},
	{"GET /options/underlyings", gateOpen, gateNothing},
}

func (v *gate) serverTime(gateCall) (any, *gateRefusal) {
	return object{"server_time": v.now().UnixMilli()}, nil
}

func gateCoin(asset string) object {
	return object{
		"currency": asset, "name": asset, "delisted": false, "withdraw_disabled": false, "withdraw_delayed": false, "deposit_disabled": false,
		"trade_disabled": false, "chain": "ETH", "chains": []object{{
			"name": "ETH", "addr": "", "withdraw_disabled": false, "withdraw_delayed": false, "deposit_disabled": false,
		}},
	}
}

func gateCurrencies(*gate, gateCall) (any, *gateRefusal) {
	list := []object{}
	for _, name := range tradedAssets() {
		list = append(list, gateCoin(name))
	}
	return list, nil
}

func gateCurrency(_ *gate, c gateCall) (any, *gateRefusal) {
	for _, name := range tradedAssets() {
		if name == c.PathValue("currency") {
			return gateCoin(name), nil
		}
	}
	return nil, &gateRefusal{400, "INVALID_CURRENCY", "Invalid currency " + c.PathValue("currency")}
}

// gateSymbol is a pair's name here.
func gateSymbol(p pair) string { return p.Base + "_" + p.Quote }

// gateFind returns the pair that a request names.
func gateFind(name string) (pair, *gateRefusal) {
	p, ok := findPair(strings.ReplaceAll(name, "_", ""))
	if !ok || gateSymbol(p) != name {
		return pair{}, &gateRefusal{400, "INVALID_CURRENCY_PAIR", "Invalid currency pair " + name}
	}
	return p, nil
}

func gateInstrument(p pair) object {
	return object{
		"id": gateSymbol(p), "base": p.Base, "base_name": p.Base, "quote": p.Quote, "quote_name": p.Quote, "fee": "0.2",
		"min_base_amount": p.step(), "min_quote_amount": "3", "max_quote_amount": "5000000", "amount_precision": p.SizeDecimals,
		"precision": p.PriceDecimals, "trade_status": "tradable", "sell_start": 0, "buy_start": 0, "type": "normal",
	}
}

func gatePairs(*gate, gateCall) (any, *gateRefusal) {
	list := []object{}
	for _, p := range pairs() {
		list = append(list, gateInstrument(p))
	}
	return list, nil
}

func gateOnePair(_ *gate, c gateCall) (any, *gateRefusal) {
	p, refusal := gateFind(c.PathValue("pair"))
	if refusal != nil {
		return nil, refusal
	}
	return gateInstrument(p), nil
}

func (v *gate) tickers(c gateCall) (any, *gateRefusal) {
	selected := pairs()
	if name := c.URL.Query().Get("currency_pair"); name != "" {
		p, refusal := gateFind(name)
		if refusal != nil {
			return nil, refusal
		}
		selected = []pair{p}
	}
	list := make([]object, len(selected))
	for i, p := range selected {
		list[i] = gateTicker(p, v.now())
		list[i]["currency_pair"] = gateSymbol(p)
		list[i]["base_volume"], list[i]["quote_volume"] = p.size(1000), decimal(1000*p.Price, 2)
	}
	return list, nil
}

// gateTicker is what the tickers of spot and futures have in common.
func gateTicker(p pair, now time.Time) object {
	last, before := p.at(now), p.at(now.Add(-day))
	bids, asks := p.depth(now, 1)
	return object{
		"last": p.price(last), "change_percentage": decimal(100*(last/before-1), 2), "high_24h": p.price(p.Price * 1.01), "low_24h": p.price(p.Price * 0.99),
		"highest_bid": bids[0][0], "highest_size": bids[0][1], "lowest_ask": asks[0][0], "lowest_size": asks[0][1],
	}
}

func (v *gate) orderBook(c gateCall) (any, *gateRefusal) {
	query := c.URL.Query()
	p, refusal := gateFind(query.Get("currency_pair"))
	if refusal != nil {
		return nil, refusal
	}
	now := v.now()
	bids, asks := p.depth(now, boundedInt(query.Get("limit"), 10, 1000))
	book := object{"current": now.UnixMilli(), "update": now.UnixMilli(), "bids": bids, "asks": asks}
	if query.Get("with_id") == "true" {
		book["id"] = 123456
	}
	return book, nil
}

// gateContracts returns the pairs that exist as perpetual contracts settled
// in a currency: those with USDT as quote.
func gateContracts(settle string) []pair {
	list := []pair{}
	for _, p := range pairs() {
		if settle == "usdt" && p.Quote == "USDT" {
			list = append(list, p)
		}
	}
	return list
}

// contract returns the contract with a name, which may be left out where all
// of them are meant.
func (c gateCall) contracts(name string) ([]pair, *gateRefusal) {
	var selected []pair
	for _, p := range gateContracts(c.PathValue("settle")) {
		if name == "" || gateSymbol(p) == name {
			selected = append(selected, p)
		}
	}
	if name != "" && len(selected) == 0 {
		return nil, &gateRefusal{400, "CONTRACT_NOT_FOUND", "Contract not found"}
	}
	return selected, nil
}

func (v *gate) contractBody(p pair) object {
	price := p.price(p.at(v.now()))
	return object{
		"name": gateSymbol(p), "type": "direct", "quanto_multiplier": "0.0001", "leverage_min": "1", "leverage_max": "100", "maintenance_rate": "0.005",
		"mark_type": "index", "mark_price": price, "index_price": price, "last_price": price, "maker_fee_rate": "-0.00005", "taker_fee_rate": "0.00075",
		"order_price_round": p.tick(), "mark_price_round": p.tick(), "funding_rate": "0.0001", "funding_interval": 28_800,
		"funding_next_apply": v.now().Truncate(8 * time.Hour).Add(8 * time.Hour).Unix(), "order_size_min": 1, "order_size_max": 1_000_000,
		"order_price_deviate": "0.5", "ref_discount_rate": "0", "orderbook_id": 1, "trade_id": 1, "trade_size": 0, "position_size": 0,
		"orders_limit": 50, "in_delisting": false, "create_time": 1_546_905_600, "status": "trading",
	}
}

func (v *gate) futures(c gateCall) (any, *gateRefusal) {
	list := []object{}
	for _, p := range gateContracts(c.PathValue("settle")) {
		list = append(list, v.contractBody(p))
	}
	return list, nil
}

func (v *gate) future(c gateCall) (any, *gateRefusal) {
	selected, refusal := c.contracts(c.PathValue("contract"))
	if refusal != nil {
		return nil, refusal
	}
	return v.contractBody(selected[0]), nil
}

func (v *gate) futureTickers(c gateCall) (any, *gateRefusal) {
	selected, refusal := c.contracts(c.URL.Query().Get("contract"))
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, len(selected))
	for i, p := range selected {
		list[i] = gateTicker(p, v.now())
		list[i]["contract"], list[i]["mark_price"], list[i]["index_price"] = gateSymbol(p), list[i]["last"], list[i]["last"]
		list[i]["volume_24h"], list[i]["volume_24h_base"], list[i]["funding_rate"] = "1000", p.size(1000), "0.0001"
	}
	return list, nil
}

func (v *gate) futureBook(c gateCall) (any, *gateRefusal) {
	query := c.URL.Query()
	if query.Get("contract") == "" {
		return nil, &gateRefusal{400, "MISSING_REQUIRED_PARAM", "Missing required param: contract"}
	}
	selected, refusal := c.contracts(query.Get("contract"))
	if refusal != nil {
		return nil, refusal
	}
	now := v.now()
	bids, asks := selected[0].depth(now, boundedInt(query.Get("limit"), 10, 300))
	lots := func(side []level) []object {
		rows := make([]object, len(side))
		for i, l := range side {
			rows[i] = object{"p": l[0], "s": 10 * (i%5 + 1)}
		}
		return rows
	}
	seconds := float64(now.UnixMilli()) / 1000
	return object{"id": 123456, "current": seconds, "update": seconds, "bids": lots(bids), "asks": lots(asks)}, nil
}
