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
func hyperliquidMarkets() map[string]hyperliquidAsk {
	return map[string]hyperliquidAsk{
		"exchangeStatus": func(v *hyperliquid, _ hyperliquidQuery) any {
			return object{"time": v.now().UnixMilli(), "specialStatuses": nil}
		},
		"meta":     (*hyperliquid).perpMeta,
		"spotMeta": (*hyperliquid).spotMeta,
		"metaAndAssetCtxs": func(v *hyperliquid, q hyperliquidQuery) any {
			return []any{v.perpMeta(q), v.perpContexts()}
		},
		"spotMetaAndAssetCtxs": func(v *hyperliquid, q hyperliquidQuery) any {
			return []any{v.spotMeta(q), v.spotContexts()}
		},
		"perpDexs":               hyperliquidAlways([]any{nil}), // the exchange's own has no name
		"perpsAtOpenInterestCap": hyperliquidAlways([]string{}),
		"allMids":                (*hyperliquid).allMids,
		"l2Book":                 (*hyperliquid).l2Book,
		"candleSnapshot":         (*hyperliquid).candles,
		"recentTrades":           (*hyperliquid).recentTrades,
	}
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
	const margins = 50 // the number of a table, and the leverage in it
	universe := []object{}
	for _, c := range hyperliquidPerps() {
		universe = append(universe, object{"name": c.name, "szDecimals": c.SizeDecimals, "maxLeverage": margins, "marginTableId": margins})
	}
	tier := object{"lowerBound": "0.0", "maxLeverage": margins}
	table := []any{margins, object{"description": "", "marginTiers": []object{tier}}}
	return object{"universe": universe, "marginTables": []any{table}, "collateralToken": 0}
}

func (v *hyperliquid) spotMeta(hyperliquidQuery) any {
	tokens, universe := []object{}, []object{}
	for i, token := range hyperliquidTokens() {
		var fullName any
		if token.fullName != "" {
			fullName = token.fullName
		}
		tokens = append(tokens, object{
			"name": token.name, "index": i, "szDecimals": token.decimals, "weiDecimals": 8, "isCanonical": i < 2,
			"tokenId": "0x" + newMaterial("hyperliquid", "token", token.name).text(lowerHex, 32), "evmContract": nil, "fullName": fullName,
			"deployerTradingFeeShare": "0.0",
		})
	}
	for i, c := range hyperliquidSpots() {
		universe = append(universe, object{"name": c.name, "index": i, "tokens": []int{i + 1, 0}, "isCanonical": i == 0})
	}
	return object{"tokens": tokens, "universe": universe}
}

// context is what perpetuals and spot markets tell alike.
func (v *hyperliquid) context(c hyperliquidCoin) object {
	now := v.now()
	mid := c.at(now)
	return object{
		"prevDayPx": c.number(c.at(now.Add(-day))), "dayNtlVlm": hyperliquidNumber(1000*mid, 2), "dayBaseVlm": "1000.0",
		"markPx": c.number(mid), "midPx": c.number(mid),
	}
}

func (v *hyperliquid) perpContexts() []object {
	list := []object{}
	for _, c := range hyperliquidPerps() {
		bids, asks := c.depth(v.now(), 1)
		o := v.context(c)
		o["funding"], o["openInterest"], o["premium"], o["oraclePx"] = "0.0000125", "10000.0", "0.0", o["markPx"]
		o["impactPxs"] = []string{bids[0][0], asks[0][0]}
		list = append(list, o)
	}
	return list
}

func (v *hyperliquid) spotContexts() []object {
	list := []object{}
	for _, c := range hyperliquidSpots() {
		o := v.context(c)
		o["coin"], o["circulatingSupply"], o["totalSupply"] = c.name, "1000000.0", "1000000.0"
		list = append(list, o)
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
	side := func(levels []level) []object {
		out := make([]object, len(levels))
		for i, l := range levels {
			out[i] = object{"px": l[0], "sz": l[1], "n": 1 + i%3}
		}
		return out
	}
	bids, asks := c.depth(v.now(), 20)
	return object{"coin": c.name, "time": v.now().UnixMilli(), "levels": [][]object{side(bids), side(asks)}}
}

func (v *hyperliquid) recentTrades(q hyperliquidQuery) any {
	c, ok := findHyperliquid(q.coin)
	if !ok {
		return nil
	}
	at := v.now().Truncate(time.Second)
	m := newMaterial("hyperliquid", "trade", c.name, at.String())
	return []object{{
		"coin": c.name, "side": "B", "px": c.number(c.at(at)), "sz": c.size(0.5), "time": at.UnixMilli(),
		"hash": "0x" + m.text(lowerHex, 64), "tid": at.Unix(), "users": []string{m.wallet().address, m.wallet().address},
	}}
}

// candles answers with what the price did, the oldest first, at most 5,000.
func (v *hyperliquid) candles(q hyperliquidQuery) any {
	var span struct {
		Coin, Interval     string
		StartTime, EndTime int64
	}
	spans := map[string]time.Duration{
		"1m": time.Minute, "3m": 3 * time.Minute, "5m": 5 * time.Minute, "15m": 15 * time.Minute, "30m": 30 * time.Minute, "1h": time.Hour,
		"2h": 2 * time.Hour, "4h": 4 * time.Hour, "8h": 8 * time.Hour, "12h": 12 * time.Hour, "1d": day, "3d": 3 * day, "1w": 7 * day, "1M": 30 * day,
	}
	if json.Unmarshal(q.span, &span) != nil || spans[span.Interval] == 0 {
		return []object{}
	}
	c, ok := findHyperliquid(span.Coin)
	if !ok {
		return []object{}
	}
	list := []object{}
	for _, b := range c.bars(v.now(), spans[span.Interval], 5000) {
		start := b.start.UnixMilli()
		if start < span.StartTime || span.EndTime != 0 && start > span.EndTime {
			continue
		}
		list = append(list, object{
			"t": start, "T": b.start.Add(spans[span.Interval]).UnixMilli() - 1, "s": c.name, "i": span.Interval, "n": 100, "v": "1000.0",
			"o": c.number(b.open), "h": c.number(b.high), "l": c.number(b.low), "c": c.number(b.close),
		})
	}
	slices.Reverse(list)
	return list
}
