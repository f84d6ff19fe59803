package policy

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/keyrota/keyrota/exchanges"
	"github.com/keyrota/keyrota/store"
)

// same compares judgements; a rule is the same one, not one that looks alike.
var same = cmp.Options{cmpopts.EquateEmpty(), cmp.AllowUnexported(exchanges.Moment{}, exchanges.PermissionSet{})}

// crowd is n records, some of which share a key or a consumer.
func crowd(r *rand.Rand, n int) []*store.Record {
	all := make([]*store.Record, n)
	for i := range all {
		all[i] = member(r, i)
	}
	return all
}

func member(r *rand.Rand, i int) *store.Record {
	k := randomRecord(r)
	k.ID, k.Name = store.RecordID(fmt.Sprintf("id%04d", i)), fmt.Sprintf("key-%04d", i)
	k.Exchange, k.Environment = "binance", []exchanges.Environment{exchanges.Live, exchanges.Testnet}[r.IntN(2)]
	k.Fingerprint = store.Fingerprint(fmt.Sprint(r.IntN(12)))
	k.Consumers = nil
	for range r.IntN(3) {
		k.Consumers = append(k.Consumers, store.Consumer{Name: []string{"Grid", "grid", "tax", "relay"}[r.IntN(4)]})
	}
	return &k
}

func world() World {
	return World{Now: now, Terms: func(*store.Record) Terms { return Terms{Lifetimes: []exchanges.Lifetime{idleRule}, KeyPairs: true} },
		Flow: func(id store.RecordID) *Flow {
			if id == "id0003" {
				return &Flow{Kind: "rotate", Step: "watch", Began: daysAgo(1), Moved: daysAgo(1)}
			}
			return nil
		},
		Strays: func(id store.RecordID) *Strays {
			if id == "id0004" {
				return &Strays{Count: 2, Found: daysAgo(1)}
			}
			return nil
		},
	}
}

// TestAChangedKeyIsJudgedAsIfAllWere: however keys changed, the ledger says what
// a fresh one says, and tells of every key that it says something else of.
func TestAChangedKeyIsJudgedAsIfAllWere(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	records := crowd(r, 12)
	l := NewLedger(records, world())
	for range 400 {
		before := map[store.RecordID]Assessment{}
		for _, k := range records {
			before[k.ID] = l.Of(k.ID)
		}
		i := r.IntN(len(records))
		changed := member(r, i)
		if r.IntN(3) == 0 {
			changed.Name += "-renamed"
		}
		records[i] = changed
		touched := l.Replace(changed)
		fresh := NewLedger(records, world())
		for _, k := range records {
			if diff := cmp.Diff(fresh.Of(k.ID), l.Of(k.ID), same); diff != "" {
				t.Fatalf("%s (-fresh +kept):\n%s", k.Name, diff)
			}
			if !slices.Contains(touched, k.ID) && !cmp.Equal(before[k.ID], l.Of(k.ID), same) {
				t.Fatalf("%s is judged otherwise, which nobody was told", k.Name)
			}
		}
		if l.Summary() != fresh.Summary() {
			t.Fatalf("%+v, want %+v", l.Summary(), fresh.Summary())
		}
	}
}

// TestOneKeyIsJudgedAsALedgerDoes holds World.Judge against the ledger.
func TestOneKeyIsJudgedAsALedgerDoes(t *testing.T) {
	records := crowd(rand.New(rand.NewPCG(9, 1)), 40)
	l := NewLedger(records, world())
	for _, k := range records {
		if diff := cmp.Diff(l.Of(k.ID), world().Judge(k, records), same); diff != "" {
			t.Errorf("%s (-ledger +alone):\n%s", k.Name, diff)
		}
	}
}

func TestAKeyThatTheLedgerDoesNotHold(t *testing.T) {
	l := NewLedger(nil, world())
	r := healthy()
	if ids := l.Replace(&r); ids != nil || l.Len() != 0 || l.Record(r.ID) != nil {
		t.Errorf("it judged %v", ids)
	}
	if !cmp.Equal(l.Of(r.ID), Assessment{}, same) {
		t.Errorf("%+v", l.Of(r.ID))
	}
}

// A verification changes nothing that others are judged by.
func TestAnAnswerTouchesOneKey(t *testing.T) {
	records := crowd(rand.New(rand.NewPCG(2, 2)), 12)
	for i := range records {
		records[i].Fingerprint = store.Fingerprint(records[i].Name)
	}
	l := NewLedger(records, world())
	checked := *records[5]
	checked.Check.At = now
	if ids := l.Replace(&checked); !slices.Equal(ids, []store.RecordID{checked.ID}) {
		t.Errorf("judged anew: %v", ids)
	}
}

func TestANewWorldCountsFromTheNextJudgement(t *testing.T) {
	r := healthy()
	l := NewLedger([]*store.Record{&r}, world())
	later := world()
	later.Now = now.Add(200 * day)
	l.Renew(later)
	if l.Of(r.ID).Overdue() {
		t.Error("it was judged anew")
	}
	if l.Replace(&r); !l.Of(r.ID).Overdue() {
		t.Error("it was judged by the old world")
	}
}

// Where this machine is concerns all keys at once.
func TestAMachineThatMovesIsJudgedAtOnce(t *testing.T) {
	r := healthy()
	l := NewLedger([]*store.Record{&r}, world())
	at := func(addr string, on time.Time) World {
		w := world()
		w.Machine = w.Machine.Seen(on, netip.MustParseAddr(addr))
		return w
	}
	if !l.Renew(at("198.51.100.9", now)) || !l.Of(r.ID).Has(CodeNotHere) {
		t.Errorf("it moved, and %+v", l.Of(r.ID).Findings)
	}
	if l.Renew(at("198.51.100.9", now.Add(time.Hour))) {
		t.Error("it was told the same address again, and all keys were judged anew")
	}
	if !l.Renew(at("203.0.113.7", now)) || l.Of(r.ID).Has(CodeNotHere) {
		t.Errorf("it moved back, and %+v", l.Of(r.ID).Findings)
	}
}

// benchRecord is a key of a large set: healthy, with a past.
func benchRecord(i int) *store.Record {
	r := healthy()
	r.ID, r.Name = store.RecordID(fmt.Sprintf("%026d", i)), fmt.Sprintf("bot-%05d", i)
	r.Fingerprint = store.Fingerprint(r.Name)
	r.Consumers = []store.Consumer{{Name: r.Name}}
	old := r.Facts.Sight()
	old.First, old.Last = daysAgo(300), daysAgo(200)
	for range 5 {
		r.Past = append(r.Past, old)
		old.First, old.Last = old.First.Add(-20*day), old.First
	}
	r.Facts.Since = daysAgo(200)
	return &r
}

func benchWorld() World {
	rules, terms := store.DefaultRules(), Terms{Lifetimes: []exchanges.Lifetime{idleRule, yearRule}}
	rules.RotateEvery = 400 * day
	return World{Now: now, Rules: func(*store.Record) store.Rules { return rules }, Terms: func(*store.Record) Terms { return terms }}
}

// BenchmarkLedger: 10,000 keys with history in at most 25 ms, with at most two
// allocations each.
func BenchmarkLedger(b *testing.B) {
	records := make([]*store.Record, 10_000)
	for i := range records {
		records[i] = benchRecord(i)
	}
	w := benchWorld()
	if f := NewLedger(records[:1], w).Of(records[0].ID).Findings; len(f) > 0 {
		b.Fatalf("a healthy key has findings: %+v", f)
	}
	b.Run("all", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			NewLedger(records, w)
		}
		b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/10000keys")
	})
	// At most 0.1 ms.
	b.Run("one of them", func(b *testing.B) {
		l := NewLedger(records, w)
		changed := *records[5000]
		b.ReportAllocs()
		for b.Loop() {
			changed.Check.At = changed.Check.At.Add(time.Second)
			l.Replace(&changed)
		}
	})
	b.Run("one of them, rotated", func(b *testing.B) {
		l := NewLedger(records, w)
		a, z := *records[5000], *records[5000]
		z.Fingerprint = store.Fingerprint("new")
		b.ReportAllocs()
		for b.Loop() {
			l.Replace(&z)
			l.Replace(&a)
		}
	})
}
