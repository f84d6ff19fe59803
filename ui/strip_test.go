package ui

import (
	"strings"
	"testing"

	"github.com/keyrota/keyrota/store/policy"
)

func stripText(s strip) string {
	var b strings.Builder
	for _, sp := range s.spans() {
		b.WriteString(sp.text)
	}
	return b.String()
}

func dueIn(days ...int) []*row {
	var rows []*row
	for _, n := range days {
		rows = append(rows, sortRow("k", "Binance", n, 0, 0, policy.Info))
	}
	return rows
}

func TestStripShowsLateFirstThenDays(t *testing.T) {
	s := newStrip(dueIn(-3, -90, 1, 4, 4, 31), noon, 92)
	got := stripText(s)
	if want := "✗✗·●··2" + strings.Repeat("·", 25) + "┊●" + strings.Repeat("·", 28) + "┊"; !strings.HasPrefix(got, want) {
		t.Errorf("got  %s\nwant %s…", got, want)
	}
	if s.step != 1 || s.horizon() != 90 {
		t.Errorf("a column is %d days, %d days in all; want 1 and 90", s.step, s.horizon())
	}
}

func TestStripGathersDaysWhereThereIsLittleRoom(t *testing.T) {
	s := newStrip(dueIn(0, 1, 2, 89), noon, 45)
	if s.step != 2 {
		t.Fatalf("a column is %d days, want 2", s.step)
	}
	got := stripText(s)
	if !strings.HasPrefix(got, "·2") && !strings.HasPrefix(got, "●●") {
		t.Errorf("days 1 and 2 are not in the first two columns: %s", got)
	}
	if !strings.HasSuffix(got, "●") {
		t.Errorf("day 89 is not in the last column: %s", got)
	}
	if n := cells(got); n != 45 {
		t.Errorf("%d cells, want 45", n)
	}
}

func TestStripCountsManyLateKeys(t *testing.T) {
	late := make([]int, 37)
	for i := range late {
		late[i] = -1 - i
	}
	if got := stripText(newStrip(dueIn(late...), noon, 92)); !strings.HasPrefix(got, "✗37·") {
		t.Errorf("got %s", got)
	}
}

func TestStripCrowdedDay(t *testing.T) {
	days := make([]int, 12)
	for i := range days {
		days[i] = 1
	}
	if got := stripText(newStrip(dueIn(days...), noon, 92)); !strings.HasPrefix(got, "·+") {
		t.Errorf("got %s", got)
	}
}

func TestStripNeverOverflows(t *testing.T) {
	for w := 1; w < 400; w++ {
		if got := cells(stripText(newStrip(dueIn(-1, -2, 3, 80, 170), noon, w))); got > max(w, 3) {
			t.Fatalf("%d cells for a width of %d", got, w)
		}
	}
}
