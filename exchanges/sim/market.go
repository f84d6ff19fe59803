package sim

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// pair is one instrument of the simulated market, which all exchanges share.
type pair struct {
	Base, Quote   string
	Price         float64 // around which the price swings
	PriceDecimals int
	SizeDecimals  int
}

// traded is what is traded.
var traded = []pair{
	{"BTC", "USDT", 64_000, 2, 5},
	{"ETH", "USDT", 3_200, 2, 4},
	{"SOL", "USDT", 150, 2, 3},
	{"BTC", "USDC", 64_010, 2, 5},
	{"ETH", "USDC", 3_201, 2, 4},
	{"ETH", "BTC", 0.05, 5, 4},
}

// pairs returns what is traded, for the caller to change.
//
//go:noinline
func pairs() []pair { return slices.Clone(traded) }

// symbol returns the pair's name where base and quote are written together.
//
//go:noinline
func (p pair) symbol() string { return p.Base + p.Quote }

// perpetuals returns the pairs that exist as perpetual contracts settled in
// Tether.
func perpetuals() []pair {
	return slices.DeleteFunc(pairs(), func(p pair) bool { return p.Quote != "USDT" })
}

// tradedAssets are the assets that the pairs are made of.
var tradedAssets = []string{"BTC", "USDT", "ETH", "SOL", "USDC"}

// findPair returns the pair of a symbol. Like the others that are marked so, it
// is called from so many places that copies of it cost more than calls.
//
//go:noinline
func findPair(symbol string) (pair, bool) { return pairOf(traded, symbol, pair.symbol) }

// at returns the price at a time: a slow swing of one percent, so that a chart
// has something to draw and the same moment always has the same price.
func (p pair) at(t time.Time) float64 {
	return p.Price * (1 + 0.01*math.Sin(float64(t.Unix())/3600))
}

func (p pair) tick() string { return decimal(math.Pow10(-p.PriceDecimals), p.PriceDecimals) }
func (p pair) step() string { return decimal(math.Pow10(-p.SizeDecimals), p.SizeDecimals) }

// price writes a price as the pair rounds it.
//
//go:noinline
func (p pair) price(x float64) string { return decimal(x, p.PriceDecimals) }

// size writes an amount as the pair rounds it.
//
//go:noinline
func (p pair) size(x float64) string { return decimal(x, p.SizeDecimals) }

// dollars returns the value of one unit of an asset, roughly.
//
//go:noinline
func dollars(asset string) float64 {
	if p, ok := findPair(asset + "USDT"); ok {
		return p.Price
	}
	return 1
}

// level is one line of an order book: price and size.
type level [2]string

// depth returns n levels on each side, the best first.
func (p pair) depth(t time.Time, n int) (bids, asks []level) {
	mid, step := p.at(t), math.Pow10(-p.PriceDecimals)
	bids, asks = make([]level, n), make([]level, n)
	for i := range n {
		away, size := step*float64(i+1), 0.5+0.25*float64(i%5)
		bids[i] = level{p.price(mid - away), p.size(size)}
		asks[i] = level{p.price(mid + away), p.size(size)}
	}
	return bids, asks
}

// decimal writes x with a fixed number of decimals, as exchanges do.
func decimal(x float64, decimals int) string { return strconv.FormatFloat(x, 'f', decimals, 64) }

// boundedInt reads a number a client asked for, or returns the default.
func boundedInt(text string, fallback, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return fallback
	}
	return min(n, most)
}
