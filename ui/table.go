package ui

import (
	"strings"
	"time"

	"github.com/keyrota/keyrota/store"
)

// table shows rows in groups, with a cursor and marks that are tied to
// records and not to places: both survive sorting, filtering and reloading.
// Only the visible window is ever drawn.
type table struct {
	lines  []line
	marked map[store.RecordID]bool

	cursor store.RecordID
	cur    int // index in lines of the cursor's row; -1: no rows
	top    int // index in lines of the first one drawn

	w, h   int // of the rows, without the heading
	layout layout
}

// line is a row, or the heading of a group.
type line struct {
	row     *row // nil: a heading
	heading string
}

func newTable() *table {
	return &table{marked: map[store.RecordID]bool{}, cur: -1}
}

// setSize gives the area of the rows.
func (t *table) setSize(w, h int) {
	t.w, t.h = w, max(0, h)
	t.layout = layoutFor(w)
	t.scroll()
}

// show replaces the rows. One group has no headings. The cursor stays on its
// record; when that is not among the rows, it stays at its place.
func (t *table) show(groups [][]*row, headings bool) {
	t.lines = t.lines[:0]
	cur := -1
	for _, g := range groups {
		if headings {
			t.lines = append(t.lines, line{heading: g[0].exchange})
		}
		for _, r := range g {
			if r.rec.ID == t.cursor {
				cur = len(t.lines)
			}
			t.lines = append(t.lines, line{row: r})
		}
	}
	if cur < 0 {
		cur = t.cur
	}
	t.to(cur)
}

// restart lets the cursor begin at the top when its record is not among the
// rows of the next show.
func (t *table) restart() { t.cur = 0 }

// selected returns the row under the cursor, or nil.
func (t *table) selected() *row {
	if t.cur < 0 || t.cur >= len(t.lines) {
		return nil
	}
	return t.lines[t.cur].row
}

// to puts the cursor on a line, or on the next row when that is a heading.
func (t *table) to(i int) {
	if len(t.lines) == 0 {
		t.cur, t.top = -1, 0
		return
	}
	i = max(0, min(len(t.lines)-1, i))
	if t.lines[i].row == nil {
		i++ // a heading is never last
	}
	t.cur, t.cursor = i, t.lines[i].row.rec.ID
	t.scroll()
}

// find puts the cursor on a record, if it has a row.
func (t *table) find(id store.RecordID) {
	for i, l := range t.lines {
		if l.row != nil && l.row.rec.ID == id {
			t.to(i)
			return
		}
	}
}

// move steps over n rows; headings do not count.
func (t *table) move(n int) {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	i := t.cur
	for n > 0 {
		next := i + step
		for next >= 0 && next < len(t.lines) && t.lines[next].row == nil {
			next += step
		}
		if next < 0 || next >= len(t.lines) {
			break
		}
		i = next
		n--
	}
	t.to(i)
}

// scroll moves the window as little as it takes to see the cursor, and the
// heading above it when the cursor is on the first row of a group.
func (t *table) scroll() {
	if t.cur < 0 || t.h == 0 {
		return
	}
	first := t.cur
	if first > 0 && t.lines[first-1].row == nil && t.h > 1 {
		first--
	}
	t.top = min(t.top, first)
	t.top = max(t.top, t.cur-t.h+1)
	t.top = max(0, min(t.top, len(t.lines)-t.h))
}

// toggle marks or unmarks the row under the cursor.
func (t *table) toggle() {
	if r := t.selected(); r != nil {
		if t.marked[r.rec.ID] {
			delete(t.marked, r.rec.ID)
		} else {
			t.marked[r.rec.ID] = true
		}
	}
}

// forget drops the marks of records that are gone.
func (t *table) forget(b *board) {
	for id := range t.marked {
		if b.byID[id] == nil {
			delete(t.marked, id)
		}
	}
}

// rowAt returns the index in lines of what is drawn at line y, or false for
// a heading and for nothing.
func (t *table) rowAt(y int) (int, bool) {
	i := t.top + y
	if y < 0 || y >= t.h || i >= len(t.lines) || t.lines[i].row == nil {
		return 0, false
	}
	return i, true
}

// overlay says what to draw in place of a row's state, if anything.
type overlay func(store.RecordID) (span, bool)

// heading draws the titles of the columns, with an arrow on the sorted one.
func (t *table) heading(box *penBox, sorted string, arrow string) string {
	b := box.newBrush(t.w, tonePlain)
	b.put(inkHeader, strings.Repeat(" ", margin))
	for i, c := range t.layout.columns {
		if i > 0 {
			b.put(inkHeader, strings.Repeat(" ", t.layout.gap))
		}
		title := c.title
		if c.id == sorted {
			title += arrow
		}
		b.put(inkHeader, fit(title, c.width))
	}
	return b.finish(t.w)
}

// draw draws the window: exactly h lines of w cells.
func (t *table) draw(box *penBox, now time.Time, over overlay) []string {
	out := make([]string, 0, t.h)
	for i := t.top; i < t.top+t.h; i++ {
		switch {
		case i >= len(t.lines):
			out = append(out, box.line(t.w, tonePlain))
		case t.lines[i].row == nil:
			out = append(out, box.line(t.w, tonePlain, span{inkAccent, strings.Repeat(" ", margin) + t.lines[i].heading}))
		default:
			out = append(out, t.drawRow(box, i, now, over))
		}
	}
	return out
}

func (t *table) drawRow(box *penBox, i int, now time.Time, over overlay) string {
	r := t.lines[i].row
	b := box.newBrush(t.w, tonePlain)
	mark, pointer := " ", "  "
	if t.marked[r.rec.ID] {
		b.tone, mark = toneMarked, "*"
	}
	if i == t.cur {
		b.tone, pointer = toneCursor, "> "
	}
	b.put(inkText, mark+pointer)
	for n, c := range t.layout.columns {
		if n > 0 {
			b.put(inkText, strings.Repeat(" ", t.layout.gap))
		}
		spans := t.layout.cell(c, r, now)
		if s, ok := over(r.rec.ID); ok && c.id == colState {
			spans = []span{s}
		}
		b.cell(c.width, spans)
	}
	return b.finish(t.w)
}
