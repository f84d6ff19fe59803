package ui

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	stripDays  = 90 // the least that the strip looks ahead
	stripTicks = 30 // days from one ┊ to the next
	stripLate  = 5  // keys that are late get a ✗ each up to here, then a number
)

// strip is the line that shows when keys fall due: first the late ones, then
// a column for each day or few days.
type strip struct {
	late int
	days []slot // by column
	step int    // days in a column
}

// slot is one column: how many keys fall due, and whether one of them soon.
type slot struct {
	due  int
	soon bool
	tick bool
}

// newStrip counts deadlines for a strip of w columns, without its label.
func newStrip(rows []*row, now time.Time, w int) strip {
	s := strip{late: lateOf(rows, now)}
	columns := max(1, w-cells(s.lateText()))
	s.step = (stripDays + columns - 1) / columns
	days := min(columns, 2*stripDays/s.step)
	if days*s.step < 2*stripDays { // no round horizon: keep to the usual one
		days = min(days, (stripDays+s.step-1)/s.step)
	}
	s.fill(rows, now, days)
	return s
}

func lateOf(rows []*row, now time.Time) int {
	n := 0
	for _, r := range rows {
		if r.late(now) {
			n++
		}
	}
	return n
}

// fill makes the columns and counts what falls into them.
func (s *strip) fill(rows []*row, now time.Time, columns int) {
	s.days = make([]slot, columns)
	for i := range s.days {
		s.days[i].tick = i > 0 && (i*s.step)/stripTicks != ((i-1)*s.step)/stripTicks
	}
	for _, r := range rows {
		at := r.judged.Deadline.At
		if at.IsZero() || r.late(now) {
			continue
		}
		if i := int(at.Sub(now)/aDay) / s.step; i < len(s.days) {
			s.days[i].due++
			s.days[i].soon = s.days[i].soon || r.dueSoon(now)
		}
	}
}

// horizon is how many days the strip looks ahead.
func (s strip) horizon() int { return len(s.days) * s.step }

func (s strip) lateText() string {
	if s.late > stripLate {
		return "✗" + strconv.Itoa(s.late)
	}
	return strings.Repeat("✗", s.late)
}

// spans draws the strip. Several keys in one column show as their number.
func (s strip) spans() []span {
	out := []span{{inkDanger, s.lateText()}}
	for _, d := range s.days {
		out = append(out, d.span())
	}
	return out
}

func (d slot) span() span {
	tint := inkText
	if d.soon {
		tint = inkWarning
	}
	switch {
	case d.due > 9:
		return span{tint, "+"}
	case d.due > 1:
		return span{tint, strconv.Itoa(d.due)}
	case d.due == 1:
		return span{tint, "●"}
	case d.tick:
		return span{inkMuted, "┊"}
	}
	return span{inkFaint, "·"}
}

// stripLabel says what the strip is about, at a width of the whole line.
func stripLabel(w, days int) string {
	if w < 140 { // a day for each column is worth more than words
		return fmt.Sprintf(" next %d days ", days)
	}
	return fmt.Sprintf("  deadlines, next %d days ", days)
}

// stripRoom is the cells for the strip itself on a line of w.
func stripRoom(w int) int { return w - 3 - cells(stripLabel(w, 2*stripDays)) }

// line draws the whole line with its label.
func (s strip) line(box *penBox, w int) string {
	spans := append([]span{{inkBorder, " ▕"}}, s.spans()...)
	spans = append(spans, span{inkBorder, "▏"}, span{inkMuted, stripLabel(w, s.horizon())})
	return box.line(w, tonePlain, spans...)
}
