package policy

import (
	"cmp"
	"maps"
	"slices"
)

// What findings cost of a key's 100 points.
var cost = [...]float64{Info: 3, Warning: 15, Critical: 40}

// A key for real money counts as much as this many for play money.
const realWeight = 5

// Scored is a key with its judgement, for Score.
type Scored struct {
	Live   bool
	Judged Assessment
}

// Score is how well a set of keys is kept: 100 when nothing is found, 0 when
// every key has the worst.
type Score struct {
	Points float64
	Gains  []Gain // what would raise it, the most first
}

// Gain is what mending all findings of one code would add to the points.
type Gain struct {
	Code   string
	Mend   Mend
	Keys   int
	Points float64
}

// NewScore scores a set of keys. Accepted findings cost nothing: whoever
// accepted them decided so.
func NewScore(keys []Scored) Score {
	var total, weights float64
	gains := map[string]*Gain{}
	for i := range keys {
		k := &keys[i]
		weight := 1.0
		if k.Live {
			weight = realWeight
		}
		weights += weight
		total += weight * points(k.Judged.Findings, "")
		for _, f := range k.Judged.Findings {
			g := gains[f.Code]
			if g == nil {
				g = &Gain{Code: f.Code, Mend: f.Mend}
				gains[f.Code] = g
			}
			g.Keys++
			g.Points += weight * (points(k.Judged.Findings, f.Code) - points(k.Judged.Findings, ""))
		}
	}
	if weights == 0 {
		return Score{Points: 100}
	}
	s := Score{Points: total / weights}
	for _, g := range slices.SortedFunc(maps.Values(gains), func(a, b *Gain) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(b.Keys, a.Keys), cmp.Compare(a.Code, b.Code))
	}) {
		g.Points /= weights
		s.Gains = append(s.Gains, *g)
	}
	return s
}

// points returns what findings leave of a key's 100, those of a code mended.
func points(all []Finding, mended string) float64 {
	left := 100.0
	for _, f := range all {
		if f.Code != mended {
			left -= cost[f.Severity]
		}
	}
	return max(left, 0)
}
