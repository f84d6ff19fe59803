package sim

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// bitfinexPairs is what Bitfinex trades, under its own codes for the assets.
var bitfinexPairs = []pair{
	{"BTC", "USD", 64_000, 2, 8},
	{"BTC", "UST", 64_000, 2, 8},
	{"ETH", "USD", 3_200, 2, 8},
	{"ETH", "UST", 3_200, 2, 8},
	{"ETH", "BTC", 0.05, 5, 8},
	{"SOL", "USD", 150, 3, 8},
}

// bitfinexPublic are the calls that need no key, without "/v2/".
var bitfinexPublic = table[func(*bitfinex, *http.Request) (any, *bitfinexRefusal)]{
	{"platform/status", (*bitfinex).status},
	{"conf/{config}", (*bitfinex).conf},
	{"ticker/{symbol}", (*bitfinex).ticker},
	{"tickers", (*bitfinex).tickers},
	{"book/{symbol}/{precision}", (*bitfinex).orderBook},
	{"trades/{symbol}/hist", (*bitfinex).trades},
	{"candles/{candle}/{section}", (*bitfinex).candles},
}

// bitfinexCode returns the code that Bitfinex has for an asset.
func bitfinexCode(asset string) string {
	if code, ok := map[string]string{"USDT": "UST", "USDC": "UDC"}[asset]; ok {
		return code
	}
	return asset
}

// bitfinexPair returns the pair of a symbol, which has a t in front.
func bitfinexPair(symbol string) (pair, *bitfinexRefusal) {
	p, ok := pairOf(bitfinexPairs, symbol, func(p pair) string { return "t" + p.symbol() })
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
	known := map[string]any{}
	names := figures{}.
		with("details", describe(bitfinexPairs, v.now(), `["$symbol",[null,null,null,"0.00004","2000.0",null,null,null,0.2,0.1,null,null]]`)).
		with("symbols", describe(bitfinexPairs, v.now(), `"$symbol"`))
	readJSON(names.json(bitfinexConf), &known)
	out := []any{}
	for _, name := range strings.Split(segment(r, "config"), ",") {
		answer, ok := known[name]
		if !ok {
			answer = []any{}
		}
		out = append(out, answer)
	}
	return out, nil
}

const bitfinexConf = `{"pub:info:pair":$details,"pub:list:pair:exchange":$symbols,"pub:list:pair:margin":$symbols,
	"pub:list:currency":["BTC","ETH","SOL","USD","UST","UDC"],"pub:list:currency:margin":["BTC","ETH","SOL","USD","UST","UDC"],
	"pub:map:currency:label":[["BTC","Bitcoin"],["ETH","Ethereum"],["SOL","Solana"],["USD","US Dollar"],["UST","Tether USDt"],["UDC","USD Coin"]],
	"pub:map:currency:tx:fee":[["BTC",[0,0.0004]],["ETH",[0,0.0004]],["SOL",[0,0.0004]],["USD",[0,0.0004]],["UST",[0,0.0004]],["UDC",[0,0.0004]]],
	"pub:map:tx:method":[["BITCOIN",["BTC"]],["ETHEREUM",["ETH"]],["SOLANA",["SOL"]],["WIRE",["USD"]],["TETHERUSE",["UST"]],["UDC",["UDC"]]],
	"pub:info:tx:status":[["BITCOIN",1,1,null,null,null,null,0,0,null,null,3],["ETHEREUM",1,1,null,null,null,null,0,0,null,null,3],
		["SOLANA",1,1,null,null,null,null,0,0,null,null,3],["WIRE",1,1,null,null,null,null,0,0,null,null,3],
		["TETHERUSE",1,1,null,null,null,null,0,0,null,null,3],["UDC",1,1,null,null,null,null,0,0,null,null,3]],
	"pub:map:currency:sym":[["UST","USDt"],["UDC","USDC"]],"pub:map:currency:pool":[["UST","ETH"],["UDC","ETH"]]}`

// bitfinexDay is a ticker: bid, its size, ask, its size, change, relative
// change, last, volume, high, low.
const bitfinexDay = `$bid,$bidSize,$ask,$askSize,$change,$rise,$last,$volume,$high,$low]`

func (v *bitfinex) ticker(r *http.Request) (any, *bitfinexRefusal) {
	p, refusal := bitfinexPair(segment(r, "symbol"))
	if refusal != nil {
		return nil, refusal
	}
	return p.figures(v.now()).json("[" + bitfinexDay), nil
}

// tickers leaves out symbols that it does not know.
func (v *bitfinex) tickers(r *http.Request) (any, *bitfinexRefusal) {
	wanted := param(r.URL.Query(), "symbols")
	if wanted == "" {
		return nil, bitfinexRefuse(bitfinexBadParams, "symbols: invalid")
	}
	selected := slices.DeleteFunc(slices.Clone(bitfinexPairs), func(p pair) bool {
		return wanted != "ALL" && !contains(strings.Split(wanted, ","), "t"+p.symbol())
	})
	return describe(selected, v.now(), `["t$symbol",`+bitfinexDay), nil
}

// orderBook has rows of price, number of orders and amount, or, with the
// precision R0, of order, price and amount. Amounts of asks are negative.
func (v *bitfinex) orderBook(r *http.Request) (any, *bitfinexRefusal) {
	p, refusal := bitfinexPair(segment(r, "symbol"))
	if refusal != nil {
		return nil, refusal
	}
	precision := segment(r, "precision")
	if !strings.Contains("P0 P1 P2 P3 P4 R0", precision) || len(precision) != 2 {
		return nil, bitfinexRefuse(bitfinexBadParams, "precision: invalid")
	}
	text := func(side, sign string) string {
		if precision == "R0" {
			return "[${seconds}" + side + "$n,$price," + sign + "$size]"
		}
		return "[$price,$orders," + sign + "$size]"
	}
	n := boundedInt(param(r.URL.Query(), "len"), 25, 250)
	bids, _ := p.book(v.now(), n, text("1", ""))
	_, asks := p.book(v.now(), n, text("2", "-"))
	return append(bids, asks...), nil
}

func (v *bitfinex) trades(r *http.Request) (any, *bitfinexRefusal) {
	p, refusal := bitfinexPair(segment(r, "symbol"))
	if refusal != nil {
		return nil, refusal
	}
	return p.trades(v.now(), boundedInt(param(r.URL.Query(), "limit"), 10, 250), `[$ms,$ms,$size,$price]`), nil
}

// bitfinexFrames are the lengths of candles.
var bitfinexFrames = table[time.Duration]{
	{"1m", time.Minute}, {"5m", 5 * time.Minute}, {"15m", 15 * time.Minute}, {"30m", 30 * time.Minute}, {"1h", time.Hour},
	{"3h", 3 * time.Hour}, {"6h", 6 * time.Hour}, {"12h", 12 * time.Hour}, {"1D", day}, {"1W", 7 * day}, {"14D", 14 * day},
}

// candles answers "trade:1m:tBTCUSD/hist" with rows of time, open, close,
// high, low and volume, the last first; "…/last" with one row.
func (v *bitfinex) candles(r *http.Request) (any, *bitfinexRefusal) {
	parts := strings.SplitN(segment(r, "candle"), ":", 3)
	section := segment(r, "section")
	if len(parts) != 3 || parts[0] != "trade" || section != "hist" && section != "last" {
		return nil, bitfinexRefuse(bitfinexBadParams, "candles: invalid")
	}
	span, known := bitfinexFrames.of(parts[1])
	if !known {
		return nil, bitfinexRefuse(bitfinexBadParams, "candles: invalid")
	}
	p, refusal := bitfinexPair(parts[2])
	if refusal != nil {
		return nil, refusal
	}
	rows := p.candles(v.now(), span, boundedInt(param(r.URL.Query(), "limit"), 100, 500), `[$ms,$open,$close,$high,$low,$volume]`)
	if section == "last" {
		return rows[0], nil
	}
	return rows, nil
}
