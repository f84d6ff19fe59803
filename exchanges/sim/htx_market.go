package sim

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

func htxCommonRoutes() []htxRoute {
	return []htxRoute{
		{"GET /v1/common/timestamp", htxOpen, htxTime},
		{"GET /v1/common/symbols", htxOpen, htxSymbols},
		{"GET /v1/common/currencys", htxOpen, htxCoins},
		{"GET /v2/reference/currencies", htxOpen, htxChains},
		{"GET /v2/market-status", htxOpen, htxStatus},
		{"GET /v2/settings/common/symbols", htxOpen, htxShortSymbols},
		{"GET /v2/settings/common/currencies", htxOpen, htxShortCoins},
	}
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

func htxMarketRoutes() []htxRoute {
	routes := []htxRoute{
		{"GET /market/tickers", htxOpen, htxTickers},
		{"GET /market/detail", htxOpen, htxFloors[0].detail},
		{"GET /market/trade", htxOpen, htxFloors[0].trade},
		{"GET /market/history/candles", htxOpen, htxFloors[0].candles},
	}
	for _, f := range htxFloors {
		routes = append(routes,
			htxRoute{"GET " + f.path + "/detail/merged", htxOpen, f.merged},
			htxRoute{"GET " + f.path + "/depth", htxOpen, f.depth},
			htxRoute{"GET " + f.path + "/history/trade", htxOpen, f.trades},
			htxRoute{"GET " + f.path + "/history/kline", htxOpen, f.candles},
			htxRoute{"GET " + f.path + "/detail/batch_merged", htxOpen, f.batch})
	}
	return routes
}

func htxTime(v *htx, _ htxCall) (any, *htxRefusal) { return v.now().UnixMilli(), nil }

func htxStatus(*htx, htxCall) (any, *htxRefusal) { return object{"marketStatus": 1}, nil }

func htxCoins(*htx, htxCall) (any, *htxRefusal) {
	names := tradedAssets()
	for i, name := range names {
		names[i] = strings.ToLower(name)
	}
	return names, nil
}

func htxChains(_ *htx, c htxCall) (any, *htxRefusal) {
	list := []object{}
	for _, name := range tradedAssets() {
		name = strings.ToLower(name)
		if wanted := c.query("currency"); wanted != "" && wanted != name {
			continue
		}
		list = append(list, object{"currency": name, "assetType": 1, "instStatus": "normal", "chains": []object{{
			"chain": name, "displayName": "ERC20", "baseChain": "ETH", "baseChainProtocol": "ERC20", "isDynamic": true,
			"depositStatus": "allowed", "maxTransactFeeWithdraw": "1", "maxWithdrawAmt": "280000", "minDepositAmt": "0.1", "minWithdrawAmt": "0.2",
			"numOfConfirmations": 12, "numOfFastConfirmations": 12, "withdrawFeeType": "fixed", "transactFeeWithdraw": "0.1", "withdrawPrecision": 6,
			"withdrawQuotaPerDay": "280000", "withdrawStatus": "allowed", "addrWithTag": false, "addrDepositTag": false,
		}}})
	}
	if len(list) == 0 {
		return nil, htxField("currency")
	}
	return list, nil
}

func htxSymbols(*htx, htxCall) (any, *htxRefusal) {
	list := []object{}
	for _, p := range pairs() {
		least, most := json.Number(p.step()), 10_000
		list = append(list, object{
			"base-currency": strings.ToLower(p.Base), "quote-currency": strings.ToLower(p.Quote), "symbol": strings.ToLower(p.symbol()),
			"price-precision": p.PriceDecimals, "amount-precision": p.SizeDecimals, "value-precision": 8, "symbol-partition": "main",
			"state": "online", "min-order-amt": least, "max-order-amt": most, "min-order-value": 10,
			"limit-order-min-order-amt": least, "limit-order-max-order-amt": most, "limit-order-max-buy-amt": most, "limit-order-max-sell-amt": most,
			"sell-market-min-order-amt": least, "sell-market-max-order-amt": most, "buy-market-max-order-value": 1_000_000,
			"leverage-ratio": 5, "api-trading": "enabled",
		})
	}
	return list, nil
}

// htxShortSymbols and htxShortCoins are what newer clients load: the same as
// above and more of it, by names of few letters.
func htxShortSymbols(*htx, htxCall) (any, *htxRefusal) {
	list := []object{}
	for _, p := range pairs() {
		list = append(list, object{
			"sc": strings.ToLower(p.symbol()), "dn": p.Base + "/" + p.Quote, "bc": strings.ToLower(p.Base), "bcdn": p.Base,
			"qc": strings.ToLower(p.Quote), "qcdn": p.Quote, "state": "online", "te": true, "whe": false, "cd": false, "sp": "main", "tags": "",
			"tpp": p.PriceDecimals, "tap": p.SizeDecimals, "fp": p.SizeDecimals, "ttp": 8, "lr": 5, "wr": "1.5", "w": 999_400_000,
		})
	}
	return object{"data": list}, nil
}

func htxShortCoins(*htx, htxCall) (any, *htxRefusal) {
	list := []object{}
	for _, name := range tradedAssets() {
		list = append(list, object{
			"name": strings.ToLower(name), "dn": name, "state": "online", "de": true, "wed": true, "v": true, "qc": name == "USDT", "whe": false,
			"cd": false, "cp": "all", "wp": 8, "sp": "8", "dma": "0.1", "wma": "0.2", "fc": 12, "sc": 12, "tags": "", "w": "10000",
		})
	}
	return object{"data": list}, nil
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

// summary is what an instrument did in a day.
func (i htxInstrument) summary(now time.Time) object {
	bids, asks := i.depth(now, 1)
	return object{
		"open": i.figure(i.at(now.Add(-day))), "close": i.figure(i.at(now)), "high": i.figure(i.Price * 1.01), "low": i.figure(i.Price * 0.99),
		"amount": 1000, "vol": json.Number(decimal(1000*i.Price, 2)), "count": 4200, "bid": htxLevel(bids[0]), "ask": htxLevel(asks[0]),
	}
}

// figure writes a price as a number with its decimals.
func (i htxInstrument) figure(x float64) json.Number { return json.Number(i.price(x)) }

func htxLevel(l level) []json.Number { return []json.Number{json.Number(l[0]), json.Number(l[1])} }

func htxTickers(v *htx, _ htxCall) (any, *htxRefusal) {
	list := []object{}
	for _, one := range htxTraded(v.now(), htxSpot) {
		row := one.summary(v.now())
		bid, ask := row["bid"].([]json.Number), row["ask"].([]json.Number)
		row["symbol"], row["bid"], row["bidSize"], row["ask"], row["askSize"] = one.code, bid[0], bid[1], ask[0], ask[1]
		list = append(list, row)
	}
	return object{"data": list}, nil
}

func (f htxFloor) merged(v *htx, c htxCall) (any, *htxRefusal) {
	one, refusal := f.find(v, c)
	if refusal != nil {
		return nil, refusal
	}
	tick := one.summary(v.now())
	tick["id"], tick["version"] = v.now().Unix(), v.now().UnixMilli()
	return object{"ch": "market." + one.code + ".detail.merged", "tick": tick}, nil
}

func (f htxFloor) detail(v *htx, c htxCall) (any, *htxRefusal) {
	one, refusal := f.find(v, c)
	if refusal != nil {
		return nil, refusal
	}
	tick := one.summary(v.now())
	delete(tick, "bid")
	delete(tick, "ask")
	tick["id"], tick["version"] = v.now().Unix(), v.now().UnixMilli()
	return object{"ch": "market." + one.code + ".detail", "tick": tick}, nil
}

// batch lists the contracts of a floor.
func (f htxFloor) batch(v *htx, c htxCall) (any, *htxRefusal) {
	list := []object{}
	for _, one := range htxTraded(v.now(), f.kinds...) {
		if wanted := c.query(f.parameter); one.kind != htxSpot && (wanted == "" || wanted == one.code) {
			row := one.summary(v.now())
			row["contract_code"], row["ts"], row["id"] = one.code, v.now().UnixMilli(), v.now().Unix()
			list = append(list, row)
		}
	}
	return object{"ticks": list}, nil
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
	bids, asks := one.depth(v.now(), levels)
	rows := func(side []level) [][]json.Number {
		out := make([][]json.Number, len(side))
		for i, l := range side {
			out[i] = htxLevel(l)
		}
		return out
	}
	now := v.now().UnixMilli()
	return object{"ch": "market." + one.code + ".depth." + step, "tick": object{"ts": now, "version": now, "bids": rows(bids), "asks": rows(asks)}}, nil
}

// deal is a trade at a time.
func (i htxInstrument) deal(at time.Time) object {
	return object{"id": at.Unix(), "ts": at.UnixMilli(), "data": []object{{
		"id": at.UnixMicro(), "trade-id": at.Unix(), "ts": at.UnixMilli(), "amount": json.Number(i.size(0.5)), "price": i.figure(i.at(at)),
		"direction": [...]string{"buy", "sell"}[at.Unix()%2],
	}}}
}

func (f htxFloor) trade(v *htx, c htxCall) (any, *htxRefusal) {
	one, refusal := f.find(v, c)
	if refusal != nil {
		return nil, refusal
	}
	return object{"ch": "market." + one.code + ".trade.detail", "tick": one.deal(v.now())}, nil
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
	list := make([]object, n)
	for k := range list {
		list[k] = one.deal(v.now().Add(-time.Duration(k) * time.Second))
	}
	return object{"ch": "market." + one.code + ".trade.detail", "data": list}, nil
}

var htxPeriods = map[string]time.Duration{
	"1min": time.Minute, "5min": 5 * time.Minute, "15min": 15 * time.Minute, "30min": 30 * time.Minute, "60min": time.Hour, "4hour": 4 * time.Hour,
	"1day": day, "1week": 7 * day, "1mon": 30 * day, "1year": 365 * day,
}

// candles lists candles, the present one first.
func (f htxFloor) candles(v *htx, c htxCall) (any, *htxRefusal) {
	one, refusal := f.find(v, c)
	if refusal != nil {
		return nil, refusal
	}
	span, ok := htxPeriods[c.query("period")]
	if !ok {
		return nil, htxParameter("period")
	}
	n, refusal := c.size(150)
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, n)
	for k, b := range one.bars(v.now(), span, n) {
		list[k] = object{
			"id": b.start.Unix(), "open": one.figure(b.open), "close": one.figure(b.close), "high": one.figure(b.high), "low": one.figure(b.low),
			"amount": 10, "vol": json.Number(decimal(10*one.Price, 2)), "count": 42,
		}
	}
	return object{"ch": "market." + one.code + ".kline." + c.query("period"), "data": list}, nil
}
