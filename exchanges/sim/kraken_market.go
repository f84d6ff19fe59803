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
var krakenPublic = table[func(*kraken, url.Values) (any, krakenRefusal)]{
	{"Time", (*kraken).serverTime},
	{"SystemStatus", (*kraken).systemStatus},
	{"Assets", (*kraken).assets},
	{"AssetPairs", byKrakenPair(krakenTerms)},
	{"Ticker", byKrakenPair(krakenDay)},
	{"Depth", (*kraken).depth},
	{"OHLC", (*kraken).candles},
	{"Trades", (*kraken).trades},
}

func (v *kraken) serverTime(url.Values) (any, krakenRefusal) {
	return moments(v.now()).and("rfc1123", v.now().UTC().Format("Mon, _2 Jan 06 15:04:05 -0700")).json(`{"unixtime":$seconds,"rfc1123":"$rfc1123"}`), ""
}

func (v *kraken) systemStatus(url.Values) (any, krakenRefusal) {
	return moments(v.now()).json(`{"status":"online","timestamp":"$rfc3339"}`), ""
}

func (v *kraken) assets(params url.Values) (any, krakenRefusal) {
	out := object{}
	wanted, all := krakenList(params, "asset")
	for _, a := range krakenAssets {
		if all || contains(wanted, a.id) || contains(wanted, a.alt) {
			out[a.id] = fill(`{"aclass":"currency","altname":"$alt","decimals":$decimals,"display_decimals":$display,"status":"enabled"}`,
				"alt", a.alt, "decimals", strconv.Itoa(a.decimals), "display", strconv.Itoa(a.display))
		}
	}
	if len(out) == 0 || len(out) < len(wanted) {
		return nil, krakenUnknownAsset
	}
	return out, ""
}

// byKrakenPair makes a call that writes a text for each pair that is wanted.
// Not inlined: each copy would have a closure of its own.
//
//go:noinline
func byKrakenPair(text string) func(*kraken, url.Values) (any, krakenRefusal) {
	return func(v *kraken, params url.Values) (any, krakenRefusal) {
		pairs, refusal := krakenWanted(params)
		out := object{}
		for _, p := range pairs {
			out[p.id] = p.figures(v.now()).and("alt", p.alt, "ws", p.ws, "baseID", krakenAssetID(p.Base), "quoteID", krakenAssetID(p.Quote),
				"orderMin", p.orderMin, "costMin", p.costMin, "costPlaces", strconv.Itoa(p.PriceDecimals+4)).json(text)
		}
		return out, refusal
	}
}

const (
	krakenTerms = `{"altname":"$alt","wsname":"$ws","aclass_base":"currency","base":"$baseID","aclass_quote":"currency","quote":"$quoteID",
		"lot":"unit","cost_decimals":$costPlaces,"pair_decimals":$pricePlaces,"lot_decimals":$sizePlaces,"lot_multiplier":1,
		"leverage_buy":[],"leverage_sell":[],"fees":[[0,0.4],[10000,0.35],[50000,0.24],[100000,0.22]],
		"fees_maker":[[0,0.25],[10000,0.2],[50000,0.14],[100000,0.12]],"margin_call":80,"margin_stop":40,"ordermin":"$orderMin",
		"costmin":"$costMin","tick_size":"$tick","status":"online","fee_volume_currency":"ZUSD"}`
	krakenDay = `{"a":["$ask","3","$askSize"],"b":["$bid","2","$bidSize"],"c":["$last","$half"],"v":["$volume","$volume"],"p":["$mean","$mean"],
		"t":[9120,22804],"l":["$low","$low"],"h":["$high","$high"],"o":"$open"}`
)

func (v *kraken) depth(params url.Values) (any, krakenRefusal) {
	p, refusal := krakenOne(params)
	if refusal != "" {
		return nil, refusal
	}
	levels, refusal := krakenNumber(params, "count", 100, 500)
	if refusal != "" {
		return nil, refusal
	}
	bids, asks := p.book(v.now(), levels, `["$price","$size",$seconds]`)
	return jsonOf(`{?:{"asks":?,"bids":?}}`, p.id, asks, bids), ""
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
	const candles = 60 // Kraken keeps 720; fewer show as much
	span := time.Duration(minutes) * time.Minute
	rows := p.candles(v.now(), span, candles, `[$seconds,"$open","$high","$low","$close","$mean","$volume",12]`)
	slices.Reverse(rows)
	return jsonOf(`{?:?,"last":?}`, p.id, rows, v.now().Truncate(span).Add(-span).Unix()), ""
}

func (v *kraken) trades(params url.Values) (any, krakenRefusal) {
	p, refusal := krakenOne(params)
	if refusal != "" {
		return nil, refusal
	}
	rows := p.trades(v.now(), 10, `["$price","$size",$seconds.0,"b","l","",$seconds]`)
	slices.Reverse(rows)
	return jsonOf(`{?:?,"last":?}`, p.id, rows, digits(v.now().UnixNano())), ""
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
	if param(params, "pair") == "" {
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
	text := param(params, name)
	if text == "" {
		return nil, true
	}
	return strings.Split(text, ","), false
}

// krakenNumber reads a whole number from 1 to most.
func krakenNumber(params url.Values, name string, otherwise, most int) (int, krakenRefusal) {
	text := param(params, name)
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
