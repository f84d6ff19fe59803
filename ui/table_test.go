package ui

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/themes"
)

// groupsOf makes groups of rows: "Binance: a b", "Kraken: c".
func groupsOf(groups ...string) [][]*row {
	var out [][]*row
	for _, g := range groups {
		exchange, names, _ := strings.Cut(g, ": ")
		var rows []*row
		for _, n := range strings.Fields(names) {
			rows = append(rows, sortRow(n, exchange, 1, 1, 1, policy.Info))
		}
		out = append(out, rows)
	}
	return out
}

func tableOf(h int, groups ...string) *table {
	t := newTable()
	t.setSize(80, h)
	t.show(groupsOf(groups...), len(groups) > 1)
	return t
}

func plainBox() *penBox { return newPenBox(NewStyles(themes.Builtin(themes.Dark), termenv.Ascii)) }

func noOverlay(store.RecordID) (span, bool) { return span{}, false }

// shown is the first word of each line that the table draws.
func shown(t *table) string {
	var out []string
	for _, l := range t.draw(plainBox(), noon, noOverlay) {
		word := strings.Fields(ansi.Strip(l))
		switch {
		case len(word) == 0:
			out = append(out, "")
		case word[0] == ">":
			out = append(out, ">"+word[1])
		default:
			out = append(out, word[0])
		}
	}
	return strings.Join(out, " ")
}

func TestTableDrawsTheWindowAroundTheCursor(t *testing.T) {
	tb := tableOf(4, "Binance: a b c", "Kraken: d e")
	for _, step := range []struct {
		move int
		want string
	}{
		{0, "Binance >a b c"},
		{1, "Binance a >b c"},
		{2, "b c Kraken >d"},
		{1, "c Kraken d >e"},
		{5, "c Kraken d >e"},
		{-1, "c Kraken >d e"},
		{-1, ">c Kraken d e"},
		{-9, "Binance >a b c"},
	} {
		tb.move(step.move)
		if got := shown(tb); got != step.want {
			t.Fatalf("after %+d: %q, want %q", step.move, got, step.want)
		}
	}
}

func TestCursorFollowsItsRecord(t *testing.T) {
	tb := tableOf(9, "Binance: a b c")
	tb.move(1)
	tb.show(groupsOf("Kraken: x y", "Binance: c b a"), true)
	if r := tb.selected(); r.name != "b" {
		t.Errorf("after a new order the cursor is on %s", r.name)
	}
	tb.show(groupsOf("Binance: a c"), false)
	if r := tb.selected(); r == nil {
		t.Error("with its record gone the cursor is nowhere")
	}
	tb.show(nil, false)
	if r := tb.selected(); r != nil {
		t.Errorf("in an empty table the cursor is on %s", r.name)
	}
	tb.move(1)
	tb.show(groupsOf("Binance: a"), false)
	if r := tb.selected(); r == nil || r.name != "a" {
		t.Error("the cursor does not come back with the rows")
	}
}

func TestMarksBelongToRecords(t *testing.T) {
	tb := tableOf(9, "Binance: a b c")
	tb.toggle()
	tb.show(groupsOf("Binance: c b a"), false)
	if !tb.marked["a"] || len(tb.marked) != 1 {
		t.Errorf("marked: %v", tb.marked)
	}
	tb.forget(&board{byID: map[store.RecordID]*row{"b": {}}})
	if len(tb.marked) != 0 {
		t.Errorf("a mark outlived its record: %v", tb.marked)
	}
}

func TestRowAt(t *testing.T) {
	tb := tableOf(4, "Binance: a b", "Kraken: c")
	for y, want := range map[int]string{-1: "", 0: "", 1: "a", 2: "b", 3: "", 4: ""} {
		got := ""
		if i, ok := tb.rowAt(y); ok {
			got = tb.lines[i].row.name
		}
		if got != want {
			t.Errorf("line %d is %q, want %q", y, got, want)
		}
	}
}

func TestProgressTakesThePlaceOfTheState(t *testing.T) {
	tb := tableOf(2, "Binance: a b")
	lines := tb.draw(plainBox(), noon, func(id store.RecordID) (span, bool) { return span{inkAccent, "asking"}, id == "b" })
	if !strings.Contains(lines[1], "asking") || strings.Contains(lines[0], "asking") {
		t.Errorf("got\n%s", strings.Join(lines, "\n"))
	}
}

func TestEveryLineHasTheWidthOfTheTable(t *testing.T) {
	box := newPenBox(NewStyles(themes.Builtin(themes.Dark), termenv.TrueColor))
	for w := 20; w < 260; w++ {
		tb := tableOf(5, "Binance: a 日本語の取引ボットの名前とても長い", "Kraken: c")
		tb.setSize(w, 5)
		for _, l := range append(tb.draw(box, noon, noOverlay), tb.heading(box, colAge, "↑")) {
			if got := ansi.StringWidth(l); got != w {
				t.Fatalf("width %d: a line of %d: %q", w, got, l)
			}
		}
	}
}

func TestCursorRowKeepsItsBackgroundUnderEveryCell(t *testing.T) {
	s := NewStyles(themes.Builtin(themes.Dark), termenv.TrueColor)
	box := newPenBox(s)
	for i := range inkCount {
		if on := box.pens[i][toneCursor].on; !strings.Contains(on, "48;2;") {
			t.Errorf("ink %d has no background on the cursor's row: %q", i, on)
		}
	}
}

func TestOneCellAgreesWithTheTerminalsWidth(t *testing.T) {
	for r := ' '; r < 0x3000; r++ {
		if oneCell(r) && ansi.StringWidth(string(r)) != 1 && r != 0x7f {
			t.Errorf("%U is %d wide", r, ansi.StringWidth(string(r)))
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		text string
		w    int
		want string
	}{
		{"abc", 5, "abc  "}, {"abcdef", 4, "abc…"}, {"日本語", 4, "日… "}, {"日本語", 6, "日本語"}, {"x", 0, ""}, {"", 2, "  "},
	} {
		if got := fit(c.text, c.w); got != c.want {
			t.Errorf("fit(%q, %d) = %q, want %q", c.text, c.w, got, c.want)
		}
	}
}
