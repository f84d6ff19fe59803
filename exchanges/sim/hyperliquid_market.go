package sim

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hyperliquidMarkets are the questions about no address.
var hyperliquidMarkets = table[hyperliquidAsk]{
	{"exchangeStatus", func(v *hyperliquid, _ hyperliquidQuery) any {
		return jsonOf(`{"time":?,"specialStatuses":null}`, inMillis(v.now()))
	}},
	{"meta", (*hyperliquid).perpMeta},
	{"spotMeta", (*hyperliquid).spotMeta},
	{"metaAndAssetCtxs", func(v *hyperliquid, q hyperliquidQuery) any { return []any{v.perpMeta(q), v.perpContexts()} }},
	{"spotMetaAndAssetCtxs", func(v *hyperliquid, q hyperliquidQuery) any { return []any{v.spotMeta(q), v.spotContexts()} }},
	{"perpDexs", func(*hyperliquid, hyperliquidQuery) any { return []any{nil} }}, // the exchange's own has no name
	{"perpsAtOpenInterestCap", func(*hyperliquid, hyperliquidQuery) any { return []any{} }},
	{"allMids", (*hyperliquid).allMids},
	{"l2Book", (*hyperliquid).l2Book},
	{"candleSnapshot", (*hyperliquid).candles},
	{"recentTrades", (*hyperliquid).recentTrades},
}

// hyperliquidToken is what is traded on spot markets: coins of other chains
// come with a letter before or after their name.
type hyperliquidToken struct {
	name, asset, fullName string
	decimals              int // of sizes
}

// hyperliquidTokens returns the tokens in the order of their numbers.
func hyperliquidTokens() []hyperliquidToken {
	return []hyperliquidToken{
		{"USDC", "USDC", "", 8}, {"PURR", "PURR", "", 1}, {"UBTC", "BTC", "Unit Bitcoin", 5}, {"UETH", "ETH", "Unit Ethereum", 4},
		{"USOL", "SOL", "Unit Solana", 3}, {"USDT0", "USDT", "USDT0", 2},
	}
}

// hyperliquidCoin is a market under the name that calls give it.
type hyperliquidCoin struct {
	pair

	name string
}

// hyperliquidPerps returns the perpetuals in the order of their numbers.
func hyperliquidPerps() []hyperliquidCoin {
	var all []hyperliquidCoin
	for _, p := range pairs() {
		if p.Quote == "USDT" { // here all of them count in USDC
			all = append(all, hyperliquidCoin{hyperliquidPriced(p, 6), p.Base})
		}
	}
	return all
}

// hyperliquidSpots returns the spot markets in the order of their numbers:
// each token but the first against that one.
func hyperliquidSpots() []hyperliquidCoin {
	var all []hyperliquidCoin
	for i, token := range hyperliquidTokens()[1:] {
		p := pair{Base: token.name, Quote: "USDC", Price: dollars(token.asset), SizeDecimals: token.decimals}
		name := "@" + strconv.Itoa(i)
		if i == 0 {
			name, p.Price = "PURR/USDC", 0.2 // the first one is still called by its tokens
		}
		all = append(all, hyperliquidCoin{hyperliquidPriced(p, 8), name})
	}
	return all
}

// hyperliquidPriced gives a pair the decimals of prices: 5 digits in all, and
// fewer after the point the more there are in sizes.
func hyperliquidPriced(p pair, most int) pair {
	before := max(0, int(math.Floor(math.Log10(p.Price)))+1)
	p.PriceDecimals = max(0, min(most-p.SizeDecimals, 5-before))
	return p
}

func findHyperliquid(name string) (hyperliquidCoin, bool) {
	all := append(hyperliquidPerps(), hyperliquidSpots()...)
	i := slices.IndexFunc(all, func(c hyperliquidCoin) bool { return c.name == name })
	if i < 0 {
		return hyperliquidCoin{}, false
	}
	return all[i], true
}

// hyperliquidNumber writes a number as this exchange does: without zeros at
// its end, but for one after the point.
func hyperliquidNumber(x float64, decimals int) string {
	text := decimal(x, decimals)
	if !strings.Contains(text, ".") {
		return text + ".0"
	}
	if text = strings.TrimRight(text, "0"); strings.HasSuffix(text, ".") {
		return text + "0"
	}
	return text
}

func (c hyperliquidCoin) number(x float64) string { return hyperliquidNumber(x, c.PriceDecimals) }

func (v *hyperliquid) perpMeta(hyperliquidQuery) any {
	universe := []json.RawMessage{}
	for _, c := range hyperliquidPerps() {
		universe = append(universe, v.figures(c).json(`{"name":"$name","szDecimals":$sizePlaces,"maxLeverage":50,"marginTableId":50}`))
	}
	return figures{}.with("universe", universe).json(`{"universe":$universe,
		"marginTables":[[50,{"description":"","marginTiers":[{"lowerBound":"0.0","maxLeverage":50}]}]],"collateralToken":0}`)
}

func (v *hyperliquid) spotMeta(hyperliquidQuery) any {
	tokens, universe := []json.RawMessage{}, []json.RawMessage{}
	for i, token := range hyperliquidTokens() {
		fullName := any(token.fullName)
		if fullName == "" {
			fullName = nil
		}
		tokens = append(tokens, figures{}.with("index", i).with("decimals", token.decimals).with("canonical", i < 2).with("fullName", fullName).
			and("name", token.name, "id", newMaterial("hyperliquid", "token", token.name).text(lowerHex, 32)).json(`{"name":"$name","index":$index,
			"szDecimals":$decimals,"weiDecimals":8,"isCanonical":$canonical,"tokenId":"0x$id","evmContract":null,"fullName":$fullName,
			"deployerTradingFeeShare":"0.0"}`))
	}
	for i, c := range hyperliquidSpots() {
		universe = append(universe, v.figures(c).with("index", i).with("tokens", []int{i + 1, 0}).with("canonical", i == 0).json(
			`{"name":"$name","index":$index,"tokens":$tokens,"isCanonical":$canonical}`))
	}
	return jsonOf(`{"tokens":?,"universe":?}`, tokens, universe)
}

// figures are those of the pair, with the prices as this exchange writes them.
func (v *hyperliquid) figures(c hyperliquidCoin) figures {
	f, mid := c.figures(v.now()), c.at(v.now())
	return f.and("name", c.name, "mid", c.number(mid), "open", c.number(c.at(v.now().Add(-day))), "turnover", hyperliquidNumber(1000*mid, 2))
}

// hyperliquidContext is what perpetuals and spot markets tell alike.
const hyperliquidContext = `{"prevDayPx":"$open","dayNtlVlm":"$turnover","dayBaseVlm":"1000.0","markPx":"$mid","midPx":"$mid"`

func (v *hyperliquid) perpContexts() []json.RawMessage {
	list := []json.RawMessage{}
	for _, c := range hyperliquidPerps() {
		list = append(list, v.figures(c).json(hyperliquidContext+`,"funding":"0.0000125","openInterest":"10000.0","premium":"0.0","oraclePx":"$mid",
			"impactPxs":["$bid","$ask"]}`))
	}
	return list
}

func (v *hyperliquid) spotContexts() []json.RawMessage {
	list := []json.RawMessage{}
	for _, c := range hyperliquidSpots() {
		list = append(list, v.figures(c).json(hyperliquidContext+`,"coin":"$name","circulatingSupply":"1000000.0","totalSupply":"1000000.0"}`))
	}
	return list
}

func (v *hyperliquid) allMids(hyperliquidQuery) any {
	mids := object{}
	for _, c := range append(hyperliquidPerps(), hyperliquidSpots()...) {
		mids[c.name] = c.number(c.at(v.now()))
	}
	return mids
}

func (v *hyperliquid) l2Book(q hyperliquidQuery) any {
	c, ok := findHyperliquid(q.coin)
	if !ok {
		return nil
	}
	bids, asks := c.book(v.now(), 20, `{"px":"$price","sz":"$size","n":$orders}`)
	return v.figures(c).with("bids", bids).with("asks", asks).json(`{"coin":"$name","time":$ms,"levels":[$bids,$asks]}`)
}

func (v *hyperliquid) recentTrades(q hyperliquidQuery) any {
	c, ok := findHyperliquid(q.coin)
	if !ok {
		return nil
	}
	at := v.now().Truncate(time.Second)
	m := newMaterial("hyperliquid", "trade", c.name, at.String())
	return moments(at).and("coin", c.name, "price", c.number(c.at(at)), "size", c.size(0.5), "hash", m.text(lowerHex, 64),
		"buyer", m.wallet().address, "seller", m.wallet().address).json(`[{"coin":"$coin","side":"B","px":"$price","sz":"$size","time":$ms,
		"hash":"0x$hash","tid":$seconds,"users":["$buyer","$seller"]}]`)
}

var hyperliquidIntervals = table[time.Duration]{
	{"1m", time.Minute}, {"3m", 3 * time.Minute}, {"5m", 5 * time.Minute}, {"15m", 15 * time.Minute}, {"30m", 30 * time.Minute}, {"1h", time.Hour},
	{"2h", 2 * time.Hour}, {"4h", 4 * time.Hour}, {"8h", 8 * time.Hour}, {"12h", 12 * time.Hour}, {"1d", day}, {"3d", 3 * day}, {"1w", 7 * day}, {"1M", 30 * day},
}

// candles answers with what the price did, the oldest first, at most 5,000.
func (v *hyperliquid) candles(q hyperliquidQuery) any {
	var span struct {
		Coin, Interval     string
		StartTime, EndTime int64
	}
	if json.Unmarshal(q.span, &span) != nil {
		return []json.RawMessage{}
	}
	c, ok := findHyperliquid(span.Coin)
	width, known := hyperliquidIntervals.of(span.Interval)
	if !ok || !known {
		return []json.RawMessage{}
	}
	until := v.now()
	if end := time.UnixMilli(span.EndTime); span.EndTime != 0 && end.Before(until) {
		until = end
	}
	list := []json.RawMessage{}
	for _, b := range c.barsBetween(time.UnixMilli(span.StartTime), until, width, 5000) {
		list = append(list, moments(b.start).and("end", digits(b.start.Add(width).UnixMilli()-1), "name", c.name, "interval", span.Interval,
			"open", c.number(b.open), "high", c.number(b.high), "low", c.number(b.low), "close", c.number(b.close)).json(
			`{"t":$ms,"T":$end,"s":"$name","i":"$interval","n":100,"v":"1000.0","o":"$open","h":"$high","l":"$low","c":"$close"}`))
	}
	slices.Reverse(list)
	return list
}
