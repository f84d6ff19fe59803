package sim

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// bitfinexPairs is what Bitfinex trades.
var bitfinexPairs = []pair{
	{"BTC", "USD", 64_000, 2, 8},
	{"BTC", "USDT", 64_000, 2, 8},
	{"ETH", "USD", 3_200, 2, 8},
	{"ETH", "USDT", 3_200, 2, 8},
	{"ETH", "BTC", 0.05, 5, 8},
	{"SOL", "USD", 150, 3, 8},
}

// bitfinexPublic are the calls that need no key, without "/v2/".
var bitfinexPublic = map[string]func(*bitfinex, *http.Request) (any, *bitfinexRefusal){
	"platform/status":            (*bitfinex).status,
	"conf/{config}":              (*bitfinex).conf,
	"ticker/{symbol}":            (*bitfinex).ticker,
	"tickers":                    (*bitfinex).tickers,
	"book/{symbol}/{precision}":  (*bitfinex).orderBook,
	"trades/{symbol}/hist":       (*bitfinex).trades,
	"candles/{candle}/{section}": (*bitfinex).candles,
}

// bitfinexCode returns the code that Bitfinex has for an asset.
func bitfinexCode(asset string) string {
	if code, ok := map[string]string{"USDT": "UST", "USDC": "UDC"}[asset]; ok {
		return code
	}
	return asset
}

// bitfinexID returns the name of a pair in lists; symbols have a t in front.
func bitfinexID(p pair) string { return bitfinexCode(p.Base) + bitfinexCode(p.Quote) }

func bitfinexPair(symbol string) (pair, *bitfinexRefusal) {
	p, ok := pairOf(bitfinexPairs, symbol, func(p pair) string { return "t" + bitfinexID(p) })
	if !ok {
		return p, bitfinexRefuse(bitfinexBadParams, "symbol: invalid")
	}
	return p, nil
}

// status is [1] for an exchange at work, [0] for one under maintenance.
func (v *bitfinex) status(*http.Request) (any, *bitfinexRefusal) { return []int{1}, nil }

// conf answers a list of questions with a list of lists; to those that the
// exchange does not know, or has nothing to say to, with an empty one.
func (v *bitfinex) conf(r *http.Request) (any, *bitfinexRefusal) {
	known := bitfinexConf()
	out := [][]any{}
	for name := range strings.SplitSeq(r.PathValue("config"), ",") {
		out = append(out, append([]any{}, known[name]...))
	}
	return out, nil
}

func bitfinexConf() map[string][]any {
	conf := map[string][]any{}
	add := func(name string, values ...any) { conf[name] = append(conf[name], values...) }
	for _, p := range bitfinexPairs {
		id := bitfinexID(p)
		add("pub:info:pair", []any{id, []any{nil, nil, nil, "0.00004", "2000.0", nil, nil, nil, 0.2, 0.1, nil, nil}})
		add("pub:list:pair:exchange", id)
		add("pub:list:pair:margin", id)
	}
	for _, c := range []struct{ code, sym, label, method string }{
		{"BTC", "", "Bitcoin", "BITCOIN"}, {"ETH", "", "Ethereum", "ETHEREUM"}, {"SOL", "", "Solana", "SOLANA"},
		{"USD", "", "US Dollar", "WIRE"}, {"UST", "USDt", "Tether USDt", "TETHERUSE"}, {"UDC", "USDC", "USD Coin", "UDC"},
	} {
		add("pub:list:currency", c.code)
		add("pub:list:currency:margin", c.code)
		add("pub:map:currency:label", []any{c.code, c.label})
		add("pub:map:currency:tx:fee", []any{c.code, []any{0, 0.0004}})
		add("pub:map:tx:method", []any{c.method, []any{c.code}})
		add("pub:info:tx:status", []any{c.method, 1, 1, nil, nil, nil, nil, 0, 0, nil, nil, 3})
		if c.sym != "" {
			add("pub:map:currency:sym", []any{c.code, c.sym})
			add("pub:map:currency:pool", []any{c.code, "ETH"})
		}
	}
	return conf
}

// quote is a ticker: bid, its size, ask, its size, change, relative change,
// last, volume, high, low.
func (v *bitfinex) quote(p pair) []any {
	now := v.now()
	price, before := p.at(now), p.at(now.Add(-day))
	bids, asks := p.depth(now, 1)
	row := []any{}
	for _, text := range []string{
		bids[0][0], bids[0][1], asks[0][0], asks[0][1], p.price(price - before), decimal(price/before-1, 6), p.price(price),
		p.size(812.4), p.price(p.Price * 1.01), p.price(p.Price * 0.99),
	} {
		row = append(row, json.Number(text))
	}
	return row
}

func (v *bitfinex) ticker(r *http.Request) (any, *bitfinexRefusal) {
	p, refusal := bitfinexPair(r.PathValue("symbol"))
	if refusal != nil {
		return nil, refusal
	}
	return v.quote(p), nil
}

// tickers leaves out symbols that it does not know.
func (v *bitfinex) tickers(r *http.Request) (any, *bitfinexRefusal) {
	wanted := r.URL.Query().Get("symbols")
	if wanted == "" {
		return nil, bitfinexRefuse(bitfinexBadParams, "symbols: invalid")
	}
	rows := [][]any{}
	for _, p := range bitfinexPairs {
		symbol := "t" + bitfinexID(p)
		if wanted == "ALL" || strings.Contains(","+wanted+",", ","+symbol+",") {
			rows = append(rows, append([]any{symbol}, v.quote(p)...))
		}
	}
	return rows, nil
}

// orderBook has rows of price, number of orders and amount, or, with the
// precision R0, of order, price and amount. Amounts of asks are negative.
func (v *bitfinex) orderBook(r *http.Request) (any, *bitfinexRefusal) {
	p, refusal := bitfinexPair(r.PathValue("symbol"))
	if refusal != nil {
		return nil, refusal
	}
	precision := r.PathValue("precision")
	if !strings.Contains("P0 P1 P2 P3 P4 R0", precision) || len(precision) != 2 {
		return nil, bitfinexRefuse(bitfinexBadParams, "precision: invalid")
	}
	bids, asks := p.depth(v.now(), boundedInt(r.URL.Query().Get("len"), 25, 250))
	rows := [][]any{}
	add := func(sign string, side []level) {
		for i, l := range side {
			price, amount := json.Number(l[0]), json.Number(sign+l[1])
			if precision == "R0" {
				rows = append(rows, []any{v.now().Unix()<<10 + int64(len(rows)), price, amount})
			} else {
				rows = append(rows, []any{price, 1 + i%3, amount})
			}
		}
	}
	add("", bids)
	add("-", asks)
	return rows, nil
}

func (v *bitfinex) trades(r *http.Request) (any, *bitfinexRefusal) {
	p, refusal := bitfinexPair(r.PathValue("symbol"))
	if refusal != nil {
		return nil, refusal
	}
	rows := [][]any{}
	for i := range boundedInt(r.URL.Query().Get("limit"), 10, 250) {
		done := v.now().Add(-time.Duration(i+1) * time.Second)
		rows = append(rows, []any{done.UnixMilli(), done.UnixMilli(), json.Number(p.size(0.05)), json.Number(p.price(p.at(done)))})
	}
	return rows, nil
}

// bitfinexFrames are the lengths of candles.
var bitfinexFrames = map[string]time.Duration{
	"1m": time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "30m": 30 * time.Minute, "1h": time.Hour,
	"3h": 3 * time.Hour, "6h": 6 * time.Hour, "12h": 12 * time.Hour, "1D": day, "1W": 7 * day, "14D": 14 * day,
}

// candles answers "trade:1m:tBTCUSD/hist" with rows of time, open, close,
// high, low and volume, the last first; "…/last" with one row.
func (v *bitfinex) candles(r *http.Request) (any, *bitfinexRefusal) {
	parts := strings.SplitN(r.PathValue("candle"), ":", 3)
	section := r.PathValue("section")
	if len(parts) != 3 || parts[0] != "trade" || bitfinexFrames[parts[1]] == 0 || section != "hist" && section != "last" {
		return nil, bitfinexRefuse(bitfinexBadParams, "candles: invalid")
	}
	p, refusal := bitfinexPair(parts[2])
	if refusal != nil {
		return nil, refusal
	}
	rows := [][]any{}
	for _, b := range p.bars(v.now(), bitfinexFrames[parts[1]], boundedInt(r.URL.Query().Get("limit"), 100, 500)) {
		row := []any{b.start.UnixMilli()}
		for _, price := range []float64{b.open, b.close, b.high, b.low} {
			row = append(row, json.Number(p.price(price)))
		}
		rows = append(rows, append(row, 1.5))
	}
	if section == "last" {
		return rows[0], nil
	}
	return rows, nil
}
