package sim

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// figures are texts by the names under which the dialects ask for them. A
// dialect is a JSON text as its exchange documents it, which takes a tenth of
// the room in the program that the same object built field by field takes.
type figures map[string]string

// json writes figures into a JSON text in place of $name, or of ${name} before
// a letter. A name that there is no figure for is a mistake in the text. Copied
// into its callers, this and with would cost 40 kB.
//
//go:noinline
func (f figures) json(text string) json.RawMessage {
	return json.RawMessage(os.Expand(text, func(name string) string {
		value, ok := f[name]
		if !ok {
			panic("sim: no figure " + name + " for " + text)
		}
		return value
	}))
}

// and adds figures, given as names and values by turns. Values are escaped, so
// that none can leave its quotes.
func (f figures) and(namesAndValues ...string) figures {
	for rest := namesAndValues; len(rest) > 1; rest = rest[2:] {
		f[rest[0]] = escaped(rest[1])
	}
	return f
}

// with adds a list or an object.
//
//go:noinline
func (f figures) with(name string, body any) figures {
	f[name] = string(marshal(body))
	return f
}

// jsonOf writes values into a JSON text in place of its question marks, one
// after another. An object built field by field takes more code, and reads less
// like what the exchange documents.
func jsonOf(text string, values ...any) json.RawMessage {
	parts := strings.Split(text, "?")
	if len(parts) != len(values)+1 {
		panic("sim: " + strconv.Itoa(len(values)) + " values for " + text)
	}
	whole := []byte(parts[0])
	for i, value := range values {
		whole = append(append(whole, marshal(value)...), parts[i+1]...)
	}
	return whole
}

// joined makes one object of the fields of several, none of which comes twice.
//
//go:noinline // it has many callers
func joined(objects ...json.RawMessage) json.RawMessage {
	whole := []byte{'{'}
	for _, one := range objects {
		fields := one[1 : len(one)-1]
		if len(fields) > 0 && len(whole) > 1 {
			whole = append(whole, ',')
		}
		whole = append(whole, fields...)
	}
	return append(whole, '}')
}

// fill writes values, given as names and values by turns, into a JSON text.
func fill(text string, namesAndValues ...string) json.RawMessage {
	return figures{}.and(namesAndValues...).json(text)
}

// escaped writes a text as it stands in JSON, without quotes.
func escaped(text string) string {
	quoted := marshal(text)
	return string(quoted[1 : len(quoted)-1])
}

// moments are a time in the units of exchanges, and as they write it.
func moments(t time.Time) figures {
	return figures{
		"seconds": digits(t.Unix()), "ms": millis(t), "ns": digits(t.UnixNano()), "rfc3339": t.UTC().Format(time.RFC3339),
		"iso": t.UTC().Format(isoMillis), "date": t.UTC().Format(time.DateOnly), "clock": t.UTC().Format(isoSeconds), "seoul": t.In(upbitZone).Format(isoSeconds),
	}
}

const (
	isoSeconds = "2006-01-02T15:04:05"
	isoMillis  = "2006-01-02T15:04:05.000Z"
)

// digits writes a whole number.
//
//go:noinline // it has many callers
func digits(n int64) string { return strconv.FormatInt(n, 10) }

// millis writes a time in milliseconds, as most exchanges do.
func millis(t time.Time) string { return digits(inMillis(t)) }

// terms are what is fixed of a pair: its names, and how it is rounded.
func (p pair) terms() figures {
	return figures{
		"base": p.Base, "quote": p.Quote, "symbol": p.symbol(), "tick": p.tick(), "step": p.step(),
		"pricePlaces": strconv.Itoa(p.PriceDecimals), "sizePlaces": strconv.Itoa(p.SizeDecimals),
	}
}

// figures are the terms of a pair, its last day, and its best offers.
func (p pair) figures(now time.Time) figures {
	last, open, funding := p.at(now), p.at(now.Add(-day)), now.Truncate(8*time.Hour).Add(8*time.Hour)
	bids, asks := p.depth(now, 1)
	f := p.terms()
	maps.Copy(f, moments(now))
	return f.and("last", p.price(last), "open", p.price(open), "high", p.price(p.Price*1.01), "low", p.price(p.Price*0.99),
		"mean", p.price((last+open)/2), "change", p.price(last-open), "rise", decimal(last/open-1, 6), "percent", decimal(100*(last/open-1), 3),
		"unit", p.size(1), "half", p.size(0.5), "volume", p.size(1000), "turnover", decimal(1000*p.Price, 2),
		"bid", bids[0][0], "bidSize", bids[0][1], "ask", asks[0][0], "askSize", asks[0][1],
		"dayAgo", millis(now.Add(-day)), "funding", millis(funding), "fundingSeconds", digits(funding.Unix()), "untilFunding", digits(funding.Sub(now).Milliseconds()))
}

// describe writes a text for each of some pairs.
func describe(list []pair, now time.Time, text string) []json.RawMessage {
	rows := make([]json.RawMessage, len(list))
	for i, p := range list {
		rows[i] = p.figures(now).json(text)
	}
	return rows
}

// trades writes a text for each of the last n trades, one a second, the newest
// first.
func (p pair) trades(now time.Time, n int, text string) []json.RawMessage {
	rows := make([]json.RawMessage, n)
	for i := range rows {
		at := now.Add(-time.Duration(i) * time.Second)
		side, upbit := "Buy", "BID"
		if at.Unix()%2 == 1 {
			side, upbit = "Sell", "ASK"
		}
		f := p.terms()
		maps.Copy(f, moments(at))
		rows[i] = f.and("price", p.price(p.at(at)), "size", p.size(0.5), "unit", p.size(1), "worth", p.price(p.at(at)/2),
			"time", at.UTC().Format(time.TimeOnly), "side", strings.ToLower(side), "Side", side, "SIDE", strings.ToUpper(side), "taker", upbit,
			"selling", strconv.FormatBool(side == "Sell")).json(text)
	}
	return rows
}

// candles writes a text for each of the last n spans of a length, the present
// one first.
func (p pair) candles(now time.Time, span time.Duration, n int, text string) []json.RawMessage {
	return p.tell(p.bars(now, span, n), span, now, text)
}

// tell writes a text for each of some bars, of which some may not be over.
func (p pair) tell(bars []bar, span time.Duration, now time.Time, text string) []json.RawMessage {
	rows := make([]json.RawMessage, len(bars))
	for i, b := range bars {
		f, next := moments(b.start), b.start.Add(span)
		rows[i] = f.and("open", p.price(b.open), "high", p.price(b.high), "low", p.price(b.low), "close", p.price(b.close),
			"mean", p.price((b.open+b.close)/2), "volume", p.size(10), "turnover", decimal(10*p.Price, 2), "half", p.size(5), "worth", decimal(5*p.Price, 2),
			"next", millis(next), "end", digits(inMillis(next)-1), "over", strconv.Itoa(zeroOrOne(!next.After(now)))).json(text)
	}
	return rows
}

// book writes a text for each of n levels on the two sides of the order book.
// Lots are a size as a whole number.
func (p pair) book(now time.Time, n int, text string) (bids, asks []json.RawMessage) {
	levels := func(side []level) []json.RawMessage {
		rows := make([]json.RawMessage, n)
		for i, l := range side {
			rows[i] = fill(text, "n", strconv.Itoa(i), "price", l[0], "size", l[1], "lots", strconv.Itoa(10*(i%5+1)), "orders", strconv.Itoa(1+i%3), "seconds", digits(now.Unix()))
		}
		return rows
	}
	below, above := p.depth(now, n)
	return levels(below), levels(above)
}

// perAsset writes a text for each of some assets, or for those of them that are
// wanted, with commas between them.
//
//go:noinline
func perAsset(assets []string, wanted, text string) []json.RawMessage {
	return account{}.holdings(assets, wanted, time.Time{}, text)
}

// holdings writes a text for each of some assets, or for those of them that are
// wanted, with what the account has of it and what that is worth in dollars.
func (a account) holdings(assets []string, wanted string, now time.Time, text string) []json.RawMessage {
	rows := []json.RawMessage{}
	for i, asset := range assets {
		if wanted != "" && !contains(strings.Split(wanted, ","), asset) {
			continue
		}
		amount := a.Balances[asset]
		rows = append(rows, fill(text, "asset", asset, "lower", strings.ToLower(asset), "number", strconv.Itoa(i+1), "ms", millis(now),
			"amount", decimal(amount, 8), "worth", decimal(amount*dollars(asset), 8)))
	}
	return rows
}

// worth returns what an account holds in dollars.
func (a account) worth() float64 {
	total := 0.0
	for asset, amount := range a.Balances {
		total += amount * dollars(asset)
	}
	return total
}

// total is the same as figures, in dollars and in bitcoins.
func (a account) total() figures {
	return figures{"worth": decimal(a.worth(), 8), "dollars": decimal(a.worth(), 2), "bitcoins": decimal(a.worth()/dollars("BTC"), 8)}
}

// pattern returns a regular expression that is compiled when it is first needed:
// every command has this package, and few start an exchange.
//
//go:noinline // it has many callers
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
