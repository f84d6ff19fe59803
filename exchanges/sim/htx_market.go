package sim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

var htxCommonRoutes = []htxRoute{
	{"GET /market/tickers", htxOpen, htxTickers},
	{"GET /v1/common/timestamp", htxOpen, htxTime},
	{"GET /v1/common/symbols", htxOpen, htxSymbols},
	{"GET /v1/common/currencys", htxOpen, htxCoins},
	{"GET /v2/reference/currencies", htxOpen, htxChains},
	{"GET /v2/market-status", htxOpen, htxStatus},
	{"GET /v2/settings/common/symbols", htxOpen, htxShortSymbols},
	{"GET /v2/settings/common/currencies", htxOpen, htxShortCoins},
}

// htxFloor is where something is traded: where its market data are, by what
// parameter they are asked for, and what is traded there.
type htxFloor struct {
	path, parameter string
	kinds           []string
}

var htxFloors = []htxFloor{
	{"/market", "symbol", []string{htxSpot, htxDelivery}},
	{"/swap-ex/market", "contract_code", []string{htxInverse}},
	{"/linear-swap-ex/market", "contract_code", []string{htxLinear}},
}

// htxFloorRoute is an endpoint that every floor has.
type htxFloorRoute struct {
	tail  string
	serve func(htxFloor, *htx, htxCall) (any, *htxRefusal)
}

var htxFloorRoutes = []htxFloorRoute{
	{"/detail/merged", htxFloor.merged},
	{"/depth", htxFloor.depth},
	{"/history/trade", htxFloor.trades},
	{"/history/kline", htxFloor.candles},
	{"/detail/batch_merged", htxFloor.batch},
}

// htxSpotRoutes are those that only the floor of spot has.
var htxSpotRoutes = []htxFloorRoute{
	{"/detail", htxFloor.detail},
	{"/trade", htxFloor.trade},
	{"/history/candles", htxFloor.candles},
}

// mountFloors makes the market data of all floors reachable.
func (v *htx) mountFloors() {
	for i, f := range htxFloors {
		routes := htxFloorRoutes
		if i == 0 {
			routes = slices.Concat(routes, htxSpotRoutes)
		}
		for _, r := range routes {
			v.mount(htxRoute{"GET " + f.path + r.tail, htxOpen, func(v *htx, c htxCall) (any, *htxRefusal) { return r.serve(f, v, c) }})
		}
	}
}

func htxTime(v *htx, _ htxCall) (any, *htxRefusal) { return inMillis(v.now()), nil }

func htxStatus(*htx, htxCall) (any, *htxRefusal) { return jsonOf(`{"marketStatus":1}`), nil }

func htxCoins(*htx, htxCall) (any, *htxRefusal) { return perAsset(tradedAssets, "", `"$lower"`), nil }

func htxChains(_ *htx, c htxCall) (any, *htxRefusal) {
	list := perAsset(tradedAssets, strings.ToUpper(c.query("currency")), `{"currency":"$lower","assetType":1,"instStatus":"normal","chains":[{
		"chain":"$lower","displayName":"ERC20","baseChain":"ETH","baseChainProtocol":"ERC20","isDynamic":true,"depositStatus":"allowed",
		"maxTransactFeeWithdraw":"1","maxWithdrawAmt":"280000","minDepositAmt":"0.1","minWithdrawAmt":"0.2","numOfConfirmations":12,
		"numOfFastConfirmations":12,"withdrawFeeType":"fixed","transactFeeWithdraw":"0.1","withdrawPrecision":6,
		"withdrawQuotaPerDay":"280000","withdrawStatus":"allowed","addrWithTag":false,"addrDepositTag":false}]}`)
	if len(list) == 0 {
		return nil, htxField("currency")
	}
	return list, nil
}

func htxSymbols(v *htx, _ htxCall) (any, *htxRefusal) {
	return v.spots(`{"base-currency":"$lowerBase","quote-currency":"$lowerQuote","symbol":"$code","price-precision":$pricePlaces,
		"amount-precision":$sizePlaces,"value-precision":8,"symbol-partition":"main","state":"online","min-order-amt":$step,"max-order-amt":10000,
		"min-order-value":10,"limit-order-min-order-amt":$step,"limit-order-max-order-amt":10000,"limit-order-max-buy-amt":10000,
		"limit-order-max-sell-amt":10000,"sell-market-min-order-amt":$step,"sell-market-max-order-amt":10000,
		"buy-market-max-order-value":1000000,"leverage-ratio":5,"api-trading":"enabled"}`), nil
}

// htxShortSymbols and htxShortCoins are what newer clients load: the same as
// above and more of it, by names of few letters.
func htxShortSymbols(v *htx, _ htxCall) (any, *htxRefusal) {
	return jsonOf(`{"data":?}`,
		v.spots(`{"sc":"$code","dn":"$base/$quote","bc":"$lowerBase","bcdn":"$base","qc":"$lowerQuote",
		"qcdn":"$quote","state":"online","te":true,"whe":false,"cd":false,"sp":"main","tags":"","tpp":$pricePlaces,"tap":$sizePlaces,
		"fp":$sizePlaces,"ttp":8,"lr":5,"wr":"1.5","w":999400000}`)), nil
}

func htxShortCoins(*htx, htxCall) (any, *htxRefusal) {
	list := []json.RawMessage{}
	for _, name := range tradedAssets {
		list = append(list, fill(`{"name":"$lower","dn":"$name","state":"online","de":true,"wed":true,"v":true,"qc":$isQuote,"whe":false,"cd":false,
			"cp":"all","wp":8,"sp":"8","dma":"0.1","wma":"0.2","fc":12,"sc":12,"tags":"","w":"10000"}`,
			"lower", strings.ToLower(name), "name", name, "isQuote", strconv.FormatBool(name == "USDT")))
	}
	return jsonOf(`{"data":?}`, list), nil
}

// htxParameter refuses a parameter. Which number contracts have for one is not
// documented: theirs stands for trouble of any kind.
func htxParameter(name string) *htxRefusal {
	return &htxRefusal{code: 1030, name: "invalid-parameter", message: "invalid " + name}
}

// find returns what a request names.
func (f htxFloor) find(v *htx, c htxCall) (htxInstrument, *htxRefusal) {
	name := c.query(f.parameter)
	for _, one := range htxTraded(v.now(), f.kinds...) {
		if one.code == name {
			return one, nil
		}
	}
	return htxInstrument{}, &htxRefusal{code: 1013, name: "invalid-parameter", message: "invalid symbol"}
}

// size reads how many rows a request wants.
func (c htxCall) size(fallback int) (int, *htxRefusal) {
	n, err := strconv.Atoi(c.query("size"))
	switch {
	case c.query("size") == "":
		return fallback, nil
	case err != nil || n < 1 || n > 2000:
		return 0, htxParameter("size,valid range: [1, 2000]")
	}
	return n, nil
}

// spots writes a text for each spot pair.
func (v *htx) spots(text string) []json.RawMessage {
	list := []json.RawMessage{}
	for _, one := range htxTraded(v.now(), htxSpot) {
		list = append(list, one.figures(v.now()).json(text))
	}
	return list
}

// figures add the code of an instrument, and the coins in small letters.
func (i htxInstrument) figures(now time.Time) figures {
	return i.pair.figures(now).and("code", i.code, "lowerBase", strings.ToLower(i.Base), "lowerQuote", strings.ToLower(i.Quote))
}

// htxDay is what an instrument did in a day, htxBest its best offers.
const (
	htxDay  = `"open":$open,"close":$last,"high":$high,"low":$low,"amount":1000,"vol":$turnover,"count":4200`
	htxBest = htxDay + `,"bid":[$bid,$bidSize],"ask":[$ask,$askSize]`

	htxVersion = `,"id":$seconds,"version":$ms}`
)

func htxTickers(v *htx, _ htxCall) (any, *htxRefusal) {
	return jsonOf(`{"data":?}`, v.spots("{"+htxDay+`,"symbol":"$code","bid":$bid,"bidSize":$bidSize,"ask":$ask,"askSize":$askSize}`)), nil
}

func (f htxFloor) detail(v *htx, c htxCall) (any, *htxRefusal) {
	return f.tell(v, c, ".detail", "{"+htxDay+htxVersion)
}

func (f htxFloor) merged(v *htx, c htxCall) (any, *htxRefusal) {
	return f.tell(v, c, ".detail.merged", "{"+htxBest+htxVersion)
}

// tell answers on a channel with a text about the instrument that a request
// names.
func (f htxFloor) tell(v *htx, c htxCall, channel, text string) (any, *htxRefusal) {
	one, refusal := f.find(v, c)
	if refusal != nil {
		return nil, refusal
	}
	return jsonOf(`{"ch":?,"tick":?}`, "market."+one.code+channel, one.figures(v.now()).json(text)), nil
}

// batch lists the contracts of a floor.
func (f htxFloor) batch(v *htx, c htxCall) (any, *htxRefusal) {
	list := []json.RawMessage{}
	for _, one := range htxTraded(v.now(), f.kinds...) {
		if wanted := c.query(f.parameter); one.kind != htxSpot && (wanted == "" || wanted == one.code) {
			list = append(list, one.figures(v.now()).json("{"+htxBest+`,"contract_code":"$code","ts":$ms,"id":$seconds}`))
		}
	}
	return jsonOf(`{"ticks":?}`, list), nil
}

// levels returns how long a book is, by the step of its prices and by what a
// request wants. Steps above 0 join levels on the real exchange; here they only
// make the book shorter.
func (i htxInstrument) levels(step, wanted string) (int, *htxRefusal) {
	most := 15
	if i.kind == htxSpot {
		most = 5
	}
	n, err := strconv.Atoi(strings.TrimPrefix(step, "step"))
	levels, offered := map[string]int{"5": 5, "10": 10, "20": 20}[wanted]
	switch {
	case err != nil || n < 0 || n > most || step != "step"+strconv.Itoa(n):
		return 0, htxParameter("type")
	case offered:
		return levels, nil
	case wanted != "":
		return 0, htxParameter("depth")
	case n > 0:
		return 20, nil
	}
	return 150, nil
}

func (f htxFloor) depth(v *htx, c htxCall) (any, *htxRefusal) {
	one, refusal := f.find(v, c)
	if refusal != nil {
		return nil, refusal
	}
	step := c.query("type")
	levels, refusal := one.levels(step, c.query("depth"))
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := one.book(v.now(), levels, `[$price,$size]`)
	now := inMillis(v.now())
	return jsonOf(`{"ch":?,"tick":{"ts":?,"version":?,"bids":?,"asks":?}}`, "market."+one.code+".depth."+step, now, now, bids, asks), nil
}

// htxDeal is a trade.
const htxDeal = `{"id":$seconds,"ts":$ms,"data":[{"id":${ms}000,"trade-id":$seconds,"ts":$ms,"amount":$size,"price":$price,"direction":"$side"}]}`

func (f htxFloor) trade(v *htx, c htxCall) (any, *htxRefusal) {
	one, refusal := f.find(v, c)
	if refusal != nil {
		return nil, refusal
	}
	return jsonOf(`{"ch":?,"tick":?}`, "market."+one.code+".trade.detail", one.trades(v.now(), 1, htxDeal)[0]), nil
}

func (f htxFloor) trades(v *htx, c htxCall) (any, *htxRefusal) {
	one, refusal := f.find(v, c)
	if refusal != nil {
		return nil, refusal
	}
	n, refusal := c.size(1)
	if refusal != nil {
		return nil, refusal
	}
	return jsonOf(`{"ch":?,"data":?}`, "market."+one.code+".trade.detail", one.trades(v.now(), n, htxDeal)), nil
}

var htxPeriods = table[time.Duration]{
	{"1min", time.Minute}, {"5min", 5 * time.Minute}, {"15min", 15 * time.Minute}, {"30min", 30 * time.Minute}, {"60min", time.Hour}, {"4hour", 4 * time.Hour},
	{"1day", day}, {"1week", 7 * day}, {"1mon", 30 * day}, {"1year", 365 * day},
}

// candles lists candles, the present one first.
func (f htxFloor) candles(v *htx, c htxCall) (any, *htxRefusal) {
	one, refusal := f.find(v, c)
	if refusal != nil {
		return nil, refusal
	}
	span, ok := htxPeriods.of(c.query("period"))
	if !ok {
		return nil, htxParameter("period")
	}
	n, refusal := c.size(150)
	if refusal != nil {
		return nil, refusal
	}
	list := one.candles(v.now(), span, n,
		`{"id":$seconds,"open":$open,"close":$close,"high":$high,"low":$low,"amount":10,"vol":$turnover,"count":42}`)
	return jsonOf(`{"ch":?,"data":?}`, "market."+one.code+".kline."+c.query("period"), list), nil
}
