package ui

import (
	"slices"
	"testing"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// sortRow is a row by hand: due in so many days (0: no deadline), so old, last
// used so long ago (negative: unknown).
func sortRow(name, exchange string, due, age, used int, worst policy.Severity) *row {
	days := func(n int) time.Duration { return time.Duration(n) * day }
	r := &row{
		rec:  &store.Record{ID: store.RecordID(name), Name: name, Exchange: exchanges.ID(exchange)},
		name: name, folded: name, exchange: exchange, state: state{word: "W", severity: worst},
	}
	r.judged.Age = days(age)
	if due != 0 {
		r.judged.Deadline.At = noon.Add(days(due))
	}
	if used >= 0 {
		r.rec.Facts.LastUsed = exchanges.At(noon.Add(-days(used)))
	}
	return r
}

func rowNames(rows []*row) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.name)
	}
	return out
}

func sortRows() []*row {
	never := sortRow("never", "Kraken", 50, 5, 0, policy.Info)
	never.rec.Facts.LastUsed = exchanges.Never()
	return []*row{
		sortRow("none", "Kraken", 0, 10, -1, policy.Warning),
		sortRow("late", "Binance", -7, 97, 1, policy.Critical),
		never,
		sortRow("later", "Binance", 50, 40, 30, policy.Info),
	}
}

func TestOrderings(t *testing.T) {
	for _, c := range []struct {
		order   string
		reverse bool
		want    []string
	}{
		{"deadline", false, []string{"late", "later", "never", "none"}},
		{"deadline", true, []string{"never", "later", "late", "none"}}, // no deadline stays last
		{"name", false, []string{"late", "later", "never", "none"}},
		{"name", true, []string{"none", "never", "later", "late"}},
		{"age", false, []string{"late", "later", "none", "never"}},
		{"last used", false, []string{"late", "later", "never", "none"}},
		{"last used", true, []string{"never", "later", "late", "none"}}, // unknown stays last
		{"exchange", false, []string{"late", "later", "never", "none"}},
		{"state", false, []string{"late", "none", "later", "never"}},
	} {
		i := slices.IndexFunc(orderings, func(o ordering) bool { return o.name == c.order })
		if got := rowNames(orderings[i].sorted(sortRows(), c.reverse)); !slices.Equal(got, c.want) {
			t.Errorf("%s reverse=%v: got %v, want %v", c.order, c.reverse, got, c.want)
		}
	}
}

func TestSortingLeavesTheRowsAlone(t *testing.T) {
	rows := sortRows()
	before := rowNames(rows)
	orderings[0].sorted(rows, true)
	if after := rowNames(rows); !slices.Equal(before, after) {
		t.Errorf("the board's own order changed from %v to %v", before, after)
	}
}

func TestGroupOfTheMostUrgentKeyComesFirst(t *testing.T) {
	rows := []*row{
		sortRow("a", "Binance", 5, 0, 0, policy.Info),
		sortRow("b", "Kraken", -7, 0, 0, policy.Critical),
		sortRow("c", "Binance", -1, 0, 0, policy.Critical),
		sortRow("d", "Kraken", 40, 0, 0, policy.Info),
	}
	groups := grouped(orderings[0].sorted(rows, false))
	var got []string
	for _, g := range groups {
		got = append(got, g[0].exchange)
		got = append(got, rowNames(g)...)
	}
	if want := []string{"Kraken", "b", "d", "Binance", "c", "a"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
