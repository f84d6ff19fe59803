package sim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// upbitPairs is what Upbit trades, mostly for won.
var upbitPairs = []pair{
	{"BTC", "KRW", 92_000_000, 0, 8},
	{"ETH", "KRW", 4_600_000, 0, 8},
	{"SOL", "KRW", 215_000, 0, 8},
	{"USDT", "KRW", 1_440, 0, 8},
	{"ETH", "BTC", 0.05, 8, 8},
	{"BTC", "USDT", 64_000, 3, 8},
}

// upbitPublic are the calls that need no key, without "/v1/".
var upbitPublic = table[func(*upbit, *http.Request) (any, *upbitRefusal)]{
	{"market/all", (*upbit).markets},
	{"ticker", (*upbit).ticker},
	{"ticker/all", (*upbit).tickerAll},
	{"orderbook", (*upbit).orderBook},
	{"trades/ticks", (*upbit).trades},
	{"candles/minutes/{unit}", (*upbit).minutes},
	{"candles/days", (*upbit).days},
}

// upbitMarket returns a pair's name: the quote comes first.
func upbitMarket(p pair) string { return p.Quote + "-" + p.Base }

func upbitPair(market string) (pair, *upbitRefusal) {
	p, ok := pairOf(upbitPairs, market, upbitMarket)
	if !ok {
		return p, &upbitRefusal{http.StatusNotFound, "not_found", "Code not found"}
	}
	return p, nil
}

// upbitWanted returns the pairs that a list names.
func upbitWanted(list string) ([]pair, *upbitRefusal) {
	if list == "" {
		return nil, &upbitRefusal{http.StatusBadRequest, "validation_error", "Missing request parameter error. Check the required parameters!"}
	}
	var out []pair
	for _, market := range strings.Split(list, ",") {
		p, refusal := upbitPair(market)
		if refusal != nil {
			return nil, refusal
		}
		out = append(out, p)
	}
	return out, nil
}

func (v *upbit) markets(*http.Request) (any, *upbitRefusal) {
	names := map[string][2]string{"BTC": {"비트코인", "Bitcoin"}, "ETH": {"이더리움", "Ethereum"}, "SOL": {"솔라나", "Solana"}, "USDT": {"테더", "Tether"}}
	rows := []json.RawMessage{}
	for _, p := range upbitPairs {
		rows = append(rows, p.terms().and("korean", names[p.Base][0], "english", names[p.Base][1]).json(
			`{"market":"$quote-$base","korean_name":"$korean","english_name":"$english"}`))
	}
	return rows, nil
}

func (v *upbit) ticker(r *http.Request) (any, *upbitRefusal) {
	pairs, refusal := upbitWanted(param(r.URL.Query(), "markets"))
	return v.quotes(pairs), refusal
}

func (v *upbit) tickerAll(r *http.Request) (any, *upbitRefusal) {
	quotes := strings.Split(param(r.URL.Query(), "quote_currencies"), ",")
	pairs := slices.DeleteFunc(slices.Clone(upbitPairs), func(p pair) bool { return !contains(quotes, p.Quote) })
	return v.quotes(pairs), nil
}

func (v *upbit) quotes(pairs []pair) []json.RawMessage {
	now, seoul := v.now().UTC(), v.now().In(upbitZone)
	rows := []json.RawMessage{}
	for _, p := range pairs {
		f, direction := p.figures(now), "RISE"
		if strings.HasPrefix(f["change"], "-") {
			direction = "FALL"
		}
		rows = append(rows, f.and("direction", direction, "moved", strings.TrimPrefix(f["change"], "-"), "rate", strings.TrimPrefix(f["rise"], "-"),
			"date", now.Format("20060102"), "time", now.Format("150405"), "seoulDate", seoul.Format("20060102"), "seoulTime", seoul.Format("150405"),
			"today", now.Format(time.DateOnly)).json(upbitDay))
	}
	return rows
}

const upbitDay = `{"market":"$quote-$base","trade_date":"$date","trade_time":"$time","trade_date_kst":"$seoulDate","trade_time_kst":"$seoulTime",
	"trade_timestamp":$ms,"opening_price":$open,"high_price":$high,"low_price":$low,"trade_price":$last,"prev_closing_price":$open,
	"change":"$direction","change_price":$moved,"change_rate":$rate,"signed_change_price":$change,"signed_change_rate":$rise,
	"trade_volume":0.05,"acc_trade_price":$turnover,"acc_trade_price_24h":$turnover,"acc_trade_volume":$volume,
	"acc_trade_volume_24h":$volume,"highest_52_week_price":$high,"highest_52_week_date":"$today","lowest_52_week_price":$low,
	"lowest_52_week_date":"$today","timestamp":$ms}`

func (v *upbit) orderBook(r *http.Request) (any, *upbitRefusal) {
	const levels = 30
	pairs, refusal := upbitWanted(param(r.URL.Query(), "markets"))
	rows := []json.RawMessage{}
	for _, p := range pairs {
		bids, asks := p.depth(v.now(), boundedInt(param(r.URL.Query(), "count"), levels, levels))
		units, bidSize, askSize := []json.RawMessage{}, 0.0, 0.0
		for i := range bids {
			units = append(units, fill(`{"ask_price":$ask,"bid_price":$bid,"ask_size":$askSize,"bid_size":$bidSize}`,
				"ask", asks[i][0], "askSize", asks[i][1], "bid", bids[i][0], "bidSize", bids[i][1]))
			bidSize, askSize = bidSize+upbitNumber(bids[i][1]), askSize+upbitNumber(asks[i][1])
		}
		rows = append(rows, p.figures(v.now()).with("units", units).and("asks", p.size(askSize), "bids", p.size(bidSize)).json(`{"market":"$quote-$base",
			"timestamp":$ms,"total_ask_size":$asks,"total_bid_size":$bids,"orderbook_units":$units,"level":0}`))
	}
	return rows, refusal
}

// upbitNumber reads a number that the market wrote.
func upbitNumber(text string) float64 {
	n, _ := strconv.ParseFloat(text, 64)
	return n
}

func (v *upbit) trades(r *http.Request) (any, *upbitRefusal) {
	p, refusal := upbitPair(param(r.URL.Query(), "market"))
	if refusal != nil {
		return nil, refusal
	}
	return p.trades(v.now(), boundedInt(param(r.URL.Query(), "count"), 1, 500), `{"market":"$quote-$base","trade_date_utc":"$date","trade_time_utc":"$time",
		"timestamp":$ms,"trade_price":$price,"trade_volume":0.05,"prev_closing_price":$price,"change_price":0,"ask_bid":"$taker",
		"sequential_id":$ns}`), nil
}

func (v *upbit) minutes(r *http.Request) (any, *upbitRefusal) {
	unit, err := strconv.Atoi(segment(r, "unit"))
	if err != nil || !slices.Contains([]int{1, 3, 5, 10, 15, 30, 60, 240}, unit) {
		return nil, &upbitRefusal{http.StatusBadRequest, "validation_error", "unit does not have a valid value"}
	}
	return v.candles(r, time.Duration(unit)*time.Minute, `,"unit":`+strconv.Itoa(unit))
}

func (v *upbit) days(r *http.Request) (any, *upbitRefusal) { return v.candles(r, day, "") }

func (v *upbit) candles(r *http.Request, span time.Duration, more string) (any, *upbitRefusal) {
	p, refusal := upbitPair(param(r.URL.Query(), "market"))
	if refusal != nil {
		return nil, refusal
	}
	return p.candles(v.now(), span, boundedInt(param(r.URL.Query(), "count"), 1, 200), `{"market":"`+upbitMarket(p)+`","candle_date_time_utc":"$clock",
		"candle_date_time_kst":"$seoul","opening_price":$open,"high_price":$high,"low_price":$low,"trade_price":$close,"timestamp":$ms,
		"candle_acc_trade_price":$turnover,"candle_acc_trade_volume":$volume`+more+`}`), nil
}
