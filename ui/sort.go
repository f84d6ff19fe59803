package ui

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// ordering is a way to sort the table.
type ordering struct {
	name    string
	column  string // the column whose heading chooses it
	unknown func(*row) bool
	compare func(a, b *row) int
}

// orderings in the order in which `s` goes through them. Each is ascending in
// the sense that what wants attention first comes first.
var orderings = []ordering{
	{name: "deadline", column: colDeadline,
		unknown: func(r *row) bool { return r.judged.Deadline.At.IsZero() },
		compare: func(a, b *row) int { return a.judged.Deadline.At.Compare(b.judged.Deadline.At) }},
	{name: "name", column: colKey, compare: func(_, _ *row) int { return 0 }},
	{name: "age", column: colAge,
		compare: func(a, b *row) int { return cmp.Compare(b.judged.Age, a.judged.Age) }},
	{name: "last used", column: colUsed,
		unknown: func(r *row) bool { return !r.rec.Facts.LastUsed.Known() },
		compare: func(a, b *row) int { return lastUse(b).Compare(lastUse(a)) }},
	{name: "exchange", column: colAccount, compare: byExchange},
	{name: "state", column: colState,
		compare: func(a, b *row) int {
			return cmp.Or(cmp.Compare(b.state.rank(), a.state.rank()), strings.Compare(a.state.word, b.state.word))
		}},
}

func lastUse(r *row) time.Time {
	t, _ := r.rec.Facts.LastUsed.Time() // zero for never: longest ago
	return t
}

func byExchange(a, b *row) int {
	return cmp.Or(strings.Compare(a.exchange, b.exchange), strings.Compare(a.account, b.account))
}

// sorted returns the rows in an order. What is unknown comes last either way,
// and equals are in the order of their names.
func (o ordering) sorted(rows []*row, reverse bool) []*row {
	out := slices.Clone(rows)
	slices.SortFunc(out, func(a, b *row) int {
		if o.unknown != nil {
			if ua, ub := o.unknown(a), o.unknown(b); ua != ub {
				return boolOrder(ua)
			}
		}
		n := o.compare(a, b)
		if n == 0 {
			n = strings.Compare(a.folded, b.folded)
		}
		if reverse {
			n = -n
		}
		if n == 0 {
			n = strings.Compare(string(a.rec.ID), string(b.rec.ID))
		}
		return n
	})
	return out
}

func boolOrder(last bool) int {
	if last {
		return 1
	}
	return -1
}

// grouped gathers rows by exchange. The group whose first row comes first in
// the order is first, so that with the default order the exchange with the
// most overdue key leads; within a group the order stays.
func grouped(rows []*row) [][]*row {
	var groups [][]*row
	at := map[string]int{}
	for _, r := range rows {
		i, seen := at[r.exchange]
		if !seen {
			i = len(groups)
			at[r.exchange] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}
