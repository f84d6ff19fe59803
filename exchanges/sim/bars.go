package sim

import "time"

// bar is what the price of a pair did in one span of time.
type bar struct {
	start                  time.Time
	open, high, low, close float64
}

// bars returns the last n spans of a length, the present one first. The price
// swings so slowly that the ends of a span are its extremes.
func (p pair) bars(now time.Time, span time.Duration, n int) []bar {
	start := now.Truncate(span)
	out := make([]bar, n)
	for i := range out {
		open, end := p.at(start), p.at(start.Add(span))
		out[i] = bar{start: start, open: open, high: max(open, end), low: min(open, end), close: end}
		start = start.Add(-span)
	}
	return out
}

// barsBetween returns the spans that begin between two times, the last one
// first, but no more than so many.
func (p pair) barsBetween(from, until time.Time, span time.Duration, most int) []bar {
	last, n := until.Truncate(span), 0
	if !last.Before(from) {
		n = int(last.Sub(from)/span) + 1
	}
	return p.bars(last, span, min(n, most))
}

// pairOf returns the pair that an exchange has under a symbol.
//
//go:noinline
func pairOf(pairs []pair, symbol string, name func(pair) string) (pair, bool) {
	for _, p := range pairs {
		if name(p) == symbol {
			return p, true
		}
	}
	return pair{}, false
}
