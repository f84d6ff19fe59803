package sim

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// okxBad refuses a parameter that is not right.
//
//go:noinline
func okxBad(name string) *okxError {
	return &okxError{http.StatusBadRequest, "51000", fmt.Sprintf("Parameter %s error", name)}
}

// okxEmpty refuses a parameter that is not there.
//
//go:noinline
func okxEmpty(name string) *okxError {
	return &okxError{http.StatusBadRequest, "50014", fmt.Sprintf("Parameter %s can not be empty", name)}
}

func okxTime(v *okx, _ okxCall) (any, *okxError) {
	return moments(v.now()).json(`[{"ts":"$ms"}]`), nil
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
//
//go:noinline
func (i okxInstrument) id() string {
	if i.kind == "SPOT" {
		return i.family()
	}
	return i.family() + "-SWAP"
}

// family is what the contracts on a pair have in common.
//
//go:noinline
func (i okxInstrument) family() string { return i.Base + "-" + i.Quote }

// okxSelect returns the instruments of the type that a request wants.
func okxSelect(c okxCall) ([]okxInstrument, *okxError) {
	kind := c.query("instType")
	switch {
	case kind == "":
		return nil, okxEmpty("instType")
	case !contains(okxKinds, kind):
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

func okxInstruments(v *okx, c okxCall) (any, *okxError) {
	selected, refusal := okxSelect(c)
	list := make([]json.RawMessage, len(selected))
	for n, i := range selected {
		list[n] = i.figures(v.now()).and("kind", c.query("instType"), "number", strconv.Itoa(10_000+n)).json(okxTerms)
	}
	return list, refusal
}

const okxTerms = `{"instType":"$kind","instId":"$id","instIdCode":$number,"uly":"$family","instFamily":"$family","category":"1","groupId":"1",
	"baseCcy":"$spotBase","quoteCcy":"$spotQuote","settleCcy":"$settle","ctVal":"$worth","ctMult":"$times","ctValCcy":"$in","ctType":"$type",
	"optType":"","stk":"","listTime":"1606468572000","contTdSwTime":"1704876947000","expTime":"","lever":"$lever","tickSz":"$tick",
	"lotSz":"$lot","minSz":"$lot","alias":"","state":"live","ruleType":"normal","maxLmtSz":"9999999999","maxMktSz":"1000000",
	"maxLmtAmt":"20000000","maxMktAmt":"1000000","maxTwapSz":"9999999999","maxIcebergSz":"9999999999","maxTriggerSz":"9999999999",
	"maxStopSz":"1000000","openType":"","auctionEndTime":"","tradeQuoteCcyList":["$quote"]}`

// figures add to those of the pair what only spot pairs have, or contracts.
func (i okxInstrument) figures(now time.Time) figures {
	f := i.pair.figures(now).and("id", i.id(), "market", i.kind)
	if i.kind == "SPOT" {
		return f.and("spotBase", i.Base, "spotQuote", i.Quote, "lever", "10", "lot", i.step(),
			"family", "", "times", "", "type", "", "worth", "", "in", "", "settle", "")
	}
	f.and("spotBase", "", "spotQuote", "", "lever", "100", "lot", "0.01", "family", i.family(), "times", "1")
	if i.Quote == "USD" {
		return f.and("type", "inverse", "worth", "100", "in", "USD", "settle", i.Base)
	}
	return f.and("type", "linear", "worth", "0.01", "in", i.Base, "settle", i.Quote)
}

func okxTicker(v *okx, c okxCall) (any, *okxError) {
	one, refusal := okxOne(c)
	return []json.RawMessage{one.ticker(v.now())}, refusal
}

func okxTickers(v *okx, c okxCall) (any, *okxError) {
	selected, refusal := okxSelect(c)
	list := make([]json.RawMessage, len(selected))
	for n, i := range selected {
		list[n] = i.ticker(v.now())
	}
	return list, refusal
}

func (i okxInstrument) ticker(now time.Time) json.RawMessage {
	return i.figures(now).json(`{"instType":"$market","instId":"$id","last":"$last","lastSz":"$half","bidPx":"$bid","bidSz":"$bidSize",
		"askPx":"$ask","askSz":"$askSize","open24h":"$open","high24h":"$high","low24h":"$low","vol24h":"$volume","volCcy24h":"$turnover",
		"sodUtc0":"$open","sodUtc8":"$open","ts":"$ms"}`)
}

// okxBooks tells price and size, a field that is no longer used, and the
// number of orders of each level.
func okxBooks(v *okx, c okxCall) (any, *okxError) {
	one, refusal := okxOne(c)
	if refusal != nil {
		return nil, refusal
	}
	bids, asks := one.book(v.now(), boundedInt(c.query("sz"), 1, 400), `["$price","$size","0","1"]`)
	return moments(v.now()).with("bids", bids).with("asks", asks).json(`[{"bids":$bids,"asks":$asks,"ts":"$ms","seqId":$ms}]`), nil
}

func okxTrades(v *okx, c okxCall) (any, *okxError) {
	one, refusal := okxOne(c)
	if refusal != nil {
		return nil, refusal
	}
	return one.trades(v.now(), boundedInt(c.query("limit"), 100, 500), `{"instId":"`+one.id()+`","tradeId":"$seconds","px":"$price","sz":"$size",
		"side":"$side","ts":"$ms","count":"1","source":"0"}`), nil
}

var okxBars = table[time.Duration]{
	{"1m", time.Minute}, {"5m", 5 * time.Minute}, {"15m", 15 * time.Minute}, {"1H", time.Hour}, {"4H", 4 * time.Hour}, {"1Dutc", day},
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
	width, ok := okxBars.of(strings.TrimSpace(bar))
	if !ok {
		return nil, okxBad("bar")
	}
	list := one.candles(v.now(), width, boundedInt(c.query("limit"), 100, 300),
		`["$ms","$open","$high","$low","$close","$volume","$volume","$turnover","$over"]`)
	return list, nil
}
