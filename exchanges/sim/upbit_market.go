package sim

import (
	"encoding/json"
	"math"
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
var upbitPublic = map[string]func(*upbit, *http.Request) (any, *upbitRefusal){
	"market/all":             (*upbit).markets,
	"ticker":                 (*upbit).ticker,
	"ticker/all":             (*upbit).tickerAll,
	"orderbook":              (*upbit).orderBook,
	"trades/ticks":           (*upbit).trades,
	"candles/minutes/{unit}": (*upbit).minutes,
	"candles/days":           (*upbit).days,
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
	for market := range strings.SplitSeq(list, ",") {
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
	rows := []object{}
	for _, p := range upbitPairs {
		rows = append(rows, object{"market": upbitMarket(p), "korean_name": names[p.Base][0], "english_name": names[p.Base][1]})
	}
	return rows, nil
}

func (v *upbit) ticker(r *http.Request) (any, *upbitRefusal) {
	pairs, refusal := upbitWanted(r.URL.Query().Get("markets"))
	return v.quotes(pairs), refusal
}

func (v *upbit) tickerAll(r *http.Request) (any, *upbitRefusal) {
	quotes := strings.Split(r.URL.Query().Get("quote_currencies"), ",")
	pairs := slices.DeleteFunc(slices.Clone(upbitPairs), func(p pair) bool { return !slices.Contains(quotes, p.Quote) })
	return v.quotes(pairs), nil
}

func (v *upbit) quotes(pairs []pair) []object {
	now := v.now()
	rows := []object{}
	for _, p := range pairs {
		price, before := p.at(now), p.at(now.Add(-day))
		high, low := json.Number(p.price(p.Price*1.01)), json.Number(p.price(p.Price*0.99))
		change := map[bool]string{true: "RISE", false: "FALL"}[price >= before]
		rows = append(rows, object{
			"market": upbitMarket(p), "trade_date": now.UTC().Format("20060102"), "trade_time": now.UTC().Format("150405"),
			"trade_date_kst": now.In(upbitZone).Format("20060102"), "trade_time_kst": now.In(upbitZone).Format("150405"),
			"trade_timestamp": now.UnixMilli(), "opening_price": json.Number(p.price(before)), "high_price": high, "low_price": low,
			"trade_price": json.Number(p.price(price)), "prev_closing_price": json.Number(p.price(before)), "change": change,
			"change_price": json.Number(p.price(math.Abs(price - before))), "change_rate": json.Number(decimal(math.Abs(price/before-1), 10)),
			"signed_change_price": json.Number(p.price(price - before)), "signed_change_rate": json.Number(decimal(price/before-1, 10)),
			"trade_volume": 0.05, "acc_trade_price": json.Number(p.price(812.4 * price)), "acc_trade_price_24h": json.Number(p.price(1954.1 * price)),
			"acc_trade_volume": 812.4, "acc_trade_volume_24h": 1954.1, "highest_52_week_price": high, "lowest_52_week_price": low,
			"highest_52_week_date": now.UTC().Format("2006-01-02"), "lowest_52_week_date": now.UTC().Format("2006-01-02"),
			"timestamp": now.UnixMilli(),
		})
	}
	return rows
}

func (v *upbit) orderBook(r *http.Request) (any, *upbitRefusal) {
	const levels = 30
	pairs, refusal := upbitWanted(r.URL.Query().Get("markets"))
	rows := []object{}
	for _, p := range pairs {
		bids, asks := p.depth(v.now(), boundedInt(r.URL.Query().Get("count"), levels, levels))
		units := []object{}
		bidSize, askSize := 0.0, 0.0
		for i := range bids {
			units = append(units, object{
				"ask_price": json.Number(asks[i][0]), "bid_price": json.Number(bids[i][0]),
				"ask_size": json.Number(asks[i][1]), "bid_size": json.Number(bids[i][1]),
			})
			bidSize, askSize = bidSize+upbitNumber(bids[i][1]), askSize+upbitNumber(asks[i][1])
		}
		rows = append(rows, object{
			"market": upbitMarket(p), "timestamp": v.now().UnixMilli(), "total_ask_size": askSize, "total_bid_size": bidSize,
			"orderbook_units": units, "level": 0,
		})
	}
	return rows, refusal
}

// upbitNumber reads a number that the market wrote.
func upbitNumber(text string) float64 {
	n, _ := strconv.ParseFloat(text, 64)
	return n
}

func (v *upbit) trades(r *http.Request) (any, *upbitRefusal) {
	p, refusal := upbitPair(r.URL.Query().Get("market"))
	if refusal != nil {
		return nil, refusal
	}
	rows := []object{}
	for i := range boundedInt(r.URL.Query().Get("count"), 1, 500) {
		done := v.now().Add(-time.Duration(i+1) * time.Second)
		rows = append(rows, object{
			"market": upbitMarket(p), "trade_date_utc": done.UTC().Format("2006-01-02"), "trade_time_utc": done.UTC().Format("15:04:05"),
			"timestamp": done.UnixMilli(), "trade_price": json.Number(p.price(p.at(done))), "trade_volume": 0.05,
			"prev_closing_price": json.Number(p.price(p.at(done.Add(-day)))), "change_price": 0, "ask_bid": "BID", "sequential_id": done.UnixNano(),
		})
	}
	return rows, nil
}

func (v *upbit) minutes(r *http.Request) (any, *upbitRefusal) {
	unit, err := strconv.Atoi(r.PathValue("unit"))
	if err != nil || !slices.Contains([]int{1, 3, 5, 10, 15, 30, 60, 240}, unit) {
		return nil, &upbitRefusal{http.StatusBadRequest, "validation_error", "unit does not have a valid value"}
	}
	rows, refusal := v.candles(r, time.Duration(unit)*time.Minute)
	for _, row := range rows {
		row["unit"] = unit
	}
	return rows, refusal
}

func (v *upbit) days(r *http.Request) (any, *upbitRefusal) { return v.candles(r, day) }

func (v *upbit) candles(r *http.Request, span time.Duration) ([]object, *upbitRefusal) {
	p, refusal := upbitPair(r.URL.Query().Get("market"))
	if refusal != nil {
		return nil, refusal
	}
	rows := []object{}
	for _, b := range p.bars(v.now(), span, boundedInt(r.URL.Query().Get("count"), 1, 200)) {
		rows = append(rows, object{
			"market": upbitMarket(p), "candle_date_time_utc": b.start.UTC().Format("2006-01-02T15:04:05"),
			"candle_date_time_kst": b.start.In(upbitZone).Format("2006-01-02T15:04:05"), "opening_price": json.Number(p.price(b.open)),
			"high_price": json.Number(p.price(b.high)), "low_price": json.Number(p.price(b.low)), "trade_price": json.Number(p.price(b.close)),
			"timestamp": b.start.UnixMilli(), "candle_acc_trade_price": json.Number(p.price(1.5 * b.close)), "candle_acc_trade_volume": 1.5,
		})
	}
	return rows, nil
}
