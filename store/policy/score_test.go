package policy

import (
	"math"
	"testing"
)

func scored(live bool, severities ...Severity) Scored {
	s := Scored{Live: live}
	for i, x := range severities {
		s.Judged.Findings = append(s.Judged.Findings, Finding{Code: []string{"a", "b", "c"}[i], Severity: x, Mend: ByRotating})
	}
	return s
}

func TestScore(t *testing.T) {
	for what, c := range map[string]struct {
		keys []Scored
		want float64
		most string // what would raise it most
	}{
		"no keys":                       {nil, 100, ""},
		"nothing wrong":                 {[]Scored{scored(true), scored(false)}, 100, ""},
		"one warning":                   {[]Scored{scored(true, Warning)}, 85, "a"},
		"worse than nothing is nothing": {[]Scored{scored(true, Critical, Critical, Critical)}, 0, "a"},
		"play money counts less":        {[]Scored{scored(true), scored(false, Critical)}, 100 - 40.0/6, "a"},
		"the graver one first":          {[]Scored{scored(true, Info, Critical)}, 57, "b"},
		"the more frequent one first":   {[]Scored{scored(true, Warning), scored(true, Info, Warning), scored(true, Info, Warning)}, 100 - (15+18+18)/3.0, "b"},
	} {
		s := NewScore(c.keys)
		most := ""
		if len(s.Gains) > 0 {
			most = s.Gains[0].Code
		}
		if math.Abs(s.Points-c.want) > 1e-9 || most != c.most {
			t.Errorf("%s: %v, raised by %q; want %v and %q", what, s.Points, most, c.want, c.most)
		}
	}
}

// TestAGainIsWhatItSays: mending all findings of a code adds just that.
func TestAGainIsWhatItSays(t *testing.T) {
	keys := []Scored{scored(true, Critical, Warning), scored(false, Info), scored(true, Critical, Critical, Critical), scored(true)}
	s := NewScore(keys)
	for _, g := range s.Gains {
		mended := make([]Scored, len(keys))
		n := 0
		for i, k := range keys {
			mended[i].Live = k.Live
			for _, f := range k.Judged.Findings {
				if f.Code == g.Code {
					n++
					continue
				}
				mended[i].Judged.Findings = append(mended[i].Judged.Findings, f)
			}
		}
		if got := NewScore(mended).Points - s.Points; math.Abs(got-g.Points) > 1e-9 || n != g.Keys {
			t.Errorf("%s: %v at %d keys, it says %v at %d", g.Code, got, n, g.Points, g.Keys)
		}
	}
}
