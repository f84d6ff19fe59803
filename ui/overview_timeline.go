package ui

import (
	"fmt"
	"strings"

	"github.com/keyrota/keyrota/store/policy"
)

// timeline shows the deadlines of the next days, a line for each exchange. The
// columns of all lines are the same days.
type timeline struct {
	lanes        []timeLane
	label, count int // cells before and behind the days
	late         int // cells of the longest ✗✗
	step         int // days in a column
	columns      int
}

// timeLane is one exchange's line, or that of the exchanges that got none.
type timeLane struct {
	name  string
	keys  int
	strip strip
}

// newTimeline draws up a timeline for a screen of w cells, in at most so many
// lines for exchanges.
func newTimeline(lanes []policy.Lane, b *board, w, most int) timeline {
	t := timeline{label: 12, count: 4}
	switch {
	case w >= 140:
		t.label, t.count = 22, 9
	case w >= 110: // enough for a column a day
		t.label = 14
	}
	rows := make([][]*row, 0, most)
	for i, l := range lanes {
		due := b.dueRows(l)
		if more := len(lanes) - most; more > 0 && i >= most {
			t.lanes[most-1].name = plural(more+1, "other")
			rows[most-1] = append(rows[most-1], due...)
			continue
		}
		rows = append(rows, due)
		t.lanes = append(t.lanes, timeLane{name: due[0].exchange})
	}
	for i := range t.lanes {
		lane := &t.lanes[i]
		lane.keys, lane.strip.late = len(rows[i]), lateOf(rows[i], b.at)
		t.late = max(t.late, cells(lane.strip.lateText()))
	}
	room := max(1, w-t.label-t.late-t.count-4) // a margin, a blank behind the label, and the ends of the days
	t.step = (stripDays + room - 1) / room
	t.columns = (stripDays + t.step - 1) / t.step
	for i := range t.lanes {
		t.lanes[i].strip.step = t.step
		t.lanes[i].strip.fill(rows[i], b.at, t.columns)
	}
	return t
}

// dueRows returns the rows of a lane's keys.
func (b *board) dueRows(l policy.Lane) []*row {
	out := make([]*row, len(l.Dues))
	for i := range l.Dues {
		out[i] = b.byID[l.Dues[i].Record.ID]
	}
	return out
}

// height is the lines that it takes.
func (t *timeline) height() int { return 1 + len(t.lanes) }

// lines draws the scale and the lanes.
func (t *timeline) lines(box *penBox, w int) []string {
	ahead := fmt.Sprintf("next %d days", policy.Horizon/aDay)
	if len(t.lanes) == 0 {
		return []string{box.line(w, tonePlain, span{inkMuted, " " + ahead + ": no deadline"})}
	}
	out := []string{t.scale(box, w, ahead)}
	for i := range t.lanes {
		out = append(out, t.lane(box, w, &t.lanes[i]))
	}
	return out
}

// scale says where today is, and the marks of the days to come.
func (t *timeline) scale(box *penBox, w int, title string) string {
	today := 1 + t.label + 1 + t.late
	text := fit(" "+title, today)
	put := func(at int, what string) {
		if at >= cells(text) && at+len(what) <= w {
			text = fit(text, at) + what
		}
	}
	put(today, "today")
	for i := 1; i < t.columns; i++ {
		if tick := i * t.step / stripTicks; tick != (i-1)*t.step/stripTicks {
			put(today+1+i, fmt.Sprintf("%dd", tick*stripTicks))
		}
	}
	put(today+1+t.columns, fmt.Sprintf("%dd", stripDays))
	return box.line(w, tonePlain, span{inkMuted, text})
}

func (t *timeline) lane(box *penBox, w int, l *timeLane) string {
	late := l.strip.lateText()
	spans := []span{{inkText, " " + fit(l.name, t.label) + " " + strings.Repeat(" ", t.late-cells(late))}}
	all := l.strip.spans()
	spans = append(spans, all[0], span{inkAccent, "│"}) // the late ones, today, and what comes
	spans = append(spans, all[1:]...)
	count := fmt.Sprint(l.keys)
	if t.count > 4 {
		count = plural(l.keys, "key")
	}
	return box.line(w, tonePlain, append(spans, span{inkBorder, "▏"}, span{inkMuted, count})...)
}

// lanesIn is how many exchanges have a line of their own on a page of h lines.
func lanesIn(h int) int { return max(3, min(h/5, 10)) }
