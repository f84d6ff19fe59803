package sim

import "strings"

var gateMarketRoutes = []gateRoute{
	{"GET /spot/time", gateOpen, (*gate).serverTime},
	{"GET /spot/currencies", gateOpen, gateCurrencies},
	{"GET /spot/currencies/{currency}", gateOpen, gateCurrency},
	{"GET /spot/currency_pairs", gateOpen, (*gate).pairs},
	{"GET /spot/currency_pairs/{pair}", gateOpen, (*gate).onePair},
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
	return jsonOf(`{"server_time":?}`, inMillis(v.now())), nil
}

const gateCoin = `{"currency":"$asset","name":"$asset","delisted":false,"withdraw_disabled":false,"withdraw_delayed":false,"deposit_disabled":false,
	"trade_disabled":false,"chain":"ETH","chains":[{"name":"ETH","addr":"","withdraw_disabled":false,"withdraw_delayed":false,
	"deposit_disabled":false}]}`

func gateCurrencies(*gate, gateCall) (any, *gateRefusal) {
	return perAsset(tradedAssets, "", gateCoin), nil
}

func gateCurrency(_ *gate, c gateCall) (any, *gateRefusal) {
	list := perAsset(tradedAssets, segment(c.Request, "currency"), gateCoin)
	if len(list) == 0 {
		return nil, &gateRefusal{400, "INVALID_CURRENCY", "Invalid currency " + segment(c.Request, "currency")}
	}
	return list[0], nil
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

// Spot pairs, their last day, and the same of contracts. What the tickers of
// both have in common begins them.
const (
	gatePair = `{"id":"${base}_$quote","base":"$base","base_name":"$base","quote":"$quote","quote_name":"$quote","fee":"0.2",
		"min_base_amount":"$step","min_quote_amount":"3","max_quote_amount":"5000000","amount_precision":$sizePlaces,
		"precision":$pricePlaces,"trade_status":"tradable","sell_start":0,"buy_start":0,"type":"normal"}`
	gateContract = `{"name":"${base}_$quote","type":"direct","quanto_multiplier":"0.0001","leverage_min":"1","leverage_max":"100",
		"maintenance_rate":"0.005","mark_type":"index","mark_price":"$last","index_price":"$last","last_price":"$last",
		"maker_fee_rate":"-0.00005","taker_fee_rate":"0.00075","order_price_round":"$tick","mark_price_round":"$tick",
		"funding_rate":"0.0001","funding_interval":28800,"funding_next_apply":$fundingSeconds,"order_size_min":1,"order_size_max":1000000,
		"order_price_deviate":"0.5","ref_discount_rate":"0","orderbook_id":1,"trade_id":1,"trade_size":0,"position_size":0,"orders_limit":50,
		"in_delisting":false,"create_time":1546905600,"status":"trading"}`
	gateDay = `{"last":"$last","change_percentage":"$percent","high_24h":"$high","low_24h":"$low","highest_bid":"$bid","highest_size":"$bidSize",
		"lowest_ask":"$ask","lowest_size":"$askSize",`
	gateSpotDay     = gateDay + `"currency_pair":"${base}_$quote","base_volume":"$volume","quote_volume":"$turnover"}`
	gateContractDay = gateDay + `"contract":"${base}_$quote","mark_price":"$last","index_price":"$last","volume_24h":"1000",
		"volume_24h_base":"$volume","funding_rate":"0.0001"}`
)

func (v *gate) pairs(gateCall) (any, *gateRefusal) { return describe(pairs(), v.now(), gatePair), nil }

func (v *gate) onePair(c gateCall) (any, *gateRefusal) {
	p, refusal := gateFind(segment(c.Request, "pair"))
	return p.figures(v.now()).json(gatePair), refusal
}

func (v *gate) tickers(c gateCall) (any, *gateRefusal) {
	selected := pairs()
	if name := param(c.URL.Query(), "currency_pair"); name != "" {
		p, refusal := gateFind(name)
		if refusal != nil {
			return nil, refusal
		}
		selected = []pair{p}
	}
	return describe(selected, v.now(), gateSpotDay), nil
}

func (v *gate) orderBook(c gateCall) (any, *gateRefusal) {
	query := c.URL.Query()
	p, refusal := gateFind(param(query, "currency_pair"))
	if refusal != nil {
		return nil, refusal
	}
	now := v.now()
	bids, asks := p.depth(now, boundedInt(param(query, "limit"), 10, 1000))
	book := jsonOf(`{"current":?,"update":?,"bids":?,"asks":?}`, inMillis(now), inMillis(now), bids, asks)
	if param(query, "with_id") == "true" {
		book = joined(book, jsonOf(`{"id":123456}`))
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
	for _, p := range gateContracts(segment(c.Request, "settle")) {
		if name == "" || gateSymbol(p) == name {
			selected = append(selected, p)
		}
	}
	if name != "" && len(selected) == 0 {
		return nil, &gateRefusal{400, "CONTRACT_NOT_FOUND", "Contract not found"}
	}
	return selected, nil
}

func (v *gate) futures(c gateCall) (any, *gateRefusal) {
	return describe(gateContracts(segment(c.Request, "settle")), v.now(), gateContract), nil
}

func (v *gate) future(c gateCall) (any, *gateRefusal) {
	selected, refusal := c.contracts(segment(c.Request, "contract"))
	if refusal != nil {
		return nil, refusal
	}
	return selected[0].figures(v.now()).json(gateContract), nil
}

func (v *gate) futureTickers(c gateCall) (any, *gateRefusal) {
	selected, refusal := c.contracts(param(c.URL.Query(), "contract"))
	return describe(selected, v.now(), gateContractDay), refusal
}

func (v *gate) futureBook(c gateCall) (any, *gateRefusal) {
	query := c.URL.Query()
	if param(query, "contract") == "" {
		return nil, &gateRefusal{400, "MISSING_REQUIRED_PARAM", "Missing required param: contract"}
	}
	selected, refusal := c.contracts(param(query, "contract"))
	if refusal != nil {
		return nil, refusal
	}
	now := v.now()
	bids, asks := selected[0].book(now, boundedInt(param(query, "limit"), 10, 300), `{"p":"$price","s":$lots}`)
	seconds := float64(inMillis(now)) / 1000
	return jsonOf(`{"id":123456,"current":?,"update":?,"bids":?,"asks":?}`, seconds, seconds, bids, asks), nil
}
