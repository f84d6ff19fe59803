package ui

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyrota/keyrota/exchanges"
)

// tab is one exchange's keys, or all keys.
type tab struct {
	exchange exchanges.ID // see tabOf; empty: all
	name     string
	count    int
	worst    state
}

// newTabs counts rows by exchange: All first, then by name.
func newTabs(rows []*row) []tab {
	all := tab{name: "All", worst: state{fine: true}}
	byID := map[exchanges.ID]*tab{}
	for _, r := range rows {
		t := byID[r.tab]
		if t == nil {
			t = &tab{exchange: r.tab, name: r.exchange, worst: state{fine: true}}
			byID[r.tab] = t
		}
		for _, t := range []*tab{&all, t} {
			t.count++
			if r.state.rank() > t.worst.rank() {
				t.worst = r.state
			}
		}
	}
	tabs := make([]tab, 0, len(byID)+1)
	tabs = append(tabs, all)
	for _, t := range slices.SortedFunc(maps.Values(byID), func(a, b *tab) int { return strings.Compare(a.name, b.name) }) {
		tabs = append(tabs, *t)
	}
	return tabs
}

// label is the text of a tab, without the mark of its worst state.
func (t tab) label() string { return fmt.Sprintf("%s %d", t.name, t.count) }

// tabBar draws tabs and knows where each was drawn.
type tabBar struct {
	zones []zone // by tab; empty for a tab that was scrolled out
}

// zone is a stretch of a line: from first to before end.
type zone struct{ first, end int }

func (z zone) has(x int) bool { return x >= z.first && x < z.end }

// draw lays the tabs out in at most w cells, so that the chosen one is seen.
func (bar *tabBar) draw(tabs []tab, chosen, w int) []span {
	bar.zones = make([]zone, len(tabs))
	first := firstTab(tabs, chosen, w)
	spans := []span{{inkFaint, " "}}
	if first > 0 {
		spans[0].text = "<"
	}
	x := 1
	for i := first; i < len(tabs); i++ {
		width := tabWidth(tabs[i])
		if x+width > w-1 && i > chosen { // a cell is kept for the sign that there are more
			spans = append(spans, span{inkFaint, ">"})
			break
		}
		bar.zones[i] = zone{x, x + width}
		x += width
		spans = append(spans, tabs[i].spans(i == chosen)...)
	}
	return spans
}

// firstTab returns the leftmost tab with which the chosen one still fits.
func firstTab(tabs []tab, chosen, w int) int {
	room := w - 2
	first := chosen
	for first >= 0 {
		room -= tabWidth(tabs[first])
		if room < 0 {
			break
		}
		first--
	}
	return min(first+1, chosen)
}

func tabWidth(t tab) int { return spansWidth(t.spans(false)) }

// spans draws a tab. The chosen one is told by brackets too, not by colour alone.
func (t tab) spans(chosen bool) []span {
	open, end, i := " ", " ", inkMuted
	if chosen {
		open, end, i = "[", "]", inkAccent
	}
	spans := []span{{i, open + t.label()}}
	if t.worst.rank() > 0 && t.exchange != "" {
		glyph, tint := t.worst.mark()
		spans = append(spans, span{tint, " " + glyph})
	}
	return append(spans, span{i, end + " "})
}

// at returns the tab drawn at column x, or false.
func (bar *tabBar) at(x int) (int, bool) {
	for i, z := range bar.zones {
		if z.has(x) {
			return i, true
		}
	}
	return 0, false
}
