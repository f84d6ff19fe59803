package policy

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// Horizon is how far ahead an overview looks for deadlines.
const Horizon = 90 * day

// Key is a key with its judgement.
type Key struct {
	Record *store.Record
	Judged Assessment
}

// Overview is what is to be done about a set of keys, and by when. It has
// pointers, since code that sorts structs comes anew for each kind of them.
type Overview struct {
	Score    Score
	Todos    []*Todo         // the one with the worst finding first
	Accepted []*AcceptedItem // the one that ends first is first
	Dues     []*Due          // the earliest first
}

// Todo is the keys that one way mends, the worst first.
type Todo struct {
	Mend  Mend
	Items []*Item // never none
}

// Item is a key with those of its findings that one way mends, the worst first;
// there is one at least.
type Item struct {
	Record   *store.Record
	Findings []Finding

	rank int // see rankOf; the lowest is the worst
}

// AcceptedItem is a finding about a key that the person lives with.
type AcceptedItem struct {
	Record *store.Record
	Accepted
}

// Due is a deadline that has come, or that does within Horizon.
type Due struct {
	Record   *store.Record
	Deadline Deadline
	In       time.Duration // until it comes; not above 0: it has come
}

// Late reports whether the deadline has come.
func (d *Due) Late() bool { return d.In <= 0 }

// Lane is the deadlines of the keys at one exchange.
type Lane struct {
	Exchange exchanges.ID
	Venue    string // the person's name of it, where Exchange stands for any
	Dues     []*Due // the earliest first; never none
}

// NewOverview gathers the judgements of some keys, made at a moment.
func NewOverview(keys []Key, now time.Time) Overview {
	var o Overview
	scored := make([]Scored, len(keys))
	todos := newSorter()
	for i := range keys {
		k := &keys[i]
		scored[i] = Scored{Live: k.Record.Environment == exchanges.Live, Judged: k.Judged}
		todos.add(k)
		for _, a := range k.Judged.Accepted {
			o.Accepted = append(o.Accepted, &AcceptedItem{k.Record, a})
		}
		if d := k.Judged.Deadline; !d.At.IsZero() && d.At.Sub(now) < Horizon {
			o.Dues = append(o.Dues, &Due{k.Record, d, d.At.Sub(now)})
		}
	}
	o.Score, o.Todos = NewScore(scored), todos.sorted()
	slices.SortFunc(o.Accepted, func(a, b *AcceptedItem) int {
		return cmp.Or(a.Until.Compare(b.Until), byName(a.Record, b.Record), cmp.Compare(a.Code, b.Code))
	})
	slices.SortFunc(o.Dues, func(a, b *Due) int {
		return cmp.Or(a.Deadline.At.Compare(b.Deadline.At), byName(a.Record, b.Record))
	})
	return o
}

// Lanes returns the deadlines by exchange, the one with the earliest first.
func (o *Overview) Lanes() []Lane {
	type place struct {
		exchange exchanges.ID
		venue    string
	}
	var out []Lane
	at := map[place]int{}
	for _, d := range o.Dues {
		p := place{d.Record.Exchange, strings.ToLower(d.Record.Venue)}
		i, seen := at[p]
		if !seen {
			i = len(out)
			at[p] = i
			out = append(out, Lane{Exchange: d.Record.Exchange, Venue: d.Record.Venue})
		}
		out[i].Dues = append(out[i].Dues, d)
	}
	return out
}

// Worst returns the gravest severity of what is to be done; false: there is
// nothing.
func (o *Overview) Worst() (Severity, bool) {
	worst, some := Info, false
	for _, t := range o.Todos {
		for _, i := range t.Items {
			worst, some = max(worst, i.Findings[0].Severity), true
		}
	}
	return worst, some
}

// sorter gathers findings by what mends them.
type sorter struct {
	todos map[Mend]*Todo
	order map[string]int // of codes, as the rules have them
}

func newSorter() *sorter {
	s := &sorter{todos: map[Mend]*Todo{}, order: make(map[string]int, len(ruleList))}
	for i := range ruleList {
		s.order[ruleList[i].code] = i
	}
	return s
}

// add takes in the findings of a key: those that are worth a word first, so that
// they speak for their item.
func (s *sorter) add(k *Key) {
	for _, quiet := range []bool{false, true} {
		for _, f := range k.Judged.Findings {
			if f.Quiet == quiet {
				s.put(k.Record, f)
			}
		}
	}
}

func (s *sorter) put(r *store.Record, f Finding) {
	t := s.todos[f.Mend]
	if t == nil {
		t = &Todo{Mend: f.Mend}
		s.todos[f.Mend] = t
	}
	if n := len(t.Items); n > 0 && t.Items[n-1].Record == r {
		t.Items[n-1].Findings = append(t.Items[n-1].Findings, f)
		return
	}
	t.Items = append(t.Items, &Item{Record: r, Findings: []Finding{f}, rank: s.rankOf(r, &f)})
}

// rankOf orders findings of different keys: quiet ones last, then by severity,
// then those about real money first, then as the rules have them.
func (s *sorter) rankOf(r *store.Record, f *Finding) int {
	rank := 0
	if f.Quiet {
		rank++
	}
	rank = rank*int(Critical+1) + int(Critical-f.Severity)
	rank *= 2
	if r.Environment != exchanges.Live {
		rank++
	}
	return rank*len(s.order) + s.order[f.Code]
}

func (s *sorter) sorted() []*Todo {
	out := make([]*Todo, 0, len(s.todos))
	for _, t := range s.todos {
		slices.SortFunc(t.Items, worse)
		out = append(out, t)
	}
	slices.SortFunc(out, func(a, b *Todo) int { return worse(a.Items[0], b.Items[0]) })
	return out
}

// worse puts the worse of two items first; of equals the one that has been so
// for longer.
func worse(a, b *Item) int {
	x, y := a.Findings[0].Began, b.Findings[0].Began
	if x.IsZero() != y.IsZero() {
		x, y = y, x // since when is not known: last
	}
	return cmp.Or(cmp.Compare(a.rank, b.rank), x.Compare(y), byName(a.Record, b.Record))
}

func byName(a, b *store.Record) int {
	return cmp.Or(strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.ID, b.ID))
}
