package ui

import (
	"slices"

	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
)

// todoLine is one line of what is to be done: a key, or the heading of a group.
type todoLine struct {
	heading  string
	tally    [policy.Critical + 1]int // of a heading: its keys by severity
	row      *row                     // nil: a heading
	findings []policy.Finding
	accepted *policy.AcceptedItem // nil: it is to be mended
}

// todoID tells a line from others, whatever happens around it.
type todoID struct {
	key  store.RecordID
	code string
}

func (l *todoLine) id() todoID { return todoID{l.row.rec.ID, l.findings[0].Code} }

// todoList is the lines with a cursor, which is never on a heading and stays
// with its key and finding.
type todoList struct {
	lines []todoLine
	keys  []int // the indices in lines of those that are no headings
	at    int   // the cursor, as an index in keys
	top   int   // the first line in sight
	h     int
}

// show replaces the lines. Where the cursor's is gone, it stays at its place.
func (l *todoList) show(lines []todoLine) {
	was, some := l.chosen()
	l.lines, l.keys = lines, l.keys[:0]
	for i := range lines {
		if lines[i].row == nil {
			continue
		}
		if some && lines[i].id() == was.id() {
			l.at, some = len(l.keys), false
		}
		l.keys = append(l.keys, i)
	}
	l.move(0)
}

func (l *todoList) resize(h int) {
	l.h = max(1, h)
	l.move(0)
}

// chosen returns the line under the cursor; false: there is none.
func (l *todoList) chosen() (todoLine, bool) {
	if l.at >= len(l.keys) {
		return todoLine{}, false
	}
	return l.lines[l.keys[l.at]], true
}

// move goes n keys down, or up, and stops at the ends. The heading above the
// first key of a group comes into sight with it.
func (l *todoList) move(n int) {
	l.at = max(0, min(l.at+n, len(l.keys)-1))
	if len(l.keys) == 0 {
		l.top = 0
		return
	}
	at := l.keys[l.at]
	first := at
	if l.lines[at-1].row == nil && l.h > 1 { // the first line of all is a heading
		first--
	}
	l.top = max(min(l.top, first), at-l.h+1)
	l.top = max(0, min(l.top, len(l.lines)-l.h))
}

// clicked moves to the key drawn in a line and reports whether it was there
// before; false where there is no key.
func (l *todoList) clicked(y int) (same, hit bool) {
	i, key := slices.BinarySearch(l.keys, l.top+y)
	if !key || y < 0 || y >= l.h {
		return false, false
	}
	same = i == l.at
	l.at = i
	return same, true
}

// todoLines lays an overview out.
func todoLines(o *policy.Overview, b *board) []todoLine {
	var out []todoLine
	for _, t := range o.Todos {
		head := len(out)
		out = append(out, todoLine{heading: t.Title()})
		for _, item := range t.Items {
			out[head].tally[item.Findings[0].Severity]++
			out = append(out, todoLine{row: b.byID[item.Record.ID], findings: item.Findings})
		}
	}
	if len(o.Accepted) > 0 {
		out = append(out, todoLine{heading: acceptedTitle(len(o.Accepted))})
	}
	for _, a := range o.Accepted {
		out = append(out, todoLine{row: b.byID[a.Record.ID], findings: []policy.Finding{a.Finding}, accepted: a})
	}
	return out
}

// below names what comes first of what is not in sight; "" where all is.
func (l *todoList) below() string {
	rest := l.lines[min(len(l.lines), l.top+l.h):]
	for i := range rest {
		if rest[i].row == nil {
			return "↓ " + rest[i].heading
		}
	}
	if len(rest) > 0 {
		return "↓ " + plural(len(rest), "more line")
	}
	return ""
}

// turn moves to the first key of the next group, or of the one before, and shows
// as much of that group as there is room for.
func (l *todoList) turn(step int) {
	for i := l.at + step; i >= 0 && i < len(l.keys); i += step {
		if head := l.keys[i] - 1; l.lines[head].row == nil {
			l.at, l.top = i, head
			l.move(0)
			return
		}
	}
}
