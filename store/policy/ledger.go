package policy

import (
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// World is what a ledger judges by, besides the records. Funcs are called once
// for each judgement; nil: nothing is known. They must be quick.
type World struct {
	Rules   func(*store.Record) store.Rules
	Terms   func(*store.Record) Terms
	Flow    func(store.RecordID) *Flow
	Strays  func(store.RecordID) *Strays
	Machine store.Machine

	Now      time.Time
	Forecast bool // see Case
}

// Ledger holds the judgements of a set of keys. When one key changes, only that
// one and those that share something with it are judged anew. It is not safe
// for concurrent use.
type Ledger struct {
	world   World
	entries []entry
	at      map[store.RecordID]int
	keys    map[string]group // by fingerprint
	users   map[string]users // by a consumer's folded name

	room    []int // for groups of one, which most are
	bench   Case  // what is judged, and as what
	subject subject
}

type entry struct {
	record *store.Record
	judged Assessment
}

// users are the keys that a consumer has, by kind of money.
type users struct{ live, play group }

// NewLedger judges records. Each has an ID of its own.
func NewLedger(records []*store.Record, w World) *Ledger {
	l := &Ledger{
		world: w, entries: make([]entry, len(records)), at: make(map[store.RecordID]int, len(records)),
		keys: make(map[string]group, len(records)), users: map[string]users{},
	}
	for i, r := range records {
		l.entries[i].record = r
		l.at[r.ID] = i
		l.index(i, l.with)
	}
	for i := range l.entries {
		l.judge(i)
	}
	return l
}

// Of returns the judgement of a key; the zero one for a key that the ledger
// does not hold.
func (l *Ledger) Of(id store.RecordID) Assessment {
	if i, ok := l.at[id]; ok {
		return l.entries[i].judged
	}
	return Assessment{}
}

// Replace judges a key anew whose record changed, and those that share
// something with it as it was or is. It returns which: nothing for a key that
// the ledger does not hold.
func (l *Ledger) Replace(r *store.Record) []store.RecordID {
	i, ok := l.at[r.ID]
	if !ok {
		return nil
	}
	old := l.entries[i].record
	touched := map[int]bool{i: true}
	touch := func(j int) { touched[j] = true }
	l.keys[old.Fingerprint].each(touch)
	before := l.heads(old, r)
	l.index(i, without)
	l.entries[i].record = r
	l.index(i, l.with)
	l.keys[r.Fingerprint].each(touch)
	for user, after := range l.heads(old, r) {
		if after != before[user] { // else nobody else sees a difference
			l.users[user].live.each(touch)
			l.users[user].play.each(touch)
		}
	}
	ids := make([]store.RecordID, 0, len(touched))
	for j := range touched {
		l.judge(j)
		ids = append(ids, l.entries[j].record.ID)
	}
	slices.Sort(ids)
	return ids
}

// heads returns, of each consumer of some records, the keys that others' findings
// would name.
func (l *Ledger) heads(of ...*store.Record) map[string][2]string {
	out := map[string][2]string{}
	for _, r := range of {
		for _, c := range r.Consumers {
			name := strings.ToLower(c.Name)
			u := l.users[name]
			out[name] = [2]string{l.nameOf(u.live), l.nameOf(u.play)}
		}
	}
	return out
}

// nameOf returns the name of a group's first key, "" where it has none.
func (l *Ledger) nameOf(g group) string {
	if len(g) == 0 {
		return ""
	}
	return l.entries[g[0]].record.Name
}

// Renew puts another world in the place of the one that the ledger judges by
// from now on. It reports whether all keys were judged anew, which they are when
// this machine has moved.
func (l *Ledger) Renew(w World) bool {
	moved := !slices.EqualFunc(l.world.Machine.Addresses, w.Machine.Addresses, func(a, b store.Address) bool {
		return a.Addr == b.Addr && a.Gone == b.Gone
	})
	if l.world = w; moved {
		for i := range l.entries {
			l.judge(i)
		}
	}
	return moved
}

// Record returns the record of a key that the ledger holds; nil: it does not.
func (l *Ledger) Record(id store.RecordID) *store.Record {
	if i, ok := l.at[id]; ok {
		return l.entries[i].record
	}
	return nil
}

// Len returns the number of keys.
func (l *Ledger) Len() int { return len(l.entries) }

// Summary counts all judgements.
func (l *Ledger) Summary() Summary {
	var s Summary
	for i := range l.entries {
		s.Add(l.entries[i].judged)
	}
	return s
}

// index puts an entry into the groups that it belongs to, or takes it out.
func (l *Ledger) index(i int, change func(group, int) group) {
	r := l.entries[i].record
	if r.Fingerprint != "" {
		l.keys[r.Fingerprint] = change(l.keys[r.Fingerprint], i)
	}
	for _, c := range r.Consumers {
		name := strings.ToLower(c.Name)
		u := l.users[name]
		if r.Environment == exchanges.Live {
			u.live = change(u.live, i)
		} else {
			u.play = change(u.play, i)
		}
		l.users[name] = u
	}
}

func (l *Ledger) judge(i int) {
	l.bench = l.world.of(l.entries[i].record, l.around(i))
	l.entries[i].judged = l.subject.assess(&l.bench)
}

// of returns the case of a record of which is known what others say of it.
func (w *World) of(r *store.Record, a Around) Case {
	c := Case{Record: r, Rules: store.DefaultRules(), Machine: w.Machine, Now: w.Now, Forecast: w.Forecast, Around: a}
	if w.Rules != nil {
		c.Rules = w.Rules(r)
	}
	if w.Terms != nil {
		c.Terms = w.Terms(r)
	}
	if w.Flow != nil {
		c.Around.Flow = w.Flow(r.ID)
	}
	if w.Strays != nil {
		c.Around.Strays = w.Strays(r.ID)
	}
	return c
}

// Judge judges one key among all, as a ledger of all of them would: for whoever
// needs no more than that. The record may be newer than the one among them.
func (w World) Judge(r *store.Record, all []*store.Record) Assessment {
	var a Around
	for _, o := range all {
		if o.ID == r.ID {
			continue
		}
		if r.Fingerprint != "" && o.Is(r.Exchange, r.Venue, r.Fingerprint) {
			a.Twins = append(a.Twins, Twin{o.Name, o.Environment})
		}
	}
	for _, c := range r.Consumers {
		i := slices.IndexFunc(all, func(o *store.Record) bool {
			return o.ID != r.ID && otherMoney(o, r) && slices.ContainsFunc(o.Consumers, func(x store.Consumer) bool { return strings.EqualFold(x.Name, c.Name) })
		})
		if i >= 0 {
			a.Mixes = append(a.Mixes, Mix{c.Name, all[i].Name})
		}
	}
	c := w.of(r, a)
	return Assess(&c)
}

func otherMoney(a, b *store.Record) bool {
	return (a.Environment == exchanges.Live) != (b.Environment == exchanges.Live)
}

// around gathers what other entries say of i.
func (l *Ledger) around(i int) Around {
	r := l.entries[i].record
	var a Around
	if g := l.keys[r.Fingerprint]; len(g) > 1 {
		g.each(func(j int) {
			if other := l.entries[j].record; j != i && other.Is(r.Exchange, r.Venue, r.Fingerprint) {
				a.Twins = append(a.Twins, Twin{other.Name, other.Environment})
			}
		})
	}
	for n := range r.Consumers {
		u := l.users[strings.ToLower(r.Consumers[n].Name)]
		other := l.nameOf(u.play)
		if r.Environment != exchanges.Live {
			other = l.nameOf(u.live)
		}
		if other != "" {
			a.Mixes = append(a.Mixes, Mix{r.Consumers[n].Name, other})
		}
	}
	return a
}

// group is the indices of some entries, in order: what is said of a group must
// not depend on how it came about.
type group []int

func (l *Ledger) with(g group, i int) group {
	if len(g) == 0 {
		return l.alone(i)
	}
	at, there := slices.BinarySearch(g, i)
	if there {
		return g
	}
	return slices.Insert(g, at, i)
}

// alone returns a group of one.
func (l *Ledger) alone(i int) group {
	if len(l.room) == 0 {
		l.room = make([]int, 1024)
	}
	g := group(l.room[:1:1]) // what is added goes elsewhere
	l.room = l.room[1:]
	g[0] = i
	return g
}

func without(g group, i int) group {
	at, there := slices.BinarySearch(g, i)
	if !there {
		return g
	}
	return slices.Delete(g, at, at+1)
}

func (g group) each(do func(int)) {
	for _, i := range g {
		do(i)
	}
}
