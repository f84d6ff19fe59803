package sim

import (
	"net/http"
	"strings"
	"time"
)

// geminiPairs is what Gemini trades.
var geminiPairs = []pair{
	{"BTC", "USD", 64_000, 2, 8},
	{"ETH", "USD", 3_200, 2, 6},
	{"SOL", "USD", 150, 3, 6},
	{"BTC", "GUSD", 64_000, 2, 8},
	{"BTC", "USDT", 64_000, 2, 8},
	{"ETH", "BTC", 0.05, 5, 6},
}

// geminiPublic are the calls that need no key.
var geminiPublic = table[func(*gemini, *http.Request) (any, *geminiRefusal)]{
	{"/v1/symbols", (*gemini).symbols},
	{"/v1/symbols/details/{symbol}", byGeminiPair(geminiDetails)},
	{"/v1/pubticker/{symbol}", byGeminiPair(geminiTicker)},
	{"/v2/ticker/{symbol}", (*gemini).tickerV2},
	{"/v1/pricefeed", (*gemini).priceFeed},
	{"/v1/book/{symbol}", (*gemini).orderBook},
	{"/v1/trades/{symbol}", (*gemini).trades},
	{"/v2/candles/{symbol}/{time_frame}", (*gemini).candles},
}

func geminiSymbol(p pair) string { return strings.ToLower(p.symbol()) }

// geminiPair returns the pair that a path names, in small or capital letters.
func geminiPair(r *http.Request) (pair, *geminiRefusal) {
	symbol := strings.ToLower(segment(r, "symbol"))
	p, ok := pairOf(geminiPairs, symbol, geminiSymbol)
	if !ok {
		return p, &geminiRefusal{http.StatusBadRequest, "InvalidSymbol", "Received bad symbol " + symbol}
	}
	return p, nil
}

func (v *gemini) symbols(*http.Request) (any, *geminiRefusal) {
	names := []string{}
	for _, p := range geminiPairs {
		names = append(names, geminiSymbol(p))
	}
	return names, nil
}

// byGeminiPair makes an endpoint that writes a text for the pair that a path
// names.
//
//go:noinline // it has many callers
func byGeminiPair(text string) func(*gemini, *http.Request) (any, *geminiRefusal) {
	return func(v *gemini, r *http.Request) (any, *geminiRefusal) {
		p, refusal := geminiPair(r)
		return p.figures(v.now()).json(text), refusal
	}
}

// The details have the step of a size as tick_size and that of a price as
// quote_increment, which is how Gemini names them.
const (
	geminiDetails = `{"symbol":"$symbol","base_currency":"$base","quote_currency":"$quote","tick_size":$step,"quote_increment":$tick,
		"min_order_size":"0.00001","status":"open","wrap_enabled":false,"product_type":"spot","contract_type":"vanilla",
		"contract_price_currency":"$quote"}`
	geminiTicker = `{"bid":"$bid","ask":"$ask","last":"$last","volume":{"$base":"$volume","$quote":"$turnover","timestamp":$ms}}`
)

func (v *gemini) tickerV2(r *http.Request) (any, *geminiRefusal) {
	p, refusal := geminiPair(r)
	if refusal != nil {
		return nil, refusal
	}
	return p.figures(v.now()).with("hours", p.candles(v.now(), time.Hour, 24, `"$open"`)).json(
		`{"symbol":"$symbol","open":"$open","high":"$high","low":"$low","close":"$last","changes":$hours,"bid":"$bid","ask":"$ask"}`), nil
}

func (v *gemini) priceFeed(*http.Request) (any, *geminiRefusal) {
	return describe(geminiPairs, v.now(), `{"pair":"$symbol","price":"$last","percentChange24h":"$rise"}`), nil
}

// orderBook has at most 50 levels a side unless more are asked for; 0 stands
// for all that there are.
func (v *gemini) orderBook(r *http.Request) (any, *geminiRefusal) {
	const usual, most = 50, 500
	p, refusal := geminiPair(r)
	if refusal != nil {
		return nil, refusal
	}
	levels := func(parameter string) int {
		limit := param(r.URL.Query(), parameter)
		if limit == "0" {
			return most
		}
		return boundedInt(limit, usual, most)
	}
	const text = `{"price":"$price","amount":"$size","timestamp":"$seconds"}`
	bids, _ := p.book(v.now(), levels("limit_bids"), text)
	_, asks := p.book(v.now(), levels("limit_asks"), text)
	return jsonOf(`{"bids":?,"asks":?}`, bids, asks), nil
}

func (v *gemini) trades(r *http.Request) (any, *geminiRefusal) {
	p, refusal := geminiPair(r)
	if refusal != nil {
		return nil, refusal
	}
	return p.trades(v.now(), boundedInt(param(r.URL.Query(), "limit_trades"), 10, 500), `{"timestamp":$seconds,"timestampms":$ms,"tid":$ms,
		"price":"$price","amount":"$size","exchange":"gemini","type":"$side"}`), nil
}

// geminiFrames are the lengths of candles.
var geminiFrames = table[time.Duration]{
	{"1m", time.Minute}, {"5m", 5 * time.Minute}, {"15m", 15 * time.Minute}, {"30m", 30 * time.Minute},
	{"1hr", time.Hour}, {"6hr", 6 * time.Hour}, {"1day", day},
}

func (v *gemini) candles(r *http.Request) (any, *geminiRefusal) {
	p, refusal := geminiPair(r)
	if refusal != nil {
		return nil, refusal
	}
	span, ok := geminiFrames.of(segment(r, "time_frame"))
	if !ok {
		return nil, &geminiRefusal{http.StatusBadRequest, "UnsupportedOption", "There is no such time frame"}
	}
	return p.candles(v.now(), span, 60, `[$ms,$open,$high,$low,$close,$volume]`), nil
}
