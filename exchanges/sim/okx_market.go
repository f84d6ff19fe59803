package sim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func okxBad(name string) *okxError {
	return &okxError{http.StatusBadRequest, "51000", fmt.Sprintf("Parameter %s error", name)}
}

func okxEmpty(name string) *okxError {
	return &okxError{http.StatusBadRequest, "50014", fmt.Sprintf("Parameter %s can not be empty", name)}
}

func okxTime(v *okx, _ okxCall) (any, *okxError) {
	return []object{{"ts": strconv.FormatInt(v.now().UnixMilli(), 10)}}, nil
}

// okxInstrument is a pair as OKX trades it: spot or as a perpetual contract.
type okxInstrument struct {
	pair

	kind string // SPOT or SWAP
}

// okxKinds are the types of instrument that can be asked for. Of futures and
// options there are none here.
var okxKinds = []string{"SPOT", "MARGIN", "SWAP", "FUTURES", "OPTION"}

// okxMarket returns the instruments there are. The pairs with USDT also exist
// as contracts, two of them with the coin as margin too.
func okxMarket() []okxInstrument {
	var list []okxInstrument
	for _, p := range pairs() {
		list = append(list, okxInstrument{p, "SPOT"})
		if p.Quote != "USDT" {
			continue
		}
		list = append(list, okxInstrument{p, "SWAP"})
		if p.Base != "SOL" {
			p.Quote = "USD"
			list = append(list, okxInstrument{p, "SWAP"})
		}
	}
	return list
}

// id returns the name of the instrument.
func (i okxInstrument) id() string {
	if i.kind == "SPOT" {
		return i.family()
	}
	return i.family() + "-SWAP"
}

func (i okxInstrument) family() string { return i.Base + "-" + i.Quote }

// okxSelect returns the instruments of the type that a request wants.
func okxSelect(c okxCall) ([]okxInstrument, *okxError) {
	kind := c.query("instType")
	switch {
	case kind == "":
		return nil, okxEmpty("instType")
	case !slices.Contains(okxKinds, kind):
		return nil, okxBad("instType")
	case kind == "OPTION" && c.query("uly") == "" && c.query("instFamily") == "":
		return nil, &okxError{http.StatusBadRequest, "50015", "Either parameter uly or instFamily is required"}
	case kind == "MARGIN":
		kind = "SPOT"
	}
	id := c.query("instId")
	list := slices.DeleteFunc(okxMarket(), func(i okxInstrument) bool { return i.kind != kind || id != "" && id != i.id() })
	if id != "" && len(list) == 0 {
		return nil, errOKXInstrument
	}
	return list, nil
}

var errOKXInstrument = &okxError{http.StatusBadRequest, "51001", "Instrument ID does not exist"}

// okxOne returns the instrument of an endpoint that must be told one.
func okxOne(c okxCall) (okxInstrument, *okxError) {
	id := c.query("instId")
	if id == "" {
		return okxInstrument{}, okxEmpty("instId")
	}
	all := okxMarket()
	i := slices.IndexFunc(all, func(i okxInstrument) bool { return i.id() == id })
	if i < 0 {
		return okxInstrument{}, errOKXInstrument
	}
	return all[i], nil
}

func okxInstruments(_ *okx, c okxCall) (any, *okxError) {
	selected, refusal := okxSelect(c)
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, len(selected))
	for n, i := range selected {
		list[n] = i.describe(c.query("instType"), n)
	}
	return list, nil
}

func (i okxInstrument) describe(kind string, number int) object {
	o := object{
		"instType": kind, "instId": i.id(), "instIdCode": 10_000 + number, "uly": "", "instFamily": "", "category": "1", "groupId": "1",
		"baseCcy": i.Base, "quoteCcy": i.Quote, "settleCcy": "", "ctVal": "", "ctMult": "", "ctValCcy": "", "ctType": "", "optType": "", "stk": "",
		"listTime": "1606468572000", "contTdSwTime": "1704876947000", "expTime": "", "lever": "10", "tickSz": i.tick(), "lotSz": i.step(),
		"minSz": i.step(), "alias": "", "state": "live", "ruleType": "normal", "maxLmtSz": "9999999999", "maxMktSz": "1000000",
		"maxLmtAmt": "20000000", "maxMktAmt": "1000000", "maxTwapSz": "9999999999", "maxIcebergSz": "9999999999", "maxTriggerSz": "9999999999",
		"maxStopSz": "1000000", "openType": "", "auctionEndTime": "", "tradeQuoteCcyList": []string{i.Quote},
	}
	if i.kind == "SPOT" {
		return o
	}
	o["baseCcy"], o["quoteCcy"], o["uly"], o["instFamily"], o["lever"] = "", "", i.family(), i.family(), "100"
	o["lotSz"], o["minSz"], o["ctMult"] = "0.01", "0.01", "1"
	if i.Quote == "USD" {
		o["ctType"], o["ctVal"], o["ctValCcy"], o["settleCcy"] = "inverse", "100", "USD", i.Base
	} else {
		o["ctType"], o["ctVal"], o["ctValCcy"], o["settleCcy"] = "linear", "0.01", i.Base, i.Quote
	}
	return o
}

func okxTicker(v *okx, c okxCall) (any, *okxError) {
	one, refusal := okxOne(c)
	if refusal != nil {
		return nil, refusal
	}
	return []object{one.ticker(v.now())}, nil
}

func okxTickers(v *okx, c okxCall) (any, *okxError) {
	selected, refusal := okxSelect(c)
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, len(selected))
	for n, i := range selected {
		list[n] = i.ticker(v.now())
	}
	return list, nil
}

func (i okxInstrument) ticker(now time.Time) object {
	bids, asks := i.depth(now, 1)
	before := i.price(i.at(now.Add(-day)))
	return object{
		"instType": i.kind, "instId": i.id(), "last": i.price(i.at(now)), "lastSz": i.size(0.5), "bidPx": bids[0][0], "bidSz": bids[0][1],
		"askPx": asks[0][0], "askSz": asks[0][1], "open24h": before, "high24h": i.price(i.Price * 1.01), "low24h": i.price(i.Price * 0.99),
		"vol24h": i.size(1000), "volCcy24h": decimal(1000*i.Price, 2), "sodUtc0": before, "sodUtc8": before,
		"ts": strconv.FormatInt(now.UnixMilli(), 10),
	}
}

// okxBooks tells price and size, a field that is no longer used, and the
// number of orders of each level.
func okxBooks(v *okx, c okxCall) (any, *okxError) {
	one, refusal := okxOne(c)
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := one.depth(v.now(), boundedInt(c.query("sz"), 1, 400))
	rows := func(levels []level) [][]string {
		out := make([][]string, len(levels))
		for n, l := range levels {
			out[n] = []string{l[0], l[1], "0", "1"}
		}
		return out
	}
	now := v.now().UnixMilli()
	return []object{{"bids": rows(bids), "asks": rows(asks), "ts": strconv.FormatInt(now, 10), "seqId": now}}, nil
}

func okxTrades(v *okx, c okxCall) (any, *okxError) {
	one, refusal := okxOne(c)
	if refusal != nil {
		return nil, refusal
	}
	list := make([]object, boundedInt(c.query("limit"), 100, 500))
	for n := range list {
		at := v.now().Add(-time.Duration(n) * time.Second)
		list[n] = object{
			"instId": one.id(), "tradeId": strconv.FormatInt(at.Unix(), 10), "px": one.price(one.at(at)), "sz": one.size(0.5),
			"side": [...]string{"buy", "sell"}[n%2], "ts": strconv.FormatInt(at.UnixMilli(), 10), "count": "1", "source": "0",
		}
	}
	return list, nil
}

var okxBars = map[string]time.Duration{
	"1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "1H": time.Hour, "4H": 4 * time.Hour, "1Dutc": day,
}

// okxCandles lists candles, the newest first; the one that is not over says so.
func okxCandles(v *okx, c okxCall) (any, *okxError) {
	one, refusal := okxOne(c)
	if refusal != nil {
		return nil, refusal
	}
	bar := c.query("bar")
	if bar == "" {
		bar = "1m"
	}
	width, ok := okxBars[strings.TrimSpace(bar)]
	if !ok {
		return nil, okxBad("bar")
	}
	list := make([][]string, boundedInt(c.query("limit"), 100, 300))
	for n := range list {
		open := v.now().Truncate(width).Add(-time.Duration(n) * width)
		first, last := one.at(open), one.at(open.Add(width))
		list[n] = []string{
			strconv.FormatInt(open.UnixMilli(), 10), one.price(first), one.price(max(first, last)), one.price(min(first, last)), one.price(last),
			one.size(10), one.size(10), decimal(10*one.Price, 2), strconv.Itoa(zeroOrOne(n > 0)),
		}
	}
	return list, nil
}
