package ui

import (
	"slices"
	"strings"
	"time"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
	"github.com/keyrota/keyrota/store/policy"
	"github.com/keyrota/keyrota/ui/desk"
	"github.com/keyrota/keyrota/ui/flow"
)

// row is one key made ready for the table: judged, cleaned, and with the keys
// that sorting and searching need. Rows are shared between boards; nobody
// changes one.
type row struct {
	rec      *store.Record
	judged   policy.Assessment
	rules    store.Rules
	exchange string       // "Binance"
	tab      exchanges.ID // see tabOf
	name     string
	account  string
	state    state
	folded   string // name in lower case
	fields   []string
}

// board is everything that the dashboard shows, made from one snapshot. A
// later snapshot reuses the rows whose record is the same, so that an answer
// for one key costs one row.
type board struct {
	rows   []*row // in the order of the snapshot
	byID   map[store.RecordID]*row
	ledger *policy.Ledger
	tabs   []tab // the first is All
	flows  unfinished
	flowOf map[store.RecordID]flow.Summary // of flows, by key
	counts counts
	at     time.Time // the time by which the rows were judged
}

// counts is what the header says.
type counts struct {
	policy.Summary
	exchanges int
	checked   time.Time // the newest inspection; zero: none yet
}

// newBoard judges all records of the desk. heard holds records with answers
// newer than the snapshot, which a read-only store could not keep. With
// old given, only what changed since is judged, and other rows are taken from it.
func newBoard(d desk.Service, heard map[store.RecordID]*store.Record, old *board, now time.Time) *board {
	b := &board{at: now, flows: d.Flows().Open(), flowOf: map[store.RecordID]flow.Summary{}}
	for _, s := range b.flows {
		b.flowOf[s.Record] = s
	}
	names := exchangeNames(d.Exchanges())
	var records []*store.Record
	if snap := d.Snapshot(); snap != nil {
		records = snap.Records()
	}
	records = slices.Clone(records)
	for i, r := range records {
		if h := heard[r.ID]; h != nil && h.Check.At.After(r.Check.At) {
			records[i] = h
		}
	}
	judgedAnew := b.judge(old, records, d.World(now))
	b.rows = make([]*row, len(records))
	b.byID = make(map[store.RecordID]*row, len(records))
	for i, r := range records {
		made := old.row(r.ID)
		if made == nil || judgedAnew == nil || judgedAnew[r.ID] {
			made = newRow(r, b.ledger.Of(r.ID), names, d.RulesFor(r))
		}
		b.rows[i], b.byID[r.ID] = made, made
	}
	b.count()
	return b
}

// judge takes over the ledger of an old board and says which keys it judged
// anew; nil: all, in a new one.
func (b *board) judge(old *board, records []*store.Record, w policy.World) map[store.RecordID]bool {
	if old == nil || old.ledger == nil || !old.holds(records) {
		b.ledger = policy.NewLedger(records, w)
		return nil
	}
	b.ledger = old.ledger
	moved := b.ledger.Renew(w)
	anew := map[store.RecordID]bool{}
	for _, r := range records {
		if b.ledger.Record(r.ID) == r && b.flowOf[r.ID] == old.flowOf[r.ID] {
			continue
		}
		for _, id := range b.ledger.Replace(r) {
			anew[id] = true
		}
	}
	if moved {
		return nil
	}
	return anew
}

// holds reports whether the board is of the same keys, whatever is known of them.
func (b *board) holds(records []*store.Record) bool {
	return len(records) == len(b.rows) && !slices.ContainsFunc(records, func(r *store.Record) bool { return b.byID[r.ID] == nil })
}

// row returns the row of a key, nil where there is none.
func (b *board) row(id store.RecordID) *row {
	if b == nil {
		return nil
	}
	return b.byID[id]
}

func newRow(r *store.Record, judged policy.Assessment, names map[exchanges.ID]string, rules store.Rules) *row {
	made := &row{
		rec: r, rules: rules, judged: judged,
		exchange: placeName(names, r.Exchange, r.Venue), tab: tabOf(r), name: exchanges.Clean(r.Name), account: exchanges.Clean(r.Account),
	}
	made.state = stateOf(made.judged)
	if made.state.fine && !made.state.accepted && r.Facts.Stated {
		made.state = state{word: "stated", fine: true, stated: true}
	}
	made.folded = strings.ToLower(made.name)
	made.fields = []string{made.folded, strings.ToLower(made.exchange)}
	more := []string{made.account, exchanges.Clean(r.Facts.Account), exchanges.Clean(r.Purpose)}
	for _, c := range r.Consumers {
		more = append(more, exchanges.Clean(c.Name))
	}
	for _, text := range more {
		if text != "" {
			made.fields = append(made.fields, strings.ToLower(text))
		}
	}
	return made
}

// placeName returns the name by which people know an exchange: their own, for
// one that keyrota has no adapter for.
func placeName(names map[exchanges.ID]string, id exchanges.ID, venue string) string {
	if venue != "" {
		return exchanges.Clean(venue)
	}
	if name := names[id]; name != "" {
		return name
	}
	return exchanges.Clean(string(id))
}

// tabOf returns what tells a key's exchange from others in the bar of tabs. One
// ID stands for all exchanges without adapter, so that theirs has the name too.
func tabOf(r *store.Record) exchanges.ID {
	if r.Venue == "" {
		return r.Exchange
	}
	return r.Exchange + "/" + exchanges.ID(strings.ToLower(r.Venue))
}

// exchangeNames maps ids to the names that people know.
//
//go:noinline // copied into its callers, it would take 6 kB
func exchangeNames(infos []exchanges.Info) map[exchanges.ID]string {
	names := make(map[exchanges.ID]string, len(infos))
	for _, i := range infos {
		names[i.ID] = i.Name
	}
	return names
}

// late reports whether the deadline has come.
func (r *row) late(now time.Time) bool {
	at := r.judged.Deadline.At
	return !at.IsZero() && !now.Before(at)
}

// dueSoon reports whether the deadline is within the warning time.
func (r *row) dueSoon(now time.Time) bool {
	at := r.judged.Deadline.At
	return !at.IsZero() && now.Before(at) && at.Sub(now) <= r.rules.WarnBefore
}

// count fills tabs and counts.
func (b *board) count() {
	b.tabs = newTabs(b.rows)
	b.counts.exchanges = len(b.tabs) - 1
	for _, r := range b.rows {
		b.counts.Add(r.judged)
		if at := r.rec.Check.At; at.After(b.counts.checked) {
			b.counts.checked = at
		}
	}
}

// state is what the STATE column says of a key: its worst finding, or ok.
type state struct {
	word     string
	severity policy.Severity
	fine     bool // nothing is wrong
	accepted bool // but what the person lives with
	stated   bool // with what the person says: nobody was asked
}

func stateOf(a policy.Assessment) state {
	if f, ok := a.Loud(); ok {
		return state{word: exchanges.Clean(f.Word), severity: f.Severity}
	}
	if a.LoudlyAccepted() {
		return state{word: "accepted", fine: true, accepted: true}
	}
	return state{word: "ok", fine: true}
}

// mark returns the glyph and the ink of a state: never colour alone.
func (s state) mark() (glyph string, i ink) {
	switch {
	case s.stated, s.accepted:
		return "○", inkMuted
	case s.fine:
		return "✓", inkOK
	case s.severity == policy.Critical:
		return "✗", inkDanger
	case s.severity == policy.Warning:
		return "▲", inkWarning
	}
	return "·", inkMuted
}

// rank orders states from worst to fine.
func (s state) rank() int {
	if s.fine {
		return -1
	}
	return int(s.severity)
}
