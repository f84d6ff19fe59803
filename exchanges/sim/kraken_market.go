package sim

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// krakenAsset is a row of Assets. Name is the asset's everyday name.
type krakenAsset struct {
	id, alt, name     string
	decimals, display int
}

// krakenPair is a row of AssetPairs: a pair of the simulated market with the
// names that Kraken has for it.
type krakenPair struct {
	pair
	id, alt, ws       string
	orderMin, costMin string
}

// Kraken's old assets have an X or a Z in front, and XBT for Bitcoin.
var krakenAssets = []krakenAsset{
	{"XXBT", "XBT", "BTC", 10, 5},
	{"XETH", "ETH", "ETH", 10, 5},
	{"SOL", "SOL", "SOL", 10, 5},
	{"USDT", "USDT", "USDT", 8, 4},
	{"USDC", "USDC", "USDC", 8, 4},
	{"ZUSD", "USD", "USD", 4, 2},
	{"ZEUR", "EUR", "EUR", 4, 2},
}

var krakenPairs = []krakenPair{
	{pair{"BTC", "USD", 64_000, 1, 8}, "XXBTZUSD", "XBTUSD", "XBT/USD", "0.00005", "0.5"},
	{pair{"BTC", "EUR", 59_200, 1, 8}, "XXBTZEUR", "XBTEUR", "XBT/EUR", "0.00005", "0.5"},
	{pair{"BTC", "USDT", 64_000, 1, 8}, "XBTUSDT", "XBTUSDT", "XBT/USDT", "0.00005", "0.5"},
	{pair{"ETH", "USD", 3_200, 2, 8}, "XETHZUSD", "ETHUSD", "ETH/USD", "0.002", "0.5"},
	{pair{"ETH", "EUR", 2_960, 2, 8}, "XETHZEUR", "ETHEUR", "ETH/EUR", "0.002", "0.5"},
	{pair{"ETH", "BTC", 0.05, 5, 8}, "XETHXXBT", "ETHXBT", "ETH/XBT", "0.002", "0.00002"},
	{pair{"SOL", "USD", 150, 2, 8}, "SOLUSD", "SOLUSD", "SOL/USD", "0.02", "0.5"},
	{pair{"USDT", "USD", 1, 5, 8}, "USDTZUSD", "USDTUSD", "USDT/USD", "5", "0.5"},
	{pair{"USDC", "USD", 1, 4, 8}, "USDCUSD", "USDCUSD", "USDC/USD", "5", "0.5"},
}

// krakenPublic are the calls that need no key.
var krakenPublic = map[string]func(*kraken, url.Values) (any, krakenRefusal){
	"Time":         (*kraken).serverTime,
	"SystemStatus": (*kraken).systemStatus,
	"Assets":       (*kraken).assets,
	"AssetPairs":   (*kraken).assetPairs,
	"Ticker":       (*kraken).ticker,
	"Depth":        (*kraken).depth,
	"OHLC":         (*kraken).candles,
	"Trades":       (*kraken).trades,
}

func (v *kraken) serverTime(url.Values) (any, krakenRefusal) {
	now := v.now().UTC()
	return object{"unixtime": now.Unix(), "rfc1123": now.Format("Mon, _2 Jan 06 15:04:05 -0700")}, ""
}

func (v *kraken) systemStatus(url.Values) (any, krakenRefusal) {
	return object{"status": "online", "timestamp": v.now().UTC().Format(time.RFC3339)}, ""
}

func (v *kraken) assets(params url.Values) (any, krakenRefusal) {
	out := object{}
	wanted, all := krakenList(params, "asset")
	for _, a := range krakenAssets {
		if all || slices.Contains(wanted, a.id) || slices.Contains(wanted, a.alt) {
			out[a.id] = object{
				"aclass": "currency", "altname": a.alt, "decimals": a.decimals, "display_decimals": a.display,
				"status": "enabled",
			}
		}
	}
	if len(out) == 0 || len(out) < len(wanted) {
		return nil, krakenUnknownAsset
	}
	return out, ""
}

func (v *kraken) assetPairs(params url.Values) (any, krakenRefusal) {
	pairs, refusal := krakenWanted(params)
	if refusal != "" {
		return nil, refusal
	}
	out := object{}
	for _, p := range pairs {
		out[p.id] = object{
			"altname": p.alt, "wsname": p.ws, "aclass_base": "currency", "base": krakenAssetID(p.Base),
			"aclass_quote": "currency", "quote": krakenAssetID(p.Quote), "lot": "unit", "cost_decimals": p.PriceDecimals + 4,
			"pair_decimals": p.PriceDecimals, "lot_decimals": p.SizeDecimals, "lot_multiplier": 1,
			"leverage_buy": []int{}, "leverage_sell": []int{},
			"fees":        [][]float64{{0, 0.4}, {10_000, 0.35}, {50_000, 0.24}, {100_000, 0.22}},
			"fees_maker":  [][]float64{{0, 0.25}, {10_000, 0.2}, {50_000, 0.14}, {100_000, 0.12}},
			"margin_call": 80, "margin_stop": 40, "ordermin": p.orderMin, "costmin": p.costMin,
			"tick_size": p.tick(), "status": "online",
			"fee_volume_currency": "ZUSD",
		}
	}
	return out, ""
}

func (v *kraken) ticker(params url.Values) (any, krakenRefusal) {
	pairs, refusal := krakenWanted(params)
	if refusal != "" {
		return nil, refusal
	}
	out := object{}
	for _, p := range pairs {
		middle := p.at(v.now())
		bids, asks := p.depth(v.now(), 1)
		last, low, high := p.price(middle), p.price(middle*0.99), p.price(middle*1.01)
		out[p.id] = object{
			"a": []string{asks[0][0], "3", asks[0][1]}, "b": []string{bids[0][0], "2", bids[0][1]},
			"c": []string{last, p.size(0.05)}, "v": []string{p.size(812.4), p.size(1954.1)}, "p": []string{last, last},
			"t": []int{9_120, 22_804}, "l": []string{low, low}, "h": []string{high, high}, "o": p.price(middle * 0.995),
		}
	}
	return out, ""
}

func (v *kraken) depth(params url.Values) (any, krakenRefusal) {
	p, refusal := krakenOne(params)
	if refusal != "" {
		return nil, refusal
	}
	levels, refusal := krakenNumber(params, "count", 100, 500)
	if refusal != "" {
		return nil, refusal
	}
	bids, asks := p.depth(v.now(), levels)
	dated := func(side []level) []any {
		rows := make([]any, len(side))
		for i, l := range side {
			rows[i] = []any{l[0], l[1], v.now().Unix()}
		}
		return rows
	}
	return object{p.id: object{"asks": dated(asks), "bids": dated(bids)}}, ""
}

func (v *kraken) candles(params url.Values) (any, krakenRefusal) {
	p, refusal := krakenOne(params)
	if refusal != "" {
		return nil, refusal
	}
	minutes, refusal := krakenNumber(params, "interval", 1, 21_600)
	if refusal != "" {
		return nil, refusal
	}
	step := int64(minutes) * 60
	current := v.now().Unix() / step * step
	rows := []any{}
	const candles = 60 // Kraken keeps 720; fewer show as much
	for from := current - (candles-1)*step; from <= current; from += step {
		open, end := p.at(time.Unix(from, 0)), p.at(time.Unix(from+step, 0))
		rows = append(rows, []any{
			from, p.price(open), p.price(max(open, end)), p.price(min(open, end)), p.price(end), p.price((open + end) / 2),
			p.size(1.5), 12,
		})
	}
	return object{p.id: rows, "last": current - step}, ""
}

func (v *kraken) trades(params url.Values) (any, krakenRefusal) {
	p, refusal := krakenOne(params)
	if refusal != "" {
		return nil, refusal
	}
	now := v.now()
	rows := []any{}
	for i := range 10 {
		done := now.Add(time.Duration(i-10) * time.Second)
		rows = append(rows, []any{p.price(p.at(done)), p.size(0.05), float64(done.UnixMilli()) / 1000, "b", "l", "", done.Unix()})
	}
	return object{p.id: rows, "last": strconv.FormatInt(now.UnixNano(), 10)}, ""
}

// krakenWanted returns the pairs that a call names, or all when it names none.
func krakenWanted(params url.Values) ([]krakenPair, krakenRefusal) {
	names, all := krakenList(params, "pair")
	if all {
		return krakenPairs, ""
	}
	var out []krakenPair
	for _, name := range names {
		i := slices.IndexFunc(krakenPairs, func(p krakenPair) bool { return name == p.id || name == p.alt || name == p.ws })
		if i < 0 {
			return nil, krakenUnknownPair
		}
		out = append(out, krakenPairs[i])
	}
	return out, ""
}

// krakenOne returns the one pair that a call names.
func krakenOne(params url.Values) (krakenPair, krakenRefusal) {
	if params.Get("pair") == "" {
		return krakenPair{}, krakenBadArguments
	}
	pairs, refusal := krakenWanted(params)
	if refusal != "" || len(pairs) != 1 {
		return krakenPair{}, krakenUnknownPair
	}
	return pairs[0], ""
}

// krakenList splits a parameter at its commas; all is true when it is absent.
func krakenList(params url.Values, name string) (list []string, all bool) {
	text := params.Get(name)
	if text == "" {
		return nil, true
	}
	return strings.Split(text, ","), false
}

// krakenNumber reads a whole number from 1 to most.
func krakenNumber(params url.Values, name string, otherwise, most int) (int, krakenRefusal) {
	text := params.Get(name)
	if text == "" {
		return otherwise, ""
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, krakenBadArguments
	}
	return n, ""
}

// krakenAssetID returns the code that Kraken has for an asset.
func krakenAssetID(name string) string {
	for _, a := range krakenAssets {
		if a.name == name {
			return a.id
		}
	}
	return name
}
