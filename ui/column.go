package ui

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store/policy"
)

// The columns of the table.
const (
	colKey      = "key"
	colEnv      = "env"
	colPerm     = "perm"
	colIP       = "ip"
	colAge      = "age"
	colUsed     = "used"
	colDeadline = "deadline"
	colState    = "state"
	colAccount  = "account"
)

// column is one column of a layout: where it starts, how wide it is.
type column struct {
	id    string
	title string
	width int
	first int // set by place
}

// layout is the columns for a width of the table.
type layout struct {
	columns []column
	gap     int
	wide    bool // environment in its own column, age with a bar, words in full
}

// margin is the cells before the first column: mark, cursor, space.
const margin = 3

// layoutFor chooses columns. From 117 cells on everything has room, more of
// it goes to name and account; below that names carry their environment and
// words are short; below 78 columns drop, the least important first. The
// limits lie a little under 120 and 80 for windows with a border.
func layoutFor(w int) layout {
	switch {
	case w >= 137:
		return wideLayout(w, true)
	case w >= 117:
		return wideLayout(w, false)
	}
	return narrowLayout(w)
}

func wideLayout(w int, account bool) layout {
	spare := max(0, w-137) / 4
	columns := []column{
		{id: colKey, title: "KEY"}, {id: colAccount, title: "ACCOUNT", width: 14 + spare},
		{id: colEnv, title: "ENV", width: 7}, {id: colPerm, title: "PERMISSIONS", width: 13},
		{id: colIP, title: "IP WHITELIST", width: 15 + min(spare, 16)}, {id: colAge, title: "AGE", width: 13},
		{id: colUsed, title: "LAST USED", width: 9}, {id: colDeadline, title: "DEADLINE", width: 14},
		{id: colState, title: "STATE", width: 14},
	}
	if !account {
		columns = slices.DeleteFunc(columns, func(c column) bool { return c.id == colAccount })
	}
	return place(layout{columns: columns, gap: 2, wide: true}, w)
}

// narrowLayout takes columns in the order of their importance, as long as
// there is room, and shows them in the usual one.
func narrowLayout(w int) layout {
	const leastKey = 16
	columns := []column{
		{id: colKey, title: "KEY"}, {id: colPerm, title: "PERM", width: 7}, {id: colIP, title: "IP", width: 15},
		{id: colAge, title: "AGE", width: 5}, {id: colUsed, title: "USED", width: 5},
		{id: colDeadline, title: "DEADLINE", width: 10}, {id: colState, title: "ST", width: 13},
	}
	room := w - margin - leastKey
	fits := map[string]bool{colKey: true}
	for _, id := range []string{colState, colDeadline, colPerm, colAge, colIP, colUsed} {
		i := slices.IndexFunc(columns, func(c column) bool { return c.id == id })
		if need := 1 + columns[i].width; need <= room {
			fits[id] = true
			room -= need
		}
	}
	columns = slices.DeleteFunc(columns, func(c column) bool { return !fits[c.id] })
	return place(layout{columns: columns, gap: 1}, w)
}

// columnsWidth is what all columns but the first take, gaps included.
func columnsWidth(columns []column, gap int) int {
	n := 0
	for _, c := range columns[1:] {
		n += gap + c.width
	}
	return n
}

// place gives the first column what the others leave and sets positions.
func place(l layout, w int) layout {
	l.columns[0].width = max(4, w-margin-columnsWidth(l.columns, l.gap))
	x := margin
	for i := range l.columns {
		l.columns[i].first = x
		x += l.columns[i].width + l.gap
	}
	return l
}

// at returns the column drawn at x.
func (l layout) at(x int) (column, bool) {
	for _, c := range l.columns {
		if x >= c.first && x < c.first+c.width+l.gap {
			return c, true
		}
	}
	return column{}, false
}

// shownPermissions are those that have a letter in the table.
var shownPermissions = []exchanges.Permission{
	exchanges.Read, exchanges.Spot, exchanges.Margin, exchanges.Futures, exchanges.Options, exchanges.Transfer, exchanges.Withdraw,
}

// cell returns what a column says of a row, as plain spans.
func (l layout) cell(c column, r *row, now time.Time) []span {
	switch c.id {
	case colKey:
		return l.keyCell(c, r)
	case colAccount:
		return []span{{inkMuted, r.account}}
	case colEnv:
		return []span{{envInk(r.rec.Environment), exchanges.Clean(string(r.rec.Environment))}}
	case colPerm:
		return permissionCell(r.rec.Facts.Permissions, l.wide)
	case colIP:
		return []span{ipCell(r.rec.Facts.IPs, c.width)}
	case colAge:
		return l.ageCell(r)
	case colUsed:
		return []span{usedCell(r.rec.Facts.LastUsed, now, l.wide)}
	case colDeadline:
		return []span{deadlineCell(r, now, l.wide)}
	case colState:
		return []span{stateCell(r.state, c.width)}
	}
	return nil
}

// stateCell gives up the space behind the glyph before it cuts a word.
func stateCell(s state, w int) span {
	glyph, tint := s.mark()
	if cells(glyph)+1+cells(s.word) > w {
		return span{tint, glyph + s.word}
	}
	return span{tint, glyph + " " + s.word}
}

// keyCell keeps the environment's tag whole however long the name is.
func (l layout) keyCell(c column, r *row) []span {
	tag := ""
	if !l.wide {
		tag = envTag(r.rec.Environment)
	}
	name := r.name
	if cells(name)+len(tag) > c.width {
		name = strings.TrimRight(fit(name, c.width-len(tag)), " ")
	}
	return []span{{inkText, name}, {envInk(r.rec.Environment), tag}}
}

func permissionCell(set exchanges.PermissionSet, spaced bool) []span {
	const letters = "RSMFOTW"
	spans := make([]span, 0, 2*len(letters))
	for i, p := range shownPermissions {
		if i > 0 && spaced {
			spans = append(spans, span{inkText, " "})
		}
		switch set.Get(p) {
		case exchanges.Granted:
			tint := inkText
			if p == exchanges.Transfer || p == exchanges.Withdraw {
				tint = inkDanger
			}
			spans = append(spans, span{tint, letters[i : i+1]})
		case exchanges.NotGranted:
			spans = append(spans, span{inkFaint, "·"})
		case exchanges.Unknown:
			spans = append(spans, span{inkUnknown, "?"})
		}
	}
	return spans
}

func ipCell(ips exchanges.IPWhitelist, w int) span {
	switch ips.State {
	case exchanges.IPAny:
		return span{inkWarning, "any address"}
	case exchanges.IPRestricted:
		return span{inkText, "restricted"}
	case exchanges.IPList:
		return span{inkText, ipList(ips.Entries, w)}
	case exchanges.IPUnknown:
	}
	return span{inkUnknown, "unknown"}
}

// ipList names the first entry and how many more there are; the count stays
// whole when the entry is long.
func ipList(entries []string, w int) string {
	if len(entries) == 0 {
		return "empty list"
	}
	first := exchanges.Clean(entries[0])
	if more := len(entries) - 1; more > 0 {
		tail := " +" + strconv.Itoa(more)
		return fit(first, min(cells(first), w-len(tail))) + tail
	}
	return first
}

// barCells is the length of the bar that stands for a whole rotation period.
const barCells = 6

func (l layout) ageCell(r *row) []span {
	if born, _ := r.rec.Created(); born.IsZero() {
		return []span{{inkUnknown, "?"}}
	}
	text := briefly(r.judged.Age)
	if !r.judged.AgeExact {
		text = "~" + text
	}
	spans := []span{{inkText, text}}
	if l.wide && r.rules.RotateEvery > 0 {
		tint := inkMuted
		share := float64(r.judged.Age) / float64(r.rules.RotateEvery)
		if share > 1 {
			tint = inkDanger
		}
		spans = append(spans, span{inkText, strings.Repeat(" ", max(1, 6-cells(text)))}, span{tint, ageBar(share)})
	}
	return spans
}

// ageBar fills in eighths of a cell; past the end it says so with "!".
func ageBar(share float64) string {
	if share > 1 {
		return strings.Repeat("█", barCells) + "!"
	}
	eighths := int(max(0, share)*barCells*8 + 0.5)
	bar := strings.Repeat("█", eighths/8)
	if rest := eighths % 8; rest > 0 {
		bar += string([]rune(" ▏▎▍▌▋▊▉")[rest])
	}
	return bar
}

// usedCell gives the exchange's word; "never" only where it said so.
func usedCell(m exchanges.Moment, now time.Time, wide bool) span {
	switch t, ok := m.Time(); {
	case ok && wide:
		return span{inkText, ago(t, now)}
	case ok:
		return span{inkText, briefly(max(0, now.Sub(t)))}
	case m.IsNever():
		return span{inkMuted, "never"}
	}
	return span{inkUnknown, "?"}
}

// deadlineCell says how far off the deadline is, and why when the reason is
// not the person's own policy.
func deadlineCell(r *row, now time.Time, wide bool) span {
	d := r.judged.Deadline
	if d.At.IsZero() {
		return span{inkFaint, "–"}
	}
	left := d.At.Sub(now)
	if r.late(now) {
		return span{inkDanger, lateWords(-left, d.Reason, wide)}
	}
	tint := inkText
	if r.dueSoon(now) {
		tint = inkWarning
	}
	text := "in " + briefly(left)
	if d.Reason != policy.ByPolicy {
		why := exchanges.Clean(string(d.Reason))
		if text += " " + why; !wide {
			text = briefly(left) + " " + why
		}
	}
	return span{tint, text}
}

func lateWords(late time.Duration, why policy.Reason, wide bool) string {
	switch {
	case why == policy.ByExpiry && wide:
		return "expired " + briefly(late)
	case why == policy.ByExpiry:
		return "expired"
	case wide:
		return briefly(late) + " overdue"
	}
	return briefly(late) + " late"
}
