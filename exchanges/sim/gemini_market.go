package sim

import (
	"encoding/json"
	"net/http"
	"strconv"
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
var geminiPublic = map[string]func(*gemini, *http.Request) (any, *geminiRefusal){
	"/v1/symbols":                       (*gemini).symbols,
	"/v1/symbols/details/{symbol}":      (*gemini).details,
	"/v1/pubticker/{symbol}":            (*gemini).ticker,
	"/v2/ticker/{symbol}":               (*gemini).tickerV2,
	"/v1/pricefeed":                     (*gemini).priceFeed,
	"/v1/book/{symbol}":                 (*gemini).orderBook,
	"/v1/trades/{symbol}":               (*gemini).trades,
	"/v2/candles/{symbol}/{time_frame}": (*gemini).candles,
}

func geminiSymbol(p pair) string { return strings.ToLower(p.symbol()) }

// geminiPair returns the pair that a path names, in small or capital letters.
func geminiPair(r *http.Request) (pair, *geminiRefusal) {
	symbol := strings.ToLower(r.PathValue("symbol"))
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

// details has the step of a size as tick_size and that of a price as
// quote_increment, which is how Gemini names them.
func (v *gemini) details(r *http.Request) (any, *geminiRefusal) {
	p, refusal := geminiPair(r)
	return object{
		"symbol": p.symbol(), "base_currency": p.Base, "quote_currency": p.Quote, "tick_size": json.Number(p.step()),
		"quote_increment": json.Number(p.tick()), "min_order_size": "0.00001", "status": "open", "wrap_enabled": false,
		"product_type": "spot", "contract_type": "vanilla", "contract_price_currency": p.Quote,
	}, refusal
}

func (v *gemini) ticker(r *http.Request) (any, *geminiRefusal) {
	p, refusal := geminiPair(r)
	if refusal != nil {
		return nil, refusal
	}
	price := p.at(v.now())
	bids, asks := p.depth(v.now(), 1)
	return object{
		"bid": bids[0][0], "ask": asks[0][0], "last": p.price(price),
		"volume": object{p.Base: p.size(812.4), p.Quote: p.price(812.4 * price), "timestamp": v.now().UnixMilli()},
	}, nil
}

func (v *gemini) tickerV2(r *http.Request) (any, *geminiRefusal) {
	p, refusal := geminiPair(r)
	if refusal != nil {
		return nil, refusal
	}
	hours := []string{}
	for _, hour := range p.bars(v.now(), time.Hour, 24) {
		hours = append(hours, p.price(hour.open))
	}
	price := p.at(v.now())
	bids, asks := p.depth(v.now(), 1)
	return object{
		"symbol": p.symbol(), "open": p.price(p.at(v.now().Add(-day))), "high": p.price(p.Price * 1.01), "low": p.price(p.Price * 0.99),
		"close": p.price(price), "changes": hours, "bid": bids[0][0], "ask": asks[0][0],
	}, nil
}

func (v *gemini) priceFeed(*http.Request) (any, *geminiRefusal) {
	rows := []object{}
	for _, p := range geminiPairs {
		price, before := p.at(v.now()), p.at(v.now().Add(-day))
		rows = append(rows, object{"pair": p.symbol(), "price": p.price(price), "percentChange24h": decimal(price/before-1, 4)})
	}
	return rows, nil
}

// orderBook has at most 50 levels a side unless more are asked for; 0 stands
// for all that there are.
func (v *gemini) orderBook(r *http.Request) (any, *geminiRefusal) {
	const usual, most = 50, 500
	p, refusal := geminiPair(r)
	if refusal != nil {
		return nil, refusal
	}
	side := func(limit string, levels func(n int) []level) []object {
		n := boundedInt(limit, usual, most)
		if limit == "0" {
			n = most
		}
		rows := []object{}
		for _, l := range levels(n) {
			rows = append(rows, object{"price": l[0], "amount": l[1], "timestamp": strconv.FormatInt(v.now().Unix(), 10)})
		}
		return rows
	}
	return object{
		"bids": side(r.URL.Query().Get("limit_bids"), func(n int) []level { bids, _ := p.depth(v.now(), n); return bids }),
		"asks": side(r.URL.Query().Get("limit_asks"), func(n int) []level { _, asks := p.depth(v.now(), n); return asks }),
	}, nil
}

func (v *gemini) trades(r *http.Request) (any, *geminiRefusal) {
	p, refusal := geminiPair(r)
	if refusal != nil {
		return nil, refusal
	}
	rows := []object{}
	for i := range boundedInt(r.URL.Query().Get("limit_trades"), 10, 500) {
		done := v.now().Add(-time.Duration(i+1) * time.Second)
		rows = append(rows, object{
			"timestamp": done.Unix(), "timestampms": done.UnixMilli(), "tid": done.UnixMilli(), "price": p.price(p.at(done)),
			"amount": p.size(0.05), "exchange": "gemini", "type": "buy",
		})
	}
	return rows, nil
}

// geminiFrames are the lengths of candles.
var geminiFrames = map[string]time.Duration{
	"1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "30m": 30 * time.Minute,
	"1hr": time.Hour, "6hr": 6 * time.Hour, "1day": day,
}

func (v *gemini) candles(r *http.Request) (any, *geminiRefusal) {
	p, refusal := geminiPair(r)
	if refusal != nil {
		return nil, refusal
	}
	span, ok := geminiFrames[r.PathValue("time_frame")]
	if !ok {
		return nil, &geminiRefusal{http.StatusBadRequest, "UnsupportedOption", "There is no such time frame"}
	}
	rows := [][]any{}
	for _, b := range p.bars(v.now(), span, 60) {
		row := []any{b.start.UnixMilli()}
		for _, price := range []float64{b.open, b.high, b.low, b.close} {
			row = append(row, json.Number(p.price(price)))
		}
		rows = append(rows, append(row, 1.5))
	}
	return rows, nil
}
